//! What every organization has without writing it: its activity as a model, and a workbook that shows it.
//!
//! Nobody is granted any of it. Whoever may see the activity ([`crate::access::Permission::SeeActivity`]) sees it, and of its
//! rows those of their tenant, or all if they are of none: see `authz`.

mod event;

pub use event::ActivityEvent;

use crate::access::{Definitions, Granted};
use crate::files;
use crate::name::{ColumnName, ConnectionName, ModelName, WorkbookName, WorkspaceName};
use crate::problem::{Position, Problem, Report};
use crate::snapshot::Kind;
use crate::workbook::Place;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What the connection, the model, the workbook and its workspace are called.
pub const ACTIVITY: &str = "vitrine_activity";

/// The column of the activity that has the id of the tenant, or NULL.
pub const TENANT_COLUMN: &str = "tenant_id";

/// The column of the activity that says when.
pub const TIME_COLUMN: &str = "at";

/// The id of all of them, each among those of its kind.
const ID: &str = "built_in";

const FILES: [(&str, &str); 5] = [
    ("vitrine.yaml", include_str!("../built_in/vitrine.yaml")),
    ("connections.yaml", include_str!("../built_in/connections.yaml")),
    ("workspaces.yaml", include_str!("../built_in/workspaces.yaml")),
    ("models/vitrine_activity.yaml", include_str!("../built_in/models/vitrine_activity.yaml")),
    ("workbooks/vitrine_activity.yaml", include_str!("../built_in/workbooks/vitrine_activity.yaml")),
];

static BUILT_IN: LazyLock<Result<Definitions, Vec<Problem>>> = LazyLock::new(|| {
    let texts: BTreeMap<String, String> = FILES.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
    files::read(&texts).map(|written| written.definitions().clone())
});

/// Whether the connection is the one through which this server reads what it records itself.
#[must_use]
pub fn is_connection(name: &ConnectionName) -> bool {
    name.as_str() == ACTIVITY
}

/// Whether the model is built in.
#[must_use]
pub fn is_model(name: &ModelName) -> bool {
    name.as_str() == ACTIVITY
}

/// Whether the workbook is built in.
#[must_use]
pub fn is_workbook(name: &WorkbookName) -> bool {
    name.as_str() == ACTIVITY
}

fn is_workspace(name: &WorkspaceName) -> bool {
    name.as_str() == ACTIVITY
}

/// The column [`TENANT_COLUMN`].
#[must_use]
pub fn tenant_column() -> Option<ColumnName> {
    ColumnName::new(TENANT_COLUMN).ok()
}

/// The id of what is built in; `None`: nothing that is built in is called so.
pub(crate) fn id(kind: Kind, name: &str) -> Option<&'static str> {
    let is_built_in = matches!(kind, Kind::Connection | Kind::Workspace | Kind::Model | Kind::Workbook);
    (is_built_in && name == ACTIVITY).then_some(ID)
}

impl Granted {
    /// Whether it is built in, or part of what is.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        match self {
            Self::Workspace(name) => is_workspace(name),
            Self::Folder(path) => is_workspace(&path.workspace),
            Self::Workbook(name) => is_workbook(name),
            Self::Tag(path) => is_workbook(&path.workbook),
            Self::Connection(name) => is_connection(name),
            Self::Schema(path) => is_connection(&path.connection),
            Self::Model(name) => is_model(name),
            Self::Table(path) => is_model(&path.model),
        }
    }
}

impl Definitions {
    /// With what is built in.
    ///
    /// # Errors
    /// Something is called as what is built in, or stands in its place.
    pub(crate) fn with_built_in(&self) -> Result<Self, Vec<Problem>> {
        let built_in = BUILT_IN.as_ref().map_err(Clone::clone)?;
        let mut report = Report::default();
        self.expect_apart(&mut report);
        let mut all = self.clone();
        all.connections.extend(built_in.connections.iter().cloned());
        all.workspaces.extend(built_in.workspaces.iter().cloned());
        all.models.extend(built_in.models.iter().map(|(name, model)| (name.clone(), model.clone())));
        all.workbooks.extend(built_in.workbooks.iter().map(|(name, workbook)| (name.clone(), workbook.clone())));
        report.finish(all)
    }

    /// Notes what is called as what is built in, and what would become part of it.
    fn expect_apart(&self, report: &mut Report) {
        let mut expect = |is_apart: bool, position: &Position| {
            report.expect(is_apart, position, || format!("`{ACTIVITY}` is built in: expected another name"));
        };
        for (index, connection) in self.connections.iter().enumerate() {
            let position = Position::list("connections").item(index);
            expect(!is_connection(&connection.name), &position.member("name"));
            for (value, to) in connection.route.iter().flat_map(|route| &route.to) {
                expect(!is_connection(to), &position.member("route").member("to").member(value));
            }
        }
        for (index, workspace) in self.workspaces.iter().enumerate() {
            expect(!is_workspace(&workspace.name), &Position::list("workspaces").item(index).member("name"));
        }
        for (name, model) in &self.models {
            let top = Position::top(Kind::Model.file(name.as_str()));
            expect(!is_model(name), &top);
            expect(!is_connection(&model.connection), &top.member("connection"));
        }
        for (name, workbook) in &self.workbooks {
            let top = Position::top(Kind::Workbook.file(name.as_str()));
            let (Place::Workspace(workspace) | Place::Folder(crate::access::FolderPath { workspace, .. })) =
                &workbook.place;
            expect(!is_workbook(name), &top);
            expect(!is_workspace(workspace), &top.member("in"));
        }
        for path in self.tags.keys() {
            expect(!is_workbook(&path.workbook), &Position::top(Kind::Tag.file(&path.to_string())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Ids, Snapshot};

    /// Who sees a row would otherwise tell of what others have done.
    #[test]
    fn no_policy_looks_into_the_activity() {
        let model = "connection: files\ntables:\n  a:\n    source: a.csv\n    columns: {b: text}\n    row_policies:\n      \
                     - {name: seen, permit: all, rule: 'exists_in(vitrine_activity.events, person = row.b)'}\n";
        let texts = [
            ("vitrine.yaml", "name: curious"),
            ("connections.yaml", "connections: [{name: files, folder: data}]"),
            ("models/m.yaml", model),
        ];
        let texts: BTreeMap<String, String> = texts.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
        let problems = files::read(&texts).and_then(|written| written.check().map(drop)).err().unwrap_or_default();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|problem| problem.contains("unknown table of model `vitrine_activity`")), "{told:?}");
    }

    #[test]
    fn what_is_built_in_holds_and_each_of_its_columns_has_values() {
        let built_in = BUILT_IN.as_ref().expect("definitions");
        let texts = BTreeMap::from([("vitrine.yaml".to_owned(), "name: nothing else".to_owned())]);
        let bare = files::read(&texts).expect("definitions").definitions().clone();
        let ids = Ids::from_names(&bare);
        let snapshot = Snapshot::build(bare, &ids, 1).expect("a snapshot");
        let model = snapshot.models.named(&ModelName::new(ACTIVITY).expect("a name")).expect("the model");
        assert_eq!(Some(model), built_in.models.values().next());
        let columns = model.tables.values().flat_map(|table| &table.columns);
        let unknown: Vec<_> =
            columns.filter(|(name, kind)| ActivityEvent::kind(name.as_str()) != Some(**kind)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert_eq!(model.tables.values().map(|table| table.columns.len()).sum::<usize>(), ActivityEvent::COLUMNS.len());
    }
}
