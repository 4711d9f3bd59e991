//! A large organization, made by code and the same in each run: 10,000 teams, 100,000 grants, 500 policies and a million
//! members beside the demo's.

use crate::Outcome;
use chrono::DateTime;
use model::access::Definitions;
use model::name::ClientId;
use model::snapshot::Kind;
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyPoolOptions;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use store::Store;
use store::apply::Application;
use store::audit::{AuditEvent, AuditPrincipal, Verdict};

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) teams: usize,
    pub(crate) members: usize,
}

/// One for each policy, and so for each table.
pub(crate) const WORKBOOKS: usize = 500;
const TABLES_OF_A_MODEL: usize = 10;

/// Each team is granted so much: a workbook with its model, and workbooks of others.
const GRANTS_OF_A_TEAM: usize = 10;

/// What a team is called.
pub(crate) fn team(number: usize) -> String {
    format!("Team {number}")
}

/// The workbook whose data a team sees.
pub(crate) fn workbook_of(team: usize) -> String {
    workbook(team % WORKBOOKS)
}

/// A workbook on which a team has no grant.
pub(crate) fn foreign_to(team: usize) -> String {
    workbook(team + WORKBOOKS / 2 + 1)
}

fn workbook(number: usize) -> String {
    format!("w{}", number % WORKBOOKS)
}

/// Adds it to the demo's definitions.
pub(crate) fn definitions(folder: &Path, size: Size) -> Outcome<()> {
    let mut teams = String::new();
    for number in 0..size.teams {
        writeln!(teams, "  - {}", json!({"name": team(number)}))?;
    }
    append(&folder.join("teams.yaml"), &teams)?;
    fs::write(folder.join("data/small.csv"), "carrier,amount\nDL,1\nUA,2\n")?;
    for number in 0..WORKBOOKS / TABLES_OF_A_MODEL {
        fs::write(folder.join(format!("models/m{number}.yaml")), model(number, size.teams).to_string())?;
    }
    for number in 0..WORKBOOKS {
        fs::write(folder.join(format!("workbooks/w{number}.yaml")), contents(number).to_string())?;
    }
    Ok(())
}

/// Grants each team what it looks at, and puts that in force: so many grants are too long for a file of definitions.
pub(crate) async fn grants(store: &Store, size: Size) -> Outcome<()> {
    let loaded = store.load().await?.ok_or("nothing is in force")?;
    let mut definitions = Definitions { members: store.written_members().await?, ..loaded.definitions };
    for number in 0..size.teams {
        let to = json!({"team": team(number)});
        let model = format!("m{}", number % WORKBOOKS / TABLES_OF_A_MODEL);
        let used = json!({"to": to, "on": {"model": model}, "level": "use"});
        let seen = (0..GRANTS_OF_A_TEAM - 1).map(|other| workbook(number + other * 13));
        let seen = seen.map(|on| json!({"to": to, "on": {"workbook": on}, "level": "view"}));
        for grant in seen.chain([used]) {
            definitions.grants.push(serde_json::from_value(grant)?);
        }
    }
    let mut secrets = BTreeMap::new();
    for (key, known) in loaded.secrets {
        let client_id = loaded.ids.name(Kind::Key, key.as_str()).ok_or("a key without a name")?;
        secrets.insert(ClientId::new(client_id)?, known);
    }
    let now = DateTime::UNIX_EPOCH;
    let event = AuditEvent {
        at: now,
        correlation_id: String::new(),
        event: "definitions_applied".to_owned(),
        principal: AuditPrincipal::default(),
        acting_for: None,
        action: None,
        resource: None,
        verdict: Verdict::Allowed,
        revision: 0,
        reasons: Vec::new(),
        detail: json!({}),
    };
    store.apply(Application { definitions, secrets, provider_secrets: BTreeMap::new(), now }, event).await?;
    Ok(())
}

fn append(file: &Path, lines: &str) -> Outcome<()> {
    let before = fs::read_to_string(file)?;
    Ok(fs::write(file, format!("{}\n{lines}", before.trim_end()))?)
}

/// Ten tables, each with a policy for the teams that look at its workbook.
fn model(number: usize, teams: usize) -> serde_json::Value {
    let (mut tables, mut explores) = (json!({}), json!({}));
    for index in 0..TABLES_OF_A_MODEL {
        let (table, policy) = (format!("t{index}"), number * TABLES_OF_A_MODEL + index);
        let permitted: Vec<String> = (policy..teams).step_by(WORKBOOKS).map(team).collect();
        tables[&table] = json!({
            "source": "small.csv", "columns": {"carrier": "text", "amount": "integer"},
            "row_policies": [{"name": "own", "permit": {"teams": permitted}, "rule": "carrier = user_attribute('carrier')"}],
        });
        explores[&table] = json!({
            "title": "Small", "table": table, "dimensions": {"carrier": {"column": format!("{table}.carrier")}},
            "measures": {"amount": {"sum": format!("{table}.amount")}},
        });
    }
    json!({"connection": "files", "tables": tables, "explores": explores})
}

fn contents(number: usize) -> serde_json::Value {
    let explore = format!("m{}.t{}", number / TABLES_OF_A_MODEL, number % TABLES_OF_A_MODEL);
    let data = json!({
        "query": {"explore": explore, "fields": ["carrier", "amount"]}, "chart": {"type": "table"},
    });
    let page = json!({"name": "main", "title": "Main", "elements": [{"name": "all", "show": {"data": data}}]});
    json!({"title": format!("Workbook {number}"), "in": {"folder": "operations/flights"}, "pages": [page]})
}

/// Two letters of a name, by chance that is the same in each run.
const SYLLABLE: &str =
    "substr('balokirematosunavideporushalinegomiru', 1 + 2 * CAST((i / DIVISOR) % 20 AS INTEGER), 2)";

/// How many members one statement makes.
const AT_ONCE: usize = 50_000;

/// Writes members behind the store's back, as earlier embeds would have made them: that many calls would take an hour.
pub(crate) async fn members(address: &str, size: Size) -> Outcome<()> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new().max_connections(1).connect(address).await?;
    let syllables = |first: usize, count: u32| {
        let each = (0..count).map(|place| SYLLABLE.replace("DIVISOR", &(first * 20_usize.pow(place)).to_string()));
        each.collect::<Vec<_>>().join(" || ")
    };
    // The number that is looked at is mixed first, so that neighbours have nothing in common.
    let (first, last) = (syllables(1, 2), syllables(400, 3));
    for from in (0..size.members).step_by(AT_ONCE) {
        let to = (from + AT_ONCE).min(size.members);
        let people = format!(
            "WITH RECURSIVE n(number) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT number + 1 FROM n WHERE number + 1 < {to}), \
             mixed(number, i) AS (SELECT number, (number * 2654435761) % 4294967296 FROM n), \
             people(number, id, first, last) AS (SELECT number, 'member_' || (4294967296 + i), {first}, {last} FROM mixed) "
        );
        let members = format!(
            "{people} INSERT INTO members (id, issuer, tenant, subject, kind, written_by, maker, active, has_logged_in, email, \
             first_name, last_name, account_type, teams, attributes, created_at, changed_at) \
             SELECT people.id, (SELECT id FROM definitions WHERE kind = 'issuer' AND name = 'contrail'), '', \
             first || '.' || last || number || '@large.example', 'embed', 'embed', 'embed', 1, 0, \
             first || '.' || last || number || '@large.example', first, last, 'View', '[\"' || teams.id || '\"]', '{{}}', 0, 0 \
             FROM people JOIN definitions AS teams ON teams.kind = 'team' AND teams.name = 'Team ' || (number % {})",
            size.teams
        );
        let terms = ["first || ' ' || last", "last", "first || '.' || last || number || '@large.example'"]
            .map(|term| format!("{people} INSERT INTO member_terms (term, member) SELECT {term}, id FROM people"));
        let mut transaction = pool.begin().await?;
        for statement in [members].into_iter().chain(terms) {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    // As a database that is looked after is.
    sqlx::query("ANALYZE").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// What the demo's host says of somebody in a team whom nobody may know yet.
pub(crate) fn call(team_number: usize, subject: &str) -> serde_json::Value {
    json!({
        "subject": format!("{subject}@host.example"), "teams": [team(team_number)], "account_type": "View",
        "attributes": {"carrier": "DL"}, "content": {"workbook": workbook_of(team_number)}, "origin": crate::program::ORIGIN,
    })
}
