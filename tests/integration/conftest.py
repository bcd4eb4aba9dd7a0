"""Live markets of this machine: a double, what follows it, and the truth to hold both against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live import Live
from tests.support.venue_double import RunningMarket, VenueDouble


@pytest.fixture
def double() -> Iterator[VenueDouble]:
    """A market that moves at its own speed; its present is now."""
    with VenueDouble(RunningMarket(history_days=3, future_days=1), stream_speed=3) as server:
        yield server
        assert server.unknown_paths == []


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Follow a double; ends with the test."""
    started: list[Live] = []

    def start(double: VenueDouble, *venues: str, **named: Any) -> Live:
        live = Live(double, named.pop("folder", tmp_path), list(venues), **named)
        started.append(live)
        live.markets.start()
        return live

    yield start
    for live in started:
        live.markets.stop()
        live.journal.close()
