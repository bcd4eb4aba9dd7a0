"""The page on markets that move: real server, real browser, venues on this machine with their rate limits."""

from __future__ import annotations

import io
import json
import re
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import settle
from tests.support.live_server import LiveServer
from tests.support.venue_double import Fault, RunningMarket, VenueDouble

VENUES = {"binanceusdm": "Binance", "bybit": "Bybit", "okx": "OKX"}
HISTORY_DAYS = 2
SPEED = 2
"""Bars of a minute close twice a minute."""
PUSHES = 36
BUBBLE_COLOURS = np.array([[109, 181, 255], [255, 159, 67]])

LAST = """() => {
  const {series, heatmap} = window.liqheat;
  const bar = series.data().at(-1), grid = heatmap.grid;
  const column = grid.columns - 1, values = [];
  for (let row = 0; row < grid.buckets; row++) values.push(grid.valueOf(row, column));
  const endMs = grid.startMs + grid.columns * grid.stepMs;
  return {time: bar.time, close: bar.close, endMs, columns: grid.columns, values};
}"""
MAP = """() => {
  const {grid} = window.liqheat.heatmap, column = Math.floor(grid.columns / 2);
  return Array.from({length: grid.buckets}, (_, row) => grid.valueOf(row, column));
}"""
RANGE = "() => window.liqheat.chart.timeScale().getVisibleRange()"
# A row of the tape is noted when it has been painted: the frame after the one that is being made.
WATCH_TAPE = """() => {
  window.painted = {};
  const rows = document.querySelector('[data-testid="tape-rows"]');
  const look = () => {
    const prices = [...rows.children].map(row => row.children[2]?.textContent.slice(2));
    const found = prices.filter(price => price && !(price in window.painted));
    for (const price of found) window.painted[price] = 0;
    if (found.length) requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const price of found) window.painted[price] = Date.now();
    }));
  };
  new MutationObserver(look).observe(rows, {childList: true, subtree: true});
}"""
WHERE = """({timeMs, price}) => {
  const {chart, series} = window.liqheat;
  const box = chart.panes()[0].getHTMLElement().querySelectorAll('td')[1].getBoundingClientRect();
  const scale = chart.timeScale(), bar = series.data().at(-1);
  return {x: scale.timeToCoordinate(bar.time), y: series.priceToCoordinate(price), left: box.left, top: box.top};
}"""


class UnevenMarket(RunningMarket):
    """One in which venues differ in what share of their open interest they trade."""

    def _make_base(self, venue: str):
        columns = super()._make_base(venue)
        return replace(columns, volume=columns.volume * 3) if venue == "okx" else columns


@dataclass
class World:
    """What all tests of this file share: one server, one page that was opened before there was anything to show."""

    double: VenueDouble
    server: LiveServer
    browser: Browser
    page: Page
    faults: list[str] = field(default_factory=list)
    seen: list[tuple[float, str, dict[str, tuple[str, str]]]] = field(default_factory=list)
    seconds_to_heat: float = 0.0

    def open(self, query: str = "", server: LiveServer | None = None, width: int = 1440, height: int = 900) -> Page:
        """Open another page; what goes wrong in it is noted."""
        page = self.browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark")
        page.on("console", lambda message: message.type == "error" and self.faults.append(message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(f"{(server or self.server).url}/{query}")
        page.wait_for_function("() => window.liqheat !== undefined")
        return page

    def price(self) -> float:
        """What is paid now."""
        return float(self.double.view("binanceusdm").quote().last)


def chips(page: Page) -> dict[str, tuple[str, str]]:
    """State and words of every venue's chip."""
    found = page.locator(".venue-chip").all()
    return {
        chip.get_attribute("data-testid").removeprefix("venue-"): (chip.get_attribute("data-state"), chip.inner_text())
        for chip in found
    }


def wait_until(page: Page, condition, timeout_s: float = 20.0) -> None:
    """Wait for something that the page alone does not know."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(50)


def fetch(url: str):
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  our own server
        return json.load(answer)


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    market = UnevenMarket(history_days=HISTORY_DAYS + 1, future_days=1, speed=SPEED)
    with VenueDouble(market, rate_limits=True, latency_s=0.1) as double:
        arguments = ["--venues", "binance,bybit,okx", "--interval", "1m", "--days", str(HISTORY_DAYS)]
        arguments += ["--track", "binance,bybit,okx,hyperliquid"]
        server = LiveServer(tmp_path_factory.mktemp("live"), double.base_url, arguments).start()
        began = time.monotonic()
        world = World(double, server, browser, None)  # type: ignore[arg-type]
        try:
            page = world.page = world.open()
            page.evaluate("window.isReady = false; void window.liqheat.ready.then(() => { window.isReady = true; })")
            while not page.evaluate("window.isReady"):
                world.seen.append((time.monotonic() - began, page.locator("#status").inner_text(), chips(page)))
                assert time.monotonic() - began < 60, world.seen[-1]
                page.wait_for_timeout(50)
            world.seconds_to_heat = time.monotonic() - began
            yield world
        finally:
            server.stop()
    assert not double.unknown_paths


@pytest.fixture(autouse=True)
def no_console_errors(world: World) -> Iterator[None]:
    """Whatever a page complains about fails the test in which it does."""
    world.faults.clear()
    yield
    assert not world.faults


def test_the_page_that_was_opened_too_early_says_what_it_waits_for_and_then_draws(world):
    words = [words for _, words, _ in world.seen]
    assert any("Connecting to the venues" in text or "Fetching" in text for text in words), words
    states = {state for _, _, found in world.seen for state, _ in found.values()}
    assert states & {"waiting", "backfilling"}
    assert any("%" in text for _, _, found in world.seen for _, text in found.values())
    assert not any("undefined" in text or "NaN" in text for text in words)
    print(f"\nfirst heat after {world.seconds_to_heat:.1f} s")
    assert world.seconds_to_heat < 60
    assert not world.page.evaluate("window.liqheat.heatmap.grid.isEmpty")
    # Drawn without a reload: the page is the one that was opened.
    assert world.page.evaluate("window.isReady")
    assert world.page.evaluate("performance.getEntriesByType('navigation').length") == 1
    assert "Binance" in world.page.locator(".headline-title").inner_text()


def test_every_venue_has_a_chip_with_state_and_capture_rule(world):
    page = world.page
    wait_until(page, lambda: all(state == "live" for state, _ in chips(page).values()), 40)
    assert {venue: text.split("\n")[0] for venue, (_, text) in chips(page).items()} == VENUES
    for venue, rule in (
        ("binanceusdm", "largest per second"),
        ("bybit", "complete"),
        ("okx", "one order per contract"),
    ):
        page.get_by_test_id(f"venue-{venue}").click()
        detail = page.get_by_test_id("venue-detail").inner_text()
        assert rule in detail
        assert "candles: live" in detail and "liquidations: live" in detail
        assert "ago" not in detail, "what is live has no age to worry about"
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stream-state")).to_have_text("Live")


def test_the_open_candle_and_its_column_move(world):
    page = world.page
    page.wait_for_function(
        """() => {
          const {series, heatmap: {grid}} = window.liqheat;
          return series.data().at(-1).time * 1000 + 1 > grid.startMs + grid.columns * grid.stepMs - 3.7e6;
        }"""
    )
    before = page.evaluate(LAST)
    moved = set()

    def has_moved():
        now = page.evaluate(LAST)
        if now["close"] != before["close"]:
            moved.add("candle")
        if now["endMs"] != before["endMs"] or now["values"] != before["values"]:
            moved.add("column")
        return len(moved) == 2

    wait_until(page, has_moved, 15)
    now = page.evaluate(LAST)
    assert now["time"] * 1000 < now["endMs"], "the open candle has a column under it"
    assert max(now["values"]) > 0
    close = float(page.locator(".headline-figures").inner_text().split("C")[1].split()[0].replace(",", ""))
    assert close == pytest.approx(world.price(), rel=2e-3)
    assert (
        "closes in" in page.get_by_test_id("bar-countdown").inner_text()
        or "bar is open" in page.get_by_test_id("bar-countdown").inner_text()
    )


def test_a_pushed_liquidation_is_on_the_tape_and_a_circle(world):
    """The goal is half a second from push to pixel. What gates is the path: by the stream, nothing is asked for."""
    page = world.open("?venue=all")
    page.evaluate("window.liqheat.ready")
    settle_live(page)
    page.evaluate(WATCH_TAPE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    price = world.price()
    pushed: dict[str, float] = {}
    for number in range(PUSHES):
        venue = list(VENUES)[number % 3]
        at = round(price * (1 + 0.0004 * (number - PUSHES / 2) / PUSHES), 1) + number * 0.1
        began = time.time() * 1000
        due = world.double.push_liquidations(venue, [(None, number % 2 == 0, at, 1.0 + number / 10)])
        pushed[f"{due[0].price:,.1f}"] = began
        page.wait_for_timeout(130)
    assert len(pushed) == PUSHES
    wait_until(page, lambda: all(page.evaluate("window.painted").get(price, 0) for price in pushed), 10)
    painted = page.evaluate("window.painted")
    latencies = sorted(painted[price] - began for price, began in pushed.items())
    p95 = latencies[int(0.95 * (len(latencies) - 1) + 0.5)]
    print(f"\npush to pixel, {len(latencies)} times: median {statistics.median(latencies):.0f} ms, p95 {p95:.0f} ms")
    assert min(latencies) > 0
    # The tape asks for what was before it, once for each stream it opens. A page that polled would paint as often as it
    # asks, and no more.
    assert len(set(painted.values())) > 4 * sum("liquidations" in url for url in asked)
    assert len(set(painted.values())) > 4

    row = page.get_by_test_id("tape-rows").locator("tr").first
    venue, text, usd = (
        list(VENUES.values())[(PUSHES - 1) % 3],
        list(pushed)[-1],
        row.locator(".tape-value").inner_text(),
    )
    assert venue in row.inner_text() and f"▲ {text}" in row.inner_text()
    quantity = 1.0 + (PUSHES - 1) / 10
    assert float(usd[1:-1]) * 1e3 == pytest.approx(quantity * float(text.replace(",", "")), rel=0.01)
    assert "short position liquidated" in row.get_attribute("title")
    at = page.evaluate(WHERE, {"timeMs": 0, "price": price})
    found = page.evaluate("({x, y}) => window.liqheat.bubbles.bubbleAtPoint(x, y)?.events.length ?? 0", at)
    assert found > 0
    # A pixel near its rim, clear of the mark in the middle.
    picture = np.array(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    x, y = round(at["left"] + at["x"]), round(at["top"] + at["y"])
    patch = picture[y - 12 : y + 13, x - 12 : x + 13].reshape(-1, 1, 3)
    assert (np.abs(patch - BUBBLE_COLOURS).sum(axis=2).min(axis=1) < 140).sum() > 20
    page.close()


def settle_live(page: Page) -> None:
    """Wait until the stream is open and the last map is painted; the network is never idle."""
    expect(page.get_by_test_id("stream-state")).to_have_text("Live")
    page.wait_for_timeout(300)


def test_two_venues_of_three_are_added_up(world):
    symbols = f"{world.server.url}/api/v1/symbols"
    wait_until(world.page, lambda: any(len(one.get("venues", ())) == 3 for one in fetch(symbols)["markets"]), 60)
    page = world.open("?venue=binanceusdm&type=venue&range=12h&interval=5m")
    page.evaluate("window.liqheat.ready")
    page.get_by_test_id("venue-pick-bybit").click()
    expect(page.locator(".headline-title")).to_contain_text("Binance + Bybit")
    assert "venue=binanceusdm,bybit" in page.url
    page.close()


def test_all_venues_are_one_map_with_weights_coverage_and_another_currency(world):
    page = world.open("?venue=all&range=12h&interval=5m")
    page.evaluate("window.liqheat.ready")
    settle_live(page)
    assert "All venues" in page.locator(".headline-title").inner_text()
    maps = {}
    for weights in ("open_interest", "equal", "volume"):
        with (
            page.expect_response(
                lambda answer, name=weights: f"weights={name}" in answer.url and "heatmap.bin" in answer.url
            )
            if weights != "open_interest"
            else nullcontext()
        ):
            page.get_by_test_id("weights").select_option(weights)
        page.wait_for_timeout(300)
        maps[weights] = np.array(page.evaluate(MAP))
    for one, other in (("open_interest", "equal"), ("open_interest", "volume"), ("equal", "volume")):
        assert np.abs(maps[one] - maps[other]).sum() > 1e-3 * maps[one].sum()
    # Sizes of the venues in the double: 1, 0.48, 0.3, and 0.25 for the one that is not drawn. The first figure may rest
    # on a venue whose open interest has not been polled yet.
    expect(page.get_by_test_id("coverage")).to_have_text(
        re.compile(r"Covers 8[678](\.\d+)? .*Hyperliquid"), timeout=30_000
    )

    near = page.locator(".side").inner_text()
    page.get_by_test_id("currency").select_option("AED")
    assert "AED" in page.get_by_test_id("legend").inner_text() and "AED" not in near
    page.get_by_test_id("currency").select_option("USD")
    assert "AED" not in page.locator(".side").inner_text()
    page.close()


def test_a_bar_that_closes_is_a_column_and_the_view_stays(world):
    page = world.open("?range=12h&interval=1m")
    page.evaluate("window.liqheat.ready")
    settle_live(page)
    # Zoomed and panned to where neither end is in view.
    for key in ("+", "+", "+", "+", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        settle(page)
    page.wait_for_timeout(400)
    before, last = page.evaluate(RANGE), page.evaluate(LAST)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "heatmap.bin" in request.url else None)
    page.wait_for_function("time => window.liqheat.series.data().at(-1).time > time", arg=last["time"], timeout=40_000)
    closed = page.evaluate(
        """time => {
      const {series, heatmap} = window.liqheat;
      const column = heatmap.grid.columnAt(time * 1000);
      let total = 0;
      for (let row = 0; row < heatmap.grid.buckets; row++) total += heatmap.grid.valueOf(row, column);
      return {column, total, later: series.data().filter(bar => bar.time > time).length};
    }""",
        last["time"],
    )
    assert closed["column"] >= 0 and closed["total"] > 0 and closed["later"] >= 1
    page.wait_for_timeout(4000)
    assert page.evaluate(RANGE) == before
    later = page.evaluate(LAST)
    assert later["time"] > last["time"] and later["endMs"] > last["endMs"]
    assert len(asked) <= 6, "a page that has all pieces asks for the map once a bar"
    page.close()


def test_bad_link_parameters_are_named_and_the_rest_is_followed(world):
    page = world.open("?venue=nowhere&side=up&range=12h&colour=red")
    page.evaluate("window.liqheat.ready")
    problem = page.get_by_test_id("link-problem").inner_text()
    for words in ("nowhere", "side=up must be one of", "colour is not a parameter", "has it of binanceusdm"):
        assert words in problem
    assert page.get_by_test_id("range-12h").get_attribute("aria-pressed") == "true"
    page.close()


def test_a_cut_stream_is_said_and_comes_back(world):
    page = world.page
    page.evaluate(WATCH_TAPE)
    price = world.price()
    world.server.kill()
    expect(page.get_by_test_id("stream-state")).to_contain_text("lost", timeout=5000)
    assert page.get_by_label("Venues, as last known").count() == 1
    world.server.start()
    expect(page.get_by_test_id("stream-state")).to_have_text("Live", timeout=20_000)
    wait_until(page, lambda: all(state == "live" for state, _ in chips(page).values()), 30)
    assert page.get_by_test_id("error-banner").is_hidden()
    before = page.evaluate(LAST)
    wait_until(page, lambda: page.evaluate(LAST)["close"] != before["close"], 15)
    world.double.wait_subscribed("binanceusdm", "forceOrder")
    due = world.double.push_liquidations("binanceusdm", [(None, True, price, 2.0)])
    wait_until(page, lambda: page.evaluate("window.painted").get(f"{due[0].price:,.1f}", 0) > 0)
    # The browser says so, too, when a server is gone.
    assert all("Failed to load resource" in fault or "ERR_" in fault for fault in world.faults), world.faults
    world.faults.clear()


def test_a_venue_that_refuses_this_place_is_named_and_the_others_go_on(world, tmp_path):
    with VenueDouble(RunningMarket(history_days=HISTORY_DAYS + 1, future_days=1), rate_limits=True) as double:
        double.misbehave(Fault.region_refused("/fapi"))
        server = LiveServer(tmp_path, double.base_url, ["--venues", "binance,bybit", "--interval", "5m", "--days", "2"])
        try:
            page = world.open(server=server.start())
            page.evaluate("window.liqheat.ready")
            assert "Bybit" in page.locator(".headline-title").inner_text()
            assert chips(page)["binanceusdm"][0] == "refused"
            notice = page.get_by_test_id("venue-refused")
            expect(notice).to_contain_text("Binance does not serve this location")
            expect(notice.get_by_test_id("offer-bybit")).to_be_visible()
            expect(notice).to_contain_text("OKX")
            assert "{" not in notice.inner_text()
            wait_until(page, lambda: chips(page)["bybit"][0] == "live")
            page.close()
        finally:
            server.stop()
