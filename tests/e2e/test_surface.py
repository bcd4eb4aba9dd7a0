"""The chart's surface: a margin of its own beside the candles, a tip, limits of colour that follow what is seen."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.browser import choose, settle
from tests.support.chart import PANE, asked_for, fetch, has_colour, picture, zoom_in

CANDLE_COLOURS = [(244, 247, 252), (255, 93, 115)]
CUTOFFS = "() => window.liqheat.heatmap.cutoffsUsd()"


def test_candles_never_lie_under_the_profile_and_the_tag_says_the_last_price(open_page):
    page = open_page("?clusters=off&book=off&liquidations=off", width=1440)
    zoom_in(page, 5)
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    pane = page.evaluate(PANE)
    assert pane["margin"] > 100
    box = {
        "x": pane["left"] + pane["width"] - pane["margin"] + 1,
        "y": pane["top"],
        "width": pane["margin"] - 1,
        "height": pane["height"],
    }
    seen = {tuple(pixel) for pixel in picture(page, box)}
    assert not seen & set(CANDLE_COLOURS)
    # The newest candle is out of view, and its price is still the one of the tag.
    candles = fetch(asked_for(page, "/api/v1/candles"))
    last = page.evaluate(
        "() => window.liqheat.series.priceLines().map(line => line.options())"
        ".filter(line => line.axisLabelVisible && line.title === '').map(line => line.price)"
    )
    assert last == [candles["close"][-1]]
    assert page.evaluate("() => window.liqheat.series.options().lastValueVisible") is False


@pytest.mark.parametrize("panel", ["map", "setups"])
def test_the_profile_is_read_by_pointing_at_it(open_page, panel):
    page = open_page(f"?panel={panel}")
    pane = page.evaluate(PANE)
    x = pane["left"] + pane["width"] - 20
    y = pane["top"] + 0.8 * pane["height"]
    page.mouse.move(x, y)
    settle(page)
    tip = page.get_by_test_id("cell-tip")
    expect(tip).to_be_visible()
    profile = fetch(asked_for(page, "/api/v1/profile"))
    price = page.evaluate(f"() => window.liqheat.series.coordinateToPrice({y - pane['top']})")
    row = int(np.searchsorted(profile["price_edges"], price, side="right")) - 1
    total = sum(band[row] for band in profile["long_by_leverage_usd"])
    assert total > 0
    text = tip.inner_text()
    shown = re.match(r"\$([\d.]+)([KM]?)", text)
    factor = {"": 1, "K": 1e3, "M": 1e6}[shown[2]]
    assert float(shown[1]) * factor == pytest.approx(total, rel=0.006)
    for words in ("8 of 10 times", "On the way there", "10×"):
        assert words in text
    if panel == "map":
        value = page.get_by_test_id("readout-value")
        assert value.get_attribute("data-place") == "map"
        assert float(value.get_attribute("data-usd")) == pytest.approx(total, rel=1e-9)


def test_a_cell_has_a_tip_at_the_cursor_that_leaves_with_it(open_page):
    page = open_page("?liquidations=off")
    pane = page.evaluate(PANE)
    page.mouse.move(pane["left"] + 200, pane["top"] + 0.75 * pane["height"])
    tip = page.get_by_test_id("cell-tip")
    expect(tip).to_contain_text("8 of 10 times")
    box = tip.bounding_box()
    assert abs(box["x"] - (pane["left"] + 200)) < 60
    page.mouse.move(pane["left"] + 200, 5)
    expect(tip).to_be_hidden()


def test_limits_follow_what_is_seen_unless_they_are_locked(open_page):
    page = open_page()
    whole = page.evaluate(CUTOFFS)
    zoom_in(page, 9)
    near = page.evaluate(CUTOFFS)
    assert near["upperUsd"] < 0.8 * whole["upperUsd"]
    # The legend tells of the same limits.
    expect(page.get_by_test_id("legend")).to_contain_text("Limits follow")
    choose(page, "limits-locked")
    settle(page)
    assert "limits=" in page.url
    page.keyboard.press("0")
    settle(page)
    locked = page.evaluate(CUTOFFS)
    assert locked["upperUsd"] == pytest.approx(near["upperUsd"], rel=0.04)
    choose(page, "limits-view")
    settle(page)
    assert page.evaluate(CUTOFFS)["upperUsd"] == pytest.approx(whole["upperUsd"], rel=0.04)


def test_cut_off_zero_is_not_all_one_colour_and_no_bracket_is_around_black(open_page):
    page = open_page("?lower=0&clusters=off&liquidations=off")
    pane = page.evaluate(PANE)
    box = {
        "x": pane["left"],
        "y": pane["top"] + 50,
        "width": pane["width"] - pane["margin"],
        "height": pane["height"] - 50,
    }
    pixels = picture(page, box).astype(int)
    green = (pixels[:, 1] > 110) & (pixels[:, 1] > pixels[:, 0]) & (pixels[:, 1] > pixels[:, 2])
    assert green.mean() < 0.3
    page = open_page()
    page.wait_for_function("() => window.liqheat.bands.shownBands().length > 3")
    drawn = page.evaluate(CUTOFFS)["drawnUsd"]
    peaks = page.evaluate(
        """() => {
          const {bands, heatmap: {grid}} = window.liqheat;
          return bands.shownBands().map(({lowPrice, highPrice}) => {
            let most = 0;
            for (let row = grid.rowAt(lowPrice); row <= grid.rowAt(highPrice); row++)
              most = Math.max(most, grid.valueOf(row, grid.columns - 1));
            return most;
          });
        }"""
    )
    assert min(peaks) >= 0.98 * drawn


def test_labels_have_a_gutter_of_their_own(open_page):
    page = open_page("?clusters=on")
    page.wait_for_function("() => window.liqheat.bands.shownBands().length > 3")
    left = page.evaluate(
        """() => {
          const {bands, margin, chart} = window.liqheat;
          const edge = chart.timeScale().width() - margin();
          const hits = [];
          for (let y = 0; y < chart.paneSize(0).height; y += 3)
            for (let x = 0; x < chart.timeScale().width(); x += 3)
              if (bands.bandAtPoint(x, y) !== null) hits.push(x - edge);
          return hits.length > 0 ? Math.min(...hits) : null;
        }"""
    )
    # A bracket's edge may be reached for a few pixels outside.
    assert left is not None
    assert left >= -12


def test_a_leverage_has_one_colour_in_every_view(open_page):
    page = open_page()
    choose(page, "quantity-held")
    settle(page)
    dot = "() => getComputedStyle(document.querySelector('[data-testid=leverage-25] .dot')).backgroundColor"
    held = page.evaluate(dot)
    assert page.evaluate("() => window.liqheat.profile.options().bandColors").count(held) == 1
    choose(page, "quantity-flow")
    settle(page)
    assert page.evaluate(dot) == held
    assert page.evaluate("() => window.liqheat.profile.options().bandColors").count(held) == 1


def test_the_caption_of_a_delta_leaves_its_line_free_on_a_phone(open_page):
    page = open_page("?type=delta", width=360, height=640, has_touch=True)
    text = page.get_by_test_id("net-text")
    expect(text).to_contain_text("Net within")
    settle(page)
    pane = page.evaluate("() => window.liqheat.chart.paneSize(1).height")
    assert text.bounding_box()["height"] < 0.34 * pane


def test_volume_and_averages_are_drawn_beside_the_margin(open_page):
    page = open_page("?clusters=off&book=off&liquidations=off&heat=off", width=1440)
    lines = "() => window.liqheat.chart.panes()[0].getSeries().length"
    assert page.evaluate(lines) == 1
    choose(page, "layer-averages")
    choose(page, "layer-volume")
    settle(page)
    assert page.evaluate(lines) == 5
    assert "volume=on" in page.url
    assert "averages=on" in page.url
    pane = page.evaluate(PANE)
    area = {"y": pane["top"] + 60, "height": pane["height"] - 60}
    colours = {(255, 209, 102), (199, 146, 234), (77, 208, 225)}
    beside = {**area, "x": pane["left"], "width": pane["width"] - pane["margin"]}
    assert all(has_colour(page, beside, colour) for colour in colours)
    zoom_in(page, 4)
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    margin = {**area, "x": pane["left"] + pane["width"] - pane["margin"] + 1, "width": pane["margin"] - 1}
    assert not any(has_colour(page, margin, colour) for colour in colours)
    choose(page, "layer-averages")
    assert page.evaluate(lines) == 2
