//! `vitrine test`: the demo's expectations hold, each kind of expectation can fail, and bad files are named.

mod hosts;

use crate::support::{Outcome, copy_of, edit};
use server::clock::Clock;
use server::config::Config;
use server::policy_tests::{PolicyTestError, Report, run};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use testkit::callers::CallError;
use testkit::clock::TestClock;
use testkit::world;

/// What an insurer expects of its policies: each kind of expectation, once.
const INSURER: &str = include_str!("policy_tests/insurer.yaml");

async fn tested(folder: &Path) -> Result<Report, PolicyTestError> {
    let clock = TestClock::default();
    run(folder, &Config::default().limits, Path::new("none"), &Clock::from_fn(move || clock.now())).await
}

fn with_tests(folder: &Path, tests: &str) -> Result<TempDir, CallError> {
    let copy = copy_of(folder)?;
    fs::create_dir_all(copy.path().join("tests"))?;
    fs::write(copy.path().join("tests/claims.yaml"), tests)?;
    Ok(copy)
}

/// The insurance world with a team that no grant names.
fn insurer() -> Result<TempDir, CallError> {
    let copy = with_tests(&world::insurance(), INSURER)?;
    let teams = copy.path().join("teams.yaml");
    fs::write(&teams, fs::read_to_string(&teams)? + "  - {name: Outsiders}\n")?;
    Ok(copy)
}

/// What is expected of the version of a workbook under a tag.
const TAGGED: &str = include_str!("policy_tests/tagged.yaml");

/// The insurance world with a version of its claims under a tag, which is shared with adjusters alone.
pub(crate) fn tagged() -> Result<TempDir, CallError> {
    let copy = with_tests(&world::insurance(), TAGGED)?;
    let version = "title: Claims\npages:\n  - name: main\n    title: Beta\n    elements:\n      - name: few\n        show: \
                   {data: {query: {explore: claims.claims, fields: [claim]}, chart: {type: table}}}\n";
    fs::write(copy.path().join("workbooks/claims@beta.yaml"), version)?;
    let shared = "grants:\n  - {to: {team: Adjusters}, on: {tag: claims@beta}, level: view}\n";
    edit(&copy.path().join("grants.yaml"), "grants:\n", shared)?;
    Ok(copy)
}

/// The names of the expectations that do not hold.
fn failed(report: &Report) -> Vec<&str> {
    report.outcomes.iter().filter(|outcome| !outcome.holds()).map(|outcome| outcome.name.as_str()).collect()
}

fn vitrine(arguments: &[&str]) -> Result<(Option<i32>, String, String), CallError> {
    let output = Command::new(env!("CARGO_BIN_EXE_vitrine")).env_clear().args(arguments).output()?;
    Ok((output.status.code(), String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?))
}

#[test]
fn the_forty_expectations_of_the_demo_hold() -> Outcome {
    let folder = tempfile::tempdir()?;
    let junit = folder.path().join("junit.xml");
    let (demo, at) = (world::demo().to_string_lossy().into_owned(), junit.to_string_lossy().into_owned());
    let (code, out, err) = vitrine(&["test", &demo, "--junit", &at, "--coverage"])?;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok     tests/")).count(), 40, "{out}");
    assert!(out.ends_with("coverage: everything is exercised\n40 expectations, all hold\n"), "{out}");
    let junit = fs::read_to_string(junit)?;
    let elements = well_formed(&junit)?;
    assert_eq!(elements.iter().filter(|name| *name == "testcase").count(), 40);
    assert_eq!(elements.iter().filter(|name| *name == "testsuite").count(), 3, "one for each file with expectations");
    Ok(())
}

/// The output in the documentation is that of its example where guests are given every flight.
#[tokio::test]
async fn the_example_of_the_documentation_is_true() -> Outcome {
    let text = fs::read_to_string(world::demo().join("../docs/testing.md"))?;
    let mut blocks = text.split("```");
    let example = blocks.find_map(|block| block.strip_prefix("yaml\n")).ok_or("no example")?;
    let copy = copy_of(&world::demo())?;
    fs::remove_dir_all(copy.path().join("tests"))?;
    fs::create_dir(copy.path().join("tests"))?;
    fs::write(copy.path().join("tests/kennedy.yaml"), example)?;
    let guests = "permit: {guests_of: [contrail-metabase]}\n        rule: carrier = user_attribute('carrier')";
    edit(
        &copy.path().join("models/flights.yaml"),
        guests,
        "permit: {guests_of: [contrail-metabase]}\n        rule: distance > 0",
    )?;
    let report = tested(copy.path()).await?;
    let shown = format!("{}{}\n", report.lines(), report.summary());
    assert!(text.contains(&format!("```\n{shown}```")), "{shown}");
    Ok(())
}

#[tokio::test]
async fn what_the_insurer_expects_holds() -> Outcome {
    let report = tested(insurer()?.path()).await?;
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", report.lines());
    Ok(())
}

/// A version under a tag is looked at by its address, and is shared by itself.
#[tokio::test]
async fn a_version_under_a_tag_has_expectations_of_its_own() -> Outcome {
    let folder = tagged()?;
    let report = tested(folder.path()).await?;
    assert_eq!((failed(&report), report.outcomes.len()), (Vec::new(), 4), "{}", report.lines());
    let grants = folder.path().join("grants.yaml");
    edit(&grants, "on: {tag: claims@beta}", "on: {workbook: claims}")?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), ["its rows", "its page"], "{}", report.lines());
    edit(&folder.path().join("tests/claims.yaml"), "claims@beta/main/few", "claims@gamma/main/few")?;
    let refused = tested(folder.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("unknown page `claims@gamma/main`: expected one of "), "{refused}");
    assert!(refused.contains("`claims@beta/main`"), "{refused}");
    Ok(())
}

/// An edit that shows more, by file, and the expectations that it breaks.
type Widening<'a> = (&'a str, &'a str, &'a str, &'a [&'a str]);

const WIDENED: &[Widening<'_>] = &[
    ("rights/adjusters.csv", "Mill,fire,false", "Mill,fire,true", &["rows", "row count", "a derived table"]),
    (
        "models/claims.yaml",
        "visible_to: nobody",
        "visible_to: {teams: [Adjusters]}",
        &["a mask", "a mask in a question"],
    ),
    (
        "models/claims.yaml",
        "rule: holder = user_attribute('holder')",
        "rule: claim > 0",
        &["what is offered", "never of a holder"],
    ),
    (
        "models/claims.yaml",
        "visible_to: {teams: [Adjusters, Holders]}",
        "visible_to: {teams: [Adjusters, Holders, Partners]}",
        &["never on a page", "never in a workbook", "never of a persona"],
    ),
    (
        "models/claims.yaml",
        "      - columns: [note]\n        visible_to: {teams: [Adjusters]}",
        "      - columns: [note]\n        visible_to: {teams: [Adjusters, Partners]}",
        &["a hidden field", "an element that is refused"],
    ),
    (
        "models/claims.yaml",
        "allowed_values: [finance, audit]",
        "allowed_values: [finance, audit, sales]",
        &["a hidden explore"],
    ),
    (
        "account_types.yaml",
        "name: View, permissions: [view]",
        "name: View, permissions: [view, export_csv]",
        &["no download"],
    ),
    (
        "account_types.yaml",
        "name: View, permissions: [view]",
        "name: View, permissions: [view, explore]",
        &["no questions"],
    ),
    (
        "grants.yaml",
        "grants:\n",
        "grants:\n  - {to: {team: Outsiders}, on: {workspace: claims}, level: view}\n  \
         - {to: {team: Outsiders}, on: {model: claims}, level: use}\n",
        &["a hidden workbook", "a hidden page", "a hidden element", "a hidden control"],
    ),
    ("teams.yaml", "teams:\n", "teams:\n  - {name: Visitors}\n", &["who is refused"]),
];

#[tokio::test]
async fn each_kind_of_expectation_fails_where_more_is_shown() -> Outcome {
    for (file, from, to, expected) in WIDENED {
        let folder = insurer()?;
        edit(&folder.path().join(file), from, to)?;
        let report = tested(folder.path()).await?;
        assert_eq!(failed(&report), *expected, "{file}: {to}\n{}", report.lines());
    }
    Ok(())
}

/// A wrong expectation, and what is said of it.
const WRONG: &[(&str, &str, &str)] = &[
    ("rows: [[1], [2]]", "rows: [[1], [4]]", "expected 2 rows, the one at 2 being [4]; came 2, that one being [2]"),
    ("rows: [[1], [2]]", "rows: []", "expected 0 rows, the one at 1 being no row; came 2, that one being [1]"),
    ("row_count: 2", "row_count: 3", "expected 3 rows; came 2: [[1],[2]]"),
    (
        "show: {email: z***}",
        "show: {email: y***}",
        r#"expected `email` to show "y***" where {"claim":1}; it shows "z***""#,
    ),
    ("where: {claim: 3}", "where: {claim: 9}", r#"expected a row where {"claim":9}; came [[1,"100.00"],[3,"900.00"]]"#),
    ("contains: [CNRY_yan]", "contains: [CNRY_xia]", r#"expected "CNRY_xia" in some cell; came [["CNRY_yan"]"#),
    ("values: [CNRY_zoe]", "values: [CNRY_xia]", r#"expected ["CNRY_xia"] to be offered; came ["CNRY_zoe"]"#),
    ("known_fields: [note]", "known_fields: [rent]", "expected the field `rent` to be known; came 400 `unknown_field`"),
    (
        "unknown_fields: [note, rent]",
        "unknown_fields: [city]",
        "expected the field `city` to be unknown; came [[\"Delft\"]]",
    ),
    ("exports: {csv: allowed", "exports: {csv: refused", "expected no download as csv; it came"),
    ("xlsx: refused}", "xlsx: allowed}", "expected a download as xlsx; came 403 `forbidden`"),
    (
        "workbook: claims\n    is: hidden",
        "workbook: claims\n    is: seen",
        "expected it to be `seen`; it is `hidden`, 404 `not_found`",
    ),
    ("code: unknown_field", "code: forbidden", "expected the code `forbidden`; it is `refused`, 400 `unknown_field`"),
    (
        "session: refused\n    code: unknown_team\n",
        "session: opened\n",
        "expected them to get in; they were refused: 400 `unknown_team`",
    ),
    ("session: opened\n", "session: refused\n", "expected them to be refused; they got in"),
    ("never: [CNRY_xia]", "never: [CNRY_zoe]", "expected never to receive `CNRY_zoe`; it came with POST "),
    (
        "never: [CNRY_note_3]",
        "never: [CNRY_note_1]",
        "expected never to receive `CNRY_note_1`; it came with POST /api/v1/query",
    ),
];

/// The personas, and the first expectation in which a text stands.
fn the_one_with(text: &str) -> Option<String> {
    let (personas, expectations) = INSURER.split_once("expectations:\n")?;
    let mut each = expectations.split("  - name: ").skip(1).map(|one| format!("  - name: {one}"));
    let one = each.find(|one| one.contains(text))?;
    Some(format!("{personas}expectations:\n{one}"))
}

#[tokio::test]
async fn each_kind_of_expectation_fails_where_it_is_wrong() -> Outcome {
    for (from, to, expected) in WRONG {
        let folder = insurer()?;
        fs::write(folder.path().join("tests/claims.yaml"), the_one_with(from).ok_or(*from)?.replacen(from, to, 1))?;
        let report = tested(folder.path()).await?;
        assert!(report.failed() == 1 && report.lines().contains(expected), "{to}: {expected}\n{}", report.lines());
    }
    Ok(())
}

/// What must never be seen is worth nothing where nothing is seen.
#[tokio::test]
async fn nothing_is_proved_by_what_does_not_answer() -> Outcome {
    let folder = insurer()?;
    let file = folder.path().join("tests/claims.yaml");
    edit(&file, "    workbook: claims\n    is: hidden", "    workbook: claims\n    never: [CNRY_zoe]")?;
    edit(&file, "as: a partner\n    page: claims/main", "as: somebody of an unknown team\n    page: claims/main")?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), ["never on a page", "a hidden workbook"], "{}", report.lines());
    assert!(report.lines().contains("as `somebody of an unknown team`: they did not get in: 400 `unknown_team`"));
    Ok(())
}

const GUESTS: &str = r#"
personas:
  a guest: {key: compatible, token: {resource: {dashboard: 12}, params: {status: Active}}, never: [Inactive]}
  a guest of no status: {key: compatible, token: {resource: {dashboard: 12}, params: {}}}
  whoever has the link: {public_link: linked}
expectations:
  - {name: a guest, as: a guest, element: by-status/all/accounts, rows: [[1, Basic, Active], [2, Basic, Active], [5, Premium, Active]]}
  - {name: elsewhere, as: [a guest, whoever has the link], workbook: by-account, is: hidden}
  - {name: no lock, as: a guest of no status, element: by-status/all/accounts, is: refused}
  - {name: a link, as: whoever has the link, element: linked/all/accounts, row_count: 5, exports: {csv: allowed, xlsx: allowed}}
  - {name: a link filters, as: whoever has the link, element: linked/all/accounts, controls: {status: [inactive]}, row_count: 2}
  - {name: no questions, as: [a guest, whoever has the link], explore: accounts.accounts, is: hidden}
"#;

#[tokio::test]
async fn guests_and_whoever_has_a_link_are_personas() -> Outcome {
    let folder = with_tests(&world::accounts(), GUESTS)?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", report.lines());
    edit(&folder.path().join("workbooks/by-status.yaml"), "{status: locked}", "{status: enabled}")?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), ["no lock"], "{}", report.lines());
    edit(&folder.path().join("vitrine.yaml"), "public_links: true", "public_links: false")?;
    let report = tested(folder.path()).await?;
    assert!(report.lines().contains("as `whoever has the link`: they did not get in: 401 `session_ended`"));
    Ok(())
}

/// A server remembers whom it has seen: two personas of one subject must not meet.
#[tokio::test]
async fn no_persona_depends_on_another() -> Outcome {
    let personas = "personas:\n  a: {key: portal, session: {subject: ada@insurer.example, tenant: north, teams: [Adjusters]}}\n  \
                    b: {key: portal, session: {subject: Ada@insurer.example, tenant: north}}\n\
                    expectations:\n  - {name: new, as: a, session: opened}\n  - {name: no team, as: b, session: refused, code: teams_required}\n";
    let folder = with_tests(&world::insurance(), personas)?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", report.lines());
    Ok(())
}

#[tokio::test]
async fn a_policy_that_nobody_asks_through_is_told() -> Outcome {
    let folder = insurer()?;
    let nothing = tested(folder.path()).await?.coverage();
    assert!(nothing.contains("column `claims.claims.code`") && !nothing.contains("policy"), "{nothing}");
    let tests = "personas:\n  ada: {key: portal, session: {subject: ada@insurer.example, tenant: north, teams: [Adjusters]}}\n\
                 expectations:\n  - {name: list, as: ada, element: claims/main/list, row_count: 2}\n";
    fs::write(folder.path().join("tests/claims.yaml"), tests)?;
    let told = tested(folder.path()).await?.coverage();
    for left in [
        "row policy `claims.claims.holders_see_their_claims`",
        "row policy `claims.claims.partners_see_small_even_ones`",
        "team `Holders`",
        "attribute `holder`",
        "column `claims.claims.note`",
        "column policy `claims.claims.note`",
    ] {
        assert!(told.contains(&format!("\n  {left}")), "{left}: {told}");
    }
    for exercised in ["adjusters_see_their_lines", "team `Adjusters`", "claims.claims.email", "rights."] {
        assert!(!told.contains(exercised), "{exercised}: {told}");
    }
    Ok(())
}

/// A mistake in a file, and what is said of it.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "expectations:\n",
        "expectation:\n",
        "tests/claims.yaml:32: expectation: unknown member `expectation`: expected `personas` or `expectations`",
    ),
    ("as: Ada\n", "as: Eve\n", "as: unknown persona `Eve`: expected one of `Ada`, "),
    ("row_count: 2", "row_count: many", "expectations[1].row_count: found string `many`: expected a whole number"),
    ("row_count: 2", "rowcount: 2", "expectations[1].rowcount: unknown member `rowcount`: expected one of `name`, "),
    (
        "element: claims/main/list",
        "element: claims/main/lists",
        "element: unknown element `lists`: expected one of `list`, `nets`, `notes`, ",
    ),
    (
        "element: claims/main/list",
        "element: claims/list",
        "element: `claims/list` is no place on a page: expected `workbook/page/name`",
    ),
    (
        "workbook: claims\n    is",
        "workbook: claim\n    is",
        "workbook: unknown workbook `claim`: expected one of `claims`, `summaries`",
    ),
    (
        "unknown_fields: [note, rent]",
        "unknown_fields: [nothing]",
        "unknown_fields[0]: unknown field `nothing`: expected one of ",
    ),
    (
        "explore: claims.books",
        "explore: claims.book",
        "explore: unknown explore `claims.book`: expected one of `claims.books`, `claims.claims`",
    ),
    (
        "    key: portal\n",
        "    key: portals\n",
        "personas.Ada.key: unknown key of the dialect `vitrine` `portals`: expected `portal`",
    ),
    (
        "    key: portal\n",
        "",
        "personas.Ada: expected `key` with `session` or `token`, `provider` with `token`, or `public_link` alone",
    ),
    (
        "page: claims/main\n",
        "page: claims/main\n    row_count: 1\n",
        "`row_count` is not of what is looked at: expected, of `page`, one of `is`, `never`",
    ),
    ("row_count: 2", "limit: 2", "expectations[1]: expects nothing: expected one of `rows`, `row_count`, "),
    ("row_count: 2", "row_count: 2\n    workbook: claims", "expected exactly one of `session`, `workbook`, "),
    ("row_count: 2", "row_count: 2\n    is: hidden", "`row_count` of what does not answer: expected `is: seen`"),
    ("never: [CNRY_xia]", "never: ['']", "expected a text of 1 to 255 characters on one line"),
    ("name: row count", "name: rows", "expectations[1].name: an expectation of that name is in the file already"),
    (
        "exports: {csv: allowed",
        "exports: {pdf: allowed",
        "unknown word `pdf`: expected one of `csv`, `xlsx`, `json`, `arrow`",
    ),
];

#[tokio::test]
async fn mistakes_are_found_with_file_line_member_and_what_was_expected() -> Outcome {
    for (from, to, expected) in MISTAKES {
        let folder = insurer()?;
        edit(&folder.path().join("tests/claims.yaml"), from, to)?;
        let error = tested(folder.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("tests/claims.yaml:") && error.contains(expected), "{to}: {expected}\n{error}");
    }
    Ok(())
}

#[test]
fn without_an_expectation_nothing_is_said_to_hold() -> Outcome {
    for tests in ["", "personas: {}\n", "expectations: []\n"] {
        let folder = with_tests(&world::insurance(), tests)?;
        let (code, out, err) = vitrine(&["test", &folder.path().to_string_lossy()])?;
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert!(err.contains("no expectations: expected at least one in a file `tests/NAME.yaml`"), "{err}");
    }
    let folder = insurer()?;
    fs::write(folder.path().join("tests/more.yml"), "")?;
    let (code, _, err) = vitrine(&["test", &folder.path().to_string_lossy()])?;
    assert!(code == Some(1) && err.contains("unknown file `tests/more.yml`: expected `tests/NAME.yaml`"), "{err}");
    fs::write(folder.path().join("tests/claims.yaml"), "nonsense: [")?;
    assert_eq!(vitrine(&["check", &folder.path().to_string_lossy()])?.0, Some(0), "`check` does not look at tests");
    Ok(())
}

#[test]
fn what_fails_is_in_the_exit_code_and_in_the_file_for_continuous_integration() -> Outcome {
    let folder = insurer()?;
    let tests = folder.path().join("tests/claims.yaml");
    edit(&tests, "name: rows\n", "name: \"<rows> & \\\"more\\\"\"\n")?;
    edit(&tests, "rows: [[1], [2]]", "rows: [[1], [3]]")?;
    let junit = folder.path().join("junit.xml");
    let (code, out, err) = vitrine(&["test", &folder.path().to_string_lossy(), "--junit", &junit.to_string_lossy()])?;
    assert_eq!((code, out.lines().last()), (Some(1), Some("27 expectations, 1 FAILED")), "{out}{err}");
    let first = out.lines().next().unwrap_or_default();
    assert_eq!(first, "FAILED tests/claims.yaml:33: <rows> & \"more\"");
    let junit = fs::read_to_string(junit)?;
    assert_eq!(well_formed(&junit)?.iter().filter(|name| *name == "failure").count(), 1);
    assert!(
        junit.contains("name=\"&lt;rows&gt; &amp; &quot;more&quot;\"") && junit.contains("failures=\"1\""),
        "{junit}"
    );
    Ok(())
}

/// The names of a document's elements. Fails where tags do not match or a character stands that XML does not allow there.
fn well_formed(document: &str) -> Result<Vec<String>, CallError> {
    let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no declaration")?;
    let (mut open, mut names) = (Vec::new(), Vec::new());
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').ok_or("a tag that does not end")?;
        let entities = text
            .replace("&amp;", "")
            .replace("&lt;", "")
            .replace("&gt;", "")
            .replace("&quot;", "")
            .replace("&#10;", "");
        assert!(!entities.contains('&') && !text.contains('>'), "{part}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{part}");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        if !tag.ends_with('/') {
            open.push(name.clone());
        }
        names.push(name);
    }
    assert!(open.is_empty(), "left open: {open:?}");
    Ok(names)
}

/// What only rows have is expected of no text: it would always hold.
#[tokio::test]
async fn a_text_can_be_seen_or_hidden_and_nothing_else() -> Outcome {
    let personas = "personas:\n  the link: {public_link: linked}\nexpectations:\n";
    let text = "  - {name: text, as: the link, element: linked/all/about, is: seen, never: [Premium]}\n";
    let folder = with_tests(&world::accounts(), &format!("{personas}{text}"))?;
    let about = "    elements:\n      - {name: about, show: {text: Accounts that are known.}}\n";
    edit(&folder.path().join("workbooks/linked.yaml"), "    elements:\n", about)?;
    let report = tested(folder.path()).await?;
    assert_eq!(failed(&report), Vec::<&str>::new(), "{}", report.lines());
    edit(&folder.path().join("workbooks/linked.yaml"), "that are known", "such as Premium")?;
    assert_eq!(failed(&tested(folder.path()).await?), ["text"]);
    edit(&folder.path().join("tests/claims.yaml"), "is: seen", "rows: []")?;
    let error = tested(folder.path()).await.err().map(|error| error.to_string());
    let expected = "tests/claims.yaml:4: expectations[0]: a text has no rows: expected `is` or `never`";
    assert_eq!(error.as_deref(), Some(expected));
    Ok(())
}
