//! Which edits show nobody more, by where they are and what they do. `*` stands for any one step, `**` for all further.

use super::Edit;
use serde_json::Value as Json;

/// What is read by people, or says how something is drawn, or cannot be reached by itself.
const HARMLESS: &[&str] = &[
    "organization.name",
    "organization.presentation.**",
    "tenants.*.title",
    "tenants.*.presentation.**",
    "attributes.*.description",
    "embed_keys.*.ceiling.rate",
    "members.*.first_name",
    "members.*.last_name",
    "workspaces.*.title",
    "workspaces.*.folders.*.title",
    "models.*.explores.*.title",
    "models.*.explores.*.dimensions.*.label",
    "models.*.explores.*.dimensions.*.hidden",
    "models.*.explores.*.measures.*.label",
    "models.*.explores.*.measures.*.format.**",
    "models.*.explores.*.measures.*.hidden",
    "workbooks.*.title.**",
    "workbooks.*.known_as.**",
    "workbooks.*.pages.*.title.**",
    "workbooks.*.pages.*.known_as.**",
    "workbooks.*.pages.*.shown_when.**",
    "workbooks.*.pages.*.controls.*.title.**",
    "workbooks.*.pages.*.controls.*.type",
    "workbooks.*.pages.*.controls.*.default.**",
    "workbooks.*.pages.*.controls.*.on.**",
    "workbooks.*.pages.*.controls.*.values.**",
    "workbooks.*.pages.*.controls.*.shown_when.**",
    "workbooks.*.pages.*.elements.*.title.**",
    "workbooks.*.pages.*.elements.*.known_as.**",
    "workbooks.*.pages.*.elements.*.shown_when.**",
    "workbooks.*.pages.*.elements.*.width",
    "workbooks.*.pages.*.elements.*.show.text.**",
    "workbooks.*.pages.*.elements.*.show.data.select.**",
    "workbooks.*.pages.*.elements.*.show.data.query.sorts.**",
];

/// What closes something, as long as it is there.
const CLOSES: &[&str] = &[
    "embed_keys.*.not_before",
    "issuers.*.blocked.*",
    "grants.*.deny.*",
    "organization.session_seconds",
    "models.*.required_access_grants.*",
    "models.*.tables.*.required_access_grants.*",
    "models.*.tables.*.column_policies.*",
    DOWNLOAD_LIMITS,
    "models.*.explores.*.required_access_grants.*",
    "models.*.explores.*.joins.*.required_access_grants.*",
    "models.*.explores.*.dimensions.*.required_access_grants.*",
    "models.*.explores.*.measures.*.required_access_grants.*",
    "workbooks.*.pages.*.elements.*.show.data.query.filters.*",
];

/// What opens nothing until something else names it.
const HARMLESS_WHEN_ADDED: &[&str] = &[
    "issuers.*",
    "account_types.*",
    "workspaces.*",
    "workspaces.*.folders.*",
    "connections.*",
    "models.*.access_grants.*",
];

/// What stood before something that now counts in its place.
const WIDENS_WHEN_REMOVED: &[&str] = &[
    "teams.*",
    "teams.*.attributes.*",
    "teams.*.members_of.*",
    "tenants.*.attributes.*",
    "members.*.attributes.*",
    "members.*.teams.*",
    "embed_keys.*.ceiling.tenants.*",
    "connections.*.route",
    "connections.*.postgres.role",
    "connections.*.postgres.root_certificate",
    "workbooks.*.pages.*.elements.*.show.data.query.limit",
    DRILL_FIELDS,
    UNDERLYING,
];

/// Switches that open something, so that switching them off closes it. That of automatic creation and that of attributes
/// are none: without claims, what is stored counts.
const OPENS: &[&str] = &[
    "organization.keep_automatic_members",
    "organization.on_demand_access",
    "organization.guest_embeds",
    "organization.public_links",
    "organization.password_login",
    "teams.*.on_demand",
    "attributes.*.default_in_policies",
    "members.*.has_logged_in",
    "identity_providers.*.bind_internal_by_email",
    "identity_providers.*.provisioning.members",
    "identity_providers.*.provisioning.tenants",
    "identity_providers.*.jwt.sdk_sessions",
    "identity_providers.*.oidc.unverified_email",
    "identity_providers.*.oidc.private_network",
    "identity_providers.*.oidc.userinfo",
    "embed_keys.*.bind_internal_by_email",
    "embed_keys.*.bind_administrators",
];

/// Switches that close something, so that switching them on opens nothing.
const SHUT: &[&str] = &[
    "embed_keys.*.disabled",
    "identity_providers.*.disabled",
    "tenants.*.deactivated",
    "organization.second_factor_for_administrators",
];

/// Numbers of which less is less.
const MORE_WHEN_HIGHER: &[&str] = &[
    "embed_keys.*.ceiling.session_seconds",
    "identity_providers.*.ceiling.session_seconds",
    "organization.session_seconds",
    "organization.login_session_seconds",
    "organization.login_idle_seconds",
    "models.*.tables.*.download_limits.*.rows",
    "workbooks.*.pages.*.elements.*.show.data.query.limit",
];

/// A list that closes as soon as there is anything in it, and of which each item opens something.
const DOWNLOAD_LIMITS: &str = "models.*.tables.*.download_limits";

/// Lists in whose place another one counts as soon as they are not there.
const DRILL_FIELDS: &str = "models.*.explores.*.measures.*.drill_fields";
const UNDERLYING: &str = "workbooks.*.pages.*.elements.*.show.data.underlying";

const ROW_POLICY: &str = "models.*.tables.*.row_policies.*";
const GRANT: &str = "grants.*";
const LEVEL: &str = "grants.*.level";

/// Levels of grants, from the lowest.
const LEVELS: &[&str] = &["use", "use_and_annotate", "view", "explore", "contribute", "manage"];

/// Whether a list of that place counts as one, where there was none or is none.
pub(super) fn closes_as_a_whole(path: &[String]) -> bool {
    fits(DOWNLOAD_LIMITS, path)
}

/// Whether another list counts in place of one of that place that is gone.
pub(super) fn falls_back(path: &[String]) -> bool {
    fits(DRILL_FIELDS, path) || fits(UNDERLYING, path)
}

pub(super) fn may_widen(edit: &Edit) -> bool {
    let is_at = |patterns: &[&str]| patterns.iter().any(|pattern| fits(pattern, &edit.path));
    if is_at(HARMLESS) {
        return false;
    }
    match (&edit.before, &edit.after) {
        (Json::Null, after) => added(edit, after) && !is_at(HARMLESS_WHEN_ADDED) && !is_at(CLOSES),
        (before, Json::Null) => {
            let closed = is_at(&[ROW_POLICY]) && restricts(before) || is_at(&[GRANT]) && has_any(before, "deny");
            is_at(WIDENS_WHEN_REMOVED) || is_at(CLOSES) || closed
        }
        (Json::Number(before), Json::Number(after)) if is_at(MORE_WHEN_HIGHER) => after.as_f64() > before.as_f64(),
        (Json::Bool(_), Json::Bool(true)) => !is_at(SHUT),
        (Json::Bool(_), Json::Bool(false)) => !is_at(OPENS),
        // From whatever there is to what is listed, or to the stricter of two ways.
        (Json::String(before), Json::Array(_)) => before != "any",
        (Json::String(before), Json::Object(_)) if is_at(&["models.*.tables.*.row_policies.*.permit"]) => {
            before != "all"
        }
        (Json::String(_), Json::String(after)) if is_at(&["embed_keys.*.mode", "identity_providers.*.jwt.mode"]) => {
            after != "strict"
        }
        (Json::String(before), Json::String(after)) if is_at(&["embed_keys.*.not_before"]) => after < before,
        (Json::String(before), Json::String(after)) if is_at(&[LEVEL]) => {
            let rank = |level: &String| LEVELS.iter().position(|one| one == level);
            rank(after) > rank(before)
        }
        _ => true,
    }
}

/// Of what is added, a team lets nobody in and lends nothing unless it is on demand or has values, an attribute has no value unless it has a default for
/// policies, and a policy that restricts opens nothing, nor does a grant that only denies.
fn added(edit: &Edit, after: &Json) -> bool {
    let is_on = |member: &str| after.get(member) == Some(&Json::Bool(true));
    if fits("teams.*", &edit.path) {
        let has_values = after.get("attributes").and_then(Json::as_object).is_some_and(|values| !values.is_empty());
        return is_on("on_demand") || has_values || has_any(after, "members_of") || has_any(after, "administrators");
    }
    if fits("attributes.*", &edit.path) {
        return is_on("default_in_policies");
    }
    if fits(GRANT, &edit.path) {
        return after.get("level").is_some_and(|level| !level.is_null()) || has_any(after, "allow");
    }
    !(fits(ROW_POLICY, &edit.path) && restricts(after))
}

/// Whether a list in it holds something.
fn has_any(item: &Json, list: &str) -> bool {
    item.get(list).and_then(Json::as_array).is_some_and(|items| !items.is_empty())
}

fn restricts(policy: &Json) -> bool {
    policy.get("restrict").is_some_and(|restrict| !restrict.is_null())
}

/// Whether a path is what a pattern says.
fn fits(pattern: &str, path: &[String]) -> bool {
    // A version under a tag is judged as the published one.
    let step = |found: &str| if found == "tags" { "workbooks" } else { found }.to_owned();
    let mut path = path.iter().enumerate().map(|(at, found)| if at == 0 { step(found) } else { found.clone() });
    for step in pattern.split('.') {
        match (step, path.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (step, Some(found)) if step == found => {}
            _ => return false,
        }
    }
    path.next().is_none()
}
