"""Lines, ranges and measures on the chart: placed, dragged, kept by symbol, removed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import settle
from tests.support.chart import PANE

SEEN = "() => window.liqheat.chart.timeScale().getVisibleLogicalRange()"
PRICE_AT = "y => window.liqheat.series.coordinateToPrice(y)"


def point(page, across, down):
    """A place of the pane, beside the margin, in pixels of the page."""
    pane = page.evaluate(PANE)
    return pane["left"] + across * (pane["width"] - pane["margin"]), pane["top"] + down * pane["height"]


def drawn(page):
    page.get_by_test_id("draw-menu").click()
    texts = page.get_by_test_id("drawn").locator("li").all_inner_texts()
    page.keyboard.press("Escape")
    return texts


def test_a_line_is_placed_dragged_kept_and_removed(open_page):
    page = open_page()
    seen = page.evaluate(SEEN)
    page.keyboard.press("d")
    x, y = point(page, 0.3, 0.4)
    page.mouse.click(x, y)
    top = page.evaluate(PANE)["top"]
    price = page.evaluate(PRICE_AT, y - top)
    (text,) = drawn(page)
    assert float(re.search(r"[\d,]+\.\d", text)[0].replace(",", "")) == pytest.approx(price, rel=1e-4)
    # Dragged, it goes along, and the chart stays.
    page.mouse.move(x + 50, y)
    page.mouse.down()
    page.mouse.move(x + 50, y + 60, steps=5)
    page.mouse.up()
    assert page.evaluate(SEEN) == seen
    (moved,) = drawn(page)
    assert float(re.search(r"[\d,]+\.\d", moved)[0].replace(",", "")) == pytest.approx(
        page.evaluate(PRICE_AT, y + 60 - top), rel=1e-4
    )
    page.reload()
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    settle(page)
    assert drawn(page) == [moved]
    page.get_by_test_id("draw-menu").click()
    page.get_by_test_id("drawn").locator("button").click()
    expect(page.get_by_test_id("drawn")).to_have_count(0)
    page.reload()
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    page.get_by_test_id("draw-menu").click()
    expect(page.get_by_test_id("drawn")).to_have_count(0)


def test_a_range_by_two_clicks_and_a_measure_by_one_drag(open_page):
    page = open_page()
    seen = page.evaluate(SEEN)
    page.keyboard.press("g")
    page.mouse.click(*point(page, 0.3, 0.55))
    page.mouse.move(*point(page, 0.4, 0.7))
    page.mouse.click(*point(page, 0.4, 0.75))
    page.keyboard.press("m")
    page.mouse.move(*point(page, 0.5, 0.3))
    page.mouse.down()
    page.mouse.move(*point(page, 0.6, 0.4), steps=4)
    page.mouse.up()
    assert page.evaluate(SEEN) == seen
    ranged, measured = drawn(page)
    # Between the prices, dollars are expected, and told to be an estimate.
    assert re.fullmatch(
        r"Range [\d,.]+ – [\d,.]+ · [\d.]+% · \$[\d.]+[KMB]? expected inside, estimated.*", ranged, re.S
    )
    assert re.fullmatch(r"Measure −[\d.]+% · \d+ candles · [\d.]+ (h|d|min) · .*", measured, re.S)
    page.get_by_test_id("draw-menu").click()
    page.get_by_test_id("remove-drawings").click()
    expect(page.get_by_test_id("drawn")).to_have_count(0)


def test_by_keys_and_given_up(open_page):
    page = open_page()
    page.locator("#chart").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "d", "Enter"):
        page.keyboard.press(key)
    assert len(drawn(page)) == 1
    page.locator("#chart").focus()
    page.keyboard.press("g")
    page.keyboard.press("Escape")
    page.mouse.click(*point(page, 0.3, 0.5))
    page.mouse.click(*point(page, 0.3, 0.6))
    assert len(drawn(page)) == 1


def test_by_touch(open_page):
    page = open_page(width=390, height=844, has_touch=True)
    page.get_by_test_id("more-menu").click()
    page.get_by_test_id("draw-menu").click()
    page.get_by_test_id("draw-line").click()
    page.touchscreen.tap(*point(page, 0.5, 0.5))
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('liqheat.drawings.BTC/USDT:USDT'))")
    assert [one["tool"] for one in kept] == ["line"]
