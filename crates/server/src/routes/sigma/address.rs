//! Addresses: the page behind them, and the content that they name.

use crate::app::App;
use crate::callers::Anyone;
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::document;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use dialect::jwt::Token;
use model::access::EmbedKey;
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId};
use model::name::{ElementName, PageName, TagName, WorkbookName};
use model::snapshot::Snapshot;
use model::workbook::VersionName;
use url::form_urlencoded;

/// `GET /{organization}/workbook/…` and, for the addresses that came before the token, `GET /embed/1-{id}`: static, the
/// same whether the workbook exists or not. Framed by the origins of the key that the address names, by its token or
/// by itself; which keys there are is not secret.
pub(super) async fn document(
    _: Anyone,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    document::page_of(key(&organization, query.as_deref().unwrap_or_default()))
}

fn key<'a>(organization: &'a Organization, search: &str) -> Option<&'a EmbedKey> {
    let find = |wanted: &str| {
        form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let by_token = find(":jwt").and_then(|jwt| Token::parse(&jwt).ok()?.kid().map(str::to_owned));
    let client_id = by_token.or_else(|| find(":client_id"))?;
    organization.key(Dialect::Sigma, &client_id).map(|(_, key)| key)
}

/// The address of a workbook at this door, by what stands in it for the workbook. Whoever opens it signs in behind it.
pub(in crate::routes) fn of_workbook(app: &App, organization: &str, url_id: &str) -> String {
    let words = organization.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let slug = if slug.is_empty() { "organization" } else { slug.as_str() };
    format!("{}/{slug}/workbook/{url_id}", app.origin_of_embeds())
}

/// What an address names: a version of a workbook, and perhaps a page or an element of it.
pub(super) type Address = (VersionName, Option<PageName>, Option<ElementName>);

/// The content that an address names: `Name-ID` or `ID` of a workbook, perhaps the tag of a version, and perhaps a page or
/// an element of it. `None`: it names none.
pub(super) fn content(snapshot: &Snapshot, path: &str) -> Option<Address> {
    let (_, behind) = path.split_once("/workbook/")?;
    let parts: Vec<&str> = behind.split('/').filter(|part| !part.is_empty()).collect();
    let (workbook, rest) = parts.split_first()?;
    let workbook = workbook_called(snapshot, workbook)?;
    let (tag, rest) = match rest {
        ["tag", tag, rest @ ..] => (Some(TagName::new(tag.to_ascii_lowercase()).ok()?), rest),
        rest => (None, rest),
    };
    let workbook = VersionName { workbook, tag };
    match rest {
        [] => Some((workbook, None, None)),
        ["page", page] => page_called(snapshot, &workbook, page).map(|page| (workbook, Some(page), None)),
        ["element", element] => {
            element_called(snapshot, &workbook, element).map(|(page, element)| (workbook, Some(page), Some(element)))
        }
        _ => None,
    }
}

/// The content that an older embed stands for.
pub(super) fn embedded(snapshot: &Snapshot, embed: &str) -> Option<Address> {
    let kinds = [ContentKind::Workbook, ContentKind::Page, ContentKind::Element];
    let found = kinds.into_iter().find_map(|kind| known(snapshot, kind, embed))?;
    let (workbook, page, element) = found.clone();
    Some((workbook.into(), page, element))
}

fn known<'a>(snapshot: &'a Snapshot, kind: ContentKind, id: &str) -> Option<&'a model::snapshot::ContentAddress> {
    snapshot.known_as(&ForeignContent { dialect: Dialect::Sigma, kind, id: ForeignId::new(id) })
}

/// By what it was called, which stands behind a readable name and a hyphen, or by its name here.
fn workbook_called(snapshot: &Snapshot, text: &str) -> Option<WorkbookName> {
    let behind = text.match_indices('-').filter_map(|(at, _)| text.get(at + 1..));
    let foreign = std::iter::once(text).chain(behind);
    let mut found = foreign.filter_map(|id| known(snapshot, ContentKind::Workbook, id));
    let foreign = found.next().map(|(workbook, ..)| workbook.clone());
    foreign.or_else(|| WorkbookName::new(text).ok().filter(|name| snapshot.workbooks.named(&name.into()).is_some()))
}

fn page_called(snapshot: &Snapshot, workbook: &VersionName, text: &str) -> Option<PageName> {
    if let Some((of, page, _)) = known(snapshot, ContentKind::Page, text) {
        return page.clone().filter(|_| *of == workbook.workbook);
    }
    let name = PageName::new(text).ok()?;
    let pages = &snapshot.workbooks.named(workbook)?.pages;
    pages.iter().any(|page| page.name == name).then_some(name)
}

fn element_called(snapshot: &Snapshot, workbook: &VersionName, text: &str) -> Option<(PageName, ElementName)> {
    if let Some((of, page, element)) = known(snapshot, ContentKind::Element, text) {
        return page.clone().zip(element.clone()).filter(|_| *of == workbook.workbook);
    }
    let name = ElementName::new(text).ok()?;
    let pages = &snapshot.workbooks.named(workbook)?.pages;
    let page = pages.iter().find(|page| page.elements.iter().any(|element| element.name == name))?;
    Some((page.name.clone(), name))
}
