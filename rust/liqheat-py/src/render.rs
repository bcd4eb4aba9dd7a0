//! Grids, columns, bytes and profiles: `liqheat_core::{render, quantise, aggregate}`.

use liqheat_core::book::ScaleEvent;
use liqheat_core::render::{BarRanges, BookRecord, Recording, View};
use liqheat_core::{CoreResult, aggregate, buckets, quantise, render};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn, PyReadwriteArrayDyn};
use pyo3::prelude::*;

use crate::arrays::{Floats, FloatsOut, Integers, borrow};
use crate::book::distance_tiers;
use crate::error::BindingResult;

/// One book's record as Python hands it over: tiers, its weight, then the recorded arrays.
#[derive(FromPyObject)]
struct BookArrays<'py> {
    shifts: Integers<'py>,
    weights: Floats<'py>,
    hazards: Floats<'py>,
    weight: f64,
    opened: Floats<'py>,
    survival: Floats<'py>,
    event_bars: Integers<'py>,
    event_slots: Integers<'py>,
    event_factors: Floats<'py>,
}

/// The bars and the books of one contract, borrowed.
#[derive(FromPyObject)]
struct ReplayArrays<'py> {
    low: Floats<'py>,
    high: Floats<'py>,
    mark_low: Floats<'py>,
    mark_high: Floats<'py>,
    bucket_ratio: f64,
    unit_is_usd: bool,
    books: Vec<BookArrays<'py>>,
}

/// What to draw; see `liqheat_core::render::View`.
#[derive(FromPyObject)]
struct ViewArguments<'py> {
    selected: PyReadonlyArrayDyn<'py, bool>,
    first_bar: usize,
    end_bar: usize,
    bars_per_column: usize,
    cohort_bars: Option<usize>,
    price_edges: Floats<'py>,
}

impl BookArrays<'_> {
    fn scale_events(&self) -> CoreResult<Vec<ScaleEvent>> {
        let Self { event_bars, event_slots, event_factors, .. } = self;
        borrow!(event_bars, event_slots, event_factors);
        let events = event_bars.iter().zip(event_slots).zip(event_factors);
        Ok(events.map(|((&bar, &slot), &factor)| ScaleEvent { bar, slot: slot as usize, factor }).collect())
    }
}

/// Borrow everything and hand it to `draw` without the GIL.
fn with_view<T: Send>(
    py: Python<'_>,
    replay: &ReplayArrays<'_>,
    view: &ViewArguments<'_>,
    draw: impl Send + FnOnce(&Recording<'_>, &View<'_>) -> CoreResult<T>,
) -> BindingResult<T> {
    let ReplayArrays { low, high, mark_low, mark_high, books, .. } = replay;
    borrow!(low, high, mark_low, mark_high);
    // Owned first, so that the records below can borrow from them.
    let mut owned = Vec::with_capacity(books.len());
    for book in books {
        owned.push((distance_tiers(&book.shifts, &book.weights, &book.hazards)?, book.scale_events()?));
    }
    let mut records = Vec::with_capacity(books.len());
    for (book, (tiers, scale_events)) in books.iter().zip(&owned) {
        let BookArrays { opened, survival, .. } = book;
        borrow!(opened, survival);
        records.push(BookRecord { tiers, weight: book.weight, opened, survival, scale_events });
    }
    let ViewArguments { selected, price_edges, .. } = view;
    borrow!(selected, price_edges);
    let view = View {
        selected,
        first_bar: view.first_bar,
        end_bar: view.end_bar,
        bars_per_column: view.bars_per_column,
        cohort_bars: view.cohort_bars,
        price_edges,
        unit_is_usd: replay.unit_is_usd,
    };
    let (bars, ratio) = (BarRanges { low, high, mark_low, mark_high }, replay.bucket_ratio);
    Ok(py.detach(|| draw(&Recording::new(bars, ratio, &records)?, &view))?)
}

#[pyfunction]
fn render_grid(
    py: Python<'_>,
    replay: ReplayArrays<'_>,
    view: ViewArguments<'_>,
    n_threads: usize,
    mut out: PyReadwriteArrayDyn<'_, f32>,
) -> BindingResult<f32> {
    borrow!(mut out);
    with_view(py, &replay, &view, |recording, view| render::render_grid(recording, view, n_threads, out))
}

#[pyfunction]
fn render_column(
    py: Python<'_>,
    replay: ReplayArrays<'_>,
    view: ViewArguments<'_>,
    bar: usize,
    mut out: FloatsOut<'_>,
) -> BindingResult<()> {
    borrow!(mut out);
    with_view(py, &replay, &view, |recording, view| render::render_column(recording, view, bar, out))
}

#[pyfunction]
fn quantise_log(
    py: Python<'_>,
    values: PyReadonlyArrayDyn<'_, f32>,
    maximum: f32,
    n_threads: usize,
    mut levels: PyReadwriteArrayDyn<'_, u8>,
) -> BindingResult<()> {
    borrow!(values);
    borrow!(mut levels);
    Ok(py.detach(|| quantise::quantise_log(values, maximum, n_threads, levels))?)
}

#[pyfunction]
fn quantise_thresholds(py: Python<'_>) -> Bound<'_, PyArray1<f64>> {
    quantise::relative_thresholds().to_vec().into_pyarray(py)
}

#[pyfunction]
fn aggregate_liquidations(
    py: Python<'_>,
    prices: Floats<'_>,
    notional_usd: Floats<'_>,
    price_edges: Floats<'_>,
    mut out: FloatsOut<'_>,
) -> BindingResult<()> {
    borrow!(prices, notional_usd, price_edges);
    borrow!(mut out);
    Ok(py.detach(|| aggregate::aggregate_liquidations(prices, notional_usd, price_edges, out))?)
}

/// Global index of the first bucket and all edges of the grid that covers `low..high` and `margin` buckets more.
#[pyfunction]
fn price_grid(
    py: Python<'_>,
    bucket_ratio: f64,
    low: f64,
    high: f64,
    margin: i64,
) -> BindingResult<(i64, Bound<'_, PyArray1<f64>>)> {
    let grid = buckets::PriceGrid::covering(bucket_ratio, low, high, margin)?;
    Ok((grid.first(), grid.edges().to_vec().into_pyarray(py)))
}

/// Add the functions to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(render_grid, module)?)?;
    module.add_function(wrap_pyfunction!(render_column, module)?)?;
    module.add_function(wrap_pyfunction!(quantise_log, module)?)?;
    module.add_function(wrap_pyfunction!(quantise_thresholds, module)?)?;
    module.add_function(wrap_pyfunction!(aggregate_liquidations, module)?)?;
    module.add_function(wrap_pyfunction!(price_grid, module)?)
}
