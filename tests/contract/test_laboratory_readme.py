"""The laboratory's README names what the code has."""

from __future__ import annotations

import re

import pytest

from liqheat.flow.background import BASELINES, FRESH_HOURS, HEADLINE, MOVE_EDGES
from liqheat.flow.parameters import SHIPPED_BARS, load_model
from liqheat.flow.tracking import ANCHOR_HOURS, HALF_LIFE_HOURS
from liqheat_lab.scores.trial import CONTROLS
from tests.support.paths import ROOT

README = (ROOT / "python" / "liqheat_lab" / "README.md").read_text(encoding="utf-8")


def section(title):
    return re.split(r"^## ", README, flags=re.MULTILINE)[[part.split("\n")[0] for part in parts()].index(title)]


def parts():
    return re.split(r"^## ", README, flags=re.MULTILINE)


def rows(title):
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section(title), re.MULTILINE))


def test_it_is_short():
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize(("title", "names"), [("Baselines", BASELINES), ("Controls", CONTROLS)])
def test_tables_name_what_is_printed(title, names):
    assert tuple(rows(title)) == names


def test_figures_are_those_of_the_code():
    table = rows("Baselines")
    bins = [f"{edge * 1e4:.0f}" for edge in MOVE_EDGES[1:]]
    assert all(word in table["b0"] for word in bins)
    horizons = {int(hours) for name in ("b1", "b1s", "b1y") for hours in re.findall(r"\d+(?=[, h]| and)", table[name])}
    assert set(FRESH_HOURS) <= horizons
    assert "headline" in table[HEADLINE]
    assert f"half-life of {HALF_LIFE_HOURS:.0f} h" in README and f"{ANCHOR_HOURS:.0f} mean hours" in README


def test_parameters_are_those_shipped():
    lengths = ",".join(name.rsplit("-", 1)[1] for name in SHIPPED_BARS.values())
    assert f"{{{lengths}}}.json" in README
    fitted = load_model().fitted
    assert f"{fitted.n_intervals:,} hours" in README and f"{fitted.events_usd / 1e9:.2f} bn USD" in README


def test_keys_are_those_printed():
    keys = re.findall(r"\w+", section("JSON").split("`")[1])
    code = (ROOT / "python" / "liqheat_lab" / "scores" / "score.py").read_text(encoding="utf-8")
    printed = re.findall(r'^        "(\w+)": ', code.split("def describe_forecasts")[1], re.MULTILINE)
    assert set(keys) == {*printed, "model", "information_gain_30m"}
