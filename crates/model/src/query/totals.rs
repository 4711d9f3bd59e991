//! Totals and subtotals: the same question for fewer of its dimensions.

use super::Query;
use crate::name::FieldName;
use crate::semantic::Explore;

/// Why a question has no totals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TotalsError {
    /// A filter keeps lines by what their rows add up to: what is shown is not all that a total is of.
    #[error(
        "a filter on measure `{field}` beside totals: expected filters on dimensions, so that totals are those of what is shown"
    )]
    MeasureFiltered {
        /// The measure.
        field: FieldName,
    },
    /// Nothing is added up.
    #[error("totals without a measure: expected at least one among the fields")]
    NoMeasure,
}

impl Query {
    /// The questions whose answers are the totals that are asked for: those for more dimensions first, the grand total last.
    /// None for a question without dimensions, which is its own total.
    ///
    /// # Errors
    /// Totals are asked for where there are none.
    pub fn totals(&self, explore: &Explore) -> Result<Vec<Self>, TotalsError> {
        if !self.totals && !self.subtotals {
            return Ok(Vec::new());
        }
        let is_measure = |field: &&FieldName| explore.measures.contains_key(*field);
        if let Some(filter) = self.filters.iter().find(|filter| is_measure(&&filter.field)) {
            return Err(TotalsError::MeasureFiltered { field: filter.field.clone() });
        }
        let (measures, dimensions): (Vec<&FieldName>, Vec<&FieldName>) = self.fields.iter().partition(is_measure);
        if measures.is_empty() {
            return Err(TotalsError::NoMeasure);
        }
        let is_wanted = |kept: &usize| if *kept == 0 { self.totals } else { self.subtotals };
        let kept = (0..dimensions.len()).rev().filter(is_wanted);
        Ok(kept.map(|kept| self.for_fewer(dimensions.iter().take(kept).copied(), measures.iter().copied())).collect())
    }

    /// The same question for some of its dimensions: all of its lines, in their order.
    #[must_use]
    pub fn for_fewer<'a>(
        &self,
        dimensions: impl IntoIterator<Item = &'a FieldName>,
        measures: impl IntoIterator<Item = &'a FieldName>,
    ) -> Self {
        let kept: Vec<&FieldName> = dimensions.into_iter().collect();
        Self {
            sorts: self.sorts.iter().filter(|sort| kept.contains(&&sort.field)).cloned().collect(),
            fields: kept.into_iter().chain(measures).cloned().collect(),
            limit: None,
            after: None,
            totals: false,
            subtotals: false,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn totals(question: serde_json::Value) -> Result<Vec<String>, TotalsError> {
        let explore = json!({"table": "t", "measures": {"m": {"count": "rows"}, "n": {"count": "rows"}}});
        let explore: Explore = serde_json::from_value(explore).expect("an explore");
        let mut question = question;
        question["explore"] = json!("shop.t");
        let query: Query = serde_json::from_value(question).expect("a question");
        let texts = |query: Query| query.fields.iter().map(FieldName::as_str).collect::<Vec<_>>().concat();
        query.totals(&explore).map(|all| all.into_iter().map(texts).collect())
    }

    #[test]
    fn totals_are_of_each_shorter_beginning_of_the_dimensions() {
        let fields = json!(["a", "m", "b", "c", "n"]);
        let found =
            |totals_too, subtotals| totals(json!({"fields": fields, "totals": totals_too, "subtotals": subtotals}));
        assert_eq!(found(true, true), Ok(vec!["abmn".to_owned(), "amn".to_owned(), "mn".to_owned()]));
        assert_eq!(found(true, false), Ok(vec!["mn".to_owned()]));
        assert_eq!(found(false, true), Ok(vec!["abmn".to_owned(), "amn".to_owned()]));
        assert_eq!(found(false, false), Ok(vec![]));
        assert_eq!(totals(json!({"fields": ["m"], "totals": true, "subtotals": true})), Ok(vec![]));
    }

    #[test]
    fn what_has_no_totals_says_so() {
        assert_eq!(totals(json!({"fields": ["a"], "totals": true})), Err(TotalsError::NoMeasure));
        let filters = json!([{"field": "n", "operator": "greater", "values": [1]}]);
        let refused = totals(json!({"fields": ["a", "m"], "filters": filters, "subtotals": true}));
        assert_eq!(refused, Err(TotalsError::MeasureFiltered { field: "n".parse().expect("a name") }));
        assert_eq!(totals(json!({"fields": ["a", "m"], "filters": filters})), Ok(vec![]));
    }
}
