//! How pages look and how they write numbers and dates: of the organization, of a tenant, of a person.

mod theme;

use crate::time_zone::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use theme::{Color, Font, Scheme, Theme, ThemeColors};
use utoipa::ToSchema;

/// How pages are presented. What is absent is said by whoever is further away, and at last by the browser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// Language tag, such as `de-CH`: the language of the page, and how it writes dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub locale: Option<Locale>,
    /// Zone in which instants are written, and whose days, hours and so on questions group by; such as `Europe/Zurich`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub time_zone: Option<TimeZone>,
    /// How numbers are written, where the locale's way is not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub number_format: Option<NumberStyle>,
    /// Colors and shapes.
    #[serde(default, skip_serializing_if = "Theme::is_empty")]
    pub theme: Theme,
}

impl Presentation {
    /// This one, and what it leaves open as `further` says.
    #[must_use]
    pub fn or(&self, further: &Self) -> Self {
        Self {
            locale: self.locale.clone().or_else(|| further.locale.clone()),
            time_zone: self.time_zone.or(further.time_zone),
            number_format: self.number_format.or(further.number_format),
            theme: self.theme.or(&further.theme),
        }
    }
}

/// A language tag of BCP 47, as far as its form goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "de-CH")]
#[schemars(extend("pattern" = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", "maxLength" = 35))]
pub struct Locale(String);

impl TryFrom<String> for Locale {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let subtag =
            |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
        let language = text.split('-').next().unwrap_or_default();
        let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        if is_language && text.len() <= 35 && text.split('-').all(subtag) {
            Ok(Self(text))
        } else {
            Err(format!("`{}` is no language tag: expected one such as `en-GB`", shortened(&text)))
        }
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// How numbers are grouped and pointed, told by an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub enum NumberStyle {
    /// `1,234.56`
    #[serde(rename = "1,234.56")]
    CommaPoint,
    /// `1.234,56`
    #[serde(rename = "1.234,56")]
    PointComma,
    /// `1 234,56`
    #[serde(rename = "1 234,56")]
    SpaceComma,
    /// `1'234.56`
    #[serde(rename = "1'234.56")]
    ApostrophePoint,
    /// `12,34,567.89`
    #[serde(rename = "12,34,567.89")]
    Indian,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_or_refused() {
        for tag in ["en", "en-GB", "ar", "zh-Hant-TW", "de-CH-1996", "ar-u-nu-arab"] {
            assert!(Locale::try_from(tag.to_owned()).is_ok(), "{tag}");
        }
        for odd in ["", "e", "english", "en_GB", "en-", "-en", "e1", "en GB", "<b>", "en-toolongasubtag"] {
            assert!(Locale::try_from(odd.to_owned()).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_nearer_one_says_and_the_further_one_fills_in() {
        let near = Presentation { number_format: Some(NumberStyle::PointComma), ..Presentation::default() };
        let far = Presentation {
            locale: Locale::try_from("de-DE".to_owned()).ok(),
            number_format: Some(NumberStyle::CommaPoint),
            ..Presentation::default()
        };
        let both = near.or(&far);
        assert_eq!(both.locale, far.locale);
        assert_eq!(both.number_format, near.number_format);
    }
}
