"""Recorded payloads, and examples from venues' own pages, through the conversions and through ccxt's markets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from liqheat.errors import InputError, VenueError
from liqheat.exchanges.rest.client import VenueConnection, make_exchange
from liqheat.exchanges.rest.normalize import order_rows, parse_candles, parse_mark_candles, parse_open_interest
from liqheat.exchanges.rest.reading import read_rows, unit_factor
from liqheat.venues.requests import Quantity
from liqheat.venues.table import VENUES

BINANCE, COIN_M = VENUES["binanceusdm", "linear"], VENUES["binancecoinm", "inverse"]
BYBIT, BYBIT_INVERSE = VENUES["bybit", "linear"], VENUES["bybit", "inverse"]
OKX, OKX_INVERSE = VENUES["okx", "linear"], VENUES["okx", "inverse"]


@pytest.fixture
def recorded(shared: Path):
    return lambda name: json.loads((shared / "fixtures" / name).read_text())


# ------------------------------------------------------------------------------------------------ recorded


def test_binance_open_interest_of_500_rows(recorded):
    answer = recorded("binance/RECONSTRUCTED_openInterestHist_BTCUSDT_5m_500.json")
    rows = read_rows(BINANCE.open_interest, answer)
    found = parse_open_interest(BINANCE.open_interest, rows, "linear", 1.0, "x")
    assert found.time_ms.dtype == np.int64
    assert found.quantity.dtype == np.float64
    assert found.time_ms.size == 500
    assert (found.time_ms[0], found.quantity[0]) == (1_770_249_600_000, 93_814.806)
    assert (found.time_ms[-1], found.quantity[-1]) == (1_770_399_300_000, 86_994.623)
    assert set(np.diff(found.time_ms)) == {300_000}
    # One side in coins: times price it is the value that Binance gives beside it.
    values = np.array([float(row["sumOpenInterestValue"]) for row in answer])
    assert np.all(np.abs(np.diff(np.log(values / found.quantity))) < 0.05)
    assert 50_000 < np.median(values / found.quantity) < 100_000


def test_binance_open_interest_with_times_as_text(recorded):
    answer = recorded("binance/nautilus/py__http_futures_market_open_interest_historical.json")
    found = parse_open_interest(BINANCE.open_interest, read_rows(BINANCE.open_interest, answer), "linear", 1.0)
    assert found.time_ms.tolist() == [1_583_127_900_000, 1_583_128_200_000]
    assert found.quantity.tolist() == [20_403.637, 20_401.367]


def test_binance_klines(recorded):
    answer = recorded("binance/nautilus/py__http_futures_market_klines.json")
    found = parse_candles(BINANCE.candles, read_rows(BINANCE.candles, answer), "linear", 1.0, "binanceusdm REST")
    assert found.open_time_ms.tolist() == [1_499_040_000_000]
    values = [column[0] for column in (found.open, found.high, found.low, found.close, found.volume)]
    assert values == [0.0163479, 0.8, 0.015758, 0.015771, 148_976.11427815]
    assert found.taker_buy_volume.tolist() == [1756.87402397]
    assert found.source == "binanceusdm REST"


def test_binance_mark_klines(recorded):
    answer = recorded("binance/nautilus/py__http_futures_market_mark_price_klines.json")
    found = parse_mark_candles(BINANCE.mark, read_rows(BINANCE.mark, answer))
    assert (found.open_time_ms[0], found.low[0], found.high[0]) == (1_591_256_460_000, 9653.07367333, 9654.56401333)


def test_bybit_klines(recorded):
    answer = recorded("bybit/nautilus/http_get_klines_linear.json")
    found = parse_candles(BYBIT.candles, read_rows(BYBIT.candles, answer), "linear", 1.0)
    assert found.open_time_ms.tolist() == [1_709_891_679_000]
    assert (found.open[0], found.high[0], found.low[0], found.close[0]) == (27_450, 27_460, 27_440, 27_455)
    assert found.volume[0] == 123.45


def test_okx_candles_in_coins_and_newest_first(recorded):
    answer = recorded("okx/nautilus/http_get_candlesticks_full.json")
    raw = read_rows(OKX.candles, answer)
    assert int(raw[0][0]) > int(raw[1][0])
    rows, _ = order_rows(OKX.candles, raw, 0, 10**13)
    found = parse_candles(OKX.candles, rows, "linear", 0.01)
    assert found.open_time_ms.tolist() == [1_747_093_980_000, 1_747_094_040_000]
    assert found.volume.tolist() == [71.6404, 10.4037]
    # The venue's contracts, times 0.01 coins, say the same.
    np.testing.assert_allclose([float(row[5]) * 0.01 for row in rows], found.volume, rtol=1e-12)


@pytest.mark.parametrize(
    ("row", "payload", "symbol", "contract_size"),
    [
        (BINANCE, "binance/nautilus/py__http_futures_market_exchange_info.json", "BTC/USDT:USDT", 1.0),
        (BYBIT, "bybit/nautilus/http_get_instruments_linear.json", "ETH/USDT:USDT", 1.0),
        (BYBIT_INVERSE, "bybit/nautilus/http_get_instruments_inverse.json", "BTC/USD:BTC", 1.0),
        (OKX, "okx/nautilus/http_get_instruments_swap.json", "BTC/USDT:USDT", 0.01),
        (OKX, "okx/nautilus/http_get_instruments_swap.json", "ETH/USDT:USDT", 0.1),
        (OKX_INVERSE, "okx/nautilus/http_get_instruments_swap.json", "BTC/USD:BTC", 100.0),
    ],
)
def test_contracts_as_venues_list_them(recorded, row, payload, symbol, contract_size):
    answer = recorded(payload)
    if row.venue == "bybit":
        # The recording lacks a field that Bybit documents and ccxt reads.
        answer["result"].setdefault("category", row.contract_kind)
    connection = VenueConnection(row, answer_with(answer))
    try:
        market = connection.load_market(symbol)
        assert market["contractSize"] == contract_size
        if row is BINANCE:
            with pytest.raises(InputError, match="must be a perpetual of kind linear at binanceusdm"):
                connection.load_market("BTC/USDT:USDT-220325")
    finally:
        connection.close()


def answer_with(payload: Any):
    """Exchanges that get one payload for every request."""

    def factory(ccxt_id: str, config: dict[str, Any]) -> Any:
        exchange = make_exchange(ccxt_id, config)
        exchange.fetch = lambda *_arguments, **_named: payload
        return exchange

    return factory


# ------------------------------------------------------------------------------------------------ examples of venues


def test_coin_m_counts_contracts_of_100_usd():
    row = {
        "contractType": "PERPETUAL",
        "sumOpenInterest": "13069401.00000000",
        "sumOpenInterestValue": "15796.96988405",
        "pair": "BTCUSD",
        "timestamp": 1_791_835_200_000,
    }
    found = parse_open_interest(COIN_M.open_interest, [row], "inverse", 100.0)
    assert found.quantity.tolist() == [1_306_940_100.0]
    # The value beside it is in coins: their ratio is a price.
    assert 50_000 < found.quantity[0] / float(row["sumOpenInterestValue"]) < 150_000


def test_coin_m_volume_is_usd_not_coins():
    row = [1_591_258_320_000, "9640.7", "9642.4", "9640.6", "9642.0", "206", 1_591_258_379_999, "2.13660389", 48]
    row += ["119", "1.23424865", "0"]
    found = parse_candles(COIN_M.candles, [row], "inverse", 100.0)
    assert found.volume.tolist() == [20_600.0]
    assert found.volume[0] / float(row[7]) == pytest.approx(9641.5, abs=1)
    assert found.taker_buy_volume.tolist() == [11_900.0]
    assert found.taker_buy_volume[0] / float(row[10]) == pytest.approx(9641.5, abs=1)


@pytest.mark.parametrize(("spec", "kind"), [(BYBIT, "linear"), (BYBIT_INVERSE, "inverse")])
def test_bybit_open_interest_is_one_side(spec, kind):
    both = {"openInterest": "461134384.00000000", "timestamp": "1669571400000"}
    single = {**both, "singleOpenInterest": "230567192.00000000"}
    empty = {**both, "singleOpenInterest": ""}
    for row in (both, single, empty):
        found = parse_open_interest(spec.open_interest, [row], kind, 1.0)
        assert found.quantity.tolist() == [230_567_192.0]


def test_okx_open_interest_in_coins_and_usd():
    row = ["1790550000000", "2800476.45", "28006.5419", "2360916466.88"]
    assert parse_open_interest(OKX.open_interest, [row], "linear", 0.01).quantity.tolist() == [28_006.5419]
    inverse = ["1790550000000", "5000", "5.9", "500000"]
    assert parse_open_interest(OKX_INVERSE.open_interest, [inverse], "inverse", 100.0).quantity.tolist() == [500_000.0]


# ------------------------------------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize(
    ("unit", "sides", "kind", "size", "factor"),
    [
        ("coins", 1, "linear", 7.0, 1.0),
        ("coins", 2, "linear", 7.0, 0.5),
        ("usd", 1, "inverse", 7.0, 1.0),
        ("usd", 2, "inverse", 7.0, 0.5),
        ("contracts", 1, "linear", 0.01, 0.01),
        ("contracts", 2, "inverse", 100.0, 50.0),
    ],
)
def test_factors(unit, sides, kind, size, factor):
    assert unit_factor(Quantity(0, unit, sides), kind, size) == factor


@pytest.mark.parametrize(("unit", "kind"), [("usd", "linear"), ("coins", "inverse")])
def test_no_price_is_made_up(unit, kind):
    with pytest.raises(VenueError, match="without a price"):
        unit_factor(Quantity(0, unit), kind, 1.0)


@pytest.mark.parametrize(
    "answer", [None, "text", 3, {}, {"result": None}, {"result": []}, {"result": {}}, {"result": {"list": {}}}, []]
)
def test_answers_of_another_shape(answer):
    with pytest.raises(VenueError, match=r"result\.list must be a list"):
        read_rows(BYBIT.candles, answer)


@pytest.mark.parametrize("row", [[], ["1790550000000"], "1790550000000", None, 5, {}, [1_790_550_000_000.5, "1"]])
def test_rows_of_another_shape(row):
    with pytest.raises(VenueError, match="must"):
        parse_candles(OKX.candles, [row], "linear", 0.01)


@pytest.mark.parametrize("time", [0, -1, 1_790_550_000, 1_790_550_000_000_000, "now", True, None, 1.79e12])
def test_times_that_are_no_milliseconds(time):
    with pytest.raises(VenueError, match="time must be UTC milliseconds"):
        parse_candles(OKX.candles, [[time, "1", "2", "1", "1", "5", "5"]], "linear", 0.01)
