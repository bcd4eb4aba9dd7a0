"""Files of single liquidations scored against frozen parameters."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from liqheat.errors import FileFormatError, NoDataError
from liqheat.records import MixtureWeights
from liqheat_lab.cli import events as accuracy_events
from liqheat_lab.scores.event_scores import score_event_file
from liqheat_lab.smooth import load_smooth
from tests.support.random_markets import random_market, write_folder

SYMBOL = "BTC/USDT:USDT"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("events")
    write_folder(path, random_market(days=8, volatility=0.0016, seed=6), event_bars=2)
    return path


@pytest.fixture(scope="module")
def events(folder):
    return folder / "liq_events_binance_made_up.parquet"


def test_it_scores_bars_and_prices(folder, events) -> None:
    found = json.loads(json.dumps(score_event_file(folder, events, load_smooth()), allow_nan=False))
    assert found["symbols"] == [SYMBOL]
    assert found["days"] == 8
    assert found["events"] > 1000
    assert set(found["which_bar"]["gains"]) == {"b0", "b1", "b1s", "b1v", "b1r", "b1y", "static", "price_only"}
    assert found["which_bar"]["best"] != "price_only"
    assert set(found["which_price"][SYMBOL]) == {"map", "freshness", "distance", "static"}
    assert "largest per second" in found["notes"]
    assert any("too few for evidence" in note for note in found["notes"])


def test_a_map_without_weight_gains_nothing_over_its_background(folder, events) -> None:
    model = load_smooth()
    flow = model.weights["b1y"]
    idle = MixtureWeights(np.zeros_like(model.weights["flow"].map_weights), flow.background_weights, flow.floor_usd)
    model = replace(model, weights={**model.weights, "flow": idle})
    gain = score_event_file(folder, events, model)["which_bar"]["gains"]["b1y"]
    assert gain["value"] == pytest.approx(0, abs=1e-12)


def test_what_cannot_be_scored_is_refused(folder, events) -> None:
    with pytest.raises(FileFormatError, match="events"):
        score_event_file(folder, folder / "candles_binance_um_5m_BTCUSDT.parquet", load_smooth())
    with pytest.raises(NoDataError, match="events"):
        score_event_file(folder, events, load_smooth(), symbols=("ETH/USDT:USDT",))


def test_the_command_prints_it(folder, events) -> None:
    app = typer.Typer()
    accuracy_events.register(app)
    result = CliRunner().invoke(app, ["--data", str(folder), "--events", str(events)])
    assert result.exit_code == 0, result.output
    assert "the best without a map" in result.stdout
    assert "which price within reach" in result.stdout
