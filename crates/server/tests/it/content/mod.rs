//! What authors do with workbooks over HTTP, and what their readers see of it.

mod drafts;
mod places;
mod preview;
mod tags;
mod trash;

use crate::administration::Caller;
use crate::support::{Vitrine, buyer, copy_of, edit};
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};

/// The small world with authors: `ann` manages the folder of the workbook `orders`, `bea` may change what is in it, `cleo`
/// looks at it; all three may save, publish and tag at all, and `ann` open to strangers. `dan` may change it and not publish.
pub(crate) struct Authors {
    pub(crate) vitrine: Vitrine,
    pub(crate) ann: Caller,
    pub(crate) bea: Caller,
    pub(crate) cleo: Caller,
    pub(crate) dan: Caller,
}

impl Authors {
    pub(crate) async fn new() -> Result<Self, CallError> {
        Self::with(&[]).await
    }

    /// With more grants.
    pub(crate) async fn with(grants: &[&str]) -> Result<Self, CallError> {
        let vitrine = Vitrine::world().await?;
        let copy = copy_of(&testkit::world::folder())?;
        let file = |name: &str| copy.path().join(name);
        let build = "  - {name: Build, permissions: [view, explore, save_content, publish_content, tag_content]}\n  \
                     - {name: Lead, permissions: [view, explore, save_content, publish_content, tag_content, share_content, \
                     create_public_links]}\n  - {name: Write, permissions: [view, explore, save_content]}\n  - {name: Desk";
        edit(&file("account_types.yaml"), "  - {name: Desk", build)?;
        let person = |name: &str, kind: &str, team: &str| {
            format!(
                "  - {{subject: {name}@portal.example, kind: internal, account_type: {kind}, teams: [{team}], \
                 attributes: {{company: acme}}, has_logged_in: true}}\n"
            )
        };
        let people = [
            person("ann", "Lead", "Managers"),
            person("bea", "Build", "Authors"),
            person("cleo", "Build", "Buyers"),
            person("dan", "Write", "Authors"),
        ];
        edit(&file("members.yaml"), "members:\n", &format!("members:\n{}", people.concat()))?;
        edit(&file("teams.yaml"), "teams:\n", "teams:\n  - {name: Managers}\n  - {name: Authors}\n")?;
        let more: Vec<String> = grants.iter().map(|grant| format!("  - {grant}\n")).collect();
        let own = "grants:\n  - {to: {team: Managers}, on: {folder: shop/daily}, level: manage}\n  \
                   - {to: {team: Authors}, on: {folder: shop/daily}, level: contribute}\n  \
                   - {to: {team: Managers}, on: {model: shop}, level: use}\n  \
                   - {to: {team: Authors}, on: {model: shop}, level: use}\n";
        edit(&file("grants.yaml"), "grants:\n", &format!("{own}{}", more.concat()))?;
        let ceiling = "account_types: [View, Act, Analyze]\n      permissions: [";
        let wider = "account_types: [View, Act, Analyze, Build]\n      permissions: [save_content, ";
        edit(&file("embed_keys.yaml"), ceiling, wider)?;
        edit(&file("embed_keys.yaml"), "content: [{workbook: orders}]", "content: [{folder: shop/daily}]")?;
        vitrine.apply(copy.path()).await?;
        let [ann, bea, cleo, dan] = [
            vitrine.logged_in("ann@portal.example").await?,
            vitrine.logged_in("bea@portal.example").await?,
            vitrine.logged_in("cleo@portal.example").await?,
            vitrine.logged_in("dan@portal.example").await?,
        ];
        Ok(Self { vitrine, ann, bea, cleo, dan })
    }

    /// A reader in a frame, with a claim of content.
    pub(crate) async fn reader(&self, content: Value) -> Result<Viewer, CallError> {
        let mut session = buyer("acme");
        session["content"] = content;
        self.vitrine.host("portal").viewer(&session, "orders").await
    }

    /// The titles of the pages of a workbook, as its readers see them.
    pub(crate) async fn pages(&self, caller: &Caller, version: &str) -> Result<Vec<String>, CallError> {
        let answer = caller.get(&format!("/api/v1/workbooks/{version}")).await?.json();
        let pages = answer["pages"].as_array().cloned().unwrap_or_default();
        Ok(pages.iter().map(|page| page["title"].as_str().unwrap_or_default().to_owned()).collect())
    }
}

/// A body with one page of one figure.
pub(crate) fn body(title: &str) -> Value {
    let total = json!({"name": "total", "show": {"data": {
        "query": {"explore": "shop.orders", "fields": ["orders"]}, "chart": {"type": "kpi", "value": "orders"},
    }}});
    json!({"title": "Orders", "pages": [{"name": "main", "title": title, "elements": [total]}]})
}
