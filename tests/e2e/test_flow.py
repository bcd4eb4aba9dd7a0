"""Held notional and expected forced flow on the page: two maps, never mistaken for each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import choose, settle

CELL = re.compile(r"\$[\d.]+[KM]? \(\$[\d.]+[KM]?–\$[\d.]+[KM]?\) · (low )?support \d+ %")


def point_at_the_map(page):
    box = page.locator("#chart").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])


@pytest.mark.parametrize("width", [1440, 390])
def test_the_switch_changes_map_words_and_link(open_page, width):
    page = open_page("?quantity=held", width=width, height=860)
    legend, badge = page.get_by_test_id("legend").locator("h2"), page.get_by_test_id("badge-calibration")
    expect(legend).to_have_text("Open positions, estimated")
    expect(badge).to_contain_text("uncalibrated")
    choose(page, "quantity-flow")
    expect(badge).to_contain_text("flow model")
    expect(legend).to_have_text("Expected liquidations, estimated")
    settle(page)
    assert "quantity" not in page.url
    point_at_the_map(page)
    expect(page.locator(".readout-precision")).to_have_text(CELL)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.keyboard.press("f")
    expect(badge).to_contain_text("uncalibrated")
    assert "quantity=held" in page.url


def test_open_positions_are_strengths_without_dollars(open_page):
    page = open_page("?quantity=held&book=off")
    point_at_the_map(page)
    expect(page.locator(".readout-precision")).to_have_text("of 100, open positions, estimated")
    for part in ("readout", "legend", "peaks"):
        text = page.get_by_test_id(part).inner_text()
        assert "$" not in text, text
        assert re.search(r"\b\d", text)
    assert 0 < float(page.get_by_test_id("readout-value").inner_text()) <= 100
    page.get_by_test_id("type-delta").click()
    expect(page.get_by_test_id("net-text")).to_contain_text("shorts above")
    assert "$" not in page.get_by_test_id("net-text").inner_text()
    # Clusters and setups stay those of expected liquidations: one cluster, one dollar.
    page.get_by_test_id("tab-setups").click()
    expect(page.get_by_test_id("cluster-list")).to_contain_text("$")


def test_a_link_opens_the_flow_with_its_bands_and_its_facts(open_page):
    page = open_page("?leverage=50,100")
    expect(page.get_by_test_id("quantity-flow")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("leverage-50")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("leverage-10")).to_have_attribute("aria-pressed", "false")
    page.get_by_test_id("about").click()
    expect(page.get_by_test_id("about-flow")).to_contain_text("fitted on BTC/USDT:USDT")
    expect(page.get_by_test_id("about-flow")).to_contain_text("of the expected liquidations")


def test_bars_with_little_support_are_drawn_faint(open_page):
    page = open_page("?clusters=off&book=off")
    support = page.evaluate(
        """async () => {
          const name = performance.getEntriesByType('resource')
            .map(({name}) => name).findLast((name) => name.includes('/profile'));
          return (await (await fetch(name)).json()).support.filter((share) => share > 0);
        }"""
    )
    # Every leverage of this law was swept often: its least support is asked for, so that some bars fall below it.
    least = sorted(support)[len(support) // 2]
    assert 0 < least < 1
    before = page.locator("#chart").screenshot()
    page.evaluate("(least) => window.liqheat.profile.applyOptions({ leastSupport: least })", least)
    settle(page)
    assert page.locator("#chart").screenshot() != before
