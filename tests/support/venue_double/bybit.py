"""Bybit v5: newest first, bounds included, open interest of BOTH sides with a cursor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.support.venue_double.books import LiveBook
from tests.support.venue_double.market import Bar
from tests.support.venue_double.protocol import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Answer,
    Query,
    RefusedRequestError,
    Routes,
    View,
    times_in,
    usd,
)

FUNDING_MS = 8 * HOUR_MS
KLINES = {"1": MINUTE_MS, "3": 3 * MINUTE_MS, "5": 5 * MINUTE_MS, "15": 15 * MINUTE_MS, "30": 30 * MINUTE_MS}
KLINES |= {"60": HOUR_MS, "120": 2 * HOUR_MS, "240": 4 * HOUR_MS, "D": DAY_MS}
_PERIODS = {"5min": 5 * MINUTE_MS, "15min": 15 * MINUTE_MS, "30min": 30 * MINUTE_MS}
_PERIODS |= {"1h": HOUR_MS, "4h": 4 * HOUR_MS, "1d": DAY_MS}
SYMBOLS = {"linear": "BTCUSDT", "inverse": "BTCUSD"}
# cap, maintenance rate, initial rate, highest leverage, deduction: USD, or coins for the inverse contract
_TIERS = [
    ("2000000", "0.005", "0.01", "100.00", ""),
    ("10000000", "0.0056", "0.0112", "90.00", "1200"),
    ("20000000", "0.0063", "0.0125", "80.00", "8200"),
    ("40000000", "0.01", "0.02", "50.00", "82200"),
]
_INVERSE_TIERS = [("150", "0.005", "0.01", "100.00", ""), ("300", "0.01", "0.015", "66.67", "0.75")]


def interest_of(category: str, bar: Bar) -> str:
    """One side: coins (linear) or whole USD (inverse)."""
    return bar.open_interest if category == "linear" else f"{float(bar.open_interest) * float(bar.open):.0f}"


def volume_of(category: str, bar: Bar) -> str:
    """Coins (linear) or whole USD (inverse)."""
    return bar.volume if category == "linear" else f"{float(bar.volume) * float(bar.close):.0f}"


def invalid(message: str) -> RefusedRequestError:
    """Bybit refuses with HTTP 200 and a code."""
    return RefusedRequestError(200, {"retCode": 10001, "retMsg": message, "result": {}})


def routes(view: View, books: dict[str, LiveBook]) -> Routes:
    """Handlers by path; books by category."""

    def wrap(result: dict[str, Any]) -> dict[str, Any]:
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": view.now_ms}

    def listing(query: Query, **more: Any) -> Callable[[list[Any]], Any]:
        return lambda rows: wrap({"category": query["category"], "symbol": query.get("symbol"), "list": rows, **more})

    def check(query: Query, name: str = "", steps: dict[str, int] | None = None) -> int:
        if SYMBOLS.get(query.get("category", "")) != query.get("symbol"):
            raise invalid("symbol invalid")
        step = (steps or {}).get(query.get(name, ""))
        if steps is not None and (step is None or not view.serves(step)):
            raise invalid(f"{name} invalid")
        return step or 0

    def limit(query: Query, default: int, most: int) -> int:
        return min(int(query.get("limit", default)), most)

    def klines(query: Query) -> list[Bar]:
        interval = check(query, "interval", KLINES)
        bounds = int(query.get("start", 0)), int(query.get("end", view.now_ms))
        return view.bars(interval, *bounds, limit(query, 200, 1000))[::-1]

    def kline(query: Query) -> Answer:
        category = query["category"]

        def row(bar: Bar) -> list[str]:
            turnover = usd(bar.volume, bar.close) if category == "linear" else bar.volume
            return [str(bar.time_ms), bar.open, bar.high, bar.low, bar.close, volume_of(category, bar), turnover]

        return Answer([row(bar) for bar in klines(query)], listing(query))

    def mark_kline(query: Query) -> Answer:
        rows = [[str(bar.time_ms), bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close] for bar in klines(query)]
        return Answer(rows, listing(query))

    def open_interest(query: Query) -> Answer:
        interval = check(query, "intervalTime", _PERIODS)
        end = int(query.get("cursor") or query.get("endTime") or view.now_ms)
        bars = view.bars(interval, int(query.get("startTime", 0)), end, limit(query, 50, 200))[::-1]
        rows = []
        for bar in bars:
            single = interest_of(query["category"], bar)
            both = str(Decimal(single) * 2)
            rows.append({"openInterest": both, "singleOpenInterest": single, "timestamp": str(bar.time_ms)})
        cursor = str(bars[-1].time_ms - 1) if bars else ""
        return Answer(rows, listing(query, nextPageCursor=cursor))

    def ratio(query: Query) -> Answer:
        interval = check(query, "period", _PERIODS)
        end = int(query.get("cursor") or query.get("endTime") or view.now_ms)
        bars = view.bars(interval, int(query.get("startTime", 0)), end, limit(query, 50, 500))[::-1]
        rows = []
        for bar in bars:
            share = view.long_share("accounts", bar.time_ms)
            sides = {"buyRatio": f"{share:.4f}", "sellRatio": f"{1 - share:.4f}"}
            rows.append({"symbol": query["symbol"], **sides, "timestamp": str(bar.time_ms)})
        cursor = str(bars[-1].time_ms - 1) if bars else ""
        return Answer(rows, lambda rows: wrap({"list": rows, "nextPageCursor": cursor}))

    def funding(query: Query) -> Answer:
        check(query)
        if "startTime" in query and "endTime" not in query:
            raise invalid("startTime needs endTime")
        first = view.bars(FUNDING_MS, 0, view.now_ms, 1, newest=False)
        start = max(int(query.get("startTime", 0)), first[0].time_ms if first else view.now_ms)
        end = min(int(query.get("endTime", view.now_ms)), view.now_ms)
        times = times_in(FUNDING_MS, start, end, limit(query, 200, 200))[::-1]
        rows = [
            {"symbol": query["symbol"], "fundingRate": view.funding_rate(time), "fundingRateTimestamp": str(time)}
            for time in times
        ]
        return Answer(rows, listing(query))

    def orderbook(query: Query) -> Answer:
        check(query)
        category = query["category"]
        book = books[category].now(limit(query, 25, 1000))
        bids, asks = (
            [[f"{price:.2f}", size_of(category, price, coins)] for price, coins in side] for side in book.levels()
        )
        numbers = {"ts": view.now_ms, "u": book.number, "seq": book.number, "cts": view.now_ms}
        return Answer([{"s": query["symbol"], "b": bids, "a": asks, **numbers}], lambda rows: wrap(rows[0]))

    def tickers(query: Query) -> Answer:
        return Answer([ticker_row(view, query["category"])], listing(query))

    def risk_limit(query: Query) -> Answer:
        tiers = _TIERS if query["category"] == "linear" else _INVERSE_TIERS
        rows = [
            {
                "id": number,
                "symbol": SYMBOLS[query["category"]],
                "riskLimitValue": cap,
                "maintenanceMargin": maintenance,
                "initialMargin": initial,
                "isLowestRisk": int(number == 1),
                "maxLeverage": leverage,
                "mmDeduction": deduction,
            }
            for number, (cap, maintenance, initial, leverage, deduction) in enumerate(tiers, 1)
        ]
        return Answer(rows, listing(query, nextPageCursor=""))

    def instruments(query: Query) -> Answer:
        is_known = query.get("category") in SYMBOLS and query.get("status") != "PreLaunch"
        return Answer([_contract(query["category"])] if is_known else [], listing(query, nextPageCursor=""))

    return {
        "/v5/market/time": lambda _query: Answer([], lambda _rows: wrap({"timeSecond": str(view.now_ms // 1000)})),
        "/v5/market/instruments-info": instruments,
        "/v5/market/kline": kline,
        "/v5/market/mark-price-kline": mark_kline,
        "/v5/market/open-interest": open_interest,
        "/v5/market/account-ratio": ratio,
        "/v5/market/funding/history": funding,
        "/v5/market/orderbook": orderbook,
        "/v5/market/tickers": tickers,
        "/v5/market/risk-limit": risk_limit,
    }


def size_of(category: str, price: float, coins: float) -> str:
    """Size of a level: coins, or whole USD."""
    return f"{coins:.3f}" if category == "linear" else f"{coins * price:.0f}"


def ticker_row(view: View, category: str) -> dict[str, str]:
    """State of a contract; open interest is of both sides."""
    quote = view.quote()
    single = quote.open_interest
    if category == "inverse":
        single = f"{float(quote.open_interest) * float(quote.mark):.0f}"
    both = Decimal(single) * 2
    value = both * Decimal(quote.mark) if category == "linear" else both / Decimal(quote.mark)
    return {
        "symbol": SYMBOLS[category],
        "tickDirection": "PlusTick",
        "lastPrice": quote.last,
        "markPrice": f"{float(quote.mark):.2f}",
        "indexPrice": f"{float(quote.index):.2f}",
        "openInterest": str(both),
        "openInterestValue": f"{value:.4f}",
        "singleOpenInterest": single,
        "fundingRate": view.funding_rate(view.now_ms),
        "nextFundingTime": str((view.now_ms // FUNDING_MS + 1) * FUNDING_MS),
        "bid1Price": quote.last,
        "ask1Price": f"{float(quote.last) + 0.1:.1f}",
    }


def _contract(category: str) -> dict[str, Any]:
    linear = category == "linear"
    smallest = "0.001" if linear else "1"
    return {
        "symbol": SYMBOLS[category],
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
