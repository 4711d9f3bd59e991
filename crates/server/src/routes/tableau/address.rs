//! Addresses of views: the page behind them, the content that they name, and the filters that they ask for.

use crate::app::App;
use crate::callers::Anyone;
use crate::problem::Problem;
use crate::routes::document;
use crate::tableau;
use authz::{Principal, Reader, settable_controls};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId};
use model::name::{ElementName, PageName, WorkbookName};
use model::snapshot::{ContentAddress, Snapshot};
use model::workbook::{Control, Workbook};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// The parameter that says whose token the page will be given: a client id or an issuer, both of them public.
const CLIENT: &str = ":client";

/// `GET /views/{workbook}/{view}` and `GET /t/{site}/views/{workbook}/{view}`: static, the same whether there is such a view or
/// not. Framed by the origins of the key that the address names; which keys there are is not secret.
pub(super) async fn document(
    _: Anyone,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    let query = query.unwrap_or_default();
    let client = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == CLIENT).map(|(_, client)| client);
    document::page_of(client.and_then(|client| tableau::key(&organization, &client)).map(|(_, key)| key))
}

/// What an address says, none of which anybody has signed.
pub(super) struct Address<'a> {
    /// The site; empty: the default one.
    pub(super) site: String,
    workbook: String,
    view: String,
    search: &'a str,
}

impl<'a> Address<'a> {
    /// Reads the path and the search of an address. `None`: it is of no view.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (path, search) = text.split_once('?').unwrap_or((text, ""));
        let parts = path.strip_prefix('/')?.split('/').map(|part| percent_decode_str(part).decode_utf8());
        let parts: Vec<String> =
            parts.map(|part| part.map(std::borrow::Cow::into_owned)).collect::<Result<_, _>>().ok()?;
        let (site, workbook, view) = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["views", workbook, view] => ("", *workbook, *view),
            ["t", site, "views", workbook, view] => (*site, *workbook, *view),
            _ => return None,
        };
        Some(Self { site: site.to_owned(), workbook: workbook.to_owned(), view: view.to_owned(), search })
    }

    /// The page or the element that it names, by what Tableau called it or by its name here.
    pub(super) fn content(&self, snapshot: &Snapshot) -> Option<ContentAddress> {
        let foreign = |kind: ContentKind, id: &str| {
            let id = ForeignId::new(id);
            snapshot.known_as(&ForeignContent { dialect: Dialect::Tableau, kind, id }).cloned()
        };
        let view = format!("{}/{}", self.workbook, self.view);
        let known = [ContentKind::Page, ContentKind::Element].into_iter().find_map(|kind| foreign(kind, &view));
        known.or_else(|| {
            let named = || WorkbookName::new(self.workbook.as_str()).ok();
            let name = foreign(ContentKind::Workbook, &self.workbook).map(|(name, ..)| name).or_else(named)?;
            view_named(snapshot.workbooks.named(&(&name).into())?, &self.view)
                .map(|(page, element)| (name, Some(page), element))
        })
    }

    /// Values by the names of controls, of those that the person can set. A filter is the control of its name, of its title, or of
    /// the field that it is about; what names none is nothing, as with Tableau.
    pub(super) fn controls(
        &self,
        (principal, snapshot): (&Principal, &Snapshot),
        workbook: &Workbook,
    ) -> BTreeMap<String, Vec<Value>> {
        let (reader, settable) = (Reader::new(principal, snapshot), settable_controls(principal, snapshot));
        let pages =
            workbook.pages.iter().filter(|page| page.shown_when.as_ref().is_none_or(|it| it.holds_for(&reader)));
        let controls = pages.flat_map(|page| &page.controls);
        let controls: Vec<&Control> = controls
            .filter(|it| settable.admit(&it.name) && it.shown_when.as_ref().is_none_or(|it| it.holds_for(&reader)))
            .collect();
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, text) in form_urlencoded::parse(self.search.as_bytes()).filter(|(name, _)| !name.starts_with(':')) {
            let is_called = |name: &str| {
                let called = |it: &&Control| it.name.as_str() == name || it.title.read_by(&reader) == name;
                let about = |it: &&Control| it.field.as_str() == name;
                controls.iter().copied().find(called).or_else(|| controls.iter().copied().find(about))
            };
            let bare = ["vf_", "Parameters."].iter().find_map(|prefix| name.strip_prefix(prefix));
            if let Some(control) = is_called(&name).or_else(|| is_called(bare?)) {
                found.entry(control.name.to_string()).or_default().extend(values(&text).into_iter().map(Value::String));
            }
        }
        found
    }
}

/// A page of that name, or an element of any page.
fn view_named(workbook: &Workbook, view: &str) -> Option<(PageName, Option<ElementName>)> {
    if let Some(page) = workbook.pages.iter().find(|page| page.name.as_str() == view) {
        return Some((page.name.clone(), None));
    }
    let named = |page: &model::workbook::Page| {
        page.elements.iter().find(|it| it.name.as_str() == view).map(|it| it.name.clone())
    };
    workbook.pages.iter().find_map(|page| named(page).map(|element| (page.name.clone(), Some(element))))
}

/// Values that commas part; one in a value is `\,`, and `\` is `\\`. An empty text is no value: nothing is filtered.
fn values(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ',' => values.push(std::mem::take(&mut value)),
            '\\' => value.push(characters.next_if(|next| matches!(next, ',' | '\\')).unwrap_or('\\')),
            other => value.push(other),
        }
    }
    values.push(value);
    values.retain(|value| !value.is_empty());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_site_a_workbook_and_a_view() {
        let read = |text| Address::read(text).map(|it| [it.site, it.workbook, it.view, it.search.to_owned()]);
        let expected = |parts: [&str; 4]| Some(parts.map(str::to_owned));
        assert_eq!(read("/views/Regional/Overview?a=b"), expected(["", "Regional", "Overview", "a=b"]));
        assert_eq!(read("/t/acme/views/a%20b/%C3%BCber"), expected(["acme", "a b", "\u{fc}ber", ""]));
        for odd in ["/views/a", "/views/a/b/c", "/t/acme/a/b", "views/a/b", "/views/a/%ff", ""] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn commas_part_values() {
        for (text, expected) in [
            ("South", &["South"][..]),
            ("South,West", &["South", "West"]),
            (r"a\,b,c\\,d\e", &["a,b", "c\\", "d\\e"]),
            ("", &[]),
            (",", &[]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }
}
