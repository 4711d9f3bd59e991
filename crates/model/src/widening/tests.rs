//! Each kind of edit, and what is said of it.

use super::*;
use serde_json::json;

fn organization() -> Json {
    json!({
        "organization": {
            "name": "Acme", "automatic_creation": false, "capture_attributes": true, "public_links": true,
            "session_seconds": 600,
        },
        "issuers": [{"name": "host", "trusted_domains": ["acme.example"], "blocked": ["eve"]}],
        "tenants": [{"name": "acme", "attributes": {"company": "acme"}}, {"name": "gone", "deactivated": true}],
        "teams": [{"name": "Buyers"}],
        "account_types": [{"name": "View", "permissions": ["view"]}],
        "attributes": [{"name": "company", "type": "text"}],
        "members": [],
        "workspaces": [{"name": "shop", "title": "Shop"}],
        "grants": [{"to": {"team": "Buyers"}, "on": {"workspace": "shop"}, "level": "explore"},
            {"to": {"tenant": "acme"}, "on": {"workspace": "shop"}, "deny": ["export_csv"]}],
        "embed_keys": [{
            "client_id": "portal", "issuer": "host", "secrets": [{"secret_env": "PORTAL"}],
            "ceiling": {"teams": ["Buyers"], "tenants": ["acme"], "session_seconds": 60},
        }],
        "identity_providers": [
            {
                "name": "sso", "issuer": "host", "jwt": {"sign_in": "https://host.example/sign-in", "secrets": [{"secret_env": "SSO"}]},
                "claims": {"teams": "role"}, "teams": {"sync": "replacing", "map": {"buyer": ["Buyers"]}},
                "ceiling": {"teams": ["Buyers"], "attributes": {"company": ["acme"]}, "session_seconds": 600},
            },
            {
                "name": "idp", "issuer": "other",
                "oidc": {"discovery": "https://idp.example", "client_id": "vitrine", "scopes": ["email"]},
            },
        ],
        "connections": [{"name": "files", "folder": "data"}],
        "models": {"shop": {
            "connection": "files",
            "access_grants": {"finance": {"user_attribute": "company", "allowed_values": ["acme"]}},
            "tables": {"orders": {
                "source": "orders.csv",
                "columns": {"id": "integer", "title": "text"},
                "row_policies": [
                    {"name": "own", "permit": {"teams": ["Buyers"]}, "rule": "title = user_attribute('company')"},
                    {"name": "no_drafts", "restrict": "all", "rule": "id > 0"},
                ],
                "download_limits": [{"to": {"teams": ["Buyers"]}, "rows": 100}, {"to": "all", "rows": 10}],
                "column_policies": [{"columns": ["title"], "visible_to": "nobody", "otherwise": "hide"}],
            }},
            "explores": {"orders": {
                "title": "Orders",
                "table": "orders",
                "dimensions": {"id": {"column": "orders.id", "required_access_grants": ["finance"]}},
            }},
        }},
        "workbooks": {"orders": {
            "title": "Orders",
            "in": {"workspace": "shop"},
            "pages": [{"name": "main", "title": "Main", "elements": [{"name": "list", "show": {"data": {
                "query": {
                    "explore": "shop.orders", "fields": ["id"], "filters": [{"field": "id", "values": [7]}], "limit": 10,
                },
                "chart": {"type": "table"},
            }}}]}],
        }},
    })
}

fn definitions(json: &Json) -> Definitions {
    serde_json::from_value(json.clone()).unwrap()
}

/// What is said when the value at `pointer` becomes another one.
fn told(pointer: &str, value: Json) -> Vec<String> {
    let mut edited = organization();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match edited.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
        Json::Array(items) if name == "-" => items.push(value),
        Json::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
    widening(&definitions(&organization()), &definitions(&edited))
}

#[test]
fn edits_that_may_show_more_are_reported_with_what_was_there() {
    let orders = "/models/shop/tables/orders";
    for (pointer, value, expected) in [
        ("/organization/automatic_creation", json!(true), "vitrine.yaml: automatic_creation: was `false`, is `true`"),
        ("/organization/capture_attributes", json!(false), "vitrine.yaml: capture_attributes: was `true`, is `false`"),
        ("/tenants/-", json!({"name": "new"}), "tenants.yaml: tenants.new: added"),
        ("/teams/-", json!({"name": "Rich", "attributes": {"company": "acme"}}), "teams.yaml: teams.Rich: added"),
        (
            "/issuers/0/trusted_domains/-",
            json!("b.example"),
            "issuers.yaml: issuers.host.trusted_domains[b.example]: added `b.example`",
        ),
        ("/teams/0/members_of", json!(["Rich"]), "teams.yaml: teams.Buyers.members_of.Rich: added `Rich`"),
        ("/teams/-", json!({"name": "Sub", "members_of": ["Buyers"]}), "teams.yaml: teams.Sub: added"),
        ("/organization/dynamic_teams", json!(true), "vitrine.yaml: dynamic_teams: was `false`, is `true`"),
        ("/organization/session_seconds", json!(null), "vitrine.yaml: session_seconds: removed"),
        ("/organization/login_idle_seconds", json!(3601), "vitrine.yaml: login_idle_seconds: was `3600`, is `3601`"),
        ("/organization/session_seconds", json!(601), "vitrine.yaml: session_seconds: was `600`, is `601`"),
        ("/issuers/0/blocked", json!([]), "issuers.yaml: issuers.host.blocked.eve: removed"),
        ("/tenants/1/deactivated", json!(false), "tenants.yaml: tenants.gone.deactivated: was `true`, is `false`"),
        ("/tenants/0/attributes", json!({}), "tenants.yaml: tenants.acme.attributes.company: removed"),
        (
            "/tenants/0/attributes/company",
            json!("globex"),
            "tenants.yaml: tenants.acme.attributes.company: was `acme`, is `globex`",
        ),
        (
            "/account_types/0/permissions/-",
            json!("explore"),
            "account_types.yaml: account_types.View.permissions.explore: added `explore`",
        ),
        (
            "/attributes/0/default_in_policies",
            json!(true),
            "attributes.yaml: attributes.company.default_in_policies: was `false`, is `true`",
        ),
        (
            "/grants/0/allow",
            json!(["explore"]),
            "grants.yaml: grants.{\"team\":\"Buyers\"} on {\"workspace\":\"shop\"}.allow.explore: added `explore`",
        ),
        (
            "/grants/1/deny",
            json!([]),
            "grants.yaml: grants.{\"tenant\":\"acme\"} on {\"workspace\":\"shop\"}.deny.export_csv: removed",
        ),
        (
            "/grants/1/level",
            json!("view"),
            "grants.yaml: grants.{\"tenant\":\"acme\"} on {\"workspace\":\"shop\"}.level: added `view`",
        ),
        (
            "/grants",
            json!([{"to": {"team": "Buyers"}, "on": {"workspace": "shop"}, "level": "explore"}]),
            "grants.yaml: grants.{\"tenant\":\"acme\"} on {\"workspace\":\"shop\"}: removed",
        ),
        (
            "/grants/-",
            json!({"to": {"key": "portal"}, "on": {"model": "shop"}, "level": "use"}),
            "grants.yaml: grants.{\"key\":\"portal\"} on {\"model\":\"shop\"}: added",
        ),
        ("/workbooks/orders/owner", json!({"member": "ana@acme.example"}), "workbooks/orders.yaml: owner: added"),
        (
            "/grants/0/level",
            json!("manage"),
            "grants.yaml: grants.{\"team\":\"Buyers\"} on {\"workspace\":\"shop\"}.level: was `explore`, is `manage`",
        ),
        (
            "/embed_keys/0/ceiling/teams",
            json!("any"),
            "embed_keys.yaml: embed_keys.portal.ceiling.teams: was `[\"Buyers\"]`, is `any`",
        ),
        (
            "/embed_keys/0/ceiling/session_seconds",
            json!(61),
            "embed_keys.yaml: embed_keys.portal.ceiling.session_seconds: was `60`, is `61`",
        ),
        (
            "/embed_keys/0/mode",
            json!("compatible"),
            "embed_keys.yaml: embed_keys.portal.mode: was `strict`, is `compatible`",
        ),
        ("/connections/0/folder", json!("other"), "connections.yaml: connections.files.folder: was `data`, is `other`"),
        (
            "/models/shop/access_grants/finance/allowed_values/-",
            json!("globex"),
            "models/shop.yaml: access_grants.finance.allowed_values.globex: added `globex`",
        ),
        (
            "/models/shop/explores/orders/dimensions/id/required_access_grants",
            json!([]),
            "models/shop.yaml: explores.orders.dimensions.id.required_access_grants.finance: removed",
        ),
        (&format!("{orders}/rows"), json!("shared"), "models/shop.yaml: tables.orders.rows: added `shared`"),
        (
            &format!("{orders}/columns/label"),
            json!("text"),
            "models/shop.yaml: tables.orders.columns.label: added `text`",
        ),
        (
            &format!("{orders}/row_policies/0/rule"),
            json!("TRUE"),
            "models/shop.yaml: tables.orders.row_policies.own.rule: was `title = user_attribute('company')`, is `TRUE`",
        ),
        (
            &format!("{orders}/row_policies/0/permit/teams/-"),
            json!("Others"),
            "models/shop.yaml: tables.orders.row_policies.own.permit.teams.Others: added `Others`",
        ),
        (
            &format!("{orders}/row_policies/1/restrict"),
            json!({"except_teams": ["Buyers"]}),
            "models/shop.yaml: tables.orders.row_policies.no_drafts.restrict: was `all`, is `{\"except_teams\":[\"Buyers\"]}`",
        ),
        (
            &format!("{orders}/row_policies"),
            json!([organization()["models"]["shop"]["tables"]["orders"]["row_policies"][0]]),
            "models/shop.yaml: tables.orders.row_policies.no_drafts: removed",
        ),
        (
            &format!("{orders}/column_policies/0/visible_to"),
            json!({"teams": ["Buyers"]}),
            "models/shop.yaml: tables.orders.column_policies",
        ),
        (
            &format!("{orders}/download_limits/1/rows"),
            json!(11),
            "models/shop.yaml: tables.orders.download_limits.all.rows: was `10`, is `11`",
        ),
        (
            &format!("{orders}/download_limits/-"),
            json!({"to": {"guests_of": ["portal"]}, "rows": 1}),
            "models/shop.yaml: tables.orders.download_limits.{\"guests_of\":[\"portal\"]}: added",
        ),
        (&format!("{orders}/download_limits"), json!([]), "models/shop.yaml: tables.orders.download_limits: removed"),
        (&format!("{orders}/column_policies"), json!([]), "models/shop.yaml: tables.orders.column_policies"),
        (
            "/workbooks/orders/pages/0/elements/0/show/data/query/limit",
            json!(11),
            "workbooks/orders.yaml: pages.main.elements.list.show.data.query.limit: was `10`, is `11`",
        ),
        (
            "/workbooks/orders/pages/0/elements/0/show/data/query/filters",
            json!([]),
            "workbooks/orders.yaml: pages.main.elements.list.show.data.query.filters",
        ),
        (
            "/workbooks/orders/pages/0/elements/0/show/data/underlying",
            json!(["id"]),
            "workbooks/orders.yaml: pages.main.elements.list.show.data.underlying.id: added `id`",
        ),
        (
            "/models/shop/explores/orders/drill_fields",
            json!(["id"]),
            "models/shop.yaml: explores.orders.drill_fields.id: added `id`",
        ),
    ] {
        let told = told(pointer, value);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{pointer}: {told:?}\nexpected {expected}");
    }
}

/// Every member of a provider that may let in more people, or people as more.
#[test]
fn edits_of_identity_providers_that_may_show_more_are_reported() {
    let sso = "identity_providers.yaml: identity_providers.sso";
    let idp = "identity_providers.yaml: identity_providers.idp";
    for (pointer, value, expected) in [
        ("/identity_providers/0/issuer", json!("another"), format!("{sso}.issuer: was `host`, is `another`")),
        ("/identity_providers/0/jwt/sign_in", json!("https://evil.example"), format!("{sso}.jwt.sign_in")),
        ("/identity_providers/0/jwt/mode", json!("compatible"), format!("{sso}.jwt.mode")),
        ("/identity_providers/0/jwt/secrets", json!([{"secret_env": "OTHER"}]), format!("{sso}.jwt.secrets")),
        ("/identity_providers/0/jwt/sdk_sessions", json!(true), format!("{sso}.jwt.sdk_sessions")),
        ("/identity_providers/0/claims/teams", json!("groups"), format!("{sso}.claims.teams")),
        (
            "/identity_providers/0/teams/map/buyer",
            json!(["Buyers", "Sellers"]),
            format!("{sso}.teams.map.buyer.Sellers"),
        ),
        ("/identity_providers/0/teams/sync", json!("additive"), format!("{sso}.teams.sync")),
        ("/identity_providers/0/account_types", json!({"usual": "Act"}), format!("{sso}.account_types.usual")),
        ("/identity_providers/0/provisioning", json!({"members": true}), format!("{sso}.provisioning.members")),
        ("/identity_providers/0/bind_internal_by_email", json!(true), format!("{sso}.bind_internal_by_email")),
        ("/identity_providers/0/frame_origins", json!(["https://a.example"]), format!("{sso}.frame_origins")),
        ("/identity_providers/0/ceiling/teams", json!(["Buyers", "Sellers"]), format!("{sso}.ceiling.teams.Sellers")),
        ("/identity_providers/0/ceiling/tenants", json!("any"), format!("{sso}.ceiling.tenants")),
        (
            "/identity_providers/0/ceiling/account_types",
            json!(["View", "Act"]),
            format!("{sso}.ceiling.account_types.Act"),
        ),
        ("/identity_providers/0/ceiling/attributes/company", json!("any"), format!("{sso}.ceiling.attributes.company")),
        ("/identity_providers/0/ceiling/session_seconds", json!(601), format!("{sso}.ceiling.session_seconds")),
        ("/identity_providers/1/oidc/discovery", json!("https://evil.example"), format!("{idp}.oidc.discovery")),
        ("/identity_providers/1/oidc/client_id", json!("other"), format!("{idp}.oidc.client_id")),
        ("/identity_providers/1/oidc/scopes", json!(["email", "groups"]), format!("{idp}.oidc.scopes.groups")),
        ("/identity_providers/1/oidc/userinfo", json!(true), format!("{idp}.oidc.userinfo")),
        ("/identity_providers/1/oidc/unverified_email", json!(true), format!("{idp}.oidc.unverified_email")),
        ("/identity_providers/1/oidc/private_network", json!(true), format!("{idp}.oidc.private_network")),
    ] {
        let expected = expected.as_str();
        let told = told(pointer, value);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{pointer}: {told:?}\nexpected {expected}");
    }
}

#[test]
fn edits_that_show_nobody_more_are_not() {
    let orders = "/models/shop/tables/orders";
    for (pointer, value) in [
        ("/organization/name", json!("Other")),
        ("/issuers/0/trusted_domains", json!([])),
        ("/teams/-", json!({"name": "New"})),
        ("/organization/public_links", json!(false)),
        ("/organization/session_seconds", json!(599)),
        ("/organization/login_session_seconds", json!(600)),
        ("/organization/password_login", json!(false)),
        ("/organization/second_factor_for_administrators", json!(true)),
        ("/issuers/0/blocked", json!(["eve", "mallory"])),
        ("/tenants/0/deactivated", json!(true)),
        ("/account_types/0/permissions", json!([])),
        ("/grants/0/level", json!("view")),
        ("/grants/0/level", json!(null)),
        ("/grants/0/deny", json!(["view"])),
        ("/grants/-", json!({"to": {"team": "Buyers"}, "on": {"workbook": "orders"}, "deny": ["view"]})),
        ("/grants/0", json!({"to": {"tenant": "acme"}, "on": {"workspace": "shop"}, "deny": ["export_csv"]})),
        ("/identity_providers/0/disabled", json!(true)),
        ("/identity_providers/0/ceiling/teams", json!([])),
        ("/identity_providers/0/ceiling/session_seconds", json!(599)),
        ("/embed_keys/0/disabled", json!(true)),
        ("/embed_keys/0/not_before", json!("2026-01-01T00:00:00Z")),
        ("/embed_keys/0/ceiling/teams", json!([])),
        ("/embed_keys/0/ceiling/session_seconds", json!(59)),
        ("/models/shop/access_grants/more", json!({"user_attribute": "company", "allowed_values": ["x"]})),
        ("/models/shop/access_grants/finance/allowed_values", json!([])),
        ("/models/shop/required_access_grants", json!(["finance"])),
        ("/models/shop/explores/orders/title", json!("Other")),
        ("/models/shop/explores/orders/dimensions/id/label", json!("Number")),
        ("/models/shop/explores/orders/dimensions/id/hidden", json!(true)),
        ("/workbooks/orders/pages/0/elements/0/show/data/underlying", json!([])),
        (&format!("{orders}/row_policies/0/permit/teams"), json!([])),
        (&format!("{orders}/row_policies/-"), json!({"name": "new", "restrict": "all", "rule": "FALSE"})),
        (
            &format!("{orders}/column_policies/-"),
            json!({"columns": ["id"], "visible_to": "nobody", "otherwise": "hide"}),
        ),
        (&format!("{orders}/download_limits"), json!([{"to": {"teams": ["Buyers"]}, "rows": 100}])),
        (&format!("{orders}/download_limits/0/rows"), json!(99)),
        ("/workbooks/orders/title", json!("Other")),
        ("/workbooks/orders/pages/0/elements/0/width", json!(6)),
        ("/workbooks/orders/pages/0/elements/0/show/data/query/limit", json!(9)),
    ] {
        assert_eq!(told(pointer, value), Vec::<String>::new(), "{pointer}");
    }
}

/// In place of what an element names stand the drill fields of its measures.
#[test]
fn a_list_that_is_gone_may_show_more_than_one_that_is_empty() {
    let underlying = "/workbooks/orders/pages/0/elements/0/show/data/underlying";
    let (without, mut with) = (organization(), organization());
    with.pointer_mut(underlying.rsplit_once('/').unwrap().0).unwrap()["underlying"] = json!([]);
    let told = widening(&definitions(&with), &definitions(&without));
    assert_eq!(told, ["workbooks/orders.yaml: pages.main.elements.list.show.data.underlying: removed"]);
}

/// A name that people choose is no member of ours, whatever it is called.
/// The first limit closes the table for everybody else.
#[test]
fn a_first_download_limit_shows_nobody_more() {
    let mut without = organization();
    without["models"]["shop"]["tables"]["orders"]["download_limits"] = json!([]);
    let told = widening(&definitions(&without), &definitions(&organization()));
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn a_column_called_title_is_a_column() {
    let mut without = organization();
    without["models"]["shop"]["tables"]["orders"]["columns"] = json!({"id": "integer"});
    without["models"]["shop"]["tables"]["orders"]["column_policies"] = json!([]);
    let mut with = without.clone();
    with["models"]["shop"]["tables"]["orders"]["columns"]["title"] = json!("text");
    let told = widening(&definitions(&without), &definitions(&with));
    assert_eq!(told, ["models/shop.yaml: tables.orders.columns.title: added `text`"]);
}
