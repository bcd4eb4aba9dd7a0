"""The held view against real positions: the figures that are stated, and the prior that is shipped.

These tests run wherever the real data lies beside the checkout.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from liqheat.cli import app as command_line
from liqheat_lab.panel.panel import split_of
from liqheat_lab.panel.positions import load_panel
from liqheat_lab.panel.prior import held_tiers, read_held_prior

SET_A = "data/binance_bybit_2025-11_2026-03"
POSITIONS = "data/hyperliquid_positions_2026-02/positions.parquet"
LEARNED_BEFORE_MS = 1_770_940_800_000  # 2026-02-13


@pytest.fixture(scope="module")
def panel(shared):
    return load_panel(shared / POSITIONS)


def test_the_panel_is_what_its_readme_says(panel):
    assert panel.time_ms.size == 94
    assert (panel.traders_listed.min(), panel.traders_listed.max()) == (103, 643)
    assert np.unique(panel.trader).size == 1597
    assert split_of(panel) == LEARNED_BEFORE_MS


def test_the_shipped_prior_is_what_the_command_learns_on_the_first_half(shared, tmp_path):
    command = ["accuracy", "panel", "--positions", str(shared / POSITIONS), "--data", str(shared / SET_A)]
    printed = CliRunner().invoke(command_line, [*command, "--learn", str(tmp_path / "prior.json")])
    assert printed.exit_code == 0, printed.output
    assert "learned of BTC, ETH, SOL on the first half" in printed.output
    learned = read_held_prior((tmp_path / "prior.json").read_text())
    shipped = held_tiers()
    for name in ("distances", "weights", "hazards", "kappas", "shares"):
        np.testing.assert_allclose(getattr(shipped, name), getattr(learned, name), atol=2e-6)
    stated = {name: value for name, value in shipped.provenance.items() if name != "panel"}
    assert stated == {name: value for name, value in learned.provenance.items() if name != "panel"}


def test_the_command_prints_what_is_stated(shared):
    command = ["accuracy", "panel", "--positions", str(shared / POSITIONS), "--data", str(shared / SET_A), "--json"]
    printed = CliRunner().invoke(command_line, command)
    assert printed.exit_code == 0, printed.output
    found = json.loads(printed.output)
    assert found["traders"] == [429, 539, 643]
    assert found["half"] == "second"
    stated = {
        "BTC": {"within_8_pct": (0.111, 0.102, 0.039), "within_20_pct": (0.122, 0.133, 0.113)},
        "ETH": {"within_8_pct": (0.175, 0.195, 0.220), "within_20_pct": (0.162, 0.033, 0.349)},
        "SOL": {"within_8_pct": (-0.008, 0.010, 0.299), "within_20_pct": (0.049, -0.021, 0.217)},
    }
    alone = [found["scores"][coin]["within_8_pct"]["held_listed_only"]["cluster_corr"] for coin in ("BTC", "ETH")]
    assert [one["value"] for one in alone] == pytest.approx([0.060, 0.050], abs=0.005)
    assert all(one["low"] < 0 for one in alone)  # not significant: said wherever the figures are
    for coin, bands in stated.items():
        for band, figures in bands.items():
            scores = found["scores"][coin][band]
            assert (scores["held"]["n_snapshots"], scores["held"]["n_days"]) == (38, 10)
            beyond = {name: one["cluster_corr"]["value"] for name, one in scores.items()}
            for name, figure in zip(("held", "prototype", "real_24h_old"), figures, strict=True):
                assert beyond[name] == pytest.approx(figure, abs=0.005), (coin, band, name)
            assert beyond["static"] == 0
            assert beyond["side_swapped"] < beyond["held"]
            assert abs(beyond["permuted"]) < 0.03
