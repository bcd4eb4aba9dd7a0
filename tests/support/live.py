"""Live mode against the venue double: waiting, spans, what must be stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from liqheat import store
from liqheat.collect import Followed, LiveMarkets
from liqheat.collect.pace import Pace
from liqheat.exchanges import RetryPolicy
from liqheat.store import HistoryStore, Journal
from tests.support.venue_double import VenueDouble

LINEAR = "BTC/USDT:USDT"

STEP_MS = 300_000

SETTLED_MS = 8_000
HOUR_MS = 3_600_000
"""A venue's bars are asked for 5 s after their close."""

QUICK = Pace(
    requests=RetryPolicy(attempts=3, first_wait_s=0.05, longest_wait_s=0.2),
    streams=RetryPolicy(first_wait_s=0.05, longest_wait_s=0.5),
    retry_failed_s=0.3,
    retry_refused_s=0.5,
    refresh_every_s=0.4,
    markets_every_s=0.0,
    stall_s=1.5,
    poll_s=0.3,
)
"""As patient as a test may be."""


def wait_for(told: Callable[[], Any], what: str, timeout_s: float = 45.0) -> Any:
    """Wait until something is so; what it was."""
    ends = time.monotonic() + timeout_s
    while not (found := told()):
        assert time.monotonic() < ends, f"waited {timeout_s} s for {what}"
        time.sleep(0.02)
    return found


class Live:
    """Live markets at a double, with the questions that tests ask."""

    def __init__(self, double: VenueDouble, folder: Path, venues: list[str], **named: Any) -> None:
        self.double, self.folder = double, folder
        self.history = HistoryStore(folder / "store")
        self.journal = Journal(folder / "journal.sqlite")
        what = {name: named.pop(name) for name in ("interval", "days") if name in named}
        self.markets = LiveMarkets(
            self.history,
            Followed(LINEAR, tuple(venues), **{"days": 0.5, **what}),
            **{
                "journal": self.journal,
                "exchange_factory": double.exchange_factory,
                "pace": QUICK,
                **named,
            },
        )

    def contract(self, venue: str) -> Any:
        return self.markets.collector.contracts[venue]

    def state(self, venue: str) -> str:
        return str(self.contract(venue).state)

    def wait_state(self, venue: str, state: str, words: str = "", timeout_s: float = 45.0) -> str:
        """Wait for a state whose detail holds words; the detail."""

        def told() -> str | None:
            contract = self.contract(venue)
            is_so = contract.state == state and words in contract.detail
            return contract.detail or " " if is_so else None

        try:
            return str(wait_for(told, f"{venue} to be {state} {words}", timeout_s))
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.state(venue)} {self.contract(venue).detail!r}") from None

    def wait_live(self, *venues: str, timeout_s: float = 45.0) -> None:
        for venue in venues or list(self.markets.collector.contracts):
            self.wait_state(venue, "live", timeout_s=timeout_s)

    def wait_feed(self, venue: str, feed: str, state: str, words: str = "", timeout_s: float = 45.0) -> None:
        def told() -> bool:
            status = self.contract(venue).feeds.get(feed)
            return status is not None and status.state == state and words in status.detail

        try:
            wait_for(told, f"{feed} of {venue} to be {state} {words}", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.contract(venue).feeds.get(feed)}") from None

    def noted(self, kind: str, venue: str | None = None) -> list[str]:
        return [entry.text for entry in self.journal.read(1000, kind=kind, venue=venue)]

    def check(self, venue: str, start_ms: int, end_ms: int) -> int:
        return check_stored(self.history, self.double, venue, start_ms, end_ms)

    def wait_complete(self, venue: str, start_ms: int, end_ms: int, timeout_s: float = 45.0) -> int:
        """Wait until stored rows of a span equal the truth; rows."""
        ends = time.monotonic() + timeout_s
        while True:
            try:
                return self.check(venue, start_ms, end_ms)
            except AssertionError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)


def closed_span(double: VenueDouble, venue: str, hours: float, *, bars_back: int = 1) -> tuple[int, int]:
    """The last hours of bars that have closed and settled, `bars_back` bars ago."""
    end_ms = ((double.view(venue).now_ms - SETTLED_MS) // STEP_MS - bars_back + 1) * STEP_MS
    return end_ms - int(hours * HOUR_MS), end_ms


def check_stored(history: HistoryStore, double: VenueDouble, venue: str, start_ms: int, end_ms: int) -> int:
    """Hold stored rows of a span against the double's truth: all of it, nothing else. Number of bars."""
    symbol = "BTC/USDC:USDC" if venue == "hyperliquid" else LINEAR
    bars = double.view(venue).bars(STEP_MS, start_ms, end_ms - STEP_MS)
    times = [bar.time_ms for bar in bars]
    assert len(times) == (end_ms - start_ms) // STEP_MS
    candles = store.load_candles_of(history, venue, symbol, "5m", start_ms, end_ms)
    assert candles is not None, f"no candles of {venue}"
    assert candles.open_time_ms.tolist() == times, f"candles of {venue}"
    for name in ("open", "high", "low", "close", "volume"):
        expected = [float(getattr(bar, name)) for bar in bars]
        np.testing.assert_array_equal(getattr(candles, name), expected, f"{name} of {venue}")
    if venue == "hyperliquid":
        return len(times)
    mark = store.load_mark_of(history, venue, symbol, "5m", start_ms, end_ms)
    assert mark is not None, f"no mark of {venue}"
    assert mark.open_time_ms.tolist() == times, f"mark of {venue}"
    np.testing.assert_array_equal(mark.low, [float(bar.mark_low) for bar in bars])
    np.testing.assert_array_equal(mark.high, [float(bar.mark_high) for bar in bars])
    interest = store.load_open_interest_of(history, venue, symbol, start_ms, end_ms)
    assert interest is not None, f"no open interest of {venue}"
    is_snapshot = np.isin(interest.time_ms, times)
    assert interest.time_ms[is_snapshot].tolist() == times, f"open interest of {venue}"
    np.testing.assert_array_equal(interest.quantity[is_snapshot], [float(bar.open_interest) for bar in bars])
    polled = interest.quantity[~is_snapshot]
    if polled.size:
        assert polled.min() / interest.quantity.min() > 0.5, "a polled value of another scale"
        assert polled.max() / interest.quantity.max() < 2, "a polled value of another scale"
    return len(times)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took; timings never gate."""
    began = time.perf_counter()
    yield
    print(f"\n{what}: {time.perf_counter() - began:.2f} s")
