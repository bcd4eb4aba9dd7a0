"""The page in seven languages: chosen by the browser's, or by hand; nothing is cut, and English stands in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import IS_SOAK, choose, settle

SAID = {
    "de": ("Karte", "Realisiert"),
    "fr": ("Carte", "Réalisé"),
    "nl": ("Kaart", "Gerealiseerd"),
    "da": ("Kort", "Realiseret"),
    "nb": ("Kart", "Realisert"),
    "sv": ("Karta", "Realiserat"),
}
LOCALES = {"de": "de-AT", "fr": "fr-CA", "nl": "nl-BE", "da": "da-DK", "nb": "nn-NO", "sv": "sv-FI"}
"""Of places where the language is spoken otherwise, too."""
SIZES = [(1440, 900), (1920, 1080), (390, 844), (360, 640), (844, 390)]


def open_in(browser, server, locale, size=(1440, 900), path="/"):
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale=locale, color_scheme="dark")
    page.set_default_timeout(20_000)
    page.faults = []
    page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{server}{path}")
    if path == "/":
        page.wait_for_function("() => window.liqheat !== undefined")
        page.evaluate("window.liqheat.ready")
    settle(page)
    return page


@pytest.mark.parametrize("language", SAID)
def test_a_reader_gets_the_language_of_the_browser(browser, server, language):
    # The longest words on the smallest screen, and every language once.
    for size in SIZES if IS_SOAK else [(360, 640) if language == "de" else (1440, 900)]:
        page = open_in(browser, server, LOCALES[language], size)
        assert page.evaluate("document.documentElement.lang") == language
        tabs = (page.get_by_test_id("tab-map").inner_text(), page.get_by_test_id("tab-tape").inner_text())
        assert tabs == SAID[language]
        # Rows of controls scroll by themselves; the page does not.
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        # Decimal commas, wherever a price stands.
        assert "," in page.get_by_test_id("nearest").locator("tbody button").first.inner_text()
        assert not page.faults
        page.close()


def test_rules_and_their_reasons_are_translated_too(browser, server):
    page = open_in(browser, server, "de-DE")
    choose(page, "tab-setups")
    # Rules are told of those clusters that a setup is made of.
    page.get_by_test_id("cluster-list").locator("button:has([data-verdict])").first.click()
    choose(page, "part-rules")
    expect(page.locator(".rule-name")).to_have_count(18)
    assert "Asymmetrie" in page.locator(".rule-name").all_inner_texts()
    assert not page.faults
    page.close()


def test_a_language_is_chosen_by_hand_and_kept(browser, server):
    page = open_in(browser, server, "en-US")
    expect(page.get_by_test_id("tab-map")).to_have_text("Map")
    page.get_by_test_id("look-menu").click()
    page.get_by_test_id("language").select_option("sv")
    expect(page.get_by_test_id("tab-map")).to_have_text("Karta")
    page.goto(f"{server}/market")
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    page.close()


def test_english_stands_where_a_catalogue_does_not_come(browser, server):
    page = browser.new_page(locale="fr-FR")
    page.route("**/languages/**", lambda route: route.abort())
    page.goto(server)
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
    expect(page.get_by_test_id("tab-map")).to_have_text("Map")
    page.close()


def test_the_table_of_markets_and_two_views_speak_it_too(browser, server):
    page = open_in(browser, server, "de-DE", path="/market")
    assert page.locator("h1").inner_text() != "Markets"
    page.close()
    page = open_in(browser, server, "de-DE", path="/beside")
    assert page.get_by_test_id("view-left").get_attribute("title") == "Linke Ansicht"
    page.close()
