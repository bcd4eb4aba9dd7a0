"""Several venues that are named, as one: neither one, nor all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import liqheat
from liqheat.api import create_app
from liqheat.errors import InputError, UnknownNameError
from liqheat.history import pick_venues
from liqheat.records import Liquidations
from tests.support.markets import make_market

VENUES = ("binanceusdm", "bybit", "okx")


@pytest.fixture(scope="module")
def markets():
    return [dataclasses.replace(make_market(400, seed), venue=venue) for seed, venue in enumerate(VENUES)]


def liquidation(venue, market):
    one = np.array([market.end_ms - 1000])
    price = np.array([60_000.0])
    return Liquidations(
        one, one, np.array([True]), price, np.ones(1), price, price, np.zeros(1, np.int32), venue, "all"
    )


@pytest.fixture(scope="module")
def client(markets):
    def find(venue, symbol, start_ms, end_ms):
        del symbol, start_ms, end_ms
        return [liquidation(venue, markets[0])]

    return create_app(markets, liquidations=find).test_client()


def get(client, path, status=200, **query):
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return answer.get_json()


def test_their_map_is_the_sum_of_theirs(client, markets):
    shown = get(client, "profile", venue="okx,binance", buckets=100)
    books = [liqheat.estimate_book(market) for market in (markets[0], markets[2])]
    combined = liqheat.combine_venues(books)
    assert [one.market.venue for one in combined.combination.venues] == ["binanceusdm", "okx"]
    assert shown["reference_price"] == pytest.approx(combined.market.close[-1])
    total = np.sum(shown["long_by_leverage_usd"]) + np.sum(shown["short_by_leverage_usd"])
    every = get(client, "profile", venue="all", buckets=100)
    alone = get(client, "profile", venue="bybit", buckets=100)
    assert 0 < total < np.sum(every["long_by_leverage_usd"]) + np.sum(every["short_by_leverage_usd"])
    assert total != pytest.approx(np.sum(alone["long_by_leverage_usd"]) + np.sum(alone["short_by_leverage_usd"]))


def test_the_order_of_names_and_all_of_them_by_name_make_no_difference(client):
    one, other = (get(client, "profile", venue=venue, buckets=60) for venue in ("bybit,okx", "okx,bybit"))
    assert one["long_by_leverage_usd"] == other["long_by_leverage_usd"]
    named, every = (get(client, "profile", venue=venue, buckets=60) for venue in (",".join(VENUES), "all"))
    assert named["short_by_leverage_usd"] == every["short_by_leverage_usd"]
    weighted = get(client, "profile", venue="bybit,okx", weights="equal", buckets=60)
    assert weighted["long_by_leverage_usd"] != one["long_by_leverage_usd"]


def test_realised_liquidations_and_order_flow_are_theirs(client):
    events = get(client, "liquidations", venue="okx,bybit", start_ms=0, end_ms=2_000_000_000_000)["events"]
    assert sorted(event["venue"] for event in events) == ["bybit", "okx"]
    flows = get(client, "order-flow", venue="okx,bybit", near_edge=50_000)["venues"]
    assert [one["venue"] for one in flows] == ["bybit", "okx"]


@pytest.mark.parametrize(
    ("venue", "status", "value"),
    [("bybit,nowhere", 404, "nowhere"), ("bybit,", 404, ""), ("all,bybit", 404, "all"), ("okx,okx", 400, "okx,okx")],
)
def test_names_that_cannot_be_added_up(client, venue, status, value):
    problem = get(client, "profile", status, venue=venue)
    assert (problem["argument"], problem["value"]) == ("venue", value)


def test_weights_are_for_a_sum(client):
    assert get(client, "profile", 400, venue="bybit", weights="equal")["argument"] == "weights"


def test_picked_markets_keep_the_order_of_their_group(markets):
    group = tuple(markets)
    assert pick_venues(group, "all") is group
    assert pick_venues(group, "okx,binance") == (group[0], group[2])
    with pytest.raises(UnknownNameError, match="nowhere"):
        pick_venues(group, "okx,nowhere")
    with pytest.raises(InputError, match="once"):
        pick_venues(group, "okx,okx")
