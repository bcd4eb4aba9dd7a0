"""A market made from a formula: every venue's rows come from it, as decimal strings."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEP_MS = 300_000


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


@dataclass(frozen=True)
class SyntheticMarket:
    """Bars of one interval from `first_ms` to the one that is still open at `now_ms`.

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
        return Bar(
            time_ms,
            opened,
            top,
            bottom,
            closed,
            volume=f"{100 + index % 17 * 3.25:.3f}",
            mark_open=mark_open,
            mark_high=mark_high,
            mark_low=mark_low,
            mark_close=mark_close,
            open_interest=f"{interest:.3f}",
        )

    def between(self, start_ms: int, end_ms: int) -> list[Bar]:
        """Bars that open within bounds, both included, oldest first."""
        start = max(-(-start_ms // self.step_ms) * self.step_ms, self.first_ms)
        return [self.bar(time) for time in range(start, min(end_ms, self.last_ms) + 1, self.step_ms)]
