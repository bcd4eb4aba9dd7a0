"""What venues publish beside candles and open interest, as arrays; and what their streams push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, Record, TimeArray
from liqheat.records.rows import select_rows

LongShortMeasure = Literal["accounts", "top_accounts", "top_positions"]
"""Share of all accounts, of the largest accounts, or of the largest accounts' positions."""

FeedState = Literal["waiting", "backfilling", "live", "stale", "refused", "failed"]
"""``refused`` is a venue that does not serve this location; ``failed`` will be tried again."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FundingRates(Record):
    """Funding rates of one contract.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds at which each was charged.
    rate : (n,) float64
        Share of notional that longs paid shorts, for the venue's own period (1 h or 8 h).
    source : str
        Where the rows come from.
    """

    time_ms: TimeArray
    rate: FloatArray
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LongShortRatios(Record):
    """How many accounts, or how much of their positions, are long.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds of each snapshot.
    long_share : (n,) float64
        Long part of the whole, 0..1; long / short ratio is ``long_share / (1 - long_share)``.
    measure : {'accounts', 'top_accounts', 'top_positions'}
        What is counted.
    source : str
        Where the rows come from.
    """

    time_ms: TimeArray
    long_share: FloatArray
    measure: LongShortMeasure
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OrderBookDepth(Record):
    """Resting orders at one moment.

    Attributes
    ----------
    time_ms, receive_ms : int
        The venue's time and ours, UTC epoch milliseconds.
    bid_price, ask_price : (n,), (m,) float64
        Levels, best first: bids fall, asks rise.
    bid_usd, ask_usd : (n,), (m,) float64
        Resting notional at each level.
    """

    time_ms: int
    receive_ms: int
    bid_price: FloatArray
    bid_usd: FloatArray
    ask_price: FloatArray
    ask_usd: FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Liquidations(Record):
    """Realised liquidations, as a venue published them.

    Attributes
    ----------
    time_ms, receive_ms : (n,) int64
        When the venue says that it happened, and when it reached us, UTC epoch milliseconds.
    is_long : (n,) bool
        Whether a long POSITION was closed by force (its closing order sold).
    price : (n,) float64
        As published; `price_means` says what it is.
    quantity : (n,) float64
        In the contract's own unit: coins (linear) or USD (inverse).
    notional_usd : (n,) float64
        Quantity at the published price.
    mark_price : (n,) float64
        The venue's mark when the event reached us; NaN where none was known.
    ordinal : (n,) int32
        Which of several rows that are equal in time, side, price and quantity this is: 0 for the first. With it those
        four make a key, so that a repeated message adds nothing and two equal liquidations stay two.
    price_means : str
        ``fill average``, ``bankruptcy``, …
    capture : str
        Which part of all liquidations the feed shows: ``complete``, ``largest per second``, …
    source : str
        Where the rows come from.
    """

    time_ms: TimeArray
    receive_ms: TimeArray
    is_long: NDArray[np.bool_]
    price: FloatArray
    quantity: FloatArray
    notional_usd: FloatArray
    mark_price: FloatArray
    ordinal: NDArray[np.int32]
    price_means: str
    capture: str
    source: str = ""

    def between(self, start_ms: int, end_ms: int) -> Liquidations:
        """Those of ``[start_ms, end_ms)``, UTC milliseconds."""
        return select_rows(self, slice(*np.searchsorted(self.time_ms, [start_ms, end_ms]).tolist()))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LiquidationTotals(Record):
    """Sums of realised liquidations by interval, as data vendors publish them.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds at which each interval starts.
    interval_ms : int
        Length of an interval.
    long_usd, short_usd : (n,) float64
        Notional of long and short POSITIONS closed by force; NaN where the source does not tell.
    long_base, short_base : (n,) float64
        The same in coins; NaN where the source does not tell.
    venues : str
        Whose liquidations are summed, joined by ``+``: ``binance+bybit+okx``; empty where the source does not say.
    source : str
        Where the rows come from.
    """

    time_ms: TimeArray
    interval_ms: int
    long_usd: FloatArray
    short_usd: FloatArray
    long_base: FloatArray
    short_base: FloatArray
    venues: str
    source: str = ""

    def between(self, start_ms: int, end_ms: int) -> LiquidationTotals:
        """Those of ``[start_ms, end_ms)``, UTC milliseconds."""
        return select_rows(self, slice(*np.searchsorted(self.time_ms, [start_ms, end_ms]).tolist()))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarginTiers(Record):
    """A venue's margin tiers of one contract, as fetched.

    Attributes
    ----------
    fetched_ms : int
        UTC epoch milliseconds.
    floor, cap : (k,) float64
        Position sizes that a tier holds for, half-open, in `unit`; the last cap may be infinite.
    maintenance_margin_rate, maintenance_amount, max_leverage : (k,) float64
        Rate 0..1, amount in the settlement currency, leverage.
    unit : {'quote', 'coins', 'contracts'}
        What floor and cap count.
    source : str
        Where the rows come from.
    """

    fetched_ms: int
    floor: FloatArray
    cap: FloatArray
    maintenance_margin_rate: FloatArray
    maintenance_amount: FloatArray
    max_leverage: FloatArray
    unit: Literal["quote", "coins", "contracts"]
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContractSizes(Record):
    """What one contract was worth, from each time on.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds from which on a size holds.
    size : (n,) float64
        Coins (linear) or USD (inverse) of one contract.
    """

    time_ms: TimeArray
    size: FloatArray


@dataclass(frozen=True, slots=True)
class OpenCandle:
    """The candle that is being traded, as a stream pushed it.

    Attributes
    ----------
    interval_ms, open_time_ms, receive_ms : int
        Length; UTC epoch milliseconds of its open and of its arrival.
    open, high, low, close : float
        Last-trade prices so far.
    volume : float
        So far, in the contract's own unit.
    """

    interval_ms: int
    open_time_ms: int
    receive_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class MarkPrice:
    """A mark price at a moment: the venue's time and ours, UTC epoch milliseconds."""

    time_ms: int
    receive_ms: int
    price: float


@dataclass(frozen=True, slots=True)
class OpenInterestNow:
    """Open interest at a moment, ONE side, in the contract's own unit."""

    time_ms: int
    receive_ms: int
    quantity: float


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """How one feed of one venue is doing.

    Attributes
    ----------
    venue, symbol : str
        Venue id and ccxt unified symbol.
    feed : str
        ``candles``, ``mark``, ``open_interest``, ``depth``, ``liquidations``, …
    state : FeedState
        See there.
    detail : str
        What happened, for people; empty where nothing did.
    since_ms : int
        When the state began, UTC epoch milliseconds.
    """

    venue: str
    symbol: str
    feed: str
    state: FeedState
    detail: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One thing that a venue's stream pushed.

    Attributes
    ----------
    venue, symbol : str
        Venue id (never an alias) and ccxt unified symbol.
    payload : OpenCandle, MarkPrice, OpenInterestNow, OrderBookDepth, Liquidations or FeedStatus
        What it is.
    """

    venue: str
    symbol: str
    payload: OpenCandle | MarkPrice | OpenInterestNow | OrderBookDepth | Liquidations | FeedStatus
