//! The dialects in which hosts speak to Vitrine, and the names that content has in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A way in which hosts sign what they say: Vitrine's own, or that of another product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Vitrine's own.
    #[default]
    Vitrine,
    /// Guest embeds of Metabase.
    Metabase,
    /// JWT embeds of Sigma, and its older signed addresses.
    Sigma,
    /// Signed addresses of Looker.
    Looker,
    /// Tokens of Tableau.
    Tableau,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: &[Self] = &[Self::Vitrine, Self::Metabase, Self::Sigma, Self::Looker, Self::Tableau];

    /// The name in files and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vitrine => "vitrine",
            Self::Metabase => "metabase",
            Self::Sigma => "sigma",
            Self::Looker => "looker",
            Self::Tableau => "tableau",
        }
    }

    /// What content may be called in the dialect; `None`: it is called by its own name there.
    #[must_use]
    pub const fn foreign_ids(self) -> Option<&'static str> {
        match self {
            Self::Vitrine => None,
            Self::Metabase => Some("a number from 1, or 21 characters of A-Z, a-z, 0-9, `_` and `-`"),
            Self::Sigma => Some("1 to 64 characters of A-Z, a-z, 0-9, `_` and `-`"),
            Self::Looker => {
                Some("1 to 64 characters of A-Z, a-z, 0-9, `_` and `-`, or two such names with `::` between")
            }
            Self::Tableau => {
                Some("1 to 128 letters, digits, `_` and `-`, and of a view two such names with `/` between")
            }
        }
    }

    /// What teams and tenants may be called in the dialect; `None`: they are called by their own names there.
    #[must_use]
    pub const fn foreign_names(self) -> Option<&'static str> {
        match self {
            Self::Vitrine => None,
            Self::Metabase | Self::Sigma | Self::Looker | Self::Tableau => {
                Some("1 to 255 characters without control characters")
            }
        }
    }

    /// Whether a team or a tenant may be called that in the dialect.
    #[must_use]
    pub fn admits_name(self, id: &ForeignId) -> bool {
        let is_short = (1..=255).contains(&id.0.chars().count());
        self.foreign_names().is_some() && is_short && !id.0.chars().any(char::is_control)
    }

    /// Whether content may be called that in the dialect.
    #[must_use]
    pub fn admits(self, id: &ForeignId) -> bool {
        let plain = |text: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            (1..=64).contains(&text.len()) && text.chars().all(fits)
        };
        match self {
            Self::Vitrine => false,
            Self::Metabase => id.number().is_some() || (id.0.len() == 21 && plain(&id.0)),
            Self::Sigma => plain(&id.0),
            Self::Looker => match id.0.split_once("::") {
                Some((model, name)) => plain(model) && plain(name),
                None => plain(&id.0),
            },
            Self::Tableau => {
                let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                let named = |text: &str| (1..=128).contains(&text.chars().count()) && text.chars().all(fits);
                id.0.split_once('/').map_or_else(|| named(&id.0), |(workbook, view)| named(workbook) && named(view))
            }
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What another product called something. A number and the text of its digits are one id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "WrittenId", into = "WrittenId")]
pub struct ForeignId(String);

/// A foreign id as it is written: numbers as numbers.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum WrittenId {
    Number(u32),
    Text(String),
}

impl From<WrittenId> for ForeignId {
    fn from(written: WrittenId) -> Self {
        match written {
            WrittenId::Number(number) => Self(number.to_string()),
            WrittenId::Text(text) => Self(text),
        }
    }
}

impl From<ForeignId> for WrittenId {
    fn from(id: ForeignId) -> Self {
        id.number().map_or(Self::Text(id.0), Self::Number)
    }
}

impl ForeignId {
    /// Takes any text: what is known as what is looked up, never guessed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a number from 1, if it is one in its usual spelling.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.0.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == self.0)
    }
}

impl fmt::Display for ForeignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What something is called in each dialect, so that addresses and tokens made for it go on working.
pub type KnownAs = BTreeMap<Dialect, Vec<ForeignId>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_digits_are_one_id() -> Result<(), serde_json::Error> {
        let ids: Vec<ForeignId> = serde_json::from_str(r#"[7, "7", "07", "7f55QbPFuCnK2n0P2tSuBl", 0]"#)?;
        assert_eq!(ids[0], ids[1]);
        assert_ne!(ids[0], ids[2]);
        assert_eq!(ids.iter().map(ForeignId::number).collect::<Vec<_>>(), [Some(7), Some(7), None, None, None]);
        assert_eq!(serde_json::to_string(&ids)?, r#"[7,7,"07","7f55QbPFuCnK2n0P2tSuBl","0"]"#);
        Ok(())
    }

    #[test]
    fn each_dialect_has_its_own_ids() {
        let admits = |dialect: Dialect, id: &str| dialect.admits(&ForeignId::new(id));
        for fine in ["1", "4294967295", "abcdefghijklmnopqrs_-"] {
            assert!(admits(Dialect::Metabase, fine), "{fine}");
        }
        for odd in ["0", "07", "-1", "abc", "abcdefghijklmnopqrstuv", "abcdefghijklmnopqrs/-", ""] {
            assert!(!admits(Dialect::Metabase, odd), "{odd}");
        }
        for fine in ["RegionalSales", "RegionalSales/Übersicht", "1_a-b/2"] {
            assert!(admits(Dialect::Tableau, fine), "{fine}");
        }
        for odd in ["", "Regional Sales", "a/", "/a", "a/b/c", "a?b"] {
            assert!(!admits(Dialect::Tableau, odd), "{odd}");
        }
        assert!(admits(Dialect::Sigma, "7f55QbPFuCnK2n0P2tSuBl"));
        assert!(admits(Dialect::Sigma, "4b1a1c1e-0000-4000-8000-000000000001"));
        for odd in ["", "a b", "a/b", &"a".repeat(65)] {
            assert!(!admits(Dialect::Sigma, odd), "{odd}");
        }
        for fine in ["3", "model::dashboard", "sales_overview"] {
            assert!(admits(Dialect::Looker, fine), "{fine}");
        }
        for odd in ["", "a::", "::b", "a::b::c", "a:b", "a/b"] {
            assert!(!admits(Dialect::Looker, odd), "{odd}");
        }
        assert!(!admits(Dialect::Vitrine, "flights"));
    }
}
