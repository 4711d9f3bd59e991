//! What Tableau's REST API says and is told: one tree, which is written as XML or as JSON.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The namespace of what is told.
const NAMESPACE: &str = "http://tableau.com/api";

/// A name with attributes and children, or with a text. In JSON attributes are members that are texts, a child is a member
/// that is an object, and those of which there may be several are a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    pub(super) name: Cow<'static, str>,
    pub(super) attributes: Vec<(Cow<'static, str>, String)>,
    pub(super) children: Vec<Element>,
    text: Option<String>,
    repeats: bool,
}

impl Element {
    /// One without anything.
    pub(crate) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// One that holds a text alone.
    pub(crate) fn of_text(name: &'static str, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::new(name) }
    }

    /// One that holds others of one kind.
    pub(crate) fn list(name: &'static str, children: impl IntoIterator<Item = Self>) -> Self {
        Self::new(name).holding(children.into_iter().map(Self::repeated))
    }

    /// The same, of which there may be several where it stands.
    pub(crate) fn repeated(self) -> Self {
        Self { repeats: true, ..self }
    }

    /// The same, with an attribute.
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The same, with an attribute if there is a value for it.
    pub(crate) fn with_any(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same, with more inside it.
    pub(crate) fn holding(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// As JSON: what stands inside it.
    fn json(&self) -> Value {
        if let (Some(text), true, true) = (&self.text, self.attributes.is_empty(), self.children.is_empty()) {
            return Value::String(text.clone());
        }
        let mut members: Map<String, Value> =
            self.attributes.iter().map(|(name, value)| (name.to_string(), Value::String(value.clone()))).collect();
        if let Some(text) = &self.text {
            members.insert("value".to_owned(), Value::String(text.clone()));
        }
        for child in &self.children {
            if child.repeats {
                let list = members.entry(child.name.as_ref()).or_insert_with(|| Value::Array(Vec::new()));
                list.as_array_mut().into_iter().for_each(|list| list.push(child.json()));
            } else {
                members.insert(child.name.to_string(), child.json());
            }
        }
        Value::Object(members)
    }

    fn write(&self, xml: &mut String) {
        let _ = write!(xml, "<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(xml, " {name}=\"");
            escape(value, xml);
            xml.push('"');
        }
        if self.children.is_empty() && self.text.is_none() {
            xml.push_str("/>");
            return;
        }
        xml.push('>');
        if let Some(text) = &self.text {
            escape(text, xml);
        }
        self.children.iter().for_each(|child| child.write(xml));
        let _ = write!(xml, "</{}>", self.name);
    }
}

/// An answer as XML.
pub(super) fn xml(children: Vec<Element>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    Element::new("tsResponse").with("xmlns", NAMESPACE).holding(children).write(&mut xml);
    xml
}

/// The same as JSON.
pub(super) fn json(children: Vec<Element>) -> String {
    Element::new("tsResponse").holding(children).json().to_string()
}

/// Writes a text so that nothing in it is markup. What XML 1.0 cannot hold is written as a replacement character, and line
/// breaks so that readers of attributes keep them.
fn escape(text: &str, xml: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(xml, "&#{};", u32::from(letter));
            }
            '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            letter if letter < ' ' => xml.push('\u{fffd}'),
            letter => xml.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Vec<Element> {
        let user = |id: &str| Element::new("user").with("id", id).with_any("email", None::<String>);
        vec![
            Element::new("pagination").with("pageNumber", "1"),
            Element::list("users", [user("a"), user("b")]),
            Element::list("groups", []),
            Element::new("serverInfo").holding([Element::of_text("productVersion", "1").with("build", "2")]),
            Element::of_text("detail", "x"),
        ]
    }

    #[test]
    fn one_tree_is_xml_and_json() {
        assert_eq!(
            xml(answer()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><tsResponse xmlns=\"http://tableau.com/api\">\
             <pagination pageNumber=\"1\"/><users><user id=\"a\"/><user id=\"b\"/></users><groups/>\
             <serverInfo><productVersion build=\"2\">1</productVersion></serverInfo><detail>x</detail></tsResponse>"
        );
        let written: Value = serde_json::from_str(&json(answer())).unwrap_or_default();
        assert_eq!(
            written,
            json!({
                "pagination": {"pageNumber": "1"},
                "users": {"user": [{"id": "a"}, {"id": "b"}]},
                "groups": {},
                "serverInfo": {"productVersion": {"value": "1", "build": "2"}},
                "detail": "x",
            })
        );
    }

    #[test]
    fn nothing_in_a_text_is_markup() {
        let mut told = String::new();
        Element::of_text("a", "<b>&\"'\u{1}\n").with("c", "\"><d x=\"\t").write(&mut told);
        assert_eq!(told, "<a c=\"&quot;&gt;&lt;d x=&quot;&#9;\">&lt;b&gt;&amp;&quot;'\u{fffd}&#10;</a>");
    }
}
