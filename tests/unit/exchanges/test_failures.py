"""Every way in which a venue fails, refuses, or answers with something that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from liqheat.errors import NoDataError, VenueError
from tests.support.venue_double import Fault

LAST_CLOSE_MS = 1_770_249_600_000


@pytest.mark.parametrize("path", ["klines", "openInterestHist", "exchangeInfo", "time", "markPriceKlines"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": "oops"},
        {"status": 503, "body": "<html>"},
        {"status": 429, "body": "{}"},
        {"hang_up": True},
    ],
    ids=["500", "503", "429", "hang up"],
)
def test_what_passes_is_repeated(double, path, fault):
    double.misbehave(Fault(path, times=2, **fault))
    history = double.fetch()
    assert history.notes == ()
    assert history.candles.open_time_ms.size == 576
    assert len(double.waits) == 2
    # Exponential, with a random part of at most a second.
    assert 1.0 <= double.waits[0] <= 2.0 <= double.waits[1] <= 3.0


def test_retry_after_is_honoured_in_seconds(double):
    double.misbehave(Fault("klines", status=429, body="{}", headers={"Retry-After": "17"}))
    assert double.fetch().notes == ()
    assert double.waits == [17.0]


def test_retry_after_is_honoured_as_a_date(double):
    double.misbehave(Fault("klines", status=429, body="{}", headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))
    assert double.fetch().notes == ()
    assert double.waits == [0.0]


def test_a_ban_is_not_waited_for(double):
    double.misbehave(Fault("klines", status=418, body="{}", headers={"Retry-After": "7200"}))
    with pytest.raises(VenueError, match=r"HTTP 418.*asks to wait 7200 s"):
        double.fetch()
    assert double.waits == []


def test_bybits_limit_comes_with_http_200(double):
    body = '{"retCode":10006,"retMsg":"Too many visits!","result":{}}'
    double.misbehave(Fault("open-interest", body=body))
    assert double.fetch("bybit").notes == ()
    assert len(double.waits) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 500, "body": "oops"}, r"binanceusdm failed \(HTTP 500\): oops; gave up after 4 attempts"),
        ({"status": 429, "body": "{}"}, r"too many requests \(HTTP 429\); gave up after 4 attempts"),
        ({"hang_up": True}, r"could not be reached: ConnectionError; gave up after 4 attempts"),
    ],
    ids=["500", "429", "hang up"],
)
def test_repeating_is_bounded(double, fault, words):
    double.misbehave(Fault("klines", times=1000, **fault))
    with pytest.raises(VenueError, match=words):
        double.fetch()
    assert len(double.waits) == 3
    assert double.count("klines") == 4


# ------------------------------------------------------------------------------------------------ lasting failures

RESTRICTED = '{"code":0,"msg":"Service unavailable from a restricted location"}'


@pytest.mark.parametrize("path", ["klines", "exchangeInfo", "time", "openInterestHist"])
def test_a_refused_region_is_named(double, path):
    double.misbehave(Fault(path, times=1000, status=451, body=RESTRICTED))
    with pytest.raises(VenueError, match=r"binanceusdm refused this region \(HTTP 451\).*restricted location"):
        double.fetch()
    assert double.waits == []
    assert double.count(path) == 1


def test_forbidden_says_what_it_means_at_bybit(double):
    page = (
        "<html><body>The Amazon CloudFront distribution is configured to block access from your country.</body></html>"
    )
    double.misbehave(Fault("instruments-info", times=1000, status=403, body=page, content_type="text/html"))
    with pytest.raises(VenueError, match=r"bybit refused \(HTTP 403\).*this location.*too many requests.*your country"):
        double.fetch("bybit")
    assert double.waits == []


HTML = {"body": "<!doctype html><title>Just a moment...</title>", "content_type": "text/html"}
LINEAR_PATHS = [
    ("binance", "time"),
    ("binance", "exchangeInfo"),
    ("binance", "klines"),
    ("binance", "markPriceKlines"),
    ("binance", "openInterestHist"),
    ("bybit", "/time"),
    ("bybit", "instruments-info"),
    ("bybit", "/kline"),
    ("bybit", "mark-price-kline"),
    ("bybit", "open-interest"),
    ("okx", "/time"),
    ("okx", "/instruments"),
    ("okx", "/candles"),
    ("okx", "mark-price-candles"),
    ("okx", "open-interest-history"),
]
each_path = pytest.mark.parametrize(("venue", "path"), LINEAR_PATHS, ids=["-".join(row) for row in LINEAR_PATHS])


@each_path
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (HTML, "with no JSON: <!doctype"),
        ({"keep_bytes": 12}, "with no JSON"),
        ({"body": ""}, "with no JSON: no further words"),
        ({"body": "{}"}, "."),
        ({"body": "[]"}, "."),
        ({"body": "null"}, "."),
        ({"body": '"maintenance"'}, "."),
        ({"body": '{"retCode":0,"code":"0","result":{"list":{}},"data":{},"symbols":{}}'}, "."),
        ({"body": '[["soon","1","2","0","1","5"]]'}, "."),
    ],
    ids=["html", "truncated", "empty", "empty object", "empty list", "null", "text", "wrong shape", "wrong types"],
)
def test_what_cannot_be_read_is_an_error(double, venue, path, fault, words):
    # From the second answer on, so that part of the history is there already: it must not come back as the whole.
    skip = 1 if path in ("openInterestHist", "open-interest", "open-interest-history") else 0
    fault = {"content_type": "application/json", **fault}
    double.misbehave(Fault(path, times=1000, skip=skip, **fault))
    if path in ("klines", "markPriceKlines", "openInterestHist") and fault.get("body") == "[]":
        # An empty list of rows is what a venue says that has none.
        check_empty_pages_are_told(double, path)
        return
    with pytest.raises(VenueError, match=words):
        double.fetch(venue, days=2)
    assert double.waits == []


def check_empty_pages_are_told(double, path):
    if path == "klines":
        with pytest.raises(NoDataError, match="candles"):
            double.fetch()
    else:
        words = {"markPriceKlines": "mark candles: none", "openInterestHist": "open interest: ends at"}[path]
        assert any(note.startswith(words) for note in double.fetch().notes)


def spoil(index: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    def edit(rows: list[Any]) -> list[Any]:
        row = rows[len(rows) // 2]
        row[index if isinstance(row, list) else list(row)[index]] = value
        return rows

    return edit


@pytest.mark.parametrize("value", ["", "NaN", "Infinity", None, True, [], {}, "1,5"])
@pytest.mark.parametrize(("path", "index"), [("klines", 0), ("klines", 2), ("klines", 5), ("openInterestHist", 1)])
def test_one_bad_value_is_an_error(double, value, path, index):
    double.misbehave(Fault(path, edit_rows=spoil(index, value)))
    with pytest.raises(VenueError, match="must"):
        double.fetch()


def test_times_in_seconds_are_an_error(double):
    double.misbehave(Fault("klines", edit_rows=spoil(0, LAST_CLOSE_MS // 1000)))
    with pytest.raises(VenueError, match="time must be UTC milliseconds"):
        double.fetch()


@pytest.mark.parametrize(("index", "value"), [(1, "999999"), (4, "999999"), (2, "0.5"), (3, "999999"), (3, "-1")])
def test_a_candle_that_does_not_hold_together_is_an_error(double, index, value):
    double.misbehave(Fault("/klines", edit_rows=spoil(index, value)))
    with pytest.raises(VenueError, match="open and close must lie between low and high"):
        double.fetch()
