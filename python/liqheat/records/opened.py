"""A market as it was opened: its history, and what was published beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from liqheat.records.feeds import FundingRates, Liquidations, LiquidationTotals, LongShortRatios, OrderBookDepth
from liqheat.records.market import MarketHistory


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """One contract out of a source: what was measured, nothing estimated. Compared by identity.

    Attributes
    ----------
    history : MarketHistory
        Bars and open interest, joined and checked: what `estimate_book` takes.
    liquidations : tuple of Liquidations
        Realised liquidations of this contract, event by event, within the history; each batch says in ``capture``
        which part of all liquidations it shows. Empty where none are known.
    totals : tuple of LiquidationTotals
        Realised liquidations of the coin by interval, summed over the venues that each one names.
    depth : tuple of OrderBookDepth
        Samples of the order book, oldest first.
    funding : FundingRates or None
        Funding rates, where they were recorded.
    long_short : tuple of LongShortRatios
        Ratios of accounts and positions, one record for each measure that was recorded.
    parameters : Path or None
        File of parameters that were fitted on this market; None where those that are shipped are all there are.
    """

    history: MarketHistory
    liquidations: tuple[Liquidations, ...] = ()
    totals: tuple[LiquidationTotals, ...] = ()
    depth: tuple[OrderBookDepth, ...] = ()
    funding: FundingRates | None = None
    long_short: tuple[LongShortRatios, ...] = ()
    parameters: Path | None = None

    @property
    def venue(self) -> str:
        """Venue id."""
        return self.history.venue

    @property
    def symbol(self) -> str:
        """Unified symbol, as ccxt writes it."""
        return self.history.symbol

    @property
    def capture(self) -> tuple[str, ...]:
        """Which parts of all liquidations the batches show; empty where none are known."""
        return tuple(sorted({batch.capture for batch in self.liquidations}))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: sources taken, holes bridged, what is missing."""
        return self.history.notes

    def __repr__(self) -> str:
        bars, events = self.history.n_bars, sum(batch.time_ms.size for batch in self.liquidations)
        return f"Market({self.venue} {self.symbol}, {bars} bars, {events} liquidations, {len(self.depth)} order books)"
