"""What fired, over HTTP: Python's sweeps, or why none can be told."""

from __future__ import annotations

import pytest

import liqheat
from liqheat.api import create_app
from liqheat.flow import label_events
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.setups import find_sweeps, to_plain
from liqheat.simulator import find_simulated
from liqheat.units import DAY_MS


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


def get(client, **query):
    answer = client.get("/api/v1/sweeps", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    return answer.get_json()


def test_they_are_those_of_python(market):
    client = create_app([market], liquidations=find_simulated).test_client()
    labels = label_events(find_simulated(market.venue, market.symbol, 0, market.end_ms), market.end_ms)
    flow = liqheat.estimate_flow(market, realised=labels)
    for as_of_ms in (market.end_ms, market.end_ms - DAY_MS):
        body = get(client, as_of_ms=as_of_ms)
        expected = find_sweeps(flow, labels, as_of_ms=as_of_ms)
        assert body["sweeps"] == to_plain(expected)
        assert (body["start_ms"], body["end_ms"]) == (as_of_ms - DAY_MS, as_of_ms)
        assert body["why_none"] is None and body["quantity"] == "flow" and body["horizon"] == "4h"
        assert body["n_inside"] == sum(one["outcome"] == "inside" for one in body["sweeps"])
        assert body["n_last_hour"] <= len(body["sweeps"])
    assert expected


def test_where_nothing_is_known_it_says_why(market):
    body = get(create_app([market]).test_client())
    assert body["sweeps"] == [] and body["known_until_ms"] is None
    assert "not known what was liquidated" in body["why_none"]
    slow = market.resample(4 * 3_600_000)
    body = get(create_app([slow], liquidations=find_simulated).test_client())
    assert body["sweeps"] == [] and body["quantity"] == "held"
    assert "no parameters" in body["why_none"]


def test_totals_come_before_events_that_are_a_part(market):
    """A folder's single events are of some days or one venue; its totals are what the scale is tracked by."""
    app = create_app([market], liquidations=find_simulated)
    service = app.extensions["liqheat"]
    events = label_events(find_simulated(market.venue, market.symbol, 0, market.end_ms), market.end_ms)
    assert service.flows.realised(market).usd.shape == events.usd.shape
    totals = type(events)(events.interval_ms, events.start_ms, 3.0 * events.usd)
    service.flows.find_labels = lambda _: totals
    assert service.flows.realised(market) is totals
    assert service.flows.realised(market, is_part=True) is not totals
