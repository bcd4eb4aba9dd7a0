"""Live mode while the venues' streams go wrong: stated, mended without a restart, no liquidation lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from liqheat import store
from liqheat.records import Liquidations
from tests.support.live import LINEAR, QUICK, closed_span, wait_for
from tests.support.venue_double import Liquidation, StreamFault

VENUES = ("binanceusdm", "bybit", "okx")
WORDS = {"binanceusdm": "forceOrder", "bybit": "allLiquidation", "okx": "liquidation"}
# each with words of the feeds
FAULTS = {
    "disconnect": (StreamFault.disconnect, "closed the connection"),
    "cut in mid-frame": (StreamFault.cut_mid_frame, ""),
    # Whichever comes first: no answer to heartbeats, or nothing at all.
    "stall": (StreamFault.stall, ""),
}


def stored(live, venue) -> Liquidations | None:
    return store.load_liquidations_of(live.history, venue, LINEAR)


def keys(found: Liquidations | None) -> Counter:
    rows = [] if found is None else zip(found.time_ms, found.is_long, found.price, found.quantity, strict=True)
    return Counter(
        (int(time), bool(is_long), float(price), round(float(size), 6)) for time, is_long, price, size in rows
    )


def expected(sent: list[Liquidation]) -> Counter:
    return Counter((event.time_ms, event.is_long, event.price, round(event.quantity, 6)) for event in sent)


def push(live, venue, second, count=4):
    """Liquidations of a second of their own, some of them alike."""
    time_ms = live.double.view(venue).now_ms // 1000 * 1000 - 60_000 + second * 1000
    events = [(time_ms, row % 3 != 0, 66_000.0 + row // 2, 0.5 + row // 2) for row in range(count)]
    return live.double.push_liquidations(venue, events)


def wait_listening(live, venue):
    live.wait_feed(venue, "liquidations", "live")
    live.double.wait_subscribed(venue, WORDS[venue])


def wait_stored(live, venue):
    wait_for(
        lambda: keys(stored(live, venue)) == expected(live.double.sent_liquidations.get(venue, [])),
        f"the liquidations of {venue}",
    )


@pytest.mark.parametrize("name", FAULTS)
def test_streams_that_break_are_told_and_mended(double, follow, name):
    make, words = FAULTS[name]
    live = follow(double, *VENUES)
    live.wait_live()
    for venue in VENUES:
        wait_listening(live, venue)
        push(live, venue, 0)
        double.misbehave(make(venue))
        push(live, venue, 1)  # it may have been sent before the break was noticed
    for venue in VENUES:
        kinds = ("feed stale",) if name == "stall" else ("feed failed", "feed stale")
        wait_for(lambda: any(words in text for kind in kinds for text in live.noted(kind, venue)), words)  # noqa: B023
        wait_listening(live, venue)
        feeds = live.contract(venue).feeds
        wait_for(lambda: all(feed.state == "live" for feed in feeds.values()), "all feeds")  # noqa: B023
        push(live, venue, 2)
    for venue in VENUES:
        wait_stored(live, venue)
        assert expected(double.sent_liquidations[venue]).total() >= 2
        assert live.wait_complete(venue, *closed_span(double, venue, 10)) == 120


@pytest.mark.parametrize("name", ["duplicate", "reorder"])
def test_messages_twice_or_out_of_order_leave_each_row_once(double, follow, name):
    live = follow(double, *VENUES)
    for venue in VENUES:
        wait_listening(live, venue)
        double.misbehave(getattr(StreamFault, name)(venue, times=50))
        for second in range(5):
            push(live, venue, second)
    double.heal()
    live.wait_live()
    for venue in VENUES:
        push(live, venue, 6)
    for venue in VENUES:
        wait_stored(live, venue)
        assert live.wait_complete(venue, *closed_span(double, venue, 10)) == 120


def test_garbage_is_told_and_loses_nothing(double, follow):
    live = follow(double, *VENUES)
    for venue in VENUES:
        wait_listening(live, venue)
    bodies = ["\x00{not json", '{"half": "a', "<html>", "[1, 2", '{"data": 7}', "[]", "null", "7"]
    for second, body in enumerate(bodies):
        for venue in VENUES:
            double.misbehave(StreamFault.garbage(venue, body=body, times=3))
            push(live, venue, second)
    for venue in VENUES:
        wait_stored(live, venue)
        wait_for(lambda: any("could not be read" in text for text in live.noted("feed live", venue)), "words")  # noqa: B023
    live.wait_live()


@pytest.mark.parametrize(("status", "state"), [(451, "refused"), (503, "failed")])
def test_refused_handshakes_are_told_and_tried_again(double, follow, status, state):
    for venue in VENUES:
        double.misbehave(StreamFault.refuse_handshake(venue, status, times=1000))
    live = follow(double, *VENUES)
    live.wait_live()
    for venue in VENUES:
        live.wait_feed(venue, "liquidations", state, f"HTTP {status}")
    double.heal()
    for venue in VENUES:
        wait_listening(live, venue)
        push(live, venue, 0)
    for venue in VENUES:
        wait_stored(live, venue)


def test_a_handshake_that_asks_to_wait_is_left_alone_for_so_long(double, follow):
    double.misbehave(StreamFault.refuse_handshake("bybit", 429, retry_after="2", times=1))
    live = follow(double, "bybit")
    live.wait_feed("bybit", "candles", "failed", "asks to wait 2 s")
    first = len(double.hub.handshakes)
    live.wait_feed("bybit", "candles", "live")
    status = live.contract("bybit").feeds["candles"]
    entries = [entry for entry in live.journal.read(kind="feed failed") if "asks to wait" in entry.text]
    assert status.since_ms - entries[-1].time_ms >= 1_900
    assert first >= 1


def test_events_carry_times_mark_and_capture_rule(double, follow):
    live = follow(double, *VENUES)
    for venue in VENUES:
        wait_listening(live, venue)
        live.wait_feed(venue, "mark", "live")
        wait_for(lambda venue=venue: "mark" in live.contract(venue).last_event_ms, "a mark")
        push(live, venue, 0)
    rules = {
        "binanceusdm": "largest per second",
        "bybit": "complete",
        "okx": "at most one order per contract and second",
    }
    for venue in VENUES:
        wait_stored(live, venue)
        found = stored(live, venue)
        mark = float(double.view(venue).quote().mark)
        np.testing.assert_allclose(found.mark_price, mark, rtol=0.01)
        np.testing.assert_allclose(found.notional_usd, found.price * found.quantity, rtol=1e-9)
        delay_ms = found.receive_ms - found.time_ms
        assert (delay_ms > 30_000).all()
        assert (delay_ms < 90_000).all()
        assert found.capture == rules[venue]
        assert live.markets.capture_rule(venue) == rules[venue]


def test_without_a_mark_none_is_made_up(double, follow):
    """An event before the first mark keeps no mark, rather than one from elsewhere."""
    double.misbehave(StreamFault.refuse_handshake("bybit", 503, "nothing"))
    live = follow(double, "bybit", pace=replace(QUICK, stall_s=60))
    wait_listening(live, "bybit")
    live.double.misbehave(StreamFault.lose("bybit", "tickers", times=1000))
    push(live, "bybit", 0)
    wait_stored(live, "bybit")
    found = stored(live, "bybit")
    known = np.isfinite(found.mark_price)
    np.testing.assert_allclose(found.mark_price[known], float(double.view("bybit").quote().mark), rtol=0.01)
