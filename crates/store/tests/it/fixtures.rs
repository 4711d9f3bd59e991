//! A small organization, and people who open its dashboards.

use authz::{Facts, Member, ProfileWrite, Switches, Who};
use chrono::{DateTime, TimeDelta, Utc};
use model::access::{Definitions, MemberKind};
use model::name::{AccountTypeName, ClientId, IssuerId, KeyId, MemberId, SessionId, TeamId, TenantId};
use model::snapshot::Kind;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::apply::{Application, Applied};
use store::audit::{AuditEvent, AuditPrincipal, Verdict};
use store::redeem::{Redeem, Redemption};
use store::sessions::{Credential, FoundSession, OpenSession};
use store::{Loaded, Secret, Store, TokenHash, new_member_id, new_session_id};

pub(crate) use crate::place::{Outcome, Place};

pub(crate) const SECRET: &str = "correct horse battery staple, 32+";

/// 2026-01-01T00:00:00Z and so many seconds.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default() + TimeDelta::seconds(seconds)
}

/// A store in a place of its own, which goes when this is dropped.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) place: Place,
}

impl World {
    /// A store in which nothing has been applied.
    pub(crate) async fn empty() -> Outcome<Self> {
        let place = Place::new(super::PLACE)?;
        let store = place.open().await?;
        Ok(Self { store, place })
    }

    /// A store in which [`definitions`] are in force.
    pub(crate) async fn new() -> Outcome<Self> {
        let world = Self::empty().await?;
        world.apply(definitions()).await?;
        Ok(world)
    }

    /// The same store after a restart.
    pub(crate) async fn restarted(self) -> Outcome<Self> {
        self.store.close().await;
        let store = self.place.open().await?;
        Ok(Self { store, place: self.place })
    }

    pub(crate) async fn apply(&self, definitions: Json) -> Outcome<Applied> {
        Ok(self.store.apply(application(definitions)?, event("applied")).await?)
    }

    pub(crate) async fn loaded(&self) -> Outcome<Loaded> {
        Ok(self.store.load().await?.ok_or("nothing is in force")?)
    }

    pub(crate) async fn id(&self, kind: Kind, name: &str) -> Outcome<String> {
        Ok(self.loaded().await?.ids.get(kind, name).ok_or("no such name")?.to_owned())
    }

    pub(crate) async fn key(&self) -> Outcome<KeyId> {
        self.id(Kind::Key, "airline-app").await.map(KeyId::new)
    }

    /// Facts of a new session of a new embed member of the tenant `acme`, in these teams.
    pub(crate) async fn facts(&self, subject: &str, teams: &[&str]) -> Outcome<Facts> {
        let mut ids = BTreeSet::new();
        for team in teams {
            ids.insert(TeamId::new(self.id(Kind::Team, team).await?));
        }
        Ok(Facts {
            session: new_session_id()?,
            who: Who::Member { id: new_member_id()?, kind: MemberKind::Embed },
            key: Some(self.key().await?),
            provider: None,
            provider_session: None,
            issuer: Some(IssuerId::new(self.id(Kind::Issuer, "airline").await?)),
            subject: Some(subject.to_owned()),
            tenant: Some(TenantId::new(self.id(Kind::Tenant, "acme").await?)),
            email: None,
            email_trusted: false,
            first_name: None,
            last_name: None,
            locale: None,
            time_zone: None,
            teams: ids,
            account_type: Some(AccountTypeName::new("View")?),
            permissions: None,
            models: None,
            attributes: BTreeMap::new(),
            scope: None,
            locked_parameters: BTreeMap::new(),
            origin: None,
            opened_with: None,
            second_factor: false,
            switches: Switches::of(&self.loaded().await?.definitions.organization),
            opened_at: at(0),
            expires_at: at(3600),
        })
    }

    /// Opens a session for a new person; its code is `code`.
    pub(crate) async fn open(&self, subject: &str, teams: &[&str], code: &str) -> Outcome<Facts> {
        let facts = self.facts(subject, teams).await?;
        let profile = ProfileWrite::Create(member(&facts));
        self.open_as(&facts, &profile, code).await
    }

    pub(crate) async fn open_as(&self, facts: &Facts, profile: &ProfileWrite, code: &str) -> Outcome<Facts> {
        let revision = self.store.revision().await?;
        let credential = Credential::Code { hash: TokenHash::of(code), expires_at: at(60) };
        Ok(self.store.open_session(OpenSession { revision, facts, found: None, linked: false, profile, once: None, credential }).await?.facts)
    }

    /// Redeems a code a second after the session was opened.
    pub(crate) async fn redeem(&self, code: &str, handle: &str) -> Outcome<Redemption> {
        let key = self.key().await?;
        Ok(self.store.redeem(redeem(&key, code, handle), |_| Ok(())).await?)
    }

    pub(crate) async fn session(&self, handle: &str) -> Outcome<FoundSession> {
        Ok(self.store.session(TokenHash::of(handle)).await?)
    }

    /// Opens a session and gives it a handle.
    pub(crate) async fn open_with_handle(&self, subject: &str, teams: &[&str], handle: &str) -> Outcome<SessionId> {
        let code = format!("code of {handle}");
        let facts = self.open(subject, teams, &code).await?;
        match self.redeem(&code, handle).await? {
            Redemption::Opened(_) => Ok(facts.session),
            Redemption::Refused(refusal) => Err(refusal.reason.into()),
        }
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn run(&self, statement: impl Into<String>) -> Outcome {
        self.place.run(&statement.into()).await
    }

    /// Whether the session of the handle was ended.
    pub(crate) async fn is_ended(&self, handle: &str) -> Outcome<bool> {
        Ok(matches!(self.session(handle).await?, FoundSession::Ended(_)))
    }
}

pub(crate) fn redeem<'a>(key: &'a KeyId, code: &str, handle: &str) -> Redeem<'a> {
    Redeem { code: TokenHash::of(code), key, handle: Some(TokenHash::of(handle)), replaces: None, now: at(1) }
}

#[expect(clippy::expect_used, reason = "a test may stop where it is surprised")]
fn view() -> AccountTypeName {
    AccountTypeName::new("View").expect("a name")
}

/// Who vouched for what facts are of.
pub(crate) fn issuer(facts: &Facts) -> IssuerId {
    facts.issuer.clone().unwrap_or_else(|| IssuerId::new(""))
}

/// The embed member that facts are of.
pub(crate) fn member(facts: &Facts) -> Member {
    Member {
        id: facts.member().cloned().unwrap_or_else(|| MemberId::new("")),
        issuer: facts.issuer.clone(),
        tenant: facts.tenant.clone(),
        subject: facts.subject.clone().unwrap_or_default(),
        kind: facts.kind().unwrap_or(MemberKind::Embed),
        automatic: true,
        active: true,
        has_logged_in: false,
        email: facts.email.clone(),
        first_name: facts.first_name.clone(),
        last_name: facts.last_name.clone(),
        account_type: facts.account_type.clone().unwrap_or_else(view),
        teams: facts.teams.clone(),
        attributes: BTreeMap::new(),
    }
}

/// What administrators have written.
pub(crate) fn definitions() -> Json {
    json!({
        "organization": {"name": "Airline operations", "automatic_creation": true},
        "issuers": [{"name": "airline", "trusted_domains": ["acme.example"]}],
        "tenants": [{"name": "acme", "title": "Acme"}, {"name": "globex", "title": "Globex"}],
        "teams": [{"name": "Managers"}, {"name": "Pilots", "attributes": {"carrier": "DL"}}],
        "account_types": [{"name": "View", "permissions": ["view"]}],
        "attributes": [{"name": "carrier", "type": "text"}],
        "members": [
            {"subject": "Ada@Vitrine.example", "kind": "internal", "account_type": "View", "teams": ["Managers"]},
            {"subject": "u-7", "issuer": "airline", "tenant": "acme", "kind": "embed", "account_type": "View"}
        ],
        "workspaces": [],
        "grants": [],
        "embed_keys": [{"client_id": "airline-app", "issuer": "airline", "secrets": [{"secret_env": "AIRLINE_SECRET"}]}],
        "connections": [],
        "models": {},
        "workbooks": {}
    })
}

pub(crate) fn application(definitions: Json) -> Outcome<Application> {
    let definitions: Definitions = serde_json::from_value(definitions)?;
    let secrets = BTreeMap::from([(ClientId::new("airline-app")?, vec![Secret::new(SECRET.to_owned())])]);
    Ok(Application { definitions, secrets, provider_secrets: BTreeMap::new(), now: at(10) })
}

pub(crate) fn event(name: &str) -> AuditEvent {
    AuditEvent {
        at: at(10),
        correlation_id: format!("correlation of {name}"),
        event: name.to_owned(),
        principal: AuditPrincipal { subject: Some("vitrine apply".to_owned()), ..AuditPrincipal::default() },
        acting_for: None,
        action: None,
        resource: None,
        verdict: Verdict::Allowed,
        revision: 0,
        reasons: vec!["asked on the command line".to_owned()],
        detail: json!({"files": 12}),
    }
}
