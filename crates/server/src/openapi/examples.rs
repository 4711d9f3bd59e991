//! An example of what each operation is sent and answers, from `examples.json`: of things of definitions one each, which all
//! five of their operations share. A test compares each with its schema.

use crate::routes::administration::merge_into;
use serde_json::{Map, Value, json};

/// What an example may be.
fn examples() -> Value {
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

/// Puts examples beside the schemas of bodies, answers and parameters.
pub(super) fn describe(document: &mut Value) {
    let examples = examples();
    for methods in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            let tag = operation.pointer("/tags/0").and_then(Value::as_str);
            let thing = tag.and_then(|tag| examples.get("things")?.get(tag));
            let own = examples.get("operations").and_then(|operations| operations.get(&id));
            let (sent, answered) = match (own, thing) {
                (Some(example), _) => (example["sent"].clone(), example["answered"].clone()),
                (None, Some(thing)) => of_thing(method, operation.get("parameters").is_some_and(by_id), thing),
                (None, None) => continue,
            };
            put(operation.pointer_mut("/requestBody/content"), &sent);
            for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
                if status.starts_with('2') {
                    put(response.get_mut("content"), &answered);
                }
            }
        }
        parameters(methods, examples.get("parameters").unwrap_or(&Value::Null));
    }
}

fn put(content: Option<&mut Value>, example: &Value) {
    let json = content.and_then(|content| content.get_mut("application/json"));
    if let (Some(json), false) = (json, example.is_null()) {
        json["example"] = example.clone();
    }
}

/// Whether an operation is about one thing.
fn by_id(parameters: &Value) -> bool {
    parameters.as_array().into_iter().flatten().any(|parameter| parameter["in"] == "path")
}

/// What an operation on a thing is sent and answers.
fn of_thing(method: &str, of_one: bool, thing: &Value) -> (Value, Value) {
    let mut told = thing["thing"].clone();
    merge_into(&mut told, json!({ "id": thing["id"] }));
    match (method, of_one) {
        ("get", false) => (Value::Null, json!({ "items": [told] })),
        ("post", _) => (thing["thing"].clone(), told),
        ("patch", _) => {
            let (sent, mut changed) = (thing["change"].clone(), told);
            merge_into(&mut changed, sent.clone());
            (sent, changed)
        }
        _ => (Value::Null, told),
    }
}

fn parameters(methods: &mut Value, examples: &Value) {
    for operation in methods.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            if let (true, Some(example)) = (parameter["in"] == "path", examples.get(&name)) {
                parameter["example"] = example.clone();
            }
        }
    }
}
