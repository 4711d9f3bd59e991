//! Who may do what with content, row by row.

use Capability::{
    ChangePermissions, Delete, ExportData, ExportXml, Filter, Read, ViewUnderlyingData, WebAuthoring, Write,
};
use SiteRole::{Creator, Explorer, ExplorerCanPublish, Guest, ReadOnly, SiteAdministratorExplorer, Unlicensed, Viewer};
use dialect::tableau::permissions::{
    Asker, Capability, Grantee, Mode, Rule, Rules, SiteRole, Source, Standing, Verdict, Why, judge,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rule(text: &str) -> Option<Rule> {
    let [kind, id, capability, mode] = <[&str; 4]>::try_from(text.split(' ').collect::<Vec<_>>()).ok()?;
    let grantee = match kind {
        "user" => Grantee::User(id.to_owned()),
        "group" => Grantee::Group(id.to_owned()),
        "groupSet" => Grantee::GroupSet(id.to_owned()),
        _ => return None,
    };
    Some(Rule { grantee, capability: Capability::parse(capability)?, mode: Mode::parse(mode)? })
}

/// Rules as `user fred Read Allow`.
fn rules(texts: &[&str]) -> Vec<Rule> {
    let rules: Vec<Rule> = texts.iter().filter_map(|text| rule(text)).collect();
    assert_eq!(rules.len(), texts.len(), "{texts:?}");
    rules
}

/// Fred, who is in two groups and in a set of one of them.
fn ask(role: SiteRole, standing: Standing, capability: Capability, rules: Rules<'_>) -> Verdict {
    let groups = BTreeSet::from(["south".to_owned(), "managers".to_owned()]);
    let group_sets = BTreeSet::from(["regions".to_owned()]);
    let asker = Asker { user: Some("fred"), role, groups: &groups, group_sets: &group_sets, standing };
    judge(asker, capability, rules)
}

fn group(id: &str) -> Grantee {
    Grantee::Group(id.to_owned())
}

#[test]
fn rules_decide_from_the_user_to_the_groups() {
    let set = Grantee::GroupSet("regions".to_owned());
    for (said, why) in [
        (&[][..], Why::Unspecified),
        (&["user fred Read Allow"], Why::UserAllowed),
        (&["user fred Read Deny"], Why::UserDenied),
        (&["user fred Read Allow", "user fred Read Deny"], Why::UserDenied),
        (&["user ann Read Allow", "user ann Read Deny"], Why::Unspecified),
        (&["user fred Write Allow"], Why::Unspecified),
        (&["group south Read Allow"], Why::GroupAllowed(group("south"))),
        (&["group west Read Allow"], Why::Unspecified),
        (&["group west Read Deny", "group south Read Allow"], Why::GroupAllowed(group("south"))),
        (&["groupSet regions Read Allow"], Why::GroupAllowed(set.clone())),
        (&["groupSet others Read Allow"], Why::Unspecified),
        // A deny of one group beats the allow of another.
        (&["group south Read Allow", "group managers Read Deny"], Why::GroupDenied(group("managers"))),
        (&["group south Read Allow", "groupSet regions Read Deny"], Why::GroupDenied(set)),
        (&["group south Read Deny", "group south Read Allow"], Why::GroupDenied(group("south"))),
        // What is said about the user beats what is said about groups.
        (&["group south Read Deny", "user fred Read Allow"], Why::UserAllowed),
        (&["group south Read Allow", "user fred Read Deny"], Why::UserDenied),
        // Ids of users and groups are not mixed up.
        (&["group fred Read Allow", "user south Read Allow", "groupSet south Read Allow"], Why::Unspecified),
    ] {
        let verdict = ask(Explorer, Standing::None, Read, Rules::Own(&rules(said)));
        assert_eq!(verdict, Verdict { why, source: Source::Content }, "{said:?}");
    }
}

#[test]
fn the_site_role_is_the_most() {
    let all: Vec<Rule> = Capability::ALL
        .iter()
        .map(|capability| Rule { grantee: Grantee::User("fred".into()), capability: *capability, mode: Mode::Allow })
        .collect();
    for (role, allowed) in [
        (Creator, Capability::ALL.len()),
        (ExplorerCanPublish, Capability::ALL.len() - 1),
        (Explorer, 12),
        (Viewer, 7),
        (Guest, 2),
        (ReadOnly, 1),
        (Unlicensed, 0),
        (SiteRole::SupportUser, 0),
        (SiteRole::UnlicensedWithPublish, 0),
        (SiteRole::ViewerWithPublish, 7),
        (SiteRole::Interactor, 12),
    ] {
        let verdicts = Capability::ALL.iter().map(|it| ask(role, Standing::None, *it, Rules::Own(&all)));
        let (may, may_not): (Vec<_>, Vec<_>) = verdicts.partition(Verdict::is_allowed);
        assert_eq!(may.len(), allowed, "{role}");
        assert!(may_not.iter().all(|verdict| verdict.why == Why::BeyondSiteRole(role)), "{role}");
    }
    // Whoever only looks never downloads a data source, and sees no rows underneath.
    for (role, capability, expected) in [
        (Viewer, ExportData, true),
        (Viewer, ExportXml, false),
        (Viewer, ViewUnderlyingData, false),
        (Viewer, WebAuthoring, false),
        (Explorer, ViewUnderlyingData, true),
        (Explorer, ChangePermissions, false),
        (ExplorerCanPublish, Write, true),
        (Guest, Filter, true),
    ] {
        let verdict = ask(role, Standing::None, capability, Rules::Own(&all));
        assert_eq!(verdict.is_allowed(), expected, "{role} {capability}");
    }
}

#[test]
fn administrators_owners_and_leaders_need_no_rule_and_mind_none() {
    let denied = rules(&["user fred Read Deny", "group south Read Deny", "user fred Delete Deny"]);
    for (role, standing, capability, why) in [
        (SiteAdministratorExplorer, Standing::None, Read, Why::Administrator),
        (Creator, Standing::None, Read, Why::UserDenied),
        (Creator, Standing::Owner, Read, Why::Owner),
        (Creator, Standing::ProjectLeader, Delete, Why::ProjectLeader),
        // But not beyond the role.
        (Viewer, Standing::Owner, Delete, Why::BeyondSiteRole(Viewer)),
        (Unlicensed, Standing::ProjectLeader, Read, Why::BeyondSiteRole(Unlicensed)),
    ] {
        assert_eq!(ask(role, standing, capability, Rules::Own(&denied)).why, why, "{role} {standing:?} {capability}");
    }
}

#[test]
fn a_locked_project_decides_and_owners_change_nothing_in_it() {
    let defaults = rules(&["group south Read Allow"]);
    let locked = Rules::OfLockedProject(&defaults);
    for (role, standing, capability, why) in [
        (Explorer, Standing::None, Read, Why::GroupAllowed(group("south"))),
        (Explorer, Standing::None, Filter, Why::Unspecified),
        (Creator, Standing::Owner, Write, Why::Owner),
        (Creator, Standing::Owner, ChangePermissions, Why::ProjectIsLocked),
        (Creator, Standing::ProjectLeader, ChangePermissions, Why::ProjectLeader),
        (SiteAdministratorExplorer, Standing::Owner, ChangePermissions, Why::Administrator),
    ] {
        let verdict = ask(role, standing, capability, locked);
        assert_eq!(verdict, Verdict { why, source: Source::LockedProject }, "{role} {standing:?} {capability}");
    }
    let verdict = ask(Creator, Standing::Owner, ChangePermissions, Rules::Own(&defaults));
    assert_eq!(verdict.why, Why::Owner);
    assert_eq!(ask(Explorer, Standing::None, Read, Rules::OfWorkbook(&defaults)).source, Source::Workbook);
}

#[test]
fn whoever_is_here_on_demand_looks_if_a_group_may_and_does_nothing_else() {
    let groups = BTreeSet::from(["contractors".to_owned()]);
    let said: Vec<Rule> = Capability::ALL
        .iter()
        .map(|capability| Rule { grantee: group("contractors"), capability: *capability, mode: Mode::Allow })
        .collect();
    let other = BTreeSet::new();
    // Neither a role nor a standing that somebody gave them makes a difference.
    for (role, standing) in [(Unlicensed, Standing::None), (SiteAdministratorExplorer, Standing::Owner)] {
        let asker = Asker { user: None, role, groups: &groups, group_sets: &other, standing };
        for capability in Capability::ALL {
            let verdict = judge(asker, *capability, Rules::Own(&said));
            let expected =
                if *capability == Read { Why::GroupAllowed(group("contractors")) } else { Why::BeyondOnDemand };
            assert_eq!(verdict.why, expected, "{capability}");
        }
        let nobody = Asker { groups: &other, ..asker };
        assert_eq!(judge(nobody, Read, Rules::Own(&said)).why, Why::Unspecified);
    }
}

#[test]
fn names_are_those_of_the_wire() {
    for name in ["Read", "ExportXml", "VizqlDataApiAccess", "WebAuthoringForFlows", "InheritedProjectLeader"] {
        assert_eq!(Capability::parse(name).map(|it| it.to_string()), Some(name.to_owned()));
    }
    for name in ["read", "", "View"] {
        assert_eq!(Capability::parse(name), None, "{name}");
    }
    assert!(SiteRole::ALL.iter().all(|role| SiteRole::parse(role.as_str()) == Some(*role)));
    assert_eq!((SiteRole::parse("Administrator"), Mode::parse("Unspecified")), (None, None));
    assert_eq!(Why::GroupDenied(group("south")).to_string(), "a rule about the group `south` denies it");
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let grantee = prop_oneof![
        Just(Grantee::User("fred".into())),
        Just(Grantee::User("ann".into())),
        Just(group("south")),
        Just(group("managers")),
        Just(group("west")),
        Just(Grantee::GroupSet("regions".into())),
    ];
    let capability = prop_oneof![Just(Read), Just(Write)];
    let mode = prop_oneof![Just(Mode::Allow), Just(Mode::Deny)];
    (grantee, capability, mode).prop_map(|(grantee, capability, mode)| Rule { grantee, capability, mode })
}

proptest! {
    #[test]
    fn order_does_not_matter_and_denies_open_nothing(
        said in proptest::collection::vec(any_rule(), 0..8),
        added in any_rule(),
        role in proptest::sample::select(SiteRole::ALL),
    ) {
        let before = ask(role, Standing::None, Read, Rules::Own(&said));
        let reversed: Vec<Rule> = said.iter().rev().cloned().collect();
        prop_assert_eq!(&before, &ask(role, Standing::None, Read, Rules::Own(&reversed)));
        prop_assert!(role.admits(Read) || !before.is_allowed());
        let more: Vec<Rule> = said.iter().cloned().chain([added.clone()]).collect();
        let after = ask(role, Standing::None, Read, Rules::Own(&more));
        match added.mode {
            Mode::Deny => prop_assert!(before.is_allowed() || !after.is_allowed()),
            Mode::Allow => prop_assert!(!before.is_allowed() || after.is_allowed()),
        }
    }
}
