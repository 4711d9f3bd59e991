//! When an embed is an internal member's, and when it is refused: no second person is made either way.

use crate::world::{World, claims, told, world};
use authz::ProfileWrite;
use model::access::MemberKind::{Embed, Internal};
use model::assertion::Claims;
use model::name::TenantId;

fn with_ida() -> World {
    let mut world = world();
    world.know(Internal, "ida@acme.example", "View", &["Staff"]);
    world
}

fn refused(world: &mut World, key: &str, claims: Claims) {
    let before = world.members.len();
    assert_eq!(told(world.open_with(key, claims)).0, "person_refused");
    assert_eq!(world.members.len(), before, "no second person is made");
}

#[test]
fn a_subject_or_email_of_a_trusted_domain_binds() {
    let mut world = with_ida();
    let by_subject = world.open(claims("IDA@acme.example", &["Managers"])).unwrap();
    let email = Some("Ida@Acme.Example".to_owned());
    let by_email = world.open(Claims { email, ..claims("user-17", &["Managers"]) }).unwrap();
    for opened in [by_subject, by_email] {
        assert_eq!(opened.facts.member().unwrap().as_str(), "hand-ida@acme.example");
        assert_eq!((opened.facts.kind(), opened.facts.email_trusted), (Some(Internal), true));
        assert_eq!(opened.profile, ProfileWrite::None);
        assert_eq!(opened.facts.teams, world.members[0].teams, "her own teams, not the token's");
    }
}

#[test]
fn a_key_that_may_not_bind_is_refused() {
    let mut world = with_ida();
    world.key("host").bind_internal_by_email = false;
    refused(&mut world, "host", claims("ida@acme.example", &["Staff"]));
}

#[test]
fn an_issuer_that_is_not_trusted_for_the_domain_is_refused() {
    let mut world = with_ida();
    refused(&mut world, "stranger", claims("ida@acme.example", &["Staff"]));
    world.know(Internal, "ivo@other.example", "View", &[]);
    refused(&mut world, "host", claims("ivo@other.example", &["Staff"]));
}

#[test]
fn a_member_is_known_by_written_address_and_by_subject() {
    let mut world = with_ida();
    world.members[0].email = Some("ida.lovelace@acme.example".to_owned());
    for subject in ["ida@acme.example", "ida.lovelace@acme.example"] {
        let facts = world.open(claims(subject, &["Staff"])).unwrap().facts;
        assert_eq!((facts.kind(), facts.email.as_deref()), (Some(Internal), Some("ida.lovelace@acme.example")));
    }
}

#[test]
fn trust_is_for_the_address_that_binds() {
    let mut world = world();
    world.know(Internal, "ivo@other.example", "View", &[]);
    let email = Some("ivo@other.example".to_owned());
    refused(&mut world, "host", Claims { email, ..claims("me@acme.example", &["Staff"]) });
}

#[test]
fn administrators_bind_only_if_the_key_says_so_and_never_administer() {
    let mut world = world();
    world.know(Internal, "boss@acme.example", "Admin", &["Managers"]);
    refused(&mut world, "host", claims("boss@acme.example", &["Staff"]));
    world.key("host").bind_administrators = true;
    world.key("host").ceiling.account_types.insert("Admin".parse().unwrap());
    world.key("host").ceiling.permissions.insert(model::access::Permission::Administer);
    let principal = world.enter(claims("boss@acme.example", &["Staff"]));
    assert_eq!(principal.permissions().len(), 3);
    assert!(!principal.permissions().contains(&model::access::Permission::Administer));
}

#[test]
fn deactivated_ambiguous_and_other_tenants_members_are_refused() {
    let mut world = with_ida();
    world.members[0].active = false;
    refused(&mut world, "host", claims("ida@acme.example", &["Staff"]));
    world.members[0].active = true;
    world.know(Internal, "ivo@acme.example", "View", &[]);
    let email = Some("ivo@acme.example".to_owned());
    refused(&mut world, "host", Claims { email, ..claims("ida@acme.example", &["Staff"]) });
    world.members[0].tenant = Some(TenantId::new("globex"));
    let tenant = Some("acme".to_owned());
    refused(&mut world, "host", Claims { tenant, ..claims("ida@acme.example", &["Staff"]) });
}

#[test]
fn an_embed_member_does_not_shadow_an_internal_one() {
    let mut world = with_ida();
    world.know(Embed, "ida@acme.example", "Analyze", &["Managers"]);
    assert_eq!(world.open(claims("ida@acme.example", &["Staff"])).unwrap().facts.kind(), Some(Internal));
    world.key("host").bind_internal_by_email = false;
    refused(&mut world, "host", claims("ida@acme.example", &["Staff"]));
}

#[test]
fn a_deactivated_embed_member_is_refused() {
    let mut world = world();
    world.know(Embed, "fred", "View", &["Staff"]).active = false;
    refused(&mut world, "host", claims("fred", &["Staff"]));
}
