//! What clients of Tableau's REST API send: XML or JSON of bounded size, read into one tree.

use super::element::Element;
use crate::body::LARGEST_BODY;
use crate::problem::Problem;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::{BodyExt as _, Limited};
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;

/// The deepest that a body is nested. Requests have five levels.
const DEEPEST: usize = 10;

/// The most elements and texts of a body of XML.
const MOST_NODES: u32 = 10_000;

/// In what answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// XML, unless something else is asked for.
    Xml,
    /// JSON.
    Json,
}

impl Form {
    /// What the headers ask for: by `Accept`, and where that leaves it open, as the body is.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let says = |name, what: &str| {
            let all = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            all.flat_map(|value| value.split(',')).any(|one| {
                let essence = one.split(';').next().unwrap_or_default().trim();
                essence.rsplit('/').next().is_some_and(|kind| kind.eq_ignore_ascii_case(what))
            })
        };
        match (says(ACCEPT, "json"), says(ACCEPT, "xml")) {
            (true, _) => Self::Json,
            (false, false) if says(CONTENT_TYPE, "json") => Self::Json,
            (false, _) => Self::Xml,
        }
    }

    /// The media type of answers.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml;charset=utf-8",
            Self::Json => "application/json;charset=utf-8",
        }
    }

    /// An answer.
    pub(crate) fn written(self, children: Vec<Element>) -> String {
        match self {
            Self::Xml => super::element::xml(children),
            Self::Json => super::element::json(children),
        }
    }
}

/// What was sent: what stands inside `tsRequest`, or the members of an object.
pub(crate) struct Sent(pub(crate) Element);

impl<S: Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_json = declared.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
        let body = Limited::new(request.into_body(), LARGEST_BODY).collect().await;
        let bytes = body.map_err(|_| Problem::TooLarge(LARGEST_BODY))?.to_bytes();
        if is_json { of_json(&bytes) } else { of_xml(&bytes) }.map(Self)
    }
}

fn of_xml(bytes: &[u8]) -> Result<Element, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_read("expected XML in UTF-8"))?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let at = error.pos();
        not_read(&format!("expected XML without a document type, at line {} column {}", at.row, at.col))
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "tsRequest" {
        return Err(not_read("expected the element `tsRequest`"));
    }
    of_node(root, 0)
}

fn of_node(node: Node<'_, '_>, depth: usize) -> Result<Element, Problem> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    let mut element = Element::new(node.tag_name().name().to_owned());
    // Those with a namespace say where the schema is.
    let own = node.attributes().filter(|attribute| attribute.namespace().is_none());
    element.attributes = own.map(|it| (it.name().to_owned().into(), it.value().to_owned())).collect();
    for child in node.children() {
        if child.is_element() {
            element.children.push(of_node(child, depth + 1)?);
        } else if child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()) {
            return Err(invalid(&element, "expected no text in it"));
        }
    }
    Ok(element)
}

fn of_json(bytes: &[u8]) -> Result<Element, Problem> {
    let json = dialect::strict_json::parse(bytes).map_err(|error| not_read(&error.to_string()))?;
    let mut sent = Element::new("tsRequest");
    match json {
        Value::Object(_) => add(&mut sent, json, 0)?,
        _ => return Err(not_read("expected an object")),
    }
    Ok(sent)
}

/// Adds what an object says.
fn add(element: &mut Element, json: Value, depth: usize) -> Result<(), Problem> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    let Value::Object(members) = json else { return Err(invalid(element, "expected an object")) };
    for (name, value) in members {
        let children = match value {
            Value::Null => continue,
            Value::String(text) => {
                element.attributes.push((name.into(), text));
                continue;
            }
            Value::Bool(_) | Value::Number(_) => {
                element.attributes.push((name.into(), value.to_string()));
                continue;
            }
            Value::Array(children) => children,
            Value::Object(_) => vec![value],
        };
        for child in children {
            let mut inside = Element::new(name.clone());
            add(&mut inside, child, depth + 1)?;
            element.children.push(inside);
        }
    }
    Ok(())
}

impl Element {
    /// The value of an attribute, if it is there.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that must be there, and say something.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Problem> {
        let value = self.attribute(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| invalid_attribute(name, "expected a text"))
    }

    /// An attribute that is true or false, if it is there.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.attribute(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(invalid_attribute(name, "expected `true` or `false`")),
        }
    }

    /// What of that name is in it, if there is one.
    pub(crate) fn any(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// What of that name is in it: once.
    pub(crate) fn only(&self, name: &str) -> Result<&Self, Problem> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next().filter(|_| found.next().is_none());
        first.ok_or_else(|| invalid_attribute(name, "expected one such element"))
    }

    /// Everything of that name that is in it.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Every attribute, with its value.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// Expects nothing else in it than attributes and children of these names: nothing would come of others.
    pub(crate) fn expect(&self, attributes: &[&str], children: &[&str]) -> Result<(), Problem> {
        let odd_attribute = self.attributes.iter().map(|(name, _)| name).find(|it| !attributes.contains(&it.as_ref()));
        let odd_child = self.children.iter().map(|child| &child.name).find(|it| !children.contains(&it.as_ref()));
        let Some(odd) = odd_attribute.or(odd_child) else { return Ok(()) };
        let known: Vec<String> = attributes.iter().chain(children).map(|name| format!("`{name}`")).collect();
        let name: String = odd.chars().take(80).collect();
        Err(invalid_attribute(&name, &format!("expected one of {}", known.join(", "))))
    }
}

/// An attribute or element that is not what was expected.
pub(crate) fn invalid_attribute(name: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: format!("`{name}`: {expected}") }
}

fn invalid(element: &Element, expected: &str) -> Problem {
    let name: String = element.name.chars().take(80).collect();
    invalid_attribute(&name, expected)
}

fn not_read(expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_body", detail: format!("the body is not valid: {expected}") }
}

fn too_deep() -> Problem {
    not_read(&format!("expected at most {DEEPEST} levels"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(result: Result<Element, Problem>) -> Result<Element, String> {
        result.map_err(|problem| problem.to_string())
    }

    #[test]
    fn xml_and_json_are_read_into_one_tree() {
        let xml = br#"<?xml version="1.0"?>
            <tsRequest xmlns="http://tableau.com/api" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xsi:schemaLocation="x y"><!-- a comment -->
              <group name="A &amp; B" ondemandAccess="true"/><users><user id="1"/><user id="2"/></users>
            </tsRequest>"#;
        let json = br#"{"group": {"name": "A & B", "ondemandAccess": true, "none": null},
            "users": {"user": [{"id": 1}, {"id": "2"}]}}"#;
        let (one, other) = (read(of_xml(xml)), read(of_json(json)));
        assert_eq!(one, other);
        let group = one.ok().and_then(|sent| sent.any("group").cloned()).unwrap_or_default();
        assert_eq!((group.attribute("name"), group.flag("ondemandAccess").ok()), (Some("A & B"), Some(Some(true))));
        assert_eq!(
            group.expect(&["name"], &["import"]).map_err(|problem| problem.to_string()),
            Err("`ondemandAccess`: expected one of `name`, `import`".to_owned())
        );
    }

    #[test]
    fn what_is_no_request_is_refused_and_says_what_was_expected() {
        let deep = "<a>".repeat(20_000);
        let nested = format!("<tsRequest>{}{}</tsRequest>", "<a>".repeat(11), "</a>".repeat(11));
        let many = format!("<tsRequest>{}</tsRequest>", "<a/>".repeat(10_001));
        for (body, expected) in [
            ("", "expected XML"),
            ("<tsRequest>", "expected XML"),
            ("<other/>", "`tsRequest`"),
            ("<tsRequest a='1' a='2'/>", "expected XML"),
            ("<tsRequest>text</tsRequest>", "`tsRequest`: expected no text"),
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><tsRequest a='&x;'/>", "without a document type"),
            ("<tsRequest a='&x;'/>", "expected XML"),
            (deep.as_str(), "expected XML"),
            (nested.as_str(), "at most 10 levels"),
            (many.as_str(), "expected XML"),
        ] {
            let refused = read(of_xml(body.as_bytes())).err().unwrap_or_default();
            assert!(refused.contains(expected), "{body:.40}: {refused}");
        }
        for (body, expected) in [("[]", "an object"), ("{\"a\": [1]}", "`a`: expected an object"), ("{", "UTF-8")] {
            let refused = read(of_json(body.as_bytes())).err().unwrap_or_default();
            assert!(refused.contains(expected), "{body}: {refused}");
        }
        assert!(of_xml(b"<tsRequest a='\xff'/>").is_err());
    }

    #[test]
    fn answers_are_as_they_are_asked_for() {
        let form = |pairs: &[(axum::http::HeaderName, &'static str)]| {
            Form::of(&pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect())
        };
        assert_eq!(form(&[]), Form::Xml);
        assert_eq!(form(&[(ACCEPT, "*/*"), (CONTENT_TYPE, "text/xml")]), Form::Xml);
        assert_eq!(form(&[(ACCEPT, "application/json, text/plain, */*")]), Form::Json);
        assert_eq!(form(&[(ACCEPT, "*/*"), (CONTENT_TYPE, "application/json; charset=utf-8")]), Form::Json);
        assert_eq!(form(&[(ACCEPT, "application/xml"), (CONTENT_TYPE, "application/json")]), Form::Xml);
    }
}
