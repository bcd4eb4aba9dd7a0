"""The page at every size: a chart that has room, controls in one row, targets a thumb can hit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import choose, settle

SHORT = [(844, 390), (667, 375), (720, 450)]
PHONES = [(390, 844), (360, 640), (844, 390)]
LEAST_CHART_PIXELS = 220
"""Ten price labels and a few clusters fit into it."""
LEAST_TARGET_PIXELS = 44
# Words that tell their meaning stand in lines of text, like links in a paragraph.
SMALL_TARGETS = """least => [...document.querySelectorAll('button, select, summary, input, a, [role=tab]')]
  .filter(one => one.checkVisibility() && !one.closest('.visually-hidden, .skip, p, .foot, .term'))
  .map(one => ({name: one.dataset.testid ?? one.textContent, box: one.getBoundingClientRect()}))
  .filter(({box}) => box.width > 0 && box.height > 0 && (box.height < least || box.width < least))
  .map(({name, box}) => `${name}: ${Math.round(box.width)} × ${Math.round(box.height)}`)"""


@pytest.mark.parametrize(("width", "height"), SHORT)
def test_a_short_window_has_a_chart(open_page, width, height):
    page = open_page(width=width, height=height, has_touch=True)
    chart = page.locator("#chart").bounding_box()
    assert chart["height"] >= LEAST_CHART_PIXELS
    assert chart["width"] >= 300
    assert chart["y"] + chart["height"] <= height
    # The panel is beside it and has all it has elsewhere.
    choose(page, "tab-setups")
    expect(page.get_by_test_id("cluster-list")).to_be_visible()
    choose(page, "tab-map")
    expect(page.get_by_test_id("legend")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080), (1280, 720), *PHONES])
def test_controls_are_one_row(open_page, width, height):
    page = open_page(width=width, height=height)
    tops = page.evaluate(
        """[...document.querySelectorAll('#controls button:not(.term), #controls select')]
          .filter(one => one.checkVisibility()).map(one => Math.round(one.getBoundingClientRect().top / 12))"""
    )
    assert len(set(tops)) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_a_thumb_hits_every_target(open_page, width, height):
    page = open_page(width=width, height=height, has_touch=True)
    for tab in ("map", "setups", "tape"):
        choose(page, f"tab-{tab}")
        settle(page)
        assert page.evaluate(SMALL_TARGETS, LEAST_TARGET_PIXELS) == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640)])
def test_the_sheet_of_a_phone_has_three_heights(open_page, width, height):
    page = open_page(width=width, height=height, has_touch=True)
    heights = []
    for _ in range(3):
        settle(page)
        heights.append(page.locator("#side").bounding_box()["height"])
        page.get_by_test_id("sheet-handle").click()
    small, middle, large = heights
    assert small < 0.3 * height < middle < 0.6 * height < large
    settle(page)
    assert page.locator("#chart").bounding_box()["height"] >= LEAST_CHART_PIXELS
    # A drag does the same.
    handle = page.get_by_test_id("sheet-handle").bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + handle["width"] / 2, 0.5 * height, steps=6)
    page.mouse.up()
    settle(page)
    assert abs(page.locator("#side").bounding_box()["height"] - middle) < 3


def test_a_phone_copies_the_link_and_a_keyboard_comes_to_the_chart_soon(open_page):
    phone = open_page(width=360, height=640, has_touch=True)
    assert phone.get_by_test_id("copy-link").is_visible()
    page = open_page(width=1440, height=900)
    page.evaluate("document.body.focus()")
    stops = []
    while len(stops) < 30 and "chart" not in stops:
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id"))
    assert stops[-1] == "chart"
    assert len(stops) <= 24
