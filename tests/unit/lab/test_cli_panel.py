"""`liqheat accuracy panel`: what it prints."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet
import pytest
import typer
from typer.testing import CliRunner

from liqheat_lab.cli import panel as accuracy_panel
from tests.support.commands import run as whole_command
from tests.support.panels import MARKET, make_panel


@pytest.fixture(scope="module")
def positions(tmp_path_factory):
    panel = make_panel(1200)
    path = tmp_path_factory.mktemp("panel") / "positions.parquet"
    table = {
        "ts": panel.time_ms[panel.snapshot],
        "trader_id": [str(trader) for trader in panel.trader],
        "coin": panel.coin.tolist(),
        "side": ["Short" if short else "Long" for short in panel.is_short],
        "size": panel.quantity,
        "entry_px": panel.entry_price,
        "mark_px": panel.mark_price,
        "liq_px": panel.liquidation_price,
    }
    pa.parquet.write_table(pa.table(table), path)
    return path


@pytest.fixture(autouse=True)
def one_market(monkeypatch):
    monkeypatch.setattr("liqheat.pipeline.load_markets", lambda _folder: [MARKET])


def run(*arguments):
    app = typer.Typer()
    accuracy_panel.register(app)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(part) for part in arguments])


def test_text_names_every_map_with_its_interval(positions):
    found = run("--positions", positions, "--data", ".")
    assert found.exit_code == 0, found.output
    assert "second half of the panel" in found.output
    for name in ("held", "side_swapped", "shifted_7d", "static", "price_only", "prototype", "real_24h_old"):
        assert f"  {name:14} " in found.output
    assert "BTC within_8_pct, " in found.output


def test_json_of_the_learning_half_says_so(positions):
    found = run("--positions", positions, "--data", ".", "--first-half", "--json")
    body = json.loads(found.output)
    assert body["half"] == "first"
    assert body["notes"][0].startswith("the prior was learned on the scored days or later")


def test_a_file_that_is_not_there(tmp_path):
    found = whole_command("accuracy", "panel", "--positions", tmp_path / "none.parquet", "--data", tmp_path)
    assert found.returncode == 2
    assert "positions: must be an existing file" in found.stderr
