"""Every phrase of a rule can be worded, here and on the page, from what its judge says."""

from __future__ import annotations

import re

import liqheat
from liqheat.setups import RULES
from liqheat.setups.words import FORMATS, TABLE_FORMATS
from tests.support.paths import ROOT

PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
OPTIONAL = {
    "information_gain_low",
    "information_gain_high",
    "realised_over_forecast",
    "realised_over_forecast_low",
    "realised_over_forecast_high",
    "break_even_win_rate_before_costs",
    *(f"flag_{size}_aed{more}" for size in ("small", "medium", "large") for more in ("", "_multiple_of_threshold")),
}
"""Inputs that not every case has."""
PAGE = ROOT / "web" / "src" / "setups" / "rule-words.ts"


def test_the_page_knows_every_format():
    def named(table: str) -> set[str]:
        return set(re.findall(r"^  (\w+):", PAGE.read_text().split(f"const {table}:")[1].split("};")[0], re.MULTILINE))

    assert named("FORMATS") == set(FORMATS)
    assert named("FORMATS") | named("TABLE_FORMATS") == TABLE_FORMATS


def test_phrases_name_formats_that_there_are():
    for rule in RULES:
        for phrase in (rule.threshold, *rule.phrases.values()):
            for _, how in PLACE.findall(phrase):
                assert how in ("", *FORMATS), (rule.rule_id, phrase)


def test_inputs_name_formats_that_there_are():
    for rule in RULES:
        assert set(rule.inputs.values()) <= TABLE_FORMATS, rule.rule_id


def test_what_is_said_has_its_phrases_and_its_figures():
    estimate = liqheat.estimate_book(liqheat.simulate_market(days=10).history)
    heard = set()
    for preset in ("article", "strict"):
        for style in ("scalp", "day", "swing"):
            for setup in liqheat.score_setups(estimate, style=style, equity_usd=1e4, preset=preset):
                for rule, result in zip(RULES, setup.rules, strict=True):
                    assert result.rule_id == rule.rule_id and result.says
                    assert "{" not in result.sentence + result.threshold
                    assert set(rule.inputs) <= set(result.inputs) | OPTIONAL
                    heard |= {(rule.rule_id, phrase) for phrase in result.says}
    said = {(rule.rule_id, phrase) for rule in RULES for phrase in rule.phrases}
    assert heard <= said and len(heard) > 25
