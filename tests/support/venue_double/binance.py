"""Binance USD-M and COIN-M: oldest first, bounds included, open interest and ratios of the last 30 days."""

from __future__ import annotations

from collections.abc import Callable
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

LOOKBACK_MS = 30 * DAY_MS
FUNDING_MS = 8 * HOUR_MS
COIN_M_CONTRACT_USD = 100
INTERVALS = {f"{count}m": count * MINUTE_MS for count in (1, 3, 5, 15, 30)}
INTERVALS |= {f"{count}h": count * HOUR_MS for count in (1, 2, 4, 6, 8, 12)} | {"1d": DAY_MS}
_DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
_RATIOS = {
    "globalLongShortAccountRatio": "accounts",
    "topLongShortAccountRatio": "top_accounts",
    "topLongShortPositionRatio": "top_positions",
}
_FILTERS = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.10", "maxPrice": "4529764", "tickSize": "0.10"},
    {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
    {"filterType": "MIN_NOTIONAL", "notional": "5"},
]


def contracts_of(coins: str, price: str) -> str:
    """Whole contracts of 100 USD."""
    return f"{float(coins) * float(price) // COIN_M_CONTRACT_USD:.0f}"


def coin_m_contracts(bar: Bar) -> tuple[str, str]:
    """Volume and open interest in contracts of 100 USD, whole."""
    return contracts_of(bar.volume, bar.close), contracts_of(bar.open_interest, bar.open)


def refuse(code: int, message: str) -> RefusedRequestError:
    """Binance's way to say no."""
    return RefusedRequestError(400, {"code": code, "msg": message})


def routes(view: View, book: LiveBook, coin_m: View, coin_m_book: LiveBook) -> Routes:
    """Handlers by path."""
    return {
        **_family(view, book, "/fapi/v1", "BTCUSDT", inverse=False),
        **_family(coin_m, coin_m_book, "/dapi/v1", "BTCUSD_PERP", inverse=True),
        **_statistics(view, coin_m),
    }


def _check(query: Query, name: str, known: str) -> None:
    if query.get(name) != known:
        raise refuse(-1121, "Invalid symbol.")


def _bounds(query: Query, view: View, default: int, most: int) -> tuple[int, int, int, bool]:
    limit = int(query.get("limit", default))
    if not 0 < limit <= most:
        raise refuse(-1130, "Data sent for parameter 'limit' is not valid.")
    return int(query.get("startTime", 0)), int(query.get("endTime", view.now_ms)), limit, "startTime" not in query


def _select(query: Query, view: View, name: str, default: int, most: int) -> list[Bar]:
    interval = INTERVALS.get(query.get(name, ""))
    if interval is None or not view.serves(interval):
        raise refuse(-1120, "Invalid interval.")
    start, end, limit, newest = _bounds(query, view, default, most)
    return view.bars(interval, start, end, limit, newest=newest)


def _family(view: View, book: LiveBook, base: str, symbol: str, *, inverse: bool) -> Routes:
    def klines(query: Query) -> Answer:
        _check(query, "symbol", symbol)
        return Answer([_kline(bar, query["interval"], inverse) for bar in _select(query, view, "interval", 500, 1500)])

    def mark_klines(query: Query) -> Answer:
        _check(query, "symbol", symbol)
        return Answer([_mark(bar, query["interval"]) for bar in _select(query, view, "interval", 500, 1500)])

    def interest(query: Query) -> Answer:
        _check(query, "symbol", symbol)
        quote = view.quote()
        amount = contracts_of(quote.open_interest, quote.mark) if inverse else quote.open_interest
        more = {"pair": "BTCUSD", "contractType": "PERPETUAL"} if inverse else {}
        return _one({"symbol": symbol, "openInterest": amount, "time": view.now_ms, **more})

    def funding(query: Query) -> Answer:
        _check(query, "symbol", symbol)
        start, end, limit, newest = _bounds(query, view, 100, 1000)
        first = view.bars(FUNDING_MS, 0, view.now_ms, 1, newest=False)
        start = max(start, first[0].time_ms if first else view.now_ms)
        times = times_in(FUNDING_MS, start, min(end, view.now_ms), limit, newest=newest)
        return Answer(
            [{"symbol": symbol, "fundingTime": time, "fundingRate": view.funding_rate(time)} for time in times]
        )

    def premium(query: Query) -> Answer:
        quote = view.quote()
        row = {
            "symbol": symbol,
            "markPrice": quote.mark,
            "indexPrice": quote.index,
            "estimatedSettlePrice": quote.mark,
            "lastFundingRate": view.funding_rate(view.now_ms),
            "interestRate": "0.00010000",
            "nextFundingTime": (view.now_ms // FUNDING_MS + 1) * FUNDING_MS,
            "time": view.now_ms,
        }
        return Answer([row], list if inverse or "symbol" not in query else lambda rows: rows[0])

    def depth(query: Query) -> Answer:
        _check(query, "symbol", symbol)
        limit = int(query.get("limit", 500))
        if limit not in _DEPTHS:
            raise refuse(-4021, f"'{limit}' is not valid depth limit.")
        present, now = book.now(limit), view.now_ms
        bids, asks = (
            [
                [f"{price:.2f}", contracts_of(str(coins), str(price)) if inverse else f"{coins:.3f}"]
                for price, coins in side
            ]
            for side in present.levels()
        )
        return _one({"lastUpdateId": present.number, "E": now, "T": now, "bids": bids, "asks": asks})

    def ticker(query: Query) -> Answer:
        quote = view.quote()
        row = {"symbol": symbol, "lastPrice": quote.last, "openPrice": quote.last, "closeTime": view.now_ms}
        return Answer([row], list if inverse or "symbol" not in query else lambda rows: rows[0])

    contract = _inverse_contract() if inverse else _linear_contract()
    return {
        f"{base}/time": lambda _query: Answer([], lambda _rows: {"serverTime": view.now_ms}),
        f"{base}/exchangeInfo": lambda _query: Answer([dict(contract)], lambda rows: {"symbols": rows}),
        f"{base}/klines": klines,
        f"{base}/markPriceKlines": mark_klines,
        f"{base}/openInterest": interest,
        f"{base}/fundingRate": funding,
        f"{base}/premiumIndex": premium,
        f"{base}/depth": depth,
        f"{base}/ticker/24hr": ticker,
    }


def _statistics(view: View, coin_m: View) -> Routes:
    def bars(query: Query) -> tuple[View, list[Bar]]:
        inverse = "pair" in query
        _check(query, "pair" if inverse else "symbol", "BTCUSD" if inverse else "BTCUSDT")
        chosen = coin_m if inverse else view
        if int(query.get("startTime", chosen.now_ms)) < chosen.now_ms - LOOKBACK_MS:
            raise refuse(-1130, "Data sent for parameter 'startTime' is not valid.")
        query = {"startTime": chosen.now_ms - LOOKBACK_MS, **query} if "endTime" in query else query
        return chosen, _select(query, chosen, "period", 30, 500)

    def open_interest(query: Query) -> Answer:
        _, rows = bars(query)
        if "pair" in query:
            _check(query, "contractType", "PERPETUAL")
            return Answer([_coin_m_interest(bar) for bar in rows])
        return Answer([_interest(bar) for bar in rows])

    def ratio(measure: str) -> Callable[[Query], Answer]:
        def answer(query: Query) -> Answer:
            chosen, rows = bars(query)
            return Answer(
                [_ratio(query, measure, bar.time_ms, chosen.long_share(measure, bar.time_ms)) for bar in rows]
            )

        return answer

    def taker(query: Query) -> Answer:
        def row(bar: Bar) -> dict[str, Any]:
            bought, sold = float(bar.taker_buy_volume), float(bar.volume) - float(bar.taker_buy_volume)
            sides = {"buyVol": f"{bought:.4f}", "sellVol": f"{sold:.4f}"}
            return {"buySellRatio": f"{bought / sold if sold else 1:.4f}", **sides, "timestamp": bar.time_ms}

        return Answer([row(bar) for bar in bars(query)[1]])

    return {
        "/futures/data/openInterestHist": open_interest,
        "/futures/data/takerlongshortRatio": taker,
        **{f"/futures/data/{name}": ratio(measure) for name, measure in _RATIOS.items()},
    }


def _one(row: dict[str, Any]) -> Answer:
    """Answer of one object; faults edit it as the only row."""
    return Answer([row], lambda rows: rows[0])


def _ratio(query: Query, measure: str, time_ms: int, share: float) -> dict[str, Any]:
    sides = {"longAccount": f"{share:.4f}", "shortAccount": f"{1 - share:.4f}"}
    if "pair" in query and measure == "top_positions":
        sides = {"longPosition": sides["longAccount"], "shortPosition": sides["shortAccount"]}
    name = "pair" if "pair" in query else "symbol"
    return {name: query[name], "longShortRatio": f"{share / (1 - share):.4f}", **sides, "timestamp": time_ms}


def _kline(bar: Bar, interval: str, inverse: bool) -> list[Any]:
    head = [bar.time_ms, bar.open, bar.high, bar.low, bar.close]
    end = bar.time_ms + INTERVALS[interval] - 1
    coins, taker = bar.volume, bar.taker_buy_volume
    if inverse:
        return [*head, contracts_of(coins, bar.close), end, coins, 7, contracts_of(taker, bar.close), taker, "0"]
    return [*head, coins, end, usd(coins, bar.close), 7, taker, usd(taker, bar.close), "0"]


def _mark(bar: Bar, interval: str) -> list[Any]:
    head = [bar.time_ms, bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close, "0"]
    return [*head, bar.time_ms + INTERVALS[interval] - 1, "0", 60, "0", "0", "0"]


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
