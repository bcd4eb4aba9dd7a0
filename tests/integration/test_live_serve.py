"""`liqheat serve --live`: from an empty folder to the first heat, and again from what is there."""

from __future__ import annotations

import os
import time

import pytest

from liqheat.store import HistoryStore, load_forecasts_of
from tests.support.live import wait_for
from tests.support.processes import Page, Process
from tests.support.venue_double import RunningMarket, VenueDouble

SYMBOL = "BTC/USDT:USDT"
IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
FIRST_HEAT_S = 60.0
VIEW = "heatmap.bin?venue={}"


def serve(double, store, venues, *more):
    return Process(double, "serve", "--live", SYMBOL, "--venues", venues, "--port", "0", *more, store=store)


def open_page(process) -> Page:
    return Page(process.wait_text(r"liqheat is at (http://\S+)")[1])


def wait_heat(process, page, venue, timeout_s=FIRST_HEAT_S) -> float:
    """Seconds from the start of the process to the first heatmap."""
    wait_for(lambda: page.get(VIEW.format(venue))[0] == 200, f"heat of {venue}", timeout_s)
    return time.monotonic() - process.began


@pytest.fixture
def limited():
    """Days of history at venues that count requests."""
    market = RunningMarket(history_days=31, future_days=1)
    with VenueDouble(market, rate_limits=True, latency_s=0.05) as server:
        server.view("bybit").bars(300_000, 0, 0)  # the market is made before the clock starts
        yield server
        assert server.unknown_paths == []


def test_first_heat_within_a_minute_nearest_first_and_at_once_the_second_time(limited, tmp_path):
    with serve(limited, tmp_path / "store", "binance,bybit,okx") as process:
        page = open_page(process)
        first_s = min(wait_heat(process, page, venue) for venue in ("binance",))
        status = page.json("status")
        seen = {entry["venue"]: entry["progress"] for entry in status["venues"]}
        starts = []

        def begins():
            markets = {market["venue"]: market for market in page.json("symbols")["markets"]}
            starts.append(markets["binanceusdm"]["start_ms"])
            return len(set(starts)) >= 3

        all_s = max(wait_heat(process, page, venue) for venue in ("bybit", "okx"))
        print(f"\nfirst heat after {first_s:.1f} s, of all three venues after {all_s:.1f} s")
        assert first_s <= FIRST_HEAT_S
        assert all_s <= FIRST_HEAT_S
        assert any(seen.values()), f"no progress in the status: {status}"
        wait_for(begins, "history that reaches further back", 60)
        assert starts == sorted(starts, reverse=True), "nearest first"
        process.wait_text(r"binanceusdm: backfilling [1-9]0 %")
        assert page.json("status")["mode"] == "live"
        # Each hour's forecasts are kept as they are made.
        history = HistoryStore(tmp_path / "store", read_only=True)
        wait_for(lambda: load_forecasts_of(history, "bybit", SYMBOL) is not None, "forecasts in the store", 30)
        kept = load_forecasts_of(history, "bybit", SYMBOL)
        assert set(kept.horizon.tolist()) == {"4h", "24h", "72h"} and (kept.on_the_way_usd > 0).all()
        assert ((kept.made_ms - kept.time_ms) < 3_600_000).all()
        began = time.monotonic()
        assert process.end() == 0
        print(f"stopped after {time.monotonic() - began:.1f} s")
        assert "Traceback" not in process.text
    with serve("http://127.0.0.1:9", tmp_path / "store", "binance,bybit,okx") as process:
        page = open_page(process)
        again_s = max(wait_heat(process, page, venue, 15) for venue in ("binance", "bybit", "okx"))
        print(f"heat from the store alone after {again_s:.1f} s")
        assert page.json("status")["venues"][0]["state"] in ("waiting", "backfilling", "failed")


@pytest.mark.skipif(not IS_SLOW, reason="make soak: what it says is tested in process, too")
def test_hyperliquid_is_followed_in_its_own_contract_and_says_what_it_lacks(double, tmp_path):
    with serve(double, tmp_path / "store", "hyperliquid,bybit", "--days", "0.5") as process:
        page = open_page(process)
        wait_heat(process, page, "bybit")

        def described():
            (entry,) = [one for one in page.json("status")["venues"] if one["venue"] == "hyperliquid"]
            return entry if entry["state"] == "live" and entry["notes"] else None

        entry = wait_for(described, "hyperliquid to be live")
        assert entry["symbol"] == "BTC/USDC:USDC"
        assert any(note.startswith("open interest: ") for note in entry["notes"])
        assert "open interest" in entry["detail"]
        assert entry["capture"] is None
        code, body, _ = page.get(VIEW.format("hyperliquid"))
        assert code == 404, body
        assert process.end() == 0
