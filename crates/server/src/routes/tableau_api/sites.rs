//! The site that the caller is in: a tenant, or the organization with its switches.

use super::asked::Asked;
use super::told::told;
use crate::app::App;
use crate::callers::{Again, TableauProgram, Viewer};
use crate::problem::Problem;
use crate::routes::administration::settings;
use crate::tableau::{Element, Sent, Site, invalid_attribute};
use authz::{Matter, administer};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::Permission;
use serde_json::{Map, json};

/// What clients send of a site that says what is so here: what they have read, and what they take for usual.
const AS_IT_IS: [(&str, &str); 5] = [
    ("state", "Active"),
    ("adminMode", "ContentAndUsers"),
    ("revisionLimit", "25"),
    ("askDataMode", "EnabledByDefault"),
    ("autoSuspendRefreshInactivityWindow", "30"),
];

/// The site. Its switch is told to whoever may set it.
fn site(viewer: &Viewer) -> Element {
    let Site { id, name, content_url } = Site::of(&viewer.principal, &viewer.organization);
    let matter = Matter::of_organization(Permission::ManageSettings);
    let administers = administer(&viewer.principal, &viewer.organization.snapshot, &matter).is_ok();
    let captures = viewer.organization.definitions.organization.capture_attributes;
    Element::new("site")
        .with("id", id)
        .with("name", name)
        .with("contentUrl", content_url)
        .with("state", "Active")
        .with("adminMode", "ContentAndUsers")
        .with_any("attributeCaptureEnabled", administers.then(|| captures.to_string()))
}

/// The one site that the caller is in.
pub(super) async fn list(caller: TableauProgram, asked: Asked) -> Result<Response, Problem> {
    Ok(told(&caller, asked.list("sites", vec![site(&caller.viewer)], &["name", "contentUrl"])?))
}

/// That site.
pub(super) async fn show(caller: TableauProgram, asked: Asked) -> Result<Response, Problem> {
    asked.expect(&["fields", "includeUsage"])?;
    Ok(told(&caller, vec![site(&caller.viewer)]))
}

/// Changes the name, and whether attributes in tokens count.
pub(super) async fn update(
    caller: TableauProgram,
    State(app): State<App>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let sent = sent.only("site")?;
    let own = caller.site();
    let mut patch = Map::new();
    for (name, value) in sent.attributes() {
        match name {
            "name" if value == own.name => {}
            "name" => drop(patch.insert("name".to_owned(), json!(value))),
            "contentUrl" if value == own.content_url => {}
            "attributeCaptureEnabled" => {
                patch.insert("capture_attributes".to_owned(), json!(sent.flag("attributeCaptureEnabled")?));
            }
            name if is_as_it_is(name, value) => {}
            name => {
                let name: String = name.chars().take(80).collect();
                let expected =
                    "expected nothing, or that it is off: only `name` and `attributeCaptureEnabled` are changed here";
                return Err(invalid_attribute(&name, expected));
            }
        }
    }
    settings::changed(&app, &caller, &HeaderMap::new(), patch.into()).await?;
    let now = Again::from(&caller).again(&app).await?;
    Ok(told(&caller, vec![site(&now.viewer)]))
}

/// Whether what is said of a switch is so: it is off, or as it always is here.
fn is_as_it_is(name: &str, value: &str) -> bool {
    let is_off = ["", "false", "none"].iter().any(|off| value.eq_ignore_ascii_case(off));
    name != "contentUrl" && is_off || AS_IT_IS.contains(&(name, value))
}
