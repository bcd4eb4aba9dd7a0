"""Files of liquidation totals, and whole markets in one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from liqheat.errors import FileFormatError, InputError
from liqheat.store import load_folder_totals, load_market_table
from liqheat.units import HOUR_MS, MINUTE_MS
from tests.support.scored_markets import START_MS, table_frame

NAMES = {
    "liq_vendor_BTC_1h_binance+bybit.parquet": ("binance+bybit", HOUR_MS),
    "liq_vendor_BTC_30m_okx_2026-01.csv": ("okx", 30 * MINUTE_MS),
    "liq_vendor_BTC_4h.csv": ("", 4 * HOUR_MS),
}
LEFT_ALONE = ("liq_events_binance_forceorder.csv", "liq_vendor_ETH_1h_okx.csv", "liq_vendor_BTC_1h.txt", "other.csv")


def totals_frame(n=5):
    hours = pd.date_range("2026-01-01", periods=n, freq="h", tz="UTC")
    return pd.DataFrame({"ts": hours, "long_usd": np.arange(n) * 1.0, "short_usd": 1, "source_file": "x"})


def write(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


def test_files_are_found_by_their_names(tmp_path):
    for name in (*NAMES, *LEFT_ALONE):
        write(totals_frame(), tmp_path / name)
    found = load_folder_totals(tmp_path, "BTC")
    assert {one.source: (one.venues, one.interval_ms) for one in found} == NAMES
    for one in found:
        assert one.time_ms.tolist() == [1_767_225_600_000 + hour * HOUR_MS for hour in range(5)]
        assert one.long_usd.tolist() == [0, 1, 2, 3, 4] and one.short_usd.tolist() == [1] * 5
    assert load_folder_totals(tmp_path, "SOL") == []


def test_unknown_sums_stay_unknown(tmp_path):
    frame = totals_frame()
    frame.loc[2, "long_usd"] = np.nan
    write(frame, tmp_path / "liq_vendor_BTC_1h.csv")
    (found,) = load_folder_totals(tmp_path, "BTC")
    assert np.isnan(found.long_usd).tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (totals_frame().drop(columns="short_usd"), "lacks short_usd"),
        (totals_frame().drop(columns="ts"), "must have a column ts"),
        (totals_frame().assign(long_usd="many"), "must hold numbers in long_usd, short_usd"),
        (totals_frame(0), "must hold at least one row"),
    ],
)
def test_damaged_files_are_named(tmp_path, frame, rule):
    write(frame, tmp_path / "liq_vendor_BTC_1h.csv")
    with pytest.raises(FileFormatError, match=rule):
        load_folder_totals(tmp_path, "BTC")
    with pytest.raises(InputError, match="data: must be an existing folder"):
        load_folder_totals(tmp_path / "none", "BTC")


TIMES = {
    "seconds": lambda ts: ts,
    "ms": lambda ts: ts * 1000,
    "ISO text": lambda ts: pd.to_datetime(ts, unit="s").dt.strftime("%Y-%m-%d %H:%M:%S"),
    "ISO text with zone": lambda ts: pd.to_datetime(ts, unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "timestamps": lambda ts: pd.to_datetime(ts, unit="s", utc=True),
}


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_times_in_any_form(tmp_path, name, suffix):
    frame = table_frame().head(50)
    frame = frame.assign(ts=TIMES[name](frame["ts"]))
    table = load_market_table(write(frame, tmp_path / f"t{suffix}"))
    assert table.interval_ms == HOUR_MS
    np.testing.assert_array_equal(table.candles.open_time_ms, START_MS + HOUR_MS * np.arange(50))


def test_what_a_table_says(tmp_path):
    frame = table_frame().head(50)
    table = load_market_table(write(frame, tmp_path / "t.csv"))
    np.testing.assert_array_equal(table.open_interest.time_ms, START_MS + HOUR_MS * np.arange(51))
    np.testing.assert_allclose(table.open_interest.quantity, [frame["oi_open"][0], *frame["oi_close"]])
    np.testing.assert_allclose(table.totals.long_usd, frame["long_liq_base"] * (frame["high"] + frame["low"]) / 2)
    np.testing.assert_allclose(table.totals.short_base, frame["short_liq_base"])
    np.testing.assert_allclose(table.candles.taker_buy_volume, frame["buy_volume"])
    assert table.notes == ()


def test_missing_rows_and_rows_without_prices_are_holes(tmp_path):
    frame = table_frame().head(50).drop(index=[7, 8])
    frame.loc[20, ["open", "high", "low", "close", "volume", "oi_open", "oi_close"]] = np.nan
    frame.loc[30, ["long_liq_base", "oi_close"]] = np.nan
    table = load_market_table(write(frame, tmp_path / "t.parquet"))
    assert table.interval_ms == HOUR_MS and table.candles.open_time_ms.size == 47
    assert table.notes == ("1 rows of the table have no prices and count as missing",)
    assert np.isfinite(table.open_interest.quantity).all()
    # What the next bar opens with stands in for a close that is not told.
    hours = (table.open_interest.time_ms - START_MS) // HOUR_MS
    assert set(range(51)) - set(hours.tolist()) == {8}
    assert dict(zip(hours, table.open_interest.quantity, strict=True))[31] == frame["oi_open"][31]
    assert np.isnan(table.totals.long_usd).sum() == 1


def shuffled(frame):
    return frame.iloc[[1, 0, *range(2, len(frame))]]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (shuffled, "table.ts: must hold at least 2 bars in time order, none twice; found t.csv: row 1"),
        (lambda frame: frame.iloc[[0, 1, 1, 2]], "none twice; found t.csv: row 2"),
        (lambda frame: frame.head(1), "at least 2 bars"),
        (lambda frame: frame.assign(ts=frame["ts"] + 30 * (frame.index == 9)), "must lie on a grid"),
        (lambda frame: frame.assign(ts=frame["ts"] + 30), "whole minutes"),
        (lambda frame: frame.drop(columns="long_liq_base"), "lacks long_liq_base"),
        (lambda frame: frame.drop(columns="ts"), "must have a column ts"),
        (lambda frame: frame.assign(close=np.nan), "must hold prices in at least 2 rows; found t.csv: 0"),
        (lambda frame: frame.assign(oi_open=np.nan, oi_close=np.nan), "table.oi_close: must be known in some row"),
        (lambda frame: frame.assign(open="high"), "must hold numbers"),
        (lambda frame: frame.head(0), "must hold at least one row"),
    ],
)
def test_bad_tables_are_named(tmp_path, change, rule):
    path = write(change(table_frame().head(40)), tmp_path / "t.csv")
    with pytest.raises(InputError, match=rule.replace(".", r"\.")):
        load_market_table(path)
