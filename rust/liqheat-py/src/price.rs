//! Liquidation and bankruptcy prices, with and without a margin table.

use liqheat_core::CoreError;
use liqheat_core::margin::{MarginTable, TierUnit, VenueColumns, VenueRule, venue_liquidation_price_columns};
use liqheat_core::price::{
    ContractKind, MaintenanceColumns, PositionColumns, common_length, liquidation_price_columns, liquidation_price_grid,
};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadwriteArray3, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::arrays::borrow;
use crate::error::BindingResult;

type Column<'py, T> = PyReadonlyArray1<'py, T>;
type Prices<'py> = Bound<'py, PyArray1<f64>>;
type Codes<'py> = Bound<'py, PyArray1<u8>>;

fn contract_kind(name: &str) -> BindingResult<ContractKind> {
    match name {
        "linear" => Ok(ContractKind::Linear),
        "inverse" => Ok(ContractKind::Inverse),
        other => Err(CoreError::new("contract_kind", "must be 'linear' or 'inverse'", other).into()),
    }
}

/// Prices, status codes (0 liquidatable, 1 never, 2 at open, 3 refused) and how many were refused; every column has one
/// value, or as many as the others.
#[pyfunction]
fn liquidation_price_of<'py>(
    py: Python<'py>,
    position_side: Column<'py, i8>,
    entry_price: Column<'py, f64>,
    quantity: Column<'py, f64>,
    margin: Column<'py, f64>,
    maintenance_margin_rate: Column<'py, f64>,
    maintenance_amount: Column<'py, f64>,
    closing_fee_rate: Column<'py, f64>,
    kind: &str,
) -> BindingResult<(Prices<'py>, Codes<'py>, usize)> {
    let kind = contract_kind(kind)?;
    borrow!(copy position_side, entry_price, quantity, margin);
    borrow!(copy maintenance_margin_rate, maintenance_amount, closing_fee_rate);
    let n = common_length(&[
        position_side.len(),
        entry_price.len(),
        quantity.len(),
        margin.len(),
        maintenance_margin_rate.len(),
        maintenance_amount.len(),
        closing_fee_rate.len(),
    ]);
    let mut prices = vec![0.0; n];
    let mut codes = vec![0_u8; n];
    let positions = PositionColumns { kind, side: position_side, entry_price, quantity, margin };
    let maintenance =
        MaintenanceColumns { margin_rate: maintenance_margin_rate, amount: maintenance_amount, closing_fee_rate };
    let refused = py.detach(|| liquidation_price_columns(&positions, &maintenance, &mut prices, &mut codes))?;
    Ok((prices.into_pyarray(py), codes.into_pyarray(py), refused))
}

/// Fill `out` (entries, 2, leverages) with isolated first-tier liquidation prices; returns whether all entries are valid.
#[pyfunction]
fn liquidation_price_grid_into<'py>(
    py: Python<'py>,
    entry_prices: Column<'py, f64>,
    leverages: Column<'py, f64>,
    maintenance_margin_rate: Column<'py, f64>,
    closing_fee_rate: f64,
    kind: &str,
    mut out: PyReadwriteArray3<'py, f64>,
) -> BindingResult<bool> {
    let kind = contract_kind(kind)?;
    borrow!(copy entry_prices, leverages, maintenance_margin_rate);
    let shape = out.shape().to_vec();
    if shape != [entry_prices.len(), 2, leverages.len()] {
        return Err(CoreError::new("out", "must have shape (entries, 2, leverages)", format!("{shape:?}")).into());
    }
    // `borrow!` would refuse it, too; of three axes it helps to read which is out of order.
    if !out.is_c_contiguous() {
        let found = format!("strides {:?}", out.strides());
        return Err(CoreError::new("out", "must be C-contiguous", found).into());
    }
    borrow!(mut out);
    let rates = maintenance_margin_rate;
    Ok(py.detach(|| liquidation_price_grid(entry_prices, leverages, rates, closing_fee_rate, kind, out))?)
}

/// Prices and status codes (3: refused) of isolated positions under one venue's rule, and how many were refused.
///
/// `tiers` has a row `[cap, maximum leverage, rate, amount]` for each. `contract_size` is given where the table counts
/// contracts, and None where it counts value in settle currency.
#[pyfunction]
fn venue_liquidation_price_of<'py>(
    py: Python<'py>,
    position_side: Column<'py, i8>,
    entry_price: Column<'py, f64>,
    leverage: Column<'py, f64>,
    notional_usd: Column<'py, f64>,
    tiers: PyReadonlyArray2<'py, f64>,
    contract_size: Option<f64>,
    by_coins: bool,
    covers_all_sizes: bool,
    closing_fee_rate: f64,
    kind: &str,
) -> BindingResult<(Prices<'py>, Codes<'py>, usize)> {
    let kind = contract_kind(kind)?;
    if tiers.shape()[1] != 4 {
        return Err(CoreError::new("tiers", "must have 4 columns", tiers.shape()[1]).into());
    }
    borrow!(tiers);
    let unit = contract_size.map_or(TierUnit::Value, TierUnit::Contracts);
    let table = MarginTable::from_rows(tiers.as_chunks().0, unit)?;
    let rule = VenueRule { kind, table, by_coins, covers_all_sizes, closing_fee_rate };
    borrow!(copy position_side, entry_price, leverage, notional_usd);
    let positions = VenueColumns { side: position_side, entry_price, leverage, notional_usd };
    let n = common_length(&[position_side.len(), entry_price.len(), leverage.len(), notional_usd.len()]);
    let (mut prices, mut codes) = (vec![0.0; n], vec![0_u8; n]);
    let refused = py.detach(|| venue_liquidation_price_columns(&positions, &rule, &mut prices, &mut codes))?;
    Ok((prices.into_pyarray(py), codes.into_pyarray(py), refused))
}

/// Add the functions to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(liquidation_price_of, module)?)?;
    module.add_function(wrap_pyfunction!(liquidation_price_grid_into, module)?)?;
    module.add_function(wrap_pyfunction!(venue_liquidation_price_of, module)?)
}
