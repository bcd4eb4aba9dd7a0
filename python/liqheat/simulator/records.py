"""Public records of a simulated venue: all that an estimator may see. No function here makes or knows the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from liqheat.errors import InputError
from liqheat.records import MarketHistory
from liqheat.records.arrays import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.simulator.parameters import SimulatorParameters

LONG, SHORT = 0, 1
"""Codes of `position_side`, the same in all of liqheat."""

Feed = Literal["bars", "open_interest", "liquidations"]
"""A feed that an outage can hit; order-book snapshots go with the bars."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportedLiquidations(Record):
    """Liquidation orders as a venue reports them, in order of execution.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds, whole seconds.
    position_side : (n,) uint8
        Side of the position: 0 long, 1 short.
    quantity : (n,) float64
        Coins closed.
    price : (n,) float64
        Average fill price, quote currency per coin.
    bankruptcy_price : (n,) float64
        Price at which the position's margin was used up.
    mark_price : (n,) float64
        Mark price that triggered the order.
    """

    time_ms: NDArray[np.int64]
    position_side: NDArray[np.uint8]
    quantity: NDArray[np.float64]
    price: NDArray[np.float64]
    bankruptcy_price: NDArray[np.float64]
    mark_price: NDArray[np.float64]

    @property
    def notional_usd(self) -> NDArray[np.float64]:
        """Value of each order at its fill price, USD, shape (n,)."""
        return self.quantity * self.price

    def thin(self, keep: Literal["largest", "last"] = "largest") -> ReportedLiquidations:
        """Keep one order a second, as the public streams of some venues do.

        Parameters
        ----------
        keep : {'largest', 'last'}
            Which order of a second is kept.

        Raises
        ------
        InputError
            If `keep` is neither.
        """
        if keep not in ("largest", "last"):
            raise InputError("keep", "must be 'largest' or 'last'", keep)
        rank = self.notional_usd if keep == "largest" else np.arange(self.time_ms.size, dtype=np.float64)
        # Sorted by second, then by rank: the last of each second is the one to keep.
        order = np.lexsort((rank, self.time_ms))
        is_last = np.append(np.diff(self.time_ms[order]) != 0, np.ones(min(1, order.size), dtype=bool))
        kept = np.sort(order[is_last])
        return ReportedLiquidations(*(getattr(self, name)[kept] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpenInterestStamps(Record):
    """Open interest as the venue publishes it: late.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds of the instant that a stamp describes, increasing.
    published_ms : (n,) int64
        When anyone could first read it; later stamps may be published earlier.
    quantity : (n,) float64
        Coins open, one side.
    """

    time_ms: NDArray[np.int64]
    published_ms: NDArray[np.int64]
    quantity: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OrderBookSnapshots(Record):
    """What rests in the order book at each bar's close, by distance from the mid price.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds.
    distance_bp : (l,) float64
        Outer distance of each level, basis points, increasing; a level holds what rests beyond the one before.
    bid_usd, ask_usd : (n, l) float64
        Buy and sell orders in each level, USD.
    """

    time_ms: NDArray[np.int64]
    distance_bp: NDArray[np.float64]
    bid_usd: NDArray[np.float64]
    ask_usd: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FundingPayments(Record):
    """Funding every eight hours.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds.
    rate : (n,) float64
        Fraction of the notional at the mark price; above zero longs pay shorts.
    """

    time_ms: NDArray[np.int64]
    rate: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeedHole:
    """A stretch that a feed lacks.

    Attributes
    ----------
    feed : {'bars', 'open_interest', 'liquidations'}
        Which feed.
    start_ms, end_ms : int
        First moment of the hole and first moment after it, UTC epoch milliseconds.

    Raises
    ------
    InputError
        If the feed is unknown or the hole is empty.
    """

    feed: Feed
    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        """Check both."""
        if self.feed not in ("bars", "open_interest", "liquidations"):
            raise InputError("feed", "must be 'bars', 'open_interest' or 'liquidations'", self.feed)
        if self.end_ms <= self.start_ms:
            raise InputError("end_ms", "must lie after start_ms", self.end_ms)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SimulatedMarket(Record):
    """Public feeds of a simulated market. Bar arrays have one entry for each bar of `history`.

    Attributes
    ----------
    parameters : SimulatorParameters
        What it was made with.
    history : MarketHistory
        Bars and open interest (venue ``simulated``, origin ``simulated``).
    taker_buy_volume : (n,) float64
        Coins bought by takers; at most `history.volume`.
    account_long_short_ratio : (n,) float64
        Accounts long divided by accounts short, at the close.
    depth_usd : (n,) float64
        USD resting within 1 % of the price on each side, at the close.
    liquidations : ReportedLiquidations
        Liquidation orders: every one, unless the parameters ask for a thinned stream.
    open_interest : OpenInterestStamps
        Stamps at the bars' closes with the time of their publication. `history` holds the same figures at their
        instants, as an archive does later.
    order_book : OrderBookSnapshots
        Levels by distance at the bars' closes.
    funding : FundingPayments
        Funding rates.
    holes : tuple of FeedHole
        What the feeds lack, in order of time. Bars within a hole are bridged in `history` and marked there.
    """

    parameters: SimulatorParameters
    history: MarketHistory
    taker_buy_volume: NDArray[np.float64]
    account_long_short_ratio: NDArray[np.float64]
    depth_usd: NDArray[np.float64]
    liquidations: ReportedLiquidations
    open_interest: OpenInterestStamps
    order_book: OrderBookSnapshots
    funding: FundingPayments
    holes: tuple[FeedHole, ...] = ()
