//! The one place where a core error becomes a Python exception.

use liqheat_core::CoreError;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// `Result` of a binding function: `?` works on core errors and on Python errors alike.
pub type BindingResult<T> = Result<T, BindingError>;

/// Either kind of failure that a binding function meets.
pub enum BindingError {
    /// A rule of the core was broken.
    Core(CoreError),
    /// Python itself failed.
    Python(PyErr),
}

impl From<CoreError> for BindingError {
    fn from(error: CoreError) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for BindingError {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<BindingError> for PyErr {
    fn from(error: BindingError) -> Self {
        match error {
            BindingError::Python(error) => error,
            BindingError::Core(error) => Python::attach(|py| to_input_error(py, error)),
        }
    }
}

fn to_input_error(py: Python<'_>, error: CoreError) -> PyErr {
    let class = py
        .import("liqheat.errors")
        .and_then(|module| module.getattr("InputError"))
        .and_then(|class| class.cast_into::<PyType>().map_err(PyErr::from));
    match class {
        Ok(class) => PyErr::from_type(class, (error.argument, error.rule, error.value)),
        Err(import_error) => import_error,
    }
}
