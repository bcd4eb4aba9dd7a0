//! Liquidation and bankruptcy prices, with and without a margin table.

use std::borrow::Cow;

use liqheat_core::CoreError;
use liqheat_core::margin::{MarginTable, MarginTier, TierUnit, tiered_liquidation_price_columns};
use liqheat_core::price::{
    ContractKind, MaintenanceColumns, PositionColumns, bankruptcy_price_columns, liquidation_price_columns,
    liquidation_price_grid,
};
use numpy::{Element, IntoPyArray, PyArray1, PyReadonlyArray1, PyReadwriteArray3, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::error::BindingResult;

type Prices<'py> = Bound<'py, PyArray1<f64>>;
type Codes<'py> = Bound<'py, PyArray1<u8>>;
type TierIndices<'py> = Bound<'py, PyArray1<i64>>;

/// Borrow a contiguous array, copy a strided one once.
fn values<'a, T: Element + Copy>(array: &'a PyReadonlyArray1<'_, T>) -> Cow<'a, [T]> {
    match array.as_slice() {
        Ok(slice) => Cow::Borrowed(slice),
        Err(_) => Cow::Owned(array.as_array().to_vec()),
    }
}

/// Number of positions: the length of the columns that hold more, or fewer, than one value.
fn common_length(lengths: &[usize]) -> usize {
    lengths.iter().copied().find(|length| *length != 1).unwrap_or(1)
}

fn contract_kind(name: &str) -> BindingResult<ContractKind> {
    match name {
        "linear" => Ok(ContractKind::Linear),
        "inverse" => Ok(ContractKind::Inverse),
        other => Err(CoreError::new("contract_kind", "must be 'linear' or 'inverse'", other).into()),
    }
}

/// Prices and status codes (0 liquidatable, 1 never, 2 at open); every column has one value, or as many as the others.
#[pyfunction]
fn liquidation_price_of<'py>(
    py: Python<'py>,
    position_side: PyReadonlyArray1<'py, i8>,
    entry_price: PyReadonlyArray1<'py, f64>,
    quantity: PyReadonlyArray1<'py, f64>,
    margin: PyReadonlyArray1<'py, f64>,
    maintenance_margin_rate: PyReadonlyArray1<'py, f64>,
    maintenance_amount: PyReadonlyArray1<'py, f64>,
    closing_fee_rate: PyReadonlyArray1<'py, f64>,
    kind: &str,
) -> BindingResult<(Prices<'py>, Codes<'py>)> {
    let kind = contract_kind(kind)?;
    let (side, entry_price, quantity, margin) =
        (values(&position_side), values(&entry_price), values(&quantity), values(&margin));
    let (margin_rate, amount, fee) =
        (values(&maintenance_margin_rate), values(&maintenance_amount), values(&closing_fee_rate));
    let n = common_length(&[
        side.len(),
        entry_price.len(),
        quantity.len(),
        margin.len(),
        margin_rate.len(),
        amount.len(),
        fee.len(),
    ]);
    let mut prices = vec![0.0; n];
    let mut codes = vec![0_u8; n];
    let positions =
        PositionColumns { kind, side: &side, entry_price: &entry_price, quantity: &quantity, margin: &margin };
    let maintenance = MaintenanceColumns { margin_rate: &margin_rate, amount: &amount, closing_fee_rate: &fee };
    py.detach(|| liquidation_price_columns(&positions, &maintenance, &mut prices, &mut codes))?;
    Ok((prices.into_pyarray(py), codes.into_pyarray(py)))
}

/// Bankruptcy prices; every column has one value, or as many as the others.
#[pyfunction]
fn bankruptcy_price_of<'py>(
    py: Python<'py>,
    position_side: PyReadonlyArray1<'py, i8>,
    entry_price: PyReadonlyArray1<'py, f64>,
    quantity: PyReadonlyArray1<'py, f64>,
    margin: PyReadonlyArray1<'py, f64>,
    kind: &str,
) -> BindingResult<Prices<'py>> {
    let kind = contract_kind(kind)?;
    let (side, entry_price, quantity, margin) =
        (values(&position_side), values(&entry_price), values(&quantity), values(&margin));
    let n = common_length(&[side.len(), entry_price.len(), quantity.len(), margin.len()]);
    let mut prices = vec![0.0; n];
    let positions =
        PositionColumns { kind, side: &side, entry_price: &entry_price, quantity: &quantity, margin: &margin };
    py.detach(|| bankruptcy_price_columns(&positions, &mut prices))?;
    Ok(prices.into_pyarray(py))
}

/// Fill `out` (entries, 2, leverages) with isolated first-tier liquidation prices.
#[pyfunction]
fn liquidation_price_grid_into<'py>(
    py: Python<'py>,
    entry_prices: PyReadonlyArray1<'py, f64>,
    leverages: PyReadonlyArray1<'py, f64>,
    maintenance_margin_rate: PyReadonlyArray1<'py, f64>,
    closing_fee_rate: f64,
    kind: &str,
    mut out: PyReadwriteArray3<'py, f64>,
) -> BindingResult<()> {
    let kind = contract_kind(kind)?;
    let (entries, leverages, rates) = (values(&entry_prices), values(&leverages), values(&maintenance_margin_rate));
    let shape = out.shape().to_vec();
    if shape != [entries.len(), 2, leverages.len()] {
        return Err(CoreError::new("out", "must have shape (entries, 2, leverages)", format!("{shape:?}")).into());
    }
    // `as_slice_mut` alone would take a Fortran-ordered array too, and fill it in the wrong order.
    if !out.is_c_contiguous() {
        let found = format!("strides {:?}", out.strides());
        return Err(CoreError::new("out", "must be C-contiguous", found).into());
    }
    let cells = out.as_slice_mut().map_err(PyErr::from)?;
    py.detach(|| liquidation_price_grid(&entries, &leverages, &rates, closing_fee_rate, kind, cells))?;
    Ok(())
}

/// Prices, status codes and deciding tiers (-1: none) under one margin table.
///
/// `contract_size` is given where the table counts contracts, and None where it counts value in settle currency.
#[pyfunction]
fn tiered_liquidation_price_of<'py>(
    py: Python<'py>,
    position_side: PyReadonlyArray1<'py, i8>,
    entry_price: PyReadonlyArray1<'py, f64>,
    quantity: PyReadonlyArray1<'py, f64>,
    margin: PyReadonlyArray1<'py, f64>,
    closing_fee_rate: f64,
    tier_caps: PyReadonlyArray1<'py, f64>,
    tier_rates: PyReadonlyArray1<'py, f64>,
    tier_amounts: PyReadonlyArray1<'py, f64>,
    contract_size: Option<f64>,
    kind: &str,
) -> BindingResult<(Prices<'py>, Codes<'py>, TierIndices<'py>)> {
    let kind = contract_kind(kind)?;
    let table = margin_table(&values(&tier_caps), &values(&tier_rates), &values(&tier_amounts), contract_size)?;
    let (side, entry_price, quantity, margin) =
        (values(&position_side), values(&entry_price), values(&quantity), values(&margin));
    let positions =
        PositionColumns { kind, side: &side, entry_price: &entry_price, quantity: &quantity, margin: &margin };
    let n = common_length(&[side.len(), entry_price.len(), quantity.len(), margin.len()]);
    let mut prices = vec![0.0; n];
    let mut codes = vec![0_u8; n];
    let mut tiers = vec![0_i64; n];
    py.detach(|| {
        tiered_liquidation_price_columns(&positions, &table, closing_fee_rate, &mut prices, &mut codes, &mut tiers)
    })?;
    Ok((prices.into_pyarray(py), codes.into_pyarray(py), tiers.into_pyarray(py)))
}

fn margin_table(
    caps: &[f64],
    rates: &[f64],
    amounts: &[f64],
    contract_size: Option<f64>,
) -> BindingResult<MarginTable> {
    if rates.len() != caps.len() || amounts.len() != caps.len() {
        return Err(CoreError::new("tiers", "must have as many rates and amounts as caps", rates.len()).into());
    }
    let mut floor = 0.0;
    let mut tiers = Vec::with_capacity(caps.len());
    for ((&cap, &maintenance_margin_rate), &maintenance_amount) in caps.iter().zip(rates).zip(amounts) {
        tiers.push(MarginTier { floor, cap, maintenance_margin_rate, maintenance_amount });
        floor = cap;
    }
    let unit = contract_size.map_or(TierUnit::Value, TierUnit::Contracts);
    Ok(MarginTable::new(tiers, unit)?)
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(liquidation_price_of, module)?)?;
    module.add_function(wrap_pyfunction!(bankruptcy_price_of, module)?)?;
    module.add_function(wrap_pyfunction!(liquidation_price_grid_into, module)?)?;
    module.add_function(wrap_pyfunction!(tiered_liquidation_price_of, module)?)
}
