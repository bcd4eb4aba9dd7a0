//! Grids, columns, bytes and profiles: `liqheat_core::{render, quantise, aggregate}`.

use liqheat_core::book::ScaleEvent;
use liqheat_core::render::{BarRanges, BookRecord, Recording, View};
use liqheat_core::tiers::DistanceTiers;
use liqheat_core::{CoreResult, aggregate, buckets, quantise, render};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn, PyReadwriteArrayDyn};
use pyo3::prelude::*;

use crate::arrays::{read, write};
use crate::error::BindingResult;

type Floats<'py> = PyReadonlyArrayDyn<'py, f64>;

/// One book's record as Python hands it over: tiers, its weight, then the recorded arrays.
#[derive(FromPyObject)]
struct BookArrays<'py> {
    shifts: PyReadonlyArrayDyn<'py, i64>,
    weights: Floats<'py>,
    hazards: Floats<'py>,
    weight: f64,
    opened: Floats<'py>,
    survival: Floats<'py>,
    event_bars: PyReadonlyArrayDyn<'py, i64>,
    event_slots: PyReadonlyArrayDyn<'py, i64>,
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

/// Borrow everything and hand it to `draw` without the GIL.
fn with_view<T: Send>(
    py: Python<'_>,
    replay: &ReplayArrays<'_>,
    view: &ViewArguments<'_>,
    draw: impl Send + FnOnce(&Recording<'_>, &View<'_>) -> CoreResult<T>,
) -> BindingResult<T> {
    let bars = BarRanges {
        low: read("low", &replay.low)?,
        high: read("high", &replay.high)?,
        mark_low: read("mark_low", &replay.mark_low)?,
        mark_high: read("mark_high", &replay.mark_high)?,
    };
    let mut tiers = Vec::new();
    let mut events = Vec::new();
    for book in &replay.books {
        tiers.push(DistanceTiers::new(
            read("shifts", &book.shifts)?.to_vec(),
            read("weights", &book.weights)?.to_vec(),
            read("hazards", &book.hazards)?.to_vec(),
        )?);
        let bars = read("event_bars", &book.event_bars)?;
        let slots = read("event_slots", &book.event_slots)?;
        let factors = read("event_factors", &book.event_factors)?;
        let book_events = bars.iter().zip(slots).zip(factors);
        events.push(
            book_events
                .map(|((&bar, &slot), &factor)| ScaleEvent { bar, slot: slot as usize, factor })
                .collect::<Vec<_>>(),
        );
    }
    let mut books = Vec::new();
    for ((book, tiers), events) in replay.books.iter().zip(&tiers).zip(&events) {
        books.push(BookRecord {
            tiers,
            weight: book.weight,
            opened: read("opened", &book.opened)?,
            survival: read("survival", &book.survival)?,
            scale_events: events,
        });
    }
    let view = View {
        selected: read("selected", &view.selected)?,
        first_bar: view.first_bar,
        end_bar: view.end_bar,
        bars_per_column: view.bars_per_column,
        cohort_bars: view.cohort_bars,
        price_edges: read("price_edges", &view.price_edges)?,
        unit_is_usd: replay.unit_is_usd,
    };
    let ratio = replay.bucket_ratio;
    Ok(py.detach(|| draw(&Recording::new(bars, ratio, &books)?, &view))?)
}

#[pyfunction]
fn render_grid(
    py: Python<'_>,
    replay: ReplayArrays<'_>,
    view: ViewArguments<'_>,
    n_threads: usize,
    mut out: PyReadwriteArrayDyn<'_, f32>,
) -> BindingResult<f32> {
    let out = write("out", &mut out)?;
    with_view(py, &replay, &view, |recording, view| render::render_grid(recording, view, n_threads, out))
}

#[pyfunction]
fn render_column(
    py: Python<'_>,
    replay: ReplayArrays<'_>,
    view: ViewArguments<'_>,
    bar: usize,
    mut out: PyReadwriteArrayDyn<'_, f64>,
) -> BindingResult<()> {
    let out = write("out", &mut out)?;
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
    let (values, levels) = (read("values", &values)?, write("levels", &mut levels)?);
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
    mut out: PyReadwriteArrayDyn<'_, f64>,
) -> BindingResult<()> {
    let (prices, notional_usd) = (read("prices", &prices)?, read("notional_usd", &notional_usd)?);
    let (edges, out) = (read("price_edges", &price_edges)?, write("out", &mut out)?);
    Ok(py.detach(|| aggregate::aggregate_liquidations(prices, notional_usd, edges, out))?)
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

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(render_grid, module)?)?;
    module.add_function(wrap_pyfunction!(render_column, module)?)?;
    module.add_function(wrap_pyfunction!(quantise_log, module)?)?;
    module.add_function(wrap_pyfunction!(quantise_thresholds, module)?)?;
    module.add_function(wrap_pyfunction!(aggregate_liquidations, module)?)?;
    module.add_function(wrap_pyfunction!(price_grid, module)?)
}
