"""Bybit's stream: a snapshot, then differences; every liquidation, in batches of half a second."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from tests.support.venue_double.books import Levels
from tests.support.venue_double.bybit import KLINES, SYMBOLS, size_of, ticker_row, volume_of
from tests.support.venue_double.market import Bar
from tests.support.venue_double.protocol import usd
from tests.support.venue_double.streams import Contract, Link, Liquidation, StreamProtocol, Topic

_BATCH_MS = 500
_MOST_ARGUMENTS = 200


class BybitStream(StreamProtocol):
    """``/v5/public/linear`` and ``/v5/public/inverse``."""

    venues = ("bybit",)

    def venue_of(self, path: str) -> str | None:
        return "bybit" if path in ("/v5/public/linear", "/v5/public/inverse") else None

    def receive(self, link: Link, text: str) -> None:
        request = json.loads(text)
        operation, number = request.get("op"), request.get("req_id", "")
        answer = {"success": True, "ret_msg": "", "conn_id": "double", "req_id": number, "op": operation}
        if operation == "ping":
            link.say({**answer, "ret_msg": "pong"})
            return
        names = request.get("args") or []
        topics = [self._find(link, name) for name in names]
        kind = "refuse unsubscription" if operation == "unsubscribe" else "refuse subscription"
        wrong = operation not in ("subscribe", "unsubscribe") or None in topics or len(names) > _MOST_ARGUMENTS
        if wrong or any(self.hub.take_fault("bybit", name, (kind,)) for name in names):
            link.say({**answer, "success": False, "ret_msg": f"error:handler not found,topic:{','.join(names)}"})
            return
        link.say(answer)
        for topic in topics:
            assert topic is not None
            if operation == "subscribe":
                self.subscribe(link, topic)
            else:
                self.hub.leave(link, topic.name)

    def _find(self, link: Link, name: str) -> Topic | None:
        stream, _, rest = name.partition(".")
        detail, _, symbol = rest.rpartition(".")
        contract = self.contracts.get(symbol)
        if contract is None or SYMBOLS[link.path.rpartition("/")[2]] != symbol:
            return None
        if stream == "kline":
            step = KLINES.get(detail)
            return Topic(name, "candle", contract, step) if step and contract.view.serves(step) else None
        if stream == "orderbook" and detail not in ("1", "50", "200", "1000"):
            return None
        feeds = {"orderbook": "depth", "tickers": "ticker", "publicTrade": "trades", "allLiquidation": "liquidations"}
        feed = feeds.get(stream)
        return Topic(name, feed, contract, argument=detail) if feed else None

    def welcome(self, topic: Topic) -> list[Any]:
        contract, now = topic.contract, topic.contract.view.now_ms
        if topic.feed == "ticker":
            return [self._envelope(topic, "snapshot", ticker_row(contract.view, _category(contract)))]
        if topic.feed == "depth":
            book = topic.begin_book(self.book(contract), int(topic.argument))
            return [{**self._depth(topic, "snapshot", *book.levels(), book.number), "cts": now}]
        return []

    def produce(self, topic: Topic) -> list[Any]:
        contract = topic.contract
        view, now = contract.view, contract.view.now_ms
        if topic.feed == "candle":
            return [
                self._envelope(topic, "snapshot", [_candle(topic, bar, closed, now)])
                for bar, closed in topic.advance_candles()
            ]
        if topic.feed == "depth":
            bids, asks, _, number = topic.advance_book(self.book(contract), int(topic.argument))
            return [{**self._depth(topic, "delta", bids, asks, number), "cts": now}]
        if topic.feed == "ticker":
            row = ticker_row(view, _category(contract))
            names = ("symbol", "lastPrice", "markPrice", "indexPrice", "openInterest", "openInterestValue")
            return [self._envelope(topic, "delta", {name: row[name] for name in (*names, "singleOpenInterest")})]
        number = self.next_trade_id()
        size = "100" if contract.is_inverse else "0.010"
        side = "Sell" if number % 3 == 0 else "Buy"
        trade = {"T": now, "s": contract.id, "S": side, "v": size, "p": view.quote().last}
        return [self._envelope(topic, "snapshot", [{**trade, "L": "PlusTick", "i": str(number), "BT": False}])]

    def _envelope(self, topic: Topic, kind: str, data: Any) -> dict[str, Any]:
        return {"topic": topic.name, "type": kind, "ts": topic.contract.view.now_ms, "data": data}

    def _depth(self, topic: Topic, kind: str, bids: Levels, asks: Levels, number: int) -> dict[str, Any]:
        contract = topic.contract

        def rows(levels: Levels) -> list[list[str]]:
            return [[f"{price:.2f}", size_of(_category(contract), price, coins)] for price, coins in levels]

        return self._envelope(
            topic, kind, {"s": contract.id, "b": rows(bids), "a": rows(asks), "u": number, "seq": number}
        )

    def liquidation_messages(
        self, contract: Contract, events: list[Liquidation], *, thinned: bool
    ) -> list[tuple[tuple[str, ...], Any, list[Liquidation]]]:
        del thinned
        name = f"allLiquidation.{contract.id}"
        messages = []
        for _, batch in groupby(
            sorted(events, key=lambda event: event.time_ms), lambda event: event.time_ms // _BATCH_MS
        ):
            rows, told = [], []
            for event in batch:
                size = f"{event.quantity:.0f}" if contract.is_inverse else f"{event.quantity:.3f}"
                if float(size) == 0:
                    continue
                price = f"{event.price:.2f}"
                # The POSITION's side: Buy is a long that died.
                side = "Buy" if event.is_long else "Sell"
                rows.append({"T": event.time_ms, "s": contract.id, "S": side, "v": size, "p": price})
                told.append(Liquidation(event.symbol, event.time_ms, event.is_long, float(price), float(size)))
            if not rows:
                continue
            body = {"topic": name, "type": "snapshot", "ts": told[-1].time_ms + 20, "data": rows}
            messages.append(((name,), body, told))
        return messages


def _category(contract: Contract) -> str:
    return "inverse" if contract.is_inverse else "linear"


def _candle(topic: Topic, bar: Bar, closed: bool, now_ms: int) -> dict[str, Any]:
    category = _category(topic.contract)
    return {
        "start": bar.time_ms,
        "end": bar.time_ms + topic.interval_ms - 1,
        "interval": topic.name.split(".")[1],
        "open": bar.open,
        "close": bar.close,
        "high": bar.high,
        "low": bar.low,
        "volume": volume_of(category, bar),
        "turnover": usd(bar.volume, bar.close) if category == "linear" else bar.volume,
        "confirm": closed,
        "timestamp": now_ms,
    }
