"""The `liqheat` command as a process of its own, against a double on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from typer.testing import CliRunner

from liqheat.cli import app
from liqheat.errors import LiqheatError
from tests.support.live import wait_for
from tests.support.venue_double import VenueDouble

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("binance", "bybit", "okx", "hyperliquid")


def command(double: VenueDouble | str, *arguments: str, store: Path) -> list[str]:
    """The command line, every venue sent to the double."""
    given = " ".join(arguments)
    base = double if isinstance(double, str) else double.base_url
    urls = [part for name in NAMES if f"{name}=" not in given for part in ("--venue-url", f"{name}={base}")]
    return [sys.executable, "-c", "from liqheat.cli import main; main()", *arguments, *urls, "--store", str(store)]


def environment(**more: str) -> dict[str, str]:
    """With this checkout's package, unbuffered and in wide lines."""
    path = os.pathsep.join(part for part in (str(ROOT / "python"), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "300", "NO_COLOR": "1", **more}


def run(double: VenueDouble | str, *arguments: str, store: Path, timeout_s: float = 60) -> subprocess.CompletedProcess:
    """Run a command to its end."""
    return subprocess.run(
        command(double, *arguments, store=store),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env=environment(),
        check=False,
    )


def run_here(double: VenueDouble | str, *arguments: str, store: Path) -> subprocess.CompletedProcess:
    """As `run`, within this process: what starting one costs is paid once."""
    parts = command(double, *arguments, store=store)[3:]
    result = CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"}).invoke(app, parts)
    code = 2 if isinstance(result.exception, LiqheatError) else result.exit_code
    words = str(result.exception) if code == 2 else ""
    return subprocess.CompletedProcess(parts, code, result.output, words)


class Process:
    """A command that goes on until it is told to end; what it prints is kept."""

    def __init__(self, double: VenueDouble | str, *arguments: str, store: Path) -> None:
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            command(double, *arguments, store=store),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_text(self, pattern: str, timeout_s: float = 30.0) -> re.Match[str]:
        """Wait until it has printed something."""
        try:
            found: re.Match[str] = wait_for(lambda: re.search(pattern, self.text), f"the words {pattern!r}", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n{self.text[-3000:]}") from None
        return found

    def end(self, how: int = signal.SIGTERM, timeout_s: float = 30.0) -> int:
        """Send a signal, wait; the exit code."""
        self._process.send_signal(how)
        code = self._process.wait(timeout_s)
        self._reader.join(5)
        return code

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


class Page:
    """What a browser would ask of a server."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of an answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/{path}", timeout=20) as answer:  # noqa: S310
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    def json(self, path: str) -> Any:
        """An answer that is JSON."""
        return json.loads(self.get(path)[1])
