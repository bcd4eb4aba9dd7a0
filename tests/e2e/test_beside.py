"""Two views side by side: linked times, prices and crosshair, and a link to both."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import settle

SEEN = "() => { const r = window.liqheat.chart.timeScale().getVisibleRange(); return [r.from, r.to]; }"
PRICES = "() => { const r = window.liqheat.chart.priceScale('right').getVisibleRange(); return [r.from, r.to]; }"


def frame_of(page, side):
    frame = page.get_by_test_id(f"view-{side}").element_handle().content_frame()
    frame.wait_for_function("() => window.liqheat !== undefined")
    frame.evaluate("window.liqheat.ready")
    return frame


def test_what_one_view_shows_the_other_one_follows(browser, server):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page.goto(f"{server}/beside?left=range%3D24h&right=cohort%3D24h")
    left, right = frame_of(page, "left"), frame_of(page, "right")
    settle(page)
    expect(left.get_by_test_id("range-menu")).to_have_text("24h")
    expect(right.get_by_test_id("cohort")).to_have_value("24h")
    assert left.locator("#chart").bounding_box()["height"] > 600
    # Zoomed on the right, which has seven days: the left view has one, and brings the rest.
    right.locator("#chart").focus()
    for key in ("+", "+", "+", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(120)
    page.wait_for_timeout(1500)
    settle(page)
    for what, tolerance in ((SEEN, 3 * 900), (PRICES, 0.02 * 50_000)):
        one, other = left.evaluate(what), right.evaluate(what)
        assert abs(one[0] - other[0]) <= tolerance
        assert abs(one[1] - other[1]) <= tolerance
    # The crosshair stands at the same price and time.
    box = page.get_by_test_id("view-right").bounding_box()
    left.evaluate(
        "() => window.liqheat.chart.subscribeCrosshairMove(({time}) => { if (time) window.pointedTime = time; })"
    )
    page.mouse.move(box["x"] + 200, box["y"] + 400)
    left.wait_for_function("() => window.pointedTime !== undefined")
    # The link is one to both.
    expect(page).to_have_url(re.compile("left=.*from.*right=.*from"))
    page.close()


def test_a_hostile_link_opens_no_other_page(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/beside?left=/evil.example/&right=javascript:alert(1)")
    for side in ("left", "right"):
        assert page.get_by_test_id(f"view-{side}").get_attribute("src").startswith("/?")
    page.close()
