"""Hyperliquid's stream: whole books, candles without a mark for the close, no liquidations."""

from __future__ import annotations

import json
from typing import Any

from tests.support.venue_double.hyperliquid import COIN, INTERVALS, LEVELS, asset_context, book_row, candle
from tests.support.venue_double.streams import Contract, Link, Liquidation, StreamProtocol, Topic

_FEEDS = {"candle": "candle", "l2Book": "depth", "trades": "trades", "activeAssetCtx": "ticker", "allMids": "ticker"}


class HyperliquidStream(StreamProtocol):
    """``/ws``."""

    venues = ("hyperliquid",)

    def venue_of(self, path: str) -> str | None:
        return "hyperliquid" if path == "/ws" else None

    def receive(self, link: Link, text: str) -> None:
        request = json.loads(text)
        method, wanted = request.get("method"), request.get("subscription") or {}
        if method == "ping":
            link.say({"channel": "pong"})
            return
        name = json.dumps(wanted, sort_keys=True)
        topic = self._find(name, wanted)
        kind = "refuse unsubscription" if method == "unsubscribe" else "refuse subscription"
        if topic is None or method not in ("subscribe", "unsubscribe"):
            link.say({"channel": "error", "data": f"Invalid subscription {name}"})
        elif method == "subscribe" and name in link.topics:
            link.say({"channel": "error", "data": f"Already subscribed: {name}"})
        elif self.hub.take_fault("hyperliquid", name, (kind,)):
            link.say({"channel": "error", "data": f"Not allowed {name}"})
        else:
            link.say({"channel": "subscriptionResponse", "data": {"method": method, "subscription": wanted}})
            if method == "subscribe":
                self.subscribe(link, topic)
            else:
                self.hub.leave(link, name)

    def _find(self, name: str, wanted: dict[str, str]) -> Topic | None:
        channel, contract = wanted.get("type", ""), self.contracts[COIN]
        feed = _FEEDS.get(channel)
        if feed is None or wanted.get("coin", COIN) != COIN:
            return None
        step = INTERVALS.get(wanted.get("interval", ""), 0)
        if feed == "candle" and not (step and contract.view.serves(step)):
            return None
        return Topic(name, feed, contract, step, wanted)

    def produce(self, topic: Topic) -> list[Any]:
        view, channel = topic.contract.view, topic.argument["type"]
        data: list[Any]
        if topic.feed == "candle":
            data = [candle(bar, topic.argument["interval"]) for bar, _ in topic.advance_candles()]
        elif topic.feed == "depth":
            data = [book_row(view, self.book(topic.contract).now(LEVELS))]
        elif topic.feed == "trades":
            number = self.next_trade_id()
            side = "A" if number % 3 == 0 else "B"
            trade = {"coin": COIN, "side": side, "px": view.quote().last, "sz": "0.01", "time": view.now_ms}
            data = [[{**trade, "hash": "0x0", "tid": number}]]
        elif channel == "allMids":
            data = [{"mids": {COIN: view.quote().last}}]
        else:
            data = [{"coin": COIN, "ctx": asset_context(view)}]
        return [{"channel": channel, "data": row} for row in data]

    def liquidation_messages(
        self, contract: Contract, events: list[Liquidation], *, thinned: bool
    ) -> list[tuple[tuple[str, ...], Any, list[Liquidation]]]:
        del contract, events, thinned
        raise ValueError("hyperliquid publishes no liquidations")
