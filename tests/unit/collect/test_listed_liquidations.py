"""Liquidations that a venue lists over REST are kept once, however often they are listed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from liqheat import store
from liqheat.collect.backfill import LISTED_LIQUIDATIONS_MS, refresh_liquidations
from liqheat.records import Liquidations
from liqheat.store import HistoryStore
from liqheat.venues.table import find_venue

NOW_MS = 1_767_225_600_000
SYMBOL = "BTC/USDT:USDT"


class ListingVenue:
    """Lists what it has within bounds, as received now."""

    def __init__(self, venue: str) -> None:
        self.spec = find_venue(venue, SYMBOL)
        self.times = np.array([NOW_MS - 3_700_000, NOW_MS - 60_000, NOW_MS - 60_000, NOW_MS - 1_000])
        self.ordinals = np.array([0, 0, 1, 0], dtype=np.int32)
        self.present_ms = NOW_MS

    def now_ms(self) -> int:
        return self.present_ms

    def fetch_liquidations(self, symbol: str, first_ms: int, last_ms: int) -> Liquidations:
        assert symbol == SYMBOL
        inside = (self.times >= first_ms) & (self.times <= last_ms)
        count = int(inside.sum())
        ones = np.ones(count)
        return Liquidations(
            time_ms=self.times[inside],
            receive_ms=np.full(count, last_ms),
            is_long=np.ones(count, dtype=bool),
            price=ones * 60_000,
            quantity=ones,
            notional_usd=ones * 60_000,
            mark_price=ones * np.nan,
            ordinal=self.ordinals[inside],
            price_means="fill",
            capture="last hour, polled",
        )


def test_overlapping_lists_add_only_what_is_new(tmp_path):
    history, gate = HistoryStore(tmp_path / "store"), ListingVenue("gate")
    assert refresh_liquidations(history, gate, SYMBOL) == 3
    assert refresh_liquidations(history, gate, SYMBOL) == 0
    gate.times = np.append(gate.times, NOW_MS + 5_000)
    gate.ordinals = np.append(gate.ordinals, np.int32(0))
    gate.present_ms = NOW_MS + 300_000
    assert refresh_liquidations(history, gate, SYMBOL) == 1
    kept = store.load_liquidations_of(history, "gate", SYMBOL)
    assert kept is not None
    assert kept.time_ms.tolist() == [NOW_MS - 60_000, NOW_MS - 60_000, NOW_MS - 1_000, NOW_MS + 5_000]
    # The first arrival stays.
    assert kept.receive_ms.tolist() == [NOW_MS, NOW_MS, NOW_MS, NOW_MS + 300_000]
    assert kept.capture == "last hour, polled"


def test_a_venue_that_lists_none_is_not_asked(tmp_path):
    history = HistoryStore(tmp_path / "store")
    silent = SimpleNamespace(spec=find_venue("bybit", SYMBOL))
    assert refresh_liquidations(history, silent, SYMBOL) == 0
    assert LISTED_LIQUIDATIONS_MS == 3_600_000
