"""`liqheat accuracy publish` and `verify`: what they print and their exit codes."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import replace

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from liqheat import pipeline
from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.cli import accuracy_log
from liqheat.errors import InputError, LiqheatError, NoDataError
from liqheat.units import HOUR_MS
from tests.conftest import make_market
from tests.unit.accuracy.forecast_cases import make_log
from tests.unit.cli.test_cli import run as whole_command

CONTRACT = ("--symbol", "BTC/USDT:USDT", "--venue", "binance")


def run(*arguments):
    app = typer.Typer()
    accuracy_log.register(app)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(part) for part in arguments])


@pytest.fixture(autouse=True)
def quick_market(monkeypatch):
    monkeypatch.setattr(pipeline, "simulated_markets", lambda: [make_market(200)])


@pytest.fixture
def folder(tmp_path):
    """History files whose last bar closed with the present hour."""
    market = make_market(200)
    end_ms = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS
    times = market.open_time_ms + (end_ms - market.end_ms)
    names = ("open", "high", "low", "close", "volume")
    candles = pd.DataFrame({"open_time_ms": times, **{name: getattr(market, name) for name in names}})
    data = tmp_path / "data"
    data.mkdir()
    candles.to_parquet(data / "candles_binance_um_5m_BTCUSDT.parquet")
    interest = pd.DataFrame({"time_ms": times + 300_000, "quantity": market.open_interest})
    interest.to_parquet(data / "oi_binance_um_5m_BTCUSDT.parquet")
    return data


def test_publish_then_verify(tmp_path, folder):
    log, heads = tmp_path / "log", tmp_path / "heads.jsonl"
    result = run("publish", "--log", log, "--data", folder, *CONTRACT, "--anchor", heads)
    assert result.exit_code == 0, result.output
    assert "record 1" in result.output and "anchored 1" in result.output
    result = run("verify", "--log", log, "--anchor", heads)
    assert result.exit_code == 0
    assert "2 records, 1 forecasts" in result.output and "unbroken; head 1" in result.output
    assert "without an outside anchor" not in result.output
    assert "without an outside anchor" in run("verify", "--log", log).output
    again = run("publish", "--log", log, "--data", folder, *CONTRACT)
    assert isinstance(again.exception, InputError) and "newest hour" in str(again.exception)
    _, record = ForecastLog(log).read()
    assert record.forecast.quantity == "flow"
    assert record.forecast.market_end_ms == record.forecast.hour_ms


def test_verify_tells_what_is_wrong(tmp_path):
    log = make_log(tmp_path / "log", 3)
    (tmp_path / "heads").write_text(json.dumps({"time": 1, "sequence": 3, "hash": log.verify().head_hash}))
    report = json.loads(run("verify", "--log", tmp_path / "log", "--json").output)
    assert (report["is_sound"], report["n_records"], report["problem"]) == (True, 4, None)
    again = tmp_path / "again"
    make_log(again, 4, seed=1)
    assert run("verify", "--log", again).exit_code == 0
    result = run("verify", "--log", again, "--anchor", tmp_path / "heads")
    assert result.exit_code == 1 and "rewritten" in result.output
    data = bytearray(log.path.read_bytes())
    data[500] ^= 1
    log.path.write_bytes(data)
    result = run("verify", "--log", tmp_path / "log", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["problem"]["kind"] == "damaged"


def test_an_error_ends_in_one_line(tmp_path):
    result = whole_command("accuracy", "verify", "--log", tmp_path / "none")
    assert result.returncode == 2
    assert result.stderr.startswith("liqheat: log: must be a folder with forecasts.log")
    assert "Traceback" not in result.stderr
    make_log(tmp_path / "log", 1)
    assert whole_command("accuracy", "verify", "--log", tmp_path / "log").returncode == 0


def test_repair_cuts_the_torn_tail(tmp_path):
    log = make_log(tmp_path, 1)
    with log.path.open("ab") as file:
        file.write(b"half")
    assert run("verify", "--log", tmp_path).exit_code == 1
    result = run("verify", "--log", tmp_path, "--repair")
    assert result.exit_code == 0 and "4 bytes" in result.output


def test_a_calibrated_model_is_published(tmp_path):
    from liqheat.accuracy.presets import write_model
    from tests.unit.evaluation.test_publishing import calibrated_model

    model = calibrated_model()
    write_model(model, tmp_path / "model.json")
    result = run("publish", "--log", tmp_path, "--simulated", "--model", tmp_path / "model.json")
    assert result.exit_code == 0, result.output
    series, record = ForecastLog(tmp_path).read()
    assert (series.parameters_hash, record.forecast.quantity) == (model.hash, "flow")
    unknown = run("publish", "--log", tmp_path, "--simulated", "--model", tmp_path / "none.json")
    assert isinstance(unknown.exception, LiqheatError)


def test_an_anchor_that_fails_is_said(tmp_path):
    result = run("publish", "--log", tmp_path / "log", "--simulated", "--anchor", tmp_path)
    assert result.exit_code == 1
    assert "can be written" in result.output
    assert run("verify", "--log", tmp_path / "log").exit_code == 0


def test_no_data(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert isinstance(run("verify", "--log", empty).exception, NoDataError)
    assert isinstance(run("publish", "--log", empty, "--data", empty, *CONTRACT).exception, LiqheatError)
    missing = run("publish", "--log", empty, "--store", tmp_path / "none", *CONTRACT)
    assert isinstance(missing.exception, LiqheatError)
    assert not (tmp_path / "none").exists()
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--symbol", "BTC/USDT:USDT"),
        ("--simulated", "--data", "."),
        ("--simulated", *CONTRACT),
    ],
)
def test_arguments_that_do_not_fit(tmp_path, arguments):
    assert isinstance(run("publish", "--log", tmp_path / "log", *arguments).exception, InputError)
    assert not (tmp_path / "log").exists()


def test_every_hour_until_told_to_stop(tmp_path, monkeypatch):
    """The present hour stands for each: the clock of the loop is put just before one."""
    from liqheat.evaluation import publishing

    def hours(stopped, delay_s, newest_ms):
        assert (delay_s, newest_ms) == (7, None)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        yield time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS
        assert stopped.wait(10)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    monkeypatch.setattr(publishing, "wait_for_hours", hours)
    try:
        result = run("publish", "--log", tmp_path, "--simulated", "--every-hour", "--delay", 7, "--series", "mine")
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
    assert result.exit_code == 0, result.output
    report = ForecastLog(tmp_path).verify()
    assert (report.n_forecasts, report.labels) == (1, ("mine",))


def test_parameters_that_change_meanwhile_begin_a_series(tmp_path, monkeypatch):
    from liqheat.accuracy.presets import write_model
    from liqheat.evaluation import publishing
    from tests.unit.evaluation.test_publishing import calibrated_model

    path, hour_ms = tmp_path / "model.json", time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS
    made = iter([hour_ms - 2 * HOUR_MS, hour_ms - HOUR_MS, hour_ms])
    model = calibrated_model()
    write_model(model, path)

    def hours(_stopped, _delay_s, _newest_ms):
        yield hour_ms
        path.write_text("{")
        yield hour_ms
        write_model(replace(model, name="refitted"), path)
        yield hour_ms

    # Every forecast is for the present hour: put the first two an hour and two before.
    make = publishing.make_forecast
    monkeypatch.setattr(publishing, "wait_for_hours", hours)
    monkeypatch.setattr(publishing, "make_forecast", lambda market, model, _: make(market, model, next(made)))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    result = run("publish", "--log", tmp_path, "--simulated", "--every-hour", "--model", path)
    assert result.exit_code == 0, result.output
    assert "calibrated parameters" in result.output
    report = ForecastLog(tmp_path).verify()
    assert (report.n_forecasts, len(report.labels)) == (3, 2)
    assert report.is_sound
