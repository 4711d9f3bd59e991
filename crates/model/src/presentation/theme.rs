//! Themes: a closed list of tokens with closed values. What is in none of them cannot be styled, and no value of them
//! can be anything but a color, a size or a word of ours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Colors and shapes of pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Which of the two sets of colors is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scheme: Option<Scheme>,
    /// Colors on a light ground.
    #[serde(default, skip_serializing_if = "ThemeColors::is_empty")]
    pub light: ThemeColors,
    /// Colors on a dark ground.
    #[serde(default, skip_serializing_if = "ThemeColors::is_empty")]
    pub dark: ThemeColors,
    /// How round corners are, in pixels: 0 to 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub radius: Option<Radius>,
    /// The letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub font: Option<Font>,
}

/// Which set of colors is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As the browser prefers.
    Auto,
    /// The light one.
    Light,
    /// The dark one.
    Dark,
}

/// The letters. Fonts of the reader's system: none is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// Those of the system.
    System,
    /// With serifs.
    Serif,
    /// All as wide as each other.
    Mono,
}

/// How round corners are, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schema(value_type = u8, minimum = 0, maximum = 24)]
#[schemars(extend("maximum" = 24))]
pub struct Radius(u8);

impl TryFrom<u8> for Radius {
    type Error = String;

    fn try_from(pixels: u8) -> Result<Self, String> {
        if pixels <= 24 { Ok(Self(pixels)) } else { Err(format!("`{pixels}`: expected 0 to 24 pixels")) }
    }
}

impl From<Radius> for u8 {
    fn from(Radius(pixels): Radius) -> Self {
        pixels
    }
}

/// A color without transparency, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^#[0-9a-fA-F]{6}$")]
#[schemars(extend("pattern" = "^#[0-9A-Fa-f]{6}$"))]
pub struct Color(u32);

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6 && it.bytes().all(|b| b.is_ascii_hexdigit()));
        let color = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        color.map(Self).ok_or_else(|| {
            let shortened: String = text.chars().take(80).collect();
            format!("`{shortened}` is no color: expected one such as `#2059b8`")
        })
    }
}

impl From<Color> for String {
    fn from(Color(value): Color) -> Self {
        format!("#{value:06x}")
    }
}

macro_rules! colors {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Colors by what they are for. The viewer's own stand in for those that are absent.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct ThemeColors {$(
            $(#[$doc])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub $name: Option<Color>,
        )*}

        impl ThemeColors {
            fn or(&self, further: &Self) -> Self {
                Self { $($name: self.$name.or(further.$name),)* }
            }
        }
    };
}

colors! {
    /// Behind everything.
    ground,
    /// Behind an element.
    card,
    /// Texts.
    ink,
    /// Texts that step back.
    muted,
    /// Fine lines.
    line,
    /// Edges of what can be used.
    edge,
    /// What is chosen, and links.
    accent,
    /// As it should be.
    good,
    /// Worth a look.
    warning,
    /// Not as it should be.
    bad,
    /// The first series of a chart.
    series_1,
    /// The second.
    series_2,
    /// The third.
    series_3,
    /// The fourth.
    series_4,
    /// The fifth.
    series_5,
    /// The sixth.
    series_6,
}

impl ThemeColors {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Theme {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This one, and what it leaves open as `further` says.
    #[must_use]
    pub fn or(&self, further: &Self) -> Self {
        Self {
            scheme: self.scheme.or(further.scheme),
            light: self.light.or(&further.light),
            dark: self.dark.or(&further.dark),
            radius: self.radius.or(further.radius),
            font: self.font.or(further.font),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_colors_and_nothing_else() {
        for text in ["#2059b8", "#FFFFFF", "#000000"] {
            assert_eq!(Color::try_from(text.to_owned()).map(String::from), Ok(text.to_lowercase()));
        }
        for odd in
            ["", "red", "#fff", "#2059b8;", "2059b8", "#2059bg", "url(//evil)", "#2059b8 ", "var(--x)", "#+12345"]
        {
            assert!(Color::try_from(odd.to_owned()).is_err(), "{odd}");
        }
        assert!(Radius::try_from(24).is_ok() && Radius::try_from(25).is_err());
    }
}
