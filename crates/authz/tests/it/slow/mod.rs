//! Decisions of random small worlds, compared with those of an evaluator that was written by itself: plainly, from what
//! the documents say, over worlds as plain lists of words. It shares no code with the crate.

pub(crate) mod chance;
mod judge;
mod open;
pub(crate) mod told;

use crate::world::World;
use authz::{Action, Denial, ExportCsv, Facts, InspectAs, Member, Opening, Principal, Resource, RunQuery, ViewContent};
use chrono::DateTime;
use model::name::{MemberId, SessionId};
use model::snapshot::Snapshot;
pub(crate) use told::Told;

/// What becomes of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    /// No session opens.
    Refused,
    /// The session is over.
    Ended,
    /// It is as if it did not exist.
    Hidden,
    /// It is seen, and this may not be done with it.
    Forbidden,
    /// It may be done.
    Allowed,
}

/// What is asked: an action on a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) action: &'static str,
    /// `page`, `element`, `drill`, `underlying`, `control`, `explore` or `counted`.
    pub(crate) kind: &'static str,
    pub(crate) workbook: &'static str,
    pub(crate) page: &'static str,
    pub(crate) name: &'static str,
}

/// Compares some worlds from a seed on: how many of each verdict there were.
pub(crate) fn compare(seeds: std::ops::Range<u64>) -> Result<Vec<(Verdict, usize)>, String> {
    let mut counted = [Verdict::Refused, Verdict::Ended, Verdict::Hidden, Verdict::Forbidden, Verdict::Allowed]
        .map(|verdict| (verdict, 0));
    for seed in seeds {
        let mut chance = chance::Chance::new(seed);
        let (told, later) = told::world(&mut chance);
        let opened = open::session(&told);
        let mut fast = Fast::open(&told, &later);
        for _ in 0..4 {
            let asked = told::asked(&mut chance);
            let slow = match &opened {
                None => Verdict::Refused,
                Some(session) => judge::verdict(&later, session, &asked),
            };
            let found = fast.verdict(&asked);
            if found != slow {
                return Err(format!(
                    "seed {seed}: {asked:?}\nfound {found:?}, expected {slow:?}\nat the opening {told:#?}\nlater {later:#?}"
                ));
            }
            if let Some((_, count)) = counted.iter_mut().find(|(verdict, _)| *verdict == slow) {
                *count += 1;
            }
        }
    }
    Ok(counted.to_vec())
}

/// The crate's own answer.
struct Fast {
    snapshot: Snapshot,
    /// The session; `Err`: what became of it.
    principal: Result<Principal, Verdict>,
}

impl Fast {
    fn open(told: &Told, later: &Told) -> Self {
        let mut before = World {
            definitions: told.definitions(),
            policies: Default::default(),
            members: told.members(),
            bound: Default::default(),
            now: DateTime::UNIX_EPOCH,
        };
        let facts = match told.link() {
            Some(link) => {
                let opening =
                    Opening { session: SessionId::new("vs_1"), new_member: MemberId::new("new"), now: before.now };
                authz::open_link(&link, &before.snapshot(), opening)
            }
            None if told.comer == told::Comer::Application => {
                let member = before.members.first().unwrap();
                let entered = authz::enter(member, &before.snapshot(), SessionId::new("vs_1"), before.now, false);
                return Self::resumed(entered.map_err(|_| Verdict::Refused), later, before.members);
            }
            None => before.open_with("host", told.claims()).map(|opened| opened.facts),
        };
        Self::resumed(facts.map_err(|_| Verdict::Refused), later, before.members)
    }

    fn resumed(facts: Result<Facts, Verdict>, later: &Told, before: Vec<Member>) -> Self {
        let mut members = later.members();
        members.extend(before.into_iter().filter(|one| one.id.as_str().starts_with("made-")));
        let after = World {
            definitions: later.definitions(),
            policies: Default::default(),
            members,
            bound: Default::default(),
            now: DateTime::UNIX_EPOCH,
        };
        let principal = facts.and_then(|facts| after.resume(facts).map_err(|_| Verdict::Ended));
        Self { snapshot: after.snapshot(), principal }
    }

    fn verdict(&mut self, asked: &Asked) -> Verdict {
        let principal = match &self.principal {
            Ok(principal) => principal,
            Err(verdict) => return *verdict,
        };
        let resource = resource(asked);
        match asked.action {
            "view_content" => self.decided::<ViewContent>(principal, &resource),
            "run_query" => self.decided::<RunQuery>(principal, &resource),
            "export_csv" => self.decided::<ExportCsv>(principal, &resource),
            _ => self.decided::<InspectAs>(principal, &resource),
        }
    }

    fn decided<A: Action>(&self, principal: &Principal, resource: &Resource) -> Verdict {
        match authz::decide::<A>(principal, &self.snapshot, resource) {
            Ok(_) => Verdict::Allowed,
            Err(Denial { hidden: true, .. }) => Verdict::Hidden,
            Err(_) => Verdict::Forbidden,
        }
    }
}

fn resource(asked: &Asked) -> Resource {
    let workbook = asked.workbook.parse().unwrap();
    let page = || asked.page.parse().unwrap();
    match asked.kind {
        "page" => Resource::Page { workbook, page: (!asked.page.is_empty()).then(page) },
        "element" => Resource::Element { workbook, page: page(), element: asked.name.parse().unwrap() },
        "drill" => Resource::Drill { workbook, page: page(), element: asked.name.parse().unwrap() },
        "underlying" => Resource::Underlying { workbook, page: page(), element: asked.name.parse().unwrap() },
        "control" => Resource::Control { workbook, page: page(), control: asked.name.parse().unwrap() },
        "explore" => Resource::Explore(asked.name.to_owned().try_into().unwrap()),
        _ => Resource::ExploreUnderlying(asked.name.to_owned().try_into().unwrap()),
    }
}

/// How many worlds `make test` compares; `make soak` the rest, and more.
const WORLDS: u64 = 600;

#[test]
fn decisions_are_those_of_a_slow_evaluator() {
    let counted = compare(0..WORLDS).unwrap_or_else(|difference| panic!("{difference}"));
    for (verdict, count) in counted {
        assert!(count > 20, "{verdict:?} {count} times: the worlds are too much alike");
    }
}

/// `make soak`.
#[test]
#[ignore = "takes an hour"]
fn decisions_are_those_of_a_slow_evaluator_on_a_hundred_thousand_worlds() {
    compare(WORLDS..100_000).map(drop).unwrap_or_else(|difference| panic!("{difference}"));
}

/// A point that is switched off is found by some world: then the two differ.
#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::compare;
    use model::enforcement::{Point, switch_off};

    /// How many worlds are tried for it.
    const TRIED: u64 = 4_000;

    macro_rules! found {
        ($($name:ident: $point:ident;)*) => {$(
            #[test]
            fn $name() {
                let _off = switch_off(Point::$point);
                assert!(compare(0..TRIED).is_err(), "no world notices that {:?} is off", Point::$point);
            }
        )*};
    }

    found! {
        content_grants: ContentGrant;
        data_grants: DataGrant;
        content_denies: ContentDenies;
        tag_grants: TagGrant;
        permissions: PermissionHeld;
        scopes: SessionScope;
        ceilings_of_claims: CeilingOverClaims;
        ceilings_of_sessions: CeilingOverSession;
        exploring: ExplorePermission;
        drilling: DrillPermission;
        rows_underneath: UnderlyingPermission;
        exports: ExportPermission;
        inspecting: InspectPermission;
        tenants: TenantActive;
        blocked: BlockedSubjects;
        tenants_teams: TenantTeams;
        dynamic_teams: DynamicTeams;
    }
}
