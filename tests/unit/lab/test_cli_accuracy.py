"""`liqheat accuracy score`, `calibrate` and `walk-forward`: JSON, exit codes, one line for an error."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from liqheat import cli
from liqheat.errors import LiqheatError
from liqheat.flow.parameters import load_model, write_model
from liqheat.units import MINUTE_MS
from tests.support.commands import run as whole_command
from tests.support.scored_markets import SCORE_KEYS, SYMBOL, liquidation_frame, strict_json, table_frame, write_folder

ITEM = {"nats", "low", "high"}


def run(*arguments):
    """The command in this process: the JSON that it prints, or the error that `main` ends in one line."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(cli.app, ["accuracy", *map(str, arguments)])
    if isinstance(result.exception, LiqheatError):
        raise result.exception
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def score(*arguments):
    return strict_json(run("score", *arguments, "--symbol", SYMBOL, "--json"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("cli") / "data")


@pytest.fixture
def table(tmp_path):
    def write(frame, name="t.csv"):
        path = tmp_path / name
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
        return path

    return write


def check(report):
    assert set(report) >= SCORE_KEYS
    assert set(report["information_gain"]) == {"b0", "b1", "b1s", "b1v", "b1r", "b1y", "static"}
    assert all(set(one) == ITEM for one in report["information_gain"].values())
    assert set(report["partial_spearman"]) == {"drawdown", "drawdown_b1r"}
    assert {"all", "long", "short"} <= set(report["calibration_ratio"])
    assert {"side_swapped", "shifted_7d", "other_seed", "price_only", "stale_24h"} <= set(report["controls"])
    assert len(report["rivals"]) >= 4
    return report


# ---------------------------------------------------------------- what is printed


def test_score_of_a_folder(folder):
    report = check(score("--data", folder))
    assert report["days"] == 20 and report["events_usd"] > 1e9
    text = run("score", "--data", folder)
    assert "gain over baselines, nats per notional-weighted event" in text and "realised / forecast" in text


def holes(frame):
    return frame.drop(index=[10, 11, 200, 431])


def zeros(frame):
    frame = frame.copy()
    frame.loc[[5, 6, 200], ["long_liq_base", "short_liq_base"]] = 0.0
    frame.loc[300:330, "long_liq_base"] = 0.0
    return frame


def late_interest(frame):
    frame = frame.copy()
    frame.loc[:40, ["oi_open", "oi_high", "oi_low", "oi_close"]] = np.nan
    return frame


def unknown(frame):
    frame = frame.copy()
    frame.loc[[50, 60, 61], "long_liq_base"] = np.nan
    return frame


def iso(frame):
    return frame.assign(ts=pd.to_datetime(frame["ts"], unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def milliseconds(frame):
    return frame.assign(ts=frame["ts"] * 1000)


CASES = [
    ("whole.csv", lambda frame: frame, 20),
    ("whole.parquet", lambda frame: frame, 20),
    ("iso.csv", iso, 20),
    ("ms.csv", milliseconds, 20),
    ("holes.csv", holes, 20),
    ("zeros.parquet", zeros, 20),
    ("late.csv", late_interest, 19),
    ("unknown.csv", unknown, 20),
    ("long_hole.csv", lambda frame: frame.drop(index=range(100, 130)), 15),
    ("open_hour.csv", lambda frame: frame.iloc[3:-7], 20),
]


@pytest.mark.parametrize(("name", "change", "days"), CASES)
def test_score_of_a_table(table, name, change, days):
    report = check(score("--table", table(change(table_frame()), name)))
    assert report["days"] == days and report["model"]["name"].endswith("-1h")
    said = {"holes": "bridged", "zeros": "exactly zero", "late": "no open interest", "long_hole": "too long to bridge"}
    wanted = said.get(name.split(".")[0], "")
    assert any(wanted in note for note in report["notes"])
    assert bool(report["left_out"]) == (name.split(".")[0] in ("holes", "zeros"))


@pytest.mark.parametrize("minutes", [5, 15, 30])
def test_score_of_a_table_of_shorter_bars(table, minutes):
    report = check(score("--table", table(table_frame(minutes * MINUTE_MS), "t.parquet")))
    assert report["days"] == 20 and report["model"]["name"].endswith({5: "5m", 15: "15m", 30: "1h"}[minutes])


def test_score_of_one_minute_bars(table):
    frame = table_frame(5 * MINUTE_MS, 24).head(6 * 288)
    minutes = frame.loc[frame.index.repeat(5)].reset_index(drop=True)
    minutes["ts"] = minutes["ts"].iloc[0] + 60 * np.arange(len(minutes))
    for name in ("volume", "buy_volume", "long_liq_base", "short_liq_base"):
        minutes[name] /= 5
    report = check(score("--table", table(minutes, "m.parquet")))
    assert report["days"] == 2 and report["model"]["name"].endswith("-5m")


def test_very_little_data_is_still_json(table):
    report = check(score("--table", table(table_frame().head(4 * 24 + 1))))
    assert report["hours"] == 1 and report["diebold_mariano"]["b1y"]["p_value"] is None
    assert "unknown" in run("score", "--table", table(table_frame().head(4 * 24 + 1)))


def test_a_dead_day_is_said(tmp_path):
    frame = liquidation_frame()
    frame.loc[240:263, "short_usd"] = 0.0
    report = score("--data", write_folder(tmp_path / "d", hourly=frame, half_hourly=False))
    (span,) = report["left_out"]
    assert span["end_ms"] - span["start_ms"] == 24 * 3_600_000 and report["days"] == 19
    assert any("24 intervals of days with one side exactly zero count as missing" in note for note in report["notes"])


def test_calibrate_then_score(folder, tmp_path):
    path = tmp_path / "own.json"
    text = run("calibrate", "--data", folder, "--output", path, "--start", "2026-06-05", "--end", "2026-06-21")
    model = load_model(path)
    assert model.hash in text and "384 hours" in text and set(model.laws) == {"1h", "4h", "24h", "72h"}
    report = check(score("--data", folder, "--model", path))
    assert report["model"]["hash"] == model.hash and report["days"] == 4
    assert "16 days that the model was fitted on are left out" in report["notes"]


def test_walk_forward_of_joined_bars(folder):
    report = strict_json(run("walk-forward", "--data", folder, "--bars", "15m", "--start", "2026-06-20", "--json"))
    check(report)
    assert len(report["folds"]) == 1 and report["days"] == 5
    assert report["folds"][0]["train_end_ms"] == report["folds"][0]["test_start_ms"] == report["start_ms"]


# ---------------------------------------------------------------- what is refused


def refused(*arguments):
    with pytest.raises(LiqheatError) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def bars_of(hours):
    frame = table_frame()
    rows = frame.groupby(frame.index // hours)
    last = {name: rows[name].last() for name in ("close", "oi_close")}
    first = {name: rows[name].first() for name in ("ts", "open", "oi_open")}
    summed = {name: rows[name].sum() for name in ("volume", "buy_volume", "long_liq_base", "short_liq_base")}
    return pd.DataFrame(first | last | summed | {"high": rows["high"].max(), "low": rows["low"].min()})


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (lambda: table_frame().iloc[::-1], "table.ts: must hold at least 2 bars in time order, none twice"),
        (lambda: table_frame().assign(oi_close=-1.0), "open_interest.quantity: must be finite and at least 0"),
        (lambda: table_frame().assign(long_liq_base=np.nan), "liquidations: must overlap the market's bars"),
        (lambda: table_frame().assign(long_liq_base=0.0, short_liq_base=0.0), "liquidations: must overlap"),
        (lambda: table_frame().drop(columns="oi_close"), "t.csv lacks oi_close"),
        (lambda: bars_of(4), "bars: must divide bars of 5, 15, 60 minutes"),
        (lambda: table_frame().head(80), "liquidations: must be known in some interval after 4 days of open interest"),
    ],
)
def test_bad_tables(table, frame, rule):
    assert rule in refused("score", "--table", table(frame()))


def test_folders_without_what_is_asked_for(folder, tmp_path):
    assert "symbol: must have candles" in refused("score", "--data", folder, "--symbol", "XRP/USDT:USDT")
    assert "data: must be an existing folder" in refused("score", "--data", tmp_path / "none")
    silent = write_folder(tmp_path / "silent", half_hourly=False)
    for path in silent.glob("liq_*"):
        path.unlink()
    assert "data: must hold liq_…_BTC_<interval> files" in refused("score", "--data", silent)
    early = liquidation_frame().assign(ts=pd.date_range("2020-01-01", periods=576, freq="h", tz="UTC"))
    early.to_parquet(silent / "liq_vendor_BTC_1h.parquet")
    assert "liquidations: must overlap the market's bars" in refused("score", "--data", silent)


@pytest.mark.parametrize("command", ["score", "walk-forward"])
def test_one_source_is_needed(folder, command):
    both = ["--data", folder, "--table", folder / "t.csv"]
    for arguments in ([], both):
        assert "data, table: one of them must be given" in refused(command, *arguments)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda body: body | {"model_format": "1"}, "must be of model version"),
        (lambda body: body | {"name": "other"}, "must not be changed after it was hashed"),
        (lambda body: [body], "must be a file of calibrated parameters"),
    ],
)
def test_parameters_that_are_not_ours(folder, tmp_path, change, rule):
    path = tmp_path / "m.json"
    write_model(load_model(), path)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    assert rule in refused("score", "--data", folder, "--model", path)


def test_windows_that_cannot_be_fitted(folder, tmp_path):
    calibrate = ("calibrate", "--data", folder, "--output", tmp_path / "m.json")
    assert "train window: must hold at least 14 days" in refused(*calibrate, "--end", "2026-06-18")
    assert "start: must be a day such as 2026-01-01; found June" in refused(*calibrate, "--start", "June")
    assert "output: must end in .json" in refused("calibrate", "--data", folder, "--output", tmp_path / "m.txt")
    walk = ("walk-forward", "--data", folder)
    assert "train window: must hold at least 14 days" in refused(*walk, "--start", "2026-06-10")
    assert "data: must hold 21 days to train on after 4 days of burn-in" in refused(*walk, "--end", "2026-06-20")
    assert "refit_days: must be at least 1" in refused(*walk, "--refit-days", "0", "--start", "2026-06-20")
    assert "must be a multiple of the bars'" in refused(*walk, "--bars", "7m")


def test_the_whole_command_ends_in_one_line(tmp_path):
    result = whole_command("accuracy", "score", "--data", tmp_path / "none", "--json")
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.strip().count("\n") == 0 and "Traceback" not in result.stderr
    assert result.stderr.startswith("liqheat: data: must be an existing folder; found")
