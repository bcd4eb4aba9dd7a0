"""The command line: files out, exit codes, one line for an error and no traceback."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support.commands import run
from tests.support.tables import frames

BASE = ["--symbol", "BTC/USDT:USDT", "--venue", "binance"]


@pytest.fixture
def files(tmp_path):
    candles, interest = frames(60)
    candles.to_parquet(tmp_path / "c.parquet")
    interest.to_csv(tmp_path / "o.csv", index=False)
    return ["--candles", tmp_path / "c.parquet", "--open-interest", tmp_path / "o.csv"]


def test_heatmap_writes_files(files, tmp_path):
    result = run("heatmap", *files, *BASE, "--output", tmp_path / "map.json", "--leverage", "25,50", "--side", "long")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "map.json").stat().st_size > 1000
    assert "estimated, uncalibrated" in result.stdout
    assert "mark price unknown" in result.stdout


def test_heatmap_of_expected_forced_flow(files, tmp_path):
    flow = [*files, *BASE, "--quantity", "flow"]
    result = run("heatmap", *flow, "--output", tmp_path / "flow.csv", "--leverage", "50,100")
    assert result.returncode == 0, result.stderr
    assert "estimated, calibrated" in result.stdout and "days old; scale not tracked" in result.stdout
    assert "forced_flow_usd" in (tmp_path / "flow.csv").read_text().splitlines()[0]
    for name in ("flow.png", "flow.json", "flow.npz", "flow.lqh"):
        assert run("heatmap", *flow, "--output", tmp_path / name).returncode == 0
    told = json.loads((tmp_path / "flow.json").read_text())["liqheat"]
    assert (told["quantity"], told["measure"]) == ("flow", "forced_flow_usd") and len(told["model"]["hash"]) == 64
    for kind, name in (("static", "static.csv"), ("delta", "delta.npz")):
        assert run("heatmap", *flow, "--type", kind, "--output", tmp_path / name).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "x.csv", "--quantity", "heat"], "quantity: must be one of held, flow; found heat"),
        (["--output", "x.csv", "--model", "btc"], "model: must be given with --quantity flow only"),
        (["--output", "x.csv", "--quantity", "flow", "--model", "btc"], "model: must be one of"),
        (["--output", "map.gif"], "output: must end in"),
        (["--output", "x.csv", "--leverage", "a"], "leverage: must be numbers"),
        (["--output", "x.csv", "--side", "up"], "side: must be one of both, long, short; found up"),
        (["--output", "x.csv", "--venue", "nowhere"], "venue: must be one of"),
        (["--output", "x.csv", "--mark", "missing.parquet"], "mark: must be an existing file"),
        (
            ["--output", "x.csv", "--bucket-width", "0.0000001", "--price-axis", "linear"],
            "bucket_width: must make at most",
        ),
    ],
)
def test_errors_are_one_line_and_exit_code_2(files, tmp_path, arguments, words):
    result = run("heatmap", *files, *BASE, *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.fixture
def folder(tmp_path):
    """Binance and Bybit, 10 bp apart, by the file-name rule."""
    candles, interest = frames(60)
    data = tmp_path / "data"
    data.mkdir()
    for venue, contract, factor in (("binance", "um", 1.0), ("bybit", "linear", 1.001)):
        prices = {name: candles[name] * factor for name in ("open", "high", "low", "close") if name in candles}
        candles.assign(**prices).to_parquet(data / f"candles_{venue}_{contract}_5m_BTCUSDT.parquet")
        interest.to_parquet(data / f"oi_{venue}_{contract}_5m_BTCUSDT.parquet")
    return data


def test_totals_in_the_folder_scale_the_flow(folder, tmp_path):
    hours = np.arange(1_767_225_600_000, 1_767_225_600_000 + 6 * 3_600_000, 3_600_000)
    lines = [f"{hour},{1e5 + hour % 7},{2e5}" for hour in hours]
    text = "\n".join(["ts,long_usd,short_usd", *lines])
    (folder / "liq_vendor_BTC_1h_binance.csv").write_text(text + "\n")
    shown = run("heatmap", "--data", folder, *BASE, "--quantity", "flow", "--output", tmp_path / "flow.csv")
    assert shown.returncode == 0, shown.stderr
    assert "tracked" in shown.stdout and "not tracked" not in shown.stdout
    summed = [*BASE[:3], "all", "--quantity", "flow", "--output", tmp_path / "all.csv"]
    result = run("heatmap", "--data", folder, *summed)
    assert result.returncode == 0, result.stderr
    assert "bybit is not tracked: it counts by its share of open interest" in result.stdout


def test_a_folder_of_venues_is_drawn_as_one_or_one_by_one(folder, tmp_path):
    base = ["heatmap", "--data", folder, "--symbol", "BTC/USDT:USDT"]
    result = run(
        *base, "--venue", "all", "--weights", "equal", "--currency", "AED=3.67", "--output", tmp_path / "a.npz",
        "--bucket-width", "367AED", "--price-axis", "linear", "--reference", "binance",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "weight 50.0%" in result.stdout and "AED (estimated, uncalibrated)" in result.stdout
    assert "prices are those of binanceusdm" in result.stdout
    drawn = np.load(tmp_path / "a.npz")
    assert np.diff(drawn["price_edges"]) == pytest.approx(100.0)
    metadata = json.loads(str(drawn["metadata"]))
    assert metadata["venue"] == "all" and metadata["coverage"]["share"] is None
    assert [venue["weight"] for venue in metadata["venues"]] == [0.5, 0.5]
    result = run(*base, "--venue", "bybit", "--output", tmp_path / "b.npz")
    assert result.returncode == 0, result.stderr
    assert json.loads(str(np.load(tmp_path / "b.npz")["metadata"]))["venue"] == "bybit"
    for arguments, words in [
        (["--venue", "okx"], "venue: must be one of binanceusdm, bybit, all; found okx"),
        (["--venue", "all", "--weights", "size"], "weights: must be one of open_interest, equal, volume"),
        (["--venue", "all", "--currency", "EUR"], "currency: must be one of USD, AED"),
        (["--venue", "all", "--candles", "c.csv"], "data: must not be given with candles"),
    ]:
        result = run(*base, *arguments, "--output", tmp_path / "x.npz")
        assert (result.returncode, words in result.stderr) == (2, True), result.stderr
    for arguments, words in [
        (["--venue", "binance"], "candles, open_interest: must both be given"),
        (["--venue", "all", "--candles", "c", "--open-interest", "o"], "venue: several venues need --data"),
    ]:
        result = run("heatmap", "--symbol", "BTC/USDT:USDT", *arguments, "--output", tmp_path / "x.npz")
        assert (result.returncode, words in result.stderr) == (2, True), result.stderr


def test_serve_refuses_bad_addresses_and_folders(tmp_path):
    for arguments, words in [
        (["--port", "99999"], "port: must be from 0 to 65535"),
        (["--host", "no.such.host.invalid"], "host: must be an address of this machine"),
        (["--port", "0", "--data", str(tmp_path)], "data: must hold candles_… and oi_… files"),
        (["--port", "0", "--data", str(tmp_path / "nowhere")], "data: must be an existing folder"),
    ]:
        result = run("serve", *arguments)
        assert result.returncode == 2
        assert words in result.stderr
        assert "Traceback" not in result.stderr


def test_help_and_version():
    assert "serve" in run("--help").stdout
    assert run("--version").stdout.startswith("liqheat ")


def test_realised_liquidations_of_the_simulated_market(tmp_path):
    listed = run("liquidations", "BTC/USDT:USDT", "--simulated", "--last", "2")
    assert listed.returncode == 0, listed.stderr
    assert "realised" in listed.stdout
    assert "complete" in listed.stderr
    path = tmp_path / "events.csv"
    written = run("liquidations", "BTC/USDT:USDT", "--simulated", "--output", str(path))
    assert written.returncode == 0, written.stderr
    lines = path.read_text().splitlines()
    assert lines[0].startswith("time_ms,receive_ms,venue,is_long,price")
    assert len(lines) > 100
    nothing = run("liquidations", "BTC/USDT:USDT", "--store", str(tmp_path / "none"))
    assert nothing.returncode == 2
    assert "must be an existing store" in nothing.stderr
