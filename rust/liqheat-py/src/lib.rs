//! Extension module `liqheat._core`. Each file binds one part of the core or of the simulator and stays boring: borrow
//! the arrays, release the GIL, call, convert. Rules and loops belong to the crates that it binds.

use pyo3::prelude::*;

mod arrays;
mod book;
mod error;
mod fit;
mod fused;
mod price;
mod render;
mod rivals;
mod simulator;

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("build_profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
    book::register(module)?;
    fit::register(module)?;
    fused::register(module)?;
    price::register(module)?;
    render::register(module)?;
    rivals::register(module)?;
    simulator::register(module)?;
    Ok(())
}
