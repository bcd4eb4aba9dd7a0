"""What a browser keeps of a person's choices, a reader's own colours, and what happens before a cluster."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import choose, settle

PALETTE = "() => window.liqheat.heatmap.options().palette"
BACKGROUND = "chip => getComputedStyle(chip).backgroundColor"


def opened(context, address):
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    settle(page)
    return page


def test_settings_are_kept_and_a_link_shows_what_it_says(browser, server):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = opened(context, server)
    choose(page, "palette-inferno")
    choose(page, "layer-volume")
    again = opened(context, server)
    assert again.evaluate(PALETTE) == "inferno"
    assert "volume=on" in again.url and "palette=inferno" in again.url
    # Somebody else's link is shown as it was, and changes nothing that is kept.
    other = opened(context, f"{server}/?palette=cividis&range=24h")
    assert other.evaluate(PALETTE) == "cividis"
    choose(other, "range-3d")
    assert opened(context, server).evaluate(PALETTE) == "inferno"
    context.close()


def test_storage_that_is_forbidden_or_full_keeps_nothing_and_breaks_nothing(browser, server):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
        "Storage.prototype.getItem = () => { throw new DOMException('no', 'SecurityError'); };"
    )
    page.goto(server)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    choose(page, "palette-inferno")
    assert page.evaluate(PALETTE) == "inferno"
    page.locator("#chart").focus()
    for key in ("ArrowLeft", "d", "Enter"):
        page.keyboard.press(key)
    page.get_by_test_id("draw-menu").click()
    expect(page.get_by_test_id("drawn").locator("li")).to_have_count(1)
    assert not faults
    page.close()


def test_what_is_chosen_shows_in_a_readers_own_colours(browser, server):
    page = browser.new_page(viewport={"width": 1600, "height": 900}, forced_colors="active")
    page.goto(server)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    group = page.locator("#controls .segmented").first
    pressed = group.locator(".chip[aria-pressed=true]").first.evaluate(BACKGROUND)
    assert pressed != group.locator(".chip[aria-pressed=false]").first.evaluate(BACKGROUND)
    tab = page.get_by_test_id("tab-map").evaluate(BACKGROUND)
    assert tab != page.get_by_test_id("tab-setups").evaluate(BACKGROUND)
    page.close()


def test_what_takers_and_the_book_do_before_the_nearest_cluster(open_page):
    page = open_page()
    card = page.get_by_test_id("order-flow")
    expect(card).to_be_visible()
    expect(card.get_by_test_id("taker-words")).to_have_text(
        re.compile(r"Takers (sold|bought): \d+% of what was traded in 2 h")
    )
    expect(card.get_by_test_id("book-words")).to_have_text(
        re.compile(r"(Bids|Asks) before it are (thinning|steady|stacking up) \(.?\d+%\)")
    )
    # The same figures as a table, newest first.
    card.locator("summary").click()
    assert card.locator("tbody tr").count() == 24
    # It goes by the cluster that is chosen.
    heading = card.locator("h2").inner_text()
    rows = page.get_by_test_id("nearest").locator("tbody button")
    edges = [row.inner_text() for row in rows.all()]
    other = next(edge for edge in edges if edge not in heading)
    rows.nth(edges.index(other)).click()
    choose(page, "tab-map")
    expect(card.locator("h2")).to_contain_text(other)


def test_cells_around_the_crosshair_and_the_profile_are_tables(open_page):
    page = open_page()
    page.get_by_test_id("tables").locator("summary").click()
    expect(page.get_by_test_id("profile-steps").locator("tr")).to_have_count(10)
    page.locator("#chart").focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    rows = page.get_by_test_id("cells-around").locator("tr")
    expect(rows).to_have_count(9)
    pointed = rows.and_(page.locator("[aria-current=true]")).locator("td").nth(1)
    at = page.get_by_test_id("readout-value")
    usd = page.evaluate(
        "([price, timeMs]) => { const grid = window.liqheat.heatmap.grid;"
        " return grid.valueOf(grid.rowAt(price), grid.columnAt(timeMs)); }",
        [float(at.get_attribute("data-price")), float(at.get_attribute("data-time-ms"))],
    )
    units = {"K": 1e3, "M": 1e6, "B": 1e9}
    text = pointed.inner_text()
    shown = float(re.search(r"[\d.]+", text)[0]) * units.get(text[-1], 1)
    assert abs(shown - usd) <= 0.01 * usd + 1
