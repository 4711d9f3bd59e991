//! Stories S1, S2, S3, S5 and S6: who gets in as whom, and what claims do to their profile.

use crate::world::{claims, tenant, told, with, world};
use authz::{AUTOMATIC_CREATION_OFF, Answer, ProfileWrite};
use model::access::MemberKind::{Embed, Internal};
use model::assertion::{Claimant, Claims};
use serde_json::json;

#[test]
fn s1_the_first_embed_creates_a_member_and_later_ones_reuse_it() {
    let mut world = world();
    let first = world.open(claims("Fred@Acme.Example", &["Managers"])).unwrap();
    let ProfileWrite::Create(member) = &first.profile else { panic!("{:?}", first.profile) };
    assert_eq!((member.subject.as_str(), member.kind, member.automatic), ("fred@acme.example", Embed, true));
    let second = world.open(claims("fred@acme.example", &["Managers"])).unwrap();
    assert_eq!(second.facts.member(), first.facts.member());
    assert_eq!(second.profile, ProfileWrite::None);
    assert_eq!(world.members.len(), 1);
}

#[test]
fn s1_a_new_person_needs_a_known_team() {
    let mut world = world();
    let accepted = "one of `Customers`, `Managers`, `Staff`, `Support`, `Tenants`";
    let nobody = Claims { claimant: Claimant::Member("fred@acme.example".into()), ..Claims::default() };
    for missing in [nobody, claims("fred@acme.example", &[])] {
        let (code, detail) = told(world.open(missing));
        assert_eq!(code, "teams_required");
        assert!(detail.ends_with(accepted), "{detail}");
    }
    let (code, unknown) = told(world.open(claims("fred@acme.example", &["Managers", "Wizards"])));
    assert_eq!((code, unknown), ("unknown_team", format!("`Wizards` is not accepted: expected {accepted}")));
    let beyond = told(world.open(claims("fred@acme.example", &["Board"]))).1;
    assert_eq!(
        beyond,
        format!("`Board` is not accepted: expected {accepted}"),
        "beyond the ceiling reads like unknown"
    );
    assert!(world.members.is_empty());
}

#[test]
fn s1_the_same_subject_of_two_tenants_or_two_issuers_is_two_people() {
    let mut world = world();
    let of = |tenant: Option<&str>| Claims { tenant: tenant.map(str::to_owned), ..claims("user-17", &["Staff"]) };
    let one = world.open(of(Some("acme"))).unwrap().facts;
    let other = world.open(of(Some("globex"))).unwrap().facts;
    let none = world.open(of(None)).unwrap().facts;
    let stranger = world.open_with("stranger", of(None)).unwrap().facts;
    assert_eq!((one.tenant.clone(), none.tenant.clone()), (tenant("acme"), None));
    let ids = std::collections::BTreeSet::from([one.member(), other.member(), none.member(), stranger.member()]);
    assert_eq!(ids.len(), 4);
}

#[test]
fn s1_subjects_that_are_no_emails_compare_byte_for_byte() {
    let mut world = world();
    let one = world.open(claims("User-17", &["Staff"])).unwrap().facts;
    let other = world.open(claims("user-17", &["Staff"])).unwrap().facts;
    assert_ne!(one.member(), other.member());
}

#[test]
fn s2_with_automatic_creation_off_nobody_new_gets_in_and_claims_count_nothing() {
    let mut world = world();
    world.definitions.organization.automatic_creation = false;
    let (code, detail) = told(world.open(claims("new@acme.example", &["Managers"])));
    assert_eq!((code, detail.as_str()), ("automatic_creation_off", AUTOMATIC_CREATION_OFF));
    assert!(world.members.is_empty());

    world
        .know(Embed, "hand@acme.example", "View", &["Staff"])
        .attributes
        .insert("primary_id".parse().unwrap(), json!("1"));
    let ignored =
        with(claims("hand@acme.example", &["Managers", "Wizards"]), &[("primary_id", json!("2")), ("no", json!(1))]);
    let opened = world.open(Claims { account_type: Some("Nothing such".into()), ..ignored }).unwrap();
    assert_eq!(opened.profile, ProfileWrite::None);
    assert_eq!(opened.facts.account_type.as_ref().unwrap().as_str(), "View");
    assert_eq!(opened.facts.teams, world.members[0].teams);
    let primary_id = &opened.facts.attributes[&"primary_id".parse().unwrap()];
    assert!(format!("{primary_id:?}").contains("\"1\""), "{primary_id:?}");
}

#[test]
fn s2_earlier_automatic_members_get_in_only_if_they_are_kept() {
    let mut world = world();
    world.open(Claims { account_type: Some("Act".into()), ..claims("fred@acme.example", &["Managers"]) }).unwrap();
    world.definitions.organization.automatic_creation = false;
    assert_eq!(told(world.open(claims("fred@acme.example", &["Staff"]))).0, "automatic_creation_off");
    world.definitions.organization.keep_automatic_members = true;
    let facts = world.open(claims("fred@acme.example", &["Staff"])).unwrap().facts;
    assert_eq!(facts.account_type.as_ref().unwrap().as_str(), "Act");
    assert_eq!(facts.teams, std::collections::BTreeSet::from([model::name::TeamId::new("Managers")]));
}

#[test]
fn s2_every_refused_person_gets_the_same_sentence() {
    let mut world = world();
    world.definitions.organization.automatic_creation = false;
    world.know(Embed, "gone@acme.example", "View", &[]).active = false;
    world.know(Internal, "boss@acme.example", "Admin", &[]);
    for subject in ["gone@acme.example", "boss@acme.example", "nobody@acme.example"] {
        assert_eq!(told(world.open(claims(subject, &[]))).1, AUTOMATIC_CREATION_OFF);
    }
}

#[test]
fn s3_an_internal_member_who_never_logged_in_does_not_get_in() {
    let mut world = world();
    world.definitions.organization.automatic_creation = false;
    world.know(Internal, "ida@acme.example", "View", &[]).has_logged_in = false;
    let (code, detail) = told(world.open(claims("ida@acme.example", &[])));
    assert_eq!(code, "automatic_creation_off");
    assert_eq!(detail, "You don't have permission to access this page. Automatic updating of users is disabled.");
    world.members[0].has_logged_in = true;
    assert!(world.open(claims("ida@acme.example", &[])).is_ok());
}

#[test]
fn s5_the_account_type_claim_sets_and_changes_an_embed_members_type() {
    let mut world = world();
    let as_type = |name: &str| Claims { account_type: Some(name.to_owned()), ..claims("fred", &["Managers"]) };
    assert_eq!(
        world.open(claims("fred", &["Managers"])).unwrap().facts.account_type.as_ref().unwrap().as_str(),
        "View"
    );
    assert_eq!(world.open(as_type("Act")).unwrap().facts.account_type.as_ref().unwrap().as_str(), "Act");
    assert_eq!(world.member("fred").unwrap().account_type.as_str(), "Act");
    let without = world.open(claims("fred", &["Managers"])).unwrap().facts;
    assert_eq!(
        without.account_type.as_ref().unwrap().as_str(),
        "View",
        "what another session's token said is not this one's"
    );
    for refused in ["Wizard", "Admin", ""] {
        let (code, detail) = told(world.open(as_type(refused)));
        assert_eq!(code, "unknown_account_type");
        assert!(detail.ends_with("expected one of `Act`, `Analyze`, `Draw`, `Orphan`, `View`"), "{detail}");
    }
}

#[test]
fn s5_an_internal_members_own_type_counts() {
    let mut world = world();
    world.know(Internal, "ida@acme.example", "Act", &["Staff"]);
    let claimed = Claims { account_type: Some("Analyze".into()), ..claims("ida@acme.example", &["Managers"]) };
    let opened = world.open(claimed).unwrap();
    assert_eq!(opened.profile, ProfileWrite::None);
    assert_eq!((opened.facts.kind(), opened.facts.account_type.as_ref().unwrap().as_str()), (Some(Internal), "Act"));
}

#[test]
fn s6_claimed_teams_overwrite_an_automatic_members_and_leave_others_alone() {
    let mut world = world();
    world.open(claims("fred", &["Managers", "Staff"])).unwrap();
    let without = world.open(Claims { claimant: Claimant::Member("fred".into()), ..Claims::default() }).unwrap();
    assert!(without.facts.teams.is_empty(), "teams of an earlier token are no session's of today");
    assert!(world.member("fred").unwrap().teams.is_empty());

    world.know(Embed, "hand", "View", &["Staff"]);
    let claimed = world.open(claims("hand", &["Managers"])).unwrap();
    assert_eq!(claimed.profile, ProfileWrite::None);
    assert_eq!(claimed.facts.teams.iter().next().unwrap().as_str(), "Managers");
    let unclaimed =
        world.open(Claims { claimant: Claimant::Member("hand".into()), ..Claims::default() }).unwrap().facts;
    assert_eq!(unclaimed.teams, world.member("hand").unwrap().teams);
}

#[test]
fn names_and_email_of_automatic_members_follow_the_token() {
    let mut world = world();
    world.open(claims("u1", &["Staff"])).unwrap();
    let named =
        Claims { email: Some("U1@Acme.Example".into()), first_name: Some("Una".into()), ..claims("u1", &["Staff"]) };
    let facts = world.open(named).unwrap().facts;
    assert_eq!((facts.email.as_deref(), facts.email_trusted), (Some("u1@acme.example"), true));
    let member = world.member("u1").unwrap();
    assert_eq!((member.first_name.as_deref(), member.email.as_deref()), (Some("Una"), Some("u1@acme.example")));
}

#[test]
fn an_unknown_or_disabled_key_gets_one_answer() {
    let mut world = world();
    world.key("fresh").disabled = true;
    for key in ["fresh", "nobody"] {
        let refusal = world.open_with(key, claims("fred", &["Managers"])).unwrap_err();
        assert_eq!(refusal.answer, Answer::Unknown);
    }
}
