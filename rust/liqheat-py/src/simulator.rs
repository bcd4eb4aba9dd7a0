//! `liqheat._core.simulate_market`: the simulated perpetual market as dictionaries of arrays.

use liqheat_simulator::{
    BUCKET_LOG_WIDTH, Bars, Disturbances, FEEDS, Funding, LEVEL_DISTANCES_BP, LEVERAGES, LOTS_PER_COIN, Liquidations,
    OrderBook, PublicFeeds, SimulatorParameters, Totals, Truth, simulate,
};
use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::BindingResult;

type Dict<'py> = Bound<'py, PyDict>;

/// Simulate a market: for each venue `(public, hidden)`. `public` maps a feed's name to its columns; `hidden` holds
/// `truth` and `totals`, and is `None` unless the truth is asked for.
#[pyfunction]
#[pyo3(signature = (
    *, seed, days, warm_up_days, interval_ms, start_ms, initial_price, positions, open_interest_usd,
    daily_volatility, trend_per_day, jumps_per_day, depth_usd, venues, insurance_fund_usd, whales_per_day,
    whale_notional_usd, regime_leverage_steps, regime_at, crash_return, crash_at, crash_minutes,
    open_interest_delay_ms, outages_per_day, outage_minutes, record_truth,
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
    venues: u32,
    insurance_fund_usd: f64,
    whales_per_day: f64,
    whale_notional_usd: f64,
    regime_leverage_steps: u32,
    regime_at: f64,
    crash_return: f64,
    crash_at: f64,
    crash_minutes: f64,
    open_interest_delay_ms: i64,
    outages_per_day: f64,
    outage_minutes: f64,
    record_truth: bool,
) -> BindingResult<Vec<(Dict<'_>, Option<Dict<'_>>)>> {
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
        venues,
        insurance_fund_usd,
        whales_per_day,
        whale_notional_usd,
        regime_leverage_steps,
        regime_at,
        crash_return,
        crash_at,
        crash_minutes,
        open_interest_delay_ms,
        outages_per_day,
        outage_minutes,
        record_truth,
    };
    let runs = py.detach(|| simulate(&parameters))?;
    let mut venues = Vec::with_capacity(runs.len());
    for run in runs {
        let hidden = if record_truth {
            let dict = PyDict::new(py);
            dict.set_item("truth", truth_dict(py, run.truth)?)?;
            dict.set_item("totals", totals_dict(py, run.totals)?)?;
            Some(dict)
        } else {
            None
        };
        venues.push((public_dict(py, run.public)?, hidden));
    }
    Ok(venues)
}

fn public_dict(py: Python<'_>, public: PublicFeeds) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    dict.set_item("bars", bars_dict(py, public.bars)?)?;
    dict.set_item("liquidations", liquidations_dict(py, public.liquidations)?)?;
    dict.set_item("funding", funding_dict(py, public.funding)?)?;
    dict.set_item("order_book", order_book_dict(py, public.order_book)?)?;
    dict.set_item("disturbances", disturbances_dict(py, public.disturbances)?)?;
    Ok(dict)
}

fn funding_dict(py: Python<'_>, funding: Funding) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    dict.set_item("time_ms", funding.time_ms.into_pyarray(py))?;
    dict.set_item("rate", funding.rate.into_pyarray(py))?;
    Ok(dict)
}

fn order_book_dict(py: Python<'_>, book: OrderBook) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    let shape = [book.time_ms.len(), LEVEL_DISTANCES_BP.len()];
    dict.set_item("time_ms", book.time_ms.into_pyarray(py))?;
    dict.set_item("distance_bp", LEVEL_DISTANCES_BP.to_vec().into_pyarray(py))?;
    dict.set_item("bid_usd", book.bid_usd.into_pyarray(py).reshape(shape)?)?;
    dict.set_item("ask_usd", book.ask_usd.into_pyarray(py).reshape(shape)?)?;
    Ok(dict)
}

fn disturbances_dict(py: Python<'_>, disturbances: Disturbances) -> PyResult<Dict<'_>> {
    let dict = PyDict::new(py);
    let feeds: Vec<&str> = disturbances.outage_feed.iter().map(|feed| FEEDS[usize::from(*feed)]).collect();
    dict.set_item("open_interest_published_ms", disturbances.open_interest_published_ms.into_pyarray(py))?;
    dict.set_item("outage_feed", feeds)?;
    dict.set_item("outage_start_ms", disturbances.outage_start_ms.into_pyarray(py))?;
    dict.set_item("outage_end_ms", disturbances.outage_end_ms.into_pyarray(py))?;
    Ok(dict)
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
    for (name, column) in [
        ("time_ms", truth.time_ms),
        ("open_positions", truth.open_positions),
        ("adl_time_ms", truth.adl_time_ms),
        ("whale_time_ms", truth.whale_time_ms),
    ] {
        dict.set_item(name, column.into_pyarray(py))?;
    }
    dict.set_item("adl_position_side", truth.adl_position_side.into_pyarray(py))?;
    dict.set_item("whale_position_side", truth.whale_position_side.into_pyarray(py))?;
    for (name, map) in [
        ("long_quantity", truth.long_quantity),
        ("short_quantity", truth.short_quantity),
        ("long_entry_quantity", truth.long_entry_quantity),
        ("short_entry_quantity", truth.short_entry_quantity),
    ] {
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
        ("insurance_fund_usd", truth.insurance_fund_usd),
        ("event_entry_price", truth.event_entry_price),
        ("event_leverage", truth.event_leverage),
        ("adl_quantity", truth.adl_quantity),
        ("adl_price", truth.adl_price),
        ("whale_quantity", truth.whale_quantity),
        ("whale_liquidation_price", truth.whale_liquidation_price),
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
        ("deleveraged_usd", totals.deleveraged_usd),
        ("insurance_fund_usd", totals.insurance_fund_usd),
        ("funding_paid_usd", totals.funding_paid_usd),
    ] {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}

/// Add the function to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(simulate_market, module)?)
}
