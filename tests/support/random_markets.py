"""Small markets and maps with known answers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from liqheat.records import Candles, Liquidations, MapProfiles, MarketHistory
from liqheat.units import HOUR_MS, MINUTE_MS

STEP_MS = 5 * MINUTE_MS
START_MS = 1_767_225_600_000


def market_of(close, spread=0.0, start_ms=START_MS, low=None, high=None):
    """Bars from closes: the path of each runs from the close before to its own, widened by `spread` in logs."""
    close = np.asarray(close, float)
    opened = np.concatenate([close[:1], close[:-1]])
    low = np.minimum(opened, close) * np.exp(-spread) if low is None else np.asarray(low, float)
    high = np.maximum(opened, close) * np.exp(spread) if high is None else np.asarray(high, float)
    flat = np.full(close.size, 1000.0)
    time_ms = start_ms + STEP_MS * np.arange(close.size, dtype=np.int64)
    return MarketHistory(
        venue="binanceusdm",
        symbol="BTC/USDT:USDT",
        contract_kind="linear",
        interval_ms=STEP_MS,
        open_time_ms=time_ms,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=flat,
        open_interest=100 * flat,
        mark_low=low,
        mark_high=high,
        origin="simulated",
        notes=(),
    )


def candles_of(market):
    return Candles(market.open_time_ms, market.open, market.high, market.low, market.close, market.volume)


def random_market(days=30, seed=0, volatility=0.0012):
    """A driftless walk with 12 steps in each bar."""
    rng = np.random.default_rng(seed)
    n = days * 288
    steps = rng.normal(0, volatility / np.sqrt(12), (n, 12))
    paths = np.cumsum(steps.ravel()).reshape(n, 12)
    opened = np.concatenate([[0.0], paths[:-1, -1]])[:, None]
    whole = 90_000 * np.exp(np.concatenate([opened, paths], axis=1))
    return market_of(whole[:, -1], low=whole.min(axis=1), high=whole.max(axis=1))


def profiles_of(market, usd, every_ms=HOUR_MS, name="held"):
    """Profiles at the close of every hour; `usd` is (s, 2, m) or one number for all."""
    bars = np.arange(every_ms // STEP_MS - 1, market.open_time_ms.size, every_ms // STEP_MS)
    usd = np.broadcast_to(np.asarray(usd, float), (bars.size, 2, 80)) if np.ndim(usd) < 3 else usd
    return MapProfiles(name, market.open_time_ms[bars] + STEP_MS, market.close[bars], np.array(usd[: bars.size]))


def write_folder(path, market, event_bars):
    """Write a market as files: candles, open interest, hourly totals, and an event in every so many bars."""

    def write(name, time_ms, **columns):
        ts = pa.array(time_ms, pa.timestamp("ms", tz="UTC"))
        pq.write_table(pa.table({"ts": ts, **columns}), path / f"{name}.parquet")

    prices = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    write("candles_binance_um_5m_BTCUSDT", market.open_time_ms, **prices)
    units = np.full(market.open_time_ms.size, 80_000.0)
    write("oi_binance_um_5m_BTCUSDT", market.open_time_ms + STEP_MS, oi_base=units, oi_usd=units * market.close)
    hours = market.open_time_ms[::12]
    usd = np.random.default_rng(1).exponential(1e6, (2, hours.size))
    write("liq_vendor_BTC_1h_binance", hours, long_usd=usd[0], short_usd=usd[1])
    bars = np.arange(0, market.open_time_ms.size, event_bars)
    write(
        "liq_events_binance_made_up",
        market.open_time_ms[bars] + 1000,
        coin=["BTC"] * bars.size,
        liquidated_side=["Long" if bar % 2 else "Short" for bar in range(bars.size)],
        avg_price=market.close[bars],
        accumulated_qty=np.ones(bars.size),
    )


def events_of(time_ms, is_long, price, usd=None, price_means="fill average", delay_ms=0, mark=np.nan):
    time_ms = np.asarray(time_ms, np.int64)
    price = np.broadcast_to(np.asarray(price, float), time_ms.shape)
    usd = np.ones(time_ms.size) if usd is None else np.asarray(usd, float)
    return Liquidations(
        time_ms=time_ms,
        receive_ms=time_ms + delay_ms,
        is_long=np.broadcast_to(np.asarray(is_long), time_ms.shape),
        price=price,
        quantity=usd / price,
        notional_usd=usd,
        mark_price=np.broadcast_to(np.asarray(mark, float), time_ms.shape),
        ordinal=np.zeros(time_ms.size, np.int32),
        price_means=price_means,
        capture="complete",
    )
