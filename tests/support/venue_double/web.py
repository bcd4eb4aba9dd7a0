"""An aiohttp server on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

Result = TypeVar("Result")


class ServerThread:
    """Serves one handler on a free port of 127.0.0.1.

    Parameters
    ----------
    handle : callable
        Takes a request, gives a response.
    background : callable, optional
        Runs beside it until the end.
    at_end : callable, optional
        Runs before the server stops.
    """

    def __init__(
        self,
        handle: Callable[[web.Request], Awaitable[web.StreamResponse]],
        background: Callable[[], Coroutine[Any, Any, None]] | None = None,
        at_end: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self._handle, self._background, self._at_end = handle, background, at_end
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="venue double")
        self.port = 0

    def start(self) -> None:
        """Serve; returns once the port is open."""
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the venue double did not start")

    def stop(self) -> None:
        """End all connections and the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    def call(self, function: Callable[[], Result]) -> Result:
        """Run a function on the server's thread, wait for what it returns."""

        async def run() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())

    async def _serve(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        background = None if self._background is None else asyncio.create_task(self._background())
        self._ready.set()
        await self._stop.wait()
        if background is not None:
            background.cancel()
            await asyncio.gather(background, return_exceptions=True)
        if self._at_end is not None:
            await self._at_end()
        await runner.cleanup()
