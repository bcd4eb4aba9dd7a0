"""Maps of the right shape and the wrong content, which a map must beat: frozen, stale, shifted, of price alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liqheat.flow import read_profiles
from liqheat.records import Estimate, MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS, HOUR_MS, format_interval

SHIFT_DAYS = 7


def price_only_market(market: MarketHistory) -> MarketHistory:
    """The same prices with constant volume and open interest: what the map remembers of the price path alone.

    The constants are the means of the first four days, so that they know nothing later.
    """
    first = slice(0, max(4 * DAY_MS // market.interval_ms, 1))
    volume = np.full(market.n_bars, float(market.volume[first].mean()))
    open_interest = np.full(market.n_bars, float(market.open_interest[first].mean()))
    return replace(market, volume=volume, open_interest=open_interest)


def flow_profiles(classes: tuple[Estimate, ...], interval_ms: int = HOUR_MS, n_cells: int = 80) -> list[MapProfiles]:
    """Profiles by distance of each class at the end of each interval."""
    interval = format_interval(interval_ms)
    return [read_profiles(one, interval=interval, n_cells=n_cells) for one in classes]


def frozen_sweeps(
    profiles: list[MapProfiles], drawdown: FloatArray, *, lag: int = 0, order: IndexArray | None = None
) -> FloatArray:
    """What each hour's range takes from a map frozen before it, by distance: (n, 2, k), zero where there is none.

    Parameters
    ----------
    profiles : list of MapProfiles
        One for each of ``k`` columns, one profile for each hour of `drawdown`, at its end.
    drawdown : (n, 2) float64
        Log move of each hour from the close before it, by side.
    lag : int
        Hours that the map is older than the hour's start, taken by distance: its levels move with the price.
    order : (n,) int64, optional
        Other snapshots in place of those before each hour: a control.
    """
    n = drawdown.shape[0]
    source = np.arange(n) - 1 - lag if order is None else order
    swept = np.zeros((n, 2, len(profiles)))
    for column, one in enumerate(profiles):
        cumulative = _cumulative(one)
        reach = np.arange(cumulative.shape[2]) * one.cell_width
        for row in np.flatnonzero(source >= 0):
            for side in (0, 1):
                swept[row, side, column] = np.interp(drawdown[row, side], reach, cumulative[source[row], side])
    return swept


def stale_sweeps(profiles: list[MapProfiles], drawdown: FloatArray, hours: int = 24) -> FloatArray:
    """What each hour's range takes from the map of `hours` before its start, held at fixed PRICES: (n, 2, k)."""
    n = drawdown.shape[0]
    swept = np.zeros((n, 2, len(profiles)))
    for column, one in enumerate(profiles):
        cumulative = _cumulative(one)
        reach = np.arange(cumulative.shape[2]) * one.cell_width
        log_close = np.log(one.close)
        for row in range(hours + 1, n):
            old = row - 1 - hours
            moved = log_close[old] - log_close[row - 1]
            for side, offset in ((0, moved), (1, -moved)):
                ends = np.clip([offset, offset + drawdown[row, side]], 0.0, None)
                near, far = np.interp(ends, reach, cumulative[old, side])
                swept[row, side, column] = far - near
    return swept


def earlier_hours(n: int, seed: int) -> IndexArray:
    """Some earlier hour for each hour, drawn with `seed`: a map of the right shape and the wrong content.

    More hours change nothing of the draws before them; the first hour has none.
    """
    draws = np.random.default_rng(seed).random(n)
    earlier: IndexArray = (draws * np.arange(n)).astype(np.int64) - (np.arange(n) == 0)
    return earlier


def shift_hours(interval_ms: int = HOUR_MS) -> int:
    """Intervals in the shift of the shifted control."""
    return SHIFT_DAYS * DAY_MS // interval_ms


def _cumulative(profiles: MapProfiles) -> FloatArray:
    n, sides, _ = profiles.usd.shape
    cumulative: FloatArray = np.concatenate([np.zeros((n, sides, 1)), np.cumsum(profiles.usd, axis=2)], axis=2)
    return cumulative
