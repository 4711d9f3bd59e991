//! The page that says how we stand towards a standard.

use crate::support::Outcome;
use std::path::{Path, PathBuf};

/// Requirements of levels 1 and 2 in each section of the chapters V6 to V10.
const SECTIONS: [(&str, usize); 26] = [
    ("6.1", 3),
    ("6.2", 11),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("8.1", 2),
    ("8.2", 3),
    ("8.3", 1),
    ("8.4", 1),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the tables: number, level, subject, state, what shows it.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter(|line| line.starts_with("| ")).map(|line| line.trim_matches('|').split('|'));
    let rows = rows.map(|cells| cells.map(str::trim).collect::<Vec<_>>());
    rows.filter(|cells| cells[0].starts_with(|first: char| first.is_ascii_digit())).collect()
}

/// What stands between backticks and is the name of a test.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        name.matches('_').count() > 2
            && name.chars().all(|it| it.is_ascii_lowercase() || it == '_' || it.is_ascii_digit())
    })
}

fn sources(folder: &Path, found: &mut String) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push_str(&std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Tests in browsers that are named, as their file and title.
fn named_in_browsers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let cells = text.split("`web/e2e/").skip(1);
    cells.filter_map(|cell| {
        let (file, title) = cell.split_once("`: *")?;
        Some((file, title.split('*').next()?))
    })
}

#[test]
fn every_test_that_the_page_of_the_standard_names_exists() -> Outcome {
    let page = std::fs::read_to_string(root().join("docs/asvs.md"))?;
    let mut code = String::new();
    sources(&root().join("crates"), &mut code)?;
    for name in named(&page) {
        assert!(code.contains(&format!("fn {name}(")), "`{name}` is no test");
    }
    for (file, title) in named_in_browsers(&page) {
        let tests = std::fs::read_to_string(root().join("web/e2e").join(file))?;
        assert!(tests.contains(&format!("it(\"{title}\"")), "`{title}` is no test of {file}");
    }
    Ok(())
}

#[test]
fn the_page_of_the_standard_has_each_requirement_once_and_shows_what_it_claims() -> Outcome {
    let page = std::fs::read_to_string(root().join("docs/asvs.md"))?;
    let rows = rows(&page);
    for (section, expected) in SECTIONS {
        let inside = rows.iter().filter(|row| row[0].rsplit_once('.').is_some_and(|(before, _)| before == section));
        let mut numbers: Vec<&str> = inside.map(|row| row[0]).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), expected, "{section}: {numbers:?}");
    }
    assert_eq!(rows.len(), SECTIONS.iter().map(|(_, count)| count).sum::<usize>());
    for row in rows {
        let [number, level, _, state, shown] = row[..] else {
            return Err(format!("{row:?} has not five cells").into());
        };
        assert!(["1", "2"].contains(&level) && !shown.is_empty(), "{number}");
        assert!(["met", "not met", "does not apply", "does not apply yet"].contains(&state), "{number}: {state}");
        let is_shown =
            named(shown).next().is_some() || named_in_browsers(shown).next().is_some() || shown.contains(".md)");
        assert!(state != "met" || is_shown, "{number} is met, and nothing shows it");
    }
    Ok(())
}
