"""Every kind of data of Binance, Bybit, OKX and Hyperliquid over HTTP, through ccxt, against the market behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from liqheat.exchanges import RetryPolicy, VenueClient
from liqheat.venues.table import VENUES
from tests.support.venue_double import SyntheticMarket, VenueDouble
from tests.support.venue_double.books import LEVEL_USD

STEP_MS, HOUR_MS, DAY_MS = 300_000, 3_600_000, 86_400_000
NOW_MS = 1_770_249_720_000
LAST_MS = NOW_MS // STEP_MS * STEP_MS
LINEAR, INVERSE, USDC = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDC:USDC"
KEYS = [
    ("binanceusdm", "linear", LINEAR),
    ("binancecoinm", "inverse", INVERSE),
    ("bybit", "linear", LINEAR),
    ("bybit", "inverse", INVERSE),
    ("okx", "linear", LINEAR),
    ("okx", "inverse", INVERSE),
    ("hyperliquid", "linear", USDC),
]
each_row = pytest.mark.parametrize(("venue", "kind", "symbol"), KEYS, ids=[f"{key[0]}-{key[1]}" for key in KEYS])


@pytest.fixture(scope="module")
def server() -> Iterator[VenueDouble]:
    with VenueDouble(SyntheticMarket(NOW_MS, n_bars=35 * 288)) as double:
        yield double
        assert double.unknown_paths == []


@pytest.fixture
def open_client(server):
    clients: list[VenueClient] = []

    def make(venue: str, kind: Any) -> VenueClient:
        retry = RetryPolicy(attempts=1)
        clients.append(VenueClient(VENUES[venue, kind], server.exchange_factory, retry))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@each_row
def test_candles_with_the_takers_part(server, open_client, venue, kind, symbol):
    found = open_client(venue, kind).fetch_candles(symbol, "5m", LAST_MS - 30 * STEP_MS, NOW_MS)
    bars = server.market.between(LAST_MS - 30 * STEP_MS, LAST_MS - STEP_MS)
    assert found.open_time_ms.tolist() == [bar.time_ms for bar in bars]
    assert found.close.tolist() == [float(bar.close) for bar in bars]
    if not venue.startswith("binance"):
        assert found.taker_buy_volume is None
        return
    share = found.taker_buy_volume / found.volume
    expected = [float(bar.taker_buy_volume) / float(bar.volume) for bar in bars]
    np.testing.assert_allclose(share, expected, atol=1e-3 if kind == "linear" else 1e-2)


@each_row
def test_funding(server, open_client, venue, kind, symbol):
    first_ms = NOW_MS - 30 * DAY_MS
    notes: list[str] = []
    found = open_client(venue, kind).fetch_funding(symbol, first_ms, NOW_MS, notes=notes)
    step_ms = HOUR_MS if venue == "hyperliquid" else 8 * HOUR_MS
    expected = list(range(-(-first_ms // step_ms) * step_ms, NOW_MS + 1, step_ms))
    assert (found.time_ms // step_ms * step_ms).tolist() == expected
    scale = 8 if venue == "hyperliquid" else 1
    rates = [float(server.market.funding_rate(venue, time)) / scale for time in expected]
    np.testing.assert_allclose(found.rate, rates, atol=1e-9)
    assert notes == []


@pytest.mark.parametrize(("venue", "kind", "symbol"), KEYS[:-1], ids=[f"{key[0]}-{key[1]}" for key in KEYS[:-1]])
def test_ratios(server, open_client, venue, kind, symbol):
    client = open_client(venue, kind)
    first_ms = LAST_MS - 1200 * STEP_MS
    assert set(VENUES[venue, kind].long_short) == (
        {"accounts"} if venue == "bybit" else {"accounts", "top_accounts", "top_positions"}
    )
    for measure in VENUES[venue, kind].long_short:
        notes: list[str] = []
        found = client.fetch_long_short(symbol, measure, first_ms, LAST_MS, notes=notes)
        assert notes == []
        assert found.time_ms.tolist() == list(range(first_ms, LAST_MS + 1, STEP_MS))
        shares = [server.market.long_share(venue, measure, int(time)) for time in found.time_ms]
        np.testing.assert_allclose(found.long_share, shares, atol=1e-4)


@each_row
def test_the_present(server, open_client, venue, kind, symbol):
    client = open_client(venue, kind)
    quote = server.market.quote(venue, NOW_MS)
    mark = client.fetch_mark_now(symbol)
    assert mark.price == pytest.approx(float(quote.mark), abs=0.06)
    assert mark.receive_ms > NOW_MS
    assert mark.time_ms == (mark.receive_ms if venue == "hyperliquid" else NOW_MS)
    interest = client.fetch_open_interest_now(symbol)
    history = client.fetch_open_interest(symbol, LAST_MS, NOW_MS)
    usd = interest.quantity * (float(quote.mark) if kind == "linear" else 1.0)
    if kind == "linear":
        # One side, in coins, as the market has it.
        assert interest.quantity == pytest.approx(float(quote.open_interest), rel=1e-6)
    assert usd > 1e8
    if history is not None:
        assert history.quantity[-1] == pytest.approx(interest.quantity, rel=0.3)


@each_row
def test_depth_in_usd_is_the_same_at_every_venue(open_client, venue, kind, symbol):
    depth = open_client(venue, kind).fetch_depth(symbol)
    assert depth.time_ms == NOW_MS
    assert depth.bid_price.size >= 20
    # Every level is worth the same, whatever the venue counts in; the outermost holds what lies beyond.
    np.testing.assert_allclose(depth.bid_usd[:19], LEVEL_USD, rtol=0.01)
    np.testing.assert_allclose(depth.ask_usd[:19], LEVEL_USD, rtol=0.01)


@pytest.mark.parametrize(("venue", "kind", "symbol"), KEYS[2:-1], ids=[f"{key[0]}-{key[1]}" for key in KEYS[2:-1]])
def test_margin_tiers(open_client, venue, kind, symbol):
    tiers = open_client(venue, kind).fetch_margin_tiers(symbol)
    assert tiers.floor[0] == 0
    np.testing.assert_array_equal(tiers.floor[1:], tiers.cap[:-1])
    assert np.all(np.diff(tiers.maintenance_margin_rate) > 0)
    assert np.all(np.diff(tiers.max_leverage) < 0)
    assert 0.001 < tiers.maintenance_margin_rate[0] < 0.02
    assert tiers.unit == {"okx": "contracts"}.get(venue, "quote" if kind == "linear" else "coins")
    if venue == "okx":
        assert not tiers.maintenance_amount.any()
    else:
        # The requirement is continuous where one tier ends and the next begins.
        before = tiers.cap[:-1] * tiers.maintenance_margin_rate[:-1] - tiers.maintenance_amount[:-1]
        after = tiers.floor[1:] * tiers.maintenance_margin_rate[1:] - tiers.maintenance_amount[1:]
        np.testing.assert_allclose(before, after, rtol=1e-9)


@each_row
def test_other_intervals(open_client, venue, kind, symbol):
    assert "1m" in VENUES[venue, kind].candles.intervals
    client = open_client(venue, kind)
    found = client.fetch_candles(symbol, "1h", NOW_MS - DAY_MS, NOW_MS)
    assert found.open_time_ms[-1] == NOW_MS // HOUR_MS * HOUR_MS - HOUR_MS
    assert found.open_time_ms.size == 23
