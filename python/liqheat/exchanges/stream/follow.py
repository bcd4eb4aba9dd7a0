"""Follow a venue live: candles, marks, open interest, order books and every liquidation that it pushes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from liqheat.errors import InputError, VenueError
from liqheat.exchanges.rest.client import ExchangeFactory, RetryPolicy, make_exchange
from liqheat.exchanges.rest.reading import look_up
from liqheat.exchanges.stream.feed import Feed, Subscription, keep_asking
from liqheat.exchanges.stream.parse import StreamMarket
from liqheat.exchanges.stream.plan import StreamPlan
from liqheat.exchanges.stream.reader import StreamReader
from liqheat.exchanges.stream.socket import ASKER, Asker, Connections
from liqheat.exchanges.stream.words import explain_failure
from liqheat.records import FeedEvent
from liqheat.units import now_ms, parse_interval_ms
from liqheat.venues import STREAMS, VenueSpec

FEEDS = ("candles", "mark", "open_interest", "depth", "liquidations")
"""What can be followed; a venue may offer less."""

_TIMEOUT_MS = 20_000
_LONGEST_KEEP_ALIVE_S = 15.0
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class StreamPace:
    """Waits of a `VenueStream`, seconds.

    Attributes
    ----------
    poll_s : float
        Between two questions for open interest where it is not pushed.
    stall_s : float
        Silence after which a connection is opened again. Liquidations and order books may be quiet for longer while
        anything else, or the answer to a heartbeat, comes over their connection.
    depth_s : float
        Least time between two order books of a symbol.
    refused_wait_s : float
        To the next attempt where the venue does not serve this location.
    retry : RetryPolicy
        First and longest wait between other attempts; they never end.

    Raises
    ------
    InputError
        When a time is not above 0 and finite.
    """

    poll_s: float = 15.0
    stall_s: float = 60.0
    depth_s: float = 1.0
    refused_wait_s: float = 600.0
    retry: RetryPolicy = field(default_factory=lambda: RetryPolicy(first_wait_s=1.0, longest_wait_s=60.0))

    def __post_init__(self) -> None:
        for name in ("poll_s", "stall_s", "refused_wait_s"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise InputError(name, "must be seconds above 0", value)


class VenueStream:
    """Everything that a venue pushes about some contracts, as events, for as long as `run` runs.

    Parameters
    ----------
    spec : VenueSpec
        The venue's row; what it pushes stands in `STREAMS`.
    symbols : sequence of str
        ccxt unified symbols of the row's contract kind.
    interval : str
        Length of candles.
    on_event : callable
        Takes each `FeedEvent`, on the event loop, in order of arrival, before the next message is read. What it
        raises ends `run`.
    exchange_factory : callable, optional
        Makes the exchange from ccxt's class id, a configuration and ``is_stream``; `make_exchange` by default.
    feeds : collection of str
        Which of `FEEDS` to follow, where the venue offers them.
    pace : StreamPace, optional
        How long it waits for what.
    contract_sizes : mapping, optional
        What one contract of a symbol must be worth: while the venue says another size, nothing is followed.

    Raises
    ------
    InputError
        When nothing of the venue can be followed, or a name or an interval is not valid.
    """

    def __init__(
        self,
        spec: VenueSpec,
        symbols: Sequence[str],
        *,
        interval: str,
        on_event: Callable[[FeedEvent], None],
        exchange_factory: ExchangeFactory | None = None,
        feeds: Collection[str] = FEEDS,
        pace: StreamPace | None = None,
        contract_sizes: Mapping[str, float] | None = None,
    ) -> None:
        stream = STREAMS.get((spec.venue, spec.contract_kind))
        if stream is None:
            offered = ", ".join(sorted({venue for venue, _ in STREAMS}))
            raise InputError("venue", f"must be one that is followed live: {offered}", spec.venue)
        if unknown := set(feeds) - set(FEEDS):
            raise InputError("feeds", f"must be of {', '.join(FEEDS)}", ", ".join(sorted(unknown)))
        if not symbols:
            raise InputError("symbols", "must hold at least one", "none")
        self._spec, self._stream, self._symbols = spec, stream, tuple(dict.fromkeys(symbols))
        self._interval, self._interval_ms = interval, parse_interval_ms(interval)
        self._names = tuple(name for name in stream.feeds if name in feeds)
        self._on_event = on_event
        self._factory = exchange_factory or make_exchange
        self._pace = pace or StreamPace()
        self._contract_sizes = dict(contract_sizes or {})
        self._clock: Callable[[], int] = now_ms
        self._crash: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Follow the venue until cancelled; every failure of the venue becomes a `FeedStatus` and another attempt.

        Raises
        ------
        Exception
            What `on_event` raises.
        """
        loop = asyncio.get_running_loop()
        self._crash = loop.create_future()
        feeds = self._make_feeds()
        reader = StreamReader(self._stream, feeds, self._emit, self._interval_ms, self._pace.stall_s)
        connections = Connections(
            self._make_exchange(),
            reader.take,
            reader.note_unreadable,
            self._clock,
            min(_LONGEST_KEEP_ALIVE_S, self._pace.stall_s / 3),
        )
        work = loop.create_task(self._work(connections, reader, feeds))
        try:
            await asyncio.wait((work, self._crash), return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await connections.close()
        if self._crash.done():
            self._crash.result()
        work.result()

    async def _work(
        self, connections: Connections, reader: StreamReader, feeds: Mapping[tuple[str, str], Feed]
    ) -> None:
        """Find the contracts, then keep all subscriptions."""
        wait_s = 0.0
        while True:
            asker = Asker()
            ASKER.set(asker)
            try:
                markets = await self._load_markets(connections, is_again=wait_s > 0)
                break
            except Exception as error:
                failure = explain_failure(self._spec, error, asker.status)
            for feed in dict.fromkeys(feeds.values()):
                feed.change(failure.state, failure.words)
            retry = self._pace.retry
            wait_s = min(max(2 * wait_s, retry.first_wait_s), retry.longest_wait_s)
            asked_s = self._pace.refused_wait_s if failure.state == "refused" else failure.retry_after_s or 0.0
            await asyncio.sleep(max(wait_s, asked_s))
        reader.follow(self._find_markets(markets, feeds))
        plan = StreamPlan(self._stream, feeds, reader, connections, self._emit, self._clock)
        pace = self._pace
        subscriptions = plan.subscriptions(self._interval, pace.poll_s, pace.depth_s)
        async with asyncio.TaskGroup() as group:
            for subscription in subscriptions:
                group.create_task(keep_asking(subscription, self._spec, connections, pace.retry, pace.refused_wait_s))
            await self._watch_over(subscriptions, connections)

    async def _load_markets(self, connections: Connections, *, is_again: bool) -> Mapping[str, Any]:
        markets = await connections.exchange.load_markets(is_again)
        if not isinstance(markets, dict) or not markets:
            raise VenueError("the list of markets is empty or of an unexpected shape")
        for symbol, expected in self._contract_sizes.items():
            size = look_up(markets.get(symbol) or {}, self._spec.contract_size_at)
            if size != expected:
                raise VenueError(f"the size of one contract of {symbol} was {expected:g} and is {size}")
        return markets

    async def _watch_over(self, subscriptions: Sequence[Subscription], connections: Connections) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(_LOOK_S, self._pace.stall_s / 4))
            for subscription in subscriptions:
                subscription.check(connections, loop.time(), self._pace.stall_s)

    def _make_exchange(self) -> Any:
        config = {
            "enableRateLimit": True,
            "timeout": _TIMEOUT_MS,
            "options": {**self._spec.ccxt_options, **self._stream.ccxt_options},
        }
        return self._factory(self._spec.ccxt_id, config, is_stream=True)

    def _make_feeds(self) -> dict[tuple[str, str], Feed]:
        """Feeds by name and symbol; symbols that come over one subscription share one."""
        feeds: dict[tuple[str, str], Feed] = {}
        for name in self._names:
            liquidations = self._stream.liquidations
            shared = name == "liquidations" and liquidations is not None and liquidations.is_for_all
            groups = [self._symbols] if shared else [(symbol,) for symbol in self._symbols]
            for group in groups:
                feed = Feed(self._spec.venue, name, group, self._publish, self._clock)
                feeds.update({(name, symbol): feed for symbol in group})
        return feeds

    def _find_markets(
        self, markets: Mapping[str, Any], feeds: Mapping[tuple[str, str], Feed]
    ) -> list[tuple[StreamMarket, Mapping[str, Any]]]:
        found: list[tuple[StreamMarket, Mapping[str, Any]]] = []
        for symbol in self._symbols:
            market = markets.get(symbol)
            problem = ""
            if not isinstance(market, dict) or not market.get("swap") or not market.get(self._spec.contract_kind):
                problem = f"{self._spec.venue} lists no {self._spec.contract_kind} perpetual of this name"
            else:
                size = look_up(market, self._spec.contract_size_at)
                if isinstance(size, int | float) and size > 0:
                    found.append((StreamMarket(symbol, self._spec.contract_kind, float(size)), market))
                else:
                    problem = f"{self._spec.venue}: the contract size must be above 0; found {size!r}"
            if problem:
                for feed in {feed for (_, named), feed in feeds.items() if named == symbol}:
                    feed.leave_out(symbol, problem)
        return found

    def _emit(self, symbol: str, payload: Any) -> None:
        self._publish(FeedEvent(self._spec.venue, symbol, payload))

    def _publish(self, event: FeedEvent) -> None:
        """Hand an event over. What the taker raises must not look like a venue's failure, nor be lost in ccxt."""
        try:
            self._on_event(event)
        except Exception as error:
            if self._crash is not None and not self._crash.done():
                self._crash.set_exception(error)
