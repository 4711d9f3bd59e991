//! Rules about the source itself.

use model::enforcement::POINTS;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::callers::CallError;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// A point without a test that switches it off would be a claim without proof.
#[test]
fn every_enforcement_point_is_enforced_and_switched_off_by_a_test() -> Result<(), CallError> {
    let mut files = Vec::new();
    sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."), &mut files)?;
    let text: String = files.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?.join("\n");
    for point in POINTS {
        let (enforced, off) = (format!("enforced(Point::{point:?})"), format!("switch_off(Point::{point:?})"));
        assert!(text.contains(&enforced), "`{point:?}` is enforced nowhere");
        assert!(text.contains(&off), "no test switches `{point:?}` off");
    }
    Ok(())
}
