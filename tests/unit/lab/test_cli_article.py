"""`liqheat accuracy article` on a small folder of made-up files."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from liqheat.cli import app
from tests.support.random_markets import random_market, write_folder

DAYS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data")
    write_folder(path, random_market(days=DAYS, volatility=0.0016, seed=5), event_bars=40)
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["accuracy", "article", *map(str, arguments)])


def test_it_prints_json_of_every_claim(folder) -> None:
    result = run("--data", folder, "--end", "2026-01-18", "--json")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert body["end_ms"] == 1_768_694_400_000
    assert body["days"] == 13
    band = next(claim for claim in body["claims"] if claim["id"] == "band")
    assert any(one["name"].startswith("single liquidations") for one in band["measured"])
    realised = next(claim for claim in body["claims"] if claim["id"] == "realised")
    assert any(one["name"].startswith("flow map") for one in realised["measured"])


def test_it_prints_what_people_read(folder) -> None:
    result = run("--data", folder)
    assert result.exit_code == 0, result.output
    assert "60 % of approaches trigger the cluster" in result.stdout
    assert "not measurable: this data holds no order books" in result.stdout


def test_bad_input_is_named(folder, tmp_path) -> None:
    assert "data, table" in str(run().exception)
    assert "symbol" in str(run("--data", folder, "--symbol", "ETH/USDT:USDT").exception)
    assert "start" in str(run("--data", folder, "--start", "yesterday").exception)
    assert "data" in str(run("--data", tmp_path).exception)
