//! Signing on by an identity provider: what claims come to, who comes in, and who does not (stories M5 and M6).

use crate::world::{World, world};
use authz::{
    Denial, Facts, Member, NotSignedOn, Opening, ProfileWrite, SignOn, SignedOn, SupposedSignOn, sign_on,
    sign_on_lookup, suppose_sign_on,
};
use chrono::TimeDelta;
use model::access::{AnyOf, IdentityProvider, MemberKind, TeamSync};
use model::assertion::ProviderAssertion;
use model::name::{MemberId, ProviderId, SessionId, TeamId, TenantId};
use serde_json::{Map, Value as Json, json};

/// A world with a provider that may give much, and makes members.
fn provided() -> World {
    let mut world = world();
    let provider = json!({
        "name": "sso", "issuer": "host",
        "jwt": {"sign_in": "https://app.acme.example/sso", "secrets": [{"secret_env": "SSO"}]},
        "claims": {"teams": "role", "account_type": "kind", "attributes": {"primary_id": "customer"}},
        "teams": {"sync": "replacing", "map": {"tenant": ["Tenants"], "customer": ["Customers"], "board": ["Board"]}},
        "provisioning": {"members": true},
        "ceiling": {
            "tenants": ["acme"], "teams": ["Tenants", "Customers", "Managers", "Staff"], "account_types": ["View", "Act"],
            "attributes": {"primary_id": "any", "level": [7], "region": "any"}
        }
    });
    world.definitions.identity_providers.push(serde_json::from_value(provider).unwrap());
    world
}

fn sso(world: &mut World) -> &mut IdentityProvider {
    &mut world.definitions.identity_providers[0]
}

fn of(claims: Json) -> Map<String, Json> {
    claims.as_object().cloned().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the test is the dialect here")]
fn asserted(claims: Json) -> ProviderAssertion {
    ProviderAssertion::vouched_for(ProviderId::new("sso"), of(claims))
}

impl World {
    fn opening(&self) -> Opening {
        Opening { session: SessionId::new("vs_1"), new_member: MemberId::new("new"), now: self.now }
    }

    fn sign_on(&mut self, claims: Json) -> Result<SignedOn, NotSignedOn> {
        let (snapshot, assertion) = (self.snapshot(), asserted(claims));
        let lookup = sign_on_lookup(assertion.provider(), assertion.claims(), &snapshot);
        let directory = lookup.map(|lookup| self.answer(&lookup)).unwrap_or_default();
        match sign_on(&assertion, &snapshot, &directory, self.opening(), None)? {
            SignOn::Enter(signed_on) => {
                self.write(&signed_on.profile);
                Ok(*signed_on)
            }
            SignOn::MakeTenant(tenant) => {
                self.definitions.tenants.push(*tenant);
                self.sign_on(Json::Object(assertion.claims().clone()))
            }
        }
    }

    fn supposed(&self, claims: Json) -> SupposedSignOn {
        let (snapshot, provider, claims) = (self.snapshot(), ProviderId::new("sso"), of(claims));
        let lookup = sign_on_lookup(&provider, &claims, &snapshot);
        let directory = lookup.map(|lookup| self.answer(&lookup)).unwrap_or_default();
        suppose_sign_on(&provider, &claims, &snapshot, &directory, &self.opening())
    }

    /// Whoever Vitrine itself vouches for.
    fn invite(&mut self, email: &str, account_type: &str, teams: &[&str]) {
        self.know(MemberKind::Internal, email, account_type, teams).email = Some(email.to_owned());
    }
}

fn teams(facts: &Facts) -> Vec<&str> {
    facts.teams.iter().map(TeamId::as_str).collect()
}

fn value(facts: &Facts, name: &str) -> Option<String> {
    facts.attributes[&name.parse().unwrap()].as_ref().map(ToString::to_string)
}

fn missing(denial: Denial) -> &'static str {
    denial.reasons[0].missing
}

#[test]
fn the_first_time_makes_a_member_in_the_team_of_their_role() {
    let mut world = provided();
    let claims = json!({
        "email": "Tess@Acme.Example", "first_name": "Tess", "role": "tenant", "customer": 999, "@tenant": "acme", "level": 7,
        "kind": "Act"
    });
    let SignedOn { facts, profile, found, linked } = world.sign_on(claims.clone()).unwrap();
    assert_eq!((found, linked), (None, false));
    assert!(
        matches!(&profile, ProfileWrite::Create(member) if member.automatic && member.has_logged_in),
        "{profile:?}"
    );
    let member = world.member("tess@acme.example").unwrap().clone();
    assert_eq!((member.kind, member.issuer), (MemberKind::Internal, Some(model::name::IssuerId::new("host"))));
    assert_eq!(facts.tenant, Some(TenantId::new("acme")));
    assert_eq!((facts.key.clone(), facts.provider.clone()), (None, Some(ProviderId::new("sso"))));
    assert_eq!((teams(&facts), facts.account_type.clone()), (vec!["Tenants"], Some("Act".parse().unwrap())));
    assert_eq!((value(&facts, "primary_id").as_deref(), value(&facts, "level").as_deref()), (Some("999"), Some("7")));
    assert_eq!(value(&facts, "plan").as_deref(), Some("gold"), "of the tenant");
    assert_eq!(facts.expires_at - facts.opened_at, TimeDelta::seconds(43_200));
    let principal = world.resume(facts).unwrap();
    assert_eq!(principal.trusted_email(), Some("tess@acme.example"));
    let again = world.sign_on(claims).unwrap();
    assert_eq!((again.profile, again.found.map(|it| it.id)), (ProfileWrite::None, Some(MemberId::new("new"))));
}

#[test]
fn replacing_leaves_only_what_is_claimed_and_additive_what_it_does_not_say() {
    for (sync, expected) in
        [(TeamSync::Replacing, vec!["Customers"]), (TeamSync::Additive, vec!["Customers", "Managers"])]
    {
        let mut world = provided();
        sso(&mut world).teams.sync = sync;
        sso(&mut world).bind_internal_by_email = true;
        world.invite("ida@acme.example", "View", &["Managers", "Tenants"]);
        let facts = world
            .sign_on(json!({"email": "ida@acme.example", "role": ["customer", "nonsense", 7, "board"]}))
            .unwrap()
            .facts;
        assert_eq!(teams(&facts), expected, "{sync:?}: Board is beyond the ceiling");
        for (none, what) in
            [(json!([]), "empty"), (json!(null), "null"), (json!({"a": 1}), "mistyped"), (json!("nobody"), "unmapped")]
        {
            let facts = world.sign_on(json!({"email": "ida@acme.example", "role": none})).unwrap().facts;
            let left: Vec<_> = expected.iter().filter(|team| **team != "Customers").copied().collect();
            assert_eq!(teams(&facts), left, "{sync:?}: {what}");
        }
        let facts = world.sign_on(json!({"email": "ida@acme.example"})).unwrap().facts;
        assert!(!teams(&facts).contains(&"Customers"), "without the claim nothing comes back");
    }
}

#[test]
fn a_claim_of_too_many_teams_is_none() {
    for (others, expected) in [(999, vec!["Customers"]), (1000, vec![])] {
        let mut roles = vec!["nonsense"; others];
        roles.push("customer");
        let facts = provided().sign_on(json!({"email": "tess@acme.example", "role": roles})).unwrap().facts;
        assert_eq!(teams(&facts), expected, "{others} others");
    }
}

#[test]
fn without_the_claim_or_without_sync_teams_stay() {
    let mut world = provided();
    sso(&mut world).bind_internal_by_email = true;
    world.invite("ida@acme.example", "View", &["Managers"]);
    assert_eq!(teams(&world.sign_on(json!({"email": "ida@acme.example"})).unwrap().facts), ["Managers"]);
    sso(&mut world).teams = model::access::TeamMapping::default();
    let facts = world.sign_on(json!({"email": "ida@acme.example", "role": ["Staff"]})).unwrap().facts;
    assert_eq!(teams(&facts), ["Managers"]);
}

#[test]
fn without_a_mapping_values_are_names_and_people_of_tenants_have_teams_of_theirs() {
    let mut world = provided();
    sso(&mut world).teams.map.clear();
    sso(&mut world).teams.of_tenants = ["Staff".parse().unwrap()].into();
    let claims =
        json!({"email": "t@acme.example", "@tenant": "acme", "role": ["Managers", "managers", "Board", "acme/Night"]});
    assert_eq!(teams(&world.sign_on(claims).unwrap().facts), ["Managers", "Staff"]);
    let facts = world.sign_on(json!({"email": "u@acme.example", "role": "Managers"})).unwrap().facts;
    assert_eq!(teams(&facts), ["Managers"], "of no tenant");
}

#[test]
fn claimed_values_are_the_sessions_and_none_is_none() {
    let mut world = provided();
    sso(&mut world).bind_internal_by_email = true;
    world.invite("ida@acme.example", "View", &[]);
    let own = [("primary_id", json!("1")), ("level", json!(3)), ("colour", json!("own"))];
    world.members[0].attributes = own.into_iter().map(|(name, value)| (name.parse().unwrap(), value)).collect();
    let facts =
        world.sign_on(json!({"email": "ida@acme.example", "customer": "2", "colour": "claimed"})).unwrap().facts;
    assert_eq!(value(&facts, "primary_id").as_deref(), Some("2"));
    assert_eq!(value(&facts, "level").as_deref(), Some("3"), "their own");
    assert_eq!(value(&facts, "colour").as_deref(), Some("own"), "beyond the ceiling there is no such claim");
    assert_eq!(world.members[0].attributes.len(), 3, "values of tokens are kept nowhere");
    for odd in [json!(null), json!(""), json!(["2"]), json!({"a": 1})] {
        let facts = world.sign_on(json!({"email": "ida@acme.example", "customer": odd})).unwrap().facts;
        assert_eq!(value(&facts, "primary_id"), None, "{odd}");
    }
    let facts = world.sign_on(json!({"email": "ida@acme.example", "level": 8, "primary_id": "9"})).unwrap().facts;
    assert_eq!(value(&facts, "level"), None, "a value beyond the ceiling");
    assert_eq!(value(&facts, "primary_id").as_deref(), Some("1"), "the claim has another name");
}

#[test]
fn account_types_are_claimed_inside_the_ceiling_and_never_administer() {
    let mut world = provided();
    let kind = |world: &mut World, kind: Json| {
        let claims = json!({"email": "a@acme.example", "kind": kind});
        world.sign_on(claims).unwrap().facts.account_type.unwrap().to_string()
    };
    assert_eq!(kind(&mut world, json!("Act")), "Act");
    for odd in ["Analyze", "Admin", "act", "nonsense"] {
        assert_eq!(kind(&mut world, json!(odd)), "View", "{odd}: the usual one");
    }
    assert_eq!(kind(&mut world, json!(null)), "View");
    sso(&mut world).account_types.map = [("staff".to_owned(), "Act".parse().unwrap())].into();
    assert_eq!(kind(&mut world, json!("staff")), "Act");
    assert_eq!(kind(&mut world, json!("Act")), "View");
}

#[test]
fn who_may_not_come_in_is_refused_as_if_they_were_not_there() {
    let mut world = provided();
    world.invite("root@acme.example", "Admin", &[]);
    world.invite("ida@acme.example", "View", &[]);
    world.invite("far@elsewhere.example", "View", &[]);
    world.know(MemberKind::Embed, "fred@acme.example", "View", &[]);
    let refused = |world: &mut World, email: &str| world.sign_on(json!({"email": email})).map(|_| ()).unwrap_err();
    assert_eq!(
        refused(&mut world, "ida@acme.example"),
        NotSignedOn::NotAMember("the provider may not bring that member")
    );
    assert!(matches!(refused(&mut world, "fred@acme.example"), NotSignedOn::NotAMember(_)), "who never logs in");
    sso(&mut world).bind_internal_by_email = true;
    assert!(world.sign_on(json!({"email": "ida@acme.example"})).is_ok());
    assert_eq!(refused(&mut world, "root@acme.example"), NotSignedOn::NotAMember("the member is an administrator"));
    assert!(matches!(refused(&mut world, "far@elsewhere.example"), NotSignedOn::NotAMember(_)), "an untrusted domain");
    world.members[1].active = false;
    assert_eq!(refused(&mut world, "ida@acme.example"), NotSignedOn::NotAMember("the member is deactivated"));
    sso(&mut world).provisioning.members = false;
    assert_eq!(refused(&mut world, "new@acme.example"), NotSignedOn::NotAMember("there is no such member"));
    world.definitions.issuers[0].blocked.insert("bob@acme.example".to_owned());
    sso(&mut world).provisioning.members = true;
    assert_eq!(refused(&mut world, "Bob@acme.example"), NotSignedOn::NotAMember("the subject is blocked"));
    for odd in [
        json!({}),
        json!({"email": null}),
        json!({"email": "nobody"}),
        json!({"email": 7}),
        json!({"email": ["a@b.c"]}),
    ] {
        assert_eq!(world.sign_on(odd.clone()), Err(NotSignedOn::NoEmail), "{odd}");
    }
    sso(&mut world).disabled = true;
    assert_eq!(refused(&mut world, "new@acme.example"), NotSignedOn::NoProvider);
}

#[test]
fn tenants_are_those_of_the_ceiling_and_a_member_keeps_theirs() {
    let mut world = provided();
    let ask = |world: &mut World, email: &str, tenant: Json| {
        world.sign_on(json!({"email": email, "@tenant": tenant})).map(|signed_on| signed_on.facts.tenant)
    };
    let acme = Ok(Some(TenantId::new("acme")));
    assert_eq!(ask(&mut world, "a@acme.example", json!("acme")), acme);
    assert_eq!(world.sign_on(json!({"email": "a@acme.example"})), Err(NotSignedOn::TenantRequired));
    assert_eq!(ask(&mut world, "a@acme.example", json!("globex")), Err(NotSignedOn::AnotherTenant));
    assert_eq!(
        ask(&mut world, "b@acme.example", json!("globex")),
        Err(NotSignedOn::NoSuchTenant),
        "beyond the ceiling"
    );
    assert_eq!(ask(&mut world, "b@acme.example", json!("initech")), Err(NotSignedOn::NoSuchTenant));
    for odd in [json!(false), json!({}), json!(null), json!(1.5)] {
        assert_eq!(ask(&mut world, "b@acme.example", odd.clone()), Err(NotSignedOn::OddTenant), "{odd}");
    }
    assert_eq!(world.sign_on(json!({"email": "c@acme.example"})).map(|it| it.facts.tenant), Ok(None));
    assert_eq!(ask(&mut world, "c@acme.example", json!("acme")), Err(NotSignedOn::TenantNotTheirs));
    world.definitions.tenants[0].deactivated = true;
    assert_eq!(ask(&mut world, "a@acme.example", json!("acme")), Err(NotSignedOn::TenantDeactivated));
    sso(&mut world).provisioning.members = false;
    assert!(matches!(ask(&mut world, "d@acme.example", json!("acme")), Err(NotSignedOn::NotAMember(_))));
    sso(&mut world).ceiling.tenants = AnyOf::default();
    assert_eq!(ask(&mut world, "d@acme.example", json!("acme")), Err(NotSignedOn::TenantsOff));
}

#[test]
fn a_tenant_is_made_once_with_the_values_that_the_provider_may_give() {
    let mut world = provided();
    let provider = sso(&mut world);
    (provider.provisioning.tenants, provider.ceiling.tenants) = (true, serde_json::from_value(json!("any")).unwrap());
    let claims = json!({"email": "a@new.example", "@tenant": 123, "@tenant.attributes": {"primary_id": 5, "plan": "gold", "x": 1}});
    let facts = world.sign_on(claims).unwrap().facts;
    let made = world.definitions.tenants.iter().find(|tenant| tenant.name.as_str() == "123").unwrap();
    assert_eq!(json!(made.attributes), json!({"primary_id": "5"}));
    assert_eq!(value(&facts, "primary_id").as_deref(), Some("5"));
    let later = json!({"email": "b@new.example", "@tenant": "123", "@tenant.attributes": {"primary_id": "6"}});
    assert_eq!(value(&world.sign_on(later).unwrap().facts, "primary_id").as_deref(), Some("5"), "it was there");
    assert_eq!(world.definitions.tenants.len(), 3);
    let odd = world.sign_on(json!({"email": "c@new.example", "@tenant": "No Name"}));
    assert_eq!(odd.map(|_| ()), Err(NotSignedOn::NoSuchTenant));
}

#[test]
fn a_dry_run_tells_what_becomes_of_each_claim() {
    let mut world = provided();
    sso(&mut world).claims.email = "/identity/mail".to_owned();
    let claims = json!({
        "iss": "x", "identity": {"mail": "new@elsewhere.example"}, "role": ["tenant", "board", "nonsense"], "customer": [1],
        "level": 9, "admin": true, "kind": "Admin"
    });
    let SupposedSignOn { told, outcome } = world.supposed(claims);
    let of = |claim: &str, value: &str| {
        let one = told.iter().find(|one| one.claim == claim && one.value == value).unwrap();
        (one.becomes.clone().unwrap_or_default(), one.why.clone())
    };
    let is = |becomes: &str, why: &str| (becomes.to_owned(), why.to_owned());
    assert_eq!(
        of("/identity/mail", "new@elsewhere.example").1,
        "for display: the issuer is not believed for its domain"
    );
    assert_eq!(of("role", "tenant"), is("team Tenants", "mapped"));
    assert_eq!(of("role", "board"), is("", "beyond the ceiling"));
    assert_eq!(of("role", "nonsense"), is("", "not mapped"));
    assert_eq!(of("customer", "[1]"), is("attribute primary_id", "none in this session: not a value of the attribute"));
    assert_eq!(of("level", "9"), is("attribute level", "none in this session: beyond the ceiling"));
    assert_eq!(of("admin", "true"), is("", "nothing names it"));
    assert_eq!(of("iss", "x"), is("", "reserved: no fact about a person"));
    assert_eq!(of("kind", "Admin"), is("account type View", "beyond the ceiling: the usual account type"));
    assert!(!told.iter().any(|one| one.claim == "identity"), "{told:?}");
    let supposed = outcome.unwrap();
    assert!(supposed.is_new && supposed.new_tenant.is_none());
    assert_eq!(supposed.member.email.as_deref(), Some("new@elsewhere.example"));
    assert!(world.members.is_empty(), "nobody was made");
}

#[test]
fn a_session_ends_with_what_it_rests_on() {
    let mut world = provided();
    let facts = world.sign_on(json!({"email": "a@acme.example", "@tenant": "acme"})).unwrap().facts;
    assert!(world.resume(facts.clone()).is_ok());
    let ends = |change: fn(&mut World)| {
        let mut world = provided();
        let facts = world.sign_on(json!({"email": "a@acme.example", "@tenant": "acme"})).unwrap().facts;
        change(&mut world);
        missing(world.resume(facts).unwrap_err())
    };
    assert_eq!(ends(|world| sso(world).disabled = true), "an enabled identity provider");
    assert_eq!(ends(|world| world.definitions.identity_providers.clear()), "an enabled identity provider");
    assert_eq!(
        ends(|world| sso(world).issuer = "stranger".parse().unwrap()),
        "an identity provider of the same issuer"
    );
    assert_eq!(ends(|world| sso(world).ceiling.session_seconds = 60), "a lifetime inside the ceiling");
    assert_eq!(ends(|world| world.definitions.tenants[0].deactivated = true), "an active tenant");
    assert_eq!(ends(|world| world.members[0].active = false), "an active member");
    let block = |world: &mut World| {
        world.definitions.issuers[0].blocked.insert("a@acme.example".into());
    };
    assert_eq!(ends(block), "a subject that is not blocked");
    let of_view = |world: &mut World| {
        let permissions = &mut world.definitions.account_types[0].permissions;
        permissions.insert(model::access::Permission::Administer);
    };
    assert_eq!(ends(of_view), "an account type that does not administer");
}

/// Grants to `ida@acme.example` are hers of whom somebody who is believed says so.
#[test]
fn an_address_that_nobody_believed_vouches_for_has_no_grants_of_its_own() {
    let reaches = |trusted: bool| {
        let mut world = provided();
        if !trusted {
            world.definitions.issuers[0].trusted_domains.clear();
        }
        let facts = world.sign_on(json!({"email": "ida@acme.example"})).unwrap().facts;
        let principal = world.resume(facts).unwrap();
        (
            world.decide::<authz::ViewContent>(&principal, &crate::world::page("sales", None)).is_ok(),
            principal.trusted_email().is_some(),
        )
    };
    assert_eq!(reaches(true), (true, true));
    assert_eq!(reaches(false), (false, false));
}

#[test]
fn whoever_a_provider_brought_does_not_log_in_otherwise() {
    let mut world = provided();
    world.sign_on(json!({"email": "a@acme.example"})).unwrap();
    let member: Member = world.members[0].clone();
    let entered = authz::enter(&member, &world.snapshot(), SessionId::new("vs_2"), world.now, false);
    assert_eq!(missing(entered.unwrap_err()), "a member for whom Vitrine itself vouches");
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::*;
    use model::enforcement::{Point, switch_off};

    #[test]
    fn providers_that_administer() {
        let mut world = provided();
        sso(&mut world).bind_internal_by_email = true;
        world.invite("root@acme.example", "Admin", &[]);
        let _off = switch_off(Point::ProvidersNeverAdminister);
        let facts = world.sign_on(json!({"email": "root@acme.example"})).unwrap().facts;
        let held = world.resume(facts).unwrap().permissions().clone();
        assert!(held.contains(&model::access::Permission::Administer));
    }

    #[test]
    fn the_ceiling_of_a_provider() {
        let mut world = provided();
        let _off = switch_off(Point::ProviderCeiling);
        let facts = world.sign_on(json!({"email": "a@acme.example", "role": "board", "level": 9})).unwrap().facts;
        assert_eq!((teams(&facts), value(&facts, "level").as_deref()), (vec!["Board"], Some("9")));
    }

    #[test]
    fn who_vouches() {
        let mut world = provided();
        world.invite("far@elsewhere.example", "View", &[]);
        let _off = switch_off(Point::WhoVouches);
        assert!(world.sign_on(json!({"email": "far@elsewhere.example"})).is_ok());
    }

    #[test]
    fn vouched_addresses() {
        let mut world = provided();
        world.definitions.issuers[0].trusted_domains.clear();
        let facts = world.sign_on(json!({"email": "ida@acme.example"})).unwrap().facts;
        let _off = switch_off(Point::VouchedAddresses);
        let principal = world.resume(facts).unwrap();
        assert!(world.decide::<authz::ViewContent>(&principal, &crate::world::page("sales", None)).is_ok());
    }
}
