"""The chart's surface: a map of its own beside the candles, limits that follow what is seen, habits of charts."""

from __future__ import annotations

import io
import json
import re
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser import choose, serving, settle

CANDLE_COLOURS = [(244, 247, 252), (255, 93, 115)]
PANE = """() => {
  const {chart} = window.liqheat;
  const box = chart.panes()[0].getHTMLElement().querySelectorAll('td')[1].getBoundingClientRect();
  return {left: box.left, top: box.top, width: box.width, height: box.height, margin: window.liqheat.margin()};
}"""
CUTOFFS = "() => window.liqheat.heatmap.cutoffsUsd()"
SEEN = "() => { const r = window.liqheat.chart.timeScale().getVisibleLogicalRange(); return [r.from, r.to]; }"


def picture(page, box):
    image = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    return np.asarray(image).reshape(-1, 3)


def has_colour(page, box, colour):
    """Whether a line of a colour is drawn; a thin one has hardly a pixel of it that is not mixed."""
    return bool((np.abs(picture(page, box).astype(int) - colour).sum(axis=1) < 40).any())


def zoom_in(page, steps):
    page.locator("#chart").focus()
    for _ in range(steps):
        page.keyboard.press("+")
        settle(page)


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  our own server
        return json.load(answer)


def asked_for(page, path):
    urls = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return next(url for url in reversed(urls) if path in url)


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


def test_panning_back_brings_older_candles_and_a_double_click_the_whole(open_page):
    page = open_page("?range=24h")
    first = fetch(asked_for(page, "/api/v1/candles"))["time_ms"][0]
    whole = page.evaluate(SEEN)
    zoom_in(page, 2)
    with page.expect_response(lambda answer: "/api/v1/candles" in answer.url) as answered:
        for _ in range(6):
            page.keyboard.press("Shift+ArrowLeft")
            page.wait_for_timeout(60)
    older = answered.value.json()["time_ms"]
    assert older[0] <= first - 20 * 3_600_000
    settle(page)
    assert "from=" in page.url
    pane = page.evaluate(PANE)
    page.mouse.dblclick(pane["left"] + 200, pane["top"] + 200)
    settle(page)
    now = page.evaluate(SEEN)
    assert now[1] - now[0] > whole[1] - whole[0]
    # However far somebody goes, candles stay in view.
    for key in ("ArrowRight", "ArrowLeft"):
        page.keyboard.press("0")
        page.locator("body").press("Escape")
        page.evaluate("document.activeElement.blur()")
        for _ in range(12):
            page.keyboard.press(f"Shift+{key}")
        settle(page)
        page.wait_for_timeout(400)
        settle(page)
        low, high = page.evaluate(SEEN)
        count = page.evaluate("() => window.liqheat.series.data().length")
        pane = page.evaluate(PANE)
        seen_to = high - (high - low) * pane["margin"] / pane["width"]
        assert min(count - 0.5, seen_to) - max(-0.5, low) > 0.05 * (seen_to - low)


def test_a_link_keeps_time_and_zoom_and_back_leads_back(open_page, server):
    page = open_page()
    zoom_in(page, 4)
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_timeout(500)
    settle(page)
    times = "() => window.liqheat.chart.timeScale().getVisibleRange()"
    before = page.evaluate(times)
    other = open_page(page.url.removeprefix(server + "/"))
    after = other.evaluate(times)
    step = 15 * 60
    assert abs(after["from"] - before["from"]) <= 2 * step
    assert abs(after["to"] - before["to"]) <= 2 * step
    choose(page, "type-leverage")
    settle(page)
    choose(page, "tab-setups")
    settle(page)
    page.go_back()
    settle(page)
    expect(page.get_by_test_id("tab-map")).to_have_attribute("aria-selected", "true")
    assert "type=leverage" in page.url
    page.go_back()
    settle(page)
    expect(page.get_by_test_id("type-cumulative")).to_have_attribute("aria-pressed", "true")


def test_the_crosshair_goes_by_keys_and_is_read_out(open_page):
    page = open_page()
    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    value = page.get_by_test_id("readout-value")
    expect(value).to_have_attribute("data-place", re.compile("heat|map"))
    place = value.get_attribute("data-price"), value.get_attribute("data-time-ms")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert value.get_attribute("data-time-ms") != place[1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert value.get_attribute("data-price") != place[0]
    expect(page.locator("[data-testid=readout] [aria-live]")).to_contain_text("estimated", timeout=5000)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(value).to_have_attribute("data-place", "map")


def test_the_caption_of_a_delta_leaves_its_line_free_on_a_phone(open_page):
    page = open_page("?type=delta", width=360, height=640, has_touch=True)
    text = page.get_by_test_id("net-text")
    expect(text).to_contain_text("Net within")
    settle(page)
    pane = page.evaluate("() => window.liqheat.chart.paneSize(1).height")
    assert text.bounding_box()["height"] < 0.34 * pane


def test_an_unknown_cluster_is_told(open_page):
    page = open_page("?cluster=nobody-knows-it&panel=setups")
    expect(page.get_by_test_id("cluster-gone")).to_contain_text("nobody-knows-it")
    page.get_by_test_id("cluster-gone").get_by_role("button").click()
    expect(page.get_by_test_id("cluster-gone")).to_be_hidden()
    assert "cluster=" not in page.url


def test_a_killed_server_is_told_without_a_click(browser):
    page = browser.new_page(color_scheme="dark")
    with serving() as address:
        page.goto(address)
        page.wait_for_function("() => window.liqheat !== undefined")
        page.evaluate("window.liqheat.ready")
        expect(page.get_by_test_id("server-lost")).to_be_hidden()
    expect(page.get_by_test_id("server-lost")).to_contain_text("has not answered since", timeout=15_000)
    page.close()


def test_candles_of_another_venue_are_told_in_the_title(browser, shared):
    with serving("--data", str(shared / "data" / "binance_bybit_2025-11_2026-03")) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator(".headline-title")).to_have_text(
            "BTC/USDT:USDT · Binance, candles of Bybit · 15m", timeout=30_000
        )
        page.close()


def test_themes_follow_the_machine_and_the_choice_is_kept(browser, server):
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    background = "() => window.liqheat.chart.options().layout.background.color"
    page.goto(server)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    assert page.evaluate(background) == "#ffffff"
    assert page.evaluate("() => window.liqheat.heatmap.options().isOnLight") is True
    choose(page, "theme-dark")
    assert page.evaluate(background) == "#0b0e14"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(11, 14, 20)"
    page.reload()
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    assert page.evaluate(background) == "#0b0e14"
    context.close()


def test_what_is_seen_is_saved_as_a_picture_and_as_figures(open_page):
    page = open_page()
    page.get_by_test_id("nearest").wait_for()
    for name, suffix in (("picture", ".png"), ("map", ".csv"), ("profile", ".csv"), ("clusters", ".csv")):
        with page.expect_download() as saved:
            choose(page, f"save-{name}")
        assert saved.value.suggested_filename.endswith(suffix)
        content = saved.value.path().read_bytes()
        if suffix == ".png":
            # A head with the market and a foot with the disclaimer stand around the chart.
            width, height = Image.open(io.BytesIO(content)).size
            assert height > page.locator("#chart").bounding_box()["height"] + 80
            assert width > 800
        else:
            about, names, *rows = content.decode().splitlines()
            assert "SIMULATED MARKET" in about
            assert "_usd" in names
            assert len(rows) > 3


def test_the_scale_can_be_percent_and_the_link_says_so(open_page):
    page = open_page()
    choose(page, "scale-percent")
    settle(page)
    assert page.evaluate("() => window.liqheat.chart.priceScale('right').options().mode") == 2
    assert "scale=percent" in page.url


def test_times_are_in_utc_or_in_the_zone_of_the_machine(browser, server):
    context = browser.new_context(
        timezone_id="Asia/Dubai", color_scheme="dark", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(server)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    settle(page)
    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    readout = page.get_by_test_id("readout")
    expect(readout).to_contain_text("UTC")
    # The mouse on its way to a menu points at something else.
    choose(page, "zone-local")
    page.mouse.move(5, 5)
    page.locator("#chart").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text(re.compile("GST|GMT"))
    local = re.search(r"(\d\d):(\d\d) G", readout.inner_text())
    start_ms = int(page.get_by_test_id("readout-value").get_attribute("data-time-ms"))
    assert int(local[1]) == (start_ms // 3_600_000 + 4) % 24
    context.close()


def test_a_term_tells_its_meaning_on_a_tap(open_page):
    page = open_page()
    page.get_by_test_id("nearest").get_by_role("button", name="If reached").click()
    expect(page.get_by_text("What is expected to be liquidated inside")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_test_id("badge-calibration").get_by_role("button").click()
    expect(page.locator(".term-meaning:popover-open")).to_contain_text("fitted on")


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
