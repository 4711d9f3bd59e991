//! Charts: every field they name is in the query, and is what they draw.

use super::elements::field_of;
use super::expect_distinct;
use super::workbooks::Asked;
use crate::chart::{Chart, ColorRule, Gauge, Kpi, Pivot, Scatter, Series, Stack, Table};
use crate::name::FieldName;
use crate::problem::{Position, Report};
use crate::query::Query;
use crate::workbook::DataElement;

pub(super) fn check(shown: &DataElement, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    let mut drawn = Drawn { query: &shown.query, asked, position, report };
    match &shown.chart {
        Chart::Kpi(kpi) => drawn.kpi(kpi),
        Chart::Line(series) => drawn.series(series, false),
        Chart::Area(series) | Chart::Bar(series) => drawn.series(series, true),
        Chart::Scatter(scatter) => drawn.scatter(scatter),
        Chart::Pie(parts) | Chart::Funnel(parts) => {
            drawn.field("label", &parts.label);
            drawn.number("value", &parts.value);
        }
        Chart::Heatmap(heatmap) => {
            drawn.field("x", &heatmap.x);
            drawn.field("y", &heatmap.y);
            drawn.number("value", &heatmap.value);
        }
        Chart::Gauge(gauge) => drawn.gauge(gauge),
        Chart::Pivot(pivot) => drawn.pivot(pivot),
        Chart::Table(table) => drawn.table(table),
    }
}

/// A chart over the query whose answer it draws.
struct Drawn<'a> {
    query: &'a Query,
    asked: &'a Asked<'a>,
    position: &'a Position,
    report: &'a mut Report,
}

impl Drawn<'_> {
    fn kpi(&mut self, Kpi { value, compare, over, better: _ }: &Kpi) {
        self.number("value", value);
        compare.iter().for_each(|field| self.number("compare", field));
        over.iter().for_each(|field| self.field("over", field));
    }

    fn series(&mut self, Series { x, y, series, stack }: &Series, stacks: bool) {
        self.field("x", x);
        let position = self.position.member("y");
        self.report.expect(!y.is_empty(), &position, || "no fields: expected at least one".to_owned());
        self.report.expect(series.is_none() || y.len() <= 1, &position, || {
            format!("{} fields: expected one, because `series` draws one line for each of its values", y.len())
        });
        y.iter().enumerate().for_each(|(index, field)| self.number_at(&position.item(index), field));
        series.iter().for_each(|field| self.field("series", field));
        let flat = stack.is_none_or(|stack| stack == Stack::Grouped);
        self.report.expect(stacks || flat, &self.position.member("stack"), || {
            "lines do not stand on each other: expected an area or bars".to_owned()
        });
    }

    fn scatter(&mut self, Scatter { x, y, size, series, label }: &Scatter) {
        self.number("x", x);
        self.number("y", y);
        size.iter().for_each(|field| self.number("size", field));
        series.iter().for_each(|field| self.field("series", field));
        label.iter().for_each(|field| self.field("label", field));
    }

    fn gauge(&mut self, Gauge { value, min, max, target }: &Gauge) {
        self.number("value", value);
        target.iter().for_each(|field| self.number("target", field));
        let rises = min.as_f64().zip(max.as_f64()).is_some_and(|(min, max)| min < max);
        self.report.expect(rises, &self.position.member("max"), || format!("`{max}`: expected more than {min}"));
    }

    fn pivot(&mut self, Pivot { rows, columns, values, subtotals: _ }: &Pivot) {
        let members = [("rows", rows), ("columns", columns), ("values", values)];
        let placed = members.iter().flat_map(|(member, fields)| {
            let position = self.position.member(member);
            fields.iter().enumerate().map(move |(index, field)| (position.item(index), field))
        });
        let placed: Vec<_> = placed.collect();
        expect_distinct(self.report, "field", placed);
        self.report.expect(!values.is_empty(), &self.position.member("values"), || {
            "no fields: expected at least one measure".to_owned()
        });
        let filtered = self.query.filters.iter().find(|it| self.asked.explore.measures.contains_key(&it.field));
        self.report.expect(filtered.is_none(), self.position, || {
            "a filter on a measure: expected filters on dimensions, so that subtotals are those of what is shown"
                .to_owned()
        });
        for (member, fields) in [("rows", rows), ("columns", columns)] {
            for (index, field) in fields.iter().enumerate() {
                let position = self.position.member(member).item(index);
                self.asked.dimension(field, &position, self.report);
                field_of(self.query, field, &position, self.report);
            }
        }
        for (index, field) in values.iter().enumerate() {
            self.number_at(&self.position.member("values").item(index), field);
        }
        let used = |field: &&FieldName| rows.contains(field) || columns.contains(field) || values.contains(field);
        let unused = self.query.fields.iter().find(|field| !used(field));
        if let Some(field) = unused {
            let message = format!("`{field}` of the query is nowhere: expected it in `rows`, `columns` or `values`");
            self.report.add(self.position, message);
        }
    }

    fn table(&mut self, Table { columns, totals }: &Table) {
        let asked = Query { totals: *totals, ..self.query.clone() };
        if let Err(error) = asked.totals(self.asked.explore) {
            self.report.add(&self.position.member("totals"), error.to_string());
        }
        let position = self.position.member("columns");
        let names = columns.iter().enumerate().map(|(index, it)| (position.item(index).member("field"), &it.field));
        expect_distinct(self.report, "column", names);
        for (index, column) in columns.iter().enumerate() {
            let position = position.item(index);
            field_of(self.query, &column.field, &position.member("field"), self.report);
            for field in column.link.iter().flat_map(|link| link.fields()) {
                field_of(self.query, field, &position.member("link"), self.report);
            }
            let needs_number = column.shade || column.format.is_some();
            if needs_number {
                self.expect_number(&position.member("field"), &column.field);
            }
            for (index, rule) in column.colors.iter().enumerate() {
                self.color(rule, &column.field, &position.member("colors").item(index));
            }
        }
    }

    fn color(&mut self, rule: &ColorRule, field: &FieldName, position: &Position) {
        let by_number = rule.at_least.is_some() || rule.less.is_some();
        self.report.expect(by_number || !rule.is_any_of.is_empty(), position, || {
            "no condition: expected `at_least`, `less` or `is_any_of`".to_owned()
        });
        if by_number {
            self.expect_number(position, field);
        }
    }

    fn field(&mut self, member: &str, field: &FieldName) {
        field_of(self.query, field, &self.position.member(member), self.report);
    }

    fn number(&mut self, member: &str, field: &FieldName) {
        self.number_at(&self.position.member(member), field);
    }

    fn number_at(&mut self, position: &Position, field: &FieldName) {
        field_of(self.query, field, position, self.report);
        self.expect_number(position, field);
    }

    fn expect_number(&mut self, position: &Position, field: &FieldName) {
        self.report.expect(is_number(self.asked, field), position, || {
            format!("field `{field}` is no number: expected one to draw")
        });
    }
}

/// Whether the field's values are numbers. Fields and columns that do not exist are noted elsewhere.
fn is_number(asked: &Asked<'_>, field: &FieldName) -> bool {
    let dimension = asked.explore.dimensions.get(field).and_then(|it| asked.model.dimension_type(asked.explore, it));
    let measure = || asked.explore.measures.get(field).and_then(|it| asked.model.measure_type(asked.explore, it));
    let kind = dimension.or_else(measure);
    kind.is_none_or(|kind| kind.is_number())
}
