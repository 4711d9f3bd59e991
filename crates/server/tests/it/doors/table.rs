//! Which stories are told through which door, as the names of tests say; `docs/stories.md` has it as a table.

use crate::support::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The stories, by their letters and how many there are of each.
const STORIES: [(char, u8); 4] = [('s', 11), ('l', 4), ('m', 6), ('t', 8)];

/// The doors, and what begins the paths of their tests.
const DOORS: [(&str, &[&str]); 6] = [
    ("Sigma", &["sigma.rs", "sigma_api/", "doors/"]),
    ("Looker", &["looker.rs", "looker_api/", "looker_explores.rs", "looker_frames.rs", "doors/"]),
    ("Tableau", &["tableau/", "tableau_api/", "doors/"]),
    ("Metabase, guests", &["metabase/"]),
    ("single sign-on", &["sso/", "oidc/", "doors/"]),
    ("administration", &["administration/", "account/"]),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder, by its path from there, with its text.
fn files(folder: &Path, below: &str) -> std::io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            found.extend(files(folder, &format!("{path}/"))?);
        } else if path.ends_with(".rs") || path.ends_with(".test.ts") {
            found.push((path, fs::read_to_string(entry.path())?));
        }
    }
    found.sort();
    Ok(found)
}

/// The stories that the name of a test begins with, such as `S2` and `S3` of `s2_s3_nobody_new_gets_in`.
fn stories_of(name: &str) -> Vec<String> {
    let is_story = |part: &&str| {
        let number = part.get(1..).and_then(|number| number.parse::<u8>().ok());
        let letter = part.chars().next();
        STORIES.iter().any(|(first, count)| letter == Some(*first) && number.is_some_and(|it| it >= 1 && it <= *count))
    };
    name.trim_start_matches("story_").split('_').take_while(is_story).map(str::to_uppercase).collect()
}

/// The names of the tests in a file: of functions below the attribute, and of no others.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let is_attribute = |line: &&str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    let functions = text.lines().scan(false, move |below, line| {
        let function = line.split_once("fn ").filter(|_| *below).and_then(|(_, rest)| rest.split('(').next());
        *below = is_attribute(&line) || (*below && function.is_none());
        Some(function)
    });
    functions.flatten()
}

/// How many tests there are of a story, by column.
type Told = BTreeMap<(String, &'static str), usize>;

fn told() -> std::io::Result<Told> {
    let mut told = Told::new();
    let mut add = |stories: Vec<String>, column: &'static str| {
        for story in stories {
            *told.entry((story, column)).or_default() += 1;
        }
    };
    for (path, text) in files(&repository().join("crates/server/tests/it"), "")? {
        let doors: Vec<&str> =
            DOORS.iter().filter(|(_, of)| of.iter().any(|of| path.starts_with(of))).map(|(door, _)| *door).collect();
        for name in tests_in(&text) {
            if doors.is_empty() || path.starts_with("doors/") {
                add(stories_of(name), "Vitrine");
            }
            let told = doors.iter().filter(|door| !path.starts_with("doors/") || is_told_at(name, door));
            told.for_each(|door| add(stories_of(name), door));
        }
    }
    for (_, text) in files(&repository().join("crates/authz/tests/it"), "")? {
        tests_in(&text).for_each(|name| add(stories_of(name), "decision"));
    }
    for (_, text) in files(&repository().join("web/e2e"), "")? {
        for name in text.split("(\"story ").skip(1) {
            let story = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            add(stories_of(&story.to_lowercase()), "browser");
        }
    }
    Ok(told)
}

/// Whether a test of all doors tries that one: Tableau's tokens put nobody into teams, and no switch of embeds is for logins.
fn is_told_at(test: &str, door: &str) -> bool {
    !(test.starts_with("s6_") && door == "Tableau" || test.starts_with("t1_") && door == "single sign-on")
}

/// The table, in Markdown.
fn table(told: &Told) -> String {
    let columns: Vec<&str> =
        ["Vitrine"].into_iter().chain(DOORS.map(|(door, _)| door)).chain(["decision", "browser"]).collect();
    let mut table = format!("| | {} |\n|---|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    for story in STORIES.iter().flat_map(|(letter, count)| (1..=*count).map(move |number| format!("{letter}{number}")))
    {
        let story = story.to_uppercase();
        let cells =
            columns.iter().map(|column| told.get(&(story.clone(), *column)).map_or("".to_owned(), usize::to_string));
        let _written = writeln!(table, "| {story} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    table
}

#[test]
fn the_committed_table_says_which_door_tells_which_story() -> Outcome {
    const BEGIN: &str = "<!-- written by the test `doors::table`; UPDATE_STORIES=1 writes it anew -->\n";
    const END: &str = "<!-- end -->";
    let file = repository().join("docs/stories.md");
    let text = fs::read_to_string(&file)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("the table has no beginning")?;
    let (committed, after) = rest.split_once(END).ok_or("the table has no end")?;
    let told = told()?;
    let table = format!("\n{}\n", table(&told));
    if std::env::var_os("UPDATE_STORIES").is_some() {
        fs::write(&file, format!("{before}{BEGIN}{table}{END}{after}"))?;
    } else {
        assert_eq!(committed, table, "run this test with UPDATE_STORIES=1");
    }
    for (letter, count) in STORIES {
        for number in 1..=count {
            let story = format!("{letter}{number}").to_uppercase();
            assert!(told.keys().any(|(of, _)| *of == story) || story == "T5", "no test tells {story}");
        }
    }
    Ok(())
}
