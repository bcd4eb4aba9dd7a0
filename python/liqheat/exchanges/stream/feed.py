"""One feed of a venue: its state, when it was last heard, and the subscription that brings it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from liqheat.errors import VenueError
from liqheat.exchanges.rest.client import RetryPolicy
from liqheat.exchanges.stream.socket import ASKER, Asker, Connections, SilentConnectionError
from liqheat.exchanges.stream.words import Failure, explain_failure
from liqheat.records import FeedEvent, FeedState, FeedStatus
from liqheat.venues import VenueSpec

Publish = Callable[[FeedEvent], None]
_LONG_MESSAGE = 100
_MOST_BOOK_GAPS = 3


class Feed:
    """How one kind of data of one or several contracts is doing; every change is published.

    Parameters
    ----------
    venue, name : str
        Venue id; ``candles``, ``mark``, …
    symbols : sequence of str
        Contracts that share the feed.
    publish : callable
        Takes the events.
    clock_ms : callable
        UTC milliseconds.
    """

    def __init__(
        self, venue: str, name: str, symbols: Sequence[str], publish: Publish, clock_ms: Callable[[], int]
    ) -> None:
        self.venue, self.name, self.symbols = venue, name, tuple(symbols)
        self.state: FeedState = "waiting"
        self.detail = ""
        self.heard_s: float | None = None
        self._publish_event, self._clock_ms = publish, clock_ms
        self._since_ms = clock_ms()
        self._n_malformed, self._n_told, self._malformed = 0, 0, ""
        self._publish()

    def change(self, state: FeedState, detail: str = "") -> None:
        """Take on a state; the beginning of a state is kept while only the detail changes."""
        if (state, detail) == (self.state, self.detail):
            return
        if state != self.state:
            self._since_ms = self._clock_ms()
        self.state, self.detail = state, detail
        self._publish()

    def hear(self) -> None:
        """Note that something came."""
        self.heard_s = asyncio.get_running_loop().time()
        if self.state != "live":
            self.change("live")

    def leave_out(self, symbol: str, problem: str) -> None:
        """Say that a contract cannot be followed, and drop it from the feed."""
        self.symbols = tuple(other for other in self.symbols if other != symbol)
        status = FeedStatus(self.venue, symbol, self.name, "failed", problem, self._clock_ms())
        self._publish_event(FeedEvent(self.venue, symbol, status))

    def note_malformed(self, words: str) -> None:
        """Count what could not be read; `tell_malformed` says it, not at every message."""
        self._n_malformed += 1
        self._malformed = words if len(words) <= _LONG_MESSAGE else f"{words[: _LONG_MESSAGE - 3]}..."

    def tell_malformed(self) -> None:
        """Publish the count where it has grown."""
        if self._n_malformed > self._n_told and self.state == "live":
            self._n_told = self._n_malformed
            self.change("live", f"{self._n_malformed} could not be read and were left out; the last: {self._malformed}")

    def _publish(self) -> None:
        for symbol in self.symbols:
            status = FeedStatus(self.venue, symbol, self.name, self.state, self.detail, self._since_ms)
            self._publish_event(FeedEvent(self.venue, symbol, status))


@dataclass
class Subscription:
    """What is asked of the venue once, and again whenever it breaks.

    Attributes
    ----------
    feeds : list of Feed
        The first decides whether the subscription is silent.
    ask : callable
        Subscribes and goes on for as long as that lasts; every end is a failure.
    is_often_quiet : bool
        Silence is no sign of trouble while anything comes over the same connection.
    is_poll : bool
        Nothing is pushed.
    """

    feeds: list[Feed]
    ask: Callable[[], Awaitable[None]]
    is_often_quiet: bool = False
    is_poll: bool = False
    asker: Asker = field(default_factory=Asker)
    asked_s: float | None = None

    def fail(self, failure: Failure) -> None:
        """Tell all feeds of a failure; what silenced a connection is told by the feed that noticed."""
        for feed in self.feeds:
            if not (feed.state == "stale" and failure.is_silence):
                feed.change(failure.state, failure.words)

    def heard_s(self, connections: Connections) -> float | None:
        """When something came last that proves the subscription alive; None where nothing has, since it was asked."""
        if self.asked_s is None:
            return None
        heard = [feed.heard_s for feed in self.feeds[:1]]
        if self.is_often_quiet:
            heard += [connections.heard_s.get(url) for url in self.asker.clients]
        return max((moment for moment in heard if moment is not None and moment > self.asked_s), default=None)

    def check(self, connections: Connections, now_s: float, stall_s: float) -> None:
        """Notice what happens without an event: a quiet feed that lives, and one that has gone silent."""
        for feed in self.feeds:
            feed.tell_malformed()
        if self.is_poll or self.asked_s is None:
            return
        heard_s = self.heard_s(connections)
        if heard_s is not None and self.is_often_quiet and self.feeds[0].state != "live":
            self.feeds[0].change("live")
        if now_s - (self.asked_s if heard_s is None else heard_s) > stall_s:
            self.asked_s = None
            words = f"nothing came for {stall_s:g} s: the connection is opened again"
            self.fail(Failure("stale", words))
            for client in list(self.asker.clients.values()):
                connections.drop(client, SilentConnectionError(f"{self.feeds[0].name}: {words}"))


async def keep_asking(
    subscription: Subscription,
    spec: VenueSpec,
    connections: Connections,
    retry: RetryPolicy,
    refused_wait_s: float,
) -> None:
    """Ask, and ask again after every failure, later and later: until cancelled."""
    loop = asyncio.get_running_loop()
    wait_s, n_book_gaps = 0.0, 0
    while True:
        subscription.asker = Asker()
        ASKER.set(subscription.asker)
        began_s = subscription.asked_s = loop.time()
        try:
            await subscription.ask()
            failure = Failure("failed", f"{spec.venue} ended the subscription")
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # ccxt cancels what waits on a connection that it closes.
            failure = explain_failure(spec, error, 0)
        except Exception as error:
            failure = explain_failure(spec, error, subscription.asker.status if subscription.is_poll else 0)
        was_heard = subscription.heard_s(connections) is not None
        subscription.asked_s = None
        subscription.fail(failure)
        n_book_gaps = n_book_gaps + 1 if failure.is_book_gap else 0
        if not failure.is_book_gap or n_book_gaps >= _MOST_BOOK_GAPS:
            # ccxt would take the subscription for granted on a connection that is still there.
            for client in list(subscription.asker.clients.values()):
                connections.drop(client, VenueError(f"{failure.words}; the connection is opened again"))
        if failure.state == "refused":
            await asyncio.sleep(refused_wait_s)
            continue
        if failure.retry_after_s is not None:
            await asyncio.sleep(min(failure.retry_after_s, retry.longest_retry_after_s))
            continue
        # It lasted longer than the wait before it: a new trouble, not the old one.
        is_new = was_heard and loop.time() - began_s > wait_s
        wait_s = retry.first_wait_s if is_new or not wait_s else min(2 * wait_s, retry.longest_wait_s)
        await asyncio.sleep(wait_s + random.uniform(0, retry.first_wait_s))  # noqa: S311 - jitter
