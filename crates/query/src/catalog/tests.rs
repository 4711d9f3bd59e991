//! Tests of opening a catalog.

use super::{Catalog, Passwords};
use datafusion::arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use model::semantic::Model;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

async fn problems(folder: &Path, model: Value) -> Vec<String> {
    let model: Model = serde_json::from_value(model).expect("a model");
    let name = "shop".parse().expect("a name");
    let connection = serde_json::from_value(json!({"name": "demo", "folder": folder})).expect("a connection");
    let opened = Catalog::over((&name, &model), &connection, &Passwords::default()).await;
    opened.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

fn one_table(source: &str, columns: Value) -> Value {
    json!({"connection": "demo", "tables": {"sales": {"source": source, "columns": columns}}})
}

fn write(folder: &Path, columns: Vec<(&str, ArrayRef)>) {
    let rows = RecordBatch::try_from_iter(columns).expect("a batch");
    let file = File::create(folder.join("sales.parquet")).expect("a file");
    let mut writer = ArrowWriter::try_new(file, rows.schema(), None).expect("a writer");
    writer.write(&rows).expect("rows");
    writer.close().expect("a footer");
}

#[tokio::test]
async fn declared_columns_must_exist_with_a_fitting_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    write(folder.path(), vec![("id", numbers), ("name", texts)]);
    let fits = one_table("sales.parquet", json!({"id": "integer", "name": "text"}));
    assert_eq!(problems(folder.path(), fits).await, Vec::<String>::new());
    let odd = one_table("sales.parquet", json!({"id": "decimal(10,2)", "name": "date", "gone": "text"}));
    assert_eq!(
        problems(folder.path(), odd).await,
        [
            "model `shop`, table `sales`, column `gone`: expected text, found no such column",
            "model `shop`, table `sales`, column `id`: expected decimal(10,2), found Int32",
            "model `shop`, table `sales`, column `name`: expected date, found Utf8",
        ]
    );
}

#[tokio::test]
async fn csv_files_are_read_whole_and_must_hold_the_declared_types() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("sales.csv"), "other,id,name\nx,1,a\ny,,\n").expect("a file");
    let columns = json!({"id": "integer", "name": "text"});
    assert_eq!(problems(folder.path(), one_table("sales.csv", columns)).await, Vec::<String>::new());
    let found = problems(folder.path(), one_table("sales.csv", json!({"name": "integer", "id": "integer"}))).await;
    assert_eq!(found, ["model `shop`, table `sales`: expected the declared types on every line, found another value"]);
    let found = problems(folder.path(), one_table("sales.csv", json!({"gone": "integer"}))).await;
    assert_eq!(found, ["model `shop`, table `sales`, column `gone`: expected integer, found no such column"]);
}

#[tokio::test]
async fn sources_stay_inside_the_folder() {
    let outside = tempfile::tempdir().expect("a folder");
    let folder = outside.path().join("data");
    fs::create_dir(&folder).expect("a folder");
    fs::write(outside.path().join("secret.csv"), "id\n1\n").expect("a file");
    std::os::unix::fs::symlink(outside.path().join("secret.csv"), folder.join("link.csv")).expect("a link");
    let absolute = outside.path().join("secret.csv");
    for source in ["../secret.csv", "./../secret.csv", "link.csv", "", absolute.to_str().expect("a path")] {
        let found = problems(&folder, one_table(source, json!({"id": "integer"}))).await;
        let expected = "the source is outside the connection's folder: expected a file name without `..`";
        assert_eq!(found, [format!("model `shop`, table `sales`: {expected}")], "{source}");
    }
    for (source, expected) in [("absent.csv", "cannot be read"), ("data", "cannot be read")] {
        let found = problems(&folder, one_table(source, json!({"id": "integer"}))).await;
        assert!(found.iter().all(|problem| problem.contains(expected)) && found.len() == 1, "{found:?}");
    }
}

#[tokio::test]
async fn a_joined_key_must_be_unique_so_that_nothing_is_counted_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(2), None, None]));
    write(folder.path(), vec![("id", keys)]);
    let model = |key: &str| {
        json!({
            "connection": "demo",
            "tables": {
                "sales": {"source": "sales.parquet", "columns": {"id": "integer"}},
                "places": {"source": "places.csv", "columns": {"key": "integer", "city": "text"}},
            },
            "explores": {"sales": {"table": "sales", "joins": [{"table": "places", "on": {"sales.id": key}}]}},
        })
    };
    fs::write(folder.path().join("places.csv"), "key,city\n1,Delft\n2,Brno\n,x\n,y\n").expect("a file");
    assert_eq!(problems(folder.path(), model("key")).await, Vec::<String>::new(), "a key that is null matches nothing");
    let found = problems(folder.path(), model("city")).await;
    assert_eq!(
        found,
        ["model `shop`, table `places`, column `city`: explore `sales` joins it to a column of another type"]
    );
    fs::write(folder.path().join("places.csv"), "key,city\n1,Delft\n1,Brno\n").expect("a file");
    let found = problems(folder.path(), model("key")).await;
    let expected =
        "explore `sales` joins on a key that is not unique: expected one row for each value, or another `relationship`";
    assert_eq!(found, [format!("model `shop`, table `places`: {expected}")]);
}
