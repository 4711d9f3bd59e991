//! Which refusals each operation knows, and the files that some answer with. What an operation takes says which there are:
//! who may call it, a body, parameters. `scripts/schemathesis` asks whether a server has others.

use crate::problem::Problem;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// A refusal: its name among the components, what it is, and one of its kind.
struct Refused {
    name: &'static str,
    meaning: &'static str,
    problem: Problem,
}

fn refusals() -> Vec<Refused> {
    let of = |name, meaning, problem| Refused { name, meaning, problem };
    let text = |text: &str| text.to_owned();
    vec![
        of(
            "Invalid",
            "The request is wrong in a way that its sender can mend; `detail` names the member.",
            Problem::Invalid { code: "invalid_parameter", detail: text("`limit`: expected 1 to 200") },
        ),
        of("Unauthorized", "The credential is not valid, whatever is wrong with it.", Problem::SessionEnded),
        of(
            "Forbidden",
            "The caller is known and may not do this.",
            Problem::Forbidden { code: "forbidden", detail: text("you may look at this, but not do that with it") },
        ),
        of("NotFound", "Hidden or absent: the two read the same.", Problem::NotFound),
        of("NotAcceptable", "No answer has a type that is accepted.", Problem::NotAcceptable),
        of(
            "Conflict",
            "It does not fit what there is; `detail` names what stands in the way.",
            Problem::Conflict { code: "name_taken", detail: text("`name`: there is a team of that name already") },
        ),
        of("Changed", "It is not any more what `If-Match` says.", Problem::Changed),
        of("TooLarge", "The body is too large.", Problem::TooLarge(crate::body::LARGEST_BODY)),
        of("NotJson", "The body is not declared as JSON.", Problem::NotJson),
        of("Unanswerable", "The question is valid, and its answer is not to be had.", Problem::too_many_bytes()),
        of("TooOften", "Too many requests, or too many questions at once.", Problem::TooOften(20)),
        of("Internal", "Something went wrong; the log has the reason.", Problem::Internal),
        of(
            "NotBuilt",
            "It is meant to be here, and is not built yet.",
            Problem::NotBuilt("there are no subscriptions yet"),
        ),
        of(
            "Unavailable",
            "The store or the data does not answer, or what the caller may see has just changed.",
            Problem::Unavailable,
        ),
    ]
}

/// Replaces the refusals of each operation by those that it knows, each of which is described once.
pub(super) fn describe(document: &mut Value) {
    let refusals = refusals();
    let described = refusals.iter().map(|refused| (refused.name.to_owned(), response(refused)));
    if let Some(components) = document.pointer_mut("/components").and_then(Value::as_object_mut) {
        components.insert("responses".to_owned(), Value::Object(described.collect()));
    }
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let known = known(path, method, operation);
            let Some(responses) = operation["responses"].as_object_mut() else { continue };
            responses.remove("default");
            for (status, response) in responses.iter_mut() {
                if response["description"].as_str().unwrap_or_default().is_empty() {
                    response["description"] = json!(meaning(status));
                }
            }
            for refused in refusals.iter().filter(|refused| known.contains(&refused.problem.status())) {
                let reference = json!({ "$ref": format!("#/components/responses/{}", refused.name) });
                responses.insert(refused.problem.status().as_str().to_owned(), reference);
            }
        }
    }
    files(document);
}

/// What a status means where nothing more is to be said.
fn meaning(status: &str) -> &'static str {
    match status {
        "201" => "It is made.",
        "204" => "It is done; there is no body.",
        _ => "The answer.",
    }
}

fn response(refused: &Refused) -> Value {
    let mut example: Map<String, Value> = serde_json::from_str(&refused.problem.body(None)).unwrap_or_default();
    example.insert("correlation_id".to_owned(), json!("0193a5c2f0c17d5e9b0a4f6d2c8e1b37"));
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    let mut headers = Map::new();
    if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&refused.problem.status()) {
        let seconds = json!({ "type": "integer", "minimum": 1 });
        let told = "Seconds until it is worth another try.";
        let header = json!({ "description": told, "required": true, "schema": seconds });
        headers.insert("Retry-After".to_owned(), header);
    }
    let content = json!({ "application/problem+json": { "schema": schema, "example": example } });
    match headers.is_empty() {
        true => json!({ "description": refused.meaning, "content": content }),
        false => json!({ "description": refused.meaning, "content": content, "headers": headers }),
    }
}

/// The statuses that refusals of an operation have.
fn known(path: &str, method: &str, operation: &Value) -> Vec<StatusCode> {
    let has = |member: &str| operation.get(member).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let parameter = |name: &str| {
        operation["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == name)
    };
    let (body, secured) = (operation.get("requestBody").is_some(), has("security"));
    let question = ["/query", "/underlying", "/export", "/picture", "/values", "/explain"]
        .iter()
        .any(|ending| path.ends_with(ending));
    let exchanges =
        ["/api/v1/embed/redeem", "/api/v1/login", "/api/v1/login/passkey", "/api/v1/login/reset"].contains(&path);
    let mut known =
        vec![StatusCode::TOO_MANY_REQUESTS, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    let mut add = |holds: bool, statuses: &[StatusCode]| known.extend(statuses.iter().filter(|_| holds));
    add(body, &[StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE]);
    add(has("parameters"), &[StatusCode::BAD_REQUEST]);
    add(secured || exchanges, &[StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]);
    add(secured, &[StatusCode::NOT_FOUND]);
    add(secured && method != "get" && !question, &[StatusCode::CONFLICT]);
    add(parameter("If-Match") || path == "/api/v1/account/password", &[StatusCode::PRECONDITION_FAILED]);
    add(question, &[StatusCode::UNPROCESSABLE_ENTITY]);
    add(path.starts_with("/api/v1/query"), &[StatusCode::NOT_ACCEPTABLE]);
    add(operation["responses"].get("501").is_some(), &[StatusCode::NOT_IMPLEMENTED]);
    known
}

/// The kinds of files, beside rows as JSON or in their place.
fn files(document: &mut Value) {
    let csv =
        ("text/csv", json!({ "schema": { "type": "string" }, "example": "Month,Flights\r\n2013-01-01,27004\r\n" }));
    let binary = json!({ "schema": { "type": "string", "format": "binary" } });
    let text = json!({ "schema": { "type": "string" } });
    let arrow = ("application/vnd.apache.arrow.stream", binary.clone());
    let xlsx = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", binary.clone());
    let lines =
        json!({ "schema": { "type": "array", "items": { "type": "object" } }, "example": [{ "Flights": 27004 }] });
    let all = [csv.clone(), arrow.clone(), xlsx, ("application/json", lines)];
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        let Some(answer) = methods.pointer_mut("/post/responses/200/content") else { continue };
        let put = |content: &mut Map<String, Value>, kinds: &[(&str, Value)]| {
            content.extend(kinds.iter().map(|(kind, described)| ((*kind).to_owned(), described.clone())));
        };
        if path.ends_with("/export") {
            let mut content = Map::new();
            put(&mut content, &all);
            *answer = Value::Object(content);
        } else if path.ends_with("/picture") {
            *answer = json!({ "image/svg+xml": text, "image/png": binary, "application/pdf": binary });
        } else if let (true, Some(content)) = (path.starts_with("/api/v1/query"), answer.as_object_mut()) {
            put(content, &[csv.clone(), arrow.clone()]);
        }
    }
}
