"""Panels of positions: from a file to maps by distance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat_lab.panel.positions import known_rows, load_panel, panel_profiles, snapshots_before
from tests.support.panels import small_panel


def columns():
    return {
        "ts": np.array(["2026-02-04T09:00", "2026-02-04T15:00", "2026-02-04T15:00"], "datetime64[ms]"),
        "trader_id": ["b", "a", "b"],
        "coin": ["BTC", "BTC", "ETH"],
        "side": ["Long", "short", "Long"],
        "size": [1.5, -2.0, 3.0],
        "entry_px": [100.0, 100.0, 10.0],
        "mark_px": [101.0, 102.0, 11.0],
        "liq_px": [90.0, 120.0, None],
    }


def write(tmp_path, table):
    path = tmp_path / "positions.parquet"
    pa.parquet.write_table(pa.table(table), path)
    return path


def test_a_file_is_read(tmp_path):
    panel = load_panel(write(tmp_path, columns()))
    assert panel.time_ms.tolist() == [1_770_195_600_000, 1_770_217_200_000]
    assert panel.snapshot.tolist() == [0, 1, 1]
    assert panel.trader.tolist() == [1, 0, 1]
    assert panel.is_short.tolist() == [False, True, False]
    assert panel.quantity.tolist() == [1.5, 2.0, 3.0]
    np.testing.assert_array_equal(panel.liquidation_price, [90, 120, np.nan])
    assert panel.traders_listed.tolist() == [1, 2]
    assert panel.source == "positions.parquet"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"side": ["Long", "both", "Long"]}, "side must be Long or Short"),
        ({"size": [1.5, 0.0, 3.0]}, "size must be finite and not 0"),
        ({"mark_px": [1.0, None, 3.0]}, "mark_px must be finite"),
        ({"entry_px": ["a", "b", "c"]}, "must be numbers"),
    ],
)
def test_values_that_are_none(tmp_path, change, message):
    with pytest.raises(FileFormatError, match=message):
        load_panel(write(tmp_path, columns() | change))


def test_files_that_cannot_be_read(tmp_path):
    table = columns()
    del table["liq_px"]
    with pytest.raises(FileFormatError, match="must have the columns liq_px"):
        load_panel(write(tmp_path, table))
    with pytest.raises(FileFormatError, match="existing file"):
        load_panel(tmp_path / "none.parquet")


def test_traders_who_are_not_listed_are_carried_on_for_a_day():
    panel = small_panel()
    assert known_rows(panel, "BTC", 0).tolist() == [0, 1, 2]
    # Trader 1 is listed with ETH alone: the BTC position is closed. Trader 2 is not listed: carried on.
    assert known_rows(panel, "BTC", 1).tolist() == [2, 3]
    assert known_rows(panel, "BTC", 1, carry_hours=0).tolist() == [3]
    assert known_rows(panel, "BTC", 2).tolist() == [3, 5]
    assert known_rows(panel, "BTC", 3).tolist() == [6]


def test_shares_of_a_side_by_distance():
    profiles = panel_profiles(small_panel(), "BTC", np.array([0, 1, 2]), cell_width=0.01, n_cells=4)
    assert profiles.close.tolist() == [100, 100, 100]
    # Longs: 1 coin 0.5 % below, 3 coins that cannot be liquidated; shorts: all 3.4 % above.
    np.testing.assert_allclose(profiles.usd[0], [[0.25, 0, 0, 0], [0, 0, 0, 1]])
    np.testing.assert_allclose(profiles.usd[1], [[0, 0.25, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(profiles.usd[2], [[0, 1, 0, 0], [0, 1, 0, 0]])


def test_an_old_map_stays_at_its_prices_and_loses_what_was_passed():
    panel = small_panel()
    panel = replace(panel, mark_price=np.where(panel.snapshot == 1, 99.0, panel.mark_price))
    old = panel_profiles(panel, "BTC", np.array([1]), cell_width=0.01, n_cells=6, as_of=np.array([0]))
    assert old.close.tolist() == [99]
    # Now 1 % lower: the short 3.4 % above is 4.5 % above; the long at 99.5 is gone.
    np.testing.assert_allclose(old.usd[0], [[0] * 6, [0, 0, 0, 0, 1, 0]])


def test_bursts_and_thin_snapshots_are_left_out():
    panel = small_panel()
    assert panel.usable_snapshots(1).tolist() == [0, 1, 2]
    assert panel.usable_snapshots(2).tolist() == [0, 1]
    assert panel.usable_snapshots(4).tolist() == []


def test_earlier_snapshots():
    panel = small_panel()
    everything = np.arange(4)
    assert snapshots_before(panel, everything, 24).tolist() == [-1, -1, 1, 1]
    assert snapshots_before(panel, everything, 6, 1).tolist() == [-1, 0, -1, -1]
    with pytest.raises(InputError, match="below 3"):
        snapshots_before(panel, everything, 3)


def test_a_coin_that_nobody_holds():
    with pytest.raises(NoDataError, match="snapshot 0"):
        panel_profiles(small_panel(), "ETH", np.array([0]), cell_width=0.01, n_cells=4)
