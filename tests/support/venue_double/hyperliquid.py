"""Hyperliquid: one address, POST ``/info``; the path of a request here is ``/info/{type}``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.venue_double.books import Book, LiveBook
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

COIN = "BTC"
INTERVALS = {f"{count}m": count * MINUTE_MS for count in (1, 3, 5, 15, 30)}
INTERVALS |= {f"{count}h": count * HOUR_MS for count in (1, 2, 4, 8, 12)} | {"1d": DAY_MS}
KEPT_CANDLES = 5000
FUNDING_ROWS = 500
LEVELS = 20
_UNIVERSE = {"szDecimals": 5, "name": COIN, "maxLeverage": 40, "marginTableId": 56}
_TIERS = [{"lowerBound": "0.0", "maxLeverage": 40}, {"lowerBound": "150000000.0", "maxLeverage": 20}]
_MARGIN_TABLE = {"description": "tiered 40x", "marginTiers": _TIERS}


def routes(view: View, book: LiveBook) -> Routes:
    """Handlers by path."""

    def check(coin: Any) -> None:
        if coin != COIN:
            raise RefusedRequestError(500, None)

    def meta(rows: list[Any]) -> dict[str, Any]:
        return {"universe": rows, "marginTables": [[56, _MARGIN_TABLE]], "collateralToken": 0}

    def margin_table(query: Query) -> Answer:
        if query.get("id") != 56:
            raise RefusedRequestError(500, None)
        return Answer([dict(_MARGIN_TABLE)], lambda rows: rows[0])

    def meta_and_contexts(query: Query) -> Answer:
        if query.get("dex"):
            raise RefusedRequestError(500, None)
        return Answer([dict(_UNIVERSE)], lambda rows: [meta(rows), [asset_context(view)]])

    def candles(query: Query) -> Answer:
        request = query.get("req") or {}
        check(request.get("coin"))
        interval = INTERVALS.get(request.get("interval", ""))
        if interval is None or not view.serves(interval) or "startTime" not in request:
            raise RefusedRequestError(422, "Failed to deserialize the JSON body into the target type")
        kept_ms = view.now_ms // interval * interval - (KEPT_CANDLES - 1) * interval
        start, end = max(int(request["startTime"]), kept_ms), int(request.get("endTime", view.now_ms))
        bars = view.bars(interval, start, end, KEPT_CANDLES)
        return Answer([candle(bar, request["interval"]) for bar in bars])

    def funding(query: Query) -> Answer:
        check(query.get("coin"))
        if "startTime" not in query:
            raise RefusedRequestError(422, "Failed to deserialize the JSON body into the target type")
        first = view.bars(HOUR_MS, 0, view.now_ms, 1, newest=False)
        start = max(int(query["startTime"]), first[0].time_ms if first else view.now_ms)
        end = min(int(query.get("endTime", view.now_ms)), view.now_ms)
        times = times_in(HOUR_MS, start, end, FUNDING_ROWS, newest=False)

        def row(time_ms: int) -> dict[str, Any]:
            rate = f"{float(view.funding_rate(time_ms)) / 8:.10f}"
            # The venue's times are some milliseconds after the hour.
            return {"coin": COIN, "fundingRate": rate, "premium": "0.0001", "time": time_ms + time_ms // HOUR_MS % 90}

        return Answer([row(time) for time in times if time + time // HOUR_MS % 90 <= end])

    def l2_book(query: Query) -> Answer:
        check(query.get("coin"))
        return Answer([book_row(view, book.now(LEVELS))], lambda rows: rows[0])

    def empty(value: Any) -> Callable[[Query], Answer]:
        return lambda _query: Answer([], lambda _rows: value)

    return {
        "/info/exchangeStatus": lambda _query: Answer([], lambda _rows: {"specialStatuses": None, "time": view.now_ms}),
        "/info/meta": lambda _query: Answer([dict(_UNIVERSE)], meta),
        "/info/marginTable": margin_table,
        "/info/metaAndAssetCtxs": meta_and_contexts,
        "/info/candleSnapshot": candles,
        "/info/fundingHistory": funding,
        "/info/l2Book": l2_book,
        "/info/allMids": lambda _query: Answer([], lambda _rows: {COIN: view.quote().last}),
        # No spot market and no other perpetual exchange: ccxt asks for them unless told not to.
        "/info/perpDexs": empty([None]),
        "/info/spotMeta": empty({"tokens": [], "universe": []}),
        "/info/spotMetaAndAssetCtxs": empty([{"tokens": [], "universe": []}, []]),
    }


def asset_context(view: View) -> dict[str, Any]:
    """State of the contract: prices, open interest in coins (one side), hourly funding."""
    quote = view.quote()
    day = view.bars(HOUR_MS, view.now_ms - DAY_MS, view.now_ms, 24)
    volume = sum(float(bar.volume) for bar in day)
    return {
        "funding": f"{float(view.funding_rate(view.now_ms)) / 8:.10f}",
        "openInterest": quote.open_interest,
        "prevDayPx": day[0].open if day else quote.last,
        "dayNtlVlm": usd(f"{volume:.3f}", quote.last),
        "dayBaseVlm": f"{volume:.3f}",
        "premium": "0.0001",
        "oraclePx": f"{float(quote.index):.1f}",
        "markPx": f"{float(quote.mark):.1f}",
        "midPx": quote.last,
        "impactPxs": [quote.last, quote.last],
    }


def candle(bar: Bar, interval: str) -> dict[str, Any]:
    """Prices and volume in coins; nothing says whether it has closed."""
    prices = {"o": bar.open, "c": bar.close, "h": bar.high, "l": bar.low}
    times = {"t": bar.time_ms, "T": bar.time_ms + INTERVALS[interval] - 1}
    return {**times, "s": COIN, "i": interval, **prices, "v": bar.volume, "n": 100}


def book_row(view: View, book: Book) -> dict[str, Any]:
    """Levels, bids first."""
    sides = [[{"px": f"{price:.1f}", "sz": f"{coins:.5f}", "n": 2} for price, coins in side] for side in book.levels()]
    return {"coin": COIN, "time": view.now_ms, "levels": sides}
