"""Which subscriptions follow the feeds of a venue, and what each of them does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from liqheat.errors import VenueError
from liqheat.exchanges.stream.feed import Feed, Subscription
from liqheat.exchanges.stream.parse import StreamMarket, parse_depth, parse_open_interest, read_poll
from liqheat.exchanges.stream.reader import Emit, StreamReader
from liqheat.exchanges.stream.socket import ASKER, Connections
from liqheat.venues import DepthPush, Poll, StreamSpec

Ask = Callable[[], Awaitable[None]]
_MOST_BAD_BOOKS = 10


class StreamPlan:
    """Makes the subscriptions of a venue.

    Parameters
    ----------
    stream : StreamSpec
        The venue's row.
    feeds : mapping
        Feeds by name and symbol: all that are followed.
    reader : StreamReader
        Takes what is pushed.
    connections : Connections
        The exchange.
    emit : callable
        Takes symbol and payload.
    clock_ms : callable
        UTC milliseconds.
    """

    def __init__(
        self,
        stream: StreamSpec,
        feeds: Mapping[tuple[str, str], Feed],
        reader: StreamReader,
        connections: Connections,
        emit: Emit,
        clock_ms: Callable[[], int],
    ) -> None:
        self._stream, self._feeds, self._reader = stream, feeds, reader
        self._connections, self._emit, self._clock_ms = connections, emit, clock_ms

    def subscriptions(self, interval: str, poll_s: float, depth_s: float) -> list[Subscription]:
        """Make all subscriptions.

        Parameters
        ----------
        interval : str
            Length of candles.
        poll_s, depth_s : float
            Seconds between two questions for open interest, and between two order books of a contract.
        """
        planned = self._shared_liquidations()
        for market in self._reader.markets:
            planned += self._of_market(market, interval, poll_s, depth_s)
        return planned

    def _shared_liquidations(self) -> list[Subscription]:
        liquidations = self._stream.liquidations
        symbols = [market.symbol for market in self._reader.markets if ("liquidations", market.symbol) in self._feeds]
        if liquidations is None or not liquidations.is_for_all or not symbols:
            return []
        feed = self._feeds["liquidations", symbols[0]]
        return [Subscription([feed], self._pushed(liquidations.push.watch, symbols), is_often_quiet=True)]

    def _of_market(self, market: StreamMarket, interval: str, poll_s: float, depth_s: float) -> list[Subscription]:
        stream, symbol = self._stream, market.symbol
        followed = {name: feed for (name, named), feed in self._feeds.items() if named == symbol}
        planned = []
        if stream.candles is not None and "candles" in followed:
            word = stream.candles.intervals.get(interval, interval)
            ask = self._pushed(stream.candles.push.watch, symbol, word)
            planned.append(Subscription([followed["candles"]], ask))
        from_marks = [followed[name] for name in ("mark", "open_interest") if name in followed]
        if stream.open_interest is not None:
            from_marks = from_marks[:1] if "mark" in followed else []
            if "open_interest" in followed:
                ask = self._polled(stream.open_interest, market, poll_s)
                planned.append(Subscription([followed["open_interest"]], ask, is_poll=True))
        if stream.mark is not None and from_marks:
            planned.append(Subscription(from_marks, self._pushed(stream.mark.push.watch, symbol)))
        if stream.depth is not None and "depth" in followed:
            ask = self._books(stream.depth, market, followed["depth"], depth_s)
            planned.append(Subscription([followed["depth"]], ask, is_often_quiet=True))
        if stream.liquidations is not None and "liquidations" in followed and not stream.liquidations.is_for_all:
            ask = self._pushed(stream.liquidations.push.watch, symbol)
            planned.append(Subscription([followed["liquidations"]], ask, is_often_quiet=True))
        return planned

    def _pushed(self, watch: str, *arguments: object) -> Ask:
        async def ask() -> None:
            # The reader takes the messages, so this ends only by failing.
            await self._connections.watch(watch, *arguments)

        return ask

    def _polled(self, poll: Poll, market: StreamMarket, poll_s: float) -> Ask:
        async def ask() -> None:
            exchange = self._connections.exchange
            parameters = {**poll.fixed_parameters, poll.market_parameter: exchange.market(market.symbol)["id"]}
            while True:
                answer = await getattr(exchange, poll.method)(parameters)
                receive_ms = self._clock_ms()
                interest = parse_open_interest(poll, read_poll(poll, answer), market, receive_ms)
                if interest is not None:
                    self._feeds["open_interest", market.symbol].hear()
                    self._emit(market.symbol, interest)
                await asyncio.sleep(poll_s)

        return ask

    def _books(self, depth: DepthPush, market: StreamMarket, feed: Feed, depth_s: float) -> Ask:
        async def ask() -> None:
            loop = asyncio.get_running_loop()
            due_s, n_bad = 0.0, 0
            while True:
                book = await self._connections.watch(depth.watch, market.symbol, depth.limit)
                feed.hear()
                if loop.time() < due_s:
                    continue
                due_s = loop.time() + depth_s
                try:
                    sample = parse_depth(depth, book, market, self._heard_ms())
                except VenueError as error:
                    # A book is crossed for a moment while ccxt builds it, and for ever once it has missed something.
                    n_bad += 1
                    if n_bad >= _MOST_BAD_BOOKS:
                        raise
                    feed.note_malformed(str(error))
                    continue
                n_bad = 0
                if sample is not None:
                    self._emit(market.symbol, sample)

        return ask

    def _heard_ms(self) -> int:
        """When the frame came that the running subscription has been woken by."""
        asker = ASKER.get()
        known = self._connections.receive_ms
        return max((known[url] for url in (asker.clients if asker else ()) if url in known), default=self._clock_ms())
