"""The table of rules: complete, in range, documented; presets and overrides."""

from __future__ import annotations

import math
import re

import pytest

from liqheat import InputError, UnknownNameError
from liqheat.setups import RULES, clusters, density, grading, load_preset, tracker
from liqheat.setups.thresholds import RISK_CAP
from liqheat.units import AED_PER_USD, HOUR_MS
from tests.support.paths import ROOT

README = ROOT / "python" / "liqheat" / "setups" / "README.md"


def test_every_rule_stands_in_the_table_with_value_unit_and_source():
    assert [rule.rule_id for rule in RULES] == [f"R{number}" for number in range(1, 19)]
    keys = [value.key for rule in RULES for value in rule.values]
    assert len(keys) == len(set(keys))
    for rule in RULES:
        assert rule.name
        assert rule.asks.endswith("?")
        assert re.fullmatch(r"article: [^;]+(; ours: [^;]+)?|ours: [^;]+", rule.source), rule.rule_id
        for value in rule.values:
            assert value.unit
            assert value.article is not None or value.strict is not None
            for preset in (value.article, value.strict):
                assert preset is None or value.lowest <= preset <= value.highest, value.key


def test_each_of_the_articles_five_steps_has_rules():
    steps = {rule.rule_id: rule.step for rule in RULES}
    assert set(steps.values()) == {1, 2, 3, 4, 5}
    # The article's own: asymmetry, distance, order book, entry with stop and target, size.
    assert [steps[name] for name in ("R1", "R3", "R4", "R5", "R9")] == [1, 2, 3, 4, 5]


def test_the_article_preset_has_the_articles_own_figures():
    preset = load_preset("article")
    expected = dict[str, float](
        least_asymmetry=2, least_share_of_daily=0.15, near_distance=0.02, far_distance=0.05, thin_ratio=0.2,
        entry_offset=0.004, weekend_stop_buffer=0.005, most_migration=0.01, risk_cap=0.02, least_risk=0.005,
        small_below_aed=100e6, large_above_aed=200e6, flag_small_aed=50e6, news_size_factor=0.5,
    )  # fmt: skip
    assert {key: preset[key] for key in expected} == expected
    assert preset.get_usd("small_below_aed") == pytest.approx(27.2e6, rel=2e-3)


def test_strict_counts_in_multiples_and_refuses_more():
    strict = load_preset("strict")
    assert strict.get("small_below_aed") is None
    assert strict["small_below_multiple"] == 2
    assert strict["least_reward_risk"] == 1
    hard = {
        name: {rule.rule_id for rule in RULES if rule.is_hard_in(load_preset(name))} for name in ("article", "strict")
    }
    assert {"R1", "R2", "R3", "R8", "R12", "R15"} <= hard["article"] < hard["strict"]


@pytest.mark.parametrize("value", [0.0200001, 0.03, 1.0, math.inf, math.nan, -0.01, True, "0.01", None])
def test_the_risk_cap_cannot_be_configured_away(value):
    for key in ("risk_cap", "standard_risk", "least_risk"):
        with pytest.raises(InputError, match=key):
            load_preset("article", {key: value})
    assert all(value.highest <= RISK_CAP for rule in RULES for value in rule.values if value.unit == "share of equity")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("entry_offset", 0.006),
        ("entry_offset", 0.002),
        ("discount", 0.1),
        ("weekend_stop_buffer", 0.004),
        ("band", 0.0),
    ],
)
def test_thresholds_out_of_range_are_refused_with_their_range(key, value):
    with pytest.raises(InputError, match=f"{key}: must be from"):
        load_preset("article", {key: value})


def test_thresholds_that_cross_each_other_are_refused():
    with pytest.raises(InputError, match="near_distance: must not be above far_distance"):
        load_preset("article", {"near_distance": 0.06})


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="preset"):
        load_preset("loose")
    with pytest.raises(UnknownNameError, match="thresholds"):
        load_preset("article", {"courage": 1.0})


def test_the_readme_tells_how_rules_are_computed_with_the_figures_of_the_code():
    text = " ".join(README.read_text(encoding="utf-8").split())
    told = [
        f"cells of {density.GRID_STEP * 1e4:g} bp",
        f"{clusters.SMOOTHING * 1e4:g} bp wide at half its height",
        f"{2 * round(clusters.SMOOTHING / density.GRID_STEP) + 1} cells",
        f"at least {clusters.LEAST_PEAK:.0%} of the side's highest".replace("%", " %"),
        f"{clusters.PEAK_PLATEAU:.0%} of the height".replace("%", " %"),
        f"a gap of less than {clusters.MERGE_GAP * 1e4:g} bp",
        f"falls below {clusters.VALLEY:.0%} of the lower".replace("%", " %"),
        f"The {clusters.MOST_CLUSTERS} largest of a side",
        f"at least {tracker.LEAST_OVERLAP:g}.",
        f"covers {tracker.LEAST_OVERLAP:.0%} of the log length".replace("%", " %"),
        f"over {tracker.EXHAUSTED_SHARE:.0%} swept *exhausted*".replace("%", " %"),
        f"oldest look within {tracker.GROWTH_WINDOW_MS / HOUR_MS:g} h",
        f"q = points ÷ {grading.MOST_POINTS}",
        f"{AED_PER_USD} AED a USD",
    ]
    assert not [one for one in told if one not in text]
    section = text.split("## How a setup is computed")[1].split("## The table of rules")[0]
    rows = {value.key for rule in RULES for value in rule.values}
    quoted = set(re.findall(r"`([a-z_]+)`", section))
    assert {name for name in quoted if "_" in name} <= rows
    named = quoted & rows
    # Every value decides something that is told, but those that only raise a flag or a point.
    assert rows - named == {
        *("accepts_estimated_daily", "flag_small_aed", "flag_medium_aed", "flag_large_aed"),
        *("strong_asymmetry", "strong_support"),
    }
    assert {f"R{number}" for number in range(1, 19)} == set(re.findall(r"\| (R\d+) \|", section))
