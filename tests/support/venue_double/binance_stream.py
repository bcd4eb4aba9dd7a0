"""Binance's stream: raw events, books as a chain of differences, liquidations thinned to the largest per second."""

from __future__ import annotations

import json
from typing import Any

from tests.support.venue_double.binance import COIN_M_CONTRACT_USD, INTERVALS, contracts_of
from tests.support.venue_double.books import Levels
from tests.support.venue_double.protocol import usd
from tests.support.venue_double.streams import Contract, Link, Liquidation, StreamProtocol, Topic


class BinanceStream(StreamProtocol):
    """``/market/ws/{n}`` and ``/public/ws/{n}`` (USD-M), ``/ws/{n}`` (COIN-M)."""

    venues = ("binanceusdm", "binancecoinm")

    def venue_of(self, path: str) -> str | None:
        if path.startswith(("/market/ws", "/public/ws")):
            return "binanceusdm"
        return "binancecoinm" if path.startswith("/ws/") and path[4:].isdecimal() else None

    def receive(self, link: Link, text: str) -> None:
        request = json.loads(text)
        method, number = request.get("method"), request.get("id")
        names = request.get("params") or []
        if method == "LIST_SUBSCRIPTIONS":
            link.say({"result": list(link.topics), "id": number})
            return
        kind = "refuse unsubscription" if method == "UNSUBSCRIBE" else "refuse subscription"
        topics = [self._find(link, name) for name in names]
        if method not in ("SUBSCRIBE", "UNSUBSCRIBE") or None in topics:
            link.say({"error": {"code": 2, "msg": "Invalid request: unknown stream"}, "id": number})
            return
        if any(self.hub.take_fault(link.venue, name, (kind,)) for name in names):
            link.say({"error": {"code": 2, "msg": "Invalid request: not allowed"}, "id": number})
            return
        link.say({"result": None, "id": number})
        for topic in topics:
            assert topic is not None
            if method == "SUBSCRIBE":
                self.subscribe(link, topic)
            else:
                self.hub.leave(link, topic.name)

    def _find(self, link: Link, name: str) -> Topic | None:
        symbol, _, stream = name.partition("@")
        mine = [contract for contract in self.contracts.values() if contract.view.venue == link.venue]
        if symbol in ("!forceOrder", "!markPrice"):
            feed = "liquidations" if symbol == "!forceOrder" else "mark"
            return Topic(name, feed, mine[0], argument="all")
        contract = next((contract for contract in mine if contract.id.lower() == symbol), None)
        if contract is None:
            return None
        if stream.startswith("kline_"):
            step = INTERVALS.get(stream[6:])
            return Topic(name, "candle", contract, step) if contract.view.serves(step) and step else None
        feeds = {"markPrice": "mark", "depth": "depth", "forceOrder": "liquidations"}
        feeds |= {"aggTrade": "trades", "trade": "trades", "ticker": "ticker", "miniTicker": "ticker"}
        feed = feeds.get(stream.partition("@")[0])
        return Topic(name, feed, contract, argument=stream) if feed else None

    def welcome(self, topic: Topic) -> list[Any]:
        if topic.feed == "depth":
            # The chain begins now: a snapshot asked for later must fall into it.
            topic.begin_book(self.book(topic.contract))
        return []

    def produce(self, topic: Topic) -> list[Any]:
        contract = topic.contract
        view, now = contract.view, contract.view.now_ms
        if topic.feed == "candle":
            return [self._candle(topic, bar, closed, now) for bar, closed in topic.advance_candles()]
        if topic.feed == "depth":
            return [self._depth(topic, now)]
        quote = view.quote()
        if topic.feed == "mark":
            mark = {
                "e": "markPriceUpdate",
                "E": now,
                "s": contract.id,
                "p": quote.mark,
                "i": quote.index,
                "P": quote.mark,
                "r": view.funding_rate(now),
                "T": (now // 28_800_000 + 1) * 28_800_000,
            }
            return [[mark]] if topic.argument == "all" else [mark]
        if topic.feed == "trades":
            number = self.next_trade_id()
            size = "1" if contract.is_inverse else f"{0.01 * (1 + number % 9):.3f}"
            trade = {"E": now, "T": now, "s": contract.id, "p": quote.last, "q": size, "m": number % 3 == 0}
            if topic.argument == "aggTrade":
                return [{"e": "aggTrade", "a": number, "f": number, "l": number, **trade}]
            return [{"e": "trade", "t": number, "X": "MARKET", **trade}]
        day = view.bars(86_400_000, now - 86_400_000, now, 1)
        start = day[-1].open if day else quote.last
        event = "24hrTicker" if topic.argument == "ticker" else "24hrMiniTicker"
        body = {"o": start, "h": quote.last, "l": quote.last, "c": quote.last, "v": "0", "q": "0"}
        return [{"e": event, "E": now, "s": contract.id, **body}]

    def _candle(self, topic: Topic, bar: Any, closed: bool, now_ms: int) -> dict[str, Any]:
        contract = topic.contract
        coins, taker = bar.volume, bar.taker_buy_volume
        volume = (coins, usd(coins, bar.close), taker, usd(taker, bar.close))
        if contract.is_inverse:
            volume = (contracts_of(coins, bar.close), coins, contracts_of(taker, bar.close), taker)
        candle = {
            "t": bar.time_ms,
            "T": bar.time_ms + topic.interval_ms - 1,
            "s": contract.id,
            "i": topic.name.partition("@kline_")[2],
            "f": 100,
            "L": 200,
            "o": bar.open,
            "c": bar.close,
            "h": bar.high,
            "l": bar.low,
            "v": volume[0],
            "n": 100,
            "x": closed,
            "q": volume[1],
            "V": volume[2],
            "Q": volume[3],
            "B": "0",
        }
        return {"e": "kline", "E": now_ms, "s": contract.id, "k": candle}

    def _depth(self, topic: Topic, now_ms: int) -> dict[str, Any]:
        contract = topic.contract
        bids, asks, before, number = topic.advance_book(self.book(contract))

        def rows(levels: Levels) -> list[list[str]]:
            return [[f"{price:.2f}", amount(contract, price, coins)] for price, coins in levels]

        return {
            "e": "depthUpdate",
            "E": now_ms,
            "T": now_ms,
            "s": contract.id,
            "U": before + 1,
            "u": number,
            "pu": before,
            "b": rows(bids),
            "a": rows(asks),
        }

    def liquidation_messages(
        self, contract: Contract, events: list[Liquidation], *, thinned: bool
    ) -> list[tuple[tuple[str, ...], Any, list[Liquidation]]]:
        messages = []
        for event in thin(events) if thinned else events:
            quantity = f"{event.quantity:.3f}"
            if contract.is_inverse:
                quantity = f"{event.quantity / COIN_M_CONTRACT_USD:.0f}"
            if float(quantity) == 0:
                continue
            price = f"{event.price:.2f}"
            order = {
                "s": contract.id,
                **({"ps": "BTCUSD"} if contract.is_inverse else {}),
                "S": "SELL" if event.is_long else "BUY",
                "o": "LIMIT",
                "f": "IOC",
                "q": quantity,
                "p": f"{event.price * (0.995 if event.is_long else 1.005):.2f}",
                "ap": price,
                "X": "FILLED",
                # The last of several fills: the whole stands in z.
                "l": quantity if contract.is_inverse else f"{float(quantity) / 2:.3f}",
                "z": quantity,
                "T": event.time_ms,
            }
            amount_sent = float(quantity) * (COIN_M_CONTRACT_USD if contract.is_inverse else 1)
            told = Liquidation(event.symbol, event.time_ms, event.is_long, float(price), amount_sent)
            names = (f"{contract.id.lower()}@forceOrder", "!forceOrder@arr")
            messages.append((names, {"e": "forceOrder", "E": event.time_ms + 2, "o": order}, [told]))
        return messages


def amount(contract: Contract, price: float, coins: float) -> str:
    """Size of a level: coins, or whole contracts of COIN-M."""
    return f"{coins * price / COIN_M_CONTRACT_USD:.0f}" if contract.is_inverse else f"{coins:.3f}"


def thin(events: list[Liquidation]) -> list[Liquidation]:
    """Keep the largest of each second, as the public stream does."""
    largest: dict[int, Liquidation] = {}
    for event in events:
        second = event.time_ms // 1000
        if second not in largest or event.quantity * event.price > largest[second].quantity * largest[second].price:
            largest[second] = event
    return [largest[second] for second in sorted(largest)]
