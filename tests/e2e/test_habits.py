"""What people are used to from charts: history, links, keys, themes, files; and what they have to be told."""

from __future__ import annotations

import io
import re

from PIL import Image
from playwright.sync_api import expect

from tests.support.browser import choose, serving, settle
from tests.support.chart import PANE, asked_for, fetch, zoom_in

SEEN = "() => { const r = window.liqheat.chart.timeScale().getVisibleLogicalRange(); return [r.from, r.to]; }"


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
