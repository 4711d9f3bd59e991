//! Who somebody is and what they may do.
//!
//! Pure: an assertion, a snapshot of the organization and what the directory knows of the person go in; a decision
//! with reasons comes out. Nothing is read or written here, and nobody else can make a [`Permit`].
//!
//! ```text
//! Assertion ── lookup ──▶ Lookup (ask the directory) ── identify ──▶ Facts (pinned) + what to write
//! ProviderAssertion ── sign_on_lookup ──▶ Lookup ── sign_on ──▶ Facts + what to write
//! Facts ── resume ──▶ Principal (what counts now) ── decide::<A> ──▶ Permit<A> | Denial
//! ```

pub mod access;
mod activity;
mod administration;
mod ceiling;
mod columns;
mod decide;
mod denial;
mod destination;
mod downloads;
mod email;
mod gates;
pub mod holdings;
mod identify;
mod inspect;
mod living;
mod parameters;
pub mod permit;
pub mod principal;
mod reach;
mod reader;
mod refusal;
mod resume;
mod rows;
mod rules;
mod sign_on;
mod subscribing;
mod suppose;
mod teams;

pub use administration::{CannotLink, Mandate, Matter, Place, administer, may_link, may_write_address};
pub use ceiling::origin_admitted;
pub use decide::{
    AtHome, Resource, allowed_actions, decide, decide_home, is_owned_by, judge_parameters, may_look_underneath,
    may_show, parameter_state, settable_controls,
};
pub use denial::{Denial, Reason};
pub use destination::destination;
pub use downloads::{DownloadLimit, download_limits};
pub use identify::{Identified, Opening, ResolvedFrom, identify, lookup, open_link, resolved_from, same_viewer};
pub use parameters::{Fault, ParameterFault};
pub use permit::{
    Action, ColumnAccess, DownloadPermit, ExportArrow, ExportCsv, ExportJson, ExportPage, ExportPicture, ExportXlsx,
    InspectAs, Permit, RunQuery, SettableControls, TableAccess, ViewContent,
};
pub use principal::{Credential, Directory, Facts, Lookup, Member, ProfileWrite, Scope, Switches, Who};
pub use reader::Reader;
pub use refusal::{AUTOMATIC_CREATION_OFF, Answer, Refusal};
pub use resume::{
    Principal, act_for, embed_owner, enter, expect_presence, may_have_passkeys, may_have_password, needs_second_factor,
    resume, resume_with_credential,
};
pub use rows::{Standing, is_visible, standings};
pub use rules::{RulesError, policies_valid};
pub use sign_on::{
    NotSignedOn, SignOn, SignedOn, SupposedMember, SupposedSignOn, Told, sign_on, sign_on_lookup, suppose_sign_on,
};
pub use subscribing::may_subscribe;
pub use suppose::{NotSupposed, suppose, supposed_lookup};
pub use teams::{TEAMS_OF_POLICIES, administer_team};
