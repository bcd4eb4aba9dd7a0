"""The real server in a process of its own, and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import CHROMIUM_ARGUMENTS, browser_environment, find_chromium, serving, settle


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
        _block_workers(browser)
        yield browser
        browser.close()


def _block_workers(browser: Browser) -> None:
    """A service worker stands between page and server, where `page.route` does not see; its own test allows it."""
    for name in ("new_context", "new_page"):
        setattr(browser, name, partial(getattr(browser, name), service_workers="block"))


@pytest.fixture
def open_page(browser: Browser, server: str):
    """Opens the page; fails the test on any script exception, and on any console error but `expected` ones."""
    pages: list[tuple[Page, list[str]]] = []

    def open_it(
        query: str = "", width: int = 1600, height: int = 900, expected: str = "\0", has_touch: bool = False
    ) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=has_touch, color_scheme="dark")
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
