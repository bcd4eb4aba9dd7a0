//! `liqheat._core.simulate_market`: the simulated perpetual market as dictionaries of arrays.

use liqheat_core::simulator::{
    BUCKET_LOG_WIDTH, Bars, LEVERAGES, LOTS_PER_COIN, Liquidations, Simulation, SimulatorParameters, Totals, Truth,
    simulate,
};
use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::BindingResult;

type Dict<'py> = Bound<'py, PyDict>;

/// Simulate a market: `(bars, liquidations, truth, totals)`, each a dictionary of arrays or numbers.
#[pyfunction]
#[pyo3(signature = (
    *, seed, days, warm_up_days, interval_ms, start_ms, initial_price, positions, open_interest_usd,
    daily_volatility, trend_per_day, jumps_per_day, depth_usd, record_truth,
))]
fn simulate_market(
    py: Python<'_>,
    seed: u64,
    days: u32,
    warm_up_days: u32,
    interval_ms: i64,
    start_ms: i64,
    initial_price: f64,
    positions: u32,
    open_interest_usd: f64,
    daily_volatility: f64,
    trend_per_day: f64,
    jumps_per_day: f64,
    depth_usd: f64,
    record_truth: bool,
) -> BindingResult<(Dict<'_>, Dict<'_>, Dict<'_>, Dict<'_>)> {
    let parameters = SimulatorParameters {
        seed,
        days,
        warm_up_days,
        interval_ms,
        start_ms,
        initial_price,
        positions,
        open_interest_usd,
        daily_volatility,
        trend_per_day,
        jumps_per_day,
        depth_usd,
        record_truth,
    };
    let Simulation { bars, liquidations, totals, truth } = py.detach(|| simulate(&parameters))?;
    Ok((bars_dict(py, bars)?, liquidations_dict(py, liquidations)?, truth_dict(py, truth)?, totals_dict(py, totals)?))
}

fn bars_dict(py: Python<'_>, bars: Bars) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    dict.set_item("open_time_ms", bars.open_time_ms.into_pyarray(py))?;
    for (name, column) in [
        ("open", bars.open),
        ("high", bars.high),
        ("low", bars.low),
        ("close", bars.close),
        ("volume", bars.volume),
        ("taker_buy_volume", bars.taker_buy_volume),
        ("mark_low", bars.mark_low),
        ("mark_high", bars.mark_high),
        ("open_interest", bars.open_interest),
        ("account_long_short_ratio", bars.account_long_short_ratio),
        ("depth_usd", bars.depth_usd),
    ] {
        dict.set_item(name, column.into_pyarray(py))?;
    }
    Ok(dict)
}

fn liquidations_dict(py: Python<'_>, events: Liquidations) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    dict.set_item("time_ms", events.time_ms.into_pyarray(py))?;
    dict.set_item("position_side", events.position_side.into_pyarray(py))?;
    for (name, column) in [
        ("quantity", events.quantity),
        ("price", events.price),
        ("bankruptcy_price", events.bankruptcy_price),
        ("mark_price", events.mark_price),
    ] {
        dict.set_item(name, column.into_pyarray(py))?;
    }
    Ok(dict)
}

fn truth_dict(py: Python<'_>, truth: Truth) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    let n_snapshots = truth.time_ms.len();
    let n_buckets = truth.price_edges.len() - 1;
    dict.set_item("bucket_log_width", BUCKET_LOG_WIDTH)?;
    dict.set_item("leverages", LEVERAGES.to_vec().into_pyarray(py))?;
    dict.set_item("time_ms", truth.time_ms.into_pyarray(py))?;
    for (name, map) in [("long_quantity", truth.long_quantity), ("short_quantity", truth.short_quantity)] {
        dict.set_item(name, map.into_pyarray(py).reshape([n_snapshots, n_buckets])?)?;
    }
    let stock = truth.leverage_stock.into_pyarray(py);
    dict.set_item("leverage_stock", stock.reshape([n_snapshots, LEVERAGES.len()])?)?;
    for (name, column) in [
        ("mark_price", truth.mark_price),
        ("price_edges", truth.price_edges),
        ("long_total", truth.long_total),
        ("short_total", truth.short_total),
        ("event_liquidation_price", truth.event_liquidation_price),
        ("event_leverage", truth.event_leverage),
    ] {
        dict.set_item(name, column.into_pyarray(py))?;
    }
    Ok(dict)
}

fn totals_dict(py: Python<'_>, totals: Totals) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    dict.set_item("lots_per_coin", LOTS_PER_COIN)?;
    dict.set_item("long_lots", totals.long_lots.into_pyarray(py))?;
    dict.set_item("short_lots", totals.short_lots.into_pyarray(py))?;
    for (name, value) in [
        ("opened_usd", totals.opened_usd),
        ("closed_usd", totals.closed_usd),
        ("stopped_usd", totals.stopped_usd),
        ("taken_profit_usd", totals.taken_profit_usd),
        ("topped_up_usd", totals.topped_up_usd),
        ("liquidated_usd", totals.liquidated_usd),
        ("shortfall_usd", totals.shortfall_usd),
    ] {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

/// Add this file's functions to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(simulate_market, module)?)
}
