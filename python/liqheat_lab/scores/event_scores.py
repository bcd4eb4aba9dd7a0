"""Maps scored against a file of single liquidations: which 5-minute bar of the hour, which of the reached prices."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import store
from liqheat.collect import read_file
from liqheat.errors import FileFormatError, NoDataError
from liqheat.flow import BASELINES, FLOW, HEADLINE, CalibratedModel, build_baselines, expected_usd, run_flow
from liqheat.history import align_market
from liqheat.records import Candles, Contract, Interval, Liquidations, MarketHistory
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS
from liqheat_lab.article.measure import read_flow_profiles
from liqheat_lab.scores.controls import price_only_market
from liqheat_lab.scores.events import (
    bars_of,
    divide_hours,
    recorded_bars,
    score_which_bar,
    score_which_price,
    usd_by_bar,
)
from liqheat_lab.scores.trial import PRICE_ONLY

LEAST_DAYS, LEAST_EVENTS = 30, 200
"""With less, a figure is a sample and no evidence."""


def score_event_file(
    folder: str | Path, events: str | Path, model: CalibratedModel, *, symbols: tuple[str, ...] = (), seed: int = 0
) -> dict[str, Any]:
    """Score frozen parameters on single liquidations of one venue.

    The weights are those of the hourly fit; nothing is fitted here, and no trailing scale is needed, because each
    hour's total is given.

    Parameters
    ----------
    folder : path
        Candles and open interest of the contracts, as ``serve --data`` reads it; bars shorter than an hour count.
    events : path
        File of single liquidations of one venue, of all symbols that it holds: together they say when it was recording.
    model : CalibratedModel
        With weights for the flow map, the map of the price path alone, and the baselines.
    symbols : tuple of str
        Symbols scored; all that both have by default.
    seed : int
        Of the resampling.

    Returns
    -------
    dict
        JSON-ready: ``which_bar`` pools the symbols (gain of the map with its background over each baseline, ``best``
        the one that did best on these events; ``price_only`` beside), ``which_price`` tells of each symbol.

    Raises
    ------
    NoDataError
        When no symbol has both events and a market at that time.
    InputError
        When a file is damaged or not of single liquidations.
    """
    batches = _load(Path(events))
    all_time_ms = np.sort(np.concatenate([one.time_ms for one in batches.values()]))
    parts, against_price, which_price = [], [], {}
    n_events = 0
    for market, candles in _markets(folder):
        batch = batches.get(market.symbol)
        if market.interval_ms >= HOUR_MS or batch is None or (symbols and market.symbol not in symbols):
            continue
        recorded = recorded_bars(all_time_ms, market)
        usd = usd_by_bar(batch, market)
        if not usd[recorded].any():
            continue
        rates = _rates(market, candles, model)
        flow, price_only = rates.pop(FLOW), rates.pop(PRICE_ONLY)
        parts.append(divide_hours(usd, flow, rates, market, recorded=recorded))
        against_price.append(divide_hours(usd, flow, {PRICE_ONLY: price_only}, market, recorded=recorded))
        bar = bars_of(batch, market)
        n_events += int(recorded[bar[bar >= 0]].sum())
        profiles = read_flow_profiles(market, model)
        found = score_which_price(profiles, batch, market, candles, recorded=recorded, seed=seed)
        which_price[market.symbol] = {
            name: {pairs: _plain(one) for pairs, one in scores.items()} for name, scores in found.items()
        }
    if not parts:
        raise NoDataError("events", "must hold a symbol whose market the folder has at that time", Path(events).name)
    scored, beside = score_which_bar(parts, seed=seed), score_which_bar(against_price, seed=seed)
    gains = scored.gains | beside.gains
    notes = [
        f"weights fitted on {model.fitted.symbol}, hour by hour",
        *sorted({one.capture for one in batches.values()}),
    ]
    if scored.n_days < LEAST_DAYS or n_events < LEAST_EVENTS:
        notes.append(
            f"{scored.n_days} days and {n_events:,} events: too few for evidence ({LEAST_DAYS} and {LEAST_EVENTS})"
        )
    return {
        "source": Path(events).name,
        "symbols": sorted(which_price),
        "model": {"name": model.name, "hash": model.hash},
        "days": scored.n_days,
        "hours": scored.n_hours,
        "events": n_events,
        "events_usd": scored.events_usd,
        "which_bar": {"best": scored.best, "gains": {name: _plain(one) for name, one in gains.items()}},
        "which_price": which_price,
        "notes": notes,
    }


def _load(path: Path) -> dict[str, Liquidations]:
    found = read_file(path, lambda _: True)
    batches = {one.symbol: one.record for one in found[1] if isinstance(one.record, Liquidations)} if found else {}
    if not batches:
        raise FileFormatError("events", "must be a file of single liquidations, liq_events_<venue>_…", path.name)
    return batches


def _markets(folder: str | Path) -> list[tuple[MarketHistory, Candles]]:
    found = []
    for load in store.list_folder_markets(folder):
        raw = load()
        market = align_market(
            raw.candles,
            raw.open_interest,
            raw.mark,
            contract=Contract(raw.venue, raw.symbol, raw.contract_kind),
            notes=raw.notes,
        )
        found.append((market, raw.candles))
    return found


def _rates(market: MarketHistory, candles: Candles, model: CalibratedModel) -> dict[str, FloatArray]:
    """Expected USD by bar and side of the flow map, the price path's map and every baseline."""
    features = build_baselines(market, candles, market.interval_ms).features
    nothing = np.zeros((market.n_bars, 2, 0))
    maps = {FLOW: market, PRICE_ONLY: price_only_market(market)}
    rates = {
        name: expected_usd(
            model.weights[name],
            run_flow(one, model.form).run.swept_usd,
            features[HEADLINE],
            interval_ms=market.interval_ms,
        )
        for name, one in maps.items()
    }
    for name in BASELINES:
        rates[name] = expected_usd(model.weights[name], nothing, features[name], interval_ms=market.interval_ms)
    return rates


def _plain(interval: Interval) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in asdict(interval).items()}
