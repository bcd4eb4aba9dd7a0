"""Every phrase of a rule can be worded, here and on the page, from what its judge says."""

from __future__ import annotations

import re

import liqheat
from liqheat.setups import RULES
from liqheat.setups.words import FORMATS
from tests.support.paths import ROOT

PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
PAGE = ROOT / "web" / "src" / "setups" / "rule-words.ts"


def test_the_page_knows_every_format():
    table = PAGE.read_text().split("const FORMATS")[1].split("};")[0]
    assert set(re.findall(r"^  (\w+):", table, re.MULTILINE)) == set(FORMATS)


def test_phrases_name_formats_that_there_are():
    for rule in RULES:
        for phrase in (rule.threshold, *rule.phrases.values()):
            for _, how in PLACE.findall(phrase):
                assert how in ("", *FORMATS), (rule.rule_id, phrase)


def test_what_is_said_has_its_phrases_and_its_figures():
    estimate = liqheat.estimate_book(liqheat.simulate_market(days=10).history)
    heard = set()
    for preset in ("article", "strict"):
        for style in ("scalp", "day", "swing"):
            for setup in liqheat.score_setups(estimate, style=style, equity_usd=1e4, preset=preset):
                for rule, result in zip(RULES, setup.rules, strict=True):
                    assert result.rule_id == rule.rule_id and result.says
                    assert "{" not in result.sentence + result.threshold
                    heard |= {(rule.rule_id, phrase) for phrase in result.says}
    said = {(rule.rule_id, phrase) for rule in RULES for phrase in rule.phrases}
    assert heard <= said and len(heard) > 25
