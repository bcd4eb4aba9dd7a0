"""What happens before a cluster: takers by bar, and a book that thins or stacks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat.records import Candles, OrderBookDepth
from liqheat.setups import depth_before, taker_flow


def book(time_ms, middle, bid_usd, ask_usd, levels=20, step=0.001):
    away = step * np.arange(1, levels + 1)
    sides = middle * (1 - away), np.full(levels, bid_usd), middle * (1 + away), np.full(levels, ask_usd)
    return OrderBookDepth(time_ms, time_ms, *sides)


def candles(volume, bought):
    times, price = 60_000 * np.arange(len(volume)), np.full(len(volume), 20.0)
    return Candles(times, price, price, price, price, np.asarray(volume, float), "", bought)


def test_takers_are_known_where_the_venue_tells_and_never_more_than_what_was_traded():
    flow = taker_flow(candles([10, 10, 10], np.array([4.0, np.nan, 12.0])), "linear")
    assert flow.open_time_ms.tolist() == [0, 120_000]
    assert (flow.buy_usd + flow.sell_usd).tolist() == [200.0, 200.0]
    assert flow.sell_usd.tolist() == [120.0, 0.0]
    assert taker_flow(candles([10], np.array([4.0])), "inverse").buy_usd.tolist() == [4.0]
    for unknown in (None, np.array([np.nan])):
        assert taker_flow(candles([10], unknown), "linear") is None


@given(
    bids=st.lists(st.floats(1, 1e6), min_size=4, max_size=30),
    drift=st.floats(-0.004, 0.004),
    is_below=st.booleans(),
)
def test_a_price_that_comes_nearer_is_not_a_book_that_thins(bids, drift, is_below):
    """A book that moves with the price is as thick as before, however short the way has become."""
    middles = 100 * np.cumprod(np.full(len(bids), 1 + drift))
    same = [book(t, middle, bids[0], 7.0) for t, middle in enumerate(middles)]
    found = depth_before(same, middles[-1] * (0.99 if is_below else 1.01))
    assert found.front == found.behind == "steady"
    usd = (bids[0], 7.0) if is_below else (7.0, bids[0])
    assert (found.front_usd[0], found.behind_usd[0]) == pytest.approx(
        tuple(value * round(found.width / 0.001) for value in usd), rel=0.2
    )


@pytest.mark.parametrize(("last", "word"), [(0.5, "thinning"), (0.9, "steady"), (2.0, "stacking")])
def test_the_side_before_the_cluster_is_the_front(last, word):
    books = [book(t, 100.0, 10.0 if t < 6 else 10.0 * last, 5.0) for t in range(9)]
    below, above = depth_before(books, 99.0), depth_before(books, 101.0)
    assert (below.front, below.behind) == (word, "steady")
    assert (above.front, above.behind) == ("steady", word)
    assert below.front_change == pytest.approx(last)


def test_too_little_to_tell():
    assert depth_before([], 99.0) is None
    empty = OrderBookDepth(0, 0, *[np.array([])] * 4)
    assert depth_before([empty], 99.0) is None
    # The price stands on the edge.
    assert depth_before([book(0, 100.0, 1.0, 1.0)], 100.0) is None
    found = depth_before([book(t, 100.0, 1.0, 1.0) for t in range(3)], 99.0)
    assert (found.front, found.front_change) == ("unknown", None)
    # Nothing rested, then something: no ratio.
    assert depth_before([book(t, 100.0, float(t > 4), 1.0) for t in range(9)], 99.0).front == "unknown"


def test_as_far_as_every_book_reaches():
    books = [book(0, 100.0, 1.0, 1.0, levels=20), *(book(t, 100.0, 1.0, 1.0, levels=5) for t in range(1, 6))]
    found = depth_before(books, 90.0)
    assert found.width == pytest.approx(0.005)
    assert found.front_usd.tolist() == [5.0] * 6


@pytest.mark.parametrize("edge", [0.0, -1.0, np.nan, np.inf])
def test_an_edge_that_is_no_price(edge):
    with pytest.raises(InputError, match="near_edge"):
        depth_before([book(0, 100.0, 1.0, 1.0)], edge)
