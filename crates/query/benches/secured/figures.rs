//! What every bench needs to measure and to write its figures to `build/bench`, in the shape that `bench/README.md` describes.

use crate::Outcome;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Keeps the figures under that name.
pub(crate) fn keep(name: &str, figures: &Value) -> Outcome<()> {
    let folder = root().join("build/bench");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.json")), figures.to_string())?;
    Ok(())
}

pub(crate) fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// `NaN` of no runs, which is no figure.
pub(crate) fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
