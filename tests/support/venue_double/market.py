"""Markets that the double sells: what every venue's rows are made from, as decimal strings."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEP_MS = 300_000
MEASURES = ("accounts", "top_accounts", "top_positions")


@dataclass(frozen=True)
class Bar:
    """One candle, the mark's candle, and the open interest at the open, in coins."""

    time_ms: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    mark_open: str
    mark_high: str
    mark_low: str
    mark_close: str
    open_interest: str
    taker_buy_volume: str = "0.5"


@dataclass(frozen=True)
class Quote:
    """The state at one moment: prices in USD, open interest (one side) in coins."""

    time_ms: int
    last: str
    mark: str
    index: str
    open_interest: str


class Market:
    """What a protocol asks of a market; times are the venue's own, bounds are included.

    Attributes
    ----------
    step_ms : int
        Shortest bar; others are whole multiples.
    """

    step_ms: int

    def clock_ms(self) -> int:
        """Give the present."""
        raise NotImplementedError

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
        """Bars that open within bounds, oldest first, the open one last; of too many the newest (or oldest) stay."""
        raise NotImplementedError

    def quote(self, venue: str, now_ms: int) -> Quote:
        """Give the state at a moment."""
        raise NotImplementedError

    def liquidations(self, venue: str, after_ms: int, until_ms: int) -> list[tuple[int, bool, float, float]]:
        """Positions liquidated within ``(after, until]``: time, whether long, price, coins."""
        del venue, after_ms, until_ms
        return []

    def open_interest_scale(self, venue: str) -> float:
        """How large a venue is beside the largest."""
        del venue
        return 1.0

    def funding_rate(self, venue: str, time_ms: int) -> str:
        """Rate charged at a moment."""
        shift = sum(venue.encode()) % 7
        return f"{1e-4 + 6e-5 * math.sin(time_ms / 2.1e8 + shift):.8f}"

    def long_share(self, venue: str, measure: str, time_ms: int) -> float:
        """Long part of accounts or positions, 0..1, of four decimals."""
        shift = MEASURES.index(measure) + sum(venue.encode()) % 5
        return round(0.53 + 0.05 * math.sin(time_ms / 9e6 + shift), 4)


@dataclass(frozen=True)
class SyntheticMarket(Market):
    """A market made from a formula: bars from `first_ms` to the one that is still open at `now_ms`.

    Parameters
    ----------
    now_ms : int
        The venue's clock, fixed.
    n_bars : int
        Bars that have closed.
    step_ms : int
        Length of a bar.
    """

    now_ms: int
    n_bars: int
    step_ms: int = STEP_MS

    @property
    def first_ms(self) -> int:
        return self.now_ms // self.step_ms * self.step_ms - self.n_bars * self.step_ms

    @property
    def last_ms(self) -> int:
        """Open of the bar that has not closed."""
        return self.now_ms // self.step_ms * self.step_ms

    def clock_ms(self) -> int:
        return self.now_ms

    def bar(self, time_ms: int) -> Bar:
        index = time_ms // self.step_ms

        def price(offset: float) -> float:
            return 100_000 + 2_500 * math.sin((index + offset) / 90) + 700 * math.sin((index + offset) * 1.7)

        first, last, drift = price(0), price(1), 3 * math.sin(index)
        low, high = min(first, last) - 40 - index % 7, max(first, last) + 35 + index % 11
        opened, top, bottom, closed = (f"{value:.1f}" for value in (first, high, low, last))
        mark_open, mark_high, mark_low, mark_close = (
            f"{value + drift:.8f}" for value in (first, high - 5, low + 5, last)
        )
        interest = 90_000 + 900 * math.sin(index / 60) + index % 13
        volume = 100 + index % 17 * 3.25
        return Bar(
            time_ms,
            opened,
            top,
            bottom,
            closed,
            volume=f"{volume:.3f}",
            mark_open=mark_open,
            mark_high=mark_high,
            mark_low=mark_low,
            mark_close=mark_close,
            open_interest=f"{interest:.3f}",
            taker_buy_volume=f"{volume * (0.5 + 0.2 * math.sin(index)):.3f}",
        )

    def between(self, start_ms: int, end_ms: int) -> list[Bar]:
        """Bars that open within bounds, both included, oldest first."""
        start = max(-(-start_ms // self.step_ms) * self.step_ms, self.first_ms)
        return [self.bar(time) for time in range(start, min(end_ms, self.last_ms) + 1, self.step_ms)]

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
        del venue
        first = max(-(-start_ms // interval_ms), -(-self.first_ms // interval_ms))
        opens = [index * interval_ms for index in range(first, min(end_ms, now_ms, self.now_ms) // interval_ms + 1)]
        if limit is not None and limit < len(opens):
            opens = opens[-limit:] if newest else opens[:limit]
        if interval_ms == self.step_ms:
            return [self.bar(time) for time in opens]
        return [merge(self.between(time, time + interval_ms - self.step_ms)) for time in opens]

    def quote(self, venue: str, now_ms: int) -> Quote:
        del venue
        bar = self.bar(self.last_ms)
        return Quote(now_ms, bar.close, bar.mark_close, bar.close, bar.open_interest)


def merge(bars: list[Bar]) -> Bar:
    """Make one bar of several in a row."""
    first, last = bars[0], bars[-1]
    return Bar(
        first.time_ms,
        first.open,
        max((bar.high for bar in bars), key=float),
        min((bar.low for bar in bars), key=float),
        last.close,
        volume=f"{sum(float(bar.volume) for bar in bars):.3f}",
        mark_open=first.mark_open,
        mark_high=max((bar.mark_high for bar in bars), key=float),
        mark_low=min((bar.mark_low for bar in bars), key=float),
        mark_close=last.mark_close,
        open_interest=first.open_interest,
        taker_buy_volume=f"{sum(float(bar.taker_buy_volume) for bar in bars):.3f}",
    )
