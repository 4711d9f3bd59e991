//! Who is looking, for the length of a session.

use chrono::{DateTime, Utc};
use model::access::{MemberKind, Organization, Permission, WrittenAttributes};
use model::attribute::AttributeValue;
use model::name::{
    AccountTypeName, AttributeName, ControlName, CredentialId, ElementName, IssuerId, KeyId, MemberId, ModelName,
    PageName, ProviderId, SessionId, TagName, TeamId, TenantId, WorkbookName,
};
use model::publication::LinkId;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A member as the store knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// For ever.
    pub id: MemberId,
    /// Who vouches for them. `None`: Vitrine itself.
    pub issuer: Option<IssuerId>,
    /// Their tenant, if any.
    pub tenant: Option<TenantId>,
    /// What the issuer calls them.
    pub subject: String,
    /// Whether they may log in.
    pub kind: MemberKind,
    /// Whether an embed made them, rather than an administrator.
    pub automatic: bool,
    /// Deactivated members get in nowhere.
    pub active: bool,
    /// Whether they have ever logged in.
    pub has_logged_in: bool,
    /// E-mail address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// What an administrator lets them do, or, for automatic members, what the last token said.
    pub account_type: AccountTypeName,
    /// The teams an administrator put them into, or, for automatic members, those of the last token.
    pub teams: BTreeSet<TeamId>,
    /// Values an administrator set.
    pub attributes: WrittenAttributes,
}

/// What a host's back end shows to act for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// For ever; public.
    pub id: CredentialId,
    /// For people.
    pub name: String,
    /// For whom it acts: it may what they may, and no more.
    pub owner: MemberId,
    /// The permissions that it is narrowed to.
    pub scopes: BTreeSet<Permission>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// What the directory must be asked before [`crate::identify`] can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The identity.
    pub issuer: IssuerId,
    /// The identity's tenant.
    pub tenant: Option<TenantId>,
    /// The identity's subject, folded if it is an e-mail.
    pub subject: String,
    /// Folded e-mails that may be an internal member's.
    pub emails: BTreeSet<String>,
}

/// What the directory answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Directory {
    /// The embed member with that identity.
    pub embed: Option<Member>,
    /// The internal members with any of those e-mails.
    pub internal: Vec<Member>,
    /// The member to whom the identity is linked: it is one of theirs.
    pub linked: Option<Member>,
    /// Those of the internal members to whom another identity of the issuer is linked.
    pub bound: BTreeSet<MemberId>,
}

/// The facts of a session, pinned when it is opened and kept with it. What is live (key, switches, grants, policies,
/// existence) is looked up at every decision instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The session.
    pub session: SessionId,
    /// Who is looking.
    pub who: Who,
    /// The key it was opened with. `None`: by a public link, by logging in, or by an API credential.
    pub key: Option<KeyId>,
    /// The identity provider by which a member has logged in, if it was by one.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// What the provider calls the session in which it has logged the person in (`sid`).
    #[serde(default)]
    pub provider_session: Option<String>,
    /// Who vouched. `None`: nobody, for a public link; Vitrine itself for whoever it has logged in.
    pub issuer: Option<IssuerId>,
    /// What the issuer calls the person; `None` of guests and public viewers.
    pub subject: Option<String>,
    /// The tenant, if any.
    pub tenant: Option<TenantId>,
    /// E-mail address, shown and audited.
    pub email: Option<String>,
    /// Whether the issuer is trusted for the e-mail's domain: only then policies can read it.
    pub email_trusted: bool,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Teams.
    pub teams: BTreeSet<TeamId>,
    /// Account type; only members have one.
    pub account_type: Option<AccountTypeName>,
    /// Permissions to which the token narrowed the session.
    pub permissions: Option<BTreeSet<Permission>>,
    /// Models to which the token narrowed the session: of no other one any data is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub models: Option<BTreeSet<ModelName>>,
    /// Attributes as resolved; `None` is *none*: present but without a value.
    pub attributes: BTreeMap<AttributeName, Option<AttributeValue>>,
    /// The content the session is for. `None`: all that the key's ceiling names.
    pub scope: Option<Scope>,
    /// Filters the viewer cannot change, JSON values by control. Of guests: every parameter the token sets; without
    /// values it sets that there is no filter.
    pub locked_parameters: BTreeMap<ControlName, Vec<serde_json::Value>>,
    /// The origin of the host page. `None`: any of the key's.
    pub origin: Option<String>,
    /// The API credential with which a host has opened it, if its owner is who looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_with: Option<OpenedWith>,
    /// Whether somebody who has logged in has shown a second factor, or has the command line of the server.
    #[serde(default)]
    pub second_factor: bool,
    /// The organization's switches under which the session was opened.
    pub switches: Switches,
    /// When the session was opened.
    pub opened_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// The API credential of an embed in which its owner looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedWith {
    /// The credential: the session ends with it.
    pub credential: CredentialId,
    /// The key whose origins may have the page in a frame. `None`: it is in none.
    pub framed_by: Option<KeyId>,
}

/// The kinds of people in sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// A person the store knows.
    Member {
        /// For ever.
        id: MemberId,
        /// Internal or embed.
        kind: MemberKind,
    },
    /// A person known for the length of the session, by the teams the token asserts.
    OnDemand,
    /// Nobody: whoever has a token that names content.
    Guest,
    /// Anybody with a link to content.
    Public(LinkId),
}

impl Facts {
    /// The member, if the person is one.
    #[must_use]
    pub const fn member(&self) -> Option<&MemberId> {
        match &self.who {
            Who::Member { id, .. } => Some(id),
            Who::OnDemand | Who::Guest | Who::Public(_) => None,
        }
    }

    /// Internal or embed, if the person is a member.
    #[must_use]
    pub const fn kind(&self) -> Option<MemberKind> {
        match &self.who {
            Who::Member { kind, .. } => Some(*kind),
            Who::OnDemand | Who::Guest | Who::Public(_) => None,
        }
    }

    /// Whether a member came in without a host: by logging in, or by an API credential.
    #[must_use]
    pub const fn is_of_application(&self) -> bool {
        self.is_bounded_by_no_key() && self.opened_with.is_none()
    }

    /// Whether a member looks whom no key vouches for: nothing has a ceiling but what they may themselves.
    #[must_use]
    pub const fn is_bounded_by_no_key(&self) -> bool {
        self.key.is_none() && matches!(self.who, Who::Member { .. })
    }

    /// The key whose origins may have pages of it in frames.
    #[must_use]
    pub fn framed_by(&self) -> Option<&KeyId> {
        self.key.as_ref().or_else(|| self.opened_with.as_ref()?.framed_by.as_ref())
    }

    /// Whether nobody is known: what is seen then is what was published.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        matches!(self.who, Who::Guest | Who::Public(_))
    }
}

/// The organization's switches that decide which claims count. They are live: a session ends when one is changed, and
/// the next one is opened under the new rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {
    /// Whether tokens create and describe embed members.
    pub automatic_creation: bool,
    /// With automatic creation off: whether members it once created get in.
    pub keep_automatic_members: bool,
    /// Whether attribute claims count.
    pub capture_attributes: bool,
    /// Whether people without an account get in by the teams their token asserts.
    pub on_demand_access: bool,
    /// Whether tokens put people into teams whom they do not describe.
    #[serde(default)]
    pub dynamic_teams: bool,
    /// Whether content is shown to guests of a key.
    pub guest_embeds: bool,
    /// Whether content is shown to whoever has a link.
    pub public_links: bool,
}

impl Switches {
    /// The switches as they stand.
    #[must_use]
    pub const fn of(organization: &Organization) -> Self {
        Self {
            automatic_creation: organization.automatic_creation,
            keep_automatic_members: organization.keep_automatic_members,
            capture_attributes: organization.capture_attributes,
            on_demand_access: organization.on_demand_access,
            dynamic_teams: organization.dynamic_teams,
            guest_embeds: organization.guest_embeds,
            public_links: organization.public_links,
        }
    }
}

/// The content a session is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The workbook.
    pub workbook: WorkbookName,
    /// The tag under which its version is; `None`: the published one.
    #[serde(default)]
    pub tag: Option<TagName>,
    /// The page; `None`: every page.
    pub page: Option<PageName>,
    /// The one element of it; `None`: every element.
    #[serde(default)]
    pub element: Option<ElementName>,
}

impl Scope {
    /// The version of the workbook.
    #[must_use]
    pub fn version(&self) -> VersionName {
        VersionName { workbook: self.workbook.clone(), tag: self.tag.clone() }
    }

    /// The one element, and the page on which it is.
    #[must_use]
    pub fn element(&self) -> Option<(&PageName, &ElementName)> {
        self.page.as_ref().zip(self.element.as_ref())
    }
}

/// What the store should write when a session is opened.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileWrite {
    /// Nothing.
    None,
    /// A new embed member. If somebody else made the same identity meanwhile, that one is used.
    Create(Member),
    /// New names, e-mail, teams and account type of an automatic member.
    Update(Member),
    /// New names, address, teams, account type and attributes of an internal member, who has logged in.
    SignOn(Member),
    /// The same, and the identity of the session is linked to the member from now on.
    Bind(Member),
}
