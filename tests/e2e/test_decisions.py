"""What the map is for, in a browser: five types, clusters, setups with reasons, blind spots, the table of markets."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.support.browser import choose, serving, settle

GRID = (
    "() => { const grid = window.liqheat.heatmap.grid; return {signed: Boolean(grid.isSigned), version: grid.version, \
columns: grid.columns, histogram: Array.from(grid.histogram)}; }"
)


def part(page, name):
    return page.locator(f'[data-testid="{name}"]')


def choose_type(page, name):
    part(page, f"type-{name}").click()
    settle(page)
    page.wait_for_timeout(300)
    settle(page)


def fetch(server, path):
    with urllib.request.urlopen(f"{server}/api/v1/{path}", timeout=30) as answer:  # noqa: S310  our own server
        return json.load(answer)


def test_five_types_each_draw_another_map(open_page, server):
    page = open_page()
    seen = {"cumulative": page.evaluate(GRID)}
    choose_type(page, "delta")
    seen["delta"] = page.evaluate(GRID)
    assert seen["delta"]["signed"]
    assert part(page, "legend-sides").is_visible()
    expect(part(page, "net-text")).to_contain_text("Net within")
    assert "type=delta" in page.url
    choose_type(page, "leverage")
    choose(page, "preset-wick")
    settle(page)
    page.wait_for_timeout(500)
    seen["leverage"] = page.evaluate(GRID)
    assert not seen["leverage"]["signed"]
    assert seen["leverage"]["histogram"] != seen["cumulative"]["histogram"]
    assert part(page, "net-text").is_hidden()
    choose_type(page, "realised")
    assert part(page, "tape").is_visible()
    assert part(page, "tape-rows").locator("tr").count() > 5
    assert part(page, "tab-tape").get_attribute("aria-selected") == "true"
    # What fired within a day stands above it, beside what was expected.
    told = fetch(server, "sweeps")
    assert told["why_none"] is None and told["sweeps"]
    sweeps = part(page, "sweeps")
    expect(sweeps).to_contain_text(f"{told['n_inside']} of {len(told['sweeps'])}")
    outcomes = sweeps.locator("tbody tr td:last-child").all_inner_texts()
    assert outcomes == [one["outcome"] for one in reversed(told["sweeps"])]
    choose_type(page, "venue")
    choose_type(page, "cumulative")
    assert page.evaluate(GRID)["histogram"] == seen["cumulative"]["histogram"]


def test_a_cluster_says_why_it_is_or_is_not_a_setup(open_page, server):
    page = open_page("?panel=setups")
    part(page, "cluster-list").locator("button").first.wait_for()
    buttons = part(page, "cluster-list").locator("button")
    clusters = fetch(server, "clusters?quantity=flow")["clusters"]
    assert buttons.count() >= len(clusters) > 2
    setups = {one["cluster"]["cluster_id"]: one for one in fetch(server, "setups?style=day&quantity=flow")["setups"]}
    wanted = next(one["cluster_id"] for one in clusters if one["cluster_id"] in setups)
    part(page, f"cluster-{wanted}").click()
    assert f"cluster={wanted}" in page.url
    detail = part(page, "setup-detail")
    detail.locator("[data-verdict]").first.wait_for()
    verdicts = detail.locator("[data-verdict]").evaluate_all("nodes => nodes.map(node => node.dataset.verdict)")
    assert setups[wanted]["verdict"] in verdicts
    part(page, "part-trade").click()
    reasons = part(page, "reasons").locator("li").all_inner_texts()
    # The page words them itself, out of the phrases of the table: amounts are in the currency that is shown.
    named = [reason.split(":")[0] for reason in setups[wanted]["reasons"]]
    assert [reason.split(":")[0] for reason in reasons] == named and not any("{" in reason for reason in reasons)
    plain = [reason for reason in setups[wanted]["reasons"] if "$" not in reason and " at " not in reason]
    assert plain and set(plain) <= {reason.replace("−", "-") for reason in reasons}
    part(page, "part-rules").click()
    rules = part(page, "rules").locator("li > details")
    assert rules.count() == 18
    shown = {
        rule.get_attribute("data-testid").removeprefix("rule-"): rule.get_attribute("data-verdict")
        for rule in rules.all()
    }
    assert shown == {rule["rule_id"]: rule["verdict"] for rule in setups[wanted]["rules"]}
    part(page, "part-cluster").click()
    assert part(page, "cluster-facts").is_visible()
    assert "realised" in part(page, "cluster-remainder").inner_text().lower()


def test_equity_and_style_are_the_users_and_a_check_is_made_anew(open_page):
    page = open_page("?panel=setups")
    part(page, "setup-detail").locator("[data-verdict]").first.wait_for()
    with page.expect_response(lambda answer: "/setups?" in answer.url and "equity_usd=25000" in answer.url):
        part(page, "equity").fill("25000")
        part(page, "equity").blur()
    part(page, "equity").fill("-3")
    part(page, "equity").blur()
    assert page.locator("#equity-problem").inner_text() != ""
    with page.expect_response(lambda answer: "style=swing" in answer.url):
        page.get_by_role("button", name="Swing").click()
    with page.expect_response(lambda answer: "/setups?" in answer.url):
        part(page, "check-now").click()
    expect(part(page, "check-result")).not_to_be_empty()


def test_blind_spots_and_the_order_book_or_its_absence_are_said(open_page):
    page = open_page()
    spots = part(page, "blind-spots")
    spots.locator("summary").click()
    text = spots.inner_text()
    for words in ("Hidden orders", "Cross margin", "OTC", "10–25 %", "60–80 %"):
        assert words in text
    assert len(part(page, "accuracy-headline").inner_text()) > 60
    book = part(page, "book")
    book.get_by_text("resting now").wait_for()
    assert "wall" in part(page, "walls").inner_text()

    def without_a_book(route):
        body = route.fetch().json()
        for market in body["markets"]:
            market["has_order_book"] = False
        route.fulfill(json=body)

    page.route("**/api/v1/symbols", without_a_book)
    page.reload()
    part(page, "no-book").get_by_text("no order book in this data").wait_for()


def test_the_table_of_markets_sorts_and_leads_to_a_chart(browser, server):
    page = browser.new_page(viewport={"width": 1400, "height": 800})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{server}/market")
    rows = part(page, "markets").locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == 1
    part(page, "sort-above").click()
    head = page.locator("th", has=part(page, "sort-above"))
    assert head.get_attribute("aria-sort") in ("ascending", "descending")
    assert page.evaluate("document.activeElement.dataset.testid") == "sort-above"
    part(page, "market-style").select_option("swing")
    part(page, "market-note").filter(has_text="for a swing trade").wait_for()
    assert page.evaluate("location.search") == "?style=swing&sort=above"
    page.reload()
    rows.first.wait_for()
    assert part(page, "market-style").input_value() == "swing"
    assert "style=swing" in rows.first.locator("a").first.get_attribute("href")
    # Waiting for an expression would evaluate text in the page, which its content policy forbids.
    with page.expect_navigation():
        rows.first.locator("a").first.click()
    page.evaluate("window.liqheat.ready")
    with page.expect_navigation():
        part(page, "market-link").click()
    rows.first.wait_for()
    page.close()
    assert not faults


@pytest.mark.parametrize("kind", ["cumulative", "delta"])
def test_switching_is_quick_when_the_server_is_warm(open_page, kind):
    page = open_page()
    for name in ("delta", "cumulative", "delta", "cumulative"):
        choose_type(page, name)
    other = "delta" if kind == "cumulative" else "cumulative"
    took = []
    for _ in range(5):
        choose_type(page, other)
        part(page, f"type-{kind}").click()
        settle(page)
        page.wait_for_timeout(400)
        entries = page.evaluate("performance.getEntriesByName('liqheat:view').map(entry => entry.duration)")
        took.append(entries[-1])
    print(f"{kind}: {sorted(took)[len(took) // 2]:.0f} ms to pixels, warm (goal 150)")
    assert all(value > 0 for value in took)


def test_real_bitcoin_shows_the_five_types_and_a_cluster_with_its_reasons(browser, shared):
    with serving("--data", str(shared / "data" / "binance_bybit_2025-11_2026-03")) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/?symbol=BTC/USDT:USDT&panel=setups")
        page.evaluate("window.liqheat.ready")
        histograms = []
        for kind in ("cumulative", "delta", "leverage", "venue", "realised"):
            choose_type(page, kind)
            histograms.append(page.evaluate(GRID)["histogram"])
        assert histograms[0] != histograms[1]
        # Hourly totals have no prices: nothing is drawn as realised, and nothing is made up.
        assert part(page, "tape-rows").locator("tr").count() == 0
        part(page, "tab-setups").click()
        # Clusters of expected liquidations lie nearer and farther; rules are told of those that a setup is made of.
        part(page, "cluster-list").locator("button:has([data-verdict])").first.click()
        part(page, "part-rules").click()
        assert part(page, "rules").locator("li > details").count() == 18
        rule = part(page, "rule-R4")
        assert rule.get_attribute("data-verdict") == "unknown"
        assert "no order book" in rule.inner_text()
        page.close()
        assert not faults
