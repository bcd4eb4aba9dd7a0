"""The data set as other tools see it, without a word from us."""

from __future__ import annotations

import warnings

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset
import pytest

from liqheat.store import HistoryStore
from tests.support.store_tables import CANDLES, LIQUIDATIONS, START_MS, candles, liquidations

N = 4_000


@pytest.fixture
def root(tmp_path):
    """Two venues, a correction, a damaged file that was put aside, and live rows that nobody has joined yet."""
    store = HistoryStore(tmp_path / "store")
    store.upsert(CANDLES, candles(N))
    store.upsert(CANDLES, candles(5, 7, price=1.0))
    for first in range(0, N, 50):
        store.upsert(LIQUIDATIONS, liquidations(50, first, step_ms=20_000))
    damaged = sorted((tmp_path / "store" / "kind=liquidations").rglob("*.parquet"))[0]
    damaged.write_bytes(b"noise")
    store.load(LIQUIDATIONS)
    store.upsert(LIQUIDATIONS, liquidations(N, step_ms=20_000))
    assert store.quarantined
    return tmp_path / "store"


def check(times, venues, symbols, days):
    assert len(times) == len(set(times)) == N
    assert sorted(times)[0] == START_MS
    assert set(venues) == {"binanceusdm"}
    assert set(symbols) == {"BTC-USDT-USDT"}
    assert {str(day)[:10] for day in days} == {"2026-01-01", "2026-01-02", "2026-01-03"}


def test_pandas(root):
    frame = pd.read_parquet(root / "kind=candles_1m").sort_values("open_time_ms")
    check(frame["open_time_ms"], frame["venue"], frame["symbol"], frame["day"])
    np.testing.assert_array_equal(frame["close"].iloc[7:12], 1.0 + np.arange(7, 12))
    assert len(pd.read_parquet(root / "kind=liquidations")) == N


def test_polars(root):
    frame = pl.read_parquet(root / "kind=candles_1m", hive_partitioning=True)
    check(frame["open_time_ms"], frame["venue"], frame["symbol"], frame["day"])
    by_glob = pl.scan_parquet(f"{root}/kind=liquidations/**/*.parquet").collect()
    assert by_glob.height == N == by_glob["time_ms"].n_unique()


def test_duckdb(root):
    with duckdb.connect() as connection:
        source = f"read_parquet('{root}/kind=candles_1m/**/*.parquet', hive_partitioning = true)"
        rows = connection.execute(f"SELECT open_time_ms, venue, symbol, day FROM {source}").fetchall()  # noqa: S608
        check(*zip(*rows, strict=True))
        all_kinds = f"read_parquet('{root}/**/*.parquet', hive_partitioning = true, union_by_name = true)"
        counts = connection.execute(f"SELECT kind, count(*) FROM {all_kinds} GROUP BY 1 ORDER BY 1").fetchall()  # noqa: S608
        assert counts == [("candles_1m", N), ("liquidations", N)]


def test_dask(root):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="dask")
        import dask.dataframe

        frame = dask.dataframe.read_parquet(root / "kind=candles_1m").compute(scheduler="synchronous")
        check(frame["open_time_ms"], frame["venue"], frame["symbol"], frame["day"])


def test_arrow(root):
    rows = pyarrow.dataset.dataset(root / "kind=candles_1m", partitioning="hive").to_table()
    check(*(rows.column(name).to_pylist() for name in ("open_time_ms", "venue", "symbol", "day")))
    assert pyarrow.dataset.dataset(root, partitioning="hive").to_table().num_rows == 2 * N
