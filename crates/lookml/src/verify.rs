//! Holds models against the checks of definitions, and takes out what does not pass. What is written passes `vitrine check`.

use crate::Target;
use crate::finding::Findings;
use crate::security::Attributes;
use crate::translate::Drafted;
use model::access::{Connection, Definitions};
use model::files::{read, write};
use model::name::ModelName;
use model::problem::{Problem, Step};
use model::semantic::{Join, Model};
use std::collections::BTreeMap;

/// What stands at the top of each file.
const HEADER: &str =
    "# Made of LookML by `vitrine import lookml`. Tables without `rows` and `row_policies` are closed.\n";

/// The texts of the models.
pub(crate) fn written(
    mut drafts: BTreeMap<ModelName, Drafted>,
    target: Target<'_>,
    attributes: &Attributes,
    findings: &mut Findings,
) -> BTreeMap<ModelName, String> {
    let Some(mut definitions) = nothing(target.connection, attributes) else { return BTreeMap::new() };
    loop {
        definitions.models =
            drafts.iter().map(|(name, draft)| (name.clone(), draft.model.clone())).collect::<BTreeMap<_, _>>().into();
        let files = write(&definitions);
        let checked = files.and_then(|files| read(&files)?.check().map(|_| files));
        match checked {
            Ok(files) => return texts(&drafts, &files),
            Err(problems) => {
                let before = drafts.len();
                // Joins have numbers, which change when one is taken out.
                let is_of_join = |problem: &Problem| problem.position.field().contains(".joins[");
                let first = problems.iter().take(1);
                let others = problems.iter().skip(1).filter(|problem| !is_of_join(problem));
                let taken = first.chain(others).filter(|problem| take_out(&mut drafts, problem, findings)).count();
                if taken == 0 && drafts.len() == before {
                    // Not about a model, or about nothing that can be taken out: then about none of them can be said that it holds.
                    for (draft, problem) in drafts.values().zip(problems.iter().cycle()) {
                        findings.closed(&draft.place, format!("the model is not made: {problem}"));
                    }
                    return BTreeMap::new();
                }
            }
        }
    }
}

fn texts(drafts: &BTreeMap<ModelName, Drafted>, files: &BTreeMap<String, String>) -> BTreeMap<ModelName, String> {
    let text = |name: &ModelName| files.get(&format!("models/{name}.yaml")).map(|text| format!("{HEADER}{text}"));
    drafts.keys().filter_map(|name| Some((name.clone(), text(name)?))).collect()
}

/// Definitions with the attributes and the connection, and nothing else.
fn nothing(connection: &Connection, attributes: &Attributes) -> Option<Definitions> {
    let files = BTreeMap::from([("vitrine.yaml".to_owned(), "name: LookML\n".to_owned())]);
    let mut definitions = read(&files).ok()?.definitions().clone();
    // Who is led where is not about models, and names what is not here.
    let mut connection = Connection { route: None, ..connection.clone() };
    if let Some(postgres) = &mut connection.postgres {
        postgres.role = None;
    }
    definitions.connections = vec![connection].into();
    definitions.attributes = attributes.all().into();
    Some(definitions)
}

/// Takes out what a problem is about. Whether there was something.
fn take_out(drafts: &mut BTreeMap<ModelName, Drafted>, problem: &Problem, findings: &mut Findings) -> bool {
    let file = problem.position.file();
    let name = file.strip_prefix("models/").and_then(|file| file.strip_suffix(".yaml"));
    let Some(name) = name.and_then(|name| ModelName::new(name).ok()) else { return false };
    let Some(draft) = drafts.get_mut(&name) else { return false };
    let steps: Vec<String> = problem.position.steps().iter().map(text).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let message = &problem.message;
    match steps.as_slice() {
        ["explores", explore, kind @ ("dimensions" | "measures"), field, ..] => {
            let key = field.parse().map(|field| ((*explore).to_owned(), field));
            let place = key.ok().and_then(|key| draft.fields.get(&key)).unwrap_or(&draft.place);
            findings.closed(place, format!("field `{field}` of explore `{explore}` is not made: {message}"));
            remove_field(&mut draft.model, explore, kind, field)
        }
        ["explores", explore, "joins", index, ..] => {
            let Some(join) = remove_join(&mut draft.model, explore, index) else { return false };
            let key = ((*explore).to_owned(), join.name().to_string());
            let place = draft.joins.get(&key).unwrap_or(&draft.place);
            findings.closed(place, format!("join `{}` of explore `{explore}` is not made: {message}", join.name()));
            true
        }
        ["explores", explore, ..] => {
            let place = draft.explores.get(*explore).unwrap_or(&draft.place);
            findings.closed(place, format!("explore `{explore}` is not made: {message}"));
            explore.parse().is_ok_and(|explore| draft.model.explores.remove(&explore).is_some())
        }
        ["tables", table, "row_policies", ..] => {
            findings.closed(&draft.place, format!("nobody sees a row of table `{table}`: {message}"));
            let table = table.parse().ok().and_then(|table| draft.model.tables.get_mut(&table));
            table.is_some_and(|table| !std::mem::take(&mut table.row_policies).is_empty())
        }
        ["access_grants", grant, ..] => {
            findings
                .closed(&draft.place, format!("access grant `{grant}`, and what requires it, is not made: {message}"));
            grant.parse().is_ok_and(|grant| draft.model.access_grants.remove(&grant).is_some())
        }
        _ => {
            let at = problem.position.field();
            findings.closed(&draft.place, format!("the model is not made: {at}: {message}"));
            drafts.remove(&name).is_some()
        }
    }
}

fn text(step: &Step) -> String {
    match step {
        Step::Member(name) | Step::Entry(name) => name.clone(),
        Step::Item(index) => index.to_string(),
    }
}

fn remove_field(model: &mut Model, explore: &str, kind: &str, field: &str) -> bool {
    let explore = explore.parse().ok().and_then(|explore| model.explores.get_mut(&explore));
    let (Some(explore), Ok(field)) = (explore, field.parse()) else { return false };
    match kind {
        "dimensions" => explore.dimensions.remove(&field).is_some(),
        _ => explore.measures.remove(&field).is_some(),
    }
}

fn remove_join(model: &mut Model, explore: &str, index: &str) -> Option<Join> {
    let explore = model.explores.get_mut(&explore.parse().ok()?)?;
    let index = index.parse().ok().filter(|index| *index < explore.joins.len())?;
    Some(explore.joins.remove(index))
}
