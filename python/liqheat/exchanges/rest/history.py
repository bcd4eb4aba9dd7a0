"""What a fetch hands on."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.records import Candles, ContractKind, MarkCandles, OpenInterest


@dataclass(frozen=True, slots=True)
class VenueHistory:
    """History of one contract as its venue tells it, in our units; not yet aligned.

    Attributes
    ----------
    venue, symbol : str
        Venue id (never an alias) and ccxt unified symbol.
    contract_kind : {'linear', 'inverse'}
        Decides the unit of volume and open interest: coins or USD.
    interval : str
        Candle length, such as ``5m``.
    candles : Candles
        Closed trade candles, oldest first, no time twice. Gaps stay gaps.
    mark : MarkCandles or None
        Mark candles of the same times, where the venue offers them.
    open_interest : OpenInterest
        One side.
    notes : tuple of str
        What a reader must know: the venue's lookback, gaps, repeated rows.
    """

    venue: str
    symbol: str
    contract_kind: ContractKind
    interval: str
    candles: Candles
    mark: MarkCandles | None
    open_interest: OpenInterest
    notes: tuple[str, ...] = ()
