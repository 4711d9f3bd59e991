//! The organization at one revision: everything decisions need, checked as a whole and immutable.

mod called;
mod ids;
mod nesting;
mod revised;

pub use called::Called;
pub use ids::Ids;

use crate::access::{
    AccountType, Connection, Definitions, EmbedKey, Folder, FolderPath, Grants, IdentityProvider, Issuer, Organization,
    Team, Tenant, Workspace,
};
use crate::assertion::{ContentKind, ForeignContent};
use crate::attribute::AttributeDefinition;
use crate::check::{Checked, check};
use crate::dialect::{ForeignId, KnownAs};
use crate::name::{
    AccountTypeName, AttributeName, ClientId, ConnectionId, ConnectionName, ControlName, ElementName, ExploreName,
    FieldName, FolderId, IssuerId, IssuerName, KeyId, ModelId, ModelName, PageName, ProviderId, ProviderName,
    TableName, TeamId, TeamName, TenantId, TenantName, WorkbookId, WorkbookName, WorkspaceId, WorkspaceName,
};
use crate::problem::Problem;
use crate::publication::{Audience, Publication};
use crate::rule::{Formula, RowPolicy};
use crate::semantic::{Explore, ExplorePath, Model};
use crate::shared::Shared;
use crate::workbook::{Page, TagPath, VersionBody, VersionName, Workbook};
use std::collections::{BTreeMap, BTreeSet};

/// Things of one kind, found by the name people write and by the id that is never reused.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry<I, N, T> {
    by_name: Shared<BTreeMap<N, (I, T)>>,
    names: Shared<BTreeMap<I, N>>,
}

impl<I: Ord + Clone, N: Ord + Clone, T> Registry<I, N, T> {
    /// Gathers things; a later one of the same name or id replaces an earlier one.
    pub fn new(items: impl IntoIterator<Item = (I, N, T)>) -> Self {
        let by_name: BTreeMap<N, (I, T)> = items.into_iter().map(|(id, name, item)| (name, (id, item))).collect();
        let names = by_name.iter().map(|(name, (id, _))| (id.clone(), name.clone())).collect();
        Self { by_name: by_name.into(), names }
    }

    /// The thing of that name.
    pub fn named(&self, name: &N) -> Option<&T> {
        self.by_name.get(name).map(|(_, item)| item)
    }

    /// The id of the thing of that name.
    pub fn id(&self, name: &N) -> Option<&I> {
        self.by_name.get(name).map(|(id, _)| id)
    }

    /// The thing with that id.
    pub fn get(&self, id: &I) -> Option<&T> {
        self.named(self.names.get(id)?)
    }

    /// The name of the thing with that id.
    pub fn name(&self, id: &I) -> Option<&N> {
        self.names.get(id)
    }

    /// All of them by name.
    pub fn iter(&self) -> impl Iterator<Item = (&I, &N, &T)> {
        self.by_name.iter().map(|(name, (id, item))| (id, name, item))
    }
}

/// The organization at one revision. Made by [`Snapshot::build`] from definitions that passed every check.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Counts changes; carried by every permit and audit event.
    pub revision: u64,
    /// Switches.
    pub organization: Organization,
    /// Issuers.
    pub issuers: Registry<IssuerId, IssuerName, Issuer>,
    /// Tenants.
    pub tenants: Registry<TenantId, TenantName, Tenant>,
    /// Teams.
    pub teams: Registry<TeamId, TeamName, Team>,
    /// Account types.
    pub account_types: Shared<BTreeMap<AccountTypeName, AccountType>>,
    /// Attribute definitions.
    pub attributes: Shared<BTreeMap<AttributeName, AttributeDefinition>>,
    /// Embed keys.
    pub keys: Registry<KeyId, ClientId, EmbedKey>,
    /// Identity providers.
    pub providers: Registry<ProviderId, ProviderName, IdentityProvider>,
    /// Workspaces.
    pub workspaces: Registry<WorkspaceId, WorkspaceName, Workspace>,
    /// The ids of folders.
    pub folders: Registry<FolderId, FolderPath, ()>,
    /// Connections.
    pub connections: Registry<ConnectionId, ConnectionName, Connection>,
    /// Models.
    pub models: Registry<ModelId, ModelName, Model>,
    /// Workbooks as they are published, and under each of their tags.
    pub workbooks: Registry<WorkbookId, VersionName, Workbook>,
    /// Grants, by name; every name in them is known.
    pub grants: Grants,
    /// The parsed row policies of every table; a table that is absent has none.
    pub policies: Shared<BTreeMap<(ModelName, TableName), Vec<RowPolicy>>>,
    /// The parsed formulas of every calculated field.
    pub formulas: Shared<BTreeMap<(ModelName, ExploreName, FieldName), Formula>>,
    /// Content by what other products called it.
    pub foreign: Shared<BTreeMap<ForeignContent, ContentAddress>>,
    /// Teams and tenants by what other products called them.
    pub called: Called,
    /// The pages that show an explore's data.
    pub showing: Shared<Showing>,
}

/// Pages by the explores whose data they show, in the order of workbooks and of their pages.
pub type Showing = BTreeMap<ExplorePath, Vec<(VersionName, PageName)>>;

/// Where a piece of content is: its workbook, and the page and element of that.
pub type ContentAddress = (WorkbookName, Option<PageName>, Option<ElementName>);

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The organization itself, whose name is the empty text.
    Organization,
    /// An issuer.
    Issuer,
    /// A tenant.
    Tenant,
    /// A team.
    Team,
    /// An account type.
    AccountType,
    /// A user attribute's definition.
    Attribute,
    /// An embed key.
    Key,
    /// An identity provider.
    IdentityProvider,
    /// A workspace.
    Workspace,
    /// A folder, named `workspace/folder`.
    Folder,
    /// A connection.
    Connection,
    /// A model.
    Model,
    /// A workbook.
    Workbook,
    /// A version of a workbook under a tag, named `workbook@tag`.
    Tag,
    /// A grant, named by whom it is for and on what.
    Grant,
}

impl Kind {
    /// The kind's name in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Issuer => "issuer",
            Self::Tenant => "tenant",
            Self::Team => "team",
            Self::AccountType => "account_type",
            Self::Attribute => "attribute",
            Self::Key => "key",
            Self::IdentityProvider => "identity_provider",
            Self::Workspace => "workspace",
            Self::Folder => "folder",
            Self::Connection => "connection",
            Self::Model => "model",
            Self::Workbook => "workbook",
            Self::Tag => "tag",
            Self::Grant => "grant",
        }
    }

    /// The kind that the store calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Organization,
        Self::Issuer,
        Self::Tenant,
        Self::Team,
        Self::AccountType,
        Self::Attribute,
        Self::Key,
        Self::IdentityProvider,
        Self::Workspace,
        Self::Folder,
        Self::Connection,
        Self::Model,
        Self::Workbook,
        Self::Tag,
        Self::Grant,
    ];
}

impl Kind {
    /// The file of definitions in which a thing of that kind and name stands.
    #[must_use]
    pub fn file(self, name: &str) -> String {
        match self {
            Self::Organization => "vitrine.yaml".to_owned(),
            Self::Issuer
            | Self::Tenant
            | Self::Team
            | Self::AccountType
            | Self::Attribute
            | Self::IdentityProvider
            | Self::Workspace
            | Self::Connection
            | Self::Grant => {
                format!("{}s.yaml", self.as_str())
            }
            Self::Key => "embed_keys.yaml".to_owned(),
            Self::Folder => "workspaces.yaml".to_owned(),
            Self::Model => format!("models/{name}.yaml"),
            Self::Workbook | Self::Tag => format!("workbooks/{name}.yaml"),
        }
    }
}

impl Snapshot {
    /// Checks definitions as a whole and ties their names to ids: all of it, or everything that is wrong. The
    /// problems have no lines, for definitions need not come from files: see [`crate::files`].
    pub fn build(definitions: Definitions, ids: &Ids, revision: u64) -> Result<Self, Vec<Problem>> {
        ids.complete(&definitions)?;
        let definitions = definitions.with_built_in()?;
        let Checked { policies, formulas } = check(&definitions)?;
        let workbooks = versions(&definitions.workbooks, &definitions.tags, ids);
        let called = Called::of(&definitions);
        Ok(Self {
            revision,
            organization: definitions.organization,
            issuers: ids.tie(Kind::Issuer, IssuerId::new, named(definitions.issuers, |issuer| &issuer.name)),
            tenants: ids.tie(Kind::Tenant, TenantId::new, named(definitions.tenants, |tenant| &tenant.name)),
            teams: ids.tie(Kind::Team, TeamId::new, named(definitions.teams, |team| &team.name)),
            account_types: named(definitions.account_types, |kind| &kind.name).collect(),
            attributes: named(definitions.attributes, |attribute| &attribute.name).collect(),
            keys: ids.tie(Kind::Key, KeyId::new, named(definitions.embed_keys, |key| &key.client_id)),
            providers: ids.tie(
                Kind::IdentityProvider,
                ProviderId::new,
                named(definitions.identity_providers, |it| &it.name),
            ),
            folders: ids.tie(Kind::Folder, FolderId::new, folders(&definitions.workspaces)),
            workspaces: ids.tie(Kind::Workspace, WorkspaceId::new, named(definitions.workspaces, |it| &it.name)),
            connections: ids.tie(Kind::Connection, ConnectionId::new, named(definitions.connections, |it| &it.name)),
            foreign: foreign(&definitions.workbooks).collect(),
            called,
            showing: showing(&workbooks).into(),
            models: ids.tie(Kind::Model, ModelId::new, definitions.models),
            workbooks,
            grants: Grants::new(definitions.grants),
            policies: policies.into(),
            formulas: formulas.into(),
        })
    }
}

impl Snapshot {
    /// The explore of that path.
    #[must_use]
    pub fn explore(&self, path: &ExplorePath) -> Option<&Explore> {
        self.models.named(&path.model)?.explores.get(&path.explore)
    }

    /// The content that another product called that.
    #[must_use]
    pub fn known_as(&self, content: &ForeignContent) -> Option<&ContentAddress> {
        self.foreign.get(content)
    }

    /// Whether a control filters nothing on its page: all that elements use it for is to set parameters of their explores.
    #[must_use]
    pub fn only_sets_parameters(&self, page: &Page, control: &ControlName) -> bool {
        let data = page.elements.iter().filter_map(|element| element.show.data());
        let mut used = data.filter_map(|data| Some((&data.query.explore, data.controls.get(control)?))).peekable();
        let is_parameter = |(path, field): (&ExplorePath, &FieldName)| {
            let explore = self.models.named(&path.model).and_then(|model| model.explores.get(&path.explore));
            explore.is_some_and(|explore| explore.parameters.contains_key(field))
        };
        used.peek().is_some() && used.all(is_parameter)
    }

    /// The publication of a workbook, or of one of its elements by itself, to an audience.
    #[must_use]
    pub fn publication(
        &self,
        workbook: &WorkbookName,
        element: Option<(&PageName, &ElementName)>,
        audience: &Audience,
    ) -> Option<&Publication> {
        let workbook = self.workbooks.named(&workbook.into())?;
        let publications = match element {
            None => &workbook.publications,
            Some((page, name)) => {
                let page = workbook.pages.iter().find(|one| one.name == *page)?;
                &page.elements.iter().find(|element| element.name == *name)?.publications
            }
        };
        publications.iter().find(|publication| publication.to == *audience)
    }

    /// Everything that is published to an audience.
    pub fn published_to<'a>(
        &'a self,
        audience: &'a Audience,
    ) -> impl Iterator<Item = (&'a WorkbookName, Option<&'a PageName>, Option<&'a ElementName>)> {
        let is_opened = |publications: &[Publication]| publications.iter().any(|one| one.to == *audience);
        self.workbooks.iter().flat_map(move |(_, VersionName { workbook: name, .. }, workbook)| {
            let whole = is_opened(&workbook.publications).then_some((name, None, None));
            let elements = workbook.pages.iter().flat_map(move |page| {
                let opened = page.elements.iter().filter(move |element| is_opened(&element.publications));
                opened.map(move |element| (name, Some(&page.name), Some(&element.name)))
            });
            whole.into_iter().chain(elements)
        })
    }

    /// What has a public link: a workbook, or an element of one.
    pub fn public_links(&self) -> impl Iterator<Item = (&WorkbookName, Option<&ElementName>)> {
        let is_linked =
            |publications: &[Publication]| publications.iter().any(|one| matches!(one.to, Audience::PublicLink(_)));
        self.workbooks.iter().flat_map(move |(_, VersionName { workbook: name, .. }, workbook)| {
            let whole = is_linked(&workbook.publications).then_some((name, None));
            let elements = workbook.pages.iter().flat_map(|page| &page.elements);
            let linked = elements.filter(move |element| is_linked(&element.publications));
            whole.into_iter().chain(linked.map(move |element| (name, Some(&element.name))))
        })
    }

    /// The connections over which a workbook's elements and controls ask.
    #[must_use]
    pub fn connections_of(&self, workbook: &VersionName) -> BTreeSet<&ConnectionName> {
        let pages = self.workbooks.named(workbook).into_iter().flat_map(|workbook| &workbook.pages);
        let explores = pages.flat_map(Page::explores);
        explores.filter_map(|path| self.models.named(&path.model)).map(|model| &model.connection).collect()
    }

    /// The attributes whose defaults policies may use: whoever has no value gets the rows of the default. A check of
    /// definitions lists them.
    pub fn policy_defaults(&self) -> impl Iterator<Item = &AttributeName> {
        let defaults = self.attributes.values().filter(|attribute| attribute.default_in_policies);
        defaults.filter(|attribute| attribute.default.is_some()).map(|attribute| &attribute.name)
    }
}

/// Things by their names.
fn named<N: Clone, T: Clone>(things: Shared<Vec<T>>, name: fn(&T) -> &N) -> impl Iterator<Item = (N, T)> {
    things.into_iter().map(move |thing| (name(&thing).clone(), thing))
}

/// Which pages show an explore's data.
pub fn showing(workbooks: &Registry<WorkbookId, VersionName, Workbook>) -> Showing {
    let mut pages: Showing = BTreeMap::new();
    for (_, name, workbook) in workbooks.iter() {
        for page in &workbook.pages {
            for path in page.explores().collect::<BTreeSet<_>>() {
                pages.entry(path.clone()).or_default().push((name.clone(), page.name.clone()));
            }
        }
    }
    pages
}

fn foreign(workbooks: &BTreeMap<WorkbookName, Workbook>) -> impl Iterator<Item = (ForeignContent, ContentAddress)> {
    workbooks.iter().flat_map(|(name, workbook)| {
        let pages = workbook.pages.iter().flat_map(|page| {
            let elements = page.elements.iter().flat_map(|element| {
                let address = (name.clone(), Some(page.name.clone()), Some(element.name.clone()));
                named_as(&element.known_as, ContentKind::Element, address)
            });
            named_as(&page.known_as, ContentKind::Page, (name.clone(), Some(page.name.clone()), None)).chain(elements)
        });
        named_as(&workbook.known_as, ContentKind::Workbook, (name.clone(), None, None)).chain(pages)
    })
}

fn named_as(
    known_as: &KnownAs,
    kind: ContentKind,
    address: ContentAddress,
) -> impl Iterator<Item = (ForeignContent, ContentAddress)> {
    known_as.iter().flat_map(move |(dialect, ids)| {
        let content = move |id: &ForeignId| ForeignContent { dialect: *dialect, kind, id: id.clone() };
        let address = address.clone();
        ids.iter().map(move |id| (content(id), address.clone()))
    })
}

/// Workbooks as they are published, and under their tags.
fn versions(
    workbooks: &BTreeMap<WorkbookName, Workbook>,
    tags: &BTreeMap<TagPath, VersionBody>,
    ids: &Ids,
) -> Registry<WorkbookId, VersionName, Workbook> {
    let tagged = tags.iter().filter_map(|(path, body)| {
        let tagged = body.tagged_in(workbooks.get(&path.workbook)?);
        Some((WorkbookId::new(ids.get(Kind::Tag, &path.to_string())?), path.clone().into(), tagged))
    });
    let published = workbooks.iter().filter_map(|(name, workbook)| {
        let id = WorkbookId::new(ids.get(Kind::Workbook, name.as_str())?);
        Some((id, VersionName::from(name), workbook.clone()))
    });
    Registry::new(published.chain(tagged))
}

fn folders(workspaces: &[Workspace]) -> Vec<(FolderPath, ())> {
    let of = |workspace: &Workspace| {
        let path = |folder: &Folder| FolderPath { workspace: workspace.name.clone(), folder: folder.name.clone() };
        workspace.folders.iter().map(|folder| (path(folder), ())).collect::<Vec<_>>()
    };
    workspaces.iter().flat_map(of).collect()
}

impl Definitions {
    /// The kind and name of everything that needs an id.
    pub fn named(&self) -> impl Iterator<Item = (Kind, String)> {
        let organization = std::iter::once((Kind::Organization, String::new()));
        let account_types = self.account_types.iter().map(|item| (Kind::AccountType, item.name.to_string()));
        let attributes = self.attributes.iter().map(|item| (Kind::Attribute, item.name.to_string()));
        let grants = self.grants.iter().map(|item| (Kind::Grant, item.name()));
        let issuers = self.issuers.iter().map(|item| (Kind::Issuer, item.name.to_string()));
        let tenants = self.tenants.iter().map(|item| (Kind::Tenant, item.name.to_string()));
        let teams = self.teams.iter().map(|item| (Kind::Team, item.name.to_string()));
        let keys = self.embed_keys.iter().map(|item| (Kind::Key, item.client_id.to_string()));
        let providers = self.identity_providers.iter().map(|item| (Kind::IdentityProvider, item.name.to_string()));
        let workspaces = self.workspaces.iter().map(|item| (Kind::Workspace, item.name.to_string()));
        let folders = self.workspaces.iter().flat_map(|workspace| {
            workspace.folders.iter().map(|folder| (Kind::Folder, format!("{}/{}", workspace.name, folder.name)))
        });
        let connections = self.connections.iter().map(|item| (Kind::Connection, item.name.to_string()));
        let models = self.models.keys().map(|name| (Kind::Model, name.to_string()));
        let workbooks = self.workbooks.keys().map(|name| (Kind::Workbook, name.to_string()));
        let tags = self.tags.keys().map(|path| (Kind::Tag, path.to_string()));
        organization
            .chain(issuers)
            .chain(tenants)
            .chain(teams)
            .chain(account_types)
            .chain(attributes)
            .chain(keys)
            .chain(providers)
            .chain(workspaces)
            .chain(folders)
            .chain(connections)
            .chain(models)
            .chain(workbooks)
            .chain(tags)
            .chain(grants)
    }
}
