//! `run_rival_map`: the rules of `liqheat_simulator::rivals` over a whole history.

use liqheat_core::expect_length;
use liqheat_simulator::rivals::{RivalBars, RivalRules, run_rival};
use pyo3::prelude::*;

use crate::arrays::{Floats, FloatsOut, Integers, borrow};
use crate::error::BindingResult;

#[pyfunction]
#[pyo3(signature = (*, factors, shares, keep, hazards, entries, blur, clears_range, closes_pooled, fade, fade_after, follows_open_interest, unit_is_usd, low, high, close, mark_low, mark_high, opened, closed, change, refill, bucket_ratio, idle, looks, n_window, swept_usd, columns))]
fn run_rival_map(
    py: Python<'_>,
    factors: Floats<'_>,
    shares: Floats<'_>,
    keep: Floats<'_>,
    hazards: Floats<'_>,
    entries: Floats<'_>,
    blur: f64,
    clears_range: bool,
    closes_pooled: bool,
    fade: f64,
    fade_after: i64,
    follows_open_interest: bool,
    unit_is_usd: bool,
    low: Floats<'_>,
    high: Floats<'_>,
    close: Floats<'_>,
    mark_low: Floats<'_>,
    mark_high: Floats<'_>,
    opened: Floats<'_>,
    closed: Floats<'_>,
    change: Floats<'_>,
    refill: Floats<'_>,
    bucket_ratio: f64,
    idle: (f64, f64),
    looks: Integers<'_>,
    n_window: i64,
    mut swept_usd: FloatsOut<'_>,
    mut columns: FloatsOut<'_>,
) -> BindingResult<()> {
    borrow!(factors, shares, keep, hazards, entries, looks);
    borrow!(low, high, close, mark_low, mark_high, opened, closed, change, refill);
    borrow!(mut swept_usd, columns);
    expect_length("entries", entries, 8)?;
    let by_side = |side: usize| std::array::from_fn(|entry| entries[4 * side + entry]);
    let rules = RivalRules {
        factors: factors.to_vec(),
        shares: shares.to_vec(),
        keep: keep.to_vec(),
        hazards: hazards.to_vec(),
        entries: [by_side(0), by_side(1)],
        blur,
        clears_range,
        closes_pooled,
        fade,
        fade_after,
        follows_open_interest,
        unit_is_usd,
    };
    let bars = RivalBars { low, high, close, mark_low, mark_high, opened, closed, change, refill };
    Ok(py.detach(|| run_rival(&rules, &bars, bucket_ratio, idle.into(), looks, n_window, swept_usd, columns))?)
}

/// Add the function to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_rival_map, module)?)
}
