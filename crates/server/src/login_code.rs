//! `vitrine login-code`: lets an internal member in, for the first administrator and for whoever is locked out.

use crate::app::App;
use crate::apply::{ApplyError, open_store};
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use authz::Member;
use chrono::TimeDelta;
use model::access::{MemberDefinition, MemberKind};
use model::name::AccountTypeName;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use store::logins::Purpose;
use store::people::{NotWritten, Sought};
use store::{StoreError, TokenHash};

/// How long a code counts.
const COUNTS: TimeDelta = TimeDelta::minutes(15);

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum LoginCodeError {
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] ApplyError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The member could not be made.
    #[error("the member was not made: {0}")]
    NotMade(#[from] NotWritten),
    /// Nothing has been applied.
    #[error("nothing has been applied yet: run `vitrine apply DIR`")]
    Nothing,
    /// There is no such member.
    #[error("`{0}` is no internal member: expected one, or `--account-type` to make them")]
    Unknown(String),
    /// The member may not come in.
    #[error("`{0}` is deactivated")]
    Inactive(String),
    /// The member to be made does not fit.
    #[error("{0}")]
    DoesNotFit(String),
}

/// The address of a page that logs in with a code. Browsers send nothing of it that stands behind the `#`.
#[must_use]
pub fn link(public_origin: &str, code: &str) -> String {
    format!("{public_origin}/admin#{code}")
}

/// The address of a page on which whoever is invited chooses a password.
#[must_use]
pub fn invitation(public_origin: &str, code: &str) -> String {
    format!("{public_origin}/invitation#{code}")
}

/// How the first administrator gets in.
#[derive(Debug, PartialEq, Eq)]
pub enum WayIn {
    /// By a link that counts once.
    Link {
        /// Who logs in with it.
        email: String,
        /// The link.
        link: String,
    },
    /// There is nobody yet who administers everything: an account type that does, if one does.
    Nobody(Option<AccountTypeName>),
}

/// One line for whoever starts the server.
impl fmt::Display for WayIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { email, link } => {
                write!(f, "No administrator has logged in yet. This link lets {email} in, once, within 15 minutes: {link}")
            }
            Self::Nobody(Some(account_type)) => write!(
                f,
                "Nobody may administer yet. To make somebody who may: `vitrine login-code EMAIL --account-type {account_type:?}`",
                account_type = account_type.as_str()
            ),
            Self::Nobody(None) => {
                f.write_str("Nobody may administer yet: no account type in account_types.yaml holds every permission of administration")
            }
        }
    }
}

/// How the first administrator gets in, until one has: a link is made for the first internal member of no tenant who holds
/// every permission of administration. `None`: one has been in, or nothing has been applied.
///
/// # Errors
/// The store fails.
pub async fn at_first_start(app: &App) -> Result<Option<WayIn>, LoginCodeError> {
    let Some(loaded) = app.store.load().await? else { return Ok(None) };
    let types = loaded.definitions.account_types;
    let administering: Vec<_> = types.iter().filter(|kind| kind.administers()).map(|kind| kind.name.clone()).collect();
    if app.store.is_administered(&administering).await? {
        return Ok(None);
    }
    let mut first = None;
    for kind in types.iter().filter(|kind| kind.administers_everything()) {
        let sought = Sought {
            tenant: Some(None),
            kind: Some(MemberKind::Internal),
            account_type: Some(kind.name.clone()),
            active: Some(true),
            ..Sought::default()
        };
        let found = app.store.people(&sought, "", CANDIDATES).await?;
        first = found.into_iter().map(|(person, _)| person.member).chain(first).min_by(|a, b| a.email.cmp(&b.email));
    }
    let Some(member) = first else {
        let everything = types.iter().find(|kind| kind.administers_everything());
        return Ok(Some(WayIn::Nobody(everything.map(|kind| kind.name.clone()))));
    };
    let email = member.email.unwrap_or(member.subject);
    let (code, now) = (store::new_login_code()?, app.clock.now());
    let event = audit::on_the_command_line(now, "login_code_made", &email);
    let link_kept = (Purpose::Console, TokenHash::of(code.expose()));
    app.store.make_login_link(&member.id, link_kept, now + COUNTS, event).await?;
    Ok(Some(WayIn::Link { email, link: link(&app.public_origin, code.expose()) }))
}

/// Of how many members of an account type the first is sought.
const CANDIDATES: u32 = 100;

/// A code for the internal member of that e-mail address, who is made if an account type is given and they are not there.
pub async fn make(
    config: &Config,
    email: &str,
    account_type: Option<&AccountTypeName>,
    clock: &Clock,
) -> Result<String, LoginCodeError> {
    let store = open_store(config).await?;
    let loaded = store.load().await?.ok_or(LoginCodeError::Nothing)?;
    let event = |name| audit::on_the_command_line(clock.now(), name, email);
    let member = match (store.internal(email).await?, account_type) {
        (Some(member), _) if member.active => member,
        (Some(_), _) => return Err(LoginCodeError::Inactive(email.to_owned())),
        (None, None) => return Err(LoginCodeError::Unknown(email.to_owned())),
        (None, Some(account_type)) => {
            let definition = definition(email, account_type);
            let fits = loaded.definitions.check_member(&definition);
            fits.map_err(|problems| {
                LoginCodeError::DoesNotFit(problems.first().map_or("", |one| &one.message).to_owned())
            })?;
            let member = internal(email, account_type.clone())?;
            store.make_member(&member, None, None, event("member_made")).await?;
            member
        }
    };
    let code = store::new_login_code()?;
    let until = clock.now() + COUNTS;
    let link = (Purpose::Console, TokenHash::of(code.expose()));
    store.make_login_link(&member.id, link, until, event("login_code_made")).await?;
    store.close().await;
    Ok(code.expose().to_owned())
}

fn definition(email: &str, account_type: &AccountTypeName) -> MemberDefinition {
    MemberDefinition {
        subject: email.to_owned(),
        issuer: None,
        tenant: None,
        kind: MemberKind::Internal,
        email: None,
        first_name: None,
        last_name: None,
        account_type: account_type.clone(),
        teams: BTreeSet::new(),
        attributes: BTreeMap::new(),
        has_logged_in: false,
        deactivated: false,
    }
}

fn internal(email: &str, account_type: AccountTypeName) -> Result<Member, StoreError> {
    let address = model::name::fold_email(email);
    Ok(Member {
        id: store::new_member_id()?,
        issuer: None,
        tenant: None,
        subject: address.clone(),
        kind: MemberKind::Internal,
        automatic: false,
        active: true,
        has_logged_in: false,
        email: Some(address),
        first_name: None,
        last_name: None,
        account_type,
        teams: BTreeSet::new(),
        attributes: BTreeMap::new(),
    })
}
