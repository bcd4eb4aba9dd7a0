"""Recorded payloads of funding, ratios, the present, order books and tiers, through the conversions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from liqheat.exchanges.rest.normalize import (
    order_rows,
    parse_candles,
    parse_funding,
    parse_long_short,
    parse_mark_candles,
    parse_open_interest,
)
from liqheat.exchanges.rest.normalize_now import parse_depth, parse_mark_now, parse_open_interest_now
from liqheat.exchanges.rest.normalize_tiers import parse_margin_tiers
from liqheat.exchanges.rest.reading import read_rows
from liqheat.venues.table import VENUES

BINANCE, COIN_M = VENUES["binanceusdm", "linear"], VENUES["binancecoinm", "inverse"]
BYBIT, OKX, OKX_INVERSE = VENUES["bybit", "linear"], VENUES["okx", "linear"], VENUES["okx", "inverse"]
HYPERLIQUID, DYDX, GATE = VENUES["hyperliquid", "linear"], VENUES["dydx", "linear"], VENUES["gate", "linear"]
KRAKEN, DERIBIT = VENUES["krakenfutures", "linear"], VENUES["deribit", "inverse"]
RECEIVED_MS = 1_790_000_000_000


@pytest.fixture
def recorded(shared: Path):
    return lambda name: json.loads((shared / "fixtures" / name).read_text())


@pytest.mark.parametrize(
    ("row", "payload", "times", "rates"),
    [
        (
            BINANCE,
            "binance/nautilus/py__http_futures_market_funding_rate.json",
            [1_570_608_000_000, 1_570_636_800_000],
            [-0.0375, 0.0001],
        ),
        (
            BYBIT,
            "bybit/nautilus/http_get_funding_history.json",
            [1_709_856_000_000, 1_709_884_800_000],
            [0.00015, 0.0001],
        ),
        # What was charged, not what was predicted.
        (
            OKX,
            "okx/nautilus/http_get_funding_rate_history.json",
            [1_704_038_400_000, 1_704_067_200_000],
            [-0.00002, 0.00015],
        ),
        (
            HYPERLIQUID,
            "hyperliquid/nautilus/http_funding_history.json",
            [1_769_908_800_000, 1_769_912_400_000, 1_769_916_000_000],
            [0.0000125, -0.0000081, 0.0000033],
        ),
        # A share of notional, not the amount of money beside it.
        (
            KRAKEN,
            "kraken/nautilus/http_futures_historical_funding_rates.json",
            [1_752_163_200_000, 1_752_192_000_000, 1_752_220_800_000],
            [0.00015, -0.00005, 0.0001],
        ),
    ],
    ids=["binance", "bybit", "okx", "hyperliquid", "kraken"],
)
def test_funding(recorded, row, payload, times, rates):
    rows, _ = order_rows(row.funding, read_rows(row.funding, recorded(payload)), 0, 10**13)
    found = parse_funding(row.funding, rows, "x")
    assert found.time_ms.tolist() == times
    assert found.rate.tolist() == rates
    assert found.source == "x"


def test_dydx_times_are_iso(recorded):
    answer = recorded("dydx/nautilus/http_get_historical_funding.json")["result"]
    found = parse_funding(DYDX.funding, read_rows(DYDX.funding, answer))
    assert (found.time_ms[0], found.rate[0]) == (1_765_209_600_219, 0.000002375)
    assert np.all(np.diff(found.time_ms) < 0)


@pytest.mark.parametrize(
    ("measure", "payload", "shares"),
    [
        ("accounts", "global_long_short_account_ratio", [0.6622, 0.6617]),
        ("top_accounts", "top_long_short_account_ratio", [0.6442, 0.3580]),
        ("top_positions", "top_long_short_position_ratio", [0.5891, 0.3583]),
    ],
)
def test_binance_ratios(recorded, measure, payload, shares):
    answer = recorded(f"binance/nautilus/py__http_futures_market_{payload}.json")
    endpoint = BINANCE.long_short[measure]
    found = parse_long_short(endpoint, read_rows(endpoint, answer), measure)
    assert found.long_share.tolist() == shares
    assert found.time_ms.tolist() == [1_583_139_600_000, 1_583_139_900_000]
    assert found.measure == measure


def test_the_present_of_binance(recorded):
    answer = recorded("binance/nautilus/py__http_futures_market_open_interest.json")
    interest = parse_open_interest_now(BINANCE.open_interest_now, answer, {}, "linear", 1.0, RECEIVED_MS)
    assert (interest.time_ms, interest.receive_ms, interest.quantity) == (1_589_437_530_011, RECEIVED_MS, 10_659.509)
    answer = recorded("binance/nautilus/py__http_futures_market_premium_index.json")
    mark = parse_mark_now(BINANCE.mark_now, answer, {}, RECEIVED_MS)
    assert (mark.time_ms, mark.receive_ms, mark.price) == (1_597_370_495_002, RECEIVED_MS, 11_793.63104562)
    # COIN-M answers the same row in a list.
    assert parse_mark_now(COIN_M.mark_now, [answer], {}, RECEIVED_MS).price == 11_793.63104562


def test_the_mark_of_okx(recorded):
    mark = parse_mark_now(OKX.mark_now, recorded("okx/nautilus/http_get_mark_price.json"), {}, RECEIVED_MS)
    assert (mark.time_ms, mark.price) == (1_744_590_349_506, 84_660.1)


def test_the_present_of_hyperliquid_is_found_by_the_contracts_number(recorded):
    contexts = recorded("hyperliquid/nautilus/ws_all_dexs_asset_ctxs.json")["data"]["ctxs"][0][1]
    answer = [{"universe": []}, contexts]
    for number, quantity, price in ((0, 27_353.17682, 77_562.0), (1, 605_822.2557999999, 2_123.7)):
        market = {"info": {"baseId": number}}
        snapshot = HYPERLIQUID.open_interest_now
        interest = parse_open_interest_now(snapshot, answer, market, "linear", 1.0, RECEIVED_MS)
        assert (interest.time_ms, interest.quantity) == (RECEIVED_MS, quantity)
        assert parse_mark_now(HYPERLIQUID.mark_now, answer, market, RECEIVED_MS).price == price


def test_the_present_of_dydx_is_found_by_name(recorded):
    answer = recorded("dydx/nautilus/http_get_perpetual_markets.json")["result"]
    market = {"id": "BTC-USD"}
    interest = parse_open_interest_now(DYDX.open_interest_now, answer, market, "linear", 1.0, RECEIVED_MS)
    assert interest.quantity == 381.7348
    assert parse_mark_now(DYDX.mark_now, answer, market, RECEIVED_MS).price == 89_919.2
    tiers = parse_margin_tiers(DYDX.margin_tiers, answer, market, RECEIVED_MS)
    assert (tiers.floor.tolist(), tiers.cap.tolist()) == ([0.0], [np.inf])
    assert (tiers.maintenance_margin_rate.tolist(), tiers.max_leverage.tolist()) == ([0.012], [50.0])
    assert tiers.maintenance_amount.tolist() == [0.0]


def test_the_present_of_deribit_counts_usd(recorded):
    answer = recorded("deribit/nautilus/http_get_order_book.json")
    interest = parse_open_interest_now(DERIBIT.open_interest_now, answer, {}, "inverse", 10.0, RECEIVED_MS)
    assert (interest.time_ms, interest.quantity) == (1_766_554_855_140, 1_139_551_440.0)
    assert parse_mark_now(DERIBIT.mark_now, answer, {}, RECEIVED_MS).price == 87_006.21
    depth = parse_depth(DERIBIT.depth, answer, {}, "inverse", 10.0, RECEIVED_MS)
    assert (depth.ask_price[0], depth.ask_usd[0]) == (87_003.0, 125_090.0)
    assert (depth.bid_price[0], depth.bid_usd[0]) == (87_002.5, 199_190.0)


def test_dydx_candles_carry_open_interest(recorded):
    rows, _ = order_rows(
        DYDX.candles,
        read_rows(DYDX.candles, recorded("dydx/nautilus/http_get_candles.json")["result"]),
        0,
        10**13,
    )
    candles = parse_candles(DYDX.candles, rows, "linear", 1.0)
    assert candles.open_time_ms[-1] == 1_765_210_260_000
    assert (candles.open[-1], candles.high[-1], candles.low[-1], candles.close[-1]) == (89_934, 89_970, 89_911, 89_941)
    assert candles.volume[-1] == 3.2767
    assert candles.taker_buy_volume is None
    interest = parse_open_interest(DYDX.open_interest, rows, "linear", 1.0)
    assert interest.time_ms.tolist() == candles.open_time_ms.tolist()
    assert interest.quantity[-1] == 381.7348


def test_kraken_candles(recorded):
    answer = recorded("kraken/nautilus/http_futures_candles_mark.json")
    mark = parse_mark_candles(KRAKEN.mark, read_rows(KRAKEN.mark, answer))
    assert (mark.open_time_ms[0], mark.low[0], mark.high[0]) == (
        1_731_715_200_000,
        90_937.3053195142,
        91_396.1831146774,
    )
    answer = recorded("kraken/nautilus/http_futures_candles_trade.json")
    candles = parse_candles(KRAKEN.candles, read_rows(KRAKEN.candles, answer), "linear", 1.0)
    assert candles.volume.tolist() == [319_499, 2_407, 4_995]


@pytest.mark.parametrize(
    ("row", "payload", "kind", "size", "time_ms", "bid", "ask"),
    [
        (
            BINANCE,
            "binance/nautilus/py__http_futures_market_depth.json",
            "linear",
            1.0,
            1_589_436_922_972,
            (4.0, 431 * 4.0),
            (4.000002, 12 * 4.000002),
        ),
        # One contract of COIN-M is 100 USD at any price.
        (
            COIN_M,
            "binance/nautilus/py__http_futures_market_depth.json",
            "inverse",
            100.0,
            1_589_436_922_972,
            (4.0, 43_100.0),
            (4.000002, 1_200.0),
        ),
        (
            BYBIT,
            "bybit/nautilus/http_get_orderbook.json",
            "linear",
            1.0,
            1_709_891_679_000,
            (27_450.5, 1.5 * 27_450.5),
            (27_451.0, 1.2 * 27_451.0),
        ),
        # One contract of BTC-USDT-SWAP is 0.01 BTC, of BTC-USD-SWAP 100 USD.
        (
            OKX,
            "okx/nautilus/http_get_order_book.json",
            "linear",
            0.01,
            1_704_067_200_000,
            (41_006.7, 0.487921 * 0.01 * 41_006.7),
            (41_006.8, 0.60038921 * 0.01 * 41_006.8),
        ),
        (
            OKX_INVERSE,
            "okx/nautilus/http_get_order_book.json",
            "inverse",
            100.0,
            1_704_067_200_000,
            (41_006.7, 48.7921),
            (41_006.8, 60.038921),
        ),
        (
            HYPERLIQUID,
            "hyperliquid/nautilus/http_l2_book_btc.json",
            "linear",
            1.0,
            None,
            (110_427.0, 4.11882 * 110_427.0),
            (110_428.0, 3.72573 * 110_428.0),
        ),
        (
            KRAKEN,
            "kraken/nautilus/http_futures_orderbook.json",
            "linear",
            1.0,
            1_752_235_200_000,
            (105_900.0, 0.5 * 105_900.0),
            (105_950.0, 0.3 * 105_950.0),
        ),
    ],
    ids=["binance", "coin-m", "bybit", "okx", "okx inverse", "hyperliquid", "kraken"],
)
def test_order_books_in_usd(recorded, row, payload, kind, size, time_ms, bid, ask):
    answer = recorded(payload)
    depth = parse_depth(row.depth, answer, {}, kind, size, RECEIVED_MS)
    assert depth.time_ms == (answer["time"] if time_ms is None else time_ms)
    assert depth.receive_ms == RECEIVED_MS
    assert (depth.bid_price[0], depth.bid_usd[0]) == pytest.approx(bid, rel=1e-12)
    assert (depth.ask_price[0], depth.ask_usd[0]) == pytest.approx(ask, rel=1e-12)
    assert np.all(np.diff(depth.bid_price) < 0)
    assert np.all(np.diff(depth.ask_price) > 0)


def test_an_order_book_of_1000_levels(shared):
    for line in (shared / "fixtures/binance/cryptofeed/BINANCE_FUTURES_depth_rest_1000.txt").read_text().splitlines():
        answer = json.loads(line.split(": ", 1)[1])
        depth = parse_depth(BINANCE.depth, answer, {}, "linear", 1.0, RECEIVED_MS)
        assert depth.bid_price.size == len(answer["bids"])
        assert depth.ask_price.size == len(answer["asks"])
        usd = sum(float(price) * float(size) for price, size in answer["bids"])
        assert depth.bid_usd.sum() == pytest.approx(usd, rel=1e-12)


def test_dydx_books_have_no_time_of_their_own(recorded):
    answer = recorded("dydx/nautilus/http_get_orderbook.json")["result"]
    depth = parse_depth(DYDX.depth, answer, {}, "linear", 1.0, RECEIVED_MS)
    assert depth.time_ms == RECEIVED_MS
    assert (depth.bid_price[0], depth.bid_usd[0]) == (89_947.0, pytest.approx(0.0002 * 89_947))


def test_okx_tiers_have_no_amount(recorded):
    # A recorded tier of spot margin: the same columns as those of swaps.
    answer = recorded("okx/nautilus/http_get_position_tiers.json")
    tiers = parse_margin_tiers(OKX.margin_tiers, answer, {}, RECEIVED_MS, "okx REST")
    assert (tiers.floor.tolist(), tiers.cap.tolist(), tiers.unit) == ([0.0], [50.0], "contracts")
    assert (tiers.maintenance_margin_rate[0], tiers.max_leverage[0], tiers.maintenance_amount[0]) == (0.03, 10.0, 0.0)
    assert (tiers.fetched_ms, tiers.source) == (RECEIVED_MS, "okx REST")
