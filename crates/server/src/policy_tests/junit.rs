//! The outcome as JUnit XML, as continuous integration reads it: a suite for each file, a case for each expectation.

use super::report::{Outcome, Report};

/// The whole document.
pub(super) fn document(report: &Report) -> String {
    let suites: String = report.files().map(|(file, outcomes)| suite(file, &outcomes)).collect();
    let (all, failed) = (report.outcomes.len(), report.failed());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vitrine test\" tests=\"{all}\" \
         failures=\"{failed}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

fn suite(file: &str, outcomes: &[&Outcome]) -> String {
    let failed = outcomes.iter().filter(|outcome| !outcome.holds()).count();
    let cases: String = outcomes.iter().map(|outcome| case(outcome)).collect();
    let (name, all) = (escaped(file), outcomes.len());
    format!(
        "  <testsuite name=\"{name}\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">\n{cases}  \
         </testsuite>\n"
    )
}

fn case(outcome: &Outcome) -> String {
    let (file, name, line) = (escaped(&outcome.file), escaped(&outcome.name), outcome.line);
    let opening = format!("    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\"");
    match outcome.faults.first() {
        None => format!("{opening}/>\n"),
        Some(first) => {
            let (message, all) = (escaped(first), escaped(&outcome.faults.join("\n")));
            format!("{opening}>\n      <failure message=\"{message}\">{all}</failure>\n    </testcase>\n")
        }
    }
}

/// A text as it may stand in an attribute or an element. Characters that XML 1.0 (section 2.2) has no way to write
/// become U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(escaped("a<b> & \"c\"\n\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}");
    }
}
