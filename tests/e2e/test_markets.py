"""The table of markets in a browser: five hundred rows, sorted, filtered, starred, on a desk and on a phone."""

from __future__ import annotations

import copy
import random

import pytest

from tests.support.browser import settle
from tests.support.contrast import FAINT_TEXTS

DESK, PHONE = (1440, 900), (360, 640)
N_ROWS = 500
HOUR_MS = 3_600_000
VENUES = (["binanceusdm"], ["bybit", "okx"], ["gate"])
COLUMNS = [
    "symbol",
    "price",
    "change",
    "range",
    "open_interest",
    "volume",
    "asymmetry",
    "above",
    "above_usd",
    "below",
    "below_usd",
    "touch",
    "growth",
    "grade",
]
NO_STORAGE = """
for (const name of ['getItem', 'setItem'])
  Storage.prototype[name] = () => { throw new DOMException('forbidden', 'SecurityError'); };
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll('button, select, input, a')]
  .filter(one => one.checkVisibility() && !one.matches('.skip'))
  .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
  .map(([html, box]) => `${box.width} x ${box.height}: ${html}`)
"""
TIMED = """
([testId, text]) => new Promise(done => {
  const node = document.querySelector(`[data-testid="${testId}"]`);
  const start = performance.now();
  if (text === null) node.click();
  else { node.value = text; node.dispatchEvent(new InputEvent('input', { bubbles: true })); }
  requestAnimationFrame(() => { document.body.offsetHeight; done(performance.now() - start); });
})
"""


def part(page, test_id):
    return page.locator(f'[data-testid="{test_id}"]')


def body_rows(page):
    return part(page, "markets").locator('tbody tr[data-testid^="market-"]')


def shown_symbols(page):
    return body_rows(page).evaluate_all("rows => rows.map(row => row.dataset.testid.slice('market-'.length))")


def make_many(base):
    """Rows like that of the server, each with figures of its own; some lack what may be unknown."""
    chance, rows = random.Random(7), []  # noqa: S311  rows to look at
    for number in range(N_ROWS):
        row, size = copy.deepcopy(base), chance.uniform(0.3, 3.0)
        row["symbol"] = f"C{number:03d}/USDT:USDT"
        row["venues"] = VENUES[number % 3]
        row["price"] *= size
        row["asymmetry"] = None if number == 5 else size
        day = row["day"]
        day["closes_24h"] = [size * close for close in day["closes_24h"]]
        day["open_interest_usd"] *= size
        day["change_24h_pct"] = chance.gauss(0.0, 4.0)
        day["volume_24h_usd"] *= size
        day["closes_24h"][20] *= chance.uniform(0.9, 1.1)
        for side in (row["above"], row["below"]):
            for name in ("distance_pct", "growth_usd_per_hour", "touch_probability"):
                side[name] *= size / 3.0
            side["touch_forecast"]["inside_usd"] *= size
        row["grade"] = "ABCD"[number % 4]
        if number % 10 == 3:
            why = "the history is 3 h long, with no close 24 h ago"
            day.update(change_24h_pct=None, volume_24h_usd=None, closes_24h=[], why_unknown=why)
        if number % 10 == 4:
            row["above"], row["nearest_side"] = None, "long" if row["below"] else None
        if number == 6:
            row["time_ms"] -= 2 * HOUR_MS
        rows.append(row)
    return rows


@pytest.fixture
def open_markets(browser, server):
    """Opens the page with 500 rows; fails the test on any fault in the console."""
    contexts, faults = [], []

    def open_it(size=DESK, query="", *, is_phone=False, init_script=None):
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=is_phone, is_mobile=is_phone
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if init_script is not None:
            page.add_init_script(init_script)

        def many(route):
            body = route.fetch().json()
            route.fulfill(json={**body, "rows": make_many(body["rows"][0])})

        page.route("**/api/v1/market?*", many)
        page.set_default_timeout(20_000)
        page.goto(f"{server}/market{query}")
        body_rows(page).first.wait_for()
        settle(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.parametrize(("size", "is_phone"), [(DESK, False), (PHONE, True)], ids=["desk", "phone"])
def test_the_page_has_its_parts_and_scrolls_in_its_own_box(open_markets, size, is_phone):
    page = open_markets(size, is_phone=is_phone)
    assert page.locator("main h1").inner_text() == "Markets"
    assert "USD" in page.locator("table caption").text_content()
    heads = part(page, "markets").locator("thead th")
    assert heads.count() == len(COLUMNS)
    for name in COLUMNS:
        assert part(page, f"sort-{name}").locator(".second").inner_text()
    assert part(page, "market-as-of").inner_text().startswith("As of Sun 15 Feb 2026")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate("document.documentElement.scrollHeight") == size[1]
    if not is_phone:
        assert page.evaluate("(n => n.scrollWidth - n.clientWidth)(document.querySelector('.market-scroller'))") == 0
    # However far it is scrolled, the name of the market stays.
    page.locator(".market-scroller").evaluate("node => { node.scrollLeft = 600; node.scrollTop = 9000; }")
    settle(page)
    box = page.locator(".market-scroller").bounding_box()
    name = body_rows(page).nth(10).locator("th").bounding_box()
    assert name["x"] == pytest.approx(box["x"], abs=2)
    head = heads.first.bounding_box()
    assert (head["x"], head["y"]) == pytest.approx((box["x"], box["y"]), abs=2)


@pytest.mark.parametrize(("size", "is_phone"), [(DESK, False), (PHONE, True)], ids=["desk", "phone"])
def test_texts_stand_out_and_fingers_find_what_they_touch(open_markets, size, is_phone):
    page = open_markets(size, is_phone=is_phone)
    part(page, "explain-asymmetry").click()
    settle(page)
    assert page.evaluate(FAINT_TEXTS) == []
    if is_phone:
        assert page.evaluate(SMALL_TARGETS) == []


def test_five_hundred_rows_are_a_few_in_the_page(open_markets):
    page = open_markets()
    table = part(page, "markets")
    assert table.get_attribute("aria-rowcount") == str(N_ROWS + 1)
    assert body_rows(page).count() < 45
    assert page.evaluate("document.querySelectorAll('*').length") < 1_500
    took = {
        "first letter": page.evaluate(TIMED, ["market-filter", "c"]),
        "second letter": page.evaluate(TIMED, ["market-filter", "c4"]),
        "no filter": page.evaluate(TIMED, ["market-filter", ""]),
        "sort": page.evaluate(TIMED, ["sort-volume", None]),
        "turn": page.evaluate(TIMED, ["sort-volume", None]),
    }
    print("500 rows, ms to the next laid out frame:", {name: round(ms, 1) for name, ms in took.items()})
    page.evaluate(TIMED, ["sort-symbol", None])
    scroller = page.locator(".market-scroller")
    scroller.evaluate("node => { node.scrollTop = node.scrollHeight; }")
    settle(page)
    last = body_rows(page).last
    assert shown_symbols(page)[-1] == "C499/USDT:USDT"
    assert last.get_attribute("aria-rowindex") == str(N_ROWS + 1)
    assert body_rows(page).count() < 45
    # What is filtered is read from its top.
    part(page, "market-filter").fill("c01")
    settle(page)
    assert shown_symbols(page) == [f"C01{digit}/USDT:USDT" for digit in range(10)]
    assert "10 of 500 markets" in part(page, "market-note").inner_text()


def test_every_column_sorts_and_the_link_remembers(open_markets):
    page = open_markets()
    for name in COLUMNS:
        button = part(page, f"sort-{name}")
        button.press("Enter")
        assert page.locator("th[aria-sort]").count() == 1
        assert page.locator("th", has=button).get_attribute("aria-sort") in ("ascending", "descending")
        order = shown_symbols(page)
        button.press("Enter")
        assert shown_symbols(page) != order
    page.goto(page.url.split("?")[0] + "?sort=open_interest&filter=gate")
    body_rows(page).first.wait_for()
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert part(page, "market-filter").input_value() == "gate"
    part(page, "sort-open_interest").click()
    part(page, "market-filter").fill("gate c1")
    assert page.evaluate("location.search") == "?sort=open_interest&direction=ascending&filter=gate+c1"
    before = shown_symbols(page)
    page.reload()
    body_rows(page).first.wait_for()
    settle(page)
    assert shown_symbols(page) == before and all(symbol.startswith("C1") for symbol in before)


def test_the_keyboard_filters_opens_and_reaches_every_row(open_markets):
    page = open_markets()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.dataset.testid") == "market-filter"
    page.keyboard.type("c12/")
    settle(page)
    assert part(page, "market-filter").input_value() == "c12/"
    page.keyboard.press("Escape")
    settle(page)
    assert part(page, "market-filter").input_value() == ""
    part(page, "explain-asymmetry").press("Enter")
    assert "within 5 %" in part(page, "market-tip").inner_text()
    page.keyboard.press("Escape")
    assert part(page, "market-tip").is_hidden()
    # Two stops a row: far beyond the rows that were there at first.
    part(page, "sort-symbol").press("Enter")
    body_rows(page).first.locator("a").focus()
    for _ in range(80):
        page.keyboard.press("Tab")
    settle(page)
    focused = page.evaluate("document.activeElement.closest('tr').dataset.testid")
    assert focused == "market-C040/USDT:USDT"
    box, row = page.locator(".market-scroller").bounding_box(), part(page, focused).bounding_box()
    assert box["y"] < row["y"] < box["y"] + box["height"]
    href = page.evaluate("document.activeElement.getAttribute('href')")
    assert href.startswith("/?symbol=C040/USDT:USDT")


def test_favourites_stand_first_and_are_kept(open_markets):
    page = open_markets(query="?sort=symbol")
    part(page, "star-C007/USDT:USDT").click()
    part(page, "star-C003/USDT:USDT").press("Enter")
    settle(page)
    assert shown_symbols(page)[:3] == ["C003/USDT:USDT", "C007/USDT:USDT", "C000/USDT:USDT"]
    assert part(page, "star-C003/USDT:USDT").get_attribute("aria-pressed") == "true"
    part(page, "favourites-first").click()
    settle(page)
    assert shown_symbols(page)[0] == "C000/USDT:USDT"
    assert page.evaluate("location.search") == "?sort=symbol&favourites=mixed"
    part(page, "favourites-first").click()
    page.reload()
    body_rows(page).first.wait_for()
    assert shown_symbols(page)[:2] == ["C003/USDT:USDT", "C007/USDT:USDT"]
    # A row that leaves the page does not take the keyboard's place with it.
    page.locator(".market-scroller").evaluate("node => { node.scrollTop = 20000; }")
    settle(page)
    body_rows(page).nth(12).locator(".star").press("Enter")
    settle(page)
    assert page.evaluate("document.activeElement !== document.body")


def test_a_browser_that_keeps_nothing_still_has_its_table(open_markets):
    page = open_markets(query="?sort=symbol", init_script=NO_STORAGE)
    part(page, "star-C007/USDT:USDT").click()
    settle(page)
    assert shown_symbols(page)[0] == "C007/USDT:USDT"
    assert "keeps no favourites" in part(page, "market-note").inner_text()


def test_what_is_unknown_is_a_dash_with_its_reason(open_markets):
    page = open_markets(query="?sort=symbol")
    short = part(page, "market-C003/USDT:USDT").locator("td")
    for at, name in ((1, "change"), (2, "range"), (4, "volume")):
        cell = short.nth(at)
        assert COLUMNS[at + 1] == name
        assert cell.locator("[aria-hidden]").inner_text() == "—"
        assert cell.get_attribute("title") == "Unknown: the history is 3 h long, with no close 24 h ago"
    no_shorts = part(page, "market-C004/USDT:USDT").locator("td").nth(COLUMNS.index("above") - 1)
    assert "no cluster of shorts above within 5 %" in no_shorts.get_attribute("title")
    even = part(page, "market-C005/USDT:USDT").locator("td").nth(COLUMNS.index("asymmetry") - 1)
    assert even.get_attribute("title").startswith("Unknown: nothing is held")
    # Older than the others: it says so.
    assert part(page, "market-C006/USDT:USDT").locator(".as-of").inner_text() == "as of 22:00"


def test_a_tap_tells_what_a_mouse_would_hover(open_markets):
    page = open_markets(PHONE, "?sort=symbol", is_phone=True)
    part(page, "explain-asymmetry").tap()
    tip = part(page, "market-tip")
    assert "against shorts within 5 % above it" in tip.inner_text()
    tip.locator("button").tap()
    part(page, "market-C001/USDT:USDT").locator("td").nth(COLUMNS.index("asymmetry") - 1).tap()
    assert "outweigh" in tip.inner_text()
    part(page, "about-columns").tap()
    assert tip.locator("dt").count() == len(COLUMNS)


def test_a_line_of_closes_is_told_in_words(open_markets):
    page = open_markets(query="?sort=symbol")
    line = part(page, "market-C000/USDT:USDT").locator("svg[role=img]")
    assert line.get_attribute("aria-label").startswith("Closes of 24 h: from ")
    assert line.locator("path").get_attribute("d").count("L") == 48
