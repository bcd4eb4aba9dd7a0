"""A simulated market whose present moves, seen by several venues of different size."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from liqheat.simulator import simulate_market
from liqheat.simulator.records import ReportedLiquidations
from tests.support.venue_double.bridge import MINUTE_MS, Minutes, bridge_minutes
from tests.support.venue_double.market import Bar, Market, Quote

DAY_MS = 86_400_000
STEP_MS = 300_000
SCALES = {"binanceusdm": 1.0, "binancecoinm": 0.2, "bybit": 0.48, "okx": 0.3, "hyperliquid": 0.25}
BASIS_BPS = {"binanceusdm": 0.0, "binancecoinm": -1.0, "bybit": 1.5, "okx": -2.0, "hyperliquid": 3.0}
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class _Columns:
    """Whole numbers: prices in 0.1 USD, the mark's in 0.01 USD, amounts in 0.001 coins."""

    time_ms: Whole
    prices: Whole  # (4, n): open, high, low, close
    mark: Whole  # (4, n)
    volume: Whole
    taker_buy_volume: Whole
    open_interest: Whole

    def bar(self, index: int) -> Bar:
        prices = [f"{value / 10:.1f}" for value in self.prices[:, index].tolist()]
        mark = [f"{value / 100:.8f}" for value in self.mark[:, index].tolist()]
        amounts = (self.volume[index], self.open_interest[index], self.taker_buy_volume[index])
        volume, interest, taker = (f"{int(value) / 1000:.3f}" for value in amounts)
        return Bar(int(self.time_ms[index]), *prices, volume, *mark, interest, taker)


@lru_cache(maxsize=4)
def _simulate(days: int, seed: int, positions: int) -> tuple[Minutes, ReportedLiquidations, int]:
    market = simulate_market(days=days, seed=seed, positions=positions)
    return bridge_minutes(market), market.liquidations, int(market.history.open_time_ms[0])


class RunningMarket(Market):
    """The simulator's market, shifted by whole bars so that its present is now.

    All of it is known from the start, `future_days` beyond the present too; the clock decides what is shown. After
    its end nothing changes any more.

    Parameters
    ----------
    history_days, future_days : int
        Days before and after the present.
    speed : float
        Market time per real time: 300 closes a 5-minute bar each second, 0 stands still until `step`.
    now_ms : int, optional
        The present at the start; this computer's time by default.
    """

    step_ms = MINUTE_MS

    def __init__(
        self,
        *,
        history_days: int = 10,
        future_days: int = 2,
        speed: float = 1.0,
        now_ms: int | None = None,
        seed: int = 25,
        positions: int = 8_000,
    ) -> None:
        self.speed = speed
        self._start_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        self._started = time.monotonic()
        self._stepped_ms = 0
        self._minutes, self._liquidations, simulated_ms = _simulate(history_days + future_days, seed, positions)
        self.first_ms = self._start_ms // STEP_MS * STEP_MS - history_days * DAY_MS
        self._shift_ms = self.first_ms - simulated_ms
        self._base: dict[str, _Columns] = {}
        self._merged: dict[tuple[str, int], _Columns] = {}

    def now_ms(self) -> int:
        """Tell the market's time, UTC milliseconds."""
        return int(self._start_ms + self._stepped_ms + self.speed * (time.monotonic() - self._started) * 1000)

    clock_ms = now_ms

    def step(self, milliseconds: int) -> None:
        """Move the present on."""
        self._stepped_ms += milliseconds

    def open_interest_scale(self, venue: str) -> float:
        return SCALES.get(venue, 1.0)

    def liquidations(self, venue: str, after_ms: int, until_ms: int) -> list[tuple[int, bool, float, float]]:
        # Binance tells what the order was filled at; the others, at which price the position was bankrupt.
        told = self._liquidations
        prices = told.price if venue.startswith("binance") else told.bankruptcy_price
        scale, basis = SCALES.get(venue, 1.0), 1 + BASIS_BPS.get(venue, 0.0) / 10_000
        times = told.time_ms + self._shift_ms
        first, last = np.searchsorted(times, [after_ms, until_ms], side="right").tolist()
        rows = range(first, last)
        return [
            (
                int(times[row]),
                told.position_side[row] == 0,
                float(prices[row] * basis),
                float(told.quantity[row] * scale),
            )
            for row in rows
        ]

    def long_share(self, venue: str, measure: str, time_ms: int) -> float:
        if measure != "accounts":
            return super().long_share(venue, measure, time_ms)
        shares = self._minutes.long_share
        return round(float(shares[min(max((time_ms - self.first_ms) // MINUTE_MS, 0), shares.size - 1)]), 4)

    def bars(
        self,
        venue: str,
        interval_ms: int,
        start_ms: int,
        end_ms: int,
        now_ms: int,
        limit: int | None = None,
        *,
        newest: bool = True,
    ) -> list[Bar]:
        columns = self._columns(venue, interval_ms)
        end_ms = min(end_ms, now_ms)
        first, last = np.searchsorted(columns.time_ms, [start_ms, end_ms + 1]).tolist()
        if limit is not None and limit < last - first:
            first, last = (last - limit, last) if newest else (first, first + limit)
        rows = [columns.bar(index) for index in range(first, last)]
        if rows and rows[-1].time_ms + interval_ms > now_ms:
            rows[-1] = self._open_bar(venue, rows[-1].time_ms, now_ms)
        return rows

    def quote(self, venue: str, now_ms: int) -> Quote:
        base = self._columns(venue, MINUTE_MS)
        now_ms = min(now_ms, int(base.time_ms[-1]) + MINUTE_MS - 1)
        bar = self._open_bar(venue, now_ms // MINUTE_MS * MINUTE_MS, now_ms)
        index, share = (now_ms - self.first_ms) // MINUTE_MS, now_ms % MINUTE_MS / MINUTE_MS
        ends = base.open_interest[index : index + 2].tolist()
        interest = ends[0] + round((ends[-1] - ends[0]) * share)
        mark = float(bar.mark_close)
        return Quote(now_ms, bar.close, bar.mark_close, f"{mark - 1.5:.8f}", f"{interest / 1000:.3f}")

    def _open_bar(self, venue: str, open_ms: int, now_ms: int) -> Bar:
        """Build the bar that began at `open_ms` as it stands: whole minutes, then a part of one."""
        base = self._columns(venue, MINUTE_MS)
        first = (open_ms - self.first_ms) // MINUTE_MS
        last = min((now_ms - self.first_ms) // MINUTE_MS, base.time_ms.size - 1)
        share = min((now_ms - int(base.time_ms[last])) / MINUTE_MS, 1.0)
        parts = []
        for whole in (base.prices, base.mark):
            now = _walk(whole[:, last].tolist(), share)
            before = whole[:, first:last]
            opened = int(whole[0, first])
            high, low = max([now[1], *before[1].tolist()]), min([now[2], *before[2].tolist()])
            parts.append(np.array([[opened], [high], [low], [now[3]]]))
        amounts = [
            np.array([int(column[first:last].sum()) + int(column[last] * share)])
            for column in (base.volume, base.taker_buy_volume)
        ]
        return _Columns(np.array([open_ms]), *parts, *amounts, base.open_interest[first : first + 1]).bar(0)

    def _columns(self, venue: str, interval_ms: int) -> _Columns:
        if venue not in self._base:
            self._base[venue] = self._make_base(venue)
        if interval_ms == MINUTE_MS:
            return self._base[venue]
        if (venue, interval_ms) not in self._merged:
            self._merged[venue, interval_ms] = _merge(self._base[venue], interval_ms)
        return self._merged[venue, interval_ms]

    def _make_base(self, venue: str) -> _Columns:
        minutes, scale = self._minutes, SCALES.get(venue, 1.0)
        basis = 1 + BASIS_BPS.get(venue, 0.0) / 10_000

        def whole(values: NDArray[np.float64], factor: float) -> Whole:
            return np.rint(values * factor).astype(np.int64)

        low, high = minutes.mark_low, minutes.mark_high
        mark = [np.clip(minutes.open, low, high), high, low, np.clip(minutes.close, low, high)]
        prices = [minutes.open, minutes.high, minutes.low, minutes.close]
        volume = whole(minutes.volume, 1000 * scale)
        return _Columns(
            time_ms=self.first_ms + np.arange(minutes.open.size) * MINUTE_MS,
            prices=np.stack([whole(column, 10 * basis) for column in prices]),
            mark=np.stack([whole(column, 100 * basis) for column in mark]),
            volume=volume,
            taker_buy_volume=np.minimum(whole(minutes.taker_buy_volume, 1000 * scale), volume),
            open_interest=whole(minutes.open_interest, 1000 * scale)[:-1],
        )


def _walk(ohlc: list[int], share: float) -> tuple[int, int, int, int]:
    """Cut a bar short: the price goes from the open to one extreme, to the other, to the close."""
    opened, high, low, closed = ohlc
    turns = [opened, high, low, closed] if opened % 2 else [opened, low, high, closed]
    leg = min(int(share * 3), 2)
    price = round(turns[leg] + (turns[leg + 1] - turns[leg]) * (share * 3 - leg))
    seen = [*turns[: leg + 1], price]
    return opened, max(seen), min(seen), price


def _merge(base: _Columns, interval_ms: int) -> _Columns:
    """Join minutes to longer bars that open at whole multiples; the first, unless whole, is left out."""
    skip = int(-base.time_ms[0] % interval_ms // MINUTE_MS)
    n_parts = interval_ms // MINUTE_MS
    starts = np.arange(skip, base.time_ms.size, n_parts)
    ends = np.minimum(starts + n_parts, base.time_ms.size) - 1

    def join(four: Whole) -> Whole:
        high = np.maximum.reduceat(four[1], starts)
        low = np.minimum.reduceat(four[2], starts)
        return np.stack([four[0][starts], high, low, four[3][ends]])

    return _Columns(
        base.time_ms[starts],
        join(base.prices),
        join(base.mark),
        np.add.reduceat(base.volume, starts),
        np.add.reduceat(base.taker_buy_volume, starts),
        base.open_interest[starts],
    )
