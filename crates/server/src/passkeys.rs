//! Passkeys: for whose pages they are, and what a browser is challenged with.

use crate::app::App;
use crate::browser::{Browser, new_salt, salted_at};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dialect::passkey::RelyingParty;
use model::assertion::Once;
use model::enforcement::{Point, enforced};
use model::name::SessionId;
use url::{Host, Url};

/// How long somebody may take.
pub(crate) const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// What a challenge is for. One for something else is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// To log in.
    LogIn,
    /// To add a passkey, in that session.
    Add(&'a SessionId),
}

/// Whose passkeys are: those of the host of the public address. `None`: it is a number, for which there are no passkeys, or
/// browsers keep nobody logged in there.
pub(crate) fn party(app: &App) -> Option<RelyingParty> {
    app.cookie.as_ref()?;
    let url = Url::parse(&app.public_origin).ok()?;
    match url.host()? {
        Host::Domain(id) => Some(RelyingParty { origin: url.origin().ascii_serialization(), id: id.to_owned() }),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// A new challenge for a browser.
pub(crate) fn challenge(browser: &Browser, purpose: Purpose<'_>, now: DateTime<Utc>) -> Option<String> {
    let salt = new_salt(now)?;
    let seal = browser.derived(&sealed(purpose, &salt));
    Some(URL_SAFE_NO_PAD.encode(format!("{salt}.{seal}")))
}

/// The challenge, which counts once, if this browser was challenged with it, for this, and not too long ago.
pub(crate) fn challenged(
    browser: Option<&Browser>,
    purpose: Purpose<'_>,
    challenge: &str,
    now: DateTime<Utc>,
) -> Option<Once> {
    let once = |until| Once { id: challenge.to_owned(), until };
    if !enforced(Point::PasskeyChallenge) {
        return Some(once(now + PATIENCE));
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(challenge).ok()?).ok()?;
    let (salt, seal) = text.split_once('.')?;
    let until = salted_at(salt)? + PATIENCE;
    let own = browser?.has_derived(&sealed(purpose, salt), seal) && now < until;
    own.then(|| once(until))
}

fn sealed(purpose: Purpose<'_>, salt: &str) -> String {
    match purpose {
        Purpose::LogIn => format!("passkey\0log in\0{salt}"),
        Purpose::Add(session) => format!("passkey\0add\0{session}\0{salt}"),
    }
}
