"""Every public function answers a value of a wrong type with an error of the project: one table of all of them.

Each argument of each function is replaced by values that are wrong for most; a value that fits is no fault.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

import liqheat
from liqheat import book, heatmap, history, margin, setups
from liqheat.heatmap import build_view, quantise_log
from liqheat.records import PARAMETERS
from liqheat.setups import ClusterTracker

RECORDS = {name for name in liqheat.__all__ if isinstance(getattr(liqheat, name), type)} | {"__version__"}
"""Classes: the two that do work stand in the table by what they do."""
ROOMS = (book, heatmap, history, margin, setups)
BYBIT = {"venue": "bybit", "symbol": "BTC/USDT:USDT"}
POSITION = {"position_side": "long", "entry_price": 100.0, "quantity": 1.0, "margin": 10.0}


@cache
def table():
    """Arguments that fit, by function."""
    simulated = liqheat.simulate_market(days=2)
    market = simulated.history
    estimate = liqheat.estimate_book(market)
    view = build_view(estimate, interval="1h")
    heat = liqheat.draw_heatmap(estimate, interval="1h")
    tracker = liqheat.track_clusters(estimate, span="1d")
    now = setups.read_market_now(estimate)
    setup = liqheat.score_setups(estimate, style="swing", equity_usd=10_000.0)[0]
    tables = (market.candles, liqheat.OpenInterest(market.close_time_ms, market.open_interest))
    levels, maximum = quantise_log(heat.values_usd)
    drawn = {"estimate": estimate, "view": view}
    other = replace(market, venue="bybit")
    calls = {
        "accumulate_grid": drawn,
        "aggregate_liquidations": {"prices": [1.5], "notional_usd": [1.0], "price_edges": [1.0, 2.0]},
        "bankruptcy_price": POSITION,
        "build_heatmap": {"candles": tables[0], "open_interest": tables[1], **BYBIT},
        "build_view": {"estimate": estimate},
        "combine_venues": {"sources": [market, other]},
        "combined_markets": {"markets": [market, other]},
        "decode_heatmap": {"data": liqheat.encode_heatmap(heat)},
        "delta_grid": drawn,
        "dequantise_log": {"levels": levels, "maximum": maximum},
        "draw_heatmap": {"estimate": estimate},
        "encode_heatmap": {"heatmap": heat},
        "estimate_book": {"market": market},
        "estimate_flow": {"market": market},
        "find_clusters": {"estimate": estimate},
        "liquidation_map": {
            "entry_prices": [100.0], "notional_usd": [1.0], "price_edges": [80.0, 100.0], "leverages": [10.0],
            "shares": [1.0], "rules": 0.004,
        },
        "liquidation_price": {**POSITION, "maintenance_margin_rate": 0.005},
        "liquidation_prices": {"entry_prices": [100.0], "leverages": [10.0], "maintenance_margin_rate": 0.005},
        "liquidation_status": {**POSITION, "maintenance_margin_rate": 0.005},
        "load_markets": {"source": simulated},
        "log_spaced_tiers": {},
        "market_table": {"markets": [now]},
        "maximum_leverage": BYBIT,
        "net_line": drawn,
        "open_market": {"source": tables, **BYBIT},
        "quantise_log": {"values_usd": heat.values_usd},
        "recheck": {"setup": setup, "now": now, "equity_usd": 10_000.0},
        "resolve_margin_rule": BYBIT,
        "score_setups": {"estimate": estimate, "style": "swing", "equity_usd": 10_000.0},
        "session_brief": {"before": tracker.alive, "now": tracker.alive, "now_ms": tracker.time_ms},
        "simulate_market": {"days": 1},
        "touch_forecast": {"estimate": liqheat.estimate_flow(market), "levels": [100.0]},
        "track_clusters": {"estimate": estimate, "span": "1d"},
        "venue_distance_tiers": BYBIT,
        "venue_liquidation_distances": {**BYBIT, "leverages": [10.0]},
        "venue_liquidation_price": {
            **BYBIT, "position_side": "long", "entry_price": 1e5, "leverage": 10.0, "notional_usd": 1e4,
        },
    }  # fmt: skip
    found = {name: (_find(name), fitting) for name, fitting in calls.items()}
    found["PositionBook"] = (liqheat.PositionBook, {"tiers": estimate.tiers, "expected_range": (1.0, 2.0)})
    empty = liqheat.LiquidationMap([80.0, 100.0], leverages=[10.0], shares=[1.0], rules=0.004)
    found["LiquidationMap.add"] = (empty.add, {"entry_prices": [100.0], "notional_usd": [1.0]})
    update = partial(_update, columns=heat.column(), clusters=[])
    found["ClusterTracker.update"] = (update, {})
    for name, method, fitting in (
        ("MarketHistory.until", market.until, {"end_ms": market.end_ms}),
        ("MarketHistory.resample", market.resample, {"interval_ms": 3_600_000}),
        ("MarketHistory.select", market.select, {"bars": slice(3)}),
        ("Heatmap.column", heat.column, {}),
        ("Heatmap.profile", heat.profile, {}),
        ("Heatmap.of_side", heat.of_side, {"side": "long"}),
    ):
        found[name] = (method, fitting)
    return found, (market, estimate, heat)


def _find(name):
    """A function by its name, at the top or at the front door of its room."""
    return next(getattr(place, name) for place in (liqheat, *ROOMS) if hasattr(place, name))


def _update(*, clusters, columns):
    return ClusterTracker().update(clusters, columns)


def _answer(call, arguments):
    try:
        call(**arguments)
    except Exception as error:
        return error
    return None


OF_ROOMS = {
    "build_view", "combined_markets", "delta_grid", "dequantise_log", "liquidation_status", "log_spaced_tiers",
    "net_line", "quantise_log", "recheck", "resolve_margin_rule", "session_brief", "venue_distance_tiers",
    "venue_liquidation_distances",
}  # fmt: skip
"""Functions for whoever goes one room deeper; the README of the package names them."""
NAMES = sorted(
    OF_ROOMS
    | {name for name in liqheat.__all__ if name not in RECORDS}
    | {"PositionBook", "LiquidationMap.add", "ClusterTracker.update", "MarketHistory.until", "MarketHistory.resample"}
    | {"MarketHistory.select", "Heatmap.column", "Heatmap.profile", "Heatmap.of_side"}
)


def wrong_values():
    plain = [None, 7, -1, "x", 3.5, [], {}, object(), [1, 2], ("a",), True, float("nan"), 10**30, b"x"]
    return [*plain, np.zeros(3), *table()[1]]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_each_argument_of_a_wrong_type_is_the_projects_error(name):
    call, fitting = table()[0][name]
    call(**fitting)
    required = set()
    parameters = inspect.signature(call).parameters
    names = [name for name, one in parameters.items() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    # ``**query`` stands for the names of a request.
    for argument in [*names, *(PARAMETERS if "query" in parameters else ())]:
        for value in wrong_values():
            error = _answer(call, {**fitting, argument: value})
            if error is None:
                continue
            place = f"{argument}={type(value).__name__}: {error!r}"[:300]
            assert isinstance(error, liqheat.LiqheatError), place
            # A long value is cut: an error fits on a screen.
            assert len(str(error)) < 1_000, place
            if type(value) is object:
                required.add(argument)
    assert set(fitting) <= required, "an argument that takes anything is not checked"


def test_the_error_names_the_argument_and_the_type_found():
    market, estimate, heat = table()[1]
    for call, argument, found in (
        (partial(liqheat.draw_heatmap, market), "estimate", "MarketHistory"),
        (partial(liqheat.estimate_book, "data"), "market", "str"),
        (partial(liqheat.PositionBook, "classic", expected_range=(1.0, 2.0)), "tiers", "str"),
        (partial(liqheat.market_table, [estimate]), "markets", "Estimate"),
        (partial(liqheat.find_clusters, heat), "estimate", "Heatmap"),
    ):
        with pytest.raises(liqheat.InputError) as raised:
            call()
        assert (raised.value.argument, raised.value.value) == (argument, found)


def test_the_table_has_every_public_function():
    assert set(table()[0]) == set(NAMES)
