"""Files of the delta heatmap and of the static map hold the numbers of the arrays."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.csv
import pytest

from liqheat import draw_heatmap, estimate_book
from liqheat.errors import InputError
from liqheat.heatmap import decode_heatmap, delta_grid, encode_sides_into, save_delta, save_profile
from liqheat.heatmap.wire import Scratch


@pytest.fixture(scope="module")
def heat(simulated):
    return draw_heatmap(estimate_book(simulated), interval="1h", buckets=120)


def test_delta_tables(heat, tmp_path):
    delta = delta_grid(heat.estimate, heat.view)
    table = pyarrow.csv.read_csv(save_delta(heat, tmp_path / "delta.csv"))
    assert table.num_rows == np.count_nonzero(delta)
    assert sum(table.column("short_less_long_usd").to_pylist()) == pytest.approx(float(delta.sum()), rel=1e-5)
    with np.load(save_delta(heat, tmp_path / "delta.npz")) as stored:
        np.testing.assert_array_equal(stored["short_less_long_usd"], delta)
        assert stored["net_usd"].shape == (heat.view.n_columns,)
        assert json.loads(str(stored["metadata"]))["calibration"] == "uncalibrated"


def test_static_tables(heat, tmp_path):
    profile, about = heat.profile(), heat.metadata()
    table = pyarrow.csv.read_csv(save_profile(profile, tmp_path / "static.csv", about))
    assert table.num_rows == profile.column.long_usd.size
    longs = sum(np.array(table.column(f"long_{band:g}x_usd")) for band in profile.column.leverages)
    np.testing.assert_allclose(longs, profile.column.long_usd)
    body = json.loads(save_profile(profile, tmp_path / "static.json", about).read_text())
    assert body["cumulative_short_usd"] == profile.cumulative_short_usd.tolist()
    assert body["liqheat"]["symbol"] == heat.estimate.market.symbol


@pytest.mark.parametrize("save", ["delta", "static"])
def test_pictures(heat, tmp_path, save):
    path = tmp_path / f"{save}.png"
    if save == "delta":
        save_delta(heat, path)
    else:
        save_profile(heat.profile(), path, heat.metadata())
    assert path.read_bytes().startswith(b"\x89PNG")


def test_endings_and_places_are_checked(heat, tmp_path):
    with pytest.raises(InputError, match=r"must end in .png, .csv, .npz"):
        save_delta(heat, tmp_path / "delta.json")
    with pytest.raises(InputError, match=r"must end in .png, .csv, .json"):
        save_profile(heat.profile(), tmp_path / "static.npz", heat.metadata())
    with pytest.raises(InputError, match="writeable"):
        save_delta(heat, tmp_path / "nowhere" / "delta.csv")


def test_both_sides_travel_on_one_scale(heat):
    header, planes = decode_heatmap(encode_sides_into(heat, Scratch()))
    assert header["planes"] == ["short", "long"]
    sides = [heat.of_side("short").values_usd, heat.of_side("long").values_usd]
    assert header["max"] == max(float(side.max()) for side in sides)
    for plane, side in zip(planes, sides, strict=True):
        assert (plane > 0).sum() > 100
        # Level 0 stands for what is below four decades under the maximum.
        np.testing.assert_array_equal(plane[side == 0], 0)
        np.testing.assert_array_equal(plane[side > header["max"] * 1.1e-4] > 0, True)
    with pytest.raises(InputError, match="must be both"):
        encode_sides_into(heat.of_side("long"), Scratch())
