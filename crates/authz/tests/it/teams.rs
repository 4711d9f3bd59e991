//! Teams in teams, tenants' own teams, teams by a token, and whom nobody lets in.

use crate::world::{World, claims, page, tenant, told, world};
use authz::{AUTOMATIC_CREATION_OFF, ProfileWrite, ViewContent};
use model::access::MemberKind::{Embed, Internal};
use model::access::Team;
use model::assertion::{Claimant, Claims};
use model::attribute::AttributeValue;
use model::value::Scalar;
use serde_json::{Value as Json, json};

fn team(world: &mut World, written: Json) {
    let team: Team = serde_json::from_value(written).unwrap();
    world.definitions.teams.retain(|one| one.name != team.name);
    world.definitions.teams.push(team);
}

fn names(teams: &std::collections::BTreeSet<model::name::TeamName>) -> Vec<&str> {
    teams.iter().map(|team| team.as_str()).collect()
}

fn plain(subject: &str) -> Claims {
    Claims { claimant: Claimant::Member(subject.into()), ..Claims::default() }
}

#[test]
fn who_is_in_a_team_is_in_all_above_it_inside_the_ceiling() {
    let mut world = world();
    team(&mut world, json!({"name": "Night", "members_of": ["Staff", "Board"]}));
    team(&mut world, json!({"name": "Board", "members_of": ["Managers"]}));
    world.key("host").ceiling.teams = serde_json::from_value(json!(["Night", "Staff", "Managers"])).unwrap();
    let principal = world.enter(claims("fred", &["Night"]));
    assert_eq!(names(principal.teams()), ["Managers", "Night", "Staff"], "also by way of one beyond the ceiling");
    assert_eq!(names(principal.all_teams()), ["Board", "Managers", "Night", "Staff"]);
    assert_eq!(names(&principal.facts().teams.iter().map(|id| id.as_str().parse().unwrap()).collect()), ["Night"]);
}

/// The lowest rank wins, and of equal ranks the nearest team.
#[test]
fn values_of_teams_above_are_ranked_with_the_others() {
    let mut world = world();
    team(
        &mut world,
        json!({"name": "Support", "rank": 2, "attributes": {"colour": "green"}, "members_of": ["Managers"]}),
    );
    let colour = |world: &mut World, teams: &[&str]| {
        let principal = world.enter(claims("fred", teams));
        match principal.attribute(&"colour".parse().unwrap()) {
            Some(AttributeValue::One(Scalar::Text(text))) => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(colour(&mut world, &["Support"]), "green", "of equal ranks, their own team's");
    team(
        &mut world,
        json!({"name": "Support", "rank": 3, "attributes": {"colour": "green"}, "members_of": ["Managers"]}),
    );
    assert_eq!(colour(&mut world, &["Support"]), "red", "the lower rank's, though it is further away");
    assert_eq!(colour(&mut world, &["Support", "Staff"]), "blue");
    world.key("host").ceiling.teams = serde_json::from_value(json!(["Support"])).unwrap();
    assert_eq!(colour(&mut world, &["Support"]), "green", "beyond the ceiling no team lends a value");
}

#[test]
fn a_tenants_own_team_counts_for_its_people_alone() {
    let mut world = world();
    team(&mut world, json!({"name": "acme/Drivers", "members_of": ["acme/Everybody"]}));
    team(&mut world, json!({"name": "acme/Everybody"}));
    for (subject, of) in [("ada", "acme"), ("gus", "globex")] {
        world.know(Embed, subject, "View", &["acme/Drivers", "Staff"]).tenant = tenant(of);
    }
    world.definitions.organization.automatic_creation = false;
    let of = |subject: &str, tenant: &str| Claims { tenant: Some(tenant.into()), ..plain(subject) };
    assert_eq!(names(world.enter(of("ada", "acme")).teams()), ["Staff", "acme/Drivers", "acme/Everybody"]);
    let gus = world.enter(of("gus", "globex"));
    assert_eq!((names(gus.teams()), names(gus.all_teams())), (vec!["Staff"], vec!["Staff"]));
    world.definitions.organization.automatic_creation = true;
    world.key("host").ceiling.teams = serde_json::from_value(json!("any")).unwrap();
    let claimed = Claims { tenant: Some("acme".into()), ..claims("new", &["acme/Drivers"]) };
    let (code, detail) = told(world.open(claimed));
    assert_eq!((code, detail.matches("acme/").count()), ("unknown_team", 1), "{detail}");
}

#[test]
fn a_deactivated_tenant_lets_nobody_in_through_any_way() {
    let mut world = world();
    let of = |tenant: Option<&str>| Claims { tenant: tenant.map(str::to_owned), ..claims("fred", &["Staff"]) };
    let open = world.open(of(Some("acme"))).unwrap().facts;
    world.know(Internal, "ida@acme.example", "View", &["Staff"]).tenant = tenant("acme");
    world.definitions.tenants[0].deactivated = true;
    assert_eq!(told(world.open(of(Some("acme")))).0, "tenant_deactivated");
    assert_eq!(told(world.open(plain("ida@acme.example"))).0, "person_refused", "by e-mail, without naming the tenant");
    assert!(world.resume(open).is_err());
    assert!(world.open(of(Some("globex"))).is_ok() && world.open(of(None)).is_ok());
}

#[test]
fn a_blocked_subject_is_nobody_whoever_they_are() {
    let mut world = world();
    world.know(Internal, "ida@acme.example", "View", &["Staff"]);
    let open = world.open(claims("fred", &["Staff"])).unwrap().facts;
    let blocked = ["fred", "ida@acme.example"].map(str::to_owned);
    world.definitions.issuers[0].blocked.extend(blocked);
    assert!(world.resume(open).is_err());
    for claims in [claims("fred", &["Staff"]), plain("IDA@acme.example")] {
        assert_eq!(told(world.open(claims)).0, "person_refused");
    }
    assert!(world.open(claims("Fred", &["Staff"])).is_ok(), "what is no e-mail address compares byte for byte");
    assert!(world.open_with("stranger", claims("fred", &["Staff"])).is_ok(), "blocked is a subject of one issuer");
    world.definitions.organization.automatic_creation = false;
    assert_eq!(told(world.open(claims("fred", &["Staff"]))).1, AUTOMATIC_CREATION_OFF);
}

#[test]
fn t7_claimed_teams_count_beside_their_own_for_whom_tokens_do_not_describe() {
    let mut world = world();
    world.know(Internal, "ida@acme.example", "View", &["Staff"]);
    world.know(Embed, "hand", "View", &["Staff"]);
    let auto = world.open(claims("auto", &["Staff"])).unwrap().facts;
    world.definitions.organization.automatic_creation = false;
    world.definitions.organization.keep_automatic_members = true;
    assert!(world.resume(auto).is_err());
    let facts = |world: &mut World, subject: &str, teams: &[&str]| {
        let opened = world.open(claims(subject, teams)).unwrap();
        assert_eq!(opened.profile, ProfileWrite::None);
        opened.facts.teams.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    for subject in ["ida@acme.example", "hand", "auto"] {
        assert_eq!(facts(&mut world, subject, &["Managers", "Nonsense"]), ["Staff"], "off, the claim is not even read");
    }
    world.definitions.organization.dynamic_teams = true;
    for (subject, teams) in
        [("ida@acme.example", vec!["Managers", "Staff"]), ("hand", vec!["Managers", "Staff"]), ("auto", vec!["Staff"])]
    {
        assert_eq!(facts(&mut world, subject, &["Managers"]), teams, "{subject}");
        assert_eq!(facts(&mut world, subject, &[]), ["Staff"]);
    }
    assert_eq!(told(world.open(claims("hand", &["Board"]))).0, "unknown_team", "beyond the ceiling");
    let principal = world.enter(claims("hand", &["Managers"]));
    assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_ok());
    let open = principal.facts().clone();
    world.definitions.organization.dynamic_teams = false;
    assert!(world.resume(open).is_err(), "the switch is live");
}

#[test]
fn sessions_are_no_longer_than_the_organization_says() {
    let mut world = world();
    let open = world.open(claims("fred", &["Staff"])).unwrap().facts;
    world.definitions.organization.session_seconds = Some(600);
    assert!(world.resume(open).is_err());
    let facts = world.open(claims("fred", &["Staff"])).unwrap().facts;
    assert_eq!((facts.expires_at - facts.opened_at).num_seconds(), 600);
    let longer = Claims { session_seconds: Some(601), ..claims("fred", &["Staff"]) };
    assert_eq!(told(world.open(longer)).0, "session_seconds_refused");
    world.definitions.organization.session_seconds = Some(7200);
    let facts = world.open(claims("fred", &["Staff"])).unwrap().facts;
    assert_eq!((facts.expires_at - facts.opened_at).num_seconds(), 3600, "the ceiling of the key still counts");
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::*;
    use model::enforcement::{Point, switch_off};

    /// Refused or over with the point, let in without it.
    fn only_the_point_refuses(point: Point, let_in: impl Fn() -> bool) {
        assert!(!let_in());
        let _off = switch_off(point);
        assert!(let_in(), "nothing leaks without {point:?}");
    }

    #[test]
    fn tenant_active() {
        only_the_point_refuses(Point::TenantActive, || {
            let mut world = world();
            world.definitions.tenants[0].deactivated = true;
            world.open(Claims { tenant: Some("acme".into()), ..claims("fred", &["Staff"]) }).is_ok()
        });
    }

    #[test]
    fn blocked_subjects() {
        only_the_point_refuses(Point::BlockedSubjects, || {
            let mut world = world();
            world.definitions.issuers[0].blocked.insert("fred".to_owned());
            world.open(claims("fred", &["Staff"])).is_ok()
        });
    }

    #[test]
    fn tenant_teams() {
        only_the_point_refuses(Point::TenantTeams, || {
            let mut world = world();
            team(&mut world, json!({"name": "acme/Drivers"}));
            world.know(Embed, "gus", "View", &["acme/Drivers"]).tenant = tenant("globex");
            world.definitions.organization.automatic_creation = false;
            let principal = world.enter(Claims { tenant: Some("globex".into()), ..plain("gus") });
            !principal.teams().is_empty()
        });
    }

    #[test]
    fn dynamic_teams() {
        only_the_point_refuses(Point::DynamicTeams, || {
            let mut world = world();
            world.know(Internal, "ida@acme.example", "View", &[]);
            let principal = world.enter(claims("ida@acme.example", &["Managers"]));
            !principal.teams().is_empty()
        });
    }

    #[test]
    fn session_length() {
        only_the_point_refuses(Point::SessionLength, || {
            let mut world = world();
            world.definitions.organization.session_seconds = Some(60);
            let longer = Claims { session_seconds: Some(3600), ..claims("fred", &["Staff"]) };
            world.open(longer).is_ok()
        });
    }
}
