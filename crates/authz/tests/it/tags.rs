//! Versions of a workbook under tags: each is shared by itself, and a session is for one version.

use crate::world::{World, claims, element_of, explore, page, told, world};
use authz::permit::{CopyContent, SaveContent};
use authz::{Principal, RunQuery, ViewContent, access};
use model::access::{Grant, Permission};
use model::assertion::{Claimant, Claims, ContentClaim};
use model::workbook::VersionBody;
use serde_json::{Value as Json, json};

/// The workbook `sales` has a version `production` with its first page.
fn tagged(grants: &[Json]) -> World {
    let mut world = world();
    let mut body = VersionBody::of(&world.definitions.workbooks[&"sales".parse().unwrap()]);
    body.pages.truncate(1);
    world.definitions.tags.insert("sales@production".to_owned().try_into().unwrap(), body);
    let granted = grants.iter().map(|one| serde_json::from_value::<Grant>(one.clone()).unwrap());
    world.definitions.grants.retain(|grant| grant.on.is_data());
    world.definitions.grants.extend(granted);
    world
}

fn analyst(content: Option<(&str, Option<&str>)>) -> Claims {
    let content = content.map(|(workbook, tag)| ContentClaim::Named {
        workbook: workbook.into(),
        page: None,
        tag: tag.map(str::to_owned),
    });
    Claims { account_type: Some("Analyze".into()), content, ..claims("fred", &["Staff", "Managers"]) }
}

/// Whether somebody sees the published version, and the one under the tag.
fn sees(world: &World, principal: &Principal) -> [bool; 2] {
    ["sales", "sales@production"].map(|version| world.decide::<ViewContent>(principal, &page(version, None)).is_ok())
}

#[test]
fn a_tag_is_shared_by_itself() {
    let staff = json!({"team": "Staff"});
    let on = |on: Json, level: &str| json!({"to": staff, "on": on, "level": level});
    for (case, grants, expected) in [
        ("the tag", vec![on(json!({"tag": "sales@production"}), "view")], [false, true]),
        ("the workbook", vec![on(json!({"workbook": "sales"}), "explore")], [true, false]),
        ("the folder", vec![on(json!({"folder": "shared/sales"}), "view")], [true, false]),
        ("the workspace", vec![on(json!({"workspace": "shared"}), "contribute")], [true, true]),
        (
            "what is denied on the workbook is denied under the tag",
            vec![
                on(json!({"tag": "sales@production"}), "view"),
                json!({"to": {"team": "Managers"}, "on": {"workbook": "sales"}, "deny": ["view"]}),
            ],
            [false, false],
        ),
        (
            "what is allowed on the workbook is not under the tag",
            vec![json!({"to": staff, "on": {"workbook": "sales"}, "allow": ["view"]})],
            [true, false],
        ),
    ] {
        let mut world = tagged(&grants);
        let principal = world.enter(analyst(None));
        assert_eq!(sees(&world, &principal), expected, "{case}");
        let listed: Vec<String> =
            access::workbooks(&principal, &world.snapshot()).iter().map(ToString::to_string).collect();
        let listed: Vec<&String> = listed.iter().filter(|name| name.starts_with("sales")).collect();
        let seen = ["sales", "sales@production"].into_iter().zip(expected).filter(|(_, seen)| *seen);
        assert_eq!(listed, seen.map(|(name, _)| name).collect::<Vec<_>>(), "{case}");
    }
}

#[test]
fn a_version_has_its_own_pages_and_explores() {
    let to = json!({"team": "Staff"});
    let mut world = tagged(&[json!({"to": to, "on": {"tag": "sales@production"}, "level": "explore"})]);
    let principal = world.enter(analyst(None));
    assert!(world.decide::<RunQuery>(&principal, &element_of("sales@production", "overview", "total")).is_ok());
    assert!(world.decide::<RunQuery>(&principal, &element_of("sales", "overview", "total")).is_err());
    assert!(world.decide::<ViewContent>(&principal, &page("sales@production", Some("detail"))).is_err(), "not there");
    assert!(world.decide::<RunQuery>(&principal, &explore("sales.sales")).is_ok(), "through the page of the tag");
}

#[test]
fn a_session_is_for_one_version() {
    let everybody = json!({"to": {"team": "Staff"}, "on": {"workspace": "shared"}, "level": "contribute"});
    for (content, expected) in [
        (None, [true, true]),
        (Some(("sales", None)), [true, false]),
        (Some(("sales", Some("production"))), [false, true]),
        (Some(("sales", Some("nothing"))), [false, false]),
    ] {
        let mut world = tagged(std::slice::from_ref(&everybody));
        let principal = world.enter(analyst(content));
        assert_eq!(sees(&world, &principal), expected, "{content:?}");
    }
}

/// A draft and earlier versions have other pages than those that a session is for.
#[test]
fn a_session_that_is_for_some_content_changes_none() {
    let everybody = json!({"to": {"team": "Staff"}, "on": {"workspace": "shared"}, "level": "manage"});
    for (scope, expected) in [(None, true), (Some(None), false), (Some(Some("overview")), false)] {
        let mut world = tagged(std::slice::from_ref(&everybody));
        let kind = world.definitions.account_types.iter_mut().find(|kind| kind.name.as_str() == "Analyze").unwrap();
        kind.permissions.insert(Permission::SaveContent);
        world.key("host").ceiling.permissions.insert(Permission::SaveContent);
        let content = scope.map(|page: Option<&str>| ContentClaim::Named {
            workbook: "sales".into(),
            page: page.map(str::to_owned),
            tag: None,
        });
        let principal = world.enter(Claims { content, ..analyst(None) });
        assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_ok());
        assert_eq!(world.decide::<SaveContent>(&principal, &page("sales", None)).is_ok(), expected, "{scope:?}");
        assert_eq!(world.decide::<CopyContent>(&principal, &page("sales", None)).is_ok(), expected, "{scope:?}");
    }
}

#[cfg(feature = "enforcement-switch")]
#[test]
fn the_scope_over_authors_switched_off() {
    use model::enforcement::{Point, switch_off};
    let mut world = tagged(&[json!({"to": {"team": "Staff"}, "on": {"workspace": "shared"}, "level": "explore"})]);
    let principal = world.enter(analyst(Some(("sales", None))));
    assert!(world.decide::<CopyContent>(&principal, &page("sales", None)).is_err());
    let _off = switch_off(Point::SessionScope);
    assert!(world.decide::<CopyContent>(&principal, &page("sales", None)).is_ok());
}

#[test]
fn guests_see_what_is_published() {
    let mut world = tagged(&[]);
    let claims = Claims {
        claimant: Claimant::Guest,
        teams: None,
        account_type: None,
        ..analyst(Some(("sales", Some("production"))))
    };
    world.definitions.organization.guest_embeds = true;
    let refused = told(world.open(claims));
    assert_eq!(refused, ("tag_of_guest", "a guest is shown the published version: expected no `tag`".to_owned()));
}

#[test]
fn who_reaches_a_tag_is_told() {
    let grants = [
        json!({"to": {"team": "Staff"}, "on": {"tag": "sales@production"}, "level": "view"}),
        json!({"to": {"team": "Managers"}, "on": {"workbook": "sales"}, "level": "view"}),
    ];
    let mut world = tagged(&grants);
    let what = serde_json::from_value(json!({"tag": "sales@production"})).unwrap();
    assert_eq!(access::of_resource(&world.snapshot(), &what).len(), 2);
    let member = world.know(model::access::MemberKind::Embed, "sue", "View", &["Staff"]).clone();
    let reached = access::of_member(&world.snapshot(), &member);
    let content: Vec<_> = reached.iter().filter(|one| !one.what.is_data()).collect();
    assert_eq!(content.len(), 1);
    assert_eq!(json!(content[0].what), json!({"tag": "sales@production"}));
    assert!(content[0].permissions.contains(&Permission::View));
}

#[cfg(feature = "enforcement-switch")]
#[test]
fn grants_on_tags_switched_off() {
    use model::enforcement::{Point, switch_off};
    let mut world = tagged(&[json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "view"})]);
    let principal = world.enter(analyst(None));
    assert_eq!(sees(&world, &principal), [true, false]);
    let _off = switch_off(Point::TagGrant);
    assert_eq!(sees(&world, &principal), [true, true]);
}
