"""A synthetic panel: traders who enter where a random market trades, and are liquidated where their margin ends."""

from __future__ import annotations

import numpy as np

from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.panel.positions import PositionPanel
from tests.support.markets import make_market

N_BARS = 24 * 288
MARKET = make_market(N_BARS, 5, volatility=0.003, drops=False)


def make_panel(n_traders: int = 2400, seed: int = 1, listed: float = 0.5) -> PositionPanel:
    """One BTC position for each trader, entered at a random bar, held until it is liquidated."""
    random = np.random.default_rng(seed)
    entered = random.integers(0, N_BARS - 300, n_traders)
    entry = MARKET.close[entered]
    short = random.random(n_traders) < 0.5
    distance = 0.06 * np.exp(random.normal(0, 0.7, n_traders))
    liquidation = entry * np.exp(np.where(short, distance, -distance))
    quantity = random.lognormal(0, 0.5, n_traders)
    has_price = random.random(n_traders) < 0.8
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("snapshot", "trader", "entry", "mark", "liq", "short", "quantity")
    }
    bars = np.arange(8 * 288, N_BARS, 72)
    for number, bar in enumerate(bars):
        gone = np.zeros(n_traders, bool)
        for trader in np.flatnonzero(entered < bar):
            path = slice(entered[trader] + 1, bar + 1)
            extreme = MARKET.high[path].max() if short[trader] else MARKET.low[path].min()
            gone[trader] = (extreme >= liquidation[trader]) if short[trader] else (extreme <= liquidation[trader])
        rows = np.flatnonzero((entered < bar) & ~gone & (random.random(n_traders) < listed))
        columns["snapshot"].append(np.full(rows.size, number))
        columns["trader"].append(rows)
        columns["entry"].append(entry[rows])
        columns["mark"].append(np.full(rows.size, MARKET.close[bar]))
        columns["liq"].append(np.where(has_price[rows], liquidation[rows], np.nan))
        columns["short"].append(short[rows])
        columns["quantity"].append(quantity[rows])
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    return PositionPanel(
        time_ms=MARKET.open_time_ms[bars] + MARKET.interval_ms,
        snapshot=joined["snapshot"],
        trader=joined["trader"],
        coin=np.full(joined["trader"].size, "BTC"),
        is_short=joined["short"],
        quantity=joined["quantity"],
        entry_price=joined["entry"],
        mark_price=joined["mark"],
        liquidation_price=joined["liq"],
        source="synthetic",
    )


def small_panel() -> PositionPanel:
    """Three traders, snapshots 0, 6, 30 and 30.1 hours after the start; trader 2 is listed only once."""
    hours = np.array([0, 6, 30, 30.1])
    return PositionPanel(
        time_ms=(20_000 * DAY_MS + hours * HOUR_MS).astype(np.int64),
        snapshot=np.array([0, 0, 0, 1, 1, 2, 3]),
        trader=np.array([0, 1, 2, 0, 1, 1, 1]),
        coin=np.array(["BTC", "BTC", "BTC", "BTC", "ETH", "BTC", "BTC"]),
        is_short=np.array([False, True, False, False, True, True, True]),
        quantity=np.array([1.0, 2.0, 3.0, 1.0, 5.0, 2.0, 2.0]),
        entry_price=np.full(7, 100.0),
        mark_price=np.array([100.0, 100.0, 100.0, 100.0, 10.0, 100.0, 100.0]),
        liquidation_price=np.array([99.5, 103.5, np.nan, 98.5, 11.0, 101.5, 101.5]),
        source="by hand",
    )
