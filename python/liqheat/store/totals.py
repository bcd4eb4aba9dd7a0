"""Totals of liquidations out of the store. A series may hold several intervals and several sets of venues."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from liqheat.records import LiquidationTotals, SeriesKey
from liqheat.store.dataset import HistoryStore


def load_liquidation_totals_of(
    store: HistoryStore,
    venue: str,
    symbol: str,
    interval_ms: int,
    venues: str | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[LiquidationTotals]:
    """Totals of one length of interval that start in ``[start_ms, end_ms)``: one record for each set of venues.

    Parameters
    ----------
    store : HistoryStore
        Where they are.
    venue, symbol : str
        Who published them (``coinglass``, ``coinalyze``), and ccxt unified symbol.
    interval_ms : int
        Length of an interval.
    venues : str, optional
        Only those of this set, ``binance+bybit+okx``.
    """
    rows = store.load(SeriesKey("liquidation_totals", venue, symbol), start_ms, end_ms)
    rows = rows.filter(pc.equal(rows.column("interval_ms"), interval_ms))
    found = []
    for name in sorted(pc.unique(rows.column("venues")).to_pylist()):
        if venues in (None, name):
            own = rows.filter(pc.equal(rows.column("venues"), name))
            values = {
                column: np.asarray(own.column(column).to_numpy())
                for column in ("time_ms", "long_usd", "short_usd", "long_base", "short_base")
            }
            found.append(LiquidationTotals(interval_ms=interval_ms, venues=name, source=f"{venue}, stored", **values))
    return found
