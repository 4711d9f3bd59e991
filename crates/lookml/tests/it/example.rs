//! The example in `examples/lookml`.

use crate::support::sources;
use lookml::{Target, import};
use model::access::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/lookml/project")
}

fn gather(folder: &Path, within: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

#[test]
fn the_example_becomes_this_model_and_the_rest_is_told() {
    let mut project = BTreeMap::new();
    gather(&folder(), "", &mut project).expect("the example");
    let sources = sources(&[
        (
            "orders.csv",
            "order_id integer; company text; customer_id integer; seller_id integer; flower_id integer; status text; \
             stems integer; ordered_on date; margin decimal(4,2)",
        ),
        ("customers.csv", "customer_id integer; name text; region text"),
        ("people.csv", "person_id integer; name text"),
        ("flowers.csv", "flower_id integer; name text; price decimal(3,2)"),
    ]);
    let connection: Connection =
        serde_json::from_value(serde_json::json!({"name": "files", "folder": "data"})).expect("a connection");
    let target = Target { connection: &connection, sources: &sources, attributes: &[] };
    let imported = import(&project, target).expect("it is LookML");
    let findings: Vec<String> = imported.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "flowers.model.lkml:3: note: `label` of the model `flowers` is not carried over",
            "views/customers.view.lkml:10: note: `drill_fields` of field `customers` is not carried over",
            "views/orders.view.lkml:30: note: `html` of field `status` is not carried over",
            "views/orders.view.lkml:40: closed: field `ordered_fiscal_quarter` is not made: timeframe `fiscal_quarter` is not \
             translated",
            "views/orders.view.lkml:74: closed: `weighted_by` of field `weighted_stems` is not understood: the field is not made",
        ]
    );
    let texts: Vec<&str> = imported.models.values().map(String::as_str).collect();
    assert_eq!(texts, [include_str!("flowers.yaml")]);
    let attributes: Vec<&str> = imported.attributes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(attributes, ["company", "department", "region"]);
}
