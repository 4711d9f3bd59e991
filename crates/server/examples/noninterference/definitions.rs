//! The files of an organization.

use crate::columns::ColumnPolicy;
use crate::data::Of;
use crate::database::Database;
use crate::joins::Join;
use crate::person::{Kind, TEAMS};
use crate::policies::{audience, written};
use crate::world::World;
use serde_json::{Value, json};

/// Each file with what stands in it.
pub(crate) fn of(world: &World, database: Option<&Database>) -> Vec<(&'static str, Value)> {
    let to_all = |on: Value, level: &str| {
        TEAMS.iter().map(move |team| json!({"to": {"team": team}, "on": on, "level": level})).collect::<Vec<_>>()
    };
    let grants = [to_all(json!({"workspace": "all"}), "explore"), to_all(json!({"model": "m"}), "use")].concat();
    let sources = &world.person.sources;
    vec![
        ("vitrine.yaml", organization(world)),
        ("issuers.yaml", json!({"issuers": [{"name": "host"}]})),
        ("teams.yaml", json!({"teams": sources.teams()})),
        ("tenants.yaml", json!({"tenants": sources.tenants(world.zone_of_tenants)})),
        (
            "account_types.yaml",
            json!({"account_types": [
                {"name": "View", "permissions": ["view"]},
                {"name": "Explore", "permissions": ["view", "explore"]},
                {"name": "Analyze", "permissions": ["view", "explore", "export_csv", "view_underlying"]},
            ]}),
        ),
        (
            "attributes.yaml",
            json!({"attributes": [
                sources.attribute(), {"name": "labels", "type": "text", "list": true},
                {"name": "expression", "type": "filter"}, {"name": "number", "type": "number"},
            ]}),
        ),
        ("connections.yaml", json!({"connections": [connection(database)]})),
        ("workspaces.yaml", json!({"workspaces": [{"name": "all", "title": "All"}]})),
        ("grants.yaml", json!({"grants": grants})),
        ("embed_keys.yaml", json!({"embed_keys": [key(world)]})),
        ("models/m.yaml", model(world, database)),
        ("workbooks/w.yaml", world.content.written(world.person.kind, world.join != Join::Absent)),
    ]
}

fn organization(world: &World) -> Value {
    let mut organization = json!({"name": "World", "automatic_creation": true, "capture_attributes": true});
    match world.person.kind {
        Kind::Link => organization["public_links"] = json!(true),
        Kind::Guest => organization["guest_embeds"] = json!(true),
        Kind::OnDemand => organization["on_demand_access"] = json!(true),
        Kind::Member | Kind::Locked => {}
    }
    if let Some(zone) = world.zone {
        organization["presentation"] = json!({"time_zone": zone});
    }
    organization
}

fn key(world: &World) -> Value {
    let any = json!("any");
    let mut key = json!({
        "client_id": "portal", "issuer": "host", "secrets": [{"secret_file": "secrets/portal"}],
        "ceiling": {
            "tenants": any, "teams": any, "account_types": ["Analyze", "Explore"],
            "permissions": ["view", "explore", "export_csv", "view_underlying"],
            "attributes": {"label": any, "labels": any, "expression": any, "number": any},
            "content": [{"workspace": "all"}], "origins": ["https://portal.example"], "session_seconds": 3600,
        },
    });
    if world.person.is_label_attribute {
        key["guest_attributes"] = json!({"label": "label"});
    }
    key
}

fn connection(database: Option<&Database>) -> Value {
    match database {
        Some(database) => json!({"name": "data", "postgres": database.place()}),
        None => json!({"name": "data", "folder": "data"}),
    }
}

/// The row and column policies of a table.
pub(crate) fn policies(world: &World, of: Of) -> (Vec<Value>, Vec<Value>) {
    let columns = world.columns[of].iter().map(ColumnPolicy::written).collect();
    (written(&world.policies[of], of), columns)
}

fn table(world: &World, of: Of, source: &str) -> Value {
    let (rows, column_policies) = policies(world, of);
    let mut columns = json!({of.key(): "integer"});
    of.columns().iter().for_each(|column| columns[column.name] = json!(column.kind));
    let mut table =
        json!({"source": source, "columns": columns, "row_policies": rows, "column_policies": column_policies});
    let limits = &world.limits[of];
    if !limits.is_empty() {
        let written = limits.iter().map(|(to, rows)| json!({"to": audience(*to), "rows": rows}));
        table["download_limits"] = written.collect();
    }
    table
}

fn model(world: &World, database: Option<&Database>) -> Value {
    let file = |table: &str| format!("{table}.{}", world.storage.extension());
    let source = |table: &str| database.map_or_else(|| file(table), |database| database.source(table));
    let mut tables = json!({
        "entitlements": {"source": source("entitlements"), "columns": {"person": "text", "label": "text"}},
        "units": {"source": source("units"), "columns": {"unit": "text", "above": "text", "steps": "integer"}},
    });
    Of::ALL.iter().for_each(|of| tables[of.name()] = table(world, *of, &source(of.name())));
    let places = json!({"table": "places", "on": {"events.link": "key"}});
    let joins: Vec<Value> = std::iter::once(places).chain(world.join.written()).collect();
    json!({
        "connection": "data",
        "tables": tables,
        "explores": {"events": {
            "table": "events", "joins": joins, "dimensions": dimensions(world), "measures": measures(world),
            "parameters": world.formulas.written_parameters(),
        }},
    })
}

fn dimensions(world: &World) -> Value {
    let dimension = |of: Of, column: &str| json!({"column": format!("{}.{column}", of.name())});
    let cases = json!([
        {"is": "pole", "operator": "contains", "values": ["th"]}, {"is": "digit", "values": ["0", "7"]},
    ]);
    let mut dimensions = json!({
        "place": dimension(Of::Places, "name"), "size": dimension(Of::Places, "size"),
        "open": dimension(Of::Places, "open"), "month": {"column": "events.day", "grain": "month"},
        "week": {"column": "events.at", "grain": "week"}, "hour": {"column": "events.at", "grain": "hour"},
        "date": {"column": "events.at", "grain": "day"}, "clock": {"column": "events.at", "grain": "hour_of_day"},
        "weekday": {"column": "events.at", "grain": "day_of_week"}, "tens": {"column": "events.number", "bins": 10},
        "sort": {"column": "events.label", "otherwise": "other", "cases": cases},
    });
    Of::Events.names_of_columns().for_each(|column| dimensions[column] = dimension(Of::Events, column));
    if world.join != Join::Absent {
        ["tag", "word", "weight", "set"].iter().for_each(|column| dimensions[*column] = dimension(Of::Tags, column));
    }
    for (name, formula) in &world.formulas.fields {
        dimensions[*name] = json!({"calculated": formula.written()});
    }
    dimensions["dozens"]["bins"] = json!(12);
    dimensions["class"]["otherwise"] = json!("other");
    dimensions["class"]["cases"] = cases;
    dimensions
}

fn measures(world: &World) -> Value {
    let mut measures = json!({
        "events": {"count": "rows"}, "total": {"sum": "events.price"}, "numbers": {"sum": "events.number"},
        "labels": {"count_distinct": "events.label"}, "last": {"max": "events.code"},
        "middle": {"median": "events.price"}, "most": {"percentile": {"column": "events.number", "at": 0.9}},
        "mean": {"average": "events.price"}, "first": {"min": "events.day"},
        "usual": {"percentile": {"column": "events.at", "at": 0.5}},
        "per": {"ratio": ["total", "numbers"]}, "sizes": {"sum": "places.size"},
        "flagged": {"count": "rows", "where": [{"field": "flag", "values": [true]}]},
        "share": {"ratio": ["flagged", "events"]}, "so_far": {"running_total": "events"},
        "part": {"percent_of_total": "total"}, "sizes_met": {"sum": "places.size", "per": "events"},
        "spots": {"count": "rows", "per": "places"},
        "mines": {"count": "rows", "where": [{"field": "mine", "values": [true]}]},
    });
    let of_tags = json!({
        "tags": {"count": "rows", "per": "tags"}, "weights": {"sum": "tags.weight"},
        "words": {"count_distinct": "tags.word"}, "heaviest": {"max": "tags.weight"},
        "weigh": {"median": "tags.weight"}, "tagged": {"ratio": ["tags", "events"]},
        "heavy": {"count": "rows", "where": [{"field": "weight", "operator": "greater", "values": [2]}]},
    });
    let of_tags = of_tags.as_object().into_iter().flatten().filter(|_| world.join != Join::Absent);
    of_tags.for_each(|(name, measure)| measures[name] = measure.clone());
    if world.join.is_from_one_event() {
        measures["tag_mean"] = json!({"average": "events.price", "per": "tags"});
    }
    measures
}
