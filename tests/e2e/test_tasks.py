"""Fifteen tasks of three people, as they would do them: a scalper, a swing trader, and somebody with a phone."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser import IS_SOAK, choose, serving, settle

REAL = "data/binance_bybit_2025-11_2026-03"
MONEY = re.compile(r"\$[\d.]+[KMB]?")


@pytest.fixture(scope="module", params=["simulated", "real"])
def address(request):
    """A server of the simulated market, and one of real Bitcoin."""
    source = [] if request.param == "simulated" else ["--data", str(request.getfixturevalue("shared") / REAL)]
    with serving(*source) as found:
        yield found


@pytest.fixture
def visit(browser, address):
    """Opens a page as it is on first sight; any script exception fails the test."""
    pages, faults = [], []

    def open_it(size, path="/", has_touch=False):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=has_touch, color_scheme="dark"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.set_default_timeout(30_000)
        pages.append(page)
        page.goto(address + path)
        if "beside" not in path and "market" not in path:
            page.wait_for_function("() => window.liqheat !== undefined")
            page.evaluate("window.liqheat.ready")
            settle(page)
        return page

    yield open_it
    for page in pages:
        page.context.close()
    assert not faults


def chart_is_big_enough(page, size):
    box = page.locator("#chart").bounding_box()
    assert box["height"] >= min(400, 0.5 * size[1])


SCALPER, SWING = (1440, 900), (1920, 1080)


def test_scalper_the_largest_cluster_below_where_how_far_how_sure(visit):
    page = visit(SCALPER)
    chart_is_big_enough(page, SCALPER)
    sentence = page.locator('#outlook [data-side="long"]')
    expect(sentence).to_be_visible()
    where, far, sure = re.search(
        r"Largest cluster below: ([\d,.]+), ([\d.]+)% away\..*If it does: about (.*)\.", sentence.inner_text()
    ).groups()
    assert float(far) > 0
    assert "8 of 10 times" in sure
    # The label beside the chart and the table tell of the same cluster, at the same edge.
    sentence.click()
    edge = page.get_by_test_id("setup-detail").locator(".detail-head .number").inner_text()
    assert where.split(".")[0] in edge


def test_scalper_only_50_to_100x(visit):
    page = visit(SCALPER)
    choose(page, "preset-wick")
    settle(page)
    expect(page.get_by_test_id("filter-menu")).to_contain_text("50, 100×")
    assert page.evaluate("() => window.liqheat.profile.options().bandColors.length") == 2


def test_scalper_what_fired_and_what_is_left_of_it(visit):
    page = visit(SCALPER)
    choose(page, "tab-tape")
    settle(page)
    expect(page.get_by_test_id("sweeps")).to_contain_text(re.compile("within the last day|No comparison|No cluster"))
    # What is left of each cluster stands with it.
    choose(page, "tab-setups")
    page.get_by_test_id("cluster-list").locator("button").first.click()
    choose(page, "part-cluster")
    expect(page.get_by_test_id("cluster-facts")).to_contain_text("Partial sweeps")


def test_scalper_the_last_day_beside_the_last_week(visit):
    page = visit(SCALPER, "/beside?left=cohort%3D24h&right=cohort%3D7d")
    for side, cohort in (("left", "24h"), ("right", "7d")):
        frame = page.get_by_test_id(f"view-{side}").element_handle().content_frame()
        frame.wait_for_function("() => window.liqheat !== undefined")
        frame.evaluate("window.liqheat.ready")
        expect(frame.get_by_test_id("cohort")).to_have_value(cohort)
        frame.wait_for_function("() => window.liqheat.bands.shownBands().length > 0")


def test_scalper_six_hours_and_the_dollars_at_a_price(visit):
    page = visit(SCALPER)
    page.locator("#chart").focus()
    for _ in range(14):
        page.keyboard.press("+")
        settle(page)
    hours = page.evaluate(
        "() => { const {chart, margin} = window.liqheat, time = chart.timeScale();"
        " const r = time.getVisibleLogicalRange(); return (r.to - r.from) * (1 - margin() / time.width()) / 4; }"
    )
    assert hours < 9
    # Somewhere near the price there is colour, and pointing at it tells dollars with a band.
    box = page.locator("#chart").bounding_box()
    tip = page.get_by_test_id("cell-tip")
    told = []
    for part in (0.12, 0.2, 0.8, 0.9):
        page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + part * box["height"])
        page.wait_for_timeout(400)
        if tip.is_visible():
            told.append(tip.inner_text())
    assert any("8 of 10 times" in text and MONEY.search(text) for text in told)


def test_swing_is_it_two_to_one(visit):
    page = visit(SWING)
    chart_is_big_enough(page, SWING)
    choose(page, "tab-setups")
    page.get_by_test_id("cluster-list").locator("button").first.wait_for()
    choose(page, "part-rules")
    expect(page.get_by_test_id("rule-R1")).to_contain_text(re.compile(r"[\d.∞]+ : 1|neither side"))


def test_swing_a_whole_setup(visit):
    page = visit(SWING, "/?panel=setups&style=swing")
    detail = page.get_by_test_id("setup-detail")
    choose(page, "part-trade")
    for words in ("Entry", "Stop", "Target 1", "Size", "Lost at the stop", "Breaks even at"):
        expect(detail).to_contain_text(words)


def test_swing_what_changed_since_the_open(visit):
    page = visit(SWING, "/?panel=setups")
    expect(page.locator(".brief").first).to_contain_text(re.compile("since", re.IGNORECASE))


def test_swing_which_coins_to_look_at(visit):
    page = visit(SWING, "/market")
    table = page.locator("table").first
    table.locator("tbody tr").first.wait_for()
    for words in ("24 h", "Open interest", "Volume"):
        expect(page.locator("main")).to_contain_text(words)


def test_swing_shares_the_exact_view_in_dirhams(visit, address):
    page = visit(SWING)
    page.locator("#chart").focus()
    for key in ("+", "+", "+", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        settle(page)
    page.get_by_test_id("currency").select_option("AED")
    page.wait_for_timeout(500)
    settle(page)
    assert "currency=AED" in page.url
    assert "from=" in page.url
    other = visit(SWING, page.url.removeprefix(address))
    expect(other.get_by_test_id("legend")).to_contain_text("AED")
    ranges = [one.evaluate("() => window.liqheat.chart.timeScale().getVisibleRange()") for one in (page, other)]
    assert abs(ranges[0]["from"] - ranges[1]["from"]) <= 1800
    with other.expect_download() as saved:
        choose(other, "save-picture")
    assert Image.open(io.BytesIO(saved.value.path().read_bytes())).size[0] > 1000


def test_swing_finds_a_market_by_typing(visit):
    page = visit(SWING)
    wanted = "SOL" if "bybit" in page.inner_text("#top") or "Binance" in page.inner_text("#top") else "BTC"
    page.get_by_test_id("market").click()
    expect(page.get_by_test_id("market-search")).to_be_focused()
    page.keyboard.type(f"{wanted.lower()}")
    expect(page.get_by_test_id("market-rows").locator("li").first).to_contain_text(wanted)
    page.get_by_test_id("market-star").click()
    page.get_by_test_id("market-search").press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("market")).to_contain_text(wanted)
    settle(page)
    # Favourites stand first, whatever is shown.
    page.get_by_test_id("market").click()
    expect(page.get_by_test_id("market-search")).to_have_value("")
    expect(page.get_by_test_id("market-rows").locator("li").first).to_contain_text(wanted)
    page.keyboard.type("no such market")
    expect(page.get_by_test_id("market-rows").locator("li")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("market")).to_contain_text(wanted)


PHONES = [(390, 844), (360, 640), (844, 390)]


@pytest.fixture(params=PHONES if IS_SOAK else PHONES[1:], ids=lambda size: f"{size[0]}x{size[1]}")
def phone(request, visit):
    """A phone with the page open, upright and sideways."""
    return visit(request.param, has_touch=True)


def test_phone_the_nearest_cluster(phone):
    assert phone.locator("#chart").bounding_box()["height"] >= 220
    expect(phone.locator(".outlook-narrow")).to_contain_text("Largest cluster")
    expect(phone.get_by_test_id("nearest")).to_contain_text("%")


def test_phone_reads_the_legend(phone):
    legend = phone.get_by_test_id("legend")
    legend.scroll_into_view_if_needed()
    expect(legend).to_contain_text("Expected liquidations")
    expect(legend).to_contain_text("$")


def test_phone_steps_through_a_setup(phone):
    choose(phone, "tab-setups")
    handle = phone.get_by_test_id("sheet-handle")
    if handle.count() > 0:
        handle.click()
        handle.click()
    button = phone.get_by_test_id("cluster-list").locator("button:has(.verdict[data-verdict])").first
    button.scroll_into_view_if_needed()
    button.click()
    steps = phone.get_by_test_id("steps").locator(".step")
    expect(steps).to_have_count(5)
    for at in range(5):
        steps.nth(at).scroll_into_view_if_needed()
        expect(steps.nth(at)).to_contain_text(f"Step {at + 1} of 5")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_phone_switches_type_and_horizon(phone):
    choose(phone, "type-delta")
    settle(phone)
    expect(phone.get_by_test_id("type-menu")).to_have_text("Delta")
    choose(phone, "horizon-4h")
    settle(phone)
    expect(phone.get_by_test_id("quantity-menu")).to_contain_text("4h")


def test_phone_what_was_liquidated_lately(phone):
    choose(phone, "tab-tape")
    settle(phone)
    expect(phone.get_by_test_id("sweeps")).to_contain_text(re.compile("within the last day|No comparison|No cluster"))
