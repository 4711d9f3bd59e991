//! Pivots with their totals: the rows of every grouping below each other, and a column that says which fields a row sums up.

use super::caller::Guest;
use super::chosen::{Chosen, nothing_here};
use super::data::{Address, Answering, asked, card_of, column, dashcard_of, sent};
use crate::app::App;
use crate::asking::Answered;
use crate::controls::ControlValues;
use crate::present;
use crate::routes::element::found;
use axum::extract::{Path, State};
use model::chart::{Chart, Pivot};
use model::name::FieldName;
use query::{Answer, Cell, OutputColumn};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The column that says which fields a row sums up: bit `n` is set if that of column `n` is one of them.
const GROUPING: &str = "pivot-grouping";

/// `GET …/pivot/card/{token}/query`: 202 and rows.
pub(super) async fn card(guest: Guest, State(app): State<App>, chosen: Chosen) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, card_of(&guest)?);
    answer(&app, &guest, address, &values).await
}

/// `GET …/pivot/dashboard/{token}/dashcard/{dashcard}/card/{card}`: 202 and rows.
pub(super) async fn dashcard(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Path<BTreeMap<String, String>>,
) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, dashcard_of(&guest, &parameters)?);
    answer(&app, &guest, address, &values).await
}

/// What is no pivot is not here.
async fn answer(app: &App, guest: &Guest, address: Address, values: &ControlValues) -> Answering {
    let pivot = match found(&guest.viewer.organization.snapshot, &address).map(|(_, data)| &data.chart) {
        Some(Chart::Pivot(pivot)) => pivot,
        _ => return Err(nothing_here(guest.door)),
    };
    let answered = asked(app, guest, address, values).await?;
    let crossed = Crossed::of(pivot, &answered);
    let (columns, rows) = (crossed.columns(), crossed.rows(&answered));
    sent(guest, answered, columns, rows)
}

/// A pivot's answer, with its columns in the order of the question: first its dimensions, then its measures.
struct Crossed<'a> {
    pivot: &'a Pivot,
    dimensions: Vec<&'a OutputColumn>,
    measures: Vec<&'a OutputColumn>,
}

impl<'a> Crossed<'a> {
    fn of(pivot: &'a Pivot, answered: &'a Answered) -> Self {
        let is_measure = |column: &&OutputColumn| pivot.values.contains(&column.name);
        let (measures, dimensions) = answered.answer.columns.iter().partition(is_measure);
        Self { pivot, dimensions, measures }
    }

    fn columns(&self) -> Vec<Value> {
        let grouping = json!({"name": GROUPING, "display_name": GROUPING, "base_type": "type/Integer"});
        let described = |columns: &[&OutputColumn]| columns.iter().map(|it| column(it)).collect::<Vec<_>>();
        [described(&self.dimensions), vec![grouping], described(&self.measures)].concat()
    }

    /// The cells, then the rows of each grouping that Metabase has: with all of the columns, or with none of them.
    fn rows(&self, answered: &Answered) -> Vec<Vec<Value>> {
        let answers = std::iter::once(&answered.answer).chain(&answered.totals);
        answers.filter(|it| self.is_told(it)).flat_map(|it| self.rows_of(it)).collect()
    }

    fn is_told(&self, answer: &Answer) -> bool {
        let columns = &self.pivot.columns;
        let kept = columns.iter().filter(|field| place(answer, field).is_some()).count();
        kept == 0 || kept == columns.len()
    }

    fn rows_of(&self, answer: &Answer) -> Vec<Vec<Value>> {
        let places = |columns: &[&OutputColumn]| columns.iter().map(|it| place(answer, &it.name)).collect::<Vec<_>>();
        let (dimensions, measures) = (places(&self.dimensions), places(&self.measures));
        let summed_up = (0_u32..).zip(&dimensions).filter(|(_, place)| place.is_none());
        let grouping: u64 = summed_up.filter_map(|(bit, _)| 1_u64.checked_shl(bit)).sum();
        let row = |cells: &Vec<Cell>| {
            let cell = |place: &Option<usize>| {
                place.and_then(|place| cells.get(place)).map_or(Value::Null, present::number_or_value)
            };
            let before = dimensions.iter().map(cell).chain([json!(grouping)]);
            before.chain(measures.iter().map(cell)).collect()
        };
        answer.rows.iter().map(row).collect()
    }
}

fn place(answer: &Answer, field: &FieldName) -> Option<usize> {
    answer.columns.iter().position(|column| column.name == *field)
}
