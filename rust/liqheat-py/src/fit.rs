//! Bindings of `liqheat_core::fit`.

use liqheat_core::fit;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

use crate::arrays::{Floats, borrow};
use crate::error::BindingResult;

#[pyfunction]
#[pyo3(signature = (y, features, start, prior, strength, n_iterations))]
fn fit_mixture<'py>(
    py: Python<'py>,
    y: Floats<'py>,
    features: Floats<'py>,
    start: Floats<'py>,
    prior: Floats<'py>,
    strength: Floats<'py>,
    n_iterations: u32,
) -> BindingResult<Bound<'py, PyArray1<f64>>> {
    borrow!(y, features, start, prior, strength);
    let weights = py.detach(|| fit::fit_mixture(y, features, start, prior, strength, n_iterations))?;
    Ok(weights.into_pyarray(py))
}

#[pyfunction]
#[pyo3(signature = (values, window))]
fn trailing_minimum<'py>(
    py: Python<'py>,
    values: Floats<'py>,
    window: usize,
) -> BindingResult<Bound<'py, PyArray1<f64>>> {
    borrow!(values);
    Ok(py.detach(|| fit::trailing_minimum(values, window))?.into_pyarray(py))
}

/// Add the functions to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(fit_mixture, module)?)?;
    module.add_function(wrap_pyfunction!(trailing_minimum, module)?)?;
    Ok(())
}
