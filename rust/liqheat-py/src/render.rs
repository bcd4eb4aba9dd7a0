//! Grids, columns, bytes and profiles: `liqheat_core::{render, quantise, aggregate}`.

use liqheat_core::book::ScaleEvent;
use liqheat_core::render::{BarRanges, BookRecord, Placement, Recording, View};
use liqheat_core::{CoreResult, aggregate, buckets, cells, quantise, render};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2, PyReadonlyArrayDyn, PyReadwriteArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::arrays::{Floats, FloatsOut, Integers, borrow};
use crate::book::distance_tiers;
use crate::error::BindingResult;

/// One book as Python hands it over: tiers, how its slots count, then the recorded arrays.
#[derive(FromPyObject)]
struct BookArrays<'py> {
    shifts: Integers<'py>,
    weights: Floats<'py>,
    hazards: Floats<'py>,
    rows: Integers<'py>,
    factors: Floats<'py>,
    opened: Floats<'py>,
    survival: Floats<'py>,
    event_bars: Integers<'py>,
    event_slots: Integers<'py>,
    event_factors: Floats<'py>,
    entry_first: i64,
    cells: Floats<'py>,
}

/// The bars and the books of one contract, borrowed, and where it stands in the sum.
#[derive(FromPyObject)]
struct ContractArrays<'py> {
    low: Floats<'py>,
    high: Floats<'py>,
    mark_low: Floats<'py>,
    mark_high: Floats<'py>,
    bucket_ratio: f64,
    first_bar: i64,
    price_shift: Integers<'py>,
    unit_is_usd: bool,
    books: Vec<BookArrays<'py>>,
}

/// What to draw; see `liqheat_core::render::View`.
#[derive(FromPyObject)]
struct ViewArguments<'py> {
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
    contracts: &[ContractArrays<'_>],
    view: &ViewArguments<'_>,
    draw: impl Send + FnOnce(&[Recording<'_>], &View<'_>) -> CoreResult<T>,
) -> BindingResult<T> {
    // Owned first, so that the records below can borrow from them.
    let mut owned = Vec::new();
    for book in contracts.iter().flat_map(|contract| &contract.books) {
        owned.push((distance_tiers(&book.shifts, &book.weights, &book.hazards)?, book.scale_events()?));
    }
    let (mut owned, mut records) = (owned.iter(), Vec::with_capacity(contracts.len()));
    for contract in contracts {
        let mut of_contract = Vec::with_capacity(contract.books.len());
        for (book, (tiers, scale_events)) in contract.books.iter().zip(owned.by_ref()) {
            let BookArrays { rows, factors, opened, survival, cells, .. } = book;
            borrow!(rows, factors, opened, survival, cells);
            let entry_first = book.entry_first;
            of_contract.push(BookRecord { tiers, rows, factors, opened, survival, scale_events, entry_first, cells });
        }
        records.push(of_contract);
    }
    let mut borrowed = Vec::with_capacity(contracts.len());
    for (contract, records) in contracts.iter().zip(&records) {
        let ContractArrays { low, high, mark_low, mark_high, price_shift, .. } = contract;
        borrow!(low, high, mark_low, mark_high, price_shift);
        let placement = Placement { first_bar: contract.first_bar, price_shift, unit_is_usd: contract.unit_is_usd };
        borrowed.push((BarRanges { low, high, mark_low, mark_high }, contract.bucket_ratio, records, placement));
    }
    let ViewArguments { price_edges, .. } = view;
    borrow!(price_edges);
    let view = View {
        first_bar: view.first_bar,
        end_bar: view.end_bar,
        bars_per_column: view.bars_per_column,
        cohort_bars: view.cohort_bars,
        price_edges,
    };
    Ok(py.detach(|| {
        let recordings = borrowed
            .into_iter()
            .map(|(bars, ratio, records, placement)| Recording::new(bars, ratio, records, placement))
            .collect::<CoreResult<Vec<_>>>()?;
        draw(&recordings, &view)
    })?)
}

#[pyfunction]
fn render_grid(
    py: Python<'_>,
    contracts: Vec<ContractArrays<'_>>,
    view: ViewArguments<'_>,
    n_threads: usize,
    mut out: PyReadwriteArrayDyn<'_, f32>,
) -> BindingResult<f32> {
    borrow!(mut out);
    with_view(py, &contracts, &view, |recordings, view| render::render_grid(recordings, view, n_threads, out))
}

#[pyfunction]
fn render_column(
    py: Python<'_>,
    contracts: Vec<ContractArrays<'_>>,
    view: ViewArguments<'_>,
    mut out: FloatsOut<'_>,
) -> BindingResult<()> {
    borrow!(mut out);
    with_view(py, &contracts, &view, |recordings, view| render::render_column(recordings, view, out))
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

/// The filled cells of a grid (rows, columns) as JSON text.
#[pyfunction]
fn cells_json<'py>(py: Python<'py>, values: PyReadonlyArray2<'_, f32>) -> BindingResult<Bound<'py, PyBytes>> {
    let n_columns = values.shape()[1];
    borrow!(values);
    let text = py.detach(|| cells::cells_json(values, n_columns));
    Ok(PyBytes::new(py, &text))
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
    module.add_function(wrap_pyfunction!(cells_json, module)?)?;
    module.add_function(wrap_pyfunction!(aggregate_liquidations, module)?)?;
    module.add_function(wrap_pyfunction!(price_grid, module)?)
}
