"""A simulated market with its liquidations as scored market, as a folder of files, and as one table."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pandas as pd

from liqheat import simulate_market
from liqheat.flow.labels import LabelledMarket, join_labels
from liqheat.records import Candles, LiquidationTotals
from liqheat.units import DAY_MS, HOUR_MS

SYMBOL = "BTC/USDT:USDT"
START_MS = 1_780_272_000_000
"""2026-06-01: after the days that the shipped parameters were fitted on."""
N_DAYS = 24
SCORE_KEYS = {
    "days", "events_usd", "information_gain", "partial_spearman", "calibration_ratio", "controls", "rivals"
}  # fmt: skip


@functools.cache
def simulated(days=N_DAYS):
    """History and events, moved to `START_MS`."""
    market = simulate_market(days=days, seed=25, positions=8_000, warm_up_days=4)
    moved = START_MS - int(market.history.open_time_ms[0])
    history = replace(market.history, open_time_ms=market.history.open_time_ms + moved, venue="binanceusdm")
    return history, market.liquidations, moved


def totals_of(interval_ms=HOUR_MS, days=N_DAYS, scale=40.0):
    """USD and coins by interval and side; scaled up, as if all the hours of a large market."""
    history, events, moved = simulated(days)
    n = int((history.end_ms - START_MS) // interval_ms)
    index = ((events.time_ms + moved - START_MS) // interval_ms).clip(0, n - 1)
    usd, coins = np.zeros((n, 2)), np.zeros((n, 2))
    np.add.at(usd, (index, events.position_side), scale * events.notional_usd)
    np.add.at(coins, (index, events.position_side), scale * events.quantity)
    # A small market has hours without any: a dollar tells them from a feed that is down.
    usd, coins = usd + 1.0, coins + 1.0 / 60_000.0
    return START_MS + np.arange(n, dtype=np.int64) * interval_ms, usd, coins


@functools.cache
def scored_market(days=N_DAYS) -> LabelledMarket:
    history, _, _ = simulated(days)
    times, usd, coins = totals_of(days=days)
    totals = LiquidationTotals(times, HOUR_MS, *usd.T, *coins.T, venues="simulated", source="simulated")
    return join_labels(history, candles_of(history), [totals])


def candles_of(history):
    return Candles(history.open_time_ms, history.open, history.high, history.low, history.close, history.volume)


def cut_market(history, rows):
    names = (
        "open_time_ms", "open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high"
    )  # fmt: skip
    return replace(history, bridged=None, **{name: getattr(history, name)[rows].copy() for name in names})


def changed(scored: LabelledMarket, after_ms: int, what=("bars", "labels", "open_interest"), seed=3) -> LabelledMarket:
    """The same market with another future: everything that begins at `after_ms` or later is multiplied by noise."""
    rng = np.random.default_rng(seed)
    market, candles, labels = scored.market, scored.candles, scored.labels
    if "bars" in what:
        market, candles = _other_bars(market, after_ms, seed), _other_bars(candles, after_ms, seed)
    if "open_interest" in what:
        late = market.open_time_ms >= after_ms
        factor = np.where(late, rng.uniform(0.5, 1.5, late.size), 1.0)
        market = replace(market, open_interest=market.open_interest * factor)
    if "labels" in what:
        late = (labels.start_ms >= after_ms)[:, None]
        labels = replace(labels, usd=np.where(late, labels.usd * rng.uniform(0.0, 9.0, labels.usd.shape), labels.usd))
    return replace(scored, market=market, candles=candles, labels=labels)


def _other_bars(bars, after_ms, seed):
    rng = np.random.default_rng(seed)
    late = bars.open_time_ms >= after_ms
    factor = np.where(late, np.exp(np.cumsum(np.where(late, rng.normal(0, 0.002, late.size), 0.0))), 1.0)
    # One drift for the whole bar keeps low <= open, close <= high.
    names = [name for name in ("open", "high", "low", "close", "mark_low", "mark_high") if hasattr(bars, name)]
    moved = {name: getattr(bars, name) * factor for name in names}
    return replace(bars, volume=np.where(late, bars.volume * rng.uniform(0.2, 3.0, late.size), bars.volume), **moved)


def write_folder(folder, days=N_DAYS, pair="BTCUSDT", hourly=None, half_hourly=True):
    """Files laid out as `serve --data` and `accuracy score --data` read them."""
    folder.mkdir(exist_ok=True)
    history, _, _ = simulated(days)
    names = ("open", "high", "low", "close", "volume")
    candles = pd.DataFrame({"open_time_ms": history.open_time_ms, **{name: getattr(history, name) for name in names}})
    candles.to_parquet(folder / f"candles_binance_um_5m_{pair}.parquet")
    stamps = pd.DataFrame({"time_ms": history.open_time_ms + 300_000, "quantity": history.open_interest})
    stamps.to_parquet(folder / f"oi_binance_um_5m_{pair}.parquet")
    base = pair.removesuffix("USDT")
    frame = liquidation_frame(HOUR_MS, days) if hourly is None else hourly
    frame.to_parquet(folder / f"liq_vendor_{base}_1h_binance+bybit.parquet")
    if half_hourly:
        liquidation_frame(HOUR_MS // 2, days).to_parquet(folder / f"liq_vendor_{base}_30m_binance+bybit.parquet")
    return folder


def liquidation_frame(interval_ms=HOUR_MS, days=N_DAYS):
    times, usd, _ = totals_of(interval_ms, days)
    return pd.DataFrame(
        {"ts": pd.to_datetime(times, unit="ms", utc=True), "long_usd": usd[:, 0], "short_usd": usd[:, 1]}
    )


def table_frame(interval_ms=HOUR_MS, days=N_DAYS):
    """Coinalyze's columns: bars with open interest and liquidations in coins; ts in epoch seconds."""
    history, _, _ = simulated(days)
    size = interval_ms // history.interval_ms
    rows = {name: getattr(history, name).reshape(-1, size) for name in ("open", "high", "low", "close", "volume")}
    interest = history.open_interest.reshape(-1, size)
    opened = np.concatenate([interest[:1, 0], interest[:-1, -1]])
    times, _, coins = totals_of(interval_ms, days)
    return pd.DataFrame(
        {
            "ts": times // 1000,
            "open": rows["open"][:, 0],
            "high": rows["high"].max(axis=1),
            "low": rows["low"].min(axis=1),
            "close": rows["close"][:, -1],
            "volume": rows["volume"].sum(axis=1),
            "buy_volume": 0.5 * rows["volume"].sum(axis=1),
            "oi_open": opened,
            "oi_high": interest.max(axis=1),
            "oi_low": interest.min(axis=1),
            "oi_close": interest[:, -1],
            "long_liq_base": coins[:, 0],
            "short_liq_base": coins[:, 1],
        }
    )


def strict_json(text):
    """JSON as the standard has it: NaN and Infinity are refused."""

    def refuse(token):
        raise ValueError(token)

    return json.loads(text, parse_constant=refuse)


def day(index):
    return START_MS + index * DAY_MS
