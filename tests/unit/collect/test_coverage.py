"""Open interest of venues that are not drawn."""

from __future__ import annotations

import pytest

from liqheat.collect.coverage import CoverageWatch
from tests.support.venue_double import RunningMarket, VenueDouble


def test_a_venue_is_counted_by_the_name_that_its_history_carries():
    with VenueDouble(RunningMarket(history_days=1, future_days=1, speed=0)) as double:
        watch = CoverageWatch("BTC/USDT:USDT", ["binance", "hyperliquid"], double.exchange_factory)
        watch.ask()
        quote = double.view("binanceusdm").quote()
    found = watch.open_interest_usd()
    assert found is not None and sorted(found) == ["binanceusdm", "hyperliquid"]
    assert found["binanceusdm"] == pytest.approx(float(quote.open_interest) * float(quote.mark))
    assert not watch.failures
