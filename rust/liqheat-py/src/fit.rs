//! Bindings of `liqheat_core::fit`.

use liqheat_core::fit;
use numpy::{PyArray1, PyReadonlyArrayDyn, ToPyArray};
use pyo3::prelude::*;

use crate::arrays::read;
use crate::error::BindingResult;

#[pyfunction]
#[pyo3(signature = (y, features, start, prior, strength, n_iterations))]
fn fit_mixture<'py>(
    py: Python<'py>,
    y: PyReadonlyArrayDyn<'py, f64>,
    features: PyReadonlyArrayDyn<'py, f64>,
    start: PyReadonlyArrayDyn<'py, f64>,
    prior: PyReadonlyArrayDyn<'py, f64>,
    strength: PyReadonlyArrayDyn<'py, f64>,
    n_iterations: u32,
) -> BindingResult<Bound<'py, PyArray1<f64>>> {
    let (y, features) = (read("y", &y)?, read("features", &features)?);
    let (start, prior, strength) = (read("start", &start)?, read("prior", &prior)?, read("strength", &strength)?);
    let weights = py.detach(|| fit::fit_mixture(y, features, start, prior, strength, n_iterations))?;
    Ok(weights.to_pyarray(py))
}

#[pyfunction]
#[pyo3(signature = (values, window))]
fn trailing_minimum<'py>(
    py: Python<'py>,
    values: PyReadonlyArrayDyn<'py, f64>,
    window: usize,
) -> BindingResult<Bound<'py, PyArray1<f64>>> {
    let values = read("values", &values)?;
    Ok(py.detach(|| fit::trailing_minimum(values, window))?.to_pyarray(py))
}

/// Add the functions to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fit_mixture, module)?)?;
    module.add_function(wrap_pyfunction!(trailing_minimum, module)?)?;
    Ok(())
}
