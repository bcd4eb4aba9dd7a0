"""REST answers that are wrong, late or refused; and that no address leads elsewhere."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import pytest

from liqheat.venues.table import VENUES
from tests.support.double_clients import NOW_MS, rest
from tests.support.venue_double import Fault, ReplayVenue, RunningMarket, VenueDouble

KLINES = "/fapi/v1/klines?symbol=BTCUSDT&interval=5m&limit=10"
INTEREST = "/v5/market/open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min&limit=10"


def ask(double: VenueDouble | ReplayVenue, path: str, timeout_s: float = 5) -> tuple[int, str, Any]:
    """Status, body and headers of an answer."""
    try:
        with urllib.request.urlopen(double.base_url + path, timeout=timeout_s) as answer:  # noqa: S310
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def rows(double: VenueDouble, path: str) -> list[Any]:
    found = json.loads(ask(double, path)[1])
    return found if isinstance(found, list) else found["result"]["list"]


def test_refusals(still):
    still.misbehave(Fault.too_many("klines", retry_after="7"))
    still.misbehave(Fault.too_many("klines"))
    still.misbehave(Fault.server_error("klines", status=502))
    still.misbehave(Fault.html("klines"))
    still.misbehave(Fault.region_refused("klines", times=1))
    answers = [ask(still, KLINES) for _ in range(6)]
    assert [status for status, _, _ in answers] == [429, 429, 502, 200, 451, 200]
    assert [headers["Retry-After"] for _, _, headers in answers[:2]] == ["7", None]
    assert answers[3][1].startswith("<!doctype")
    assert answers[3][2]["Content-Type"] == "text/html"
    assert "restricted location" in answers[4][1]
    assert len(json.loads(answers[5][1])) == 10


def test_spoilt_rows(still):
    good = rows(still, KLINES)
    still.misbehave(Fault.truncated("klines"))
    text = ask(still, KLINES)[1]
    assert len(text) == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    still.misbehave(Fault.duplicated_rows("klines", count=3))
    assert rows(still, KLINES) == [*good, *good[:3]]
    still.misbehave(Fault.out_of_order("klines"))
    assert rows(still, KLINES) == [*good[1::2], *good[::2]]
    still.misbehave(Fault.missing_page("klines"))
    assert [len(rows(still, KLINES)) for _ in range(3)] == [10, 0, 10]
    still.misbehave(Fault.changed_field("klines", 4, ["a list"]))
    assert rows(still, KLINES)[5][4] == ["a list"]
    still.misbehave(Fault.renamed_field("open-interest", "openInterest", "oi"))
    assert set(rows(still, INTEREST)[0]) == {"oi", "singleOpenInterest", "timestamp"}
    assert rows(still, KLINES) == good


def test_a_contract_size_that_changes(still):
    still.misbehave(Fault.changed_field("public/instruments", "ctVal", "0.1", skip=1))
    exchange = rest(still, "okx")
    sizes = [exchange.market("BTC/USDT:USDT")["contractSize"]]
    for _ in range(2):
        exchange.load_markets(True)
        sizes.append(exchange.market("BTC/USDT:USDT")["contractSize"])
    assert sizes == [0.01, 0.1, 0.01]


def test_a_silent_stall_and_latency(still):
    still.misbehave(Fault.slow("klines", 1.0))
    with pytest.raises(TimeoutError):
        ask(still, KLINES, timeout_s=0.2)
    still.latency_s = 0.2
    began = time.monotonic()
    ask(still, KLINES)
    assert time.monotonic() - began >= 0.2


def test_rate_limits():
    market = RunningMarket(history_days=1, future_days=1, speed=0, now_ms=NOW_MS)
    with VenueDouble(market, rate_limits=True) as double:
        path = "/api/v5/rubik/stat/contracts/open-interest-history?instId=BTC-USDT-SWAP"
        answers = [ask(double, path) for _ in range(11)]
        assert [status for status, _, _ in answers] == [200] * 10 + [429]
        assert 1 <= int(answers[-1][2]["Retry-After"]) <= 3
        assert json.loads(answers[-1][1])["code"] == "50011"
        assert ask(double, "/api/v5/public/time")[0] == 200
        heavy = KLINES.replace("limit=10", "limit=1500")
        statuses = [ask(double, heavy)[0] for _ in range(241)]
        assert statuses.index(429) == 240, "10 of 2400 each"
        assert ask(double, "/dapi/v1/time")[0] == 200
        time.sleep(2.1)
        assert ask(double, path)[0] == 200


def test_no_address_leads_elsewhere(still):
    import ccxt.pro

    def strings(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in strings(inner)]
        if isinstance(value, list):
            return [text for inner in value for text in strings(inner)]
        return [value] if isinstance(value, str) and "://" in value else []

    names = {row.ccxt_id for row in VENUES.values()} | {"hyperliquid", "gate", "bitget", "dydx"}
    for name in sorted(names):
        for is_stream in (False, True):
            if is_stream and not hasattr(ccxt.pro, name):
                continue
            exchange = still.exchange_factory(name, {}, is_stream)
            assert is_stream == hasattr(exchange, "clients")
            addresses = [*strings(exchange.urls)]
            assert len(addresses) > 3
            for address in addresses:
                assert urlsplit(address).netloc == urlsplit(still.base_url).netloc, f"{name}: {address}"
            assert {urlsplit(address).scheme for address in addresses} <= {"http", "ws"}


def test_paths_that_nobody_serves_are_noted():
    with VenueDouble(RunningMarket(history_days=1, future_days=1, speed=0, now_ms=NOW_MS)) as double:
        assert ask(double, "/fapi/v9/new")[0] == 404
    assert double.unknown_paths == ["/fapi/v9/new"]


def test_recorded_answers(tmp_path):
    recorded = tmp_path / "rows.json"
    recorded.write_text('[{"a": 1}, {"a": 2}]')
    answers = {"/rows": recorded, "/more/rows": "[]", "/asked": lambda query: {"you": query["me"]}}
    with ReplayVenue(answers) as venue:
        assert json.loads(ask(venue, "/v1/rows")[1]) == [{"a": 1}, {"a": 2}]
        assert json.loads(ask(venue, "/v1/more/rows?x=1")[1]) == []
        assert json.loads(ask(venue, "/asked?me=3")[1]) == {"you": "3"}
        venue.misbehave(Fault.renamed_field("rows", "a", "b"))
        assert json.loads(ask(venue, "/v1/rows")[1]) == [{"b": 1}, {"b": 2}]
        assert ask(venue, "/else")[0] == 404
    assert venue.unknown_paths == ["/else"]
    assert venue.requests[1] == ("/v1/more/rows", {"x": "1"})
