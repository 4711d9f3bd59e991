//! The list of enforcement points, and the test-only selector that switches one off.
//!
//! A test that switches a point off must then see the leak; so each point is known to be needed. In every build
//! without the feature `enforcement-switch` the answer is the constant `true` and the selector does not exist.

#[cfg(all(feature = "enforcement-switch", not(debug_assertions)))]
compile_error!("`enforcement-switch` turns policies off for tests and must never be part of a release build");

macro_rules! points {
    ($($(#[$doc:meta])* $point:ident,)*) => {
        /// A place where access is enforced.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Point { $($(#[$doc])* $point,)* }

        /// Every enforcement point.
        pub const POINTS: &[Point] = &[$(Point::$point,)*];
    };
}

points! {
    /// The barrier node between a policy's filter and what a viewer wrote.
    Barrier,
    /// The row policy at the scan of an explore's base table.
    BaseScanPolicy,
    /// The row policy at the scan of a joined table.
    JoinedScanPolicy,
    /// The row policies of the tables of which a derived one is made.
    DerivedScanPolicy,
    /// Only leakproof predicates move below the barrier.
    HarmlessList,
    /// All output columns break ties before LIMIT.
    TotalOrder,
    /// An attribute that is none makes its policy false as a whole.
    NoneDenies,
    /// Restrict policies.
    RestrictPolicies,
    /// An attribute says which connection is read, and as which role; without a value nothing is.
    Destination,
    /// The fence around what one table gives in a statement for a database.
    Fence,
    /// A column is visible only if the model exposes it.
    ExposedColumns,
    /// A column that a policy hides does not exist.
    HiddenColumns,
    /// A mask stands in place of the values of a column.
    ColumnMasks,
    /// What viewers write is evaluated on the mask, and not on the column below it.
    MaskedPredicates,
    /// An answer that is kept is given to whoever has the same secured plan.
    CacheKey,
    /// A plan that is kept is for whoever has the same access.
    KeptPlans,
    /// What requires access grants exists for whoever has them.
    AccessGrants,
    /// Content needs a grant.
    ContentGrant,
    /// A version under a tag needs a grant of its own, or the level to change the workbook.
    TagGrant,
    /// Changing content needs a permission for it.
    ContentPermission,
    /// What is made somewhere needs a grant there.
    HomeGrant,
    /// Authors ask for what exists for them.
    ShownData,
    /// Drafts are shown to whoever came in without a host, and never in embeds.
    DraftPreview,
    /// Data needs a grant of its own.
    DataGrant,
    /// What a grant denies on content is not done there, whatever else is granted.
    ContentDenies,
    /// Nobody of a deactivated tenant gets in or stays.
    TenantActive,
    /// Subjects that an issuer's entry blocks get in nowhere.
    BlockedSubjects,
    /// A tenant's own team counts for the people of that tenant, and no token names one.
    TenantTeams,
    /// Without the switch, tokens put nobody into teams whom they do not describe.
    DynamicTeams,
    /// No session is longer than the organization says.
    SessionLength,
    /// The account type must hold the permission.
    PermissionHeld,
    /// The session's content scope.
    SessionScope,
    /// The key's ceiling over claims.
    CeilingOverClaims,
    /// The key's ceiling over stored facts.
    CeilingOverSession,
    /// Every element consumes every locked parameter.
    LockedParameters,
    /// The days and hours of locked parameters are those of UTC, whatever the time zone of the question.
    LockedTimeZone,
    /// Tokens and viewers set only the parameters that they may, and tokens all that they must.
    ParameterStates,
    /// A code is redeemed once.
    CodeOnce,
    /// A token that counts once opens one session.
    TokenOnce,
    /// A token of a session opens what it is for.
    TokenPurpose,
    /// A token of a session that has expired opens nothing.
    TokenExpiry,
    /// An ended session is refused.
    SessionEnded,
    /// A session that was opened with an API credential ends with it.
    CredentialOfSession,
    /// An expired session is refused.
    SessionExpiry,
    /// Whoever has logged in and stays away has to log in again.
    SessionIdle,
    /// Whoever tries passwords in vain waits before the next one counts.
    LoginPause,
    /// Whoever has a second factor shows it.
    SecondFactor,
    /// A time-based code counts once.
    FactorOnce,
    /// Where administrators need a second factor, nobody administers who has not shown one.
    FactorOfAdministrators,
    /// A session whose token names models reads no data of others.
    SessionModels,
    /// Only people for whom nobody else vouches log in with a password, and only where the organization lets them.
    PasswordsAllowed,
    /// A page of the application says of which session it is, and the cookie must be of that one.
    PageSession,
    /// What is under way stops when it may not go on.
    UnderWay,
    /// Nobody comes more often than a key's ceiling or the server lets them.
    RateLimits,
    /// Redeeming, logging in and what is written with a cookie check the Origin header; redeeming the parent's origin too.
    OriginCheck,
    /// Where embeds have an origin of their own, that one serves the embeds, and the other the application.
    EmbedOrigin,
    /// The export permission at the export route.
    ExportPermission,
    /// The limits that tables set on how many rows of them are downloaded.
    DownloadLimits,
    /// Suggestions run under the same policies.
    SuggestionPolicy,
    /// A free query needs the permission `explore`.
    ExplorePermission,
    /// Drilling needs the permission `drill`.
    DrillPermission,
    /// The rows underneath need the permission `view_underlying`.
    UnderlyingPermission,
    /// Looking as somebody else needs the permission `inspect_as`.
    InspectPermission,
    /// Whoever looks as somebody else stays inside their tenant, the ceiling of their key and its issuer.
    InspectTenancy,
    /// Whoever looks for a row as somebody else names columns that they are shown, of tables that exist for them.
    InspectColumns,
    /// Changing the organization needs the permission for it.
    AdministrationPermission,
    /// Whoever is of a tenant administers that tenant only.
    AdministrationTenancy,
    /// Whoever is of a tenant sees the activity of that tenant only.
    ActivityTenancy,
    /// Nobody gives a permission that they do not hold.
    GiveWhatOneHolds,
    /// Nobody shares content that they do not manage, or gives more of it than they have themselves.
    ShareWhatOneHolds,
    /// Nobody shares with, or is told of, people and teams that they may not know.
    ShareWithWhomOneKnows,
    /// A team's administrators say who is in that team, of the people they may know, and in no team that policies read.
    TeamAdministration,
    /// Nobody opens data by a link that they do not see themselves.
    PublishWhatOneHolds,
    /// A tenant's administrators write e-mail addresses of the tenant's own domains only.
    TenantDomains,
    /// An identity that is linked comes in as a member of its own tenant, who administers nothing.
    LinkedIdentities,
    /// Whoever comes by an identity provider administers nothing.
    ProvidersNeverAdminister,
    /// What an identity provider gives is inside its ceiling.
    ProviderCeiling,
    /// A member comes in by whoever vouches for them.
    WhoVouches,
    /// An address of an internal member counts in grants if whoever vouches for it is believed for its domain.
    VouchedAddresses,
    /// Browsers are sent back to our own pages only.
    ReturnAddress,
    /// An address counts if the provider says that it is verified.
    VerifiedAddresses,
    /// What a passkey signs was asked of this browser, for this, a short while ago.
    PasskeyChallenge,
    /// What a passkey signs counts once.
    PasskeyOnce,
    /// A passkey signs on a page of Vitrine.
    PasskeyOrigin,
    /// An authenticator makes sure who uses a passkey.
    PasskeyUser,
    /// An authenticator that counts has signed more often than before: otherwise there are two of it.
    PasskeyCounter,
    /// Whoever comes back from a provider is the browser that was sent there.
    ProviderState,
    /// What a provider signed was made for this log-in.
    ProviderNonce,
    /// What a provider signed was made for Vitrine, by the provider that is meant.
    ProviderAudience,
    /// The server asks no addresses of private networks unless it is told to.
    PrivateNetwork,
    /// The cookie of the application counts outside frames, and that of frames in frames.
    FrameCookie,
    /// A page in a frame is told of sessions of the provider whose hosts may frame it, and of no others.
    FrameProvider,
}

/// Whether `point` is enforced: always, in every build that is not a test of enforcement itself.
#[cfg(not(feature = "enforcement-switch"))]
#[must_use]
#[inline(always)]
pub const fn enforced(_point: Point) -> bool {
    true
}

/// The points that are not enforced, one bit each: none, in every build that is not a test of enforcement itself.
#[cfg(not(feature = "enforcement-switch"))]
#[must_use]
#[inline(always)]
pub const fn switched_off() -> u128 {
    0
}

#[cfg(feature = "enforcement-switch")]
mod switch {
    use super::Point;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Searched for in the binaries of `make demo` and `make bench`, which must not contain it.
    #[used]
    static MARKER: &str = "VITRINE-ENFORCEMENT-SWITCH-IS-COMPILED-IN";

    /// The points that are not enforced, the first 64 and the others.
    static OFF: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

    /// Where the bit of `point` is, and the bit.
    fn bit(point: Point) -> (&'static AtomicU64, u64) {
        let [first, others] = &OFF;
        let number = point as u8;
        (if number < 64 { first } else { others }, 1 << (number % 64))
    }

    /// Whether `point` is enforced in this process right now.
    #[must_use]
    pub fn enforced(point: Point) -> bool {
        let (word, bit) = bit(point);
        word.load(Ordering::SeqCst) & bit == 0
    }

    /// The points that are not enforced in this process right now, one bit each.
    #[must_use]
    pub fn switched_off() -> u128 {
        let [first, others] = OFF.each_ref().map(|word| u128::from(word.load(Ordering::SeqCst)));
        others << 64 | first
    }

    /// Switches one point off for the whole process, until the guard is dropped. One test, one process: nextest
    /// runs each test in a process of its own.
    #[must_use = "the point is switched on again when the guard is dropped"]
    pub fn switch_off(point: Point) -> SwitchedOff {
        let (word, bit) = bit(point);
        word.fetch_or(bit, Ordering::SeqCst);
        SwitchedOff(point)
    }

    /// Holds a point switched off.
    #[derive(Debug)]
    pub struct SwitchedOff(Point);

    impl Drop for SwitchedOff {
        fn drop(&mut self) {
            let (word, bit) = bit(self.0);
            word.fetch_and(!bit, Ordering::SeqCst);
        }
    }

    /// The marker, so that a check of binaries can be checked itself.
    #[must_use]
    pub fn marker() -> &'static str {
        MARKER
    }
}

#[cfg(feature = "enforcement-switch")]
pub use switch::{SwitchedOff, enforced, marker, switch_off, switched_off};
