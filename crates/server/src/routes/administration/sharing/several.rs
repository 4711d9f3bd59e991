//! Several grants at once: all of them are written, or none.

use super::Place;
use super::grants::{decide, expect_grantee, person};
use crate::app::App;
use crate::audit;
use crate::callers::{Author, Viewer};
use crate::problem::Problem;
use crate::routes::administration::edit::{self, NotPlanned, Plan, Warrant};
use crate::routes::administration::noun::{Noun, matter_of};
use authz::Member;
use model::access::{Grant, Granted, Grantee, Level, Permission};
use model::item::Item;
use model::snapshot::Kind;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;

/// On what something is granted.
pub(in crate::routes) enum On {
    /// Content, as addresses name it: for whoever may share it.
    Content(Place, String),
    /// Data: for administrators of grants.
    Data(Granted),
}

impl On {
    fn granted(&self, viewer: &Viewer) -> Result<Granted, NotPlanned> {
        match self {
            Self::Content(place, named) => place.expect_content(viewer, named),
            Self::Data(on) => Ok(on.clone()),
        }
    }

    fn resource(&self) -> String {
        match self {
            Self::Content(_, named) => super::resource(named),
            Self::Data(on) => format!("grants/{}", serde_json::json!(on)),
        }
    }

    fn decide(&self, viewer: &Viewer, before: Option<&Grant>, after: &Grant) -> Result<Warrant, NotPlanned> {
        match self {
            Self::Content(_, named) => decide(viewer, named, before, Some(after)),
            Self::Data(_) => edit::expect_mandate(viewer, &matter_of(viewer, Some(after)), &self.resource()),
        }
    }
}

/// How far somebody is to reach.
pub(in crate::routes) enum Reach {
    /// At least so far. A grant that reaches further already stays as it is, and what it allows and denies besides always does.
    AtLeast(Level),
    /// Exactly so far.
    Exactly {
        /// The level, if any.
        level: Option<Level>,
        /// What is allowed whatever the level.
        allow: BTreeSet<Permission>,
        /// What is denied.
        deny: BTreeSet<Permission>,
    },
}

/// Somebody who is to reach something.
pub(in crate::routes) struct Wanted {
    pub(in crate::routes) to: Grantee,
    pub(in crate::routes) on: On,
    pub(in crate::routes) reach: Reach,
}

impl Wanted {
    /// The grant as it is to be, and as it is to be decided.
    fn grant(&self, before: Option<&Grant>, bare: Grant) -> (Grant, Grant) {
        match &self.reach {
            Reach::AtLeast(level) => {
                let mut grant = before.cloned().unwrap_or(bare);
                grant.level = grant.level.max(Some(*level));
                // What is wanted is decided, also where somebody reaches that far already.
                let decided = Grant { level: Some(*level), ..grant.clone() };
                (grant, decided)
            }
            Reach::Exactly { level, allow, deny } => {
                let grant = Grant { level: *level, allow: allow.clone(), deny: deny.clone(), ..bare };
                (grant.clone(), grant)
            }
        }
    }
}

/// Makes and changes grants, all of them in one change or none.
pub(in crate::routes) async fn granted(app: &App, caller: Author, wanted: &[Wanted]) -> Result<(), Problem> {
    let mut known = Vec::new();
    for one in wanted {
        known.push((one, person(app, &caller.viewer, &one.to).await?));
    }
    match planned(&caller.viewer, &known) {
        Err(refused) => Err(refused.told(app, &caller.viewer).await?),
        // Nothing changes, so that no revision is made of it. That they might is recorded.
        Ok(plan) if plan.changes.is_empty() => {
            app.store.record(audit::edited(app, &caller.viewer, &plan)).await?;
            Ok(())
        }
        Ok(_) => edit::write(app, caller, None, |viewer| planned(viewer, &known)).await.map(drop),
    }
}

fn planned(viewer: &Viewer, wanted: &[(&Wanted, Option<Member>)]) -> Result<Plan, NotPlanned> {
    let mut after = viewer.organization.definitions.clone();
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    let (mut warrant, mut made, mut at) = (None, true, String::from("nothing stands there"));
    for (one, person) in wanted {
        let on = one.on.granted(viewer)?;
        let bare = Grant { to: one.to.clone(), on, level: None, allow: BTreeSet::new(), deny: BTreeSet::new() };
        let name = Grant::name(&bare);
        let before = <Grant as Noun>::named(&after, &name);
        let (grant, decided) = one.grant(before.as_ref(), bare);
        let stays = before.as_ref() == Some(&grant);
        warrant = Some(one.on.decide(viewer, before.as_ref().filter(|_| !stays), &decided)?);
        expect_grantee(viewer, &grant.to, person.as_ref())?;
        if stays {
            continue;
        }
        made &= before.is_none();
        changes
            .insert(name.clone(), Change::from(Item::new(Kind::Grant, name, &grant).map_err(|_| Problem::Internal)?));
        grant.clone().put(&mut after);
        at = Noun::at(&grant, &after);
    }
    let (Some(warrant), Some((first, _))) = (warrant, wanted.first()) else { return Err(Problem::Internal.into()) };
    let event = match (changes.is_empty(), made) {
        (true, _) => "grants_kept",
        (_, true) => "grant_made",
        _ => "grant_changed",
    };
    let fields = changes.keys().cloned().collect();
    let resource = match changes.keys().next() {
        Some(name) if changes.len() == 1 => format!("grant/{name}"),
        _ => first.on.resource(),
    };
    Ok(Plan {
        warrant,
        after,
        changes: changes.into_values().collect(),
        aside: None,
        secrets: BTreeMap::new(),
        resource,
        event: event.to_owned(),
        fields,
        at,
    })
}
