"""What Gate, Bitget, Hyperliquid and dYdX answer, from one market made by a formula; times and bounds as they have it.

Gate: seconds, bounds included, oldest first. Bitget: the newest rows before the end, numbered pages of funding.
Hyperliquid: POST, everything between bounds. dYdX: ISO times, newest first, funding by its end only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

STEP_MS = 300_000
HOUR_MS = 3_600_000
NOW_MS = 1_770_249_720_000
FIRST_MS = NOW_MS // STEP_MS * STEP_MS - 6000 * STEP_MS
Query = dict[str, Any]


def price(time_ms: int) -> float:
    return 60_000.0 + time_ms // STEP_MS % 1_000


def volume(time_ms: int) -> int:
    return 100 + time_ms // STEP_MS % 17


def interest(time_ms: int) -> int:
    return 9_000_000 + time_ms // STEP_MS % 13


def rate(time_ms: int) -> str:
    return f"{(time_ms // HOUR_MS % 29 - 14) / 100_000:.5f}"


def steps(first_ms: int, last_ms: int, step_ms: int = STEP_MS) -> list[int]:
    start = -(-max(first_ms, FIRST_MS) // step_ms) * step_ms
    return list(range(start, min(last_ms, NOW_MS) + 1, step_ms))


def fundings(last_ms: int = NOW_MS) -> list[int]:
    """Every 8 hours, some milliseconds late, as venues charge."""
    return [time + time // HOUR_MS % 7 for time in steps(FIRST_MS, last_ms, 8 * HOUR_MS)]


# ------------------------------------------------------------------------------------------------ Gate

GATE_PAGE = {"candles": 1999, "stats": 100}


def gate_contract() -> dict[str, Any]:
    return {
        "name": "BTC_USDT",
        "type": "direct",
        "quanto_multiplier": "0.0001",
        "mark_price": "60100.5",
        "index_price": "60100",
        "last_price": "60100",
        "position_size": 900_000,
        "order_size_min": 1,
        "order_size_max": 1_000_000,
        "order_price_round": "0.1",
        "mark_price_round": "0.01",
        "order_price_deviate": "0.5",
        "leverage_min": "1",
        "leverage_max": "200",
        "maker_fee_rate": "-0.00025",
        "taker_fee_rate": "0.00075",
        "in_delisting": False,
        "trade_size": 1,
        "create_time": 1_600_000_000,
    }


def gate_candles(query: Query) -> list[Any]:
    assert query["contract"] in ("BTC_USDT", "mark_BTC_USDT")
    assert (query["interval"], "limit" in query) == ("5m", False)
    found = steps(int(query["from"]) * 1000, int(query["to"]) * 1000)
    assert len(found) <= GATE_PAGE["candles"]
    low = {"l": "59000", "h": "61500"}
    return [
        {"t": time // 1000, "o": f"{price(time)}", "c": f"{price(time + STEP_MS)}", "v": volume(time), **low}
        for time in found
    ]


def gate_stats(query: Query) -> list[Any]:
    assert query["contract"] == "BTC_USDT"
    assert query["interval"] == "5m"
    found = steps(int(query["from"]) * 1000, NOW_MS)[: min(int(query["limit"]), GATE_PAGE["stats"])]
    return [
        {
            "time": time // 1000,
            "open_interest": interest(time),
            "lsr_account": 2,
            "top_lsr_account": 3,
            "top_lsr_size": "0.25",
        }
        for time in found
    ]


def gate_funding(query: Query) -> list[Any]:
    start, end = int(query["from"]), int(query["to"])
    found = [time for time in fundings() if start <= time // 1000 <= end]
    return [{"t": time // 1000, "r": rate(time)} for time in found[::-1][: int(query["limit"])]]


def gate_liquidations(query: Query) -> list[Any]:
    start, end = int(query["from"]), int(query["to"])
    assert end - start <= 3600
    assert end < 10**10
    row = {"contract": "BTC_USDT", "left": 0, "order_price": "60000"}
    times = [NOW_MS // 1000 - back for back in (30, 30, 30, 600, 5000)]
    return [
        {**row, "time": time, "size": size, "fill_price": "59990"}
        for time, size in zip(times, (-5, -5, 7, 9, 11), strict=True)
        if start <= time <= end
    ]


GATE = {
    "/spot/time": lambda _query: {"server_time": NOW_MS},
    "/futures/usdt/contracts": lambda _query: [gate_contract()],
    "/futures/usdt/contracts/BTC_USDT": lambda _query: gate_contract(),
    "/futures/usdt/candlesticks": gate_candles,
    "/futures/usdt/contract_stats": gate_stats,
    "/futures/usdt/funding_rate": gate_funding,
    "/futures/usdt/liq_orders": gate_liquidations,
}


# ------------------------------------------------------------------------------------------------ Bitget


def wrap(data: Any) -> dict[str, Any]:
    return {"code": "00000", "msg": "success", "requestTime": NOW_MS, "data": data}


def bitget_contracts(query: Query) -> Any:
    contract = {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "supportMarginCoins": ["USDT"],
        "minTradeNum": "0.001",
        "priceEndStep": "1",
        "volumePlace": "3",
        "pricePlace": "1",
        "sizeMultiplier": "0.001",
        "symbolType": "perpetual",
        "minTradeUSDT": "5",
        "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006",
        "symbolStatus": "normal",
        "maxLever": "150",
        "minLever": "1",
    }
    return wrap([contract] if query["productType"] == "USDT-FUTURES" else [])


def bitget_candles(is_recent: bool) -> Any:
    def answer(query: Query) -> Any:
        assert (query["symbol"], query["productType"], query["granularity"]) == ("BTCUSDT", "USDT-FUTURES", "5m")
        assert int(query["limit"]) <= 200
        start, end = int(query["startTime"]), int(query["endTime"])
        assert end - start <= 90 * 86_400_000
        earliest = NOW_MS - 3 * 86_400_000 if is_recent else 0
        # Before the end, which is left out.
        found = [time for time in steps(max(start, earliest), end) if time < end][-int(query["limit"]) :]
        return wrap(
            [
                [str(time), f"{price(time)}", "61500", "59000", f"{price(time + STEP_MS)}", f"{volume(time)}", "1"]
                for time in found
            ]
        )

    return answer


def bitget_funding(query: Query) -> Any:
    size, number = int(query["pageSize"]), int(query["pageNo"])
    found = fundings()[::-1][(number - 1) * size : number * size]
    return wrap([{"symbol": "BTCUSDT", "fundingRate": rate(time), "fundingTime": str(time)} for time in found])


def bitget_ratio(query: Query) -> Any:
    assert query == {"symbol": "BTCUSDT", "period": "5m"}
    found = steps(NOW_MS - 30 * STEP_MS, NOW_MS)
    return wrap([{"longAccountRatio": "0.58", "shortAccountRatio": "0.42", "ts": str(time)} for time in found])


BITGET = {
    "/public/time": lambda _query: wrap({"serverTime": str(NOW_MS)}),
    "/mix/market/contracts": bitget_contracts,
    "/mix/market/candles": bitget_candles(True),
    "/mix/market/history-candles": bitget_candles(False),
    "/mix/market/history-mark-candles": bitget_candles(False),
    "/mix/market/history-fund-rate": bitget_funding,
    "/mix/market/account-long-short": bitget_ratio,
}


# ------------------------------------------------------------------------------------------------ Hyperliquid


def hyperliquid_meta(_query: Query) -> Any:
    universe = [
        {"name": "ETH", "szDecimals": 4, "maxLeverage": 25, "marginTableId": 55},
        {"name": "BTC", "szDecimals": 5, "maxLeverage": 40, "marginTableId": 56},
    ]
    context = {"funding": "0.0000125", "oraclePx": "60000", "midPx": "60000", "premium": "0", "dayNtlVlm": "1"}
    contexts = [
        {**context, "openInterest": "600000.5", "markPx": "2100.5"},
        {**context, "openInterest": "27000.25", "markPx": "60100.5"},
    ]
    return [{"universe": universe}, contexts]


def hyperliquid_candles(query: Query) -> Any:
    asked = query["req"]
    assert (asked["coin"], asked["interval"], set(asked)) == ("BTC", "5m", {"coin", "interval", "startTime", "endTime"})
    found = steps(max(asked["startTime"], NOW_MS - 5000 * STEP_MS), asked["endTime"])
    rest = {"T": 0, "s": "BTC", "i": "5m", "n": 1, "h": "61500", "l": "59000"}
    return [
        {**rest, "t": time, "o": f"{price(time)}", "c": f"{price(time + STEP_MS)}", "v": f"{volume(time)}"}
        for time in found
    ]


def hyperliquid_funding(query: Query) -> Any:
    found = [
        time + 71 for time in steps(query["startTime"], query["endTime"], HOUR_MS) if time + 71 <= query["endTime"]
    ]
    return [{"coin": query["coin"], "fundingRate": rate(time), "premium": "0", "time": time} for time in found[:500]]


HYPERLIQUID = {
    "/info#exchangeStatus": lambda _query: {"specialStatuses": None, "time": NOW_MS},
    "/info#metaAndAssetCtxs": hyperliquid_meta,
    "/info#candleSnapshot": hyperliquid_candles,
    "/info#fundingHistory": hyperliquid_funding,
    "/info#marginTable": lambda query: {"marginTiers": [{"lowerBound": "0.0", "maxLeverage": query["id"] - 16}]},
    "/info#l2Book": lambda query: {
        "coin": query["coin"],
        "time": NOW_MS,
        "levels": [[{"px": "60000", "sz": "2", "n": 1}], [{"px": "60001", "sz": "3", "n": 1}]],
    },
}


# ------------------------------------------------------------------------------------------------ dYdX


def iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def dydx_candles(query: Query) -> Any:
    assert query["resolution"] == "5MINS"
    # The end is left out.
    found = [time for time in steps(ms(query["fromISO"]), ms(query["toISO"])) if time < ms(query["toISO"])]
    found = found[::-1][: min(int(query["limit"]), 1000)]
    rest = {"ticker": "BTC-USD", "resolution": "5MINS", "high": "61500", "low": "59000"}
    return {
        "candles": [
            {
                **rest,
                "startedAt": iso(time),
                "open": f"{price(time)}",
                "close": f"{price(time + STEP_MS)}",
                "baseTokenVolume": f"{volume(time)}",
                "startingOpenInterest": f"{interest(time)}",
            }
            for time in found
        ]
    }


def dydx_funding(query: Query) -> Any:
    end = ms(query["effectiveBeforeOrAt"])
    found = [time for time in fundings() if time <= end][::-1][: int(query["limit"])]
    return {"historicalFunding": [{"ticker": "BTC-USD", "rate": rate(t), "effectiveAt": iso(t)} for t in found]}


def dydx_markets(_query: Query) -> Any:
    market = {
        "clobPairId": "0",
        "ticker": "BTC-USD",
        "status": "ACTIVE",
        "oraclePrice": "60100.5",
        "initialMarginFraction": "0.02",
        "maintenanceMarginFraction": "0.012",
        "openInterest": "52.0691",
        "tickSize": "1",
        "stepSize": "0.0001",
    }
    return {"markets": {"BTC-USD": market}}


DYDX = {
    "/time": lambda _query: {"iso": iso(NOW_MS), "epoch": NOW_MS / 1000},
    "/perpetualMarkets": dydx_markets,
    "/candles/perpetualMarkets/BTC-USD": dydx_candles,
    "/historicalFunding/BTC-USD": dydx_funding,
}
