//! `PositionBook`: the running book of `liqheat_core::book`.

use liqheat_core::CoreResult;
use liqheat_core::book::{Bar, BarColumns, BarFlows, Book, BookState, RunRecord, ScaleEvent};
use liqheat_core::tiers::DistanceTiers;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

use crate::arrays::{Floats, FloatsOut, Integers, borrow, write};
use crate::error::BindingResult;

/// Swept, opened and closed units: long then short each.
type Flows = (f64, f64, f64, f64, f64, f64);
/// Global bucket of the first row; units, rows of entry buckets by slots.
type Standing<'py> = (i64, Bound<'py, PyArray1<f64>>);
/// Bar, slot and factor of each scaling.
type Events<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<f64>>);

fn as_tuple(flows: BarFlows) -> Flows {
    let BarFlows { swept, opened, closed } = flows;
    (swept[0], swept[1], opened[0], opened[1], closed[0], closed[1])
}

/// Tiers by slot, from their three arrays.
///
/// # Errors
/// As [`DistanceTiers::new`].
pub fn distance_tiers(shifts: &Integers<'_>, weights: &Floats<'_>, hazards: &Floats<'_>) -> CoreResult<DistanceTiers> {
    borrow!(shifts, weights, hazards);
    DistanceTiers::new(shifts.to_vec(), weights.to_vec(), hazards.to_vec())
}

/// What a book has learnt, as a dict; see [`BookState`].
#[derive(IntoPyObject)]
struct StateOut<'py> {
    grid: (i64, i64),
    entry_first: i64,
    cells: Bound<'py, PyArray1<f64>>,
    survival: Bound<'py, PyArray1<f64>>,
    totals: Bound<'py, PyArray1<f64>>,
    inert: (f64, f64),
    frontier: Bound<'py, PyArray1<i64>>,
    open_interest: Option<f64>,
    n_bars: i64,
    hint: i64,
    events: Events<'py>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct StateIn<'py> {
    grid: (i64, i64),
    entry_first: i64,
    cells: Floats<'py>,
    survival: Floats<'py>,
    totals: Floats<'py>,
    inert: (f64, f64),
    frontier: Integers<'py>,
    open_interest: Option<f64>,
    n_bars: i64,
    hint: i64,
    events: (Integers<'py>, Integers<'py>, Floats<'py>),
}

#[pyclass(module = "liqheat._core")]
struct PositionBook {
    book: Book,
    swept_usd: Vec<f64>,
}

#[pymethods]
impl PositionBook {
    #[new]
    fn new(
        shifts: Integers<'_>,
        weights: Floats<'_>,
        hazards: Floats<'_>,
        kappa: f64,
        bucket_ratio: f64,
        unit_is_usd: bool,
        low: f64,
        high: f64,
    ) -> BindingResult<Self> {
        let tiers = distance_tiers(&shifts, &weights, &hazards)?;
        let n_slots = 2 * tiers.n_tiers();
        let book = Book::new(tiers, kappa, bucket_ratio, unit_is_usd, low, high)?;
        Ok(Self { book, swept_usd: vec![0.0; n_slots] })
    }

    #[pyo3(signature = (low, high, mark_low, mark_high, volume, open_interest, swept_usd, opened, closed, inert, survival=None))]
    fn run(
        &mut self,
        py: Python<'_>,
        low: Floats<'_>,
        high: Floats<'_>,
        mark_low: Floats<'_>,
        mark_high: Floats<'_>,
        volume: Floats<'_>,
        open_interest: Floats<'_>,
        mut swept_usd: FloatsOut<'_>,
        mut opened: FloatsOut<'_>,
        mut closed: FloatsOut<'_>,
        mut inert: FloatsOut<'_>,
        mut survival: Option<FloatsOut<'_>>,
    ) -> BindingResult<()> {
        borrow!(low, high, mark_low, mark_high, volume, open_interest);
        borrow!(mut swept_usd, opened, closed, inert);
        let survival = survival.as_mut().map(|array| write("survival", array)).transpose()?;
        let bars = BarColumns { low, high, mark_low, mark_high, volume, open_interest };
        let mut record = RunRecord { swept_usd, opened, closed, inert, survival };
        Ok(py.detach(|| self.book.run(&bars, &mut record))?)
    }

    fn append(
        &mut self,
        low: f64,
        high: f64,
        mark_low: f64,
        mark_high: f64,
        volume: f64,
        open_interest: f64,
    ) -> BindingResult<Flows> {
        self.swept_usd.fill(0.0);
        let bar = Bar { low, high, mark_low, mark_high, volume, open_interest };
        Ok(as_tuple(self.book.append(&bar, &mut self.swept_usd)?))
    }

    fn preview<'py>(
        &mut self,
        py: Python<'py>,
        low: f64,
        high: f64,
        mark_low: f64,
        mark_high: f64,
        volume: f64,
        open_interest: f64,
    ) -> BindingResult<(Flows, Bound<'py, PyArray1<f64>>, Standing<'py>)> {
        let bar = Bar { low, high, mark_low, mark_high, volume, open_interest };
        let mut swept_usd = vec![0.0; self.swept_usd.len()];
        let (flows, (first, cells)) =
            self.book.preview(&bar, &mut swept_usd, |book, flows| (flows, book.standing_cells()))?;
        Ok((as_tuple(flows), swept_usd.into_pyarray(py), (first, cells.into_pyarray(py))))
    }

    /// Of the last bar that was appended, by slot.
    fn swept_usd<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.swept_usd.clone().into_pyarray(py)
    }

    fn survival<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.book.survival().to_vec().into_pyarray(py)
    }

    fn inert(&self) -> (f64, f64) {
        self.book.inert().into()
    }

    fn n_bars(&self) -> i64 {
        self.book.n_bars()
    }

    fn standing_cells<'py>(&self, py: Python<'py>) -> Standing<'py> {
        let (first, cells) = self.book.standing_cells();
        (first, cells.into_pyarray(py))
    }

    fn recorded_cells<'py>(&self, py: Python<'py>) -> Standing<'py> {
        let (first, cells) = self.book.recorded_cells();
        (first, cells.to_vec().into_pyarray(py))
    }

    fn scale_events<'py>(&self, py: Python<'py>) -> Events<'py> {
        columns_of(py, self.book.scale_events())
    }

    fn state<'py>(&self, py: Python<'py>) -> StateOut<'py> {
        let state = self.book.state();
        StateOut {
            grid: state.grid,
            entry_first: state.entry_first,
            cells: state.cells.into_pyarray(py),
            survival: state.survival.into_pyarray(py),
            totals: state.totals.into_pyarray(py),
            inert: state.inert.into(),
            frontier: state.frontier.into_pyarray(py),
            open_interest: state.open_interest,
            n_bars: state.n_bars,
            hint: state.hint,
            events: columns_of(py, &state.scale_events),
        }
    }

    fn set_state(&mut self, state: StateIn<'_>) -> BindingResult<()> {
        let StateIn { cells, survival, totals, frontier, events: (bars, slots, factors), .. } = state;
        borrow!(cells, survival, totals, frontier, bars, slots, factors);
        let events = bars.iter().zip(slots).zip(factors);
        Ok(self.book.set_state(BookState {
            grid: state.grid,
            entry_first: state.entry_first,
            cells: cells.to_vec(),
            survival: survival.to_vec(),
            totals: totals.to_vec(),
            inert: state.inert.into(),
            frontier: frontier.to_vec(),
            open_interest: state.open_interest,
            n_bars: state.n_bars,
            hint: state.hint,
            scale_events: events
                .map(|((&bar, &slot), &factor)| ScaleEvent { bar, slot: slot as usize, factor })
                .collect(),
        })?)
    }
}

fn columns_of<'py>(py: Python<'py>, events: &[ScaleEvent]) -> Events<'py> {
    (
        events.iter().map(|event| event.bar).collect::<Vec<_>>().into_pyarray(py),
        events.iter().map(|event| event.slot as i64).collect::<Vec<_>>().into_pyarray(py),
        events.iter().map(|event| event.factor).collect::<Vec<_>>().into_pyarray(py),
    )
}

/// Add the class to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PositionBook>()
}
