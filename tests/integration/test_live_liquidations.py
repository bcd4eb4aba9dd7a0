"""Bursts and a steady rain of liquidations through live mode: each stored once, as it was pushed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import numpy as np
import psutil
import pytest

from liqheat import store
from tests.support.live import LINEAR
from tests.support.venue_double import RunningMarket, StreamFault, VenueDouble

VENUES = ("binanceusdm", "bybit", "okx")
WORDS = {"binanceusdm": "forceOrder", "bybit": "allLiquidation", "okx": "liquidation"}
N_BURST = 5_000
IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
SOAK_S = float(os.environ.get("LIQHEAT_SOAK_S", "3600" if IS_SLOW else "6"))
SOAK_RATE = 100
MOST_GROWTH_KB_PER_EVENT = 0.5
"""An event that stayed in memory would take more: a `Liquidations` of one row has eight arrays of 112 bytes."""


def stored(live, venue) -> Counter:
    found = store.load_liquidations_of(live.history, venue, LINEAR)
    rows = [] if found is None else zip(found.time_ms, found.is_long, found.price, found.quantity, strict=True)
    return Counter(
        (int(time), bool(is_long), float(price), round(float(size), 6)) for time, is_long, price, size in rows
    )


def sent(double, venue) -> Counter:
    events = double.sent_liquidations.get(venue, [])
    return Counter((event.time_ms, event.is_long, event.price, round(event.quantity, 6)) for event in events)


def wait_all_stored(live, timeout_s=60.0):
    ends = time.monotonic() + timeout_s
    while any(stored(live, venue) != sent(live.double, venue) for venue in VENUES) and time.monotonic() < ends:
        time.sleep(0.2)
    for venue in VENUES:
        missing, more = sent(live.double, venue) - stored(live, venue), stored(live, venue) - sent(live.double, venue)
        assert not missing, f"{venue} lost {missing.total()}: {list(missing)[:3]}"
        assert not more, f"{venue} made up {more.total()}: {list(more)[:3]}"


def wait_listening(live):
    for venue in VENUES:
        live.wait_feed(venue, "liquidations", "live")
        live.double.wait_subscribed(venue, WORDS[venue])


def push_burst(double, venue, seed, wall_s):
    """A third of the burst, in ten seconds of events and `wall_s` of time."""
    random = np.random.default_rng(seed)
    count = N_BURST // len(VENUES) + 1
    first_ms = double.view(venue).now_ms // 1000 * 1000 - 20_000
    batches = 40
    for batch in range(batches):
        rows = range(count * batch // batches, count * (batch + 1) // batches)
        events = [
            (
                first_ms + row * 10_000 // count,
                bool(random.random() < 0.6),
                round(66_000 * (1 + random.normal(0, 0.002)), 1),
                round(float(random.lognormal(-1, 1)), 3) + 0.001,
            )
            for row in rows
        ]
        double.push_liquidations(venue, events, thinned=False)
        time.sleep(wall_s / batches)


def test_a_burst_from_three_venues_at_once_is_stored_whole(double, follow):
    live = follow(double, *VENUES)
    wait_listening(live)
    for venue in VENUES:
        live.wait_feed(venue, "mark", "live")
    began = time.monotonic()
    threads = [
        threading.Thread(target=push_burst, args=(double, venue, seed, 2.0)) for seed, venue in enumerate(VENUES)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pushed = sum(sent(double, venue).total() for venue in VENUES)
    pushed_s = time.monotonic() - began
    wait_all_stored(live)
    print(f"\n{pushed} liquidations pushed in {pushed_s:.1f} s, stored after {time.monotonic() - began:.1f} s")
    assert pushed >= 0.9 * N_BURST
    for venue in VENUES:
        found = store.load_liquidations_of(live.history, venue, LINEAR)
        assert np.isfinite(found.mark_price).all()
        np.testing.assert_allclose(found.notional_usd, found.price * found.quantity, rtol=1e-9)
        assert (found.receive_ms >= found.time_ms).all()


def test_what_was_pushed_before_and_after_a_reconnect_is_kept(double, follow):
    live = follow(double, *VENUES)
    wait_listening(live)
    for seed in range(3):
        threads = [threading.Thread(target=push_burst, args=(double, venue, seed * 10, 0.5)) for venue in VENUES[1:]]
        for thread in threads:
            thread.start()
        time.sleep(0.25)
        for venue in VENUES[1:]:
            double.misbehave(StreamFault.disconnect(venue))
        for thread in threads:
            thread.join()
        wait_listening(live)
    # An orderly end comes after all that was sent.
    wait_all_stored(live)
    assert sum(sent(double, venue).total() for venue in VENUES) > N_BURST // 4


@pytest.mark.timeout(SOAK_S + 120)
def test_memory_is_flat_while_liquidations_rain(tmp_path):
    """`liqheat record` in a process of its own: the double's memory is not what is measured."""
    folder = tmp_path / "store"
    with VenueDouble(RunningMarket(history_days=2, future_days=1)) as double:
        urls = [word for venue in VENUES for word in ("--venue-url", f"{venue}={double.base_url}")]
        options = ["--venues", ",".join(VENUES), "--days", "0.5", "--store", str(folder)]
        code = "from liqheat.cli import main; main()"
        command = [sys.executable, "-c", code, "record", LINEAR, *options, *urls]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            for venue in VENUES:
                double.wait_subscribed(venue, WORDS[venue])
            process, samples, pushed = psutil.Process(child.pid), [], 0
            began = time.monotonic()
            second = 0
            while (elapsed := time.monotonic() - began) < SOAK_S:
                for index, venue in enumerate(VENUES):
                    base_ms = double.view(venue).now_ms // 1000 * 1000 - 2_000
                    count = SOAK_RATE // 3 + (index < SOAK_RATE % 3)
                    events = [(base_ms + row, row % 2 == 0, 66_000.0 + second % 50 + row, 0.5) for row in range(count)]
                    pushed += len(double.push_liquidations(venue, events, thinned=False))
                    double.sent_liquidations[venue] = double.sent_liquidations[venue][-1000:]
                double.requests.clear()
                second += 1
                samples.append((elapsed, process.memory_info().rss / 1024))
                time.sleep(max(0.0, second - (time.monotonic() - began)))
            time.sleep(2.0)
            child.send_signal(signal.SIGTERM)
            said, _ = child.communicate(timeout=60)
        finally:
            child.kill()
    assert child.returncode == 0, said
    history = store.HistoryStore(folder, read_only=True)
    assert sum(history.count_rows(key) for key in history.list_series("liquidations")) == pushed
    settled = np.array([sample for sample in samples if sample[0] > SOAK_S / 3])
    slope_kb_per_s = np.polyfit(settled[:, 0], settled[:, 1], 1)[0]
    megabytes = settled[-1, 1] / 1024
    print(f"\n{pushed} events in {SOAK_S:.0f} s: memory grew by {slope_kb_per_s:.1f} KB/s, at {megabytes:.0f} MB")
    if IS_SLOW:
        # Seconds are too short to tell a slope from an allocator's steps.
        assert slope_kb_per_s < MOST_GROWTH_KB_PER_EVENT * SOAK_RATE
