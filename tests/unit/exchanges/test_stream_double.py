"""Streams against the venue double: a market that moves, seen through each venue's own protocol."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from liqheat.records import Liquidations, MarkPrice, OpenCandle, OpenInterestNow, OrderBookDepth
from tests.support.stream_server import Followed
from tests.support.venue_double import Liquidation, RunningMarket, StreamFault, VenueDouble

LINEAR, INVERSE, USDC = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDC:USDC"
CONTRACTS = [
    ("binanceusdm", LINEAR),
    ("binancecoinm", INVERSE),
    ("bybit", LINEAR),
    ("bybit", INVERSE),
    ("okx", LINEAR),
    ("okx", INVERSE),
    ("hyperliquid", USDC),
]
WORDS = {"binanceusdm": "forceOrder", "binancecoinm": "forceOrder", "bybit": "allLiquidation", "okx": "liquidation"}
KINDS = {
    "candles": OpenCandle,
    "mark": MarkPrice,
    "open_interest": OpenInterestNow,
    "depth": OrderBookDepth,
    "liquidations": Liquidations,
}
T = 1_780_000_000_000


@pytest.fixture
def moving() -> Iterator[VenueDouble]:
    """Five minutes a second."""
    with VenueDouble(RunningMarket(history_days=2, future_days=1, speed=300)) as server:
        yield server
        assert server.unknown_paths == []


class Doubled(Followed):
    """A stream of the double; its server runs on a thread of its own."""

    def __init__(self, double: VenueDouble, venue: str, symbol: str, **named: Any) -> None:
        class Server:
            factory = staticmethod(double.exchange_factory)

        super().__init__(Server(), venue, symbol, **{"depth_s": 0.1, "stall_s": 10, **named})  # type: ignore[arg-type]
        self.double, self.venue, self.symbol = double, venue, symbol

    async def push(self, events: list[tuple[int, bool, float, float]], **named: Any) -> list[Liquidation]:
        return await asyncio.to_thread(self.double.push_liquidations, self.venue, events, symbol=self.symbol, **named)

    async def is_listening(self) -> None:
        await asyncio.to_thread(self.double.wait_subscribed, self.venue, WORDS[self.venue])
        await self.until(lambda: self.states("liquidations")[-1] == "live")

    def liquidations(self) -> Counter[tuple[object, ...]]:
        return Counter(
            (int(time), bool(is_long), float(price), round(float(quantity), 6))
            for batch in self.payloads(Liquidations)
            for time, is_long, price, quantity in zip(
                batch.time_ms, batch.is_long, batch.price, batch.quantity, strict=True
            )
        )


def expected(sent: list[Liquidation]) -> Counter[tuple[object, ...]]:
    return Counter((event.time_ms, event.is_long, event.price, round(event.quantity, 6)) for event in sent)


@pytest.mark.parametrize(("venue", "symbol"), CONTRACTS, ids=[f"{venue}-{symbol[-4:]}" for venue, symbol in CONTRACTS])
def test_every_feed_of_a_venue_comes_in_one_unit(moving, venue, symbol):
    feeds = [name for name in KINDS if name != "liquidations" or venue != "hyperliquid"]

    async def play():
        async with Doubled(moving, venue, symbol) as followed:
            for feed in feeds:
                await followed.until(lambda feed=feed: followed.states(feed)[-1] == "live", 20)
            sent = []
            if "liquidations" in feeds:
                await followed.is_listening()
                events = [(T, True, 66_000.0, 1.5), (T + 1, False, 67_000.0, 2.5), (T + 1, False, 67_000.0, 2.5)]
                sent = await followed.push(events, thinned=False)
                await followed.until(lambda: followed.liquidations().total() == len(sent))
            for feed in feeds:
                await followed.until(lambda feed=feed: bool(followed.payloads(KINDS[feed])), 20)
            await asyncio.sleep(0.5)
            return followed, sent

    followed, sent = asyncio.run(play())
    assert followed.liquidations() == expected(sent)
    assert {event.venue for event in followed.events} == {venue}
    mark = followed.payloads(MarkPrice)[-1].price
    candle, depth = followed.payloads(OpenCandle)[-1], followed.payloads(OrderBookDepth)[-1]
    assert candle.low <= candle.close <= candle.high
    assert candle.close == pytest.approx(mark, rel=0.02)
    assert depth.bid_price[0] < depth.ask_price[0]
    assert depth.ask_price[0] == pytest.approx(mark, rel=0.02)
    opens = [candle.open_time_ms for candle in followed.payloads(OpenCandle)]
    assert opens == sorted(opens)
    assert followed.payloads(OpenInterestNow)[-1].quantity > 0
    for feed in feeds:
        assert set(followed.states(feed)) == {"waiting", "live"}


@pytest.mark.parametrize("inverse", [False, True], ids=["linear", "inverse"])
def test_venues_agree_about_one_market(moving, inverse):
    """The double sells the same trades everywhere, in coins, USD and contracts: units are right if we agree."""
    names = ("binancecoinm", "bybit", "okx") if inverse else ("binanceusdm", "bybit", "okx")

    async def play():
        found = {}
        for venue in names:
            async with Doubled(moving, venue, INVERSE if inverse else LINEAR, feeds=("depth", "open_interest")) as one:
                await one.until(lambda one=one: bool(one.payloads(OrderBookDepth) and one.payloads(OpenInterestNow)))
                interest = one.payloads(OpenInterestNow)[0].quantity / moving.market.open_interest_scale(venue)
                book = one.payloads(OrderBookDepth)[0]
                found[venue] = (interest, float(book.bid_usd[:20].mean()))
        return found

    found = asyncio.run(play())
    for part in (0, 1):
        values = [figures[part] for figures in found.values()]
        assert max(values) < 4 * min(values), found  # a wrong unit is off by a hundred, or by a price


def test_a_burst_from_three_venues_at_once_arrives_whole(moving):
    """5,000 liquidations; what arrives twice over the wire is told apart by keys, not dropped here."""
    events = [(T + number, number % 3 == 0, 60_000.0 + number % 97, 0.5) for number in range(1_667)]

    async def play():
        named = {"feeds": ("liquidations",)}
        async with (
            Doubled(moving, "binanceusdm", LINEAR, **named) as binance,
            Doubled(moving, "bybit", LINEAR, **named) as bybit,
            Doubled(moving, "okx", LINEAR, **named) as okx,
        ):
            streams = (binance, bybit, okx)
            for followed in streams:
                await followed.is_listening()
            sent = await asyncio.gather(*[followed.push(events, thinned=False) for followed in streams])
            for followed, given in zip(streams, sent, strict=True):
                n = len(given)
                await followed.until(lambda followed=followed, n=n: followed.liquidations().total() >= n, 30)
            await asyncio.sleep(0.3)
            return streams, sent

    streams, sent = asyncio.run(play())
    assert [len(given) for given in sent] == [len(events)] * 3
    for followed, given in zip(streams, sent, strict=True):
        assert followed.liquidations() == expected(given)


BOOKS = {"okx": "books", "bybit": "orderbook"}
FAULTS = {
    "disconnect": lambda venue: StreamFault.disconnect(venue),
    "cut": lambda venue: StreamFault.cut_mid_frame(venue),
    "stall": lambda venue: StreamFault.stall(venue),
    "garbage": lambda venue: StreamFault.garbage(venue, times=5),
    "duplicate": lambda venue: StreamFault.duplicate(venue, times=20),
    "reorder": lambda venue: StreamFault.reorder(venue, times=20),
    "gap in the book": lambda venue: StreamFault.lose(
        venue, {"okx": "books", "bybit": "orderbook"}.get(venue, "depth")
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx"])
def test_liquidations_go_on_after_a_fault(moving, venue, fault):
    async def play():
        feeds = ("candles", "mark", "depth", "liquidations")
        async with Doubled(moving, venue, LINEAR, stall_s=1.0, feeds=feeds) as followed:
            for feed in feeds:
                await followed.until(lambda feed=feed: followed.states(feed)[-1] == "live", 20)
            await followed.is_listening()
            n_before = {feed: len(followed.payloads(KINDS[feed])) for feed in feeds}
            await asyncio.to_thread(moving.misbehave, FAULTS[fault](venue))
            await asyncio.sleep(0.3)
            if fault in ("disconnect", "cut", "stall"):
                await followed.until(
                    lambda: followed.states("liquidations")[-1] != "live" or len(followed.states("liquidations")) > 2,
                    20,
                )
            for feed in feeds:
                await followed.until(
                    lambda feed=feed: (
                        followed.states(feed)[-1] == "live"
                        and (feed == "liquidations" or len(followed.payloads(KINDS[feed])) > n_before[feed])
                    ),
                    20,
                )
            moving.heal()
            await followed.is_listening()
            sent = await followed.push([(T, True, 66_000.0, 1.5)], thinned=False)
            await followed.until(lambda: followed.liquidations() >= expected(sent), 20)
            return followed

    followed = asyncio.run(play())
    opens = [candle.open_time_ms for candle in followed.payloads(OpenCandle)]
    assert opens == sorted(opens)


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda venue: StreamFault.refuse_handshake(venue, 451), "refused"),
        (lambda venue: StreamFault.refuse_handshake(venue, 403), "refused"),
        (lambda venue: StreamFault.refuse_handshake(venue, 503), "failed"),
        (lambda venue: StreamFault.html_handshake(venue), "failed"),
        (lambda venue: StreamFault.refuse_subscription(venue), "failed"),
    ],
    ids=["451", "403", "503", "page", "subscription"],
)
@pytest.mark.parametrize("venue", ["binanceusdm", "bybit", "okx"])
def test_a_refusal_is_said_and_the_venue_asked_again(moving, venue, make, state):
    async def play():
        moving.misbehave(make(venue))
        async with Doubled(moving, venue, LINEAR, feeds=("liquidations",), refused_wait_s=0.1) as followed:
            await followed.until(lambda: state in followed.states("liquidations"))
            await followed.is_listening()
            return followed

    followed = asyncio.run(play())
    assert followed.states("liquidations")[-1] == "live"
