"""What people get wrong, and what their disks do, while markets are live."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from pathlib import Path

import pytest

from liqheat import store
from liqheat.api import create_app
from liqheat.collect import find_stored
from liqheat.errors import StoreError
from liqheat.records import SeriesKey
from liqheat.store import HistoryStore
from tests.support.live import LINEAR, closed_span, wait_for
from tests.support.processes import run_here
from tests.support.venue_double import Fault

NOWHERE = "http://127.0.0.1:9"
"""An address that nobody answers at."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--venues", "binanse,bybit"), ["binanse", "binance"]),
        (("--venues", "bybit,bybit"), ["each once"]),
        (("--venues", ""), ["venues"]),
        (("--days", "0"), ["days", "found 0"]),
        (("--days", "-1"), ["days"]),
        (("--days", "nan"), ["days"]),
        (("--interval", "7q"), ["interval"]),
        (("--venue-url", "bybit"), ["venue-url", "VENUE=URL"]),
        (("--venue-url", "bybit=http://example.com"), ["venue-url", "https"]),
        (("--venue-url", "bybit=ftp://127.0.0.1"), ["venue-url"]),
        (("--venue-url", "bibit=http://127.0.0.1:9"), ["venue-url", "bybit"]),
    ],
)
@pytest.mark.parametrize("command", ["backfill", "record"])
def test_arguments_are_refused_with_their_rule(tmp_path, command, arguments, words):
    more = () if command == "backfill" else ("--seconds", "0.1")
    done = run_here(NOWHERE, command, LINEAR, *arguments, *more, store=tmp_path / "store")
    assert done.returncode == 2, done.stdout
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("symbol", ["BTC", "BTC/USDT", "BTC-USDT", "BTC/USDT:USDT-260327", ""])
def test_a_symbol_of_another_form_is_refused(tmp_path, symbol):
    done = run_here(NOWHERE, "backfill", symbol, "--venues", "bybit", store=tmp_path / "store")
    assert done.returncode == 2
    assert "symbol: must be a" in done.stderr


def test_an_unknown_symbol_names_what_is_near(double, tmp_path):
    done = run_here(double, "backfill", "BTCC/USDT:USDT", "--venues", "bybit", "--days", "1", store=tmp_path / "store")
    assert done.returncode == 1
    assert "must be listed at bybit, which has BTC/USD" in done.stdout


def test_a_symbol_that_one_venue_lacks_is_told_with_where_it_is(double, follow):
    # Bybit's only linear contract is called otherwise.
    def rename(rows):
        return [{**row, "baseCoin": "ETH", "symbol": "ETHUSDT"} if row["quoteCoin"] == "USDT" else row for row in rows]

    double.misbehave(Fault("instruments-info", times=1_000_000, edit_rows=rename))
    live = follow(double, "binanceusdm", "bybit", "okx")
    live.wait_live("binanceusdm", "okx")
    detail = live.wait_state("bybit", "failed", "of the venues asked, binanceusdm, okx list BTC/USDT:USDT")
    assert "must be listed at bybit" in detail
    double.heal()
    live.wait_live("bybit")
    live.wait_feed("bybit", "candles", "live")
    assert live.wait_complete("bybit", *closed_span(double, "bybit", 10)) == 120


def test_an_unreachable_venue_is_told_and_the_others_go_on(double, follow):
    def factory(ccxt_id, config, is_stream=False):
        exchange = double.exchange_factory(ccxt_id, config, is_stream)
        if ccxt_id == "bybit":
            exchange.urls = json.loads(json.dumps(exchange.urls).replace(double.base_url[7:], "127.0.0.1:9"))
        return exchange

    live = follow(double, "bybit", "okx", exchange_factory=factory)
    live.wait_live("okx")
    live.wait_state("bybit", "failed", "bybit could not be reached")
    wait_for(lambda: "gate" in live.markets.offers(), "other venues")


def test_a_store_of_a_newer_version_is_left_alone(tmp_path):
    HistoryStore(tmp_path / "store")
    head = tmp_path / "store" / "_store.json"
    head.write_text(json.dumps({**json.loads(head.read_text()), "format_version": 99}))
    for arguments in (("backfill", LINEAR), ("record", LINEAR, "--seconds", "1"), ("serve", "--live", LINEAR)):
        done = run_here(NOWHERE, *arguments, store=tmp_path / "store")
        assert done.returncode == 2
        assert "99" in done.stderr
        assert "version" in done.stderr


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_read_only_folder_is_refused_in_words(double, small_disk):
    HistoryStore(small_disk / "store")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for arguments in (("backfill", LINEAR, "--days", "1"), ("record", LINEAR, "--seconds", "1")):
        done = run_here(double, *arguments, store=small_disk / "store")
        assert done.returncode in (1, 2)
        assert "ead-only" in done.stdout + done.stderr
    done = run_here(double, "backfill", LINEAR, "--days", "1", store=small_disk / "other")
    assert done.returncode == 2
    assert "store" in done.stderr


def fill(path):
    """Write until there is no room."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 65_536):
            pass


def test_a_full_disk_is_told_and_nothing_that_was_received_is_lost(double, follow, small_disk):
    live = follow(double, "bybit", folder=small_disk)
    live.wait_live("bybit")
    live.wait_feed("bybit", "liquidations", "live")
    double.wait_subscribed("bybit", "allLiquidation")
    app = create_app([], live=live.markets, liquidations=find_stored(live.history)).test_client()

    def trouble():
        return app.get("/api/v1/status").json["store"]

    filler = small_disk / "filler"
    fill(filler)
    for number in range(300):
        double.push_liquidations("bybit", [(None, True, 66_000.0 + number, 1.0 + number)])
        time.sleep(0.005)
    assert "o space" in wait_for(trouble, "the trouble in the status")
    assert trouble() == live.markets.collector.store_trouble
    time.sleep(1.5)
    assert live.contract("bybit").feeds["liquidations"].state == "live", "the stream goes on"
    filler.unlink()
    wait_for(lambda: not trouble(), "the trouble to end")

    def kept():
        found = store.load_liquidations_of(live.history, "bybit", LINEAR)
        return found is not None and found.time_ms.size == len(double.sent_liquidations["bybit"]) >= 300

    wait_for(kept, "all that was pushed")
    assert live.markets.collector.recorder.n_given_up == 0
    live.wait_live("bybit")
    assert live.wait_complete("bybit", *closed_span(double, "bybit", 10)) == 120
    live.markets.stop()
    assert HistoryStore(small_disk / "store", read_only=True).verify() == []


def test_a_damaged_file_is_put_aside_and_fetched_again_while_the_rest_is_served(double, follow):
    live = follow(double, "bybit", "okx", days=2.0)
    live.wait_live()
    key = SeriesKey("candles", "bybit", LINEAR, "5m")
    files = sorted(Path(live.folder / "store").glob("kind=candles_5m/venue=bybit/**/*.parquet"))
    damaged = files[0]
    damaged.write_bytes(damaged.read_bytes()[:100] + b"\xff" * 400)
    app = create_app([], live=live.markets).test_client()
    live.markets.on_history("bybit", "bar")
    wait_for(lambda: live.history.quarantined, "the file to be put aside")
    wait_for(lambda: app.get("/api/v1/heatmap.bin?venue=okx").status_code == 200, "the other venue")
    assert live.history.load(key).num_rows > 0
    wait_for(lambda: any("part-" in text for text in live.noted("quarantined")), "a note")
    assert live.wait_complete("bybit", *closed_span(double, "bybit", 47), timeout_s=30) == 47 * 12
    assert app.get("/api/v1/heatmap.bin?venue=bybit").status_code == 200


def test_a_store_that_fails_under_a_request_is_a_problem(double, follow):
    live = follow(double, "bybit")
    live.wait_live("bybit")

    def fail(*_):
        raise StoreError("store", "must be readable", "input/output error")

    app = create_app([], live=live.markets, liquidations=fail).test_client()
    wait_for(lambda: app.get("/api/v1/liquidations").status_code != 200, "a market")
    answer = app.get("/api/v1/liquidations")
    assert answer.status_code == 503
    assert answer.json["code"] == "store_error"
    assert (answer.json["argument"], answer.json["rule"]) == ("store", "must be readable")
    assert answer.json["value"] == "input/output error"
