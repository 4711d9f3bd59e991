//! Names and identifiers.
//!
//! A *name* is what people write in files and addresses and may be given again to something else. An *id* is
//! made once by the store and never reused, so that a grant on a deleted team does not come back with a new
//! team of the same name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a valid {what}: expected {expected}")]
pub struct NameError {
    /// The kind of name that was expected, such as `team name`.
    pub what: &'static str,
    /// The text that was given, shortened to 80 characters.
    pub input: String,
    /// What a valid name looks like.
    pub expected: &'static str,
}

/// What a valid text looks like.
pub(crate) struct Form {
    /// In words.
    pub(crate) words: &'static str,
    /// As a regular expression without its ends.
    pattern: &'static str,
}

pub(crate) const TITLE: Form = Form {
    words: "1 to 100 characters without control characters or surrounding blanks",
    pattern: r"[^\s\u0000-\u001F\u007F-\u009F]([^\u0000-\u001F\u007F-\u009F]{0,98}[^\s\u0000-\u001F\u007F-\u009F])?",
};
pub(crate) const SLUG: Form = Form {
    words: "1 to 63 characters of a-z, 0-9, `_` and `-`, beginning with a letter or a digit",
    pattern: "[a-z0-9][a-z0-9_-]{0,62}",
};
pub(crate) const CLIENT: Form = Form {
    words: "1 to 100 characters of a-z, 0-9, `_` and `-`, beginning with a letter or a digit",
    pattern: "[a-z0-9][a-z0-9_-]{0,99}",
};
pub(crate) const IDENTIFIER: Form = Form {
    words: "1 to 63 characters of a-z, A-Z, 0-9 and `_`, beginning with a letter or `_`",
    pattern: "[A-Za-z_][A-Za-z0-9_]{0,62}",
};

/// The regular expression of a text of these forms, with a character between them.
pub(crate) fn pattern<const N: usize>(forms: [&Form; N], between: char) -> String {
    let between = if between == '.' { r"\.".to_owned() } else { between.to_string() };
    format!("^{}$", forms.map(|form| form.pattern).join(&between))
}

fn is_title(text: &str) -> bool {
    (1..=100).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control)
}

fn is_slug(text: &str) -> bool {
    text.len() <= 63 && is_client(text)
}

fn is_client(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=100).contains(&text.len()) && text.chars().all(fits) && !text.starts_with(['_', '-'])
}

fn is_identifier(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=63).contains(&text.len()) && text.chars().all(fits) && !text.starts_with(|c: char| c.is_ascii_digit())
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $valid:ident, $expected:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        #[schemars(extend("pattern" = pattern([&$expected], '/')))]
        pub struct $name(String);

        impl $name {
            /// Takes a text that is a valid name; the error says what was expected.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                if $valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(NameError { what: $what, input: text.chars().take(80).collect(), expected: $expected.words })
                }
            }

            /// The name as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    )*};
}

names! {
    /// A customer company of the host.
    TenantName: "tenant name", is_slug, SLUG;
    /// A set of members.
    TeamName: "team name", is_title, TITLE;
    /// A named set of permissions.
    AccountTypeName: "account type", is_title, TITLE;
    /// A user attribute. Identifiers, so that a rule can name one without quoting surprises.
    AttributeName: "attribute name", is_identifier, IDENTIFIER;
    /// Who vouches for identities.
    IssuerName: "issuer name", is_slug, SLUG;
    /// Who brings people that have an account.
    ProviderName: "identity provider's name", is_slug, SLUG;
    /// The public client id of an embed key.
    ClientId: "client id", is_client, CLIENT;
    /// A place where data lives.
    ConnectionName: "connection name", is_slug, SLUG;
    /// A model: curated tables and explores over one connection.
    ModelName: "model name", is_slug, SLUG;
    /// A table of a model.
    TableName: "table name", is_identifier, IDENTIFIER;
    /// A column of a table, spelled as in the data.
    ColumnName: "column name", is_identifier, IDENTIFIER;
    /// An explore of a model.
    ExploreName: "explore name", is_slug, SLUG;
    /// A dimension or measure of an explore.
    FieldName: "field name", is_identifier, IDENTIFIER;
    /// An access grant of a model.
    AccessGrantName: "access grant name", is_slug, SLUG;
    /// A row policy of a table.
    PolicyName: "policy name", is_slug, SLUG;
    /// A top-level place for content.
    WorkspaceName: "workspace name", is_slug, SLUG;
    /// A folder of a workspace.
    FolderName: "folder name", is_slug, SLUG;
    /// A workbook, as it stands in addresses.
    WorkbookName: "workbook name", is_slug, SLUG;
    /// What a version of a workbook is kept under, as it stands in addresses.
    TagName: "tag", is_slug, SLUG;
    /// A page of a workbook, as it stands in addresses.
    PageName: "page name", is_slug, SLUG;
    /// An element of a page.
    ElementName: "element name", is_slug, SLUG;
    /// A control of a page, and the name of a locked parameter.
    ControlName: "control name", is_slug, SLUG;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes an id that the store has made (or, in tests and offline checks, any unique text).
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id's text: opaque, never parsed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// Identifies a bookmark for ever.
    BookmarkId;
    /// Identifies a passkey for ever.
    PasskeyId;
    /// Identifies an API credential for ever.
    CredentialId;
    /// Identifies a tenant for ever.
    TenantId;
    /// Identifies a team for ever.
    TeamId;
    /// Identifies an issuer for ever.
    IssuerId;
    /// Identifies an embed key for ever.
    KeyId;
    /// Identifies an identity provider for ever.
    ProviderId;
    /// Identifies a member for ever.
    MemberId;
    /// Identifies a session: public, never a credential.
    SessionId;
    /// Identifies a workspace for ever.
    WorkspaceId;
    /// Identifies a folder for ever.
    FolderId;
    /// Identifies a workbook for ever.
    WorkbookId;
    /// Identifies a model for ever.
    ModelId;
    /// Identifies a connection for ever.
    ConnectionId;
}

impl AccountTypeName {
    /// Of whoever is said to be nothing else.
    #[must_use]
    pub fn view() -> Self {
        Self("View".to_owned())
    }
}

impl TeamName {
    /// The name of the tenant whose own the team is, which need not exist; `None`: the team is the organization's.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.0.split_once('/').map(|(tenant, _)| tenant)
    }

    /// Whether people of that tenant, or of none, can be in it.
    #[must_use]
    pub fn is_for(&self, tenant: Option<&TenantName>) -> bool {
        self.tenant().is_none_or(|own| tenant.is_some_and(|tenant| tenant.as_str() == own))
    }
}

/// Lower-cases the ASCII letters of an e-mail address: the only folding with which e-mails are compared.
#[must_use]
pub fn fold_email(email: &str) -> String {
    email.to_ascii_lowercase()
}

/// Whether a text is an e-mail address rather than some other name: one `@` with something on both sides, no blanks.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = text.split_once('@');
    parts.is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !text.contains(odd)
}

/// A subject as it is compared: e-mail addresses as [`fold_email`] says, everything else byte for byte.
#[must_use]
pub fn fold_subject(subject: &str) -> String {
    if is_email(subject) { fold_email(subject) } else { subject.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_refuse_what_addresses_and_rules_cannot_hold() {
        for bad in ["", "Sales", "a b", "-a", "a/b", "é", &"a".repeat(64)] {
            assert!(WorkbookName::new(bad).is_err(), "{bad}");
        }
        for bad in ["", " a", "a\n", "a\u{0}"] {
            assert!(TeamName::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "1a", "a-b", "a.b"] {
            assert!(ColumnName::new(bad).is_err(), "{bad}");
        }
        assert_eq!(TeamName::new("Station managers").map(|n| n.to_string()), Ok("Station managers".to_owned()));
    }

    #[test]
    fn emails_fold_ascii_only() {
        assert_eq!(fold_email("Fred.SUZUKI@Acme.Example"), "fred.suzuki@acme.example");
        assert_eq!(fold_email("\u{212a}im@acme.example"), "\u{212a}im@acme.example", "the Kelvin sign is no k");
    }

    #[test]
    fn subjects_that_are_emails_fold_and_others_do_not() {
        assert_eq!(fold_subject("Fred@Acme.Example"), "fred@acme.example");
        for other in ["User-17", "@acme.example", "Fred@", "A@b@c", "Fred @acme.example", ""] {
            assert_eq!(fold_subject(other), other);
        }
    }
}
