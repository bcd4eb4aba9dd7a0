//! `PositionBook`: the running book of `liqheat_core::book`.

use liqheat_core::book::{Bar, BarColumns, BarFlows, Book, RunRecord};
use liqheat_core::tiers::DistanceTiers;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArrayDyn, PyReadwriteArrayDyn};
use pyo3::prelude::*;

use crate::arrays::{read, write};
use crate::error::BindingResult;

/// Swept, opened and closed units: long then short each.
type Flows = (f64, f64, f64, f64, f64, f64);
/// Global bucket of the first row; standing units, rows of entry buckets by slots.
type Standing<'py> = (i64, Bound<'py, PyArray1<f64>>);
/// Bar, slot and factor of each scaling.
type Events<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<f64>>);

fn as_tuple(flows: BarFlows) -> Flows {
    let BarFlows { swept, opened, closed } = flows;
    (swept[0], swept[1], opened[0], opened[1], closed[0], closed[1])
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
        shifts: PyReadonlyArrayDyn<'_, i64>,
        weights: PyReadonlyArrayDyn<'_, f64>,
        hazards: PyReadonlyArrayDyn<'_, f64>,
        kappa: f64,
        bucket_ratio: f64,
        unit_is_usd: bool,
        low: f64,
        high: f64,
    ) -> BindingResult<Self> {
        let tiers = DistanceTiers::new(
            read("shifts", &shifts)?.to_vec(),
            read("weights", &weights)?.to_vec(),
            read("hazards", &hazards)?.to_vec(),
        )?;
        let n_slots = 2 * tiers.n_tiers();
        let book = Book::new(tiers, kappa, bucket_ratio, unit_is_usd, low, high)?;
        Ok(Self { book, swept_usd: vec![0.0; n_slots] })
    }

    #[pyo3(signature = (low, high, mark_low, mark_high, volume, open_interest, swept_usd, opened, closed, inert, survival=None))]
    fn run(
        &mut self,
        py: Python<'_>,
        low: PyReadonlyArrayDyn<'_, f64>,
        high: PyReadonlyArrayDyn<'_, f64>,
        mark_low: PyReadonlyArrayDyn<'_, f64>,
        mark_high: PyReadonlyArrayDyn<'_, f64>,
        volume: PyReadonlyArrayDyn<'_, f64>,
        open_interest: PyReadonlyArrayDyn<'_, f64>,
        mut swept_usd: PyReadwriteArrayDyn<'_, f64>,
        mut opened: PyReadwriteArrayDyn<'_, f64>,
        mut closed: PyReadwriteArrayDyn<'_, f64>,
        mut inert: PyReadwriteArrayDyn<'_, f64>,
        mut survival: Option<PyReadwriteArrayDyn<'_, f64>>,
    ) -> BindingResult<()> {
        let bars = BarColumns {
            low: read("low", &low)?,
            high: read("high", &high)?,
            mark_low: read("mark_low", &mark_low)?,
            mark_high: read("mark_high", &mark_high)?,
            volume: read("volume", &volume)?,
            open_interest: read("open_interest", &open_interest)?,
        };
        let mut record = RunRecord {
            swept_usd: write("swept_usd", &mut swept_usd)?,
            opened: write("opened", &mut opened)?,
            closed: write("closed", &mut closed)?,
            inert: write("inert", &mut inert)?,
            survival: survival.as_mut().map(|array| write("survival", array)).transpose()?,
        };
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

    fn scale_events<'py>(&self, py: Python<'py>) -> Events<'py> {
        let events = self.book.scale_events();
        (
            events.iter().map(|event| event.bar).collect::<Vec<_>>().into_pyarray(py),
            events.iter().map(|event| event.slot as i64).collect::<Vec<_>>().into_pyarray(py),
            events.iter().map(|event| event.factor).collect::<Vec<_>>().into_pyarray(py),
        )
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PositionBook>()
}
