"""`liqheat clusters` and `liqheat setups` on the simulated market and on files."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from liqheat.cli import app
from liqheat.errors import LiqheatError


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_clusters_as_a_table_and_as_json():
    table = run("clusters", "--span", "1d")
    assert table.exit_code == 0, table.output
    assert "estimated, calibrated" in table.output and "8 of 10 times" in table.output
    assert "estimated, uncalibrated" in run("clusters", "--span", "1d", "--quantity", "held").output
    assert "approaching" in table.output
    found = json.loads(run("clusters", "--span", "1d", "--json").output)
    one = found["alive"][0]
    assert one["cluster_id"] in table.output
    assert {"near_edge", "far_edge", "peak_price", "held_notional_usd", "venue_shares"} <= set(one["cluster"])
    assert {"migration_pct", "growth_usd_per_hour", "swept_share", "age_ms", "phase"} <= set(one)
    assert one["touch_forecast"]["horizon"] == "24h"


def test_clusters_and_setups_of_the_flow():
    table = run("clusters", "--span", "1d", "--quantity", "flow")
    assert table.exit_code == 0, table.output
    assert "estimated, calibrated" in table.output
    found = json.loads(run("clusters", "--span", "1d", "--quantity", "flow", "--json").output)
    assert {one["cluster"]["quantity"] for one in found["alive"]} == {"flow"}
    assert run("setups", "--style", "day", "--equity-usd", "10000", "--quantity", "flow").exit_code == 0


def test_setups_as_text_and_as_json(tmp_path):
    (tmp_path / "my.csv").write_text("time,name\n2026-02-14T23:00Z,unlock\nsoon,later\n")
    options = [
        "--style",
        "day",
        "--equity-usd",
        "10000",
        "--calendar",
        tmp_path / "my.csv",
        "--threshold",
        "risk_cap=0.004",
    ]
    text = run("setups", *options)
    assert text.exit_code == 0, text.output
    assert "line 3 left out" in text.output
    assert "of the cluster's flow rests before it" in text.output
    found = json.loads(run("setups", *options, "--json").output)
    assert found["calendar_broken"][0]["where"] == "line 3"
    for setup in found["setups"]:
        assert [rule["rule_id"] for rule in setup["rules"]] == [f"R{number}" for number in range(1, 19)]
        assert setup["risk_fraction"] is None or setup["risk_fraction"] <= 0.004
    # The embedded market has an order book and parameters of its own: some pass, some do not.
    assert {setup["verdict"] for setup in found["setups"]} == {"pass", "fail"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["setups", "--style", "yolo", "--equity-usd", "1"], "style: must be one of scalp, day, swing"),
        (["setups", "--style", "day", "--equity-usd", "0"], "equity_usd: must be a finite number above 0"),
        (["setups", "--style", "day", "--equity-usd", "1", "--preset", "lax"], "preset: must be one of"),
        (
            ["setups", "--style", "day", "--equity-usd", "1", "--threshold", "risk_cap=0.5"],
            "risk_cap: must be from 0 to",
        ),
        (["setups", "--style", "day", "--equity-usd", "1", "--threshold", "risk_cap"], "threshold: must be key=number"),
        (["setups", "--style", "day", "--equity-usd", "1", "--calendar", "none.ics"], "calendar: must be a file"),
        (
            ["setups", "--style", "day", "--equity-usd", "1", "--calendar", "a.ics", "--calendar-until", "soon"],
            "calendar_until",
        ),
        (["clusters", "--symbol", "DOGE/USDT:USDT"], "symbol: must be one of BTC/USDT:USDT"),
        (["clusters", "--venue", "okx"], "venue: must be one of simulated"),
        (["clusters", "--cohort", "2h"], "cohort: must be none or one of"),
    ],
)
def test_errors_name_argument_rule_and_value(arguments, words):
    result = run(*arguments)
    assert isinstance(result.exception, LiqheatError), result.output
    assert words in str(result.exception)
