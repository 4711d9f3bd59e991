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
    let is_test = |file: &Path| file.components().any(|part| part.as_os_str() == "tests");
    let named_in = |tests: bool, name: &str| {
        let wanted = files.iter().filter(|file| is_test(file) == tests && !file.ends_with("model/src/enforcement.rs"));
        wanted.filter_map(|file| fs::read_to_string(file).ok()).any(|text| text.contains(name))
    };
    for point in POINTS {
        let name = format!("Point::{point:?}");
        assert!(named_in(false, &name), "`{name}` is enforced nowhere");
        assert!(named_in(true, &name), "no test switches `{name}` off");
    }
    Ok(())
}
