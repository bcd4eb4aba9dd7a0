"""What another product draws, kept to be compared with our own."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.records.arrays import FloatArray, Record, TimeArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForeignHeatmap(Record):
    """Another product's liquidation heatmap: a picture to compare with, never market history.

    Attributes
    ----------
    product, symbol : str
        Whose heatmap (``coinglass``), and of which contract (ccxt unified symbol).
    price_edges : (n + 1,) float64
        Increasing borders of the buckets, quote currency. The product publishes one price for each bucket; a border
        lies half-way between two of them.
    time_ms : (m,) int64
        UTC epoch milliseconds at which each column starts.
    interval_ms : int
        Length of a column.
    intensity : (n, m) float64
        As published, 0 where nothing was. The product does not define the unit, so it is relative: compare ranks and
        shares of it, not dollars.
    close : (m,) float64
        Last price of each column, quote currency.
    n_outside : int
        Entries that pointed outside the axes and were left out.
    source : str
        Where it comes from.
    """

    product: str
    symbol: str
    price_edges: FloatArray
    time_ms: TimeArray
    interval_ms: int
    intensity: FloatArray
    close: FloatArray
    n_outside: int = 0
    source: str = ""
