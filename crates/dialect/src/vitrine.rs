//! Vitrine's own dialect: one call from the host's back end, with HTTP Basic and the session object.

use crate::body::BodyError;
use crate::credentials::VerifiedKey;
use crate::members::Members;
use crate::strict_json;
use model::assertion::{Assertion, Claims, ContentClaim};

/// Reads the session object that the holder of `key` sent. Whether its names are known is for `authz` to say.
pub fn assertion(key: &VerifiedKey, body: &[u8]) -> Result<Assertion, BodyError> {
    let mut members = Members::of_document(strict_json::parse(body)?)?;
    refuse_unsupported(&mut members)?;
    let claims = claims(&mut members)?;
    members.finish()?;
    #[expect(clippy::disallowed_methods, reason = "a `VerifiedKey` is the proof that the secret was shown")]
    Ok(Assertion::vouched_for(key.id().clone(), claims))
}

/// Guests and on-demand viewers are members of the dialect, and refused by name until they are served.
fn refuse_unsupported(members: &mut Members) -> Result<(), BodyError> {
    for name in ["guest", "on_demand"] {
        if members.boolean(name)?.unwrap_or(false) {
            return Err(BodyError::Unsupported { field: name.to_owned() });
        }
    }
    Ok(())
}

fn claims(members: &mut Members) -> Result<Claims, BodyError> {
    Ok(Claims {
        subject: members.required_text("subject")?,
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
        permissions: members.texts("permissions")?,
        origin: members.text("origin")?,
        session_seconds: members.seconds("session_seconds")?,
    })
}

fn content(members: &mut Members) -> Result<Option<ContentClaim>, BodyError> {
    let Some(mut content) = members.object("content")? else { return Ok(None) };
    if content.text("tag")?.is_some() {
        return Err(BodyError::Unsupported { field: "content.tag".to_owned() });
    }
    let claim = ContentClaim { workbook: content.required_text("workbook")?, page: content.text("page")? };
    content.finish()?;
    Ok(Some(claim))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{Credentials, Refused};
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
            "content": {"workbook": "sales", "page": "overview"}, "locked_parameters": {"status": "Active"},
            "on_demand": false, "guest": false, "permissions": ["view"], "origin": "https://app.acme.example",
            "session_seconds": 3600
        });
        let assertion = assertion(&key()?, body.to_string().as_bytes())?;
        let claims = assertion.claims();
        assert_eq!(claims.teams, Some(vec!["Managers".to_owned()]));
        assert_eq!(claims.attributes.get("odd"), Some(&json!(null)), "present but null is not absent");
        assert_eq!(claims.content, Some(ContentClaim { workbook: "sales".into(), page: Some("overview".into()) }));
        assert_eq!((claims.session_seconds, assertion.key().as_str()), (Some(3600), "key"));
        Ok(())
    }

    #[test]
    fn refusals_name_the_member() -> Result<(), Refused> {
        for (body, expected) in [
            (r#"{}"#, "`subject` is missing: expected a text"),
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
            (r#"{"subject": "a", "guest": true}"#, "`guest` is not supported by this version"),
            (r#"{"subject": "a", "on_demand": true}"#, "`on_demand` is not supported by this version"),
            (
                r#"{"subject": "a", "content": {"workbook": "w", "tag": "t"}}"#,
                "`content.tag` is not supported by this version",
            ),
            (r#"{"subject": "a", "content": {"page": "p"}}"#, "`content.workbook` is missing: expected a text"),
            (
                r#"{"subject": "a", "content": {"workbook": "w", "x": 1}}"#,
                "unknown member `content.x`: expected one of `tag`, `workbook`, `page`",
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
                .starts_with("unknown member `role`: expected one of `guest`")
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
