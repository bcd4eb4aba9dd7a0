"""`liqheat accuracy article` on a small folder of made-up files."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from liqheat.cli import app
from tests.unit.accuracy.markets import STEP_MS, random_market

DAYS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    market = random_market(days=DAYS, volatility=0.0016, seed=5)
    path = tmp_path_factory.mktemp("data")

    def write(name, time_ms, **columns):
        ts = pa.array(time_ms, pa.timestamp("ms", tz="UTC"))
        pq.write_table(pa.table({"ts": ts, **columns}), path / f"{name}.parquet")

    prices = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    write("candles_binance_um_5m_BTCUSDT", market.open_time_ms, **prices)
    units = np.full(market.n_bars, 80_000.0)
    at_close = market.open_time_ms + STEP_MS
    write("oi_binance_um_5m_BTCUSDT", at_close, oi_base=units, oi_usd=units * market.close)
    usd = np.random.default_rng(1).exponential(1e6, (2, DAYS * 24))
    write("liq_vendor_BTC_1h_binance", market.open_time_ms[::12], long_usd=usd[0], short_usd=usd[1])
    bars = np.arange(0, market.n_bars, 40)
    write(
        "liq_events_binance_made_up",
        market.open_time_ms[bars] + 1000,
        coin=["BTC"] * bars.size,
        liquidated_side=["Long", "Short"] * (bars.size // 2),
        avg_price=market.close[bars],
        accumulated_qty=np.ones(bars.size),
    )
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
