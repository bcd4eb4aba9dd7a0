"""OKX v5: newest first, bounds EXCLUDED, recent candles and archive apart, open interest of 1,440 intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .market import Bar, SyntheticMarket
from .protocol import Answer, Query, RefusedRequestError, Routes

RECENT_BARS = 1440
COINS_PER_CONTRACT = 0.01
_BAR_MS = {"5m": 300_000, "15m": 900_000, "1H": 3_600_000}


def contracts(coins: str) -> str:
    """Contracts of 0.01 coins."""
    return f"{float(coins) / COINS_PER_CONTRACT:.2f}"


def routes(market: SyntheticMarket) -> Routes:
    """Handlers by path."""
    recent_ms = market.now_ms - RECENT_BARS * market.step_ms

    def wrap(rows: list[Any]) -> dict[str, Any]:
        return {"code": "0", "msg": "", "data": rows}

    def select(query: Query, names: tuple[str, str, str], most: int, earliest_ms: int = 0) -> list[Bar]:
        newer, older, step = names
        if query.get("instId") != "BTC-USDT-SWAP":
            raise RefusedRequestError(200, {"code": "51001", "msg": "Instrument ID does not exist", "data": []})
        if _BAR_MS.get(query.get(step, "")) != market.step_ms:
            raise RefusedRequestError(200, {"code": "51000", "msg": f"Parameter {step} error", "data": []})
        start = max(int(query.get(newer, 0)) + 1, earliest_ms)
        bars = market.between(start, int(query.get(older, market.now_ms + 1)) - 1)
        return bars[::-1][: min(int(query.get("limit", 100)), most)]

    def candles(earliest_ms: int) -> Callable[[Query], Answer]:
        return lambda query: Answer(
            [_candle(bar, market) for bar in select(query, ("before", "after", "bar"), 300, earliest_ms)], wrap
        )

    def mark_candles(earliest_ms: int) -> Callable[[Query], Answer]:
        return lambda query: Answer(
            [_mark(bar, market) for bar in select(query, ("before", "after", "bar"), 100, earliest_ms)], wrap
        )

    def open_interest(query: Query) -> Answer:
        bars = select(query, ("begin", "end", "period"), 100, recent_ms)
        rows = [[str(bar.time_ms), contracts(bar.open_interest), bar.open_interest, "1.0"] for bar in bars]
        return Answer(rows, wrap)

    return {
        "/api/v5/public/time": lambda _query: Answer([{"ts": str(market.now_ms)}], wrap),
        "/api/v5/public/instruments": lambda _query: Answer([_contract()], wrap),
        "/api/v5/market/candles": candles(recent_ms),
        "/api/v5/market/history-candles": candles(0),
        "/api/v5/market/mark-price-candles": mark_candles(recent_ms),
        "/api/v5/market/history-mark-price-candles": mark_candles(0),
        "/api/v5/rubik/stat/contracts/open-interest-history": open_interest,
    }


def _confirmed(bar: Bar, market: SyntheticMarket) -> str:
    return "1" if bar.time_ms + market.step_ms <= market.now_ms else "0"


def _candle(bar: Bar, market: SyntheticMarket) -> list[str]:
    prices = [str(bar.time_ms), bar.open, bar.high, bar.low, bar.close]
    return [*prices, contracts(bar.volume), bar.volume, "1.0", _confirmed(bar, market)]


def _mark(bar: Bar, market: SyntheticMarket) -> list[str]:
    prices = [str(bar.time_ms), bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close]
    return [*prices, _confirmed(bar, market)]


def _contract() -> dict[str, Any]:
    return {
        "alias": "",
        "baseCcy": "",
        "ctMult": "1",
        "ctType": "linear",
        "ctVal": str(COINS_PER_CONTRACT),
        "ctValCcy": "BTC",
        "expTime": "",
        "instFamily": "BTC-USDT",
        "instId": "BTC-USDT-SWAP",
        "instType": "SWAP",
        "lever": "100",
        "listTime": "1573557408000",
        "lotSz": "0.01",
        "minSz": "0.01",
        "quoteCcy": "",
        "settleCcy": "USDT",
        "state": "live",
        "tickSz": "0.1",
        "uly": "BTC-USDT",
    }
