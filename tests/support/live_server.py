"""`liqheat serve --live` in a process of its own, against venues on this machine."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest


class LiveServer:
    """A server that can be killed and started again at the same address, with the same history.

    Parameters
    ----------
    folder : Path
        Where its history is kept, and what it says.
    venue_url : str
        Address of all its venues.
    arguments : sequence of str
        Further ones of the command.
    """

    SYMBOL = "BTC/USDT:USDT"

    def __init__(self, folder: Path, venue_url: str, arguments: Sequence[str] = ()) -> None:
        self._folder = folder
        self._arguments = list(arguments)
        for venue in ("binance", "bybit", "okx", "hyperliquid"):
            self._arguments += ["--venue-url", f"{venue}={venue_url}"]
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._port = 0
        self.said: list[str] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, timeout_s: float = 30.0) -> LiveServer:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-u", "-c", "from liqheat.cli import main; main()", "serve", "--live", self.SYMBOL]
        command += ["--store", str(self._folder / "store"), "--port", str(self._port), *self._arguments]
        environment = {**os.environ, "LIQHEAT_CACHE_DIR": str(self._folder / "cache")}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self._process = process
        ports: queue.Queue[int] = queue.Queue()

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                self.said.append(line)
                found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
                if found:
                    ports.put(int(found[1]))

        self._listener = threading.Thread(target=listen, daemon=True)
        self._listener.start()
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            try:
                self._port = ports.get(timeout=0.2)
            except queue.Empty:
                if process.poll() is not None:
                    break
            else:
                return self
        self.stop()
        pytest.fail("the server did not start:\n" + "".join(self.said))

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._clean_up()

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self._process is not None:
            self._process.terminate()
            self._clean_up()

    def _clean_up(self) -> None:
        process, self._process = self._process, None
        assert process is not None and process.stdout is not None
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
            pytest.fail("the server did not stop:\n" + "".join(self.said[-20:]))
        finally:
            if self._listener is not None:
                self._listener.join(timeout=5)
            process.stdout.close()
