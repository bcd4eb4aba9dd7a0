"""A double whose market moves fast, and ways to ask it as a client does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.double_clients import NOW_MS
from tests.support.venue_double import RunningMarket, VenueDouble


@pytest.fixture
def fast() -> Iterator[VenueDouble]:
    """A minute a second."""
    with VenueDouble(RunningMarket(history_days=2, future_days=1, speed=60), stream_speed=5) as double:
        yield double
        assert double.unknown_paths == []


@pytest.fixture
def still() -> Iterator[VenueDouble]:
    """A market that stands still until it is stepped."""
    with VenueDouble(RunningMarket(history_days=9, future_days=1, speed=0, now_ms=NOW_MS)) as double:
        yield double
        assert double.unknown_paths == []
