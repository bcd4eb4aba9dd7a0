"""An order book of data that stand still: fresh at their end, older or absent at another time."""

from __future__ import annotations

import pytest

from liqheat.api import create_app
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.simulator import find_simulated, find_simulated_depth


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def client(market):
    app = create_app([market], liquidations=find_simulated)
    app.extensions["liqheat"].find_depth = find_simulated_depth
    return app.test_client()


def test_it_is_told_and_setups_are_judged_by_it(client, market):
    assert client.get("/api/v1/symbols").get_json()["markets"][0]["has_order_book"] is True
    book = client.get("/api/v1/depth").get_json()
    assert book["age_ms"] == 0 and book["n_samples"] == 12 and book["time_ms"] == market.end_ms
    assert book["bids"][0][0] < book["price"] < book["asks"][0][0]
    answer = client.get("/api/v1/setups", query_string={"quantity": "flow", "style": "day"}).get_json()
    assert answer["depth"] == {"fresh": True, "n_samples": 12, "age_ms": 0}
    judged = [rule for setup in answer["setups"] for rule in setup["rules"] if rule["rule_id"] == "R4"]
    assert judged and all(rule["verdict"] in ("pass", "fail") for rule in judged)


def test_of_an_earlier_moment_it_is_the_book_of_then(client, market):
    as_of_ms = market.end_ms - 86_400_000
    now = client.get("/api/v1/setups", query_string={"quantity": "flow"}).get_json()
    then = client.get("/api/v1/setups", query_string={"quantity": "flow", "as_of_ms": as_of_ms}).get_json()
    assert then["time_ms"] == as_of_ms and then["depth"]["age_ms"] is not None
    rules = [[rule for setup in one["setups"] for rule in setup["rules"]] for one in (now, then)]
    told = [{rule["inputs"]["resting_usd"] for rule in some if rule["rule_id"] == "R4"} for some in rules]
    assert told[0] and told[1] and told[0] != told[1]


def test_without_one_it_is_a_problem_and_nobody_is_sent_to_ask(market):
    client = create_app([market]).test_client()
    assert client.get("/api/v1/symbols").get_json()["markets"][0]["has_order_book"] is False
    assert client.get("/api/v1/depth").status_code == 404
