"""Markets that grow: from closed bars to the one that is traded."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat import store
from liqheat.collect import Followed, LiveMarkets
from liqheat.records import Candles, FeedEvent, OpenCandle, OpenInterest
from liqheat.store import HistoryStore
from tests.support.markets import make_market

STEP_MS = 300_000
SYMBOL = "BTC/USDT:USDT"


@pytest.fixture
def filled(tmp_path):
    """A store with 200 closed bars, the open interest of the last two not published yet."""
    market = make_market(200, 4)
    history = HistoryStore(tmp_path / "store")
    prices = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    store.save_record(history, market.venue, SYMBOL, Candles(open_time_ms=market.open_time_ms, **prices), "5m")
    closes = market.open_time_ms[:-2] + STEP_MS
    store.save_record(history, market.venue, SYMBOL, OpenInterest(closes, market.open_interest[:-2]))
    return history, market


def make_open_candle(open_ms: int) -> OpenCandle:
    return OpenCandle(STEP_MS, open_ms, open_ms + 1000, 60_000.0, 60_010.0, 59_990.0, 60_005.0, 3.0)


def test_bars_that_wait_for_open_interest_lead_to_the_open_one(filled):
    history, market = filled
    live = LiveMarkets(history, Followed(SYMBOL, ("binance",), days=3_650))
    live.on_event(FeedEvent("binanceusdm", SYMBOL, make_open_candle(market.end_ms)))
    live._rebuild("binanceusdm", "backfill")
    (grown,) = live.markets()
    assert grown.end_ms == market.end_ms - 2 * STEP_MS
    bars = live.following_bars(grown)
    assert [bar.candle.open_time_ms for bar in bars] == (grown.end_ms + np.arange(3) * STEP_MS).tolist()
    assert bars[0].candle.close == market.close[-2]
    assert bars[2].candle.close == 60_005.0


def test_a_history_that_is_far_behind_is_not_led_on(filled):
    history, market = filled
    live = LiveMarkets(history, Followed(SYMBOL, ("binance",), days=3_650))
    live.on_event(FeedEvent("binanceusdm", SYMBOL, make_open_candle(market.end_ms + 12 * STEP_MS)))
    live._rebuild("binanceusdm", "backfill")
    assert live.following_bars(live.markets()[0]) == []
