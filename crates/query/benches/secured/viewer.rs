//! Whoever asks, by the way that every request takes: an analyst of Delta, of the demo's definitions or of others.

use crate::Outcome;
use authz::{Directory, Opening, Principal, ProfileWrite, Resource, RunQuery};
use chrono::{DateTime, Utc};
use dialect::credentials::Credentials;
use model::access::Definitions;
use model::files;
use model::name::{MemberId, SessionId};
use model::snapshot::{Ids, Snapshot};
use query::{Answer, Catalog, Cell, Limits, Opened, Passwords};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// `contrail-web:secret`, the credentials of the demo's host.
const CREDENTIALS: &str = "Basic Y29udHJhaWwtd2ViOnNlY3JldA==";

/// What the host says of the analyst.
const SESSION: &[u8] = br#"{
    "subject": "analyst@delta.example", "tenant": "delta", "teams": ["Analysts"],
    "account_type": "Analyze", "attributes": {"carrier": "DL"}
}"#;

/// A session at work and the data it is about.
pub(crate) struct Viewer {
    pub(crate) catalog: Catalog,
    snapshot: Snapshot,
    principal: Principal,
}

impl Viewer {
    /// Opens the session on definitions in which Delta's analysts may ask.
    pub(crate) async fn open(definitions: Definitions) -> Outcome<Self> {
        let ids = Ids::from_names(&definitions);
        let snapshot = Snapshot::build(definitions, &ids, 1).map_err(|problems| format!("{problems:?}"))?;
        let principal = principal(&snapshot)?;
        let catalog =
            Catalog::open(&snapshot, &Passwords::default()).await.map_err(|problems| format!("{problems:?}"))?;
        Ok(Self { catalog: catalog.planning_anew(), snapshot, principal })
    }

    /// A permit to ask an explore.
    pub(crate) async fn opened(&self, explore: &str, limits: &Limits) -> Outcome<Opened> {
        let explore = Resource::Explore(explore.to_owned().try_into()?);
        let permit = authz::decide::<RunQuery>(&self.principal, &self.snapshot, &explore)?;
        Ok(Opened::new(&self.catalog, permit, limits).await?)
    }
}

fn principal(snapshot: &Snapshot) -> Outcome<Principal> {
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let credentials = Credentials::from_header(Some(CREDENTIALS))?;
    let key = credentials.verify(snapshot.keys.id(credentials.client_id()), [&b"secret"[..]])?;
    let assertion = dialect::vitrine::assertion(&key, SESSION)?;
    let opening = Opening { session: SessionId::new("vs_bench"), new_member: MemberId::new("bench"), now };
    let identified = authz::identify(&assertion, snapshot, &Directory::default(), opening)?;
    let ProfileWrite::Create(member) = identified.profile else { return Err("the analyst is not new".into()) };
    Ok(authz::resume(identified.facts, snapshot, Some(&member), now)?)
}

/// The definitions in a folder.
pub(crate) fn definitions(demo: &Path) -> Outcome<Definitions> {
    let mut texts = BTreeMap::new();
    for part in ["", "models/", "workbooks/"] {
        for entry in fs::read_dir(demo.join(part))? {
            let file = entry?.path();
            if let Some(name) = file.file_name().filter(|_| file.extension().is_some_and(|end| end == "yaml")) {
                texts.insert(format!("{part}{}", name.to_string_lossy()), fs::read_to_string(&file)?);
            }
        }
    }
    let written = files::read(&texts).map_err(|problems| format!("{problems:?}"))?;
    Ok(anchored(written.definitions().clone(), demo))
}

/// The definitions with the folders of connections as paths that can be opened.
fn anchored(mut definitions: Definitions, demo: &Path) -> Definitions {
    for connection in &mut definitions.connections {
        let folder = connection.folder.as_ref().map(|folder| demo.join(folder).to_string_lossy().into_owned());
        connection.folder = folder;
    }
    definitions
}

/// The answer's cells as text, to be compared with those by hand.
pub(crate) fn shown(answer: &Answer) -> Vec<Vec<String>> {
    let show = |cell: &Cell| match cell {
        Cell::Null => String::new(),
        Cell::Text(text) | Cell::Decimal(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Boolean(truth) => truth.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Timestamp(at) => at.to_rfc3339(),
    };
    answer.rows.iter().map(|row| row.iter().map(show).collect()).collect()
}
