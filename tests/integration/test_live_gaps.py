"""Live mode after a gap, and after the venue thought better of a bar that had closed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import store
from liqheat.book.estimate import estimate_book
from liqheat.collect import backfill
from liqheat.collect.backfill import missing_windows
from liqheat.exchanges import VenueClient
from liqheat.records import OpenInterest, SeriesKey
from liqheat.store import HistoryStore
from liqheat.venues.table import find_venue
from tests.support.live import LINEAR, QUICK, STEP_MS, check_stored, closed_span, wait_for
from tests.support.venue_double import Fault, RunningMarket, StreamFault, VenueDouble

VENUES = ("binanceusdm", "bybit", "okx")
KLINES = {"binanceusdm": "/fapi/v1/klines", "bybit": "/v5/market/kline", "okx": "/market/candles"}


@pytest.fixture
def fast():
    """A bar of five minutes each second."""
    with VenueDouble(RunningMarket(history_days=2, future_days=1, speed=300), stream_speed=5) as server:
        yield server
        assert server.unknown_paths == []


def served(live, venue):
    return next((market for market in live.markets.markets() if market.venue == venue), None)


def test_what_was_missed_is_fetched_and_the_book_is_made_anew(fast, follow):
    live = follow(fast, *VENUES)
    live.wait_live()
    for venue in VENUES:
        live.wait_feed(venue, "candles", "live")
    wait_for(lambda: len(live.markets.markets()) == 3, "histories")
    before = {venue: served(live, venue).end_ms for venue in VENUES}
    # Everything down for some bars: REST, streams and new handshakes.
    fast.misbehave(Fault.server_error("/", times=1_000_000))
    for venue in VENUES:
        fast.misbehave(StreamFault.refuse_handshake(venue, 503, times=1_000_000))
        fast.misbehave(StreamFault.disconnect(venue))
    for venue in VENUES:
        live.wait_state(venue, "failed", "HTTP 503")
    wait_for(lambda: all(fast.view(venue).now_ms > before[venue] + 4 * STEP_MS for venue in VENUES), "a gap")
    down_until_ms = {venue: fast.view(venue).now_ms for venue in VENUES}
    fast.heal()
    live.wait_live()
    for venue in VENUES:
        wait_for(lambda: served(live, venue).end_ms >= down_until_ms[venue], "the history to catch up")  # noqa: B023
        start_ms, end_ms = closed_span(fast, venue, 11, bars_back=3)
        assert live.wait_complete(venue, start_ms, end_ms) == 132
    subscription = live.markets.broadcast.subscribe()
    wait_for(lambda: "reload" in subscription.wait(5)[0], "a reload")
    subscription.close()
    live.markets.stop()
    for venue in VENUES:
        market = served(live, venue)
        assert market.bridged is None or not market.bridged.any()
        reader = HistoryStore(live.folder / "store", read_only=True)
        rows = store.load_candles_of(reader, venue, LINEAR, "5m", int(market.open_time_ms[0]), market.end_ms)
        np.testing.assert_array_equal(market.close, rows.close)
        held = estimate_book(market)
        assert held.market.n_bars == market.n_bars


def test_a_late_correction_changes_the_row_is_noted_and_reloads_the_page(double, follow):
    live = follow(double, *VENUES)
    live.wait_live()
    start_ms, end_ms = closed_span(double, "bybit", 10)
    corrected_ms = end_ms - 2 * STEP_MS
    known = {venue: store.load_candles_of(live.history, venue, LINEAR, "5m", corrected_ms, end_ms) for venue in VENUES}
    subscription = live.markets.broadcast.subscribe()

    def corrected(place):
        def edit(rows):
            for row in rows:
                if int(row[0]) == corrected_ms:
                    row[place] = str(float(row[place]) + 3.5)
            return rows

        return edit

    for venue in VENUES:
        double.misbehave(Fault(KLINES[venue], times=1_000_000, edit_rows=corrected(2)))
    for venue in VENUES:
        wait_for(lambda: live.noted("correction", venue), f"a correction of {venue}")  # noqa: B023
    reasons = set()

    def reloaded():
        reasons.update(subscription.wait(0.2)[0])
        return "correction" in reasons

    wait_for(reloaded, "a reload for a correction")
    for venue in VENUES:
        found = store.load_candles_of(live.history, venue, LINEAR, "5m", corrected_ms, end_ms)
        assert found.high[0] == known[venue].high[0] + 3.5
        assert found.high[1] == known[venue].high[1]
        assert live.noted("correction", venue) == ["1 rows changed at the venue after they were stored"]
        wait_for(lambda: found.high[0] in getattr(served(live, venue), "high", ()), "the map's history")  # noqa: B023
    subscription.close()
    double.heal()
    assert live.wait_complete("bybit", start_ms, end_ms) == 120


def test_a_store_with_holes_is_completed_at_the_start(double, follow, tmp_path):
    live = follow(double, "bybit")
    live.wait_live()
    live.markets.stop()
    start_ms, end_ms = closed_span(double, "bybit", 10)
    holed = HistoryStore(tmp_path / "holed")
    for key in live.history.list_series(venue="bybit"):
        rows = live.history.load(key)
        if key.kind in ("candles", "mark", "open_interest"):
            times = rows.column(0).to_numpy()
            keep = ~((times >= start_ms + 40 * STEP_MS) & (times < start_ms + 70 * STEP_MS))
            holed.upsert(key, rows.filter(keep))
    with pytest.raises(AssertionError, match="candles of bybit"):
        check_stored(holed, double, "bybit", start_ms, end_ms)
    with VenueClient(find_venue("bybit", LINEAR), double.exchange_factory) as client:
        (outcome,) = backfill(holed, [client], [LINEAR], days=0.5)
    assert outcome.state == "live"
    assert outcome.rows["candles"] >= 30
    assert check_stored(holed, double, "bybit", start_ms, end_ms) == 120


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("venue", VENUES)
def test_one_backfill_alone_is_complete_though_a_page_lost_its_rows(double, tmp_path, venue, skip):
    """Live mode looks again and again, which would hide it here."""
    fault = Fault.missing_page(KLINES[venue], skip=skip)
    double.misbehave(fault)
    history = HistoryStore(tmp_path / "store")
    with VenueClient(find_venue(venue, LINEAR), double.exchange_factory) as client:
        (outcome,) = backfill(history, [client], [LINEAR], days=2)
    assert fault.times == 0
    assert outcome.state == "live"
    assert check_stored(history, double, venue, *closed_span(double, venue, 47)) == 47 * 12


def test_polled_open_interest_is_no_gap_and_fills_none(tmp_path):
    history = HistoryStore(tmp_path / "store")
    key = SeriesKey("open_interest", "bybit", LINEAR)
    first_ms = 1_770_249_600_000
    grid = first_ms + np.arange(12) * STEP_MS
    polled = first_ms + 7_000 + 15_000 * np.arange(11 * 20)
    stamps = np.union1d(np.delete(grid, [4, 5]), polled)
    store.save_record(history, "bybit", LINEAR, OpenInterest(stamps, np.full(stamps.size, 9.0)))
    assert history.find_gaps(key, first_ms, int(grid[-1]) + 1) == []
    assert missing_windows(history, key, first_ms, int(grid[-1]), STEP_MS) == [(int(grid[4]), int(grid[5]))]


def test_hyperliquid_starts_its_open_interest_now_and_says_so(double, follow):
    live = follow(double, "hyperliquid", pace=replace(QUICK, poll_s=0.2))
    live.wait_live("hyperliquid")
    contract = live.contract("hyperliquid")
    assert contract.symbol == "BTC/USDC:USDC"
    assert any(note.startswith("open interest: ") for note in contract.outcome.notes)
    assert live.wait_complete("hyperliquid", *closed_span(double, "hyperliquid", 10)) == 120
    found = wait_for(
        lambda: store.load_open_interest_of(live.history, "hyperliquid", "BTC/USDC:USDC"), "open interest from now on"
    )
    assert abs(int(found.time_ms[0]) - double.view("hyperliquid").now_ms) < 60_000
    assert "must" in live.markets.problem("hyperliquid")
