"""REST answers, read by ccxt: units, orders and limits of each venue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.double_clients import INVERSE, LINEAR, NOW_MS, USDC, each_contract, rest
from tests.support.venue_double.books import GRID_USD, level_usd

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@each_contract
def test_candles_and_the_clock(still, venue, symbol):
    exchange = rest(still, venue)
    bars = still.market.bars(venue, HOUR_MS, NOW_MS - DAY_MS, NOW_MS - HOUR_MS, NOW_MS)
    rows = exchange.fetch_ohlcv(symbol, "1h", since=NOW_MS - DAY_MS, limit=23, params={"until": NOW_MS - HOUR_MS})
    assert [row[:5] for row in rows] == [
        [bar.time_ms, *(float(getattr(bar, name)) for name in ("open", "high", "low", "close"))] for bar in bars[-23:]
    ]
    assert exchange.fetch_time() == NOW_MS


@each_contract
def test_books_are_worth_what_is_said(still, venue, symbol):
    exchange = rest(still, venue)
    book = exchange.fetch_order_book(symbol, 20)
    market = exchange.market(symbol)
    last = float(still.view(venue).quote().last)
    assert book["bids"][0][0] <= last < book["asks"][0][0]
    for side in ("bids", "asks"):
        assert len(book[side]) == 20
        for price, amount, *_ in book[side][:19]:
            size = amount * market["contractSize"]
            worth = size if market["inverse"] else size * price
            assert worth == pytest.approx(level_usd(still.view(venue)), rel=0.003)
        assert abs(book[side][0][0] - book[side][19][0]) == pytest.approx(19 * GRID_USD)


@each_contract
def test_open_interest_now(still, venue, symbol):
    coins = float(still.view(venue).quote().open_interest)
    exchange = rest(still, venue)
    if venue == "bybit":
        category = "inverse" if symbol == INVERSE else "linear"
        body = exchange.publicGetV5MarketTickers({"category": category, "symbol": exchange.market_id(symbol)})
        (row,) = body["result"]["list"]
        unit = float(row["markPrice"]) if symbol == INVERSE else 1.0
        assert float(row["openInterest"]) == 2 * float(row["singleOpenInterest"])
        assert float(row["openInterest"]) == pytest.approx(2 * coins * unit, rel=1e-6)
        return
    found = exchange.fetch_open_interest(symbol)
    mark = float(still.view(venue).quote().mark)
    amount = found["openInterestAmount"]
    expected = {
        ("binanceusdm", LINEAR): coins,
        ("binancecoinm", INVERSE): coins * mark / 100,
        ("okx", LINEAR): coins / 0.01,
        ("okx", INVERSE): coins * mark / 100,
        ("hyperliquid", USDC): coins,
    }
    assert amount == pytest.approx(expected[venue, symbol], rel=1e-6)


@each_contract
def test_funding_history(still, venue, symbol):
    rows = rest(still, venue).fetch_funding_rate_history(symbol, since=NOW_MS - 2 * DAY_MS, limit=5)
    step = HOUR_MS if venue == "hyperliquid" else 8 * HOUR_MS
    assert len(rows) == 5
    for row in rows:
        assert row["timestamp"] % step < 100
        rate = float(still.view(venue).funding_rate(row["timestamp"] // step * step))
        assert row["fundingRate"] == pytest.approx(rate / (8 if venue == "hyperliquid" else 1), rel=1e-4)


def test_margin_tiers(still):
    for venue in ("bybit", "okx"):
        for symbol in (LINEAR, INVERSE):
            tiers = rest(still, venue).fetch_market_leverage_tiers(symbol)
            rates = [tier["maintenanceMarginRate"] for tier in tiers]
            assert len(rates) >= 2
            assert rates == sorted(rates)
    tables = dict(rest(still, "hyperliquid").publicPostInfo({"type": "meta"})["marginTables"])
    assert [tier["maxLeverage"] for tier in tables[56]["marginTiers"]] == [40, 20]
    assert rest(still, "hyperliquid").publicPostInfo({"type": "marginTable", "id": 56}) == tables[56]


MEASURES = {
    "fapiDataGetGlobalLongShortAccountRatio": "accounts",
    "fapiDataGetTopLongShortAccountRatio": "top_accounts",
    "fapiDataGetTopLongShortPositionRatio": "top_positions",
}


@pytest.mark.parametrize("method", list(MEASURES))
def test_ratios_of_binance(still, method):
    rows = getattr(rest(still, "binanceusdm"), method)({"symbol": "BTCUSDT", "period": "5m", "limit": 3})
    for row in rows:
        share = still.market.long_share("binanceusdm", MEASURES[method], int(row["timestamp"]))
        assert float(row["longAccount"]) == pytest.approx(share)
        assert float(row["longShortRatio"]) == pytest.approx(share / (1 - share), abs=1e-4)


def test_ratios_of_bybit_and_okx(still):
    bybit = rest(still, "bybit").fetch_long_short_ratio_history(LINEAR, "5min", limit=3)
    okx = rest(still, "okx").fetch_long_short_ratio_history(LINEAR, "5m", limit=3)
    for venue, rows in (("bybit", bybit), ("okx", okx)):
        assert len(rows) == 3
        for row in rows:
            share = still.market.long_share(venue, "accounts", row["timestamp"])
            assert row["longShortRatio"] == pytest.approx(share / (1 - share), rel=1e-3)


def test_taker_volume(still):
    bars = still.market.bars("binanceusdm", 300_000, 0, NOW_MS, NOW_MS, 3)
    rows = rest(still, "binanceusdm").fapiPublicGetKlines({"symbol": "BTCUSDT", "interval": "5m", "limit": 3})
    assert [(row[5], row[9]) for row in rows] == [(bar.volume, bar.taker_buy_volume) for bar in bars]
    request = {"instId": "BTC-USDT-SWAP", "period": "5m", "unit": "0", "limit": 3}
    sold = still.market.bars("okx", 300_000, 0, NOW_MS, NOW_MS, 3)
    body = rest(still, "okx").publicGetRubikStatTakerVolumeContract(request)
    assert [row[2] for row in body["data"]] == [bar.taker_buy_volume for bar in sold[::-1]]


def test_limits_of_rows(still):
    exchange: Any = rest(still, "hyperliquid")
    rows = exchange.fetch_ohlcv(USDC, "1m", since=NOW_MS - 8 * DAY_MS)
    assert len(rows) == 5000
    assert rows[-1][0] == NOW_MS // 60_000 * 60_000
    body = rest(still, "okx").publicGetMarketHistoryCandles({"instId": "BTC-USDT-SWAP", "bar": "1m", "limit": 900})
    assert len(body["data"]) == 300
    assert len(rest(still, "okx").publicGetMarketBooks({"instId": "BTC-USDT-SWAP"})["data"][0]["bids"]) == 1


def test_a_venue_whose_clock_is_off_lives_at_another_time(still):
    still.clock_offset_ms["bybit"] = 180_000
    assert rest(still, "bybit").fetch_time() == NOW_MS + 180_000
    assert rest(still, "okx").fetch_time() == NOW_MS
    rows = rest(still, "bybit").fetch_ohlcv(LINEAR, "1m", limit=5)
    assert rows[-1][0] == (NOW_MS + 180_000) // 60_000 * 60_000
