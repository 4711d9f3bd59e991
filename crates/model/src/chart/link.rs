//! Addresses with fields in them. Whose page is opened is the author's word alone: rows never say it.

use crate::name::FieldName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An address with fields in braces, such as `https://example.com/planes/{tailnum}`. It names its host before the first
/// field; each value stands in it percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct LinkTemplate {
    text: String,
    fields: Vec<FieldName>,
}

/// Why a text is no address with fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address with fields: expected {expected}")]
pub struct LinkError {
    text: String,
    expected: &'static str,
}

impl LinkTemplate {
    /// The fields in it, in its order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        self.fields.iter()
    }
}

impl TryFrom<String> for LinkTemplate {
    type Error = LinkError;

    fn try_from(text: String) -> Result<Self, LinkError> {
        let expected = |expected| LinkError { text: text.chars().take(80).collect(), expected };
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '"' | '<' | '>' | '`');
        let rest = text.strip_prefix("https://").ok_or_else(|| expected("`https://` at its beginning"))?;
        let (host, path) = rest.split_once('/').ok_or_else(|| expected("a `/` behind its host"))?;
        if !is_host(host) {
            return Err(expected("a host name before the first `/`, without fields"));
        }
        if text.chars().any(odd) {
            return Err(expected("no blanks, backslashes, quotes or angle brackets"));
        }
        let fields = fields(path).ok_or_else(|| expected("each field as `{field}`"))?;
        Ok(Self { text, fields })
    }
}

/// A name, with a port or without.
fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    name.split('.').all(label) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// What stands in braces. `None`: braces without a partner, or with something else in them.
fn fields(path: &str) -> Option<Vec<FieldName>> {
    let mut fields = Vec::new();
    let mut pieces = path.split('{');
    if pieces.next()?.contains('}') {
        return None;
    }
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        if rest.contains('}') {
            return None;
        }
        fields.push(FieldName::new(name).ok()?);
    }
    Some(fields)
}

impl From<LinkTemplate> for String {
    fn from(template: LinkTemplate) -> Self {
        template.text
    }
}

impl fmt::Display for LinkTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_authors_and_fields_are_names() {
        for (text, names) in [
            ("https://example.com/", vec![]),
            ("https://example.com/planes/{tailnum}", vec!["tailnum"]),
            ("https://example.com:8443/a?from={origin}&to={dest}#x", vec!["origin", "dest"]),
        ] {
            let template = LinkTemplate::try_from(text.to_owned()).expect(text);
            assert_eq!(template.fields().map(FieldName::as_str).collect::<Vec<_>>(), names);
            assert_eq!(String::from(template), text);
        }
        for odd in [
            "http://example.com/{a}",
            "javascript:alert(1)",
            "https://{host}/a",
            "https://a.{host}/a",
            "https://example.com",
            "https://example.com{a}/",
            "https://user@example.com/",
            "https://user:secret@example.com/",
            "https:///a",
            "https://example..com/",
            "https://example.com:0/",
            "https://example.com/{a b}",
            "https://example.com/{a",
            "https://example.com/a}",
            "https://example.com/{{a}}",
            "https://example.com/{}",
            "https://example.com/a b",
            "https://example.com\\@evil.example/",
            "https://example.com/\u{1}",
            "//example.com/",
            "",
        ] {
            assert!(LinkTemplate::try_from(odd.to_owned()).is_err(), "{odd}");
        }
    }
}
