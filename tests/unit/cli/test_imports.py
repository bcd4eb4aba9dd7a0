"""`liqheat import` as people type it."""

from __future__ import annotations

import json

import pytest

from tests.support.commands import run
from tests.support.foreign_samples import heatmap_response, pair_history
from tests.support.import_files import write_history


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "files"
    path.mkdir()
    write_history(path)
    (path / "oi_binance_um_5m_ETHUSDT.parquet").write_bytes(b"no")
    return path


def test_a_folder_and_the_same_again(folder, tmp_path):
    for words in ("files: 4 12 0 0", "files: 4 0 0 12"):
        result = run("import", folder, "--store", tmp_path / "store")
        assert result.returncode == 0, result.stderr
        plain = " ".join("".join(sign if sign.isalnum() or sign in ".,_:;" else " " for sign in result.stdout).split())
        assert words in plain
        assert "left out: oi_binance_um_5m_ETHUSDT.parquet: open_interest: must be a readable .parquet file" in plain


def test_products(tmp_path):
    for name, data in {"history": pair_history(), "map": heatmap_response()}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    base = ["--from", "coinglass", "--symbol", "BTC/USDT:USDT", "--store", tmp_path / "store"]
    result = run("import", tmp_path / "history.json", *base, "--venue", "binance+okx", "--interval", "1h", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    result = run("import", tmp_path / "map.json", *base, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "saved map.npz: to compare with; not part of the store" in result.stdout
    assert (tmp_path / "map.npz").is_file()
    assert (tmp_path / "store" / "kind=liquidation_totals" / "venue=coinglass" / "symbol=BTC-USDT-USDT").is_dir()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "coinglass"], "--symbol: must be given once with --from; found nothing"),
        (["--from", "kraken", "--symbol", "BTC/USDT:USDT"], "--from: must be coinglass or coinalyze; found kraken"),
        (["--currency", "AED"], "--currency: must be given with --from only; found AED"),
        (
            ["--from", "coinglass", "--symbol", "BTC/USDT:USDT", "--interval", "4h"],
            "interval: must be 4h, as was said; found 1h",
        ),
        (
            ["--from", "coinglass", "--symbol", "BTC/USDT:USDT", "--currency", "AED", "--rate", "3.6725"],
            "currency: must be AED, as was said; found USD",
        ),
        (["--symbol", "BTC/USDT:USDT"], "path: must hold at least one file that can be imported"),
    ],
)
def test_errors_are_one_line(arguments, words, tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps(pair_history()))
    result = run("import", path, *arguments, "--store", tmp_path / "store")
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_folder_makes_no_store(tmp_path):
    result = run("import", tmp_path / "none", "--store", tmp_path / "store")
    assert "path: must be an existing file or folder" in result.stderr
    assert not (tmp_path / "store").exists()
