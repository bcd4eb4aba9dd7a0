"""Live mode against venues whose REST answers go wrong: a state that says so, nothing lost, nothing invented."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from liqheat.exchanges import RetryPolicy
from liqheat.store import HistoryStore
from tests.support.live import QUICK, check_stored, closed_span, wait_for
from tests.support.venue_double import Fault

CANDLES = {"binanceusdm": "/fapi/v1/klines", "bybit": "/v5/market/kline", "okx": "/market/history-candles"}
RECENT = {**CANDLES, "okx": "/market/candles"}
INTEREST = {
    "binanceusdm": "/futures/data/openInterestHist",
    "bybit": "/v5/market/open-interest",
    "okx": "/open-interest-history",
}
MARK = {"binanceusdm": "markPriceKlines", "bybit": "mark-price-kline", "okx": "/mark-price-candles"}
MARKETS = {"binanceusdm": "exchangeInfo", "bybit": "instruments-info", "okx": "public/instruments"}
VENUES = sorted(CANDLES)
# fault of a path, words that the user reads; both where requests are repeated and where they are given up
PASSING = {
    "429": (lambda path: Fault.too_many(path, times=4), "too many requests"),
    "503": (lambda path: Fault.server_error(path, times=4), "failed (HTTP 503)"),
    "hang up": (lambda path: Fault(path, times=4, hang_up=True), "could not be reached"),
    "html": (lambda path: Fault.html(path, times=1), "with no JSON"),
    "truncated": (lambda path: Fault.truncated(path, times=1), "with no JSON"),
}


def check_all(live, venue, hours=10.0):
    start_ms, end_ms = closed_span(live.double, venue, hours)
    return live.wait_complete(venue, start_ms, end_ms)


@pytest.mark.parametrize("name", PASSING)
def test_venues_that_fail_say_so_and_recover(double, follow, name):
    make, words = PASSING[name]
    for venue in VENUES:
        double.misbehave(make(INTEREST[venue]))
    live = follow(double, *VENUES, "hyperliquid")
    wait_for(lambda: all(live.noted("failed", venue) for venue in VENUES), "all to fail")
    live.wait_live()
    assert live.noted("failed", "hyperliquid") == []
    for venue in VENUES:
        assert all(words in text for text in live.noted("failed", venue))
        assert check_all(live, venue) == 120


def test_a_wait_that_is_asked_for_is_kept_and_told(double, follow):
    for venue in VENUES:
        double.misbehave(Fault.too_many(INTEREST[venue], retry_after="1"))
    live = follow(double, *VENUES)
    live.wait_live()
    for venue in VENUES:
        assert any("too many requests (HTTP 429); asked again in 1 s" in text for text in live.noted("backfilling"))
        assert check_all(live, venue) == 120


@pytest.mark.parametrize(("refusing", "path", "status"), [("binanceusdm", "fapi", 451), ("okx", "/api/v5", 403)])
def test_a_refused_region_is_a_state_and_the_others_go_on(double, follow, refusing, path, status):
    double.misbehave(Fault.region_refused(path, status=status))
    live = follow(double, refusing, "bybit")
    assert "location" in live.wait_state(refusing, "refused", f"HTTP {status}")
    live.wait_live("bybit")
    assert "gate" in live.markets.offers()
    assert refusing not in live.markets.offers()
    assert {feed.state for feed in live.contract(refusing).feeds.values()} <= {"refused", "waiting"}
    assert check_all(live, "bybit") == 120
    double.heal()
    live.wait_live(refusing)
    live.wait_feed(refusing, "candles", "live")
    assert check_all(live, refusing) == 120


SPOILT = {
    "duplicate rows": lambda path: Fault.duplicated_rows(path, times=6),
    "out of order": lambda path: Fault.out_of_order(path, times=6),
    "missing second page": lambda path: Fault.missing_page(path, skip=1),
    "missing first page": lambda path: Fault.missing_page(path, skip=0),
}


@pytest.mark.parametrize("name", SPOILT)
def test_rows_that_are_spoilt_end_as_they_should(double, follow, name):
    faults = [SPOILT[name](paths[venue]) for venue in VENUES for paths in (INTEREST, RECENT, MARK)]
    for fault in faults:
        double.misbehave(fault)
    live = follow(double, *VENUES, days=2.0)
    live.wait_live()
    assert all(fault.times < 6 for fault in faults), "a fault never happened"
    for venue in VENUES:
        assert check_all(live, venue, hours=47) == 47 * 12


@pytest.mark.parametrize("name", ["wrong type", "renamed field", "no number"])
def test_what_cannot_be_read_is_an_error_and_not_a_row(double, follow, name):
    for venue in VENUES:
        field = {"binanceusdm": "sumOpenInterest", "bybit": "singleOpenInterest", "okx": 2}[venue]
        path = INTEREST[venue]
        fault = {
            "wrong type": Fault.changed_field(path, field, ["1"], times=2),
            "no number": Fault.changed_field(path, field, "NaN", times=2),
            "renamed field": Fault(path, times=2, edit_rows=rename_all),
        }[name]
        double.misbehave(fault)
    live = follow(double, *VENUES)
    wait_for(lambda: all(live.noted("failed", venue) for venue in VENUES), "all to fail")
    live.wait_live()
    for venue in VENUES:
        assert all("; found" in text for text in live.noted("failed", venue))
        assert check_all(live, venue) == 120


def rename_all(rows):
    return [row[:2] if isinstance(row, list) else {f"{key}X": value for key, value in row.items()} for row in rows]


@pytest.mark.parametrize("minutes", [3, -3])
def test_a_clock_that_is_off_is_told_and_bars_follow_the_venue(double, follow, minutes):
    for venue in VENUES:
        double.clock_offset_ms[venue] = minutes * 60_000
    live = follow(double, *VENUES)
    words = f"the venue's clock is 180 s {'ahead of' if minutes > 0 else 'behind'} this computer's"
    collector = live.markets.collector
    for venue in VENUES:
        live.wait_state(venue, "live", words)
        assert check_all(live, venue) == 120
    # By the venue's clock, whatever ours says.
    collector._pace = replace(QUICK, refresh_every_s=None)
    for venue in VENUES:
        wakes_ms = double.view(venue).now_ms + collector._until_next_close_s(venue) * 1000
        assert wakes_ms % 300_000 == pytest.approx(6_000, abs=500)


def test_a_silent_stall_ends_and_is_told(double, follow):
    def factory(ccxt_id, config, is_stream=False):
        exchange = double.exchange_factory(ccxt_id, config, is_stream)
        exchange.timeout = 200
        return exchange

    double.misbehave(Fault.slow(INTEREST["bybit"], 0.6, times=4))
    live = follow(double, "bybit", exchange_factory=factory)
    wait_for(lambda: any("could not be reached" in text for text in live.noted("failed", "bybit")), "a failure")
    live.wait_live("bybit")
    assert check_all(live, "bybit") == 120


SIZES = {"okx": ("public/instruments", "ctVal", "0.1")}


def test_a_changed_contract_size_stores_nothing_until_it_is_settled(double, follow):
    live = follow(double, "okx", "bybit")
    live.wait_live("okx")
    live.wait_feed("okx", "liquidations", "live")
    double.misbehave(Fault.changed_field(*SIZES["okx"], times=1_000_000))
    live.wait_state("okx", "failed", "changed from 0.01 to 0.1: no rows are taken until")
    wait_for(lambda: not double.subscriptions("okx"), "the streams to end")
    assert double.push_liquidations("okx", [(None, True, 66_000.0, 1.0)]) == []
    assert live.state("bybit") == "live"
    assert any("--accept-contract-size" in text for text in live.noted("failed", "okx"))
    double.heal()
    live.wait_live("okx")
    live.wait_feed("okx", "liquidations", "live")
    double.wait_subscribed("okx", "liquidation")
    (sent,) = double.push_liquidations("okx", [(None, True, 66_000.0, 1.0)])
    assert sent.quantity == 1.0
    assert check_all(live, "okx") == 120


def test_stopping_does_not_wait_for_a_venue(double, follow):
    pace = replace(QUICK, requests=RetryPolicy(attempts=3))
    double.misbehave(Fault.too_many(INTEREST["bybit"], retry_after="60"))
    live = follow(double, "bybit", pace=pace)
    live.wait_state("bybit", "backfilling", "asked again in 60 s")
    began = time.monotonic()
    live.markets.stop()
    assert time.monotonic() - began < 10


def test_a_store_that_was_followed_verifies(double, follow):
    live = follow(double, "binanceusdm", "bybit", "okx")
    live.wait_live()
    live.markets.stop()
    reader = HistoryStore(live.folder / "store", read_only=True)
    assert reader.verify() == []
    for venue in VENUES:
        assert check_stored(reader, double, venue, *closed_span(double, venue, 10)) == 120
