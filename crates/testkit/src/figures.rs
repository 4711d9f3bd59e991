//! What every bench needs to measure and to write its figures to `build/bench`, in the shape that `bench/README.md` describes.

use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Keeps the figures under that name.
///
/// # Errors
/// The folder cannot be written to.
pub fn keep(name: &str, figures: &Value) -> io::Result<()> {
    let folder = root().join("build/bench");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.json")), figures.to_string())
}

/// How many have passed.
#[must_use]
pub fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// The value in the middle; `NaN` of no runs, which is no figure.
#[must_use]
pub fn median(runs: &[f64]) -> f64 {
    percentile(runs, 50)
}

/// The value that so many of a hundred do not exceed; `NaN` of no runs.
#[must_use]
pub fn percentile(runs: &[f64], percent: usize) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}
