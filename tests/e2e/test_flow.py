"""Held notional and expected forced flow on the page: two maps, never mistaken for each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import settle

CELL = re.compile(r"\$[\d.]+[KM]? \(\$[\d.]+[KM]?–\$[\d.]+[KM]?\) · (low )?support \d+ %")


def point_at_the_map(page):
    box = page.locator("#chart").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])


@pytest.mark.parametrize("width", [1440, 390])
def test_the_switch_changes_map_words_and_link(open_page, width):
    page = open_page(width=width, height=860)
    legend, badge = page.get_by_test_id("legend").locator("h2"), page.get_by_test_id("badge-calibration")
    expect(legend).to_have_text("Held notional, estimated")
    expect(badge).to_contain_text("uncalibrated")
    page.get_by_test_id("quantity-flow").click()
    expect(badge).to_contain_text("transferred")
    expect(legend).to_have_text("Expected forced flow, estimated")
    settle(page)
    assert "quantity=flow" in page.url
    point_at_the_map(page)
    expect(page.locator(".readout-precision")).to_have_text(CELL)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.keyboard.press("f")
    expect(badge).to_contain_text("uncalibrated")
    assert "quantity" not in page.url


def test_a_link_opens_the_flow_with_its_bands_and_its_facts(open_page):
    page = open_page("?quantity=flow&leverage=75,125")
    expect(page.get_by_test_id("quantity-flow")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("leverage-75")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("leverage-10")).to_have_attribute("aria-pressed", "false")
    page.get_by_test_id("about").click()
    expect(page.get_by_test_id("about-flow")).to_contain_text("fitted on BTC/USDT:USDT")
    expect(page.get_by_test_id("about-flow")).to_contain_text("of the expected liquidations")


def test_bars_with_little_support_are_drawn_faint(open_page):
    page = open_page("?quantity=flow&clusters=off&book=off")
    share = page.evaluate(
        """async () => {
          const name = performance.getEntriesByType('resource')
            .map(({name}) => name).findLast((name) => name.includes('/profile'));
          const {support} = await (await fetch(name)).json();
          return support.filter((share) => share > 0 && share < 0.5).length / support.length;
        }"""
    )
    assert share > 0
    before = page.locator("#chart").screenshot()
    page.evaluate("() => window.liqheat.profile.applyOptions({ leastSupport: 0 })")
    settle(page)
    assert page.locator("#chart").screenshot() != before
