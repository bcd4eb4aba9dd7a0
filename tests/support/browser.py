"""A headless Chromium, and a server for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.support.paths import ROOT

IS_SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
"""`make soak` takes every size, theme and market; `make test` a part of them that has each once."""

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


def settle(page: Page) -> None:
    """Wait until the page, and every view within it, has painted what the server answered."""
    views = [frame for frame in page.frames if frame.evaluate("window.liqheat !== undefined")]
    if not views:
        page.wait_for_load_state("networkidle")
    for frame in views:
        frame.wait_for_function("() => window.liqheat.isIdle()")
        frame.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        # What is painted may have asked for more.
        frame.wait_for_function("() => window.liqheat.isIdle()")


def choose(page: Page, test_id: str) -> None:
    """Click a control, in the menu that it is in."""
    control = page.get_by_test_id(test_id)
    control.wait_for(state="attached")
    menu = control.evaluate("control => control.closest('[popover]:not(:popover-open)')?.id ?? null")
    if menu is not None:
        page.locator(f'[popovertarget="{menu}"]').first.click()
    control.click()
    if menu is not None:
        page.keyboard.press("Escape")
