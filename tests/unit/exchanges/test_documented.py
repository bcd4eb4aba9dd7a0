"""Examples from venues' own pages, where no payload is recorded, through the conversions."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.errors import VenueError
from liqheat.exchanges.rest.normalize import (
    parse_candles,
    parse_funding,
    parse_liquidations,
    parse_long_short,
    parse_open_interest,
)
from liqheat.exchanges.rest.normalize_now import parse_depth, parse_mark_now, parse_open_interest_now
from liqheat.exchanges.rest.reading import read_rows
from liqheat.venues.table import VENUES

BYBIT, BYBIT_INVERSE = VENUES["bybit", "linear"], VENUES["bybit", "inverse"]
COIN_M, OKX, OKX_INVERSE = VENUES["binancecoinm", "inverse"], VENUES["okx", "linear"], VENUES["okx", "inverse"]
BITGET, GATE, HYPERLIQUID = VENUES["bitget", "linear"], VENUES["gate", "linear"], VENUES["hyperliquid", "linear"]
RECEIVED_MS = 1_790_000_000_000
GATE_STATISTIC = {
    "long_liq_size": "0",
    "lsr_account": "3.2808988764045",
    "mark_price": "0.34619",
    "top_lsr_size": "0.5",
    "time": "1674057000",
    "open_interest_usd": "9872386.7775",
    "top_lsr_account": "1",
    "open_interest": "2851725",
    "lsr_taker": "9.3765153315902",
}


# ------------------------------------------------------------------------------------------------ Gate


def test_gate_statistics_count_contracts_and_seconds():
    found = parse_open_interest(GATE.open_interest, [GATE_STATISTIC], "linear", 10.0)
    assert found.time_ms.tolist() == [1_674_057_000_000]
    assert found.quantity.tolist() == [28_517_250.0]
    # Times the mark it is the value that Gate gives beside it.
    assert found.quantity[0] * 0.34619 == pytest.approx(9_872_386.7775)


@pytest.mark.parametrize(
    ("measure", "share"),
    [("accounts", 3.2808988764045 / 4.2808988764045), ("top_accounts", 0.5), ("top_positions", 1 / 3)],
)
def test_gate_ratios_become_shares(measure, share):
    found = parse_long_short(GATE.long_short[measure], [GATE_STATISTIC], measure)
    assert found.long_share.tolist() == [pytest.approx(share)]


def test_gate_candles():
    row = {"t": 1_539_852_480, "v": 97_151, "c": "1.032", "h": "1.032", "l": "1.032", "o": "1.032", "sum": "3580"}
    found = parse_candles(GATE.candles, [row], "linear", 0.0001)
    assert found.open_time_ms.tolist() == [1_539_852_480_000]
    assert found.volume.tolist() == [pytest.approx(9.7151)]


def test_gate_books_are_in_contracts():
    answer = {
        "id": 6_358_770_031,
        "current": 1_634_350_208.745,
        "asks": [{"s": 24_909, "p": "61264.8"}, {"s": 81, "p": "61266.6"}],
        "bids": [{"s": 41_844, "p": "61264.7"}, {"s": 13_783, "p": "61263.3"}],
    }
    depth = parse_depth(GATE.depth, answer, {}, "linear", 0.0001, RECEIVED_MS)
    assert depth.time_ms == 1_634_350_208_745
    assert depth.bid_usd[0] == pytest.approx(41_844 * 0.0001 * 61_264.7)
    assert depth.ask_usd[1] == pytest.approx(81 * 0.0001 * 61_266.6)


def test_gate_liquidations_carry_the_side_of_the_position():
    short = {
        "contract": "BTC_USDT",
        "left": 0,
        "size": -165,
        "fill_price": "28070",
        "order_price": "28225",
        "time": 1_696_736_132,
    }
    rows = [short, {**short, "size": 600}, short]
    found = parse_liquidations(
        GATE.liquidations,
        rows,
        "linear",
        0.0001,
        receive_ms=RECEIVED_MS,
        price_means=GATE.liquidation_price,
        capture=GATE.capture,
    )
    assert found.is_long.tolist() == [False, True, False]
    assert found.time_ms.tolist() == [1_696_736_132_000] * 3
    assert found.quantity.tolist() == pytest.approx([0.0165, 0.06, 0.0165])
    assert found.notional_usd.tolist() == pytest.approx([0.0165 * 28_070, 0.06 * 28_070, 0.0165 * 28_070])
    # Two that are equal in everything stay two.
    assert found.ordinal.tolist() == [0, 0, 1]
    assert np.isnan(found.mark_price).all()
    assert (found.price_means, found.capture) == ("fill average", "last hour, polled")


@pytest.mark.parametrize("change", [{"size": 0}, {"fill_price": "0"}, {"size": "x"}, {"time": None}])
def test_liquidations_that_cannot_be_read(change):
    row = {"size": -165, "fill_price": "28070", "time": 1_696_736_132, **change}
    with pytest.raises(VenueError, match="must"):
        parse_liquidations(
            GATE.liquidations, [row], "linear", 1.0, receive_ms=RECEIVED_MS, price_means="x", capture="x"
        )


# ------------------------------------------------------------------------------------------------ Bitget


def test_bitget_candles_count_coins():
    row = ["1645911960000", "39406", "39407", "39374.5", "39379", "35.526", "1399132.341"]
    found = parse_candles(BITGET.candles, [row], "linear", 1.0)
    assert found.volume.tolist() == [35.526]
    assert found.volume[0] * found.close[0] == pytest.approx(1_399_132.341, rel=1e-3)


def test_the_present_of_bitget():
    answer = {
        "code": "00000",
        "data": {"openInterestList": [{"symbol": "BTCUSDT", "size": "52234.134"}], "ts": "1700866041023"},
    }
    found = parse_open_interest_now(BITGET.open_interest_now, answer, {}, "linear", 1.0, RECEIVED_MS)
    assert (found.time_ms, found.quantity) == (1_700_866_041_023, 52_234.134)
    answer = {"data": [{"symbol": "BTCUSDT", "price": "1", "markPrice": "104824.2", "ts": "1750332210370"}]}
    mark = parse_mark_now(BITGET.mark_now, answer, {}, RECEIVED_MS)
    assert (mark.time_ms, mark.price) == (1_750_332_210_370, 104_824.2)


def test_bitget_ratio_funding_and_book():
    endpoint = BITGET.long_short["accounts"]
    row = {"longAccountRatio": "0.58", "shortAccountRatio": "0.42", "longShortAccountRatio": "0.0138"}
    answer = {"data": [{**row, "ts": "1729312200000"}]}
    assert parse_long_short(endpoint, read_rows(endpoint, answer), "accounts").long_share.tolist() == [0.58]
    answer = {"data": [{"symbol": "BTCUSDT", "fundingRate": "-0.0003", "fundingTime": "1652396400000"}]}
    found = parse_funding(BITGET.funding, read_rows(BITGET.funding, answer))
    assert (found.time_ms.tolist(), found.rate.tolist()) == ([1_652_396_400_000], [-0.0003])
    answer = {"data": {"asks": [["39102", "11.026"]], "bids": [["39100.5", "1.773"]], "ts": "1645854610294"}}
    depth = parse_depth(BITGET.depth, answer, {}, "linear", 1.0, RECEIVED_MS)
    assert (depth.time_ms, depth.bid_usd[0]) == (1_645_854_610_294, 1.773 * 39_100.5)


# ------------------------------------------------------------------------------------------------ the others


def test_hyperliquid_candles():
    row = {"T": 1_704_287_699_999, "c": "2226.4", "h": "2247.9", "i": "15m", "l": "2224.6", "n": 46, "o": "2247.9"}
    found = parse_candles(
        HYPERLIQUID.candles, [{**row, "s": "ETH", "t": 1_704_286_800_000, "v": "591.6427"}], "linear", 1.0
    )
    assert found.open_time_ms.tolist() == [1_704_286_800_000]
    assert (found.open[0], found.close[0], found.volume[0]) == (2247.9, 2226.4, 591.6427)


@pytest.mark.parametrize(("spec", "kind"), [(BYBIT, "linear"), (BYBIT_INVERSE, "inverse")])
def test_the_present_of_bybit_is_one_side(spec, kind):
    ticker = {"symbol": "BTCUSDT", "markPrice": "16596.00", "openInterest": "373504107"}
    for row in (ticker, {**ticker, "singleOpenInterest": "186752053.5"}):
        answer = {"retCode": 0, "result": {"list": [row]}, "time": 1_672_376_496_682}
        found = parse_open_interest_now(spec.open_interest_now, answer, {}, kind, 1.0, RECEIVED_MS)
        assert (found.time_ms, found.quantity) == (1_672_376_496_682, 186_752_053.5)
        assert parse_mark_now(spec.mark_now, answer, {}, RECEIVED_MS).price == 16_596.0


def test_bybit_ratio():
    endpoint = BYBIT.long_short["accounts"]
    row = {"symbol": "BTCUSDT", "buyRatio": "0.5707", "sellRatio": "0.4293", "timestamp": "1729123200000"}
    found = parse_long_short(endpoint, read_rows(endpoint, {"result": {"list": [row]}}), "accounts")
    assert (found.time_ms.tolist(), found.long_share.tolist()) == ([1_729_123_200_000], [0.5707])
    # The venue's own words for intervals: "5m" is refused.
    assert endpoint.intervals["5m"] == "5min"


@pytest.mark.parametrize(("spec", "size", "quantity"), [(OKX, 0.01, 21_254.19), (OKX_INVERSE, 100.0, 212_541_900.0)])
def test_the_present_of_okx(spec, size, quantity):
    row = {"instId": "X", "instType": "SWAP", "oi": "2125419", "oiCcy": "21254.19", "ts": "1664005108969"}
    answer = {"code": "0", "data": [row]}
    found = parse_open_interest_now(spec.open_interest_now, answer, {}, spec.contract_kind, size, RECEIVED_MS)
    assert (found.time_ms, found.quantity) == (1_664_005_108_969, quantity)


def test_okx_ratios_are_long_by_short():
    for measure, endpoint in OKX.long_short.items():
        found = parse_long_short(endpoint, [["1701417600000", "1.1739"]], measure)
        assert found.long_share.tolist() == [pytest.approx(1.1739 / 2.1739)]


def test_coin_m_names_the_long_part_of_positions_differently():
    row = {"pair": "BTCUSD", "longShortRatio": "0.7869", "timestamp": 1_592_870_400_000}
    positions = {**row, "longPosition": "0.6442", "shortPosition": "0.4404"}
    found = parse_long_short(COIN_M.long_short["top_positions"], [positions], "top_positions")
    assert found.long_share.tolist() == [0.6442]
    accounts = {**row, "longAccount": "0.7262", "shortAccount": "0.2738"}
    assert parse_long_short(COIN_M.long_short["accounts"], [accounts], "accounts").long_share.tolist() == [0.7262]


def test_the_present_of_coin_m_counts_contracts():
    answer = {"symbol": "ETHUSD_PERP", "pair": "ETHUSD", "openInterest": "26542436", "time": 1_677_360_272_224}
    found = parse_open_interest_now(COIN_M.open_interest_now, answer, {}, "inverse", 10.0, RECEIVED_MS)
    assert found.quantity == 265_424_360.0


@pytest.mark.parametrize(
    ("venue", "answer", "size", "quantity"),
    [
        ("kucoinfutures", {"data": {"openInterest": "8053960", "markPrice": 1}}, 0.001, 8_053.96),
        ("mexc", {"data": {"holdVol": 2_284_742, "fairPrice": 1, "timestamp": 1_587_442_022_003}}, 0.0001, 228.4742),
        ("krakenfutures", {"ticker": {"openInterest": 7.5}, "serverTime": "2025-11-17T00:34:37.524Z"}, 1.0, 7.5),
    ],
)
def test_the_present_of_others(venue, answer, size, quantity):
    spec = VENUES[venue, "linear"]
    found = parse_open_interest_now(spec.open_interest_now, answer, {}, "linear", size, RECEIVED_MS)
    assert found.quantity == pytest.approx(quantity)


def test_open_interest_of_kucoin_and_htx():
    spec = VENUES["kucoinfutures", "linear"]
    row = {"symbol": "ETHUSDTM", "openInterest": "8053960", "ts": 1_774_007_467_050}
    assert parse_open_interest(spec.open_interest, [row], "linear", 0.01).quantity.tolist() == [80_539.6]
    spec = VENUES["htx", "linear"]
    row = {"volume": "4385.4350000000000000", "amount_type": "2", "ts": "1648220400000", "value": "194059884.185"}
    answer = {"status": "ok", "data": {"symbol": "BTC", "tick": [row]}}
    found = parse_open_interest(spec.open_interest, read_rows(spec.open_interest, answer), "linear", 0.001)
    assert found.quantity.tolist() == [4_385.435]
    assert 194_059_884.185 / found.quantity[0] == pytest.approx(44_251, abs=1)


# ------------------------------------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize("share", ["-0.1", "1.1", "", "NaN", None])
def test_shares_outside(share):
    with pytest.raises(VenueError, match="must"):
        parse_long_short(
            BITGET.long_short["accounts"], [{"longAccountRatio": share, "ts": "1729312200000"}], "accounts"
        )


def test_a_ratio_below_zero():
    with pytest.raises(VenueError, match="at least 0"):
        parse_long_short(GATE.long_short["accounts"], [{**GATE_STATISTIC, "lsr_account": "-1"}], "accounts")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"data": None},
        {"data": {"bids": [], "ts": "1645854610294"}},
        {"data": {"bids": [["1", "1"]], "asks": [["0", "1"]], "ts": "1645854610294"}},
        {"data": {"bids": [["1", "-1"]], "asks": [["2", "1"]], "ts": "1645854610294"}},
        {"data": {"bids": [["2", "1"]], "asks": [["2", "1"]], "ts": "1645854610294"}},
        {"data": {"bids": [["1", "1"]], "asks": [["2", "1"]]}},
        {"data": {"bids": [["1"]], "asks": [["2", "1"]], "ts": "1645854610294"}},
    ],
)
def test_books_that_cannot_be_read(answer):
    with pytest.raises(VenueError, match="must"):
        parse_depth(BITGET.depth, answer, {}, "linear", 1.0, RECEIVED_MS)


def test_empty_levels_are_left_out_and_levels_sorted():
    answer = {
        "data": {"bids": [["1", "5"], ["3", "2"], ["2", "0"]], "asks": [["9", "1"], ["4", "1"]], "ts": "1645854610294"}
    }
    depth = parse_depth(BITGET.depth, answer, {}, "linear", 1.0, RECEIVED_MS)
    assert (depth.bid_price.tolist(), depth.bid_usd.tolist()) == ([3.0, 1.0], [6.0, 5.0])
    assert depth.ask_price.tolist() == [4.0, 9.0]


@pytest.mark.parametrize("value", ["soon", "2025-12-08T16:00:00", 1_765_209_600, None, ""])
def test_iso_times_need_a_zone(value):
    spec = VENUES["dydx", "linear"]
    with pytest.raises(VenueError, match="time must be ISO 8601"):
        parse_funding(spec.funding, [{"rate": "0", "effectiveAt": value}])


@pytest.mark.parametrize("value", [1_674_057_000_000, "soon", None, True, "inf", float("nan")])
def test_seconds_are_seconds(value):
    with pytest.raises(VenueError, match="time must be UTC seconds"):
        parse_open_interest(GATE.open_interest, [{**GATE_STATISTIC, "time": value}], "linear", 1.0)
