"""What a server tells while its markets grow."""

from __future__ import annotations

import dataclasses

import pytest

from liqheat.api import live as live_api
from liqheat.api.service import MarketService
from liqheat.collect import Followed, LiveMarkets
from liqheat.records import ViewRequest
from liqheat.store import HistoryStore
from tests.support.markets import make_market


@pytest.fixture
def live(tmp_path):
    """Markets of three venues that nobody has started."""
    return LiveMarkets(
        HistoryStore(tmp_path / "store"),
        Followed(
            "BTC/USDT:USDT",
            (
                "binance",
                "bybit",
                "okx",
            ),
        ),
    )


def test_the_venue_that_was_named_first_is_the_default_whichever_answers_first(live):
    service = MarketService([], live=live)
    for venue in ("okx", "binanceusdm", "bybit"):
        service.put_market(dataclasses.replace(make_market(300, 4), venue=venue))
    assert [market.venue for market in service.markets] == ["binanceusdm", "bybit", "okx"]


def test_states_are_told_again_though_nothing_changes(live, monkeypatch):
    monkeypatch.setattr(live_api, "KEEP_ALIVE_S", 0.05)
    monkeypatch.setattr(live_api, "STATUS_S", 0.01)
    events = live_api._events(MarketService([], live=live), live, ViewRequest(), live.broadcast.subscribe())
    try:
        told = [next(events).split("\n", 1)[0] for _ in range(4)]
    finally:
        events.close()
    assert told == ["retry: 2000", "event: status", "event: status", "event: status"]
