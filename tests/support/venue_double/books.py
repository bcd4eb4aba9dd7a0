"""Order books: levels on a fixed grid of prices, each worth the same in USD on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.venue_double.protocol import View

GRID_USD = 10.0
LEVELS = 200
LEVEL_USD = 250_000.0
"""Worth of one level at a venue of size 1; a venue's own is this times its share of open interest."""
Levels = list[tuple[float, float]]


@dataclass
class Book:
    """Coins resting at each price, in 0.1 USD, and the number of the last change."""

    bids: dict[int, float] = field(default_factory=dict)
    asks: dict[int, float] = field(default_factory=dict)
    number: int = 0

    def best(self, depth: int = LEVELS) -> Book:
        """Keep the levels nearest to the price, best first."""
        bids, asks = sorted(self.bids.items(), reverse=True)[:depth], sorted(self.asks.items())[:depth]
        return Book(dict(bids), dict(asks), self.number)

    def levels(self) -> tuple[Levels, Levels]:
        """Bids and asks as price and coins."""
        return [(tick / 10, coins) for tick, coins in self.bids.items()], [
            (tick / 10, coins) for tick, coins in self.asks.items()
        ]

    def changes_since(self, before: Book) -> tuple[Levels, Levels]:
        """Levels of both sides that differ, gone ones with 0 coins."""
        return _changes(before.bids, self.bids), _changes(before.asks, self.asks)


def level_usd(view: View) -> float:
    """Worth of each level at a venue, to the rounding of its amounts."""
    return LEVEL_USD * view.market.open_interest_scale(view.venue)


class LiveBook:
    """A venue's book that follows its price and numbers its changes."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._number = 1_000_000

    def now(self, depth: int = LEVELS) -> Book:
        """Lay out the book around the present price."""
        middle = int(float(self._view.quote().last) / GRID_USD)
        worth = level_usd(self._view)
        self._number += 5

        def side(indices: range) -> dict[int, float]:
            return {round(index * GRID_USD * 10): round(worth / (index * GRID_USD), 3) for index in indices}

        bids = side(range(middle, middle - min(depth, LEVELS), -1))
        asks = side(range(middle + 1, middle + min(depth, LEVELS) + 1))
        # The farthest level flickers, so that no period is without a change; the sums near the price stay known.
        far = min(bids)
        bids[far] = round(bids[far] * (1 + self._number % 2), 3)
        return Book(bids, asks, self._number)


def _changes(before: dict[int, float], after: dict[int, float]) -> Levels:
    gone = [(tick / 10, 0.0) for tick in before if tick not in after]
    return gone + [(tick / 10, coins) for tick, coins in after.items() if before.get(tick) != coins]
