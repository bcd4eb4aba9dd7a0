"""Gates on simulated seeds: a short run always, the whole of it in `make soak`."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from liqheat import cli
from liqheat.errors import InputError
from liqheat_lab.truth import gates
from liqheat_lab.truth.gates import Gate, run_gates

IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
NOISY = ("cluster score of", "cluster score, mean", "per_day", "ahead of V3g")
"""Gates that two short runs with two fifths of the positions cannot judge."""

MISSED = (gates.FULL, "cluster score of shifted_7d, mean of the sizes over seeds")
"""The one gate that seeds 101 to 106 do not meet. Nothing was changed after it was seen."""


@pytest.fixture(scope="module")
def short():
    return run_gates((1, 2), days=24, positions=40_000, kappas=(0.25,), hazard_exponents=(0.8,), n_resamples=20)


def test_a_short_run_meets_the_robust_gates(short):
    robust = [gate for gate in short["gates"] if not any(word in gate["name"] for word in NOISY)]
    assert len(robust) == 17
    assert not [gate for gate in robust if not gate["passed"]]
    json.dumps(short, allow_nan=False)


def test_a_short_run_finds_the_hidden_clusters(short):
    means = short["means"][gates.FULL]
    assert means["cluster_map"] > 0.35
    assert means["cluster_map"] > max(means["cluster_V3g"], means["cluster_V3g repaired"]) + 0.15
    assert means["cluster_side_swapped"] < -0.1
    assert abs(means["cluster_permuted"]) < 0.05
    assert "never the accuracy" in short["statement"]


def test_one_seed_leaves_the_other_seed_unmeasured_and_not_met():
    found = run_gates((3,), days=9, positions=2_000, kappas=(0.25,), hazard_exponents=(0.8,), n_resamples=2)
    unmeasured = [gate for gate in found["gates"] if gate["value"] is None]
    assert {"other_seed" in gate["name"] or "shifted_7d" in gate["name"] for gate in unmeasured} == {True}
    assert not any(gate["passed"] for gate in unmeasured)
    assert not found["passed"]


@pytest.mark.parametrize(("seeds", "days"), [((), 16), ((1, 1), 16), ((1,), 7)])
def test_bad_choices_are_named(seeds, days):
    with pytest.raises(InputError, match=r"seeds|days"):
        run_gates(seeds, days=days)


@pytest.mark.parametrize(
    ("value", "rule", "threshold", "passed"),
    [(0.5, ">=", 0.5, True), (0.5, ">", 0.5, False), (0.04, "<", 0.05, True), (2.1, "<=", 2.0, False)],
)
def test_a_gate_compares(value, rule, threshold, passed):
    assert Gate("FULL", "x", value, rule, threshold).passed is passed


@pytest.mark.parametrize("passed", [True, False])
def test_the_command_prints_every_gate_and_fails_with_them(short, monkeypatch, passed):
    asked = {}

    def answer(seeds, **choices):
        asked.update(choices, seeds=seeds)
        return {**short, "passed": passed}

    monkeypatch.setattr(gates, "run_gates", answer)
    arguments = ["accuracy", "simulate", "--seeds", "1,2", "--days", "16", "--positions", "20000"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == (0 if passed else 1)
    assert result.output.count("met ") + result.output.count("NOT MET") >= len(short["gates"])
    assert "never the accuracy" in result.output
    assert (asked["seeds"], asked["days"], asked["positions"]) == ([1, 2], 16, 20_000)
    result = CliRunner().invoke(cli.app, [*arguments, "--json"])
    assert json.loads(result.stdout)["gates"] == short["gates"]


@pytest.mark.skipif(not IS_SLOW, reason="make soak: six seeds of 40 days")
@pytest.mark.timeout(1200)
def test_the_gates_are_met_but_for_the_one_that_is_stated():
    found = run_gates()
    missed = {(gate["model"], gate["name"]): gate["value"] for gate in found["gates"] if not gate["passed"]}
    assert set(missed) == {MISSED}
    # The hidden map itself, shifted by a week, has the same size over these seeds.
    sizes = [abs(seed[gates.FULL]["cluster"]["true_shifted_7d"]) for seed in found["by_seed"]]
    assert sum(sizes) / len(sizes) == pytest.approx(0.064, abs=0.002)
    assert missed[MISSED] == pytest.approx(0.064, abs=0.002)
    assert found["means"][gates.FULL]["cluster_map"] == pytest.approx(0.570, abs=0.005)
