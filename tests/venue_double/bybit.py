"""Bybit v5: newest first, bounds included, open interest of BOTH sides with a cursor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .market import Bar, SyntheticMarket
from .protocol import Answer, Query, RefusedRequestError, Routes

_KLINE_MS = {"5": 300_000, "15": 900_000, "60": 3_600_000}
_PERIOD_MS = {"5min": 300_000, "15min": 900_000, "1h": 3_600_000}
_SYMBOLS = {"linear": "BTCUSDT", "inverse": "BTCUSD"}


def interest_of(category: str, bar: Bar) -> str:
    """One side: coins (linear) or whole USD (inverse)."""
    return bar.open_interest if category == "linear" else f"{float(bar.open_interest) * 5_000:.0f}"


def volume_of(category: str, bar: Bar) -> str:
    """Coins (linear) or whole USD (inverse)."""
    return bar.volume if category == "linear" else f"{float(bar.volume) * float(bar.close):.0f}"


def routes(market: SyntheticMarket) -> Routes:
    """Handlers by path."""

    def wrap(result: dict[str, Any]) -> dict[str, Any]:
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": market.now_ms}

    def listing(query: Query, **more: Any) -> Callable[[list[Any]], Any]:
        return lambda rows: wrap({"category": query["category"], "symbol": query.get("symbol"), "list": rows, **more})

    def check(query: Query, name: str, steps: dict[str, int]) -> None:
        # Bybit refuses with HTTP 200 and a code.
        if _SYMBOLS.get(query.get("category", "")) != query.get("symbol"):
            raise RefusedRequestError(200, {"retCode": 10001, "retMsg": "symbol invalid", "result": {}})
        if steps.get(query.get(name, "")) != market.step_ms:
            raise RefusedRequestError(200, {"retCode": 10001, "retMsg": f"{name} invalid", "result": {}})

    def newest(bars: list[Bar], query: Query, default: int, most: int) -> list[Bar]:
        return bars[::-1][: min(int(query.get("limit", default)), most)]

    def klines(query: Query) -> list[Bar]:
        check(query, "interval", _KLINE_MS)
        bars = market.between(int(query.get("start", 0)), int(query.get("end", market.now_ms)))
        return newest(bars, query, 200, 1000)

    def kline(query: Query) -> Answer:
        category = query["category"]
        rows = [
            [str(bar.time_ms), bar.open, bar.high, bar.low, bar.close, volume_of(category, bar), "1"]
            for bar in klines(query)
        ]
        return Answer(rows, listing(query))

    def mark_kline(query: Query) -> Answer:
        rows = [[str(bar.time_ms), bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close] for bar in klines(query)]
        return Answer(rows, listing(query))

    def open_interest(query: Query) -> Answer:
        check(query, "intervalTime", _PERIOD_MS)
        end = int(query.get("cursor") or query.get("endTime") or market.now_ms)
        bars = newest(market.between(int(query.get("startTime", 0)), end), query, 50, 200)
        rows = []
        for bar in bars:
            single = interest_of(query["category"], bar)
            both = str(Decimal(single) * 2)
            rows.append({"openInterest": both, "singleOpenInterest": single, "timestamp": str(bar.time_ms)})
        cursor = str(bars[-1].time_ms - 1) if bars else ""
        return Answer(rows, listing(query, nextPageCursor=cursor))

    def instruments(query: Query) -> Answer:
        rows = [] if query.get("status") == "PreLaunch" else [_contract(query["category"])]
        return Answer(rows, listing(query, nextPageCursor=""))

    return {
        "/v5/market/time": lambda _query: Answer([], lambda _rows: wrap({"timeSecond": str(market.now_ms // 1000)})),
        "/v5/market/instruments-info": instruments,
        "/v5/market/kline": kline,
        "/v5/market/mark-price-kline": mark_kline,
        "/v5/market/open-interest": open_interest,
    }


def _contract(category: str) -> dict[str, Any]:
    linear = category == "linear"
    smallest = "0.001" if linear else "1"
    return {
        "symbol": _SYMBOLS[category],
        "contractType": "LinearPerpetual" if linear else "InversePerpetual",
        "status": "Trading",
        "baseCoin": "BTC",
        "quoteCoin": "USDT" if linear else "USD",
        "settleCoin": "USDT" if linear else "BTC",
        "launchTime": "1585526400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {"maxOrderQty": "25000000", "minOrderQty": smallest, "qtyStep": smallest},
        "fundingInterval": 480,
    }
