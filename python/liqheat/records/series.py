"""Names of series on disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """Which series of history: what, where, of which contract.

    Attributes
    ----------
    kind : str
        ``candles``, ``mark``, ``open_interest``, ``funding``, ``long_short``, ``depth``, ``liquidations``,
        ``liquidation_totals``, ``margin_tiers``: a row of the store's table of kinds.
    venue, symbol : str
        Venue id (never an alias) and ccxt unified symbol.
    interval : str
        Candle length such as ``5m`` for ``candles`` and ``mark``; empty for the others.
    """

    kind: str
    venue: str
    symbol: str
    interval: str = ""
