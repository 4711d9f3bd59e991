//! One change of definitions: planned on a copy, decided, checked with everything else, and written.

use super::sharing::not_sharing;
use crate::app::App;
use crate::audit;
use crate::callers::{Again, Viewer};
use crate::organization::Organization;
use crate::problem::Problem;
use crate::requests::{is_told_names, message_for};
use authz::access::{CannotGrant, CannotPublish};
use authz::{Action, Denial, Mandate, Matter, Permit, administer};
use model::access::{Definitions, Permission};
use model::item::Revised;
use model::snapshot::{Ids, Kind, Snapshot};
use std::collections::BTreeMap;
use store::apply::Holder;
use store::edit::{Aside, Edit, Edited};
use store::idempotency::Once;
use store::{Change, Secret, StoreError};

/// How often a change is planned anew because somebody else was faster.
const ATTEMPTS: usize = 5;

/// What is to be done.
pub(crate) struct Plan {
    /// Proof that the caller may.
    pub(crate) warrant: Warrant,
    /// All definitions as they will be.
    pub(crate) after: Definitions,
    /// Of which these are what changes.
    pub(crate) changes: Vec<Change>,
    /// What goes with it beside definitions.
    pub(crate) aside: Option<Aside>,
    /// New secrets, by whose they are.
    pub(crate) secrets: BTreeMap<Holder, Vec<Secret>>,
    /// Of what, for the audit trail, such as `team/Sales`.
    pub(crate) resource: String,
    /// What happened, such as `team_made`.
    pub(crate) event: String,
    /// Which members of it changed.
    pub(crate) fields: Vec<String>,
    /// Where the thing stands in the definitions, so that problems name its fields.
    pub(crate) at: String,
}

/// Proof that the caller may do what is planned, and why, for the event that tells of it. Made of a mandate or a permit.
#[derive(Debug)]
pub(crate) struct Warrant {
    action: &'static str,
    revision: u64,
    reasons: Vec<String>,
}

impl Warrant {
    pub(super) fn of_mandate(mandate: &Mandate, matter: &Matter) -> Self {
        let (revision, reasons) = (mandate.revision(), mandate.reasons().to_vec());
        Self { action: matter.needs.as_str(), revision, reasons }
    }

    /// What was decided.
    pub(crate) const fn action(&self) -> &'static str {
        self.action
    }

    /// At which revision.
    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    /// The rules that allowed it.
    pub(crate) fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl<A: Action> From<Permit<A>> for Warrant {
    fn from(permit: Permit<A>) -> Self {
        Self { action: A::NAME, revision: permit.revision(), reasons: permit.reasons().to_vec() }
    }
}

/// Why there is no plan.
pub(crate) enum NotPlanned {
    /// The caller may not.
    Denied {
        /// What they wanted.
        matter: Box<Matter>,
        /// Why not.
        denial: Box<Denial>,
        /// Of what.
        resource: String,
    },
    /// The caller may not do that with content.
    Unpermitted {
        /// What they wanted.
        action: &'static str,
        /// Of what.
        resource: String,
        /// Why not.
        denial: Box<Denial>,
    },
    /// They share what they may not.
    NotShared {
        /// What they lack.
        why: CannotGrant,
        /// Of what.
        resource: String,
    },
    /// They open what they may not.
    NotPublished {
        /// What they lack.
        why: CannotPublish,
        /// Of what.
        resource: String,
    },
    /// It makes no sense.
    Problem(Problem),
}

impl From<Problem> for NotPlanned {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Plans, decides, checks and writes; planned anew at the next revision if another change came first.
pub(crate) async fn write(
    app: &App,
    caller: impl Into<Again>,
    once: Option<&Once>,
    plan: impl Fn(&Viewer) -> Result<Plan, NotPlanned>,
) -> Result<(Viewer, Plan, Edited), Problem> {
    let mut caller: Again = caller.into();
    for _ in 0..ATTEMPTS {
        let viewer = &caller.viewer;
        let planned = match plan(viewer) {
            Ok(planned) => planned,
            Err(refused) => return Err(refused.told(app, viewer).await?),
        };
        check(app, viewer, &planned).await?;
        let event = audit::edited(app, viewer, &planned);
        let edit = Edit {
            revision: planned.warrant.revision(),
            changes: planned.changes.clone(),
            secrets: planned.secrets.clone(),
            aside: planned.aside.clone(),
            once,
            now: app.clock.now(),
        };
        match app.store.edit(edit, event).await {
            Ok(edited) => return Ok((caller.viewer, planned, edited)),
            Err(StoreError::Stale { .. }) => caller = caller.again(app).await?,
            Err(error) => return Err(error.into()),
        }
    }
    let detail = "others change the organization at the same time: try again".to_owned();
    Err(Problem::Conflict { code: "changed_meanwhile", detail })
}

impl NotPlanned {
    /// What the caller is told, once it is recorded.
    pub(crate) async fn told(self, app: &App, viewer: &Viewer) -> Result<Problem, Problem> {
        match self {
            Self::Problem(problem) => Ok(problem),
            Self::Denied { matter, denial, resource } => {
                audit::not_administering(app, viewer, &matter, &resource, &denial).await
            }
            Self::Unpermitted { action, resource, denial } => {
                audit::not_changing(app, viewer, action, &resource, &denial).await
            }
            Self::NotShared { why, resource } => {
                let (needs, hidden) = (Permission::ShareContent, why == CannotGrant::Unseen);
                not_sharing(app, viewer, needs, &resource, &why.to_string(), hidden).await
            }
            Self::NotPublished { why, resource } => {
                let (needs, hidden) = (Permission::CreatePublicLinks, why == CannotPublish::Unseen);
                not_sharing(app, viewer, needs, &resource, &why.to_string(), hidden).await
            }
        }
    }
}

/// Whether the caller may: asked before anything is told of what there is.
pub(in crate::routes) fn expect_mandate(
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
) -> Result<Warrant, NotPlanned> {
    let decided = administer(&viewer.principal, &viewer.organization.snapshot, matter);
    decided.map(|mandate| Warrant::of_mandate(&mandate, matter)).map_err(|denial| NotPlanned::Denied {
        matter: Box::new(matter.clone()),
        denial: Box::new(denial),
        resource: resource.to_owned(),
    })
}

/// Whether the definitions hold as they will be, and the data fits them.
async fn check(app: &App, viewer: &Viewer, plan: &Plan) -> Result<(), Problem> {
    let snapshot = as_it_will_be(&viewer.organization, &plan.after, &plan.changes);
    let snapshot = snapshot.map_err(|problems| refusal(&problems, &plan.at, viewer))?;
    let reads_anew = plan.changes.iter().any(|change| matches!(change.kind, Kind::Model | Kind::Connection));
    if !reads_anew {
        return Ok(());
    }
    let found = crate::organization::look_at_data(&snapshot, &app.data_dir).await;
    found.map_err(|detail| Problem::Invalid { code: "data_does_not_fit", detail })
}

/// The organization with some changes, after which the definitions are these.
pub(crate) fn as_it_will_be(
    organization: &Organization,
    after: &Definitions,
    changes: &[Change],
) -> Result<Snapshot, Vec<model::problem::Problem>> {
    let mut ids = organization.ids.clone();
    let revised: Vec<Revised> = changes.iter().map(|change| revised(change, &ids)).collect();
    ids.revise(&revised);
    organization.snapshot.revised(after, &ids, &revised, organization.snapshot.revision)
}

/// What will have become of a thing. What is new has no id yet; for a check, any does.
fn revised(Change { kind, name, body, .. }: &Change, ids: &Ids) -> Revised {
    let id = ids.get(*kind, name).map_or_else(|| format!("new {name}"), str::to_owned);
    Revised { kind: *kind, name: name.clone(), id, body: body.clone() }
}

/// The first problem, named by the field of the thing that was sent, which stands `at` its place in the definitions, or by what else would not hold any more.
pub(crate) fn refusal(problems: &[model::problem::Problem], at: &str, viewer: &Viewer) -> Problem {
    let own = problems.iter().find_map(|problem| {
        let place = format!("{}: {}", problem.position.file(), problem.position.field());
        let field = place.strip_prefix(at)?;
        let field = field.strip_prefix('.').unwrap_or(field);
        Some(format!("`{field}`: {}", message_for(viewer, &problem.message)))
    });
    match (own, problems.first()) {
        (Some(detail), _) => Problem::Invalid { code: "invalid_definition", detail },
        (None, Some(_)) if !is_told_names(viewer) => {
            let detail = "something of the organization would not hold any more".to_owned();
            Problem::Conflict { code: "in_use", detail }
        }
        (None, Some(other)) => {
            Problem::Conflict { code: "in_use", detail: format!("something else would not hold any more: {other}") }
        }
        (None, None) => Problem::Internal,
    }
}
