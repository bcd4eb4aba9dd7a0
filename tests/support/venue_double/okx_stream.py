"""OKX's stream: candles on the business path, liquidations of a whole instrument type with several details each."""

from __future__ import annotations

import json
from typing import Any

from tests.support.venue_double.books import Levels
from tests.support.venue_double.okx import (
    BARS,
    COINS_PER_CONTRACT,
    LINEAR,
    USD_PER_CONTRACT,
    candle,
    interest_row,
    level_rows,
    mark_row,
    ticker_row,
)
from tests.support.venue_double.streams import Contract, Link, Liquidation, StreamProtocol, Topic

_DETAILS = 3
_LIQUIDATIONS = '{"channel": "liquidation-orders", "instType": "SWAP"}'
_DEPTHS = {"books": 400, "books5": 5, "bbo-tbt": 1}
_FEEDS = {"mark-price": "mark", "tickers": "ticker", "open-interest": "ticker", "trades": "trades"}


class OkxStream(StreamProtocol):
    """``/ws/v5/public`` and ``/ws/v5/business``."""

    venues = ("okx",)

    def venue_of(self, path: str) -> str | None:
        return "okx" if path in ("/ws/v5/public", "/ws/v5/business") else None

    def receive(self, link: Link, text: str) -> None:
        if text == "ping":
            link.say("pong")
            return
        request = json.loads(text)
        operation = request.get("op")
        kind = "refuse unsubscription" if operation == "unsubscribe" else "refuse subscription"
        for argument in request.get("args") or []:
            topic = self._find(link, argument)
            if topic is None or operation not in ("subscribe", "unsubscribe"):
                words = f"Wrong URL or channel:{argument.get('channel')},instId:{argument.get('instId')} doesn't exist"
                link.say({"event": "error", "code": "60018", "msg": words, "connId": "double"})
            elif self.hub.take_fault("okx", topic.name, (kind,)):
                link.say({"event": "error", "code": "60012", "msg": "Invalid request: not allowed", "connId": "double"})
            else:
                link.say({"event": operation, "arg": argument, "connId": "double"})
                if operation == "subscribe":
                    self.subscribe(link, topic)
                else:
                    self.hub.leave(link, topic.name)

    def _find(self, link: Link, argument: dict[str, str]) -> Topic | None:
        channel, name = argument.get("channel", ""), json.dumps(argument, sort_keys=True)
        if channel == "liquidation-orders":
            is_known = argument.get("instType") == "SWAP" and link.path.endswith("/public")
            return Topic(_LIQUIDATIONS, "liquidations", self.contracts[LINEAR]) if is_known else None
        contract = self.contracts.get(argument.get("instId", ""))
        if contract is None or channel.startswith("candle") != link.path.endswith("/business"):
            return None
        if channel.startswith("candle"):
            step = BARS.get(channel[6:])
            is_served = step is not None and contract.view.serves(step)
            return Topic(name, "candle", contract, step or 0, argument) if is_served else None
        feed = "depth" if channel in _DEPTHS else _FEEDS.get(channel)
        return Topic(name, feed, contract, argument=argument) if feed else None

    def welcome(self, topic: Topic) -> list[Any]:
        if topic.feed == "depth" and topic.argument["channel"] == "books":
            book = topic.begin_book(self.book(topic.contract), _DEPTHS["books"])
            return [{"action": "snapshot", **self._depth(topic, *book.levels(), book.number, -1)}]
        return []

    def produce(self, topic: Topic) -> list[Any]:
        view, name = topic.contract.view, topic.contract.id
        channel = topic.argument["channel"]
        if topic.feed == "candle":
            rows = [candle(bar, name, closed) for bar, closed in topic.advance_candles()]
            return [{"arg": topic.argument, "data": [row]} for row in rows]
        if channel == "books":
            bids, asks, before, number = topic.advance_book(self.book(topic.contract), _DEPTHS[channel])
            return [{"action": "update", **self._depth(topic, bids, asks, number, before)}]
        if topic.feed == "depth":
            book = self.book(topic.contract).now(_DEPTHS[channel])
            return [self._depth(topic, *book.levels(), book.number, None)]
        if topic.feed == "trades":
            number = self.next_trade_id()
            side = "sell" if number % 3 == 0 else "buy"
            trade = {"instId": name, "tradeId": str(number), "px": view.quote().last, "sz": "1", "side": side}
            return [{"arg": topic.argument, "data": [{**trade, "ts": str(view.now_ms)}]}]
        make = {"mark-price": mark_row, "tickers": ticker_row, "open-interest": interest_row}[channel]
        return [{"arg": topic.argument, "data": [make(view, name)]}]

    def _depth(self, topic: Topic, bids: Levels, asks: Levels, number: int, before: int | None) -> dict[str, Any]:
        name = topic.contract.id
        data = {
            "bids": level_rows(name, bids),
            "asks": level_rows(name, asks),
            "ts": str(topic.contract.view.now_ms),
            "seqId": number,
            "instId": name,
        }
        if before is not None:
            data["prevSeqId"] = before
        return {"arg": topic.argument, "data": [data]}

    def liquidation_messages(
        self, contract: Contract, events: list[Liquidation], *, thinned: bool
    ) -> list[tuple[tuple[str, ...], Any, list[Liquidation]]]:
        del thinned
        details, told = [], []
        for event in events:
            unit = COINS_PER_CONTRACT if contract.id == LINEAR else USD_PER_CONTRACT
            size = f"{event.quantity / unit:.2f}" if contract.id == LINEAR else f"{event.quantity / unit:.1f}"
            if float(size) == 0:
                continue
            price = f"{event.price:.1f}"
            row = {"bkLoss": "0", "bkPx": price, "ccy": "", "posSide": "long" if event.is_long else "short"}
            # The ORDER's side: a long is sold.
            row |= {"side": "sell" if event.is_long else "buy", "sz": size, "ts": str(event.time_ms)}
            details.append(row)
            quantity = round(float(size) * unit, 8)
            told.append(Liquidation(event.symbol, event.time_ms, event.is_long, float(price), quantity))
        if not details:
            return []
        family = contract.id.removesuffix("-SWAP")
        names = {"instFamily": family, "instId": contract.id, "instType": "SWAP", "uly": family}
        data = [{"details": details[at : at + _DETAILS], **names} for at in range(0, len(details), _DETAILS)]
        return [((_LIQUIDATIONS,), {"arg": json.loads(_LIQUIDATIONS), "data": data}, told)]
