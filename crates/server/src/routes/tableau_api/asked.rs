//! What stands behind the question mark, as clients of Tableau write it: which part of a list is wanted.

use crate::problem::Problem;
use crate::routes::asked::Given;
use crate::tableau::Element;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;

/// How long a page of a list is that says nothing else, and the longest.
const USUAL: usize = 100;
const LONGEST: usize = 1000;

/// What every list takes. What `fields` narrows is told as a whole.
const OF_LISTS: [&str; 5] = ["pageSize", "pageNumber", "filter", "sort", "fields"];

/// The parameters of an address, by name.
pub(super) struct Asked(Given);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Given::from_request_parts(parts, state).await.map(Self)
    }
}

impl Asked {
    /// Expects no other parameters than these, and each at most once.
    pub(super) fn expect(&self, known: &[&str]) -> Result<(), Problem> {
        self.0.expect(known)
    }

    /// Expects no other parameters than these, but for filters of a view.
    pub(super) fn expect_beside_filters(&self, known: &[&str]) -> Result<(), Problem> {
        self.0.expect_but(|name| field(name).is_some(), known)
    }

    /// What filters of a view say: the parameter, the field that it names, and the text of each value of it.
    pub(super) fn filters_of_view(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let fields = self.0.all().filter_map(|(name, values)| Some((name, field(name)?, values)));
        fields.flat_map(|(name, field, values)| values.iter().map(move |value| (name, field, value.as_str())))
    }

    /// The text of a parameter; none where it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// The part of a list that was asked for, with where it is: what `filter` says of these attributes, in the order of `sort`.
    pub(super) fn list(
        &self,
        name: &'static str,
        mut things: Vec<Element>,
        attributes: &[&str],
    ) -> Result<Vec<Element>, Problem> {
        self.expect(&OF_LISTS)?;
        for filter in self.filters(attributes)? {
            things.retain(|thing| filter.admits(thing));
        }
        self.sort(&mut things, attributes)?;
        let (number, size) = (self.number("pageNumber", "invalid_page_number", 1)?, self.size()?);
        let (total, start) = (things.len(), (number - 1).saturating_mul(size));
        if start > 0 && start >= total {
            return Err(invalid("invalid_page_number", "pageNumber", "expected that of a page of this list"));
        }
        let pagination = Element::new("pagination")
            .with("pageNumber", number.to_string())
            .with("pageSize", size.to_string())
            .with("totalAvailable", total.to_string());
        Ok(vec![pagination, Element::list(name, things.into_iter().skip(start).take(size))])
    }

    fn size(&self) -> Result<usize, Problem> {
        let size = self.number("pageSize", "invalid_page_size", USUAL)?;
        let expected = || invalid("invalid_page_size", "pageSize", "expected 1 to 1000");
        if size > LONGEST { Err(expected()) } else { Ok(size) }
    }

    fn number(&self, name: &str, code: &'static str, usual: usize) -> Result<usize, Problem> {
        let Some(text) = self.text(name) else { return Ok(usual) };
        let number = text.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| invalid(code, name, "expected a whole number from 1"))
    }

    fn filters(&self, attributes: &[&str]) -> Result<Vec<Filter>, Problem> {
        let Some(text) = self.text("filter") else { return Ok(Vec::new()) };
        outside(text).map(|one| Filter::read(one, attributes)).collect()
    }

    fn sort(&self, things: &mut [Element], attributes: &[&str]) -> Result<(), Problem> {
        let Some(text) = self.text("sort") else { return Ok(()) };
        // The first that is named counts most, so that it sorts last.
        for one in text.split(',').rev() {
            let (field, direction) = one.split_once(':').unwrap_or((one, "asc"));
            expect_field("sort", field, attributes)?;
            things.sort_by_key(|thing| thing.attribute(field).unwrap_or_default().to_lowercase());
            match direction {
                "asc" => {}
                "desc" => things.reverse(),
                _ => return Err(invalid("invalid_parameter", "sort", "expected `asc` or `desc` behind a field")),
            }
        }
        Ok(())
    }
}

/// The field or parameter of a view that a name in an address is about.
fn field(name: &str) -> Option<&str> {
    name.strip_prefix("vf_").or_else(|| name.strip_prefix("vp_"))
}

/// What a filter demands of an attribute.
struct Filter {
    field: String,
    values: Vec<String>,
}

impl Filter {
    /// `FIELD:eq:VALUE` or `FIELD:in:[VALUE,…]`.
    fn read(text: &str, attributes: &[&str]) -> Result<Self, Problem> {
        let mut parts = text.splitn(3, ':');
        let (Some(field), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(invalid("invalid_parameter", "filter", "expected `FIELD:OPERATOR:VALUE`"));
        };
        expect_field("filter", field, attributes)?;
        let values = match operator {
            "eq" => vec![value.to_owned()],
            "in" => {
                let inside = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
                let inside =
                    inside.ok_or_else(|| invalid("invalid_parameter", "filter", "expected `[…]` behind `in`"))?;
                inside.split(',').map(|one| one.trim().to_owned()).collect()
            }
            _ => return Err(invalid("invalid_parameter", "filter", "expected the operator `eq` or `in`")),
        };
        Ok(Self { field: field.to_owned(), values })
    }

    fn admits(&self, thing: &Element) -> bool {
        thing.attribute(&self.field).is_some_and(|own| self.values.iter().any(|value| value == own))
    }
}

fn expect_field(parameter: &str, field: &str, attributes: &[&str]) -> Result<(), Problem> {
    if attributes.contains(&field) {
        return Ok(());
    }
    let known: Vec<String> = attributes.iter().map(|known| format!("`{known}`")).collect();
    Err(invalid("invalid_parameter", parameter, &format!("expected a field of {}", known.join(", "))))
}

/// The parts of a text between commas that stand in no brackets.
fn outside(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |letter| {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
}

/// A parameter that is not what was expected.
pub(super) fn invalid(code: &'static str, name: &str, expected: &str) -> Problem {
    Problem::Invalid { code, detail: format!("`{name}`: {expected}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn listed(pairs: &[(&str, &str)]) -> Result<String, String> {
        let things = ["c", "a", "B", "d,e"].map(|name| Element::new("thing").with("name", name).with("id", name));
        let told = asked(pairs).list("things", things.to_vec(), &["name"]).map_err(|problem| problem.to_string())?;
        let names = told[1].all("thing").filter_map(|thing| thing.attribute("name")).collect::<Vec<_>>().join(" ");
        Ok(format!("{names} of {}", told[0].attribute("totalAvailable").unwrap_or_default()))
    }

    #[test]
    fn a_list_is_filtered_sorted_and_cut() {
        assert_eq!(listed(&[]), Ok("c a B d,e of 4".into()));
        assert_eq!(listed(&[("sort", "name:desc"), ("pageSize", "2")]), Ok("d,e c of 4".into()));
        assert_eq!(listed(&[("sort", "name:asc"), ("pageSize", "3"), ("pageNumber", "2")]), Ok("d,e of 4".into()));
        assert_eq!(listed(&[("filter", "name:eq:a")]), Ok("a of 1".into()));
        assert_eq!(listed(&[("filter", "name:in:[a,c],name:eq:c"), ("fields", "_all_")]), Ok("c of 1".into()));
        assert_eq!(listed(&[("filter", "name:eq:none")]), Ok(" of 0".into()));
    }

    #[test]
    fn filters_of_views_stand_beside_other_parameters() {
        let asked = asked(&[("maxAge", "1"), ("vf_Region", "West,East"), ("vp_Year", "2026")]);
        assert!(asked.expect_beside_filters(&["maxAge"]).is_ok());
        assert!(asked.expect_beside_filters(&[]).is_err());
        let told: Vec<_> = asked.filters_of_view().collect();
        assert_eq!(told, [("vf_Region", "Region", "West,East"), ("vp_Year", "Year", "2026")]);
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (name, value, expected) in [
            ("pageNumber", "0", "`pageNumber`: expected a whole number"),
            ("pageNumber", "2", "`pageNumber`: expected that of a page"),
            ("pageNumber", "18446744073709551615", "`pageNumber`: expected that of a page"),
            ("pageSize", "1001", "`pageSize`: expected 1 to 1000"),
            ("filter", "id:eq:a", "`filter`: expected a field of `name`"),
            ("filter", "name:has:a", "`filter`: expected the operator"),
            ("filter", "name", "`filter`: expected `FIELD:OPERATOR:VALUE`"),
            ("filter", "name:in:a", "`filter`: expected `[…]`"),
            ("sort", "name:up", "`sort`: expected `asc` or `desc`"),
            ("sort", "id", "`sort`: expected a field of `name`"),
            ("odd", "1", "`odd`: expected one of"),
        ] {
            let refused = listed(&[(name, value)]).err().unwrap_or_default();
            assert!(refused.starts_with(expected), "{name}={value}: {refused}");
        }
    }
}
