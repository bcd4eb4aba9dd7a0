"""The page without a server: what a browser keeps of it is shown with its age, and never taken for fresh."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import serving, settle

KEPT = """async () => {
  const answers = await caches.open('liqheat-answers');
  return (await answers.keys()).map(({url}) => new URL(url).pathname);
}"""
# A worker may be there and not yet in charge: it takes the page over by itself.
IN_CHARGE = "() => navigator.serviceWorker.controller !== null"


def ready(page):
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    settle(page)


def test_the_last_map_is_shown_with_its_age_while_there_is_no_server(browser):
    # In another language, whose words must be kept, too.
    context = browser.new_context(service_workers="allow", color_scheme="dark", locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(30_000)
    with serving() as address:
        page.goto(address)
        ready(page)
        page.wait_for_function(IN_CHARGE)
        # What is asked for from now on goes through the worker.
        page.reload()
        ready(page)
        page.wait_for_function(f"async () => (await ({KEPT})()).includes('/api/v1/heatmap.bin')")
        expect(page.get_by_test_id("server-lost")).to_be_hidden()
        last = page.evaluate("() => window.liqheat.series.data().at(-1)")
        assert "/health" not in page.evaluate(KEPT)
    page.reload()
    ready(page)
    assert page.evaluate("() => window.liqheat.series.data().at(-1)") == last
    assert page.evaluate("() => window.liqheat.heatmap.grid.columns") > 100
    expect(page.get_by_test_id("server-lost")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d UTC"))
    expect(page.get_by_test_id("tab-map")).to_have_text("Karte")
    with serving("--port", address.rpartition(":")[2]):
        expect(page.get_by_test_id("server-lost")).to_be_hidden(timeout=20_000)
    context.close()


def test_it_can_be_installed(browser, server):
    context = browser.new_context(service_workers="allow")
    page = context.new_page()
    page.goto(server)
    ready(page)
    page.wait_for_function(IN_CHARGE)
    session = context.new_cdp_session(page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Of a browser in which nothing is kept, and not of the page.
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    context.close()


def test_a_phone_shares_by_its_own_sheet(browser, server):
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    page.goto(f"{server}/?range=24h")
    ready(page)
    page.get_by_test_id("copy-link").click()
    page.wait_for_function("() => window.shared !== undefined")
    shared = page.evaluate("window.shared")
    assert "range=24h" in shared["url"] and "BTC/USDT:USDT" in shared["title"]
    page.close()
