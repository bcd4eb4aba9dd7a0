"""A venue on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.venue_double import SyntheticMarket, VenueDouble


@pytest.fixture
def double() -> Iterator[VenueDouble]:
    with VenueDouble(SyntheticMarket(1_770_249_720_000, n_bars=12 * 288)) as server:
        yield server
        assert server.unknown_paths == []
