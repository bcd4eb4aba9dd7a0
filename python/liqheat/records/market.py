"""What a venue publishes about one contract, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.records.feeds import MarginTiers

ContractKind = Literal["linear", "inverse"]
"""``linear`` contracts count in coins and settle in quote currency; ``inverse`` ones count in USD, settle in coin."""

VENUE_ALIASES: dict[tuple[str, ContractKind], str] = {
    ("binance", "linear"): "binanceusdm",
    ("binance", "inverse"): "binancecoinm",
}
"""Input names that stand for one venue or another, by the kind of contract."""


@dataclass(frozen=True, slots=True)
class Candles:
    """Trade candles of one contract, as they were read: not yet checked.

    Attributes
    ----------
    open_time_ms : (n,) int64
        UTC epoch milliseconds of each candle's open.
    open, high, low, close : (n,) float64
        Last-trade prices, quote currency per coin.
    volume : (n,) float64
        Traded volume of the candle, one-sided, in the contract's own unit: coins (linear) or USD (inverse).
    source : str
        Where the rows come from, for people: a file name, ``binanceusdm REST``, ``simulated``.
    taker_buy_volume : (n,) float64, optional
        Part of the volume that takers bought, same unit; None where the source does not tell.
    """

    open_time_ms: TimeArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    source: str = ""
    taker_buy_volume: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class MarkCandles:
    """Low and high of the mark price, which is what triggers liquidation.

    Attributes
    ----------
    open_time_ms : (n,) int64
        UTC epoch milliseconds of each candle's open.
    low, high : (n,) float64
        Extremes of the mark price within the candle.
    source : str
        Where the rows come from.
    """

    open_time_ms: TimeArray
    low: FloatArray
    high: FloatArray
    source: str = ""


@dataclass(frozen=True, slots=True)
class OpenInterest:
    """Open interest, ONE side, at instants.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds of each snapshot.
    quantity : (n,) float64
        Open interest in the contract's own unit: coins (linear) or USD (inverse).
    source : str
        Where the rows come from.
    """

    time_ms: TimeArray
    quantity: FloatArray
    source: str = ""


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """One contract's checked and aligned history: what the position book reads, bar by bar.

    Every array has one entry for each closed bar, in time order, without gaps.

    Attributes
    ----------
    venue, symbol : str
        Venue id (``binanceusdm``, …) and ccxt unified symbol (``BTC/USDT:USDT``).
    contract_kind : {'linear', 'inverse'}
        Decides the unit of volume and open interest: coins or USD.
    interval_ms : int
        Length of a bar.
    open_time_ms : (n,) int64
        UTC epoch milliseconds of each bar's open.
    open, high, low, close : (n,) float64
        Last-trade prices.
    volume : (n,) float64
        One-sided traded volume in the contract's own unit, of the venue whose open interest is used
        (after the ratio that `notes` states, where another venue's volume stands in).
    open_interest : (n,) float64
        Open interest, one side, at the CLOSE of each bar, in the contract's own unit.
    mark_low, mark_high : (n,) float64
        Extremes of the mark price in the bar; the trade extremes where no mark is known (`notes` says so).
    origin : str
        ``simulated``, ``files`` or ``venue``: shown wherever the data is shown.
    notes : tuple of str
        What a reader must know about this data: sources taken, stand-ins, ratios.
    bridged : (n,) bool, optional
        Bars that the venue does not have, put in so that there is no gap: never shown as candles. None where there
        are none.
    margin_tiers : MarginTiers, optional
        The venue's tiers, where they were fetched; the shipped tables apply without.
    """

    venue: str
    symbol: str
    contract_kind: ContractKind
    interval_ms: int
    open_time_ms: TimeArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    open_interest: FloatArray
    mark_low: FloatArray
    mark_high: FloatArray
    origin: str
    notes: tuple[str, ...] = ()
    bridged: NDArray[np.bool_] | None = None
    margin_tiers: MarginTiers | None = None

    @property
    def base(self) -> str:
        """Coin that is traded: ``BTC``."""
        return self.symbol.split("/")[0]

    @property
    def quote(self) -> str:
        """Currency of the prices: ``USDT``, ``USDC``, ``USD``."""
        return self.symbol.partition("/")[2].split(":")[0]

    @property
    def n_bars(self) -> int:
        """Number of closed bars."""
        return int(self.open_time_ms.size)

    @property
    def end_ms(self) -> int:
        """Close of the last bar, UTC epoch milliseconds."""
        return int(self.open_time_ms[-1]) + self.interval_ms
