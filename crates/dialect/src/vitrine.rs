//! Vitrine's own dialect: one call from the host's back end with the session object, either with HTTP Basic and the
//! object as body, or with a bearer token that carries it.

use crate::body::BodyError;
use crate::jwt::{Signed, Token};
use crate::key::{Refused, VerifiedKey};
use crate::members::Members;
use crate::strict_json;
use chrono::{DateTime, Duration, Utc};
use model::access::{EmbedKey, Permission};
use model::assertion::{Assertion, Claimant, Claims, ContentClaim};
use model::name::KeyId;

/// The longest life of a bearer token, in seconds.
const LONGEST: i64 = 300;

/// How far ahead of ours a host's clock may be, in seconds.
const AHEAD: i64 = 60;

/// Reads the session object that the holder of `key` sent. Whether its names are known is for `authz` to say.
///
/// # Errors
/// The body is not a session object; the error names the member.
pub fn assertion(key: &VerifiedKey, body: &[u8]) -> Result<Assertion, BodyError> {
    Ok(vouched(key, read(Members::of_document(strict_json::parse(body)?)?)?))
}

/// Reads a session object to its end.
pub(crate) fn read(mut members: Members) -> Result<Claims, BodyError> {
    let claims = claims(&mut members)?;
    members.finish()?;
    Ok(claims)
}

/// A session object that came in a bearer token, which counts once.
#[derive(Debug)]
pub struct Bearer {
    signed: Signed,
    id: String,
    expires_at: DateTime<Utc>,
}

impl Bearer {
    /// Verifies a bearer token with the secrets of the key it names as its issuer.
    ///
    /// # Errors
    /// One refusal for the caller, whatever is wrong with the token itself.
    pub fn verify<'a>(
        token: Token<'_>,
        id: Option<&'a KeyId>,
        key: Option<&EmbedKey>,
        secrets: impl IntoIterator<Item = &'a [u8]>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refused> {
        let (id, key) = id.zip(key).ok_or(Refused::UnknownKey)?;
        Self::read(token.verify(secrets.into_iter().map(|secret| (id, secret)))?, key, now)
    }

    fn read(signed: Signed, key: &EmbedKey, now: DateTime<Utc>) -> Result<Self, Refused> {
        let mut members = Members::of_claims(signed.claims().clone());
        let issued_at = members.moment("iat").ok().flatten().ok_or(Refused::OutOfTime)?;
        let expires_at = members.moment("exp").ok().flatten().ok_or(Refused::OutOfTime)?;
        let lives = now < expires_at && expires_at <= issued_at + Duration::seconds(LONGEST);
        if !lives || issued_at > now + Duration::seconds(AHEAD) || key.not_before.is_some_and(|it| issued_at < it) {
            return Err(Refused::OutOfTime);
        }
        let mut text = |name| members.text(name).ok().flatten();
        let meant = text("iss").as_deref() == Some(key.client_id.as_str()) && text("aud").as_deref() == Some("vitrine");
        let id = text("jti").filter(|_| meant).ok_or(Refused::MalformedToken)?;
        Ok(Self { signed, id, expires_at })
    }

    /// The key whose secret it is signed with.
    #[must_use]
    pub const fn key(&self) -> &VerifiedKey {
        self.signed.key()
    }

    /// Reads the session object in the token.
    ///
    /// # Errors
    /// It is none, or the token claims something else beside it; the error names the member.
    pub fn assertion(self) -> Result<Assertion, BodyError> {
        let (key, token) = self.signed.into_parts();
        let mut members = Members::of_claims(token);
        for name in ["iss", "aud", "iat", "exp", "jti"] {
            members.any(name);
        }
        let session = members.object("session")?;
        let missing = || BodyError::Missing { field: "session".to_owned(), expected: "the session object" };
        let mut session = session.ok_or_else(missing)?;
        let claims = claims(&mut session)?;
        session.finish()?;
        members.finish()?;
        Ok(vouched(&key, claims).once(self.id, self.expires_at))
    }
}

/// States what the holder of a key said.
pub(crate) fn vouched(key: &VerifiedKey, claims: Claims) -> Assertion {
    #[expect(clippy::disallowed_methods, reason = "a `VerifiedKey` is the proof that a secret was shown")]
    Assertion::vouched_for(key.id().clone(), claims)
}

fn claims(members: &mut Members) -> Result<Claims, BodyError> {
    let claimant = claimant(members)?;
    // Of guests nothing is known that a list could narrow: what is not listed is not permitted.
    let unlisted = (claimant == Claimant::Guest).then(|| vec![Permission::View.as_str().to_owned()]);
    Ok(Claims {
        claimant,
        tenant: members.text("tenant")?,
        first_name: members.text("first_name")?,
        last_name: members.text("last_name")?,
        email: members.text("email")?,
        locale: members.text("locale")?,
        time_zone: members.text("time_zone")?,
        teams: members.texts("teams")?,
        account_type: members.text("account_type")?,
        attributes: members.values("attributes")?,
        content: content(members)?,
        locked_parameters: members.values("locked_parameters")?,
        permissions: members.texts("permissions")?.or(unlisted),
        models: None,
        origin: members.text("origin")?,
        session_seconds: members.seconds("session_seconds")?,
        expires_at: None,
    })
}

/// What a session of nobody cannot say of anybody.
const OF_PEOPLE: &[&str] =
    &["tenant", "teams", "account_type", "attributes", "on_demand", "email", "first_name", "last_name"];

fn claimant(members: &mut Members) -> Result<Claimant, BodyError> {
    let subject = members.text("subject")?;
    let guest = members.boolean("guest")?.unwrap_or(false);
    let of_person = OF_PEOPLE.iter().copied().find(|name| members.is_given(name));
    let on_demand = members.boolean("on_demand")?.unwrap_or(false);
    match (subject, guest) {
        (Some(_), true) => Err(members.misplaced("subject", "with `guest`")),
        (None, false) => Err(members.missing("subject", "a text, or `guest`")),
        (None, true) => match of_person {
            Some(name) => Err(members.misplaced(name, "with `guest`")),
            None if !members.has("content") => Err(members.missing("content", "the content that the guest sees")),
            None => Ok(Claimant::Guest),
        },
        (Some(subject), false) if on_demand => Ok(Claimant::OnDemand(subject)),
        (Some(subject), false) => Ok(Claimant::Member(subject)),
    }
}

fn content(members: &mut Members) -> Result<Option<ContentClaim>, BodyError> {
    let Some(mut content) = members.object("content")? else { return Ok(None) };
    let claim = ContentClaim::Named {
        workbook: content.required_text("workbook")?,
        page: content.text("page")?,
        tag: content.text("tag")?,
    };
    content.finish()?;
    Ok(Some(claim))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use model::name::KeyId;
    use proptest::prelude::*;
    use serde_json::json;

    fn key() -> Result<VerifiedKey, Refused> {
        let credentials = Credentials::from_header(Some("Basic azpz"))?;
        credentials.verify(Some(&KeyId::new("key")), [&b"s"[..]])
    }

    fn refusal(body: &str) -> Result<String, Refused> {
        Ok(assertion(&key()?, body.as_bytes()).map_or_else(|error| error.to_string(), |_| "accepted".to_owned()))
    }

    #[test]
    fn every_member_is_read() -> Result<(), Box<dyn std::error::Error>> {
        let body = json!({
            "subject": "fred@acme.example", "tenant": "acme", "first_name": "Fred", "last_name": "Suzuki",
            "email": "fred@acme.example", "locale": "en-GB", "time_zone": "Europe/London", "teams": ["Managers"],
            "account_type": "View", "attributes": {"region": ["South"], "odd": null},
            "content": {"workbook": "sales", "page": "overview", "tag": "production"}, "locked_parameters": {"status": "Active"},
            "on_demand": false, "guest": false, "permissions": ["view"], "origin": "https://app.acme.example",
            "session_seconds": 3600
        });
        let assertion = assertion(&key()?, body.to_string().as_bytes())?;
        let claims = assertion.claims();
        assert_eq!(claims.teams, Some(vec!["Managers".to_owned()]));
        assert_eq!(claims.attributes.get("odd"), Some(&json!(null)), "present but null is not absent");
        assert_eq!(claims.claimant, Claimant::Member("fred@acme.example".into()));
        assert_eq!(
            claims.content,
            Some(ContentClaim::Named {
                workbook: "sales".into(),
                page: Some("overview".into()),
                tag: Some("production".into()),
            })
        );
        assert_eq!((claims.session_seconds, assertion.key().as_str()), (Some(3600), "key"));
        Ok(())
    }

    #[test]
    fn refusals_name_the_member() -> Result<(), Refused> {
        for (body, expected) in [
            (r#"{}"#, "`subject` is missing: expected a text, or `guest`"),
            (r#"[]"#, "`body` is not valid: expected a JSON object"),
            (
                r#"{"subject": ""}"#,
                "`subject` is not valid: expected a text of 1 to 255 characters without control characters",
            ),
            (
                r#"{"subject": "a\u0000"}"#,
                "`subject` is not valid: expected a text of 1 to 255 characters without control characters",
            ),
            (
                r#"{"subject": "a", "teams": "Managers"}"#,
                "`teams` is not valid: expected a list of texts of 1 to 255 characters",
            ),
            (
                r#"{"subject": "a", "teams": null}"#,
                "`teams` is not valid: expected a list of texts of 1 to 255 characters",
            ),
            (
                r#"{"subject": "a", "session_seconds": -1}"#,
                "`session_seconds` is not valid: expected a whole number of seconds",
            ),
            (r#"{"subject": "a", "guest": true}"#, "`subject` must not be given with `guest`"),
            (r#"{"guest": false}"#, "`subject` is missing: expected a text, or `guest`"),
            (r#"{"guest": true}"#, "`content` is missing: expected the content that the guest sees"),
            (
                r#"{"guest": true, "content": {"workbook": "w"}, "tenant": null}"#,
                "`tenant` must not be given with `guest`",
            ),
            (
                r#"{"guest": true, "content": {"workbook": "w"}, "on_demand": false}"#,
                "`on_demand` must not be given with `guest`",
            ),
            (r#"{"subject": "a", "content": {"page": "p"}}"#, "`content.workbook` is missing: expected a text"),
            (
                r#"{"subject": "a", "content": {"workbook": "w", "x": 1}}"#,
                "unknown member `content.x`: expected one of `workbook`, `page`, `tag`",
            ),
            (
                r#"{"subject": "a", "subject": "b"}"#,
                "the body is not valid: a member is given twice, at line 1 column 32",
            ),
        ] {
            assert_eq!(refusal(body)?, expected, "{body}");
        }
        assert!(
            refusal(r#"{"subject": "a", "role": "admin"}"#)?
                .starts_with("unknown member `role`: expected one of `subject`, `guest`")
        );
        Ok(())
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(key) = key() {
                let _ = assertion(&key, &bytes);
            }
        }
    }
}
