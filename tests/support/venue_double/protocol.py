"""What the protocols share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.support.venue_double.market import Bar, Market, Quote

Query = dict[str, Any]
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass
class Answer:
    """Rows, and how the venue wraps them; faults edit the rows."""

    rows: list[Any]
    wrap: Callable[[list[Any]], Any] = list


class RefusedRequestError(Exception):
    """The venue's own refusal: HTTP status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


Handler = Callable[[Query], Answer]
Routes = dict[str, Handler]


@dataclass(frozen=True)
class View:
    """The market as one venue shows it, by that venue's clock.

    Attributes
    ----------
    venue : str
        Venue id.
    offset_ms : callable
        How far its clock is ahead.
    """

    market: Market
    venue: str
    offset_ms: Callable[[str], int] = lambda _venue: 0

    @property
    def now_ms(self) -> int:
        return self.market.clock_ms() + self.offset_ms(self.venue)

    @property
    def step_ms(self) -> int:
        return self.market.step_ms

    def bars(
        self, interval_ms: int, start_ms: int, end_ms: int, limit: int | None = None, *, newest: bool = True
    ) -> list[Bar]:
        """Bars that open within bounds, oldest first."""
        return self.market.bars(self.venue, interval_ms, start_ms, end_ms, self.now_ms, limit, newest=newest)

    def quote(self) -> Quote:
        """Give the present state."""
        return self.market.quote(self.venue, self.now_ms)

    def funding_rate(self, time_ms: int) -> str:
        """Rate charged at a moment."""
        return self.market.funding_rate(self.venue, time_ms)

    def long_share(self, measure: str, time_ms: int) -> float:
        """Long part, 0..1."""
        return self.market.long_share(self.venue, measure, time_ms)

    def serves(self, interval_ms: int | None) -> bool:
        """Whether bars of this length can be made."""
        return interval_ms is not None and interval_ms % self.step_ms == 0


def times_in(step_ms: int, start_ms: int, end_ms: int, limit: int, *, newest: bool = True) -> list[int]:
    """Whole multiples within bounds, both included, oldest first; of too many the newest (or oldest) stay."""
    first, last = -(-start_ms // step_ms), end_ms // step_ms
    first, last = (max(first, last - limit + 1), last) if newest else (first, min(last, first + limit - 1))
    return [index * step_ms for index in range(first, last + 1)]


def usd(coins: str, price: str) -> str:
    """Notional of an amount of coins."""
    return f"{Decimal(coins) * Decimal(price):.2f}"
