"""Totals of liquidations out of the store. A series may hold several intervals and several sets of venues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from liqheat.records import LiquidationTotals, SeriesKey
from liqheat.store.dataset import HistoryStore


def load_liquidation_totals_of(
    store: HistoryStore,
    venue: str,
    symbol: str,
    interval_ms: int | None = None,
    venues: str | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[LiquidationTotals]:
    """Totals that start in ``[start_ms, end_ms)``: one record for each length of interval and each set of venues.

    Parameters
    ----------
    store : HistoryStore
        Where they are.
    venue, symbol : str
        Who published them (``coinglass``, ``coinalyze``), and ccxt unified symbol.
    interval_ms : int, optional
        Only those of this length.
    venues : str, optional
        Only those of this set, ``binance+bybit+okx``.
    """
    rows = store.load(SeriesKey("liquidation_totals", venue, symbol), start_ms, end_ms)
    found = []
    groups = rows.group_by(["interval_ms", "venues"]).aggregate([]).to_pylist()
    for group in sorted(groups, key=lambda group: (group["interval_ms"], group["venues"])):
        if interval_ms not in (None, group["interval_ms"]) or venues not in (None, group["venues"]):
            continue
        is_own = pc.and_(
            pc.equal(rows.column("interval_ms"), group["interval_ms"]), pc.equal(rows.column("venues"), group["venues"])
        )
        own = rows.filter(is_own)
        values: dict[str, Any] = {
            column: np.asarray(own.column(column).to_numpy())
            for column in ("time_ms", "long_usd", "short_usd", "long_base", "short_base")
        }
        found.append(LiquidationTotals(**group, source=f"{venue}, stored", **values))
    return found
