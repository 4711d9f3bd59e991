//! `vitrine login-code`: lets an internal member in, for the first administrator and for whoever is locked out.

use crate::apply::{ApplyError, open_store};
use crate::audit;
use crate::clock::Clock;
use authz::Member;
use chrono::TimeDelta;
use model::access::{MemberDefinition, MemberKind};
use model::name::AccountTypeName;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::people::NotWritten;
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

/// A code for the internal member of that e-mail address, who is made if an account type is given and they are not there.
pub async fn make(
    data_dir: &Path,
    email: &str,
    account_type: Option<&AccountTypeName>,
    clock: &Clock,
) -> Result<String, LoginCodeError> {
    let store = open_store(data_dir).await?;
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
    store.make_login_link(&member.id, TokenHash::of(code.expose()), until, event("login_code_made")).await?;
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
