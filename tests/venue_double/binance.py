"""Binance USD-M and COIN-M: oldest first, bounds included, open interest of the last 30 days."""

from __future__ import annotations

from typing import Any

from .market import Bar, SyntheticMarket
from .protocol import Answer, Query, RefusedRequestError, Routes

LOOKBACK_MS = 30 * 86_400_000
COIN_M_CONTRACT_USD = 100
_INTERVAL_MS = {"5m": 300_000, "15m": 900_000, "1h": 3_600_000}
_FILTERS = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "4529764", "tickSize": "0.10"},
    {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
    {"filterType": "MIN_NOTIONAL", "notional": "5"},
]


def coin_m_contracts(bar: Bar) -> tuple[str, str]:
    """Volume and open interest in contracts of 100 USD, whole."""
    return (
        f"{float(bar.volume) * float(bar.close) // COIN_M_CONTRACT_USD:.0f}",
        f"{float(bar.open_interest) * 70:.0f}",
    )


def routes(market: SyntheticMarket) -> Routes:
    """Handlers by path."""

    def refuse(code: int, message: str) -> RefusedRequestError:
        return RefusedRequestError(400, {"code": code, "msg": message})

    def select(query: Query, name: str, default: int, most: int) -> list[Bar]:
        if _INTERVAL_MS.get(query.get(name, "")) != market.step_ms:
            raise refuse(-1120, "Invalid interval.")
        limit = int(query.get("limit", default))
        if limit > most:
            raise refuse(-1130, "Data sent for parameter 'limit' is not valid.")
        start, end = int(query.get("startTime", 0)), int(query.get("endTime", market.now_ms))
        bars = market.between(start, end)
        return bars[:limit] if "startTime" in query else bars[-limit:]

    def check_symbol(query: Query, name: str, known: str) -> None:
        if query.get(name) != known:
            raise refuse(-1121, "Invalid symbol.")

    def klines(query: Query) -> Answer:
        check_symbol(query, "symbol", "BTCUSDT")
        return Answer([_kline(bar, bar.volume, market.step_ms) for bar in select(query, "interval", 500, 1500)])

    def coin_m_klines(query: Query) -> Answer:
        check_symbol(query, "symbol", "BTCUSD_PERP")
        bars = select(query, "interval", 500, 1500)
        return Answer([_kline(bar, coin_m_contracts(bar)[0], market.step_ms) for bar in bars])

    def mark_klines(query: Query) -> Answer:
        return Answer([_mark(bar, market.step_ms) for bar in select(query, "interval", 500, 1500)])

    def interest_bars(query: Query) -> list[Bar]:
        if int(query.get("startTime", market.now_ms)) < market.now_ms - LOOKBACK_MS:
            raise refuse(-1130, "Data sent for parameter 'startTime' is not valid.")
        return select(query, "period", 30, 500)

    def open_interest(query: Query) -> Answer:
        if "pair" in query:
            check_symbol(query, "pair", "BTCUSD")
            check_symbol(query, "contractType", "PERPETUAL")
            return Answer([_coin_m_interest(bar) for bar in interest_bars(query)])
        check_symbol(query, "symbol", "BTCUSDT")
        return Answer([_interest(bar) for bar in interest_bars(query)])

    def clock(_query: Query) -> Answer:
        return Answer([], lambda _rows: {"serverTime": market.now_ms})

    return {
        "/fapi/v1/time": clock,
        "/fapi/v1/exchangeInfo": lambda _query: Answer([_linear_contract()], lambda rows: {"symbols": rows}),
        "/fapi/v1/klines": klines,
        "/fapi/v1/markPriceKlines": mark_klines,
        "/futures/data/openInterestHist": open_interest,
        "/dapi/v1/time": clock,
        "/dapi/v1/exchangeInfo": lambda _query: Answer([_inverse_contract()], lambda rows: {"symbols": rows}),
        "/dapi/v1/klines": coin_m_klines,
        "/dapi/v1/markPriceKlines": mark_klines,
    }


def _kline(bar: Bar, volume: str, step_ms: int) -> list[Any]:
    head = [bar.time_ms, bar.open, bar.high, bar.low, bar.close, volume]
    return [*head, bar.time_ms + step_ms - 1, "1.0", 7, "0.5", "0.5", "0"]


def _mark(bar: Bar, step_ms: int) -> list[Any]:
    head = [bar.time_ms, bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close, "0"]
    return [*head, bar.time_ms + step_ms - 1, "0", 60, "0", "0", "0"]


def _interest(bar: Bar) -> dict[str, Any]:
    value = f"{float(bar.open_interest) * float(bar.open):.2f}"
    return {
        "symbol": "BTCUSDT",
        "sumOpenInterest": bar.open_interest,
        "sumOpenInterestValue": value,
        "timestamp": bar.time_ms,
    }


def _coin_m_interest(bar: Bar) -> dict[str, Any]:
    contracts = coin_m_contracts(bar)[1]
    coins = f"{int(contracts) * COIN_M_CONTRACT_USD / float(bar.open):.8f}"
    return {
        "pair": "BTCUSD",
        "contractType": "PERPETUAL",
        "sumOpenInterest": contracts,
        "sumOpenInterestValue": coins,
        "timestamp": bar.time_ms,
    }


def _contract(**more: Any) -> dict[str, Any]:
    return {
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "baseAsset": "BTC",
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "filters": _FILTERS,
        **more,
    }


def _linear_contract() -> dict[str, Any]:
    return _contract(symbol="BTCUSDT", pair="BTCUSDT", status="TRADING", quoteAsset="USDT", marginAsset="USDT")


def _inverse_contract() -> dict[str, Any]:
    return _contract(
        symbol="BTCUSD_PERP",
        pair="BTCUSD",
        contractStatus="TRADING",
        contractSize=COIN_M_CONTRACT_USD,
        quoteAsset="USD",
        marginAsset="BTC",
    )
