"""`liqheat record` and `liqheat backfill`: stopped politely, killed, resumed, with a venue that is dead."""

from __future__ import annotations

import re
import signal
import time

import pytest

from liqheat import store
from liqheat.records import SeriesKey
from liqheat.store import HistoryStore
from tests.support.live import LINEAR, check_stored, closed_span, wait_for
from tests.support.processes import Process, run_here
from tests.support.venue_double import Fault, RunningMarket, VenueDouble

VENUES = ("binanceusdm", "bybit", "okx")
ALL = "binance,bybit,okx,hyperliquid"


@pytest.fixture
def raining():
    """Liquidations all the time."""
    market = RunningMarket(history_days=3, future_days=1)
    with VenueDouble(market, liquidations_per_s=20, stream_speed=3) as server:
        yield server
        assert server.unknown_paths == []


def count(history, kind, venue, interval=""):
    return history.load(SeriesKey(kind, venue, LINEAR, interval)).num_rows


def record_for_a_while(double, folder):
    process = Process(double, "record", LINEAR, "--venues", "binance,bybit,okx", "--days", "0.5", store=folder)
    for venue, word in zip(VENUES, ("forceOrder", "allLiquidation", "liquidation"), strict=True):
        double.wait_subscribed(venue, word, timeout_s=30)
    wait_for(lambda: all(len(double.sent_liquidations.get(venue, [])) >= 2 for venue in VENUES), "liquidations")
    time.sleep(1.5)
    return process


def test_a_recording_that_is_told_to_stop_has_stored_all_that_it_was_sent(raining, tmp_path):
    with record_for_a_while(raining, tmp_path / "store") as process:
        raining.liquidations_per_s = 0.0
        time.sleep(0.3)
        assert process.end(signal.SIGTERM) == 0
        assert re.search(r"[\d,]+ streamed rows kept in", process.text)
        assert "Traceback" not in process.text
    history = HistoryStore(tmp_path / "store", read_only=True)
    assert history.verify() == []
    for venue in VENUES:
        found = store.load_liquidations_of(history, venue, LINEAR)
        assert found.time_ms.size == len(raining.sent_liquidations[venue])
        assert count(history, "depth", venue) >= 1
        assert count(history, "forecasts", venue) > 0
        assert check_stored(history, raining, venue, *closed_span(raining, venue, 10, bars_back=2)) == 120


def test_a_recording_that_is_killed_leaves_a_sound_store(raining, tmp_path):
    with record_for_a_while(raining, tmp_path / "store") as process:
        process.end(signal.SIGKILL)
    history = HistoryStore(tmp_path / "store")
    assert history.verify() == []
    before = {venue: count(history, "liquidations", venue) for venue in VENUES}
    # Once a second everything is written: at most the last moments are missing.
    for venue in VENUES:
        assert before[venue] > 0
        assert before[venue] <= len(raining.sent_liquidations[venue])
    assert (
        run_here(raining, "record", LINEAR, "--seconds", "2", "--days", "0.5", store=tmp_path / "store").returncode == 0
    )
    again = HistoryStore(tmp_path / "store", read_only=True)
    assert again.verify() == []
    for venue in VENUES:
        assert count(again, "liquidations", venue) >= before[venue]
        assert check_stored(again, raining, venue, *closed_span(raining, venue, 10, bars_back=2)) == 120


def test_a_backfill_that_is_killed_goes_on_where_it_was(double, tmp_path):
    folder = tmp_path / "store"
    double.latency_s = 0.05
    arguments = ("backfill", LINEAR, "--venues", ALL, "--days", "0.6")
    with Process(double, *arguments, store=folder) as process:
        wait_for(lambda: double.count("open-interest-history") >= 1, "some pages", 30)
        process.end(signal.SIGKILL)
    kept = HistoryStore(folder)
    assert kept.verify() == []
    double.latency_s = 0.0
    asked = len(double.requests)
    second = run_here(double, *arguments, store=folder)
    assert second.returncode == 0, second.stdout
    assert re.search(r"[\d,]+ new rows in [\d.]+ s", second.stdout)
    first_requests = len(double.requests) - asked
    history = HistoryStore(folder, read_only=True)
    assert history.verify() == []
    for venue in (*VENUES, "hyperliquid"):
        assert check_stored(history, double, venue, *closed_span(double, venue, 13, bars_back=2)) == 13 * 12
    assert "hyperliquid: open interest: " in second.stdout
    asked = len(double.requests)
    third = run_here(double, *arguments, store=folder)
    assert third.returncode == 0
    assert len(double.requests) - asked < first_requests
    rows = int(re.search(r"([\d,]+) new rows in", third.stdout)[1].replace(",", ""))
    # A bar that closed meanwhile brings a row of each series; a series that came again would bring them all.
    assert rows < 13 * 12, "what was there came again"


def test_one_dead_venue_does_not_keep_the_others_from_completing(double, tmp_path):
    double.misbehave(Fault.region_refused("/fapi", status=451))
    done = run_here(
        double, "backfill", LINEAR, "--venues", "binance,bybit,okx", "--days", "0.5", store=tmp_path / "store"
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"binanceusdm\W.*refused", done.stdout)
    assert "HTTP 451" in done.stdout
    history = HistoryStore(tmp_path / "store", read_only=True)
    for venue in VENUES[1:]:
        assert check_stored(history, double, venue, *closed_span(double, venue, 10, bars_back=2)) == 120
    alone = run_here(double, "backfill", LINEAR, "--venues", "binance", "--days", "0.5", store=tmp_path / "store")
    assert alone.returncode == 1, "nothing came"
    assert "all there" not in alone.stdout
    assert "0 new rows in" in alone.stdout
    assert "Draw them" not in alone.stdout


def test_a_changed_contract_size_stops_a_backfill_until_it_is_accepted(double, tmp_path):
    arguments = ("backfill", LINEAR, "--venues", "okx", "--days", "0.3")
    assert run_here(double, *arguments, store=tmp_path / "store").returncode == 0
    double.misbehave(Fault.changed_field("public/instruments", "ctVal", "0.1", times=1_000_000))
    refused = run_here(double, *arguments, store=tmp_path / "store")
    assert refused.returncode == 1
    assert "changed from 0.01 to 0.1" in refused.stdout
    before = HistoryStore(tmp_path / "store", read_only=True).load(SeriesKey("candles", "okx", LINEAR, "5m"))
    accepted = run_here(double, *arguments, "--accept-contract-size", store=tmp_path / "store")
    assert accepted.returncode == 0, accepted.stdout
    history = HistoryStore(tmp_path / "store", read_only=True)
    after = history.load(SeriesKey("candles", "okx", LINEAR, "5m"))
    assert after.slice(0, before.num_rows).equals(before), "old rows stay as they were"
    sizes = store.load_contract_sizes_of(history, "okx", LINEAR)
    assert sizes.size.tolist() == [0.01, 0.1]
    assert run_here(double, *arguments, store=tmp_path / "store").returncode == 0
