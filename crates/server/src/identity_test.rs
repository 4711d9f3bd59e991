//! What would become of whoever an identity provider brings: a dry run of the mapping, on claims or on a token.
//!
//! `vitrine identity test` asks it of a folder of definitions, and the API of what is in force. Nobody is let in, and nothing
//! is kept.

use crate::definitions::{self, DefinitionsError};
use crate::secrets::{self, SecretError};
use crate::token::USED;
use authz::{
    Directory, Lookup, Member, NotSignedOn, Opening, SupposedMember, SupposedSignOn, sign_on_lookup, suppose_sign_on,
};
use chrono::{DateTime, Utc};
use dialect::sso;
use dialect::strict_json;
use model::access::{Definitions, MemberDefinition, MemberKind};
use model::name::{
    IssuerId, MemberId, ProviderId, ProviderName, SessionId, TeamId, TenantId, fold_email, fold_subject,
};
use model::snapshot::{Ids, Kind, Snapshot};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use store::Secret;
use store::apply::Holder;
use utoipa::ToSchema;

/// What somebody brings.
#[derive(Debug)]
pub enum Brought {
    /// Claims, as if the provider had vouched for them.
    Claims(Map<String, Value>),
    /// A token, which must be signed with a secret of the provider.
    Token(String),
}

/// What would become of whoever brings it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TestedIdentity)]
pub struct Tested {
    /// Whether they would come in.
    accepted: bool,
    /// Why not; null: they would.
    #[schema(required = true)]
    refusal: Option<String>,
    /// The id by which a token counts once; null: it counts as often as it is shown.
    #[schema(required = true)]
    counts_once: Option<String>,
    /// What became of each claim.
    claims: Vec<TestedClaim>,
    /// Who they would be; null: nobody.
    #[schema(required = true)]
    member: Option<TestedMember>,
}

/// What became of a claim, or of one of its values.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct TestedClaim {
    /// The claim.
    claim: String,
    /// Its value, at most 80 characters of it.
    value: String,
    /// What it came to; null: to nothing.
    #[schema(required = true)]
    becomes: Option<String>,
    /// Why.
    why: String,
}

/// A member as they would be kept.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct TestedMember {
    /// By which they are known.
    #[schema(required = true)]
    email: Option<String>,
    /// Whether they would be made.
    new: bool,
    /// Their tenant.
    #[schema(required = true)]
    tenant: Option<String>,
    /// Whether the tenant would be made.
    new_tenant: bool,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
    /// The account type.
    account_type: String,
    /// The teams.
    teams: Vec<String>,
}

/// A question about a provider that is in a snapshot.
pub struct Question<'a> {
    /// The provider.
    pub provider: &'a ProviderId,
    /// Where everything is found.
    pub snapshot: &'a Snapshot,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What a question comes to before anybody is looked up: the claims, and why a token of them would not count.
pub struct Brings {
    claims: Map<String, Value>,
    refusal: Option<String>,
    once: Option<String>,
}

impl Brings {
    /// The id by which a token counts once, if it does.
    #[must_use]
    pub fn counts_once(&self) -> Option<&str> {
        self.once.as_deref()
    }

    /// The same of a token with which somebody has come before.
    #[must_use]
    pub fn used(self) -> Self {
        Self { refusal: Some(USED.to_owned()), ..self }
    }
}

impl Question<'_> {
    /// Takes apart what is brought. The claims of a token that is not signed with one of these secrets are not read.
    #[must_use]
    pub fn brings<'s>(&self, brought: Brought, secrets: impl Iterator<Item = &'s [u8]>) -> Brings {
        let token = match brought {
            Brought::Claims(claims) => return Brings { claims, refusal: None, once: None },
            Brought::Token(token) => token,
        };
        let signed = match sso::verify(token.trim(), secrets.map(|secret| (self.provider, secret))) {
            Ok(signed) => signed,
            Err(refused) => return Brings { claims: Map::new(), refusal: Some(refused.to_string()), once: None },
        };
        let claims = signed.claims().clone();
        let defined = self.snapshot.providers.get(self.provider);
        let mode = defined.and_then(|it| it.jwt.as_ref()).map(|jwt| jwt.mode).unwrap_or_default();
        match signed.assertion(mode, self.now) {
            Ok(assertion) => {
                Brings { claims, refusal: None, once: assertion.counts_once().map(|once| once.id.clone()) }
            }
            Err(refusal) => Brings { claims, refusal: Some(refusal.to_string()), once: None },
        }
    }

    /// What the directory must be asked.
    #[must_use]
    pub fn lookup(&self, brings: &Brings) -> Option<Lookup> {
        sign_on_lookup(self.provider, &brings.claims, self.snapshot)
    }

    /// What would become of them.
    #[must_use]
    pub fn answer(&self, brings: Brings, directory: &Directory) -> Tested {
        let Brings { claims, refusal, once: counts_once } = brings;
        if claims.is_empty() && refusal.is_some() {
            return Tested { accepted: false, refusal, counts_once, claims: Vec::new(), member: None };
        }
        let opening = Opening { session: SessionId::new(""), new_member: MemberId::new(""), now: self.now };
        let SupposedSignOn { told, outcome } =
            suppose_sign_on(self.provider, &claims, self.snapshot, directory, &opening);
        let claims = told
            .into_iter()
            .map(|it| TestedClaim { claim: it.claim, value: it.value, becomes: it.becomes, why: it.why })
            .collect();
        let refusal = refusal.or_else(|| outcome.as_ref().err().map(NotSignedOn::to_string));
        let member = outcome.ok().map(|member| self.told(member));
        Tested { accepted: refusal.is_none(), refusal, counts_once, claims, member }
    }

    fn told(&self, SupposedMember { member, is_new, new_tenant }: SupposedMember) -> TestedMember {
        let tenant = member.tenant.as_ref().and_then(|id| self.snapshot.tenants.name(id)).map(ToString::to_string);
        let teams = member.teams.iter().filter_map(|id| self.snapshot.teams.name(id)).map(ToString::to_string);
        let mut teams: Vec<String> = teams.collect();
        teams.sort();
        TestedMember {
            email: member.email,
            new: is_new,
            new_tenant: new_tenant.is_some(),
            tenant: new_tenant.map(|name| name.to_string()).or(tenant),
            first_name: member.first_name,
            last_name: member.last_name,
            account_type: member.account_type.to_string(),
            teams,
        }
    }
}

impl Tested {
    /// Whether they would come in.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// Why not; `None`: they would.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The id by which a token counts once.
    #[must_use]
    pub fn counts_once(&self) -> Option<&str> {
        self.counts_once.as_deref()
    }

    /// For people: who they would be, and a table of what became of each claim.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut lines = vec![match &self.refusal {
            None => "accepted".to_owned(),
            Some(refusal) => format!("refused: {refusal}"),
        }];
        if let Some(member) = &self.member {
            let known = if member.new { " (new)" } else { "" };
            let made = if member.new_tenant { " (new)" } else { "" };
            let names = [member.first_name.as_deref(), member.last_name.as_deref()];
            let names: Vec<&str> = names.into_iter().flatten().collect();
            let teams = if member.teams.is_empty() { "none".to_owned() } else { member.teams.join(", ") };
            for (name, value) in [
                ("member", format!("{}{known}", member.email.as_deref().unwrap_or_default())),
                ("name", if names.is_empty() { "none".to_owned() } else { names.join(" ") }),
                ("tenant", member.tenant.as_ref().map_or("none".to_owned(), |tenant| format!("{tenant}{made}"))),
                ("account type", member.account_type.clone()),
                ("teams", teams),
            ] {
                lines.push(format!("  {name:<14}{value}"));
            }
        }
        lines.extend(self.table());
        lines.join("\n")
    }

    fn table(&self) -> Vec<String> {
        if self.claims.is_empty() {
            return Vec::new();
        }
        let head = ["claim", "value", "becomes", "why"].map(str::to_owned);
        let rows = self.claims.iter().map(|one| {
            let becomes = one.becomes.clone().unwrap_or_else(|| "nothing".to_owned());
            [one.claim.clone(), one.value.clone(), becomes, one.why.clone()]
        });
        let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.max().unwrap_or_default()
        };
        let widths = [width(0), width(1), width(2)];
        let line = |[claim, value, becomes, why]: &[String; 4]| {
            let [first, second, third] = widths;
            format!("  {claim:<first$}  {value:<second$}  {becomes:<third$}  {why}")
        };
        std::iter::once(String::new()).chain(rows.iter().map(line)).collect()
    }
}

/// Why nothing could be tested.
#[derive(Debug, thiserror::Error)]
pub enum IdentityTestError {
    /// The folder does not hold.
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    /// There is no such provider.
    #[error("there is no identity provider `{0}`: expected one of identity_providers.yaml")]
    NoProvider(ProviderName),
    /// A secret cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The claims cannot be read.
    #[error("`{path}`: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The claims are no object.
    #[error("the claims are not valid: expected one JSON object")]
    NoClaims,
}

/// The claims in a file, or in what is typed for `-`.
///
/// # Errors
/// There are none.
pub fn claims_in(path: &Path) -> Result<Map<String, Value>, IdentityTestError> {
    let failed = |error| IdentityTestError::File { path: path.to_owned(), error };
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
        bytes
    } else {
        fs::read(path).map_err(failed)?
    };
    match strict_json::parse(&bytes) {
        Ok(Value::Object(claims)) => Ok(claims),
        _ => Err(IdentityTestError::NoClaims),
    }
}

/// The most bytes of claims that are typed.
const LARGEST: u64 = 1_000_000;

/// Asks it of a folder of definitions, whose members are all there are. `secret` takes the place of those that the provider
/// refers to.
///
/// # Errors
/// The folder does not hold, there is no such provider, or a secret cannot be had.
pub fn in_folder(
    folder: &Path,
    name: &ProviderName,
    brought: Brought,
    (secret, data_dir): (Option<&Path>, &Path),
    now: DateTime<Utc>,
) -> Result<Tested, IdentityTestError> {
    let definitions = definitions::read(folder)?.definitions().clone();
    let ids = Ids::from_names(&definitions);
    let snapshot = Snapshot::build(definitions.clone(), &ids, 0).map_err(DefinitionsError::Problems)?;
    let id = snapshot.providers.id(name).ok_or_else(|| IdentityTestError::NoProvider(name.clone()))?;
    let secrets = match (&brought, secret) {
        (Brought::Claims(_), _) => Vec::new(),
        (Brought::Token(_), Some(file)) => vec![secrets::from_file(file)?],
        (Brought::Token(_), None) => of_provider(&definitions, name, data_dir)?,
    };
    let question = Question { provider: id, snapshot: &snapshot, now };
    let brings = question.brings(brought, secrets.iter().map(|secret| secret.expose().as_bytes()));
    let directory = question.lookup(&brings).map(|lookup| directory(&definitions, &ids, &lookup)).unwrap_or_default();
    Ok(question.answer(brings, &directory))
}

fn of_provider(
    definitions: &Definitions,
    name: &ProviderName,
    data_dir: &Path,
) -> Result<Vec<Secret>, IdentityTestError> {
    let provider = definitions.identity_providers.iter().find(|it| it.name == *name);
    let references = provider.map_or(&[] as &[_], |provider| provider.secrets());
    Ok(secrets::of_references(&Holder::Provider(name.clone()), references, data_dir)?)
}

/// What a store would answer that holds the members of the definitions.
fn directory(definitions: &Definitions, ids: &Ids, lookup: &Lookup) -> Directory {
    let members: Vec<Member> = definitions.members.iter().map(|it| member(it, ids)).collect();
    let identity = (Some(&lookup.issuer), lookup.tenant.as_ref(), lookup.subject.as_str());
    let by_identity = |it: &&Member| (it.issuer.as_ref(), it.tenant.as_ref(), it.subject.as_str()) == identity;
    let by_email = |it: &&Member| {
        it.kind == MemberKind::Internal && it.email.as_ref().is_some_and(|email| lookup.emails.contains(email))
    };
    Directory {
        embed: members.iter().find(by_identity).cloned(),
        internal: members.iter().filter(by_email).cloned().collect(),
        ..Directory::default()
    }
}

fn member(definition: &MemberDefinition, ids: &Ids) -> Member {
    let id = |kind: Kind, name: &str| ids.get(kind, name).unwrap_or_default().to_owned();
    let is_internal = definition.kind == MemberKind::Internal;
    let address = definition.email.as_ref().or(is_internal.then_some(&definition.subject));
    let teams = definition.teams.iter().map(|name| TeamId::new(id(Kind::Team, name.as_str())));
    Member {
        id: MemberId::new(definition.address()),
        issuer: definition.issuer.as_ref().map(|name| IssuerId::new(id(Kind::Issuer, name.as_str()))),
        tenant: definition.tenant.as_ref().map(|name| TenantId::new(id(Kind::Tenant, name.as_str()))),
        subject: fold_subject(&definition.subject),
        kind: definition.kind,
        automatic: false,
        active: !definition.deactivated,
        has_logged_in: definition.has_logged_in,
        email: address.map(|address| fold_email(address)),
        first_name: definition.first_name.clone(),
        last_name: definition.last_name.clone(),
        account_type: definition.account_type.clone(),
        teams: teams.collect(),
        attributes: definition.attributes.clone(),
    }
}
