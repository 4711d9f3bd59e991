//! Charts with rows, as tests need them.

use model::chart::Chart;
use picture::{Cell, Column, Kind, Picture, Size};
use serde_json::{Value, json};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A picture that owns what it draws.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) title: String,
    pub(crate) chart: Chart,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) truncated: bool,
    pub(crate) zone: &'static str,
    pub(crate) size: Size,
}

impl Sample {
    /// `columns`: name, label, kind, format and grain.
    pub(crate) fn new(name: &'static str, title: &str, chart: Value, columns: Value, rows: Value) -> Outcome<Self> {
        let columns = columns.as_array().ok_or("columns")?.iter().map(column).collect::<Outcome<_>>()?;
        let row = |row: &Value| row.as_array().map(|cells| cells.iter().map(Cell::from).collect()).ok_or("a row");
        Ok(Self {
            name,
            title: title.to_owned(),
            chart: serde_json::from_value(chart)?,
            columns,
            rows: rows.as_array().ok_or("rows")?.iter().map(row).collect::<Result<_, _>>()?,
            truncated: false,
            zone: "UTC",
            size: Size::USUAL,
        })
    }

    pub(crate) fn picture(&self) -> Picture<'_> {
        Picture {
            title: &self.title,
            chart: &self.chart,
            columns: &self.columns,
            rows: &self.rows,
            truncated: self.truncated,
            time_zone: self.zone.to_owned().try_into().unwrap_or_default(),
            size: self.size,
        }
    }
}

fn column(column: &Value) -> Outcome<Column> {
    let text = |at: usize| column[at].as_str().map(str::to_owned).ok_or("a text");
    let kind = match column[2].as_str() {
        Some("text") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("decimal") => Kind::Decimal,
        Some("boolean") => Kind::Boolean,
        Some("date") => Kind::Date,
        Some("timestamp") => Kind::Timestamp,
        _ => return Err("a kind".into()),
    };
    let format =
        column.get(3).filter(|it| !it.is_null()).map_or(Ok(json!("plain")), |it| Ok::<_, String>(it.clone()))?;
    let grain = column.get(4).map(|it| serde_json::from_value(it.clone())).transpose()?;
    Ok(Column { name: text(0)?, label: text(1)?, kind, format: serde_json::from_value(format)?, grain })
}

fn regions() -> Value {
    json!([["region", "Region", "text"], ["sales", "Sales", "decimal", {"currency": "USD"}], ["orders", "Orders", "integer", "integer"]])
}

/// Every kind of chart, with what each has to cope with.
pub(crate) fn samples() -> Outcome<Vec<Sample>> {
    let by_region = json!([
        ["Central", "503170.67", 2323],
        ["East", "691828.17", 2848],
        ["South", "391721.9", 1620],
        ["West", "739813.61", 3203]
    ]);
    let months = |negative: bool| -> Value {
        (1..=12)
            .flat_map(|month| {
                let up = f64::from(month) * 1250.5 + if month % 3 == 0 { 4_000.0 } else { 0.0 };
                let down = if negative && month > 8 { -2_000.0 } else { 3_500.0 + f64::from(month * month) * 20.0 };
                let day = format!("2025-{month:02}-01");
                [
                    json!([day, "South", up.to_string()]),
                    json!([day, "West", if month == 6 { Value::Null } else { json!(down.to_string()) }]),
                ]
            })
            .collect()
    };
    let by_month = json!([
        ["month", "Month", "date", null, "month"],
        ["region", "Region", "text"],
        ["sales", "Sales", "decimal", "integer"]
    ]);
    let split = |kind: &str, stack: &str| json!({"type": kind, "x": "month", "y": ["sales"], "series": "region", "stack": stack});
    let managers = json!([
        ["Fred Suzuki of the South", "391721.9", 1620],
        ["Sawdie Pawthorne of the West", "739813.61", 3203],
        ["Chuck Magee of the East", "-91828.17", 28]
    ]);
    let mut samples = vec![
        Sample::new(
            "kpi",
            "Sales",
            json!({"type": "kpi", "value": "sales"}),
            regions(),
            json!([["All", "2326534.35", 9994]]),
        )?,
        Sample::new(
            "kpi_over_months",
            "Sales of the last month",
            json!({"type": "kpi", "value": "sales", "over": "month", "better": "higher"}),
            json!([["month", "Month", "date", null, "month"], ["sales", "Sales", "decimal", {"currency": "EUR"}]]),
            json!([
                ["2025-01-01", "81200"],
                ["2025-02-01", "79000.5"],
                ["2025-03-01", null],
                ["2025-04-01", "90210"],
                ["2025-05-01", "84000.25"]
            ]),
        )?,
        Sample::new(
            "kpi_compared",
            "Share of returns",
            json!({"type": "kpi", "value": "now", "compare": "before", "better": "lower"}),
            json!([["now", "Now", "decimal", "percent"], ["before", "last year", "decimal", "percent"]]),
            json!([["0.1", "0.125"]]),
        )?,
        Sample::new("line", "Sales by month and region", split("line", "grouped"), by_month.clone(), months(false))?,
        Sample::new("area", "Sales by month, stacked", split("area", "stacked"), by_month.clone(), months(false))?,
        Sample::new(
            "bar",
            "Sales by region",
            json!({"type": "bar", "x": "region", "y": ["sales"]}),
            regions(),
            by_region.clone(),
        )?,
        Sample::new(
            "bar_grouped",
            "Sales by month and region",
            split("bar", "grouped"),
            by_month.clone(),
            months(true),
        )?,
        Sample::new(
            "bar_stacked",
            "Sales by month and region",
            split("bar", "stacked"),
            by_month.clone(),
            months(true),
        )?,
        Sample::new("bar_percent", "Share of each region", split("bar", "percent"), by_month, months(false))?,
        Sample::new(
            "bar_sideways",
            "Sales by manager",
            json!({"type": "bar", "x": "region", "y": ["sales"]}),
            regions(),
            managers,
        )?,
        Sample::new(
            "pie",
            "Orders by region",
            json!({"type": "pie", "label": "region", "value": "orders"}),
            regions(),
            by_region.clone(),
        )?,
        Sample::new(
            "scatter",
            "Orders and sales",
            json!({"type": "scatter", "x": "orders", "y": "sales", "size": "orders", "series": "region"}),
            regions(),
            by_region.clone(),
        )?,
        Sample::new(
            "table",
            "Flights",
            json!({"type": "table", "columns": [{"field": "delay", "format": "decimal1"}]}),
            json!([
                ["at", "Departure", "timestamp"],
                ["flight", "Flight", "text"],
                ["delay", "Delay", "decimal"],
                ["late", "Late", "boolean"],
                ["day", "Day", "integer", null, "day_of_week"]
            ]),
            (0..40)
                .map(|at| {
                    json!([
                        format!("2025-03-{:02}T{:02}:05:00Z", at % 28 + 1, at % 24),
                        format!("VT {at} to Zürich, Ελλάδα & Київ"),
                        format!("{}.25", at * 37),
                        at % 2 == 0,
                        at % 7 + 1
                    ])
                })
                .collect(),
        )?,
        Sample::new(
            "pivot_as_table",
            "Orders by region",
            json!({"type": "pivot", "rows": ["region"], "values": ["sales", "orders"]}),
            regions(),
            by_region,
        )?,
        Sample::new(
            "heatmap",
            "Delays by day and hour",
            json!({"type": "heatmap", "x": "hour", "y": "day", "value": "delay"}),
            json!([
                ["hour", "Hour", "integer", null, "hour_of_day"],
                ["day", "Day", "integer", null, "day_of_week"],
                ["delay", "Delay", "decimal", "decimal1"]
            ]),
            (0..56)
                .map(|at| {
                    json!([
                        6 + at % 8,
                        1 + at / 8,
                        if at == 20 { Value::Null } else { json!(format!("{}.5", at * 7 % 31 - 3)) }
                    ])
                })
                .collect(),
        )?,
        Sample::new(
            "funnel",
            "From visit to order",
            json!({"type": "funnel", "label": "step", "value": "people"}),
            json!([["step", "Step", "text"], ["people", "People", "integer", "integer"]]),
            json!([["Visited", 12000], ["Put into the basket", 4100], ["Paid", 1630], ["Came back", null]]),
        )?,
        Sample::new(
            "gauge",
            "Flights on time",
            json!({"type": "gauge", "value": "share", "min": 0, "max": 1, "target": "goal"}),
            json!([["share", "On time", "decimal", "percent"], ["goal", "Goal", "decimal", "percent"]]),
            json!([["0.764", "0.85"]]),
        )?,
        Sample::new(
            "nothing",
            "Sales by region",
            json!({"type": "bar", "x": "region", "y": ["sales"]}),
            regions(),
            json!([]),
        )?,
    ];
    for sample in &mut samples {
        sample.zone = if sample.name == "table" { "Europe/Zurich" } else { "UTC" };
        sample.truncated = sample.name == "bar";
    }
    Ok(samples)
}
