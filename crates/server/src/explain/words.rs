//! An explanation for people: every line says something of the document.

use super::told::{Decision, Downloads, Explanation, PolicyTold, Row, Rows, TableTold, Who};
use std::fmt::Write as _;

pub(super) fn of(explanation: &Explanation) -> String {
    let Explanation { persona, refused, who, decision, explore, read_at, hidden_fields, downloads, tables, row } =
        explanation;
    if let Some(refusal) = refused {
        return format!("{persona} does not get in: {refusal}\n");
    }
    let mut text = String::new();
    if let Some(who) = who {
        told_of(persona, who, &mut text);
    }
    if let Some(decision) = decision {
        decided(decision, &mut text);
    }
    if let (Some(explore), Some(place)) = (explore, read_at) {
        line(&mut text, &format!("{explore} is read at {place}"));
    }
    hidden_fields.iter().for_each(|field| line(&mut text, &format!("  field {field} does not exist for them")));
    let is_allowed = decision.as_ref().is_some_and(|decision| decision.allowed);
    tables.iter().for_each(|table| rows_of(table, is_allowed, &mut text));
    if let Some(downloads) = downloads {
        taken_away(downloads, &mut text);
    }
    if let Some(row) = row {
        judged(row, &mut text);
    }
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a text does not fail.
    let _ = writeln!(text, "{line}");
}

fn told_of(persona: &str, who: &Who, text: &mut String) {
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let permissions: Vec<String> = who.permissions.iter().map(|name| (*name).to_owned()).collect();
    line(text, persona);
    line(text, &format!("  tenant       {}", who.tenant.as_deref().unwrap_or("none")));
    line(text, &format!("  teams        {}", list(&who.teams)));
    line(text, &format!("  permissions  {}", list(&permissions)));
    for (name, value) in &who.attributes {
        line(text, &format!("  {name:<11}  {}", value.as_deref().unwrap_or("none")));
    }
}

fn decided(decision: &Decision, text: &mut String) {
    let Decision { resource, allowed, rules, missing } = decision;
    if *allowed {
        line(text, &format!("{resource}: may be asked, by {}", rules.join(", ")));
        return;
    }
    line(text, &format!("{resource}: may not be asked; it would take"));
    missing.iter().for_each(|missing| line(text, &format!("  {} ({})", missing.needs, missing.rule)));
}

fn rows_of(told: &TableTold, is_allowed: bool, text: &mut String) {
    let rows = match told.rows {
        Rows::All => "every row",
        Rows::Some => "the rows that its policies let through",
        Rows::None => "no row",
    };
    let why = if told.shared { " (rows: shared)" } else { "" };
    if is_allowed {
        line(text, &format!("table {}: {rows}{why}", told.table));
    } else {
        line(text, &format!("table {}, if that were allowed:{why}", told.table));
    }
    if told.policies.is_empty() && !told.shared {
        line(text, "  no row policy: nobody sees a row");
    }
    told.policies.iter().for_each(|policy| stands(policy, text));
    told.columns.iter().for_each(|column| line(text, &format!("  column {} is {}", column.column, column.is)));
}

fn stands(policy: &PolicyTold, text: &mut String) {
    let PolicyTold { policy: name, effect, of, concerns, rule, asks, false_as_a_whole } = policy;
    let rule = rule.split_whitespace().collect::<Vec<_>>().join(" ");
    line(text, &format!("  {effect} {name}, for {of}: {rule}"));
    for (asked, has) in asks {
        line(
            text,
            &format!("    {asked} is {}", has.as_ref().map_or_else(|| "none".to_owned(), |has| format!("`{has}`"))),
        );
    }
    let outcome = match (*effect, concerns, false_as_a_whole) {
        ("permit", false, _) => "does not concern them: it would, if they were one of these",
        ("restrict", false, _) => "does not concern them: they are one of these",
        ("permit", true, true) => "admits no row: it would, with a value that fits in place of none",
        ("restrict", true, true) => "hides every row: it would not, with a value that fits in place of none",
        ("permit", true, false) => "admits the rows for which it holds",
        _ => "hides the rows for which it does not hold",
    };
    line(text, &format!("    {outcome}"));
}

fn taken_away(downloads: &Downloads, text: &mut String) {
    let formats = if downloads.formats.is_empty() { "in no format".to_owned() } else { downloads.formats.join(", ") };
    let most = downloads.most_rows.map(|rows| format!(", at most {rows} rows")).unwrap_or_default();
    line(text, &format!("downloads: {formats}{most}"));
    for limit in &downloads.limits {
        let of =
            limit.of.as_ref().map_or_else(|| "none of its limits is for them".to_owned(), |of| format!("for {of}"));
        let when = if limit.is_read { "" } else { ", where it is read" };
        line(text, &format!("  table {}: at most {} rows{when}, {of}", limit.table, limit.rows));
    }
}

fn judged(row: &Row, text: &mut String) {
    if row.found.is_empty() {
        line(text, &format!("no row of {} has these values", row.table));
    }
    for verdict in &row.found {
        let visible = if verdict.visible { "visible" } else { "hidden" };
        line(text, &format!("a row of {} with these values: {visible}", row.table));
        for (policy, holds) in &verdict.holds {
            let holds = match holds {
                Some(true) => "holds",
                Some(false) => "does not hold",
                None => "does not hold (unknown)",
            };
            line(text, &format!("  {policy} {holds}"));
        }
        if verdict.holds.is_empty() {
            line(text, "  no policy concerns them");
        }
    }
}
