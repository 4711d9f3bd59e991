//! Drawings are those that are committed, which somebody has looked at.

use crate::world::{Outcome, samples};
use std::path::Path;

/// `UPDATE_PICTURES=1` writes them: look at what changed.
#[test]
fn drawings_are_those_that_are_committed() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for sample in samples()? {
        let drawn = sample.picture().draw()?;
        let file = folder.join(format!("{}.svg", sample.name));
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::write(&file, drawn.svg())?;
        }
        let committed = std::fs::read_to_string(&file)?;
        assert!(committed == drawn.svg(), "{}: run with UPDATE_PICTURES=1 and look at what changed", file.display());
    }
    Ok(())
}

#[test]
fn no_drawing_is_committed_that_nobody_draws() -> Outcome {
    let samples = samples()?;
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"))? {
        let name = entry?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".svg")).ok_or("a drawing")?;
        assert!(samples.iter().any(|sample| sample.name == name), "{name}");
    }
    Ok(())
}

#[test]
fn numbers_are_written_exactly_and_for_people() -> Outcome {
    for (name, texts) in [
        ("kpi", &["$2,326,534.35"][..]),
        ("kpi_over_months", &["€84,000.25", "6.9% (-€6,209.75) vs Apr 2025"]),
        ("kpi_compared", &["10.0%", "-2.5 points vs last year"]),
        ("bar", &["$800K", "Central", "There are more rows than these."]),
        ("bar_percent", &["100%", "South", "Jan 2025"]),
        ("pie", &["32.0%", "West"]),
        (
            "table",
            &[
                "1 Mar 2025, 01:05",
                "37.3",
                "Yes",
                "Mon",
                "25 more rows are not drawn.",
                "Times are those of Europe/Zurich.",
            ],
        ),
        ("pivot_as_table", &["Drawn as a table.", "$503,170.67"]),
        ("heatmap", &["Sun", "06:00", "27.5"]),
        ("funnel", &["Put into the basket", "4,100 · 34.2%", ">–</text>"]),
        ("gauge", &["76.4%", "Goal: 85.0%", "100%"]),
        ("nothing", &["No rows for you here."]),
    ] {
        let samples = samples()?;
        let sample = samples.iter().find(|sample| sample.name == name).ok_or(name)?;
        let drawn = sample.picture().draw()?;
        for text in texts {
            assert!(drawn.svg().contains(text), "{name}: {text}");
        }
    }
    Ok(())
}
