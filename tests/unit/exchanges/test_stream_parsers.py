"""What venues push, as recorded or documented, in our records and units."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from liqheat.errors import VenueError
from liqheat.exchanges.stream.parse import (
    StreamMarket,
    is_push,
    parse_candle,
    parse_depth,
    parse_liquidations,
    parse_mark,
    parse_open_interest,
    read_poll,
    split_rows,
    unwrap,
)
from liqheat.venues.table import STREAMS, VENUES

LINEAR = StreamMarket("BTC/USDT:USDT", "linear", 1.0)
CONTRACTS = StreamMarket("BTC/USDT:USDT", "linear", 0.01)
INVERSE = StreamMarket("BTC/USD:BTC", "inverse", 100.0)
BYBIT_INVERSE = StreamMarket("BTC/USD:BTC", "inverse", 1.0)
NOW = 1_800_000_000_000


def read_liquidations(row, message, market, market_id, **named):
    part = STREAMS[row].liquidations
    event = unwrap(message)
    assert is_push(part.push, event)
    rows = split_rows(part.push, event, None, part.details_at)[market_id]
    return parse_liquidations(part, rows, market, NOW, 42.0, **named)


def recorded(shared, path, *words):
    """Messages of a recorded file that hold all words."""
    messages = json.loads((shared / "fixtures" / path).read_text())
    found = [
        m for m in (messages if isinstance(messages, list) else [messages]) if all(w in json.dumps(m) for w in words)
    ]
    assert found, (path, words)
    return found


def test_binance_liquidations_as_recorded(shared):
    (message,) = recorded(shared, "binance/tardis_ws_messages.json", "forceOrder")
    (found,) = read_liquidations(("binanceusdm", "linear"), message, LINEAR, "BTCUSDT")
    assert found.time_ms.tolist() == [1584059031421]
    assert found.receive_ms.tolist() == [NOW]
    assert found.is_long.tolist() == [False]  # it bought: a short was closed
    assert (found.price[0], found.quantity[0]) == (4706.04, 0.014)  # ap, not p; z, not l
    assert found.notional_usd[0] == pytest.approx(4706.04 * 0.014)
    assert found.mark_price.tolist() == [42.0]
    (message,) = recorded(shared, "binance/nautilus/liquidation_stream.json", "forceOrder")
    (found,) = read_liquidations(("binanceusdm", "linear"), message, LINEAR, "BTCUSDT")
    assert (found.is_long[0], found.price[0]) == (True, 9910.12345678)


def test_coin_m_counts_contracts_of_usd():
    """The sample of the venue's page, with 7 filled in all of which the last fill was 1."""
    order = {"s": "BTCUSD_PERP", "ps": "BTCUSD", "S": "SELL", "o": "LIMIT", "f": "IOC", "q": "9", "p": "9425.5"}
    message = {
        "e": "forceOrder",
        "E": 1591154240950,
        "o": {**order, "ap": "9496.5", "l": "1", "z": "7", "T": 1591154240949},
    }
    (found,) = read_liquidations(("binancecoinm", "inverse"), message, INVERSE, "BTCUSD_PERP")
    assert (found.is_long[0], found.quantity[0], found.notional_usd[0], found.price[0]) == (True, 700, 700, 9496.5)
    assert found.capture == "latest per second"


def test_an_order_that_nothing_has_filled_yet_is_kept_and_says_so():
    order = {"s": "BTCUSDT", "S": "BUY", "q": "3", "p": "100", "ap": "0", "X": "NEW", "l": "0", "z": "0", "T": NOW}
    (found,) = read_liquidations(("binanceusdm", "linear"), {"e": "forceOrder", "o": order}, LINEAR, "BTCUSDT")
    assert (found.quantity[0], found.price[0], found.price_means) == (3, 100, "order price, not filled yet")


def test_bybit_liquidations_as_recorded(shared):
    message = recorded(shared, "bybit/tardis_ws_messages.json", "allLiquidation")[0]
    (found,) = read_liquidations(("bybit", "linear"), message, LINEAR, "PIPPINUSDT")
    assert found.is_long.tolist() == [False]  # S is the side of the POSITION
    assert (found.time_ms[0], found.quantity[0], found.price[0]) == (1740480207110, 2846, 0.02456)
    assert (found.capture, found.price_means) == ("complete", "bankruptcy")


def test_bybit_inverse_counts_usd():
    row = {"T": NOW, "s": "BTCUSD", "S": "Buy", "v": "20000", "p": "50000"}
    message = {"topic": "allLiquidation.BTCUSD", "data": [row]}
    (found,) = read_liquidations(("bybit", "inverse"), message, BYBIT_INVERSE, "BTCUSD")
    assert (found.is_long[0], found.quantity[0], found.notional_usd[0]) == (True, 20_000, 20_000)


def test_okx_liquidations_as_recorded_with_all_details(shared):
    (message, *_) = recorded(shared, "okx/tardis_ws_messages_futures.json", "liquidation-orders")
    detail = message["data"][0]["details"][0]
    message["data"][0]["details"] = [
        detail,
        {**detail, "sz": "7"},
        detail,
        {**detail, "posSide": "net", "side": "sell"},
    ]
    market = StreamMarket("XRP/USD:XRP", "inverse", 10.0)
    (found,) = read_liquidations(("okx", "inverse"), message, market, "XRP-USD-230929")
    assert found.quantity.tolist() == [390, 70, 390, 390]
    assert found.is_long.tolist() == [False, False, False, True]
    assert found.ordinal.tolist() == [0, 0, 1, 0]
    assert set(found.price) == {0.55205}
    (again,) = read_liquidations(("okx", "inverse"), message, market, "XRP-USD-230929")
    assert again.ordinal.tolist() == found.ordinal.tolist()


def test_okx_linear_counts_contracts():
    detail = {"bkPx": "100", "posSide": "long", "side": "sell", "sz": "13", "ts": str(NOW)}
    data = [{"instId": "BTC-USDT-SWAP", "details": [detail]}, {"instId": "ETH-USDT-SWAP", "details": [detail]}]
    message = {"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": data}
    (found,) = read_liquidations(("okx", "linear"), message, CONTRACTS, "BTC-USDT-SWAP")
    assert (found.is_long.tolist(), found.quantity.tolist()) == ([True], [0.13])
    assert found.notional_usd.tolist() == pytest.approx([13.0])


def test_binance_marks_and_candles_as_recorded(shared):
    row = STREAMS["binanceusdm", "linear"]
    for message in recorded(shared, "binance/tardis_ws_messages.json", "markPriceUpdate"):
        event = unwrap(message)
        ((pushed,),) = split_rows(row.mark.push, event).values()
        mark = parse_mark(row.mark, pushed, NOW)
        assert (mark.time_ms, mark.price) == (event["E"], float(event["p"]))
    # The venue's own sample has a low above its open: what contradicts itself is not taken.
    (message,) = recorded(shared, "binance/nautilus/kline_stream_open.json", "kline")
    ((pushed,),) = split_rows(row.candles.push, message).values()
    with pytest.raises(VenueError, match="enclose"):
        parse_candle(row.candles, pushed, LINEAR, 60_000, NOW)


def test_binance_candles_of_a_capture(shared):
    row = STREAMS["binanceusdm", "linear"].candles
    text = (shared / "fixtures/binance/cryptofeed/BINANCE_FUTURES_ws_head150.txt").read_text()
    lines = [line for line in text.splitlines() if '"e":"kline"' in line]
    assert len(lines) == 6
    for line in lines:
        message = unwrap(json.loads(line[line.index("{") :]))
        assert is_push(row.push, message)
        ((pushed,),) = split_rows(row.push, message).values()
        candle = parse_candle(row, pushed, LINEAR, 60_000, NOW)
        assert candle.volume == float(message["k"]["v"])
        assert candle.close == float(message["k"]["c"])


def test_inverse_candles_count_usd():
    bar = {"t": NOW, "s": "BTCUSD_PERP", "o": "100", "h": "110", "l": "90", "c": "105", "v": "7", "q": "0.5"}
    row = STREAMS["binancecoinm", "inverse"].candles
    ((pushed,),) = split_rows(row.push, {"e": "kline", "s": "BTCUSD_PERP", "k": bar}).values()
    assert parse_candle(row, pushed, INVERSE, 60_000, NOW).volume == 700
    row = STREAMS["okx", "inverse"].candles
    message = {
        "arg": {"channel": "candle1m", "instId": "BTC-USD-SWAP"},
        "data": [[str(NOW), *["1", "2", "1", "1", "3", "0.5", "9", "0"]]],
    }
    ((pushed,),) = split_rows(row.push, message).values()
    assert parse_candle(row, pushed, INVERSE, 60_000, NOW).volume == 300


def test_bybit_candles_and_tickers_as_recorded(shared):
    row = STREAMS["bybit", "linear"]
    (message,) = recorded(shared, "bybit/nautilus/ws_kline.json", "kline")
    groups = split_rows(row.candles.push, message)
    assert list(groups) == ["BTCUSDT"]
    candle = parse_candle(row.candles, groups["BTCUSDT"][0], LINEAR, 300_000, NOW)
    assert (candle.open_time_ms, candle.volume, candle.low) == (1672324800000, 2.081, 16608)
    snapshot = recorded(shared, "bybit/tardis_ws_messages.json", "tickers.BTCUSDT", "snapshot")[0]
    ((pushed,),) = split_rows(row.mark.push, snapshot).values()
    assert parse_mark(row.mark, pushed, NOW).price == 28552.81
    assert parse_mark(row.mark, pushed, NOW).time_ms == 1680673821770
    assert parse_open_interest(row.mark, pushed, LINEAR, NOW).quantity == 52774.528 / 2  # both sides are counted
    inverse = STREAMS["bybit", "inverse"].mark
    delta = recorded(shared, "bybit/tardis_ws_messages.json", "tickers.BTCUSD", "delta", "openInterest")[0]
    ((pushed,),) = split_rows(inverse.push, delta).values()
    assert parse_mark(inverse, pushed, NOW) is None
    assert parse_open_interest(inverse, pushed, BYBIT_INVERSE, NOW).quantity == 449736674 / 2
    pushed.row["singleOpenInterest"] = "5"
    assert parse_open_interest(inverse, pushed, BYBIT_INVERSE, NOW).quantity == 5


def test_okx_marks_and_candles_as_recorded(shared):
    row = STREAMS["okx", "linear"]
    (message, *_) = recorded(shared, "okx/tardis_ws_messages.json", "mark-price")
    ((market_id, (pushed,)),) = split_rows(row.mark.push, message).items()
    mark = parse_mark(row.mark, pushed, NOW)
    assert (market_id, mark.price, mark.time_ms) == ("WNCG-USDT-SWAP", 2.1729, 1640131259180)
    messages = recorded(shared, "okx/nautilus/ws_candle.json", "candle")
    ((pushed, *_),) = split_rows(row.candles.push, messages[0]).values()
    with pytest.raises(VenueError, match="grid"):  # the sample's time is the venue's clock, no open
        parse_candle(row.candles, pushed, CONTRACTS, 60_000, NOW)
    pushed.row[0] = "1597026360000"
    candle = parse_candle(row.candles, pushed, CONTRACTS, 60_000, NOW)
    assert (candle.open_time_ms, candle.volume) == (1597026360000, 529.5858061)  # coins, not contracts


def test_hyperliquid_contexts_as_recorded(shared):
    row = STREAMS["hyperliquid", "linear"]
    for message in recorded(shared, "hyperliquid/tardis_ws_messages.json", '"activeAssetCtx"'):
        ((market_id, (pushed,)),) = split_rows(row.mark.push, message).items()
        assert market_id == "MOODENG"
        assert parse_mark(row.mark, pushed, NOW).price == 0.19963
        assert parse_mark(row.mark, pushed, NOW).time_ms == NOW
        assert parse_open_interest(row.mark, pushed, LINEAR, NOW).quantity == 18617460.0
    (spot, *_) = recorded(shared, "hyperliquid/tardis_ws_messages.json", '"activeSpotAssetCtx"')
    assert not is_push(row.mark.push, spot)


def test_bitget_tickers_and_candles_as_recorded(shared):
    row = STREAMS["bitget", "linear"]
    message = recorded(shared, "bitget/tardis_ws_messages.json", "STORJUSDT")[0]
    ((pushed,),) = split_rows(row.mark.push, message).values()
    assert parse_mark(row.mark, pushed, NOW).price == float(pushed.row["markPrice"])
    assert parse_open_interest(row.mark, pushed, LINEAR, NOW).quantity == float(pushed.row["holdingAmount"])
    answer = recorded(shared, "bitget/tardis_ws_messages.json", "subscribe", "ticker")[0]
    assert not is_push(row.mark.push, answer)
    rows = [["1695685500000", "27000", "27000.5", "27000", "27000.5", "0.057", "1539.0155", "1539.0155"]]
    argument = {"instType": "USDT-FUTURES", "channel": "candle5m", "instId": "BTCUSDT"}
    ((pushed,),) = split_rows(row.candles.push, {"action": "update", "arg": argument, "data": rows}).values()
    assert parse_candle(row.candles, pushed, LINEAR, 300_000, NOW).volume == 0.057


def test_gate_tickers_and_candles_as_recorded(shared):
    row = STREAMS["gate", "linear"]
    ten_thousandth = StreamMarket("BTC/USDT:USDT", "linear", 0.0001)
    nested = recorded(shared, "gate/tardis_ws_messages.json", "futures.tickers", "BSV_USDT")[0]
    ((market_id, (pushed,)),) = split_rows(row.mark.push, nested).items()
    assert (market_id, parse_mark(row.mark, pushed, NOW).time_ms) == ("BSV_USDT", 1617952183000)
    message = recorded(shared, "gate/tardis_ws_messages.json", "futures.tickers", "153482780")[0]
    ((pushed,),) = split_rows(row.mark.push, message).values()
    assert parse_mark(row.mark, pushed, NOW).price == 23175.64
    assert parse_open_interest(row.mark, pushed, ten_thousandth, NOW).quantity == pytest.approx(15348.278)
    answer = recorded(shared, "gate/tardis_ws_messages.json", "futures.tickers", '"success"')[0]
    assert not is_push(row.mark.push, answer)
    bar = {"t": 1545129300, "v": 27525555, "c": "95.4", "h": "96.9", "l": "89.5", "o": "94.3", "n": "1m_BTC_USDT"}
    message = {"time": 1542162490, "channel": "futures.candlesticks", "event": "update", "result": [bar]}
    ((market_id, (pushed,)),) = split_rows(row.candles.push, message).items()
    candle = parse_candle(row.candles, pushed, ten_thousandth, 60_000, NOW)
    assert (market_id, candle.open_time_ms, candle.volume) == ("BTC_USDT", 1545129300000, pytest.approx(2752.5555))


def test_polled_open_interest_as_documented():
    answer = {"symbol": "BTCUSD_PERP", "openInterest": "15004", "contractType": "PERPETUAL", "time": 1591261042378}
    poll = STREAMS["binancecoinm", "inverse"].open_interest
    found = parse_open_interest(poll, read_poll(poll, answer), INVERSE, NOW)
    assert (found.quantity, found.time_ms, found.receive_ms) == (1_500_400, 1591261042378, NOW)
    poll = STREAMS["okx", "inverse"].open_interest
    row = {"instId": "BTC-USD-SWAP", "oi": "50", "oiCcy": "0.1", "ts": "1597026383085"}
    assert parse_open_interest(poll, read_poll(poll, {"code": "0", "data": [row]}), INVERSE, NOW).quantity == 5000
    with pytest.raises(VenueError, match="must hold a row"):
        read_poll(poll, {"code": "0", "data": []})


@pytest.mark.parametrize(
    ("row", "market", "usd"),
    [
        (("binanceusdm", "linear"), LINEAR, 2 * 99),
        (("binancecoinm", "inverse"), INVERSE, 200),
        (("bybit", "inverse"), BYBIT_INVERSE, 2),
        (("okx", "linear"), CONTRACTS, 2 * 0.01 * 99),
        (("okx", "inverse"), INVERSE, 200),
    ],
)
def test_depth_is_in_usd_whatever_amounts_count(row, market, usd):
    book = {"bids": [[99.0, 2.0], [98.0, 1.0]], "asks": [[101.0, 3.0, 7]], "timestamp": None}
    depth = parse_depth(STREAMS[row].depth, book, market, NOW)
    assert depth.bid_usd[0] == pytest.approx(usd)
    assert depth.ask_price.tolist() == [101.0]
    assert depth.time_ms == NOW
    assert parse_depth(STREAMS[row].depth, {**book, "asks": []}, market, NOW) is None
    with pytest.raises(VenueError, match="below the best ask"):
        parse_depth(STREAMS[row].depth, {**book, "asks": [[98.5, 1.0]]}, market, NOW)
    with pytest.raises(VenueError, match="pairs"):
        parse_depth(STREAMS[row].depth, {**book, "asks": [["x"]]}, market, NOW)


GOOD = {"T": NOW, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "100"}


@pytest.mark.parametrize(
    "change",
    [{"T": 1_800_000_000}, {"T": None}, {"S": "Long"}, {"S": 1}, {"v": "0"}, {"v": "-1"}, {"v": "nan"}, {"p": "inf"},
     {"p": None}, {"v": True}],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_reported_and_the_next_is_read(change):
    told: list[str] = []
    message = {"topic": "allLiquidation.BTCUSDT", "data": [{**GOOD, **change}, GOOD]}
    (found,) = read_liquidations(("bybit", "linear"), message, LINEAR, "BTCUSDT", on_malformed=told.append)
    assert (len(found.time_ms), len(told)) == (1, 1)
    with pytest.raises(VenueError):
        read_liquidations(("bybit", "linear"), message, LINEAR, "BTCUSDT")


@pytest.mark.parametrize(
    "change", [{"low": "101"}, {"high": "nan"}, {"open": "0"}, {"volume": "-1"}, {"start": NOW + 1}]
)
def test_a_candle_that_contradicts_itself_is_refused(change):
    row = STREAMS["bybit", "linear"].candles
    bar = {"start": NOW, "open": "100", "high": "110", "low": "90", "close": "105", "volume": "1", **change}
    ((pushed,),) = split_rows(row.push, {"topic": "kline.5.BTCUSDT", "data": [bar]}).values()
    with pytest.raises(VenueError):
        parse_candle(row, pushed, LINEAR, 300_000, NOW)


def test_rows_stand_beside_rows_of_the_venue_table():
    for key, row in STREAMS.items():
        assert key in VENUES
        assert key == (row.venue, row.contract_kind)
        assert {"candles", "mark", "depth", "open_interest"} <= set(row.feeds)
        assert row.doc_url.startswith("https://")
        assert row.date_read
        if row.liquidations is not None:
            assert row.liquidations.capture
            assert all(amount.price_means for amount in row.liquidations.amounts)


def test_every_row_names_methods_that_ccxt_pro_has():
    import ccxt.pro

    for (venue, kind), row in STREAMS.items():
        exchange = getattr(ccxt.pro, VENUES[venue, kind].ccxt_id)()
        parts = [part.push.watch for part in (row.candles, row.mark, row.liquidations) if part is not None]
        polls = [row.open_interest.method] if row.open_interest is not None else []
        for method in (*parts, *polls, row.depth.watch):
            assert callable(getattr(exchange, method, None)), (venue, method)


def test_liquidations_of_a_message_have_equal_lengths():
    message = {"topic": "allLiquidation.BTCUSDT", "data": [GOOD] * 3}
    (found,) = read_liquidations(("bybit", "linear"), message, LINEAR, "BTCUSDT")
    assert found.ordinal.tolist() == [0, 1, 2]
    assert found.ordinal.dtype == np.int32
    assert {len(getattr(found, name)) for name in ("time_ms", "receive_ms", "is_long", "price", "mark_price")} == {3}
    assert math.isclose(found.notional_usd.sum(), 300.0)
