"""No violation that a machine can find, on every page, panel, theme and size."""

from __future__ import annotations

import pytest

from tests.support.browser import IS_SOAK, choose, settle
from tests.support.paths import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const {violations} = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                                                          'best-practice']});
  return violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) =>
    `${id}: ${target.join(' ')}: ${failureSummary.split('\\n').slice(1).join(';')}`));
}"""
DESKTOP, PHONE = (1440, 900), (360, 640)
LOOKS = [("dark", DESKTOP), ("light", PHONE), *([("light", DESKTOP), ("dark", PHONE)] if IS_SOAK else [])]


def violations(page):
    page.add_script_tag(path=AXE)
    return page.evaluate(RUN)


def open_themed(browser, server, path, theme, size):
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        has_touch=size == PHONE,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(server + path)
    return page


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_no_panel_of_the_page_violates_a_rule(browser, server, theme, size):
    page = open_themed(browser, server, "/", theme, size)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    settle(page)
    page.get_by_test_id("nearest").wait_for()
    assert violations(page) == []
    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    page.locator('[data-testid="readout-value"][data-usd]').wait_for()
    assert violations(page) == []
    choose(page, "tab-setups")
    page.get_by_test_id("cluster-list").locator("button").first.click()
    settle(page)
    assert violations(page) == []
    for part in page.locator(".parts button").all():
        part.click()
        settle(page)
        assert violations(page) == []
    choose(page, "tab-tape")
    settle(page)
    assert violations(page) == []
    choose(page, "type-delta")
    settle(page)
    assert violations(page) == []
    for menu in page.locator("#controls .menu-button").all():
        menu.click()
        assert violations(page) == []
        page.keyboard.press("Escape")
    for dialog in ("help", "about"):
        choose(page, dialog)
        settle(page)
        assert violations(page) == []
        page.keyboard.press("Escape")
    page.context.close()


@pytest.mark.parametrize(("theme", "size"), LOOKS)
@pytest.mark.parametrize("path", ["/market", "/beside", "/accuracy", "/accuracy/article"])
def test_no_other_page_violates_a_rule(browser, server, path, theme, size):
    page = open_themed(browser, server, path, theme, size)
    settle(page)
    assert violations(page) == []
    page.context.close()
