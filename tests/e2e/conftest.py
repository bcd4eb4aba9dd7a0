"""The real server in a process of its own, and a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_environment() -> dict[str, str | float | bool]:
    """Environment in which Chromium leaves its settings and crash reports inside the checkout."""
    folder = ROOT / ".cache" / "chromium"
    return {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}


def find_chromium() -> str:
    """Path of a Chromium; `make browser` installs one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    pytest.fail("the browser tests need Chromium: run `make browser`")


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """Address of `liqheat serve` in a process of its own."""
    command = [sys.executable, "-u", "-c", "from liqheat.cli import main; main()", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                yield found[0]
                break
        else:
            pytest.fail("the server did not start:\n" + "".join(lines))
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a server of the simulated market."""
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS, env=browser_environment()
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, server: str):
    """Opens the page; fails the test on any script exception, and on any console error but `expected` ones."""
    pages: list[tuple[Page, list[str]]] = []

    def open_it(
        query: str = "", width: int = 1600, height: int = 900, expected: str = "\0", has_touch: bool = False
    ) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=has_touch)
        faults: list[str] = []

        def is_fault(message):
            return message.type == "error" and expected not in message.text

        page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        pages.append((page, faults))
        page.set_default_timeout(20_000)
        page.goto(f"{server}/{query}")
        page.wait_for_function("() => window.liqheat !== undefined")
        page.evaluate("window.liqheat.ready")
        settle(page)
        return page

    yield open_it
    for page, faults in pages:
        page.close()
        assert not faults


def settle(page: Page) -> None:
    """Wait until the page has painted what it knows."""
    page.wait_for_load_state("networkidle")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
