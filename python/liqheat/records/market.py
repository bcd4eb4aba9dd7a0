"""What a venue publishes about one contract, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError, check_type
from liqheat.records.arrays import FloatArray, Record, TimeArray
from liqheat.records.feeds import MarginTiers
from liqheat.records.rows import join_bars, select_rows, whole_rows
from liqheat.records.symbols import base_of
from liqheat.units import MINUTE_MS, Moment, read_moment_ms

ContractKind = Literal["linear", "inverse"]
"""``linear`` contracts count in coins and settle in quote currency; ``inverse`` ones count in USD, settle in coin."""


@dataclass(frozen=True, slots=True)
class Contract:
    """Which contract of which venue.

    Attributes
    ----------
    venue, symbol : str
        Venue id and unified symbol.
    contract_kind : {'linear', 'inverse'}
        Decides the unit of volume and open interest: coins or USD.
    """

    venue: str
    symbol: str
    contract_kind: ContractKind = "linear"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Candles(Record):
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

    def select(self, rows: slice) -> Candles:
        """Some of the candles."""
        return select_rows(self, rows)

    def resample(self, interval_ms: int, size: int) -> Candles:
        """Candles of whole intervals of `size` candles each; their source and takers' part are not kept."""
        return Candles(**join_bars(self, whole_rows(self.open_time_ms, interval_ms, size), size))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarkCandles(Record):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OpenInterest(Record):
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarketHistory(Record):
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
    candle_venue : str, optional
        Whose candles stand in for the venue's own; None for its own.
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
    candle_venue: str | None = None

    @property
    def base(self) -> str:
        """Coin that is traded: ``BTC``."""
        return base_of(self.symbol)

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

    @property
    def candles(self) -> Candles:
        """The trade candles of its bars."""
        return Candles(self.open_time_ms, self.open, self.high, self.low, self.close, self.volume)

    @property
    def close_time_ms(self) -> TimeArray:
        """Close of each bar, UTC epoch milliseconds."""
        return self.open_time_ms + self.interval_ms

    def select(self, bars: slice) -> MarketHistory:
        """The same market with some of its bars.

        Examples
        --------
        >>> import liqheat
        >>> market = liqheat.simulate_market(days=1).history
        >>> market.select(slice(-12, None)).n_bars
        12
        """
        check_type("bars", bars, slice, "must be a slice")
        return select_rows(self, bars)

    def until(self, end_ms: Moment) -> MarketHistory:
        """The bars that closed by a time, UTC epoch milliseconds or another `Moment`, and no more."""
        last_ms = read_moment_ms("end_ms", end_ms)
        return self.select(slice(int(np.searchsorted(self.close_time_ms, last_ms, side="right"))))

    def append(self, columns: Mapping[str, Sequence[float]]) -> MarketHistory:
        """The same market with bars more at the end, by the name of their column; none of them bridged."""
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), np.asarray(rows, dtype=getattr(self, name).dtype)])
            for name, rows in columns.items()
        }
        if self.bridged is not None:
            more = arrays["open_time_ms"].size - self.n_bars
            arrays["bridged"] = np.concatenate([self.bridged, np.zeros(more, dtype=np.bool_)])
        return replace(self, **arrays)

    def whole_intervals(self, interval_ms: int) -> slice:
        """Bars that fill whole intervals: one that is still open says nothing yet.

        Raises
        ------
        InputError
            When the interval is no multiple of the bars'.
        NoDataError
            When there is no whole interval.
        """
        self._check_multiple(interval_ms)
        whole = whole_rows(self.open_time_ms, interval_ms, interval_ms // self.interval_ms)
        if whole.stop <= whole.start:
            raise NoDataError("bars", f"must fill an interval of {interval_ms // MINUTE_MS} minutes", self.n_bars)
        return whole

    def _check_multiple(self, interval_ms: int) -> None:
        if not isinstance(interval_ms, int | np.integer) or interval_ms <= 0 or interval_ms % self.interval_ms:
            raise InputError("interval_ms", f"must be a multiple of the bars' {self.interval_ms} ms", interval_ms)

    def resample(self, interval_ms: int) -> MarketHistory:
        """The same market in longer bars, on whole intervals; incomplete ones at the ends are left out.

        Raises
        ------
        InputError
            When the interval is no multiple of the bars' or leaves fewer than 2 bars.
        """
        self._check_multiple(interval_ms)
        size = interval_ms // self.interval_ms
        whole = whole_rows(self.open_time_ms, interval_ms, size)
        if whole.stop - whole.start < 2 * size:
            raise InputError("interval_ms", "must leave at least 2 bars", interval_ms)
        return replace(
            self,
            interval_ms=interval_ms,
            mark_low=self.mark_low[whole].reshape(-1, size).min(axis=1),
            mark_high=self.mark_high[whole].reshape(-1, size).max(axis=1),
            open_interest=self.open_interest[whole].reshape(-1, size)[:, -1].copy(),
            bridged=None if self.bridged is None else np.any(self.bridged[whole].reshape(-1, size), axis=1),
            **join_bars(self, whole, size),
        )

    def join_candles(self, first_bar: int, end_bar: int, bars_per_candle: int) -> dict[str, NDArray[Any]]:
        """Columns of candles of `bars_per_candle` bars each, to be shown; the last one may be shorter.

        ``time_ms`` (opens), ``open``, ``high``, ``low``, ``close`` and ``volume``.

        Bars that bridge a hole are no candles: they are left out, and a candle of nothing else is not there.
        """
        starts = np.arange(first_bar, end_bar, bars_per_candle)
        times = self.open_time_ms[starts]
        bars = np.arange(first_bar, end_bar)
        if self.bridged is not None:
            bars = bars[~self.bridged[first_bar:end_bar]]
            candle_of = (bars - first_bar) // bars_per_candle
            starts = bars[np.flatnonzero(np.diff(candle_of, prepend=-1))]
            times = times[np.unique(candle_of)]
        firsts = np.searchsorted(bars, starts)
        lasts = bars[np.append(firsts[1:], bars.size) - 1]
        return {
            "time_ms": times,
            "open": self.open[starts],
            "high": np.maximum.reduceat(self.high[bars], firsts),
            "low": np.minimum.reduceat(self.low[bars], firsts),
            "close": self.close[lasts],
            "volume": np.add.reduceat(self.volume[bars], firsts),
        }
