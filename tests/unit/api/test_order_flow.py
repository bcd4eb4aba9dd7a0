"""What happens before a cluster, over HTTP: of the simulated market, of a store, and of markets that tell nothing."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.api import create_app
from liqheat.collect import find_stored_books, find_stored_candles
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.records import Candles, OrderBookDepth
from liqheat.simulator import embedded_market, find_simulated_books, find_simulated_candles
from liqheat.store import HistoryStore, save_record
from tests.support.markets import make_market

BARS = 24


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def client(market):
    app = create_app([market, make_market(400, 7)])
    service = app.extensions["liqheat"]
    service.find_candles, service.find_books = find_simulated_candles, find_simulated_books
    return app.test_client()


def get(client, status=200, **query):
    answer = client.get("/api/v1/order-flow", query_string=query)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return answer.get_json()


def test_the_simulated_market_tells_takers_and_depth_always(client, market):
    simulated = embedded_market()
    (one,) = get(client, near_edge=0.98 * market.close[-1], bars=BARS)["venues"]
    last = slice(-BARS, None)
    bought = (simulated.taker_buy_volume * market.close)[last]
    assert one["takers"]["buy_usd"] == pytest.approx(bought.tolist())
    total = np.add(one["takers"]["buy_usd"], one["takers"]["sell_usd"])
    assert total == pytest.approx((market.volume * market.close)[last])
    assert one["takers"]["open_time_ms"] == market.open_time_ms[last].tolist()
    depth = one["depth"]
    assert depth["time_ms"][-1] == market.end_ms
    assert len(depth["front_usd"]) == BARS + 1
    assert 0 < depth["width"] <= 0.02 + 1e-9
    assert depth["front"] in ("thinning", "steady", "stacking")


def test_as_of_a_past_moment_nothing_later_is_told(client, market):
    then = int(market.open_time_ms[-500]) + 1_234
    (one,) = get(client, near_edge=60_000, bars=BARS, as_of_ms=then)["venues"]
    assert one["end_ms"] == market.open_time_ms[-500]
    assert max(one["takers"]["open_time_ms"]) + market.interval_ms <= one["end_ms"]
    assert max(one["depth"]["time_ms"]) <= one["end_ms"]


def test_a_market_that_tells_nothing_says_so(client):
    other = make_market(400, 7)
    (one,) = get(client, venue=other.venue, symbol=other.symbol, near_edge=1.0)["venues"]
    assert one["takers"] is one["depth"] is None


@pytest.mark.parametrize("wrong", [{}, {"near_edge": "nan"}, {"near_edge": 0}, {"near_edge": 1, "bars": 1}])
def test_bad_input_names_the_argument(client, wrong):
    problem = get(client, status=400, **wrong)
    assert problem["argument"] == ("bars" if "bars" in wrong else "near_edge")


def test_a_recorded_store_has_both(tmp_path):
    market = make_market(400, 7)
    history = HistoryStore(tmp_path)
    bars = market.candles
    candles = Candles(
        *(getattr(bars, name) for name in ("open_time_ms", "open", "high", "low", "close", "volume")),
        taker_buy_volume=0.25 * bars.volume,
    )
    interval = f"{market.interval_ms // 60_000}m"
    save_record(history, market.venue, market.symbol, candles, interval)
    middle, end = market.close[-1], market.end_ms
    levels = middle * (1 - np.array([0.001, 0.002])), middle * (1 + np.array([0.001, 0.002]))
    rows = [
        OrderBookDepth(end - t, end - t, levels[0], np.full(2, float(t)), levels[1], np.full(2, 9.0))
        for t in range(60_000, 0, -5_000)
    ]
    for row in rows:
        save_record(history, market.venue, market.symbol, row)
    app = create_app([market])
    service = app.extensions["liqheat"]
    service.find_candles, service.find_books = find_stored_candles(history), find_stored_books(history)
    (one,) = get(app.test_client(), near_edge=0.99 * middle, bars=12)["venues"]
    assert one["takers"]["sell_share"] == pytest.approx(0.75)
    assert one["depth"]["front"] == "thinning" and one["depth"]["behind"] == "steady"
    assert one["depth"]["time_ms"] == [book.time_ms for book in rows]
