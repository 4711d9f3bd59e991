//! Somebody as whom others look: who they would be if they came now, with what is stored of them and with what a host would
//! claim. They are not let in, and nothing is written of them.

use crate::anonymous;
use crate::app::App;
use crate::audit::EXTERNAL_USER;
use crate::callers::Viewer;
use crate::opening;
use crate::organization::Organization;
use crate::problem::Problem;
use authz::permit::{InspectAs, Permit};
use authz::{NotSupposed, Principal, Resource};
use dialect::supposed;
use model::dialect::Dialect;
use model::expectation::Published;
use model::name::{ClientId, TenantName};
use model::publication::LinkId;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The longest name that the audit trail keeps of somebody who is looked at, in characters.
const LONGEST_NAME: usize = 200;

/// As whom somebody looks, written like a persona of `tests/*.yaml`: `key` with `session` or `token`, or `public_link` alone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookedAt {
    /// The client id of the key with which a host would let them in.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    key: Option<ClientId>,
    /// The session object that it would send.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    session: Option<Map<String, Value>>,
    /// The claims of the guest token that it would sign.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    token: Option<Map<String, Value>>,
    /// The content to which they would have a link: `workbook` or `workbook/page/element`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    public_link: Option<Published>,
}

/// Who somebody would be.
pub(crate) enum WouldBe {
    /// They get in, as that.
    In(Box<Principal>),
    /// They do not; what the door would say.
    Refused(String),
}

impl LookedAt {
    /// Whether its members go together.
    pub(crate) const fn fits(&self) -> bool {
        matches!(
            (&self.key, &self.session, &self.token, &self.public_link),
            (Some(_), Some(_), None, None) | (Some(_), None, Some(_), None) | (None, None, None, Some(_))
        )
    }

    /// What the person is called.
    pub(crate) fn name(&self) -> String {
        let subject = self.session.as_ref().and_then(|session| session.get("subject")).and_then(Value::as_str);
        subject.unwrap_or(EXTERNAL_USER).chars().take(LONGEST_NAME).collect()
    }

    /// What else the audit trail is told of them.
    pub(crate) fn told(&self) -> Value {
        let tenant = self.session.as_ref().and_then(|session| session.get("tenant")).and_then(Value::as_str);
        let tenant = tenant.map(|name| name.chars().take(LONGEST_NAME).collect::<String>());
        json!({ "key": self.key, "tenant": tenant, "public_link": self.public_link.as_ref().map(ToString::to_string) })
    }

    /// Who they would be. `None`: there is nobody as whom whoever asks may look.
    pub(crate) async fn who(
        &self,
        app: &App,
        viewer: &Viewer,
        permit: &Permit<InspectAs>,
        resource: &Resource,
    ) -> Result<Option<WouldBe>, Problem> {
        let organization = &viewer.organization;
        let supposed = match (&self.key, &self.session, &self.token, &self.public_link) {
            (_, _, _, Some(content)) => {
                let workbook = organization.snapshot.workbooks.named(&content.workbook().into());
                let workbook = workbook.filter(|_| is_of(resource, content) && permit.admits_tenant(None));
                let link = workbook.and_then(|workbook| content.link_in(workbook));
                return Ok(link.map(|link| by_link(app, organization, link)));
            }
            (Some(key), Some(session), ..) => {
                let Some((id, key)) = organization.key(Dialect::Vitrine, key.as_str()) else { return Ok(None) };
                if !permit.admits_key(key) || !admits_claimed(permit, session) {
                    return Ok(None);
                }
                supposed::session(id, session.clone())
                    .map_err(|error| line(&Problem::Invalid { code: error.code(), detail: error.to_string() }))
            }
            (Some(key), None, Some(claims), _) => {
                let Some(found) = organization.key(Dialect::Metabase, key.as_str()) else { return Ok(None) };
                if !permit.admits_key(found.1) || !permit.admits_tenant(None) {
                    return Ok(None);
                }
                supposed::guest(found, claims, app.clock.now()).map_err(|refusal| refusal.to_string())
            }
            (_, None, None, None) | (None, ..) => return Ok(None),
        };
        let supposed = match supposed {
            Ok(supposed) => supposed,
            Err(refusal) => return Ok(Some(WouldBe::Refused(refusal))),
        };
        Ok(match opening::supposed(app, &supposed, &organization.snapshot).await? {
            Ok(principal) if permit.admits_tenant(principal.tenant()) => Some(WouldBe::In(Box::new(principal))),
            Ok(_) => None,
            Err(NotSupposed::Refused(refusal)) => Some(WouldBe::Refused(line(&Problem::from(refusal)))),
            Err(NotSupposed::Ended(denial)) => {
                let missing = denial.reasons.iter().map(|reason| reason.missing).collect::<Vec<_>>().join(", ");
                Some(WouldBe::Refused(format!("the session would be over at once: it takes {missing}")))
            }
        })
    }
}

/// Whether the tenant that is claimed is one as whose people they may look. What is no name is no tenant.
fn admits_claimed(permit: &Permit<InspectAs>, session: &Map<String, Value>) -> bool {
    let claimed = session.get("tenant").and_then(Value::as_str).and_then(|name| TenantName::new(name).ok());
    permit.admits_tenant(claimed.as_ref())
}

fn by_link(app: &App, organization: &Organization, link: &LinkId) -> WouldBe {
    match anonymous::by_link(organization, link, app.clock.now()) {
        Ok(principal) => WouldBe::In(Box::new(principal)),
        Err(refusal) => WouldBe::Refused(refusal.to_string()),
    }
}

/// Whether a link is to the workbook of what is asked about: others lead to nothing that the asker was seen to see.
fn is_of(resource: &Resource, content: &Published) -> bool {
    matches!(resource, Resource::Element { workbook, .. } if *workbook == content.workbook().into())
}

/// A refusal in one line, as `vitrine explain` has it.
fn line(problem: &Problem) -> String {
    format!("{} `{}`: {problem}", problem.status().as_u16(), problem.code())
}
