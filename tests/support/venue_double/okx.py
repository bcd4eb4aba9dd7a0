"""OKX v5: newest first, bounds EXCLUDED, recent candles and archive apart, statistics of 1,440 intervals."""

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

RECENT_BARS = 1440
COINS_PER_CONTRACT = 0.01
USD_PER_CONTRACT = 100
FUNDING_MS = 8 * HOUR_MS
_FUNDING_KEPT_MS = 92 * DAY_MS
# Bars of a day open at 16:00 UTC unless their name ends in "utc"; the double has only those.
BARS = {"1m": MINUTE_MS, "3m": 3 * MINUTE_MS, "5m": 5 * MINUTE_MS, "15m": 15 * MINUTE_MS, "30m": 30 * MINUTE_MS}
BARS |= {"1H": HOUR_MS, "2H": 2 * HOUR_MS, "4H": 4 * HOUR_MS, "6Hutc": 6 * HOUR_MS, "12Hutc": 12 * HOUR_MS}
BARS |= {"1Dutc": DAY_MS}
LINEAR, INVERSE = "BTC-USDT-SWAP", "BTC-USD-SWAP"
_STATISTICS = "/api/v5/rubik/stat/contracts"
_RATIOS = {
    "long-short-account-ratio-contract": "accounts",
    "long-short-account-ratio-contract-top-trader": "top_accounts",
    "long-short-position-ratio-contract-top-trader": "top_positions",
}
# contracts from, to; maintenance rate; initial rate; highest leverage
_TIERS = [
    ("0", "50000", "0.004", "0.01", "100"),
    ("50000.01", "100000", "0.005", "0.0125", "80"),
    ("100000.01", "180000", "0.0065", "0.0151", "66"),
]


def contracts(coins: str) -> str:
    """Contracts of 0.01 coins."""
    return f"{float(coins) / COINS_PER_CONTRACT:.2f}"


def contracts_of(instrument: str, coins: str, price: str) -> str:
    """Contracts of 0.01 coins, or of 100 USD."""
    return contracts(coins) if instrument == LINEAR else f"{float(coins) * float(price) / USD_PER_CONTRACT:.1f}"


def refuse(code: str, message: str) -> RefusedRequestError:
    """OKX refuses with HTTP 200 and a code."""
    return RefusedRequestError(200, {"code": code, "msg": message, "data": []})


def wrap(rows: list[Any]) -> dict[str, Any]:
    """Put rows into OKX's envelope."""
    return {"code": "0", "msg": "", "data": rows}


def routes(view: View, books: dict[str, LiveBook]) -> Routes:
    """Handlers by path; books by instrument."""

    def instrument(query: Query) -> str:
        name = query.get("instId")
        if name not in (LINEAR, INVERSE):
            raise refuse("51001", "Instrument ID does not exist")
        return str(name)

    def select(query: Query, names: tuple[str, str, str], most: int, *, recent: bool = False) -> list[Bar]:
        newer, older, step = names
        instrument(query)
        interval = BARS.get(query.get(step, "1m" if step == "bar" else "5m"))
        if interval is None or not view.serves(interval):
            raise refuse("51000", f"Parameter {step} error")
        start = max(int(query.get(newer, 0)) + 1, view.now_ms - RECENT_BARS * interval if recent else 0)
        end = int(query.get(older, view.now_ms + 1)) - 1
        return view.bars(interval, start, end, min(int(query.get("limit", 100)), most))[::-1]

    def candles(*, recent: bool) -> Callable[[Query], Answer]:
        def answer(query: Query) -> Answer:
            bars = select(query, ("before", "after", "bar"), 300, recent=recent)
            interval = BARS[query.get("bar", "1m")]
            return Answer([candle(bar, query["instId"], bar.time_ms + interval <= view.now_ms) for bar in bars], wrap)

        return answer

    def mark_candles(*, recent: bool) -> Callable[[Query], Answer]:
        def answer(query: Query) -> Answer:
            bars = select(query, ("before", "after", "bar"), 100, recent=recent)
            interval = BARS[query.get("bar", "1m")]
            return Answer([_mark(bar, bar.time_ms + interval <= view.now_ms) for bar in bars], wrap)

        return answer

    def open_interest(query: Query) -> Answer:
        rows = []
        for bar in select(query, ("begin", "end", "period"), 100, recent=True):
            amount = contracts_of(query["instId"], bar.open_interest, bar.open)
            rows.append([str(bar.time_ms), amount, bar.open_interest, usd(bar.open_interest, bar.open)])
        return Answer(rows, wrap)

    def ratio(measure: str) -> Callable[[Query], Answer]:
        def row(bar: Bar) -> list[str]:
            share = view.long_share(measure, bar.time_ms)
            return [str(bar.time_ms), f"{share / (1 - share):.6f}"]

        return lambda query: Answer(
            [row(bar) for bar in select(query, ("begin", "end", "period"), 100, recent=True)], wrap
        )

    def taker_volume(query: Query) -> Answer:
        def row(bar: Bar) -> list[str]:
            sold = f"{float(bar.volume) - float(bar.taker_buy_volume):.3f}"
            amounts = [sold, bar.taker_buy_volume]  # what was sold stands first
            unit = query.get("unit", "1")
            if unit == "1":
                amounts = [contracts_of(query["instId"], coins, bar.close) for coins in amounts]
            elif unit == "2":
                amounts = [usd(coins, bar.close) for coins in amounts]
            return [str(bar.time_ms), *amounts]

        return Answer([row(bar) for bar in select(query, ("begin", "end", "period"), 100, recent=True)], wrap)

    def funding_history(query: Query) -> Answer:
        name = instrument(query)
        start = max(int(query.get("before", 0)) + 1, view.now_ms - _FUNDING_KEPT_MS)
        first = view.bars(FUNDING_MS, start, view.now_ms, 1, newest=False)
        end = min(int(query.get("after", view.now_ms + 1)) - 1, view.now_ms)
        start = first[0].time_ms if first else end + 1
        times = times_in(FUNDING_MS, start, end, min(int(query.get("limit", 100)), 100))[::-1]
        return Answer([_funding(view, name, time) for time in times], wrap)

    def funding_now(query: Query) -> Answer:
        name = instrument(query)
        return Answer([_funding(view, name, (view.now_ms // FUNDING_MS + 1) * FUNDING_MS)], wrap)

    def book(query: Query) -> Answer:
        name = instrument(query)
        present = books[name].now(min(int(query.get("sz", 1)), 400))
        bids, asks = (level_rows(name, side) for side in present.levels())
        return Answer([{"asks": asks, "bids": bids, "ts": str(view.now_ms), "seqId": present.number}], wrap)

    def tiers(query: Query) -> Answer:
        names = {"instFamily": query.get("instFamily", ""), "uly": query.get("instFamily", ""), "instId": ""}
        rows = [
            {"tier": str(number), "minSz": low, "maxSz": high, "mmr": mmr, "imr": imr, "maxLever": leverage, **names}
            for number, (low, high, mmr, imr, leverage) in enumerate(_TIERS, 1)
        ]
        return Answer(rows, wrap)

    def instruments(query: Query) -> Answer:
        return Answer([_contract(LINEAR), _contract(INVERSE)] if query.get("instType") == "SWAP" else [], wrap)

    public, market = "/api/v5/public", "/api/v5/market"
    return {
        f"{public}/time": lambda _query: Answer([{"ts": str(view.now_ms)}], wrap),
        f"{public}/instruments": instruments,
        f"{public}/open-interest": lambda query: Answer([interest_row(view, instrument(query))], wrap),
        f"{public}/mark-price": lambda query: Answer([mark_row(view, instrument(query))], wrap),
        f"{public}/funding-rate": funding_now,
        f"{public}/funding-rate-history": funding_history,
        f"{public}/position-tiers": tiers,
        f"{market}/candles": candles(recent=True),
        f"{market}/history-candles": candles(recent=False),
        f"{market}/mark-price-candles": mark_candles(recent=True),
        f"{market}/history-mark-price-candles": mark_candles(recent=False),
        f"{market}/ticker": lambda query: Answer([ticker_row(view, instrument(query))], wrap),
        f"{market}/books": book,
        f"{_STATISTICS}/open-interest-history": open_interest,
        "/api/v5/rubik/stat/taker-volume-contract": taker_volume,
        **{f"{_STATISTICS}/{name}": ratio(measure) for name, measure in _RATIOS.items()},
    }


def level_rows(instrument: str, levels: list[tuple[float, float]]) -> list[list[str]]:
    """Levels as price, contracts, a deprecated 0 and a number of orders."""
    return [[f"{price:.1f}", contracts_of(instrument, str(coins), str(price)), "0", "2"] for price, coins in levels]


def interest_row(view: View, instrument: str) -> dict[str, str]:
    """Open interest of the present."""
    quote = view.quote()
    amounts = {
        "oi": contracts_of(instrument, quote.open_interest, quote.mark),
        "oiCcy": quote.open_interest,
        "oiUsd": usd(quote.open_interest, quote.mark),
    }
    return {"instType": "SWAP", "instId": instrument, **amounts, "ts": str(view.now_ms)}


def mark_row(view: View, instrument: str) -> dict[str, str]:
    """Mark of the present."""
    mark = f"{float(view.quote().mark):.2f}"
    return {"instType": "SWAP", "instId": instrument, "markPx": mark, "ts": str(view.now_ms)}


def ticker_row(view: View, instrument: str) -> dict[str, str]:
    """Last trade of the present."""
    last = view.quote().last
    prices = dict.fromkeys(("last", "bidPx", "open24h", "high24h", "low24h"), last)
    sizes = dict.fromkeys(("lastSz", "askSz", "bidSz", "vol24h", "volCcy24h"), "1")
    more = {"askPx": f"{float(last) + 0.1:.1f}", "ts": str(view.now_ms)}
    return {"instType": "SWAP", "instId": instrument, **prices, **sizes, **more}


def candle(bar: Bar, instrument: str, is_closed: bool) -> list[str]:
    """Prices, volume in contracts, in coins and in USD, and whether it has closed."""
    prices = [str(bar.time_ms), bar.open, bar.high, bar.low, bar.close]
    volume = contracts_of(instrument, bar.volume, bar.close)
    return [*prices, volume, bar.volume, usd(bar.volume, bar.close), "1" if is_closed else "0"]


def _mark(bar: Bar, is_closed: bool) -> list[str]:
    prices = [str(bar.time_ms), bar.mark_open, bar.mark_high, bar.mark_low, bar.mark_close]
    return [*prices, "1" if is_closed else "0"]


def _funding(view: View, instrument: str, time_ms: int) -> dict[str, str]:
    rate = view.funding_rate(time_ms)
    next_time = {"nextFundingTime": str(time_ms + FUNDING_MS), "nextFundingRate": "", "method": "current_period"}
    row = {"instType": "SWAP", "instId": instrument, "fundingRate": rate, "realizedRate": rate}
    return {**row, "fundingTime": str(time_ms), **next_time}


def _contract(instrument: str) -> dict[str, Any]:
    linear = instrument == LINEAR
    family = instrument.removesuffix("-SWAP")
    return {
        "alias": "",
        "baseCcy": "",
        "ctMult": "1",
        "ctType": "linear" if linear else "inverse",
        "ctVal": str(COINS_PER_CONTRACT if linear else USD_PER_CONTRACT),
        "ctValCcy": "BTC" if linear else "USD",
        "expTime": "",
        "instFamily": family,
        "instId": instrument,
        "instType": "SWAP",
        "lever": "100",
        "listTime": "1573557408000",
        "lotSz": "0.01" if linear else "0.1",
        "minSz": "0.01" if linear else "0.1",
        "quoteCcy": "",
        "settleCcy": "USDT" if linear else "BTC",
        "state": "live",
        "tickSz": "0.1",
        "uly": family,
    }
