"""The connections of a ccxt.pro exchange, tapped where frames arrive: before ccxt reads, keeps or loses anything.

ccxt's receive loop ends for good when a message cannot be read, and hands on at most one event for each await; its own
handlers are therefore only used for what they are good at: subscriptions, heartbeats and order books.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from liqheat.errors import VenueError

_CLOSE_S = 1.0
BOOK_GAPS = frozenset({"ChecksumError", "InvalidNonce"})
"""ccxt's names of what is mended by asking for an order book again."""


class SilentConnectionError(VenueError):
    """A connection on which nothing came any more, closed by us so that it is opened again."""


@dataclass(slots=True)
class Asker:
    """What one subscription has touched: connections, and the last answer over HTTP.

    Attributes
    ----------
    clients : dict
        ccxt's connections by address.
    status : int
        Of the last answer over HTTP; 0 before there is one.
    """

    clients: dict[str, Any] = field(default_factory=dict)
    status: int = 0


ASKER: ContextVar[Asker | None] = ContextVar("ASKER", default=None)
"""The subscription on whose behalf the running task asks ccxt for something."""


class Connections:
    """A ccxt.pro exchange with taps on its connections.

    Parameters
    ----------
    exchange : ccxt.pro exchange
        Its methods are replaced on this instance only.
    take : callable
        Takes a message and the time of its arrival; tells whether it was meant for it, and ccxt must not see it.
    on_malformed : callable
        Takes address and words: a frame that cannot be read. The connection goes on.
    clock_ms : callable
        UTC milliseconds.
    keep_alive_s : float
        Time between heartbeats. A connection that leaves two unanswered is given up.
    """

    def __init__(
        self,
        exchange: Any,
        take: Callable[[object, int], bool],
        on_malformed: Callable[[str, str], None],
        clock_ms: Callable[[], int],
        keep_alive_s: float,
    ) -> None:
        self.exchange = exchange
        self.receive_ms: dict[str, int] = {}
        """When the last frame of each address came, UTC milliseconds."""
        self.heard_s: dict[str, float] = {}
        """The same on the event loop's clock."""
        self._take = take
        self._on_malformed = on_malformed
        self._clock_ms = clock_ms
        self._closing: set[asyncio.Task[Any]] = set()
        self._make_client = exchange.client
        exchange.client = self._client
        exchange.on_rest_response = _keep_status
        exchange.streaming = {**exchange.streaming, "keepAlive": max(int(keep_alive_s * 1000), 1)}

    async def watch(self, method: str, *arguments: object) -> Any:
        """Call a watch method without ccxt's own wait before a connection is opened: ours is enough.

        Its wait outlives everything: a task that sleeps, then opens a connection that nobody wants any more.
        """
        self.exchange.ws_dial_backoff = {}
        return await getattr(self.exchange, method)(*arguments)

    def drop(self, client: Any, error: Exception) -> None:
        """Give up a connection, unless that has happened: whoever waits on it gets the error."""
        url, clients = client.url, self._clients()
        if url not in clients or clients[url] is not client:
            return
        del self.exchange.clients[url]
        client.error = error  # or its end would take a successor at the same address for itself
        client.reject(error)
        task = asyncio.get_running_loop().create_task(client.aiohttp_close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close everything; nothing is left running."""
        for client in self._clients().values():
            client.error = client.error or VenueError("closed")
        await self.exchange.close()
        while self._closing:
            await asyncio.wait(self._closing)

    def _clients(self) -> dict[str, Any]:
        clients: dict[str, Any] = self.exchange.clients or {}
        return clients

    def _client(self, url: str) -> Any:
        is_new = url not in self._clients()
        client = self._make_client(url)
        if is_new:
            self._tap(client)
        asker = ASKER.get()
        if asker is not None:
            asker.clients[url] = client
        return client

    def _tap(self, client: Any) -> None:
        url, read_frame = client.url, client.handle_message

        def read(frame: Any) -> None:
            self.receive_ms[url] = self._clock_ms()
            self.heard_s[url] = asyncio.get_running_loop().time()
            try:
                read_frame(frame)
            except Exception as error:
                self._on_malformed(url, f"{type(error).__name__}: {error}")

        def pass_on(sender: Any, message: object) -> None:
            if self._take(message, self.receive_ms[url]):
                return
            self.exchange.handle_message(sender, message)
            # Binance's refusal of a subscription is filed under a name that nobody waits for.
            for error in list(sender.rejections.values()):
                if type(error).__name__ not in BOOK_GAPS:
                    self.drop(sender, error)

        def forget(sender: Any, _code: object) -> None:
            if self._clients().get(url) is sender:
                del self.exchange.clients[url]

        async def close() -> None:
            task = asyncio.current_task()
            if task is not None:
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
            if client.ping_looper:
                client.ping_looper.cancel()
            if client.connection is not None and not client.connection.closed:
                # A peer that has gone silent would be waited for, for ten seconds.
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(client.connection.close(), _CLOSE_S)

        client.handle_message = read
        client.on_message_callback = pass_on
        client.on_close_callback = forget
        client.aiohttp_close = close


def _keep_status(
    code: int,
    _reason: str,
    _url: str,
    _method: str,
    _headers: object,
    body: str,
    _request_headers: object,
    _request_body: object,
) -> str:
    asker = ASKER.get()
    if asker is not None:
        asker.status = code
    return body.strip()
