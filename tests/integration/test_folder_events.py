"""A folder's single liquidations and totals: drawn and compared as those of a store are."""

from __future__ import annotations

from functools import partial

import pytest

from liqheat.api import create_app
from liqheat.cli.options import find_labels
from liqheat.collect import find_in_folder
from liqheat.pipeline import load_markets
from liqheat.units import DAY_MS, read_moment_ms

SYMBOL = "BTC/USDT:USDT"


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "data" / "binance_bybit_2025-11_2026-03"


@pytest.fixture(scope="module")
def client(folder):
    market = next(one for one in load_markets(str(folder)) if one.symbol == SYMBOL)
    app = create_app([market], liquidations=find_in_folder(folder))
    app.extensions["liqheat"].flows.find_labels = partial(find_labels, folder)
    return app.test_client()


def test_events_are_found_by_time(folder):
    find = find_in_folder(folder)
    start_ms = read_moment_ms("start", "2025-12-27")
    (batch,) = find("binanceusdm", SYMBOL, start_ms, start_ms + DAY_MS)
    assert batch.time_ms.size == 4
    assert batch.time_ms.min() >= start_ms and batch.time_ms.max() < start_ms + DAY_MS
    assert find("binanceusdm", SYMBOL, start_ms - 60 * DAY_MS, start_ms - 59 * DAY_MS) == []
    assert find("bybit", SYMBOL, start_ms, start_ms + DAY_MS) == []


def test_they_are_drawn(client):
    start_ms = read_moment_ms("start", "2025-12-27")
    query = {"symbol": SYMBOL, "start_ms": start_ms, "end_ms": start_ms + DAY_MS}
    body = client.get("/api/v1/liquidations", query_string=query).get_json()
    assert len(body["events"]) == 4 and body["capture"]


def test_totals_are_set_beside_what_was_expected(client):
    body = client.get("/api/v1/sweeps", query_string={"symbol": SYMBOL, "as_of_ms": "1774051200000"}).get_json()
    assert body["why_none"] is None and body["sweeps"]
    for one in body["sweeps"]:
        assert one["reported_usd"] > 0 and not one["in_sample"]
        low, high = one["band_80"]
        assert 0 < low < one["expected_usd"] < high
