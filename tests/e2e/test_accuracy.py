"""The accuracy page in a real browser: under the server's policy, from a file, on a phone, from the chart."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator

import pytest
import waitress
from playwright.sync_api import Browser, Page, expect

from liqheat.api import create_app
from liqheat_lab.page.parts import ReportParts
from liqheat_lab.page.publish import publish
from liqheat_lab.page.report import render_report
from liqheat_lab.page.words import headline
from tests.support import report_samples as samples

SURFACE = "rgb(11, 14, 20)"
"""What the page's own style makes of the background; without it the page would be white."""


@pytest.fixture(scope="module")
def scored_server(simulated, tmp_path_factory) -> Iterator[str]:
    """Address of a server of invented scores."""
    folder = tmp_path_factory.mktemp("published")
    publish(ReportParts.from_json(samples.everything()), folder)
    server = waitress.create_server(create_app([simulated], accuracy=folder), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)


@pytest.fixture
def visit(browser: Browser):
    """Opens an address; fails the test on anything the console calls an error, such as a policy that was broken."""
    pages: list[tuple[Page, list[str]]] = []

    def visit_it(address: str, width: int = 1200, height: int = 900) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height})
        faults: list[str] = []
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        pages.append((page, faults))
        page.goto(address)
        return page

    yield visit_it
    for page, faults in pages:
        page.close()
        assert not faults


def check_plots(page: Page, width: int) -> None:
    pictures = page.locator("figure img").all()
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
        box = picture.bounding_box()
        assert box is not None and 250 < box["width"] <= width and box["height"] > 60
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == SURFACE
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1200, 390])
def test_the_served_page_shows_the_headline_and_its_plots(scored_server, visit, width):
    page = visit(f"{scored_server}/accuracy", width)
    assert page.get_by_test_id("headline").inner_text() == headline(samples.make_score())
    check_plots(page, width)
    colours = set()
    for picture in page.locator("figure img").all():
        colours |= drawn_colours(picture)
    assert {"94,201,164", "111,183,255"} <= colours


def drawn_colours(picture) -> set[str]:
    """Colours of a picture's pixels as the browser draws it."""
    found = picture.evaluate(
        """(one) => {
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [one.naturalWidth, one.naturalHeight];
          const pen = canvas.getContext('2d', { willReadFrequently: true });
          pen.drawImage(one, 0, 0);
          const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
          return [...seen];
        }"""
    )
    return set(found)


@pytest.mark.parametrize("width", [1200, 390])
def test_the_file_is_the_same_page_without_a_server(visit, tmp_path, width):
    path = tmp_path / "report.html"
    path.write_text(render_report(ReportParts(**samples.everything())), encoding="utf-8")
    page = visit(path.as_uri(), width)
    check_plots(page, width)
    assert page.get_by_test_id("claims").first.is_visible()
    assert page.locator("a").count() == 0


@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_of_the_claims(scored_server, visit, width):
    page = visit(f"{scored_server}/accuracy/article", width)
    expect(page.get_by_test_id("claims")).to_contain_text("Half of all invented clusters are reached")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Accuracy", exact=True).click()
    expect(page.get_by_test_id("headline")).to_be_visible()


@pytest.mark.parametrize("width", [1600, 390])
def test_the_chart_leads_to_the_published_scores_and_back(open_page, server, width):
    page = open_page(width=width)
    with urllib.request.urlopen(f"{server}/api/v1/accuracy") as answer:  # noqa: S310
        published = json.load(answer)
    if width > 1000:
        page.get_by_test_id("about").click()
        expect(page.get_by_test_id("about-accuracy")).to_have_text(published["headline"])
        page.keyboard.press("Escape")
    page.get_by_test_id("accuracy-link").click()
    expect(page.get_by_test_id("headline")).to_have_text(published["headline"])
    if published["score"] is not None:
        check_plots(page, width)
    page.get_by_test_id("back-to-chart").click()
    page.wait_for_function("() => window.liqheat !== undefined")
    page.evaluate("window.liqheat.ready")
