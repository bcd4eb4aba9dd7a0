"""The READMEs of the laboratory and of the flow say what the code has."""

from __future__ import annotations

import re

import pytest

from liqheat.book import load_leverage_mix
from liqheat.flow import FLOW_FORM, SHORTEST_TRAIN_MS, load_model
from liqheat.flow.background import BASELINES, DEEP_MOVE, FRESH_HOURS, HEADLINE, MOVE_EDGES
from liqheat.flow.capture import FEWEST_EVENTS
from liqheat.flow.fit import BACKGROUND_PRIOR, FLOOR_SHARE, MAP_PRIOR, N_ITERATIONS, SUPPORT_PRIOR
from liqheat.flow.labels import FROZEN_FEED_HOURS
from liqheat.flow.parameters import SHIPPED_BARS
from liqheat.flow.paths import BODY_SHARES, LIKELY_SHARES, MOST_STEPS, STEP_MS
from liqheat.flow.refit import AGAIN_MS, LATEST_MS, TRAIN_MS
from liqheat.flow.touch_fit import BAND, BAND_GROUPS, N_BLOCKS, N_ENSEMBLE
from liqheat.flow.touches import LEVELS
from liqheat.flow.tracking import ANCHOR_HALF_LIFE_HOURS, ANCHOR_HOURS, HALF_LIFE_HOURS
from liqheat.flow.train import BURN_IN_MS
from liqheat.records import DISTANCE_KNOTS
from liqheat.units import DAY_MS, MINUTE_MS
from liqheat_lab.scores.trial import CONTROLS
from liqheat_lab.smooth import SMOOTH_FORM
from tests.support.paths import ROOT

LABORATORY = (ROOT / "python" / "liqheat_lab" / "README.md").read_text(encoding="utf-8")
FLOW = (ROOT / "python" / "liqheat" / "flow" / "README.md").read_text(encoding="utf-8")


def section(readme, title):
    parts = re.split(r"^## ", readme, flags=re.MULTILINE)
    return parts[[part.split("\n")[0] for part in parts].index(title)]


def sentence(text):
    """Without line breaks, which say nothing."""
    return " ".join(text.split())


def rows(readme, title):
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section(readme, title), re.MULTILINE))


def share(value):
    return f"{100 * value:g} %"


@pytest.mark.parametrize("readme", [LABORATORY, FLOW], ids=["laboratory", "flow"])
def test_it_is_short(readme):
    assert len(readme.splitlines()) <= 150
    assert all(len(line) <= 130 for line in readme.splitlines())


@pytest.mark.parametrize(
    ("readme", "title", "names"), [(FLOW, "The background", BASELINES), (LABORATORY, "Controls", CONTROLS)]
)
def test_tables_name_what_is_printed(readme, title, names):
    assert tuple(rows(readme, title)) == names


def test_the_laboratory_names_every_baseline():
    text = section(LABORATORY, "Baselines")
    assert set(re.findall(r"`(\w+)`", text)) == {*BASELINES}
    assert f"**The headline is the gain over `{HEADLINE}`**" in text


def test_figures_of_the_background_are_those_of_the_code():
    text, table = sentence(section(FLOW, "The background")), rows(FLOW, "The background")
    bins = [f"{edge * 1e4:.0f}" for edge in MOVE_EDGES[1:]]
    assert f"ends at {', '.join(bins[:-1])} and {bins[-1]} bp" in text
    first, short, rest = FRESH_HOURS[:1], FRESH_HOURS[1:4], FRESH_HOURS[4:]
    horizons = [", ".join(str(hours) for hours in group) for group in (first, short, rest[:-1])]
    assert f"H is {horizons[0]}; then {horizons[1]}; then {horizons[2]} and {rest[-1]}" in text
    assert f"{first[0]} h" in table["b1"] and all(str(hours) in table["b1s"] for hours in short)
    assert f"more than {DEEP_MOVE[False] * 1e4:.0f} bp ({DEEP_MOVE[True] * 1e4:.0f} bp in bars of an hour" in text
    assert "background of every map" in table[HEADLINE]


def test_figures_of_the_law_are_those_of_the_code():
    text = sentence(section(FLOW, "The law"))
    assert f"(mix `{FLOW_FORM.distances}`" in text
    *lower, highest = sorted(load_leverage_mix(FLOW_FORM.distances).leverages)
    assert f"leverages {', '.join(f'{leverage:g}' for leverage in lower)} and {highest:g}" in text
    fast, slow = FLOW_FORM.kappas
    assert f"κ = {fast:g} renews itself with all traded volume, κ = {slow:g} with" in text
    touches = sentence(section(FLOW, "Touches: the dollar of this product"))
    knots = ", ".join(f"{100 * knot:g}".lstrip("0") or "0" for knot in DISTANCE_KNOTS[:-1])
    assert f"knots at {knots} and {100 * DISTANCE_KNOTS[-1]:g} %" in touches
    nearest = f"{100 * LEVELS[0]:g}".lstrip("0")
    assert f"({nearest} to {100 * LEVELS[-1]:g} % away, {LEVELS.size} a side)" in touches
    assert f"up to {BAND_GROUPS} groups" in touches and N_BLOCKS == 6 and BAND == (0.1, 0.9)
    law, smooth = SMOOTH_FORM.distances, sentence(section(LABORATORY, "The smooth law"))
    told = (
        f"{law.n_tiers} distances d, evenly spaced in log from {share(law.nearest)} to {share(law.farthest)}",
        f"wₖ = {1 - law.inert_share:g} √dₖ ÷ Σ √d; the other {law.inert_share:g}",
        f"hₖ = min((dₖ ÷ 0.1)^−{law.hazard_exponent:g}, {law.hazard_maximum:g})",
    )
    assert not [one for one in told if one not in smooth]
    assert law.weight_exponent == 0.5  # the root
    paths = sentence(section(FLOW, "Long bars"))
    assert f"longer than {STEP_MS // MINUTE_MS} minutes" in paths and f"up to {MOST_STEPS} steps" in paths
    assert (BODY_SHARES[0], BODY_SHARES[-1]) == (0.1, 0.9)
    assert f"{share(LIKELY_SHARES[0])} at a tenth, in {share(LIKELY_SHARES[-1])} at nine tenths" in paths


def test_figures_of_labels_fit_and_tracking_are_those_of_the_code():
    text = sentence(FLOW)
    told = (
        f"{FROZEN_FEED_HOURS} hours or more with one side exactly zero",
        f"at least {FEWEST_EVENTS} events",
        f"{N_ITERATIONS} rounds of expectation",
        f"{MAP_PRIOR:g} for the map and {BACKGROUND_PRIOR:g} for the background",
        f"X ÷ (X + {SUPPORT_PRIOR:g} X̄)",
        f"at least {SHORTEST_TRAIN_MS // DAY_MS} days of known liquidations, after {BURN_IN_MS // DAY_MS} days",
        f"{N_ENSEMBLE} refits on days drawn with replacement",
        f"half-life of {HALF_LIFE_HOURS:.0f} h, pulled towards the ratio of a half-life of "
        f"{ANCHOR_HALF_LIFE_HOURS / 24:.0f} days by {ANCHOR_HOURS:.0f} mean hours",
        f"on the {TRAIN_MS // DAY_MS} days before alone",
        f"up to {LATEST_MS // MINUTE_MS} minutes; a fit that fails is tried again every {AGAIN_MS // MINUTE_MS}",
    )
    assert not [one for one in told if one not in text]
    assert "10⁻⁴ of the train window's mean" in text and FLOOR_SHARE == 1e-4


def test_parameters_are_those_shipped():
    lengths = ",".join(name.rsplit("-", 1)[1] for name in SHIPPED_BARS.values())
    text = sentence(section(FLOW, "Parameters"))
    assert f"{{{lengths}}}.json" in text
    fitted = load_model().fitted
    assert f"{fitted.n_intervals:,} hours" in text and f"{fitted.events_usd / 1e9:.2f} bn USD" in text
    assert f"{(fitted.end_ms - fitted.start_ms) // DAY_MS} days" in text


def test_keys_are_those_printed():
    keys = re.findall(r"\w+", section(LABORATORY, "JSON").split("`")[1])
    code = (ROOT / "python" / "liqheat_lab" / "scores" / "score.py").read_text(encoding="utf-8")
    printed = re.findall(r'^        "(\w+)": ', code.split("def describe_forecasts")[1], re.MULTILINE)
    assert set(keys) == {*printed, "model", "information_gain_30m"}
