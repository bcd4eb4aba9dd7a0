"""The page against the real server: pixels at chosen cells, the read-out, pan and zoom, scales, a phone."""

from __future__ import annotations

import gzip
import io
import json
import re
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from liqheat import decode_heatmap
from tests.support.browser import choose, settle

MOST_SCRIPT_BYTES = 140_000
"""Compressed; the chart library is about half of it."""
BACKGROUND = np.array([11, 14, 20])
WHERE = """({timeMs, price}) => {
  const {chart, series} = window.liqheat;
  const box = chart.panes()[0].getHTMLElement().querySelectorAll('td')[1].getBoundingClientRect();
  return {x: box.left + chart.timeScale().timeToCoordinate(timeMs / 1000), y: box.top + series.priceToCoordinate(price),
          left: box.left, top: box.top, width: box.width, height: box.height};
}"""


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  our own server
        return answer.read()


def asked_for(page, path):
    """Query of the newest request that the page made to a path."""
    urls = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return next(url for url in reversed(urls) if path in url)


def grid_of(page):
    """The page's own grid, fetched again: USD levels, price edges, column starts."""
    header, planes = decode_heatmap(fetch(asked_for(page, "/api/v1/heatmap.bin")))
    edges = header["lo"] * header["ratio"] ** np.arange(header["B"] + 1)
    times = header["t0_ms"] + np.arange(header["T"]) * header["step_ms"]
    return header, planes[0].astype(int), edges, times


def visible_cells(page, edges, times):
    """Rows and columns whose middle lies well inside the pane, clear of the profile and of the headline."""
    rows = {}
    for row, price in enumerate(np.sqrt(edges[:-1] * edges[1:])):
        at = page.evaluate(WHERE, {"timeMs": int(times[len(times) // 2]), "price": float(price)})
        if at["top"] + 60 < at["y"] < at["top"] + at["height"] - 60:
            rows[row] = at["y"]
    first = len(times) // 8
    return rows, range(first, len(times) - first)


def away_from_candles(page, edges, times):
    candles = json.loads(fetch(asked_for(page, "/api/v1/candles")))
    low, high = (dict(zip(candles["time_ms"], candles[name], strict=True)) for name in ("low", "high"))
    far = np.ones((edges.size - 1, times.size), bool)
    for column, time_ms in enumerate(times.tolist()):
        near = (edges[1:] > low[time_ms] * 0.995) & (edges[:-1] < high[time_ms] * 1.005)
        far[near, column] = False
    # The halo reaches a few columns to either side.
    spread = far.copy()
    for shift in range(1, 4):
        spread[:, shift:] &= far[:, :-shift]
        spread[:, :-shift] &= far[:, shift:]
    return spread


def pixel(page, x, y):
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return np.array(image.getpixel((round(x), round(y))))


def known_cells(page):
    """A cell in the middle of a broad dense patch and one in the middle of a broad empty patch."""
    _, levels, edges, times = grid_of(page)
    rows, columns = visible_cells(page, edges, times)
    far = away_from_candles(page, edges, times)
    dense = empty = None
    best, least = 0, 255
    for row in sorted(rows)[4:-4]:
        for column in columns[4:-4:3]:
            patch = levels[row - 4 : row + 5, column - 3 : column + 4]
            if not far[row - 4 : row + 5, column - 3 : column + 4].all():
                continue
            if patch.min() > best:
                best, dense = patch.min(), (row, column)
            if patch.max() < least:
                least, empty = patch.max(), (row, column)
    assert dense is not None
    # Bytes are logarithmic: this is less than a thirtieth of the cells that colour starts with.
    assert least < np.percentile(levels[levels > 0], 60) - 100
    middle = np.sqrt(edges[:-1] * edges[1:])
    return [(float(middle[row]), int(times[column])) for row, column in (dense, empty)]


def brightness(colour):
    return float(colour @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("query", ["", "?scale=log"], ids=["linear scale", "log scale"])
def test_a_dense_cell_is_bright_and_an_empty_one_is_background(open_page, query):
    page = open_page("?quantity=held")
    if query:
        choose(page, "scale-log")
        settle(page)
    for (price, time_ms), is_dense in zip(known_cells(page), (True, False), strict=True):
        at = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
        colour = pixel(page, at["x"], at["y"])
        if is_dense:
            assert brightness(colour) > 110, colour
        else:
            np.testing.assert_allclose(colour, BACKGROUND, atol=6)


def test_pan_and_zoom_take_the_heat_along(open_page):
    page = open_page("?quantity=held")
    (price, time_ms), _ = known_cells(page)
    before = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    right = before["left"] + before["width"] - 220
    towards = -1 if before["x"] > (before["left"] + right) / 2 else 1
    middle = (before["left"] + before["width"] / 3, before["top"] + before["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + towards * 150, middle[1], steps=15)
    page.mouse.up()
    settle(page)
    dragged = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    assert 60 < towards * (dragged["x"] - before["x"]) < 190
    assert brightness(pixel(page, dragged["x"], dragged["y"])) > 110
    earlier = {"timeMs": time_ms - 6 * 3_600_000, "price": price}
    apart = dragged["x"] - page.evaluate(WHERE, earlier)["x"]
    page.locator("#chart").focus()
    page.keyboard.press("-")
    settle(page)
    zoomed = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    # The cell itself may lie where the zoom holds still.
    assert 0 < zoomed["x"] - page.evaluate(WHERE, earlier)["x"] < 0.95 * apart
    assert brightness(pixel(page, zoomed["x"], zoomed["y"])) > 110


def test_the_read_out_is_the_column_of_the_api(open_page, server):
    page = open_page("?quantity=held")
    (price, time_ms), _ = known_cells(page)
    at = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    page.mouse.move(round(at["x"]), round(at["y"]))
    value = page.locator('[data-testid="readout-value"][data-usd]')
    value.wait_for()
    shown_usd, shown_price = float(value.get_attribute("data-usd")), float(value.get_attribute("data-price"))
    shown_ms = int(value.get_attribute("data-time-ms"))
    assert shown_ms == time_ms
    assert shown_price == pytest.approx(price, rel=1e-3)
    view = asked_for(page, "/api/v1/heatmap.bin").split("?")[1]
    column = json.loads(fetch(f"{server}/api/v1/column?{view}&t_ms={shown_ms}"))
    row = int(np.searchsorted(column["price_edges"], shown_price, side="right")) - 1
    exact = column["long_usd"][row] + column["short_usd"][row]
    assert exact > 0
    assert shown_usd == pytest.approx(exact, rel=1e-9)
    by_leverage = np.array(column["long_by_leverage_usd"])[:, row] + np.array(column["short_by_leverage_usd"])[:, row]
    # Of open positions figures are strengths: 100 is the strongest cell of the map.
    header, *_ = grid_of(page)
    shown = re.findall(r"(\d+)×\s+(< )?([\d.]+)", page.get_by_test_id("readout").inner_text())
    strengths = {float(leverage): float(value) for leverage, _, value in shown}
    assert set(strengths) == set(column["leverages"])
    for leverage, usd in zip(column["leverages"], by_leverage, strict=True):
        assert strengths[leverage] == pytest.approx(100 * usd / header["max"], rel=0.05, abs=0.1)


def test_the_read_out_forgets_another_view(open_page):
    page = open_page("?quantity=held")
    (price, time_ms), _ = known_cells(page)
    at = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    page.mouse.move(round(at["x"]), round(at["y"]))
    page.locator('[data-testid="readout-value"][data-usd]').wait_for()
    page.mouse.move(at["x"], 2)
    choose(page, "side-long")
    settle(page)
    # The other map may still be on its way: until it is drawn, the figure is that of the map that is seen.
    expect(page.get_by_test_id("readout-value")).to_have_count(0)
    expect(page.get_by_test_id("nearest")).to_be_visible()


def test_the_page_says_that_it_is_simulated_and_by_whose_parameters(open_page):
    page = open_page()
    assert "SIMULATED" in page.get_by_test_id("badge-origin").inner_text().upper()
    assert "FLOW MODEL" in page.get_by_test_id("badge-calibration").inner_text().upper()
    assert "estimate" in page.locator("body").inner_text()
    assert "$" in page.get_by_test_id("legend").inner_text()
    assert page.get_by_role("link", name=re.compile("tradingview", re.IGNORECASE)).get_attribute("href") == (
        "https://www.tradingview.com/"
    )


def test_pickers_ask_the_server_again(open_page):
    page = open_page()
    for picker, query in (("leverage-10", "leverage="), ("side-long", "side=long"), ("range-24h", "start_ms=")):
        with page.expect_response(lambda answer, query=query: "heatmap.bin" in answer.url and query in answer.url):
            choose(page, picker)
        settle(page)
    header, *_ = grid_of(page)
    assert header["side"] == "long"
    assert header["T"] * header["step_ms"] <= 86_400_000
    before = page.screenshot()
    choose(page, "palette-cividis")
    settle(page)
    assert page.screenshot() != before


def test_a_refused_view_is_a_banner_and_the_page_lives_on(open_page):
    page = open_page(expected="status of 400")
    detail = "buckets: must be fewer"
    problem = {"type": "x", "title": "No", "status": 400, "detail": detail, "code": "invalid_argument"}
    page.route(
        "**/api/v1/heatmap.bin*",
        lambda route: route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(problem)),
    )
    choose(page, "side-short")
    page.get_by_test_id("error-banner").get_by_text(detail).wait_for()
    page.unroute("**/api/v1/heatmap.bin*")
    page.get_by_test_id("error-retry").click()
    page.get_by_test_id("error-banner").wait_for(state="hidden")
    page.evaluate("performance.clearResourceTimings()")


def test_the_scripts_of_the_first_view_stay_small(open_page):
    page = open_page()
    urls = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    scripts = {url for url in urls if url.endswith(".js")}
    assert scripts
    assert sum(len(gzip.compress(fetch(url), 9)) for url in scripts) <= MOST_SCRIPT_BYTES


def test_a_phone_holds(open_page):
    # Circles and labels may lie on the cell that is looked at.
    page = open_page("?liquidations=off&clusters=off", width=390, height=844, has_touch=True)
    sizes = page.evaluate("({scroll: document.documentElement.scrollWidth, inner: innerWidth})")
    assert sizes["scroll"] <= sizes["inner"]
    pane = page.locator("#chart").bounding_box()
    assert pane["height"] > 0.5 * 844
    page.touchscreen.tap(pane["x"] + pane["width"] / 3, pane["y"] + pane["height"] / 2)
    page.locator('[data-testid="readout-value"][data-usd]').wait_for()
    assert page.get_by_test_id("readout").get_by_text("25×").is_visible()
    (price, time_ms), _ = known_cells_on_phone(page)
    at = page.evaluate(WHERE, {"timeMs": time_ms, "price": price})
    assert brightness(pixel(page, at["x"], at["y"])) > 60


def known_cells_on_phone(page):
    """On a phone a pixel covers several columns: the densest cell that is clear of the candles will do."""
    _, levels, edges, times = grid_of(page)
    rows, columns = visible_cells(page, edges, times)
    clear = away_from_candles(page, edges, times)
    inside = np.zeros_like(clear)
    inside[np.ix_(sorted(rows), list(columns)[: len(columns) * 2 // 3])] = True
    levels = np.where(clear & inside, levels, -1)
    row, column = np.unravel_index(int(levels.argmax()), levels.shape)
    return (float(np.sqrt(edges[row] * edges[row + 1])), int(times[column])), None
