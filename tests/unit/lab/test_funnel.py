"""The count of setups by rule: it adds up, only narrows, and knows nothing of later bars."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from liqheat.errors import NoDataError
from liqheat.setups import RULES, mean_daily_totals
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.scores.funnel import PRESETS, STYLES, VERDICTS, count_setups, funnel_table, is_open_to
from tests.support.paths import ROOT
from tests.support.scored_markets import scored_market, strict_json

EVERY_MS = 96 * HOUR_MS


@pytest.fixture(scope="module")
def scored():
    return scored_market()


@pytest.fixture(scope="module")
def found(scored):
    return count_setups(scored, volume_rank=1, every_ms=EVERY_MS)


def test_every_setup_is_counted_once_by_each_rule(found):
    strict_json(json.dumps(found))
    assert found["looks"] > 0
    for style in STYLES:
        for preset in PRESETS:
            one = found["styles"][style][preset]
            assert one["setups"] == one["pass"] + one["incomplete"] + one["fail"] > 0
            assert all(sum(row[verdict] for verdict in VERDICTS) == one["setups"] for row in one["rules"].values())
            left = [one["rules"][rule.rule_id]["left"] for rule in RULES]
            assert left == sorted(left, reverse=True)
            # What no hard rule failed is what passes or is incomplete.
            assert left[-1] == one["pass"] + one["incomplete"] >= one["pass_without_order_book"]


def test_without_an_order_book_nothing_passes_and_the_table_says_so(found):
    assert all(found["styles"][style][preset]["pass"] == 0 for style in STYLES for preset in PRESETS)
    assert all(
        found["styles"][style][preset]["rules"]["R4"]["unknown"] == found["styles"][style][preset]["setups"]
        for style in STYLES
        for preset in PRESETS
    )
    lines = funnel_table(found).splitlines()
    assert lines[0].count("|") == lines[1].count("|") == 8 and lines[-1].startswith("| pass as they are | 0 |")


def test_strict_stops_what_article_lets_through(found):
    for style in STYLES:
        article, strict = (found["styles"][style][preset] for preset in PRESETS)
        assert article["setups"] == strict["setups"]
        assert article["pass_without_order_book"] >= strict["pass_without_order_book"]


def test_only_the_order_book_may_be_missing(setup_of_rules):
    assert is_open_to(setup_of_rules())
    assert is_open_to(setup_of_rules(R4="unknown"))
    assert not is_open_to(setup_of_rules(R2="unknown"))
    assert not is_open_to(setup_of_rules(R1="fail"))


@pytest.fixture
def setup_of_rules(scored):
    from liqheat import estimate_flow
    from liqheat.setups import score_setups

    one = score_setups(estimate_flow(scored.market), style="swing", equity_usd=1e4)[0]

    def make(**verdicts):
        rules = tuple(replace(rule, verdict=verdicts.get(rule.rule_id, "pass")) for rule in one.rules)
        hard = [rule for rule in rules if rule.is_hard]
        verdict = "fail" if any(rule.verdict == "fail" for rule in hard) else "incomplete"
        return replace(one, rules=rules, verdict=verdict)

    return make


def test_the_usual_day_is_of_the_past_alone(scored):
    end_ms = int(scored.market.open_time_ms[0]) + 12 * DAY_MS
    usual = mean_daily_totals(scored.labels, end_ms)
    usd = scored.labels.usd.copy()
    usd[scored.labels.start_ms >= end_ms] = 1e12
    assert mean_daily_totals(replace(scored.labels, usd=usd), end_ms) == usual
    assert usual[1] and usual[0] > 0
    assert mean_daily_totals(None, end_ms) == (0.0, False)
    assert mean_daily_totals(scored.labels, int(scored.labels.start_ms[0]) + HOUR_MS) == (0.0, False)


def test_documents_and_page_say_what_was_counted():
    counted = json.loads((ROOT / "tests" / "data" / "setups.json").read_text(encoding="utf-8"))
    readme = (ROOT / "python" / "liqheat" / "setups" / "README.md").read_text(encoding="utf-8")
    told = re.search(r"<!-- funnel:begin -->\n(.*?)\n<!-- funnel:end -->", readme, re.DOTALL)
    assert told is not None and told[1] == funnel_table(counted)
    assert f"every {counted['every_hours']} hours on {counted['days']} days" in readme
    styles = counted["styles"]
    shares = {
        rule_id: [one["rules"][rule_id]["fail"] / one["setups"] for one in (styles[style][preset] for style in STYLES)]
        for rule_id, preset in (("R1", "article"), ("R8", "strict"))
    }
    page = re.sub(r"'\s*\+ '", "", (ROOT / "web/src/setups/usual-failures.ts").read_text(encoding="utf-8"))
    for rule_id, found in shares.items():
        ends = dict.fromkeys(f"{100 * end(found):.0f}" for end in (min, max))
        assert f"{rule_id} {' to '.join(ends)} of 100" in page
    day = styles["day"]["article"]
    assert f"on {counted['days']} days of Bitcoin" in page
    assert f"{day['looks_without_order_book']} of {counted['looks']} looks" in page


def test_a_short_history_is_refused_by_name(scored):
    market = scored.market
    with pytest.raises(NoDataError, match="market: must be longer than 10 days"):
        count_setups(replace(scored, market=market.until(int(market.open_time_ms[0]) + 2 * DAY_MS)))
