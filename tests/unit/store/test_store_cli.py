"""`liqheat store`: what it prints and its exit codes."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from liqheat.store import HistoryStore
from tests.support.commands import run
from tests.support.store_tables import (
    CANDLES,
    DAY_MS,
    LIQUIDATIONS,
    MINUTE_MS,
    START_MS,
    candles,
    files_of,
    liquidations,
)


@pytest.fixture
def root(tmp_path):
    store = HistoryStore(tmp_path / "store")
    store.upsert(CANDLES, pa.concat_tables([candles(100), candles(1440, 110)]))
    store.upsert(LIQUIDATIONS, liquidations(20))
    return tmp_path / "store"


def test_verify(root):
    result = run("store", "verify", "--store", root)
    assert result.returncode == 0, result.stderr
    assert "2 series, 1,560 rows" in result.stdout
    assert "0 problems" in result.stdout
    path = files_of(root)[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    result = run("store", "verify", "--store", root)
    assert result.returncode == 1
    assert "checksum differs" in result.stdout
    assert path.name in result.stdout
    result = run("store", "verify", "--store", root, "--json")
    assert result.returncode == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["kind"], problem["interval"], problem["rows"]) == ("candles", "1m", 1430)
    HistoryStore(root).load(CANDLES)
    result = run("store", "verify", "--store", root, "--json")
    assert result.returncode == 0
    assert len(json.loads(result.stdout)["quarantined"]) == 1


def test_gaps(root):
    result = run("store", "gaps", "--store", root, "--json")
    assert result.returncode == 0, result.stderr
    (gap,) = json.loads(result.stdout)["gaps"]
    assert gap["venue"] == "binanceusdm"
    assert gap["start_ms"] == START_MS + 100 * MINUTE_MS
    assert gap["n_missing"] == 10
    result = run("store", "gaps", "--store", root)
    assert "2026-01-01 01:40" in result.stdout
    assert run("store", "gaps", "--store", root, "--kind", "mark").stdout == "No gaps.\n"


def test_compact(root, monkeypatch):
    monkeypatch.setattr("liqheat.store.parts.SMALL_ROWS", 10)
    store = HistoryStore(root)
    for first in range(20, 60, 10):
        store.upsert(LIQUIDATIONS, liquidations(10, first))
    assert json.loads(run("store", "compact", "--store", root, "--json").stdout)["files_after"] == 1
    assert run("store", "compact", "--store", root).stdout == "Nothing to join.\n"
    assert store.load(LIQUIDATIONS, START_MS, START_MS + DAY_MS).num_rows == 60


def test_a_store_that_is_not_there_ends_in_one_line(tmp_path):
    for command in ("verify", "gaps", "compact"):
        result = run("store", command, "--store", tmp_path / "none")
        assert result.returncode == 2
        assert "store: must be an existing store" in result.stderr
        assert "Traceback" not in result.stderr
    assert not (tmp_path / "none").exists()
