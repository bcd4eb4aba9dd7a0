//! `run_rival_map`: the rules of `liqheat_simulator::rivals` over a whole history.

use liqheat_core::{CoreError, expect_length};
use liqheat_simulator::rivals::{RivalBars, RivalRules, run_rival};
use numpy::{PyReadonlyArrayDyn, PyReadwriteArrayDyn};
use pyo3::prelude::*;

use crate::arrays::{read, write};
use crate::error::BindingResult;

#[pyfunction]
#[pyo3(signature = (*, factors, shares, keep, hazards, entries, blur, clears_range, closes_pooled, fade, fade_after, follows_open_interest, unit_is_usd, low, high, close, mark_low, mark_high, opened, closed, change, refill, bucket_ratio, idle, looks, n_window, swept_usd, columns))]
fn run_rival_map(
    py: Python<'_>,
    factors: PyReadonlyArrayDyn<'_, f64>,
    shares: PyReadonlyArrayDyn<'_, f64>,
    keep: PyReadonlyArrayDyn<'_, f64>,
    hazards: PyReadonlyArrayDyn<'_, f64>,
    entries: PyReadonlyArrayDyn<'_, f64>,
    blur: f64,
    clears_range: bool,
    closes_pooled: bool,
    fade: f64,
    fade_after: i64,
    follows_open_interest: bool,
    unit_is_usd: bool,
    low: PyReadonlyArrayDyn<'_, f64>,
    high: PyReadonlyArrayDyn<'_, f64>,
    close: PyReadonlyArrayDyn<'_, f64>,
    mark_low: PyReadonlyArrayDyn<'_, f64>,
    mark_high: PyReadonlyArrayDyn<'_, f64>,
    opened: PyReadonlyArrayDyn<'_, f64>,
    closed: PyReadonlyArrayDyn<'_, f64>,
    change: PyReadonlyArrayDyn<'_, f64>,
    refill: PyReadonlyArrayDyn<'_, f64>,
    bucket_ratio: f64,
    idle: (f64, f64),
    looks: PyReadonlyArrayDyn<'_, i64>,
    n_window: i64,
    mut swept_usd: PyReadwriteArrayDyn<'_, f64>,
    mut columns: PyReadwriteArrayDyn<'_, f64>,
) -> BindingResult<()> {
    let entries = read("entries", &entries)?;
    expect_length("entries", entries, 8)?;
    let by_side = |side: usize| std::array::from_fn(|entry| entries[4 * side + entry]);
    let rules = RivalRules {
        factors: read("factors", &factors)?.to_vec(),
        shares: read("shares", &shares)?.to_vec(),
        keep: read("keep", &keep)?.to_vec(),
        hazards: read("hazards", &hazards)?.to_vec(),
        entries: [by_side(0), by_side(1)],
        blur,
        clears_range,
        closes_pooled,
        fade,
        fade_after,
        follows_open_interest,
        unit_is_usd,
    };
    let bars = RivalBars {
        low: read("low", &low)?,
        high: read("high", &high)?,
        close: read("close", &close)?,
        mark_low: read("mark_low", &mark_low)?,
        mark_high: read("mark_high", &mark_high)?,
        opened: read("opened", &opened)?,
        closed: read("closed", &closed)?,
        change: read("change", &change)?,
        refill: read("refill", &refill)?,
    };
    let looks = read("looks", &looks)?;
    let n_window = usize::try_from(n_window)
        .ok()
        .filter(|&window| window <= 1 << 20)
        .ok_or_else(|| CoreError::new("n_window", "must be from 0 to 1048576", n_window))?;
    let swept_usd = write("swept_usd", &mut swept_usd)?;
    let columns = write("columns", &mut columns)?;
    py.detach(|| run_rival(&rules, &bars, bucket_ratio, idle.into(), looks, n_window, swept_usd, columns))?;
    Ok(())
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_rival_map, module)?)
}
