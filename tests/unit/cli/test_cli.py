"""The command line: files out, exit codes, one line for an error and no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.unit.store.test_files import frames

BASE = ["--symbol", "BTC/USDT:USDT", "--venue", "binance"]


def run(*arguments, **options):
    code = "from liqheat.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options
    )


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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "map.gif"], "output: must end in"),
        (["--output", "x.csv", "--leverage", "a"], "leverage: must be numbers"),
        (["--output", "x.csv", "--side", "up"], "side: must be both, long or short; found up"),
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
