"""Parameter files: what is shipped, and that nothing else is read as parameters."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import FileFormatError, InputError, UnknownNameError
from liqheat.flow.parameters import (
    FLOW_FORM,
    MODEL_FORMAT,
    SHIPPED,
    SHIPPED_BARS,
    load_model,
    read_model,
    shipped_for,
    write_model,
)
from liqheat.records import DISTANCE_KNOTS, HORIZONS_MS
from liqheat.units import HOUR_MS, MINUTE_MS


@pytest.fixture
def body(tmp_path):
    write_model(load_model(), tmp_path / "m.json")
    return json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("bar_ms", SHIPPED_BARS)
def test_shipped_parameters_are_whole(bar_ms):
    model = load_model(SHIPPED_BARS[bar_ms])
    assert model.form == FLOW_FORM and model.fitted.bar_ms == bar_ms
    # Fitted on 2025-12-05 to 2026-02-28: not a day of the month that is held out.
    assert (model.fitted.start_ms, model.fitted.end_ms) == (1_764_892_800_000, 1_772_323_200_000)
    assert {"flow", "b0", "b1", "b1s", "b1v", "b1r", "b1y", "static", "price_only"} <= set(model.weights)
    n_terms = len(FLOW_FORM.kappas)
    assert set(model.laws) == {"1h", *HORIZONS_MS} and model.support.shape[0] == 2
    assert model.fitted.venues == ("binance", "bybit", "okx")
    for horizon, law in model.laws.items():
        assert law.ensemble.shape[1:] == law.book_weights.shape == (2, n_terms)
        assert law.distance_weights.shape == (2, DISTANCE_KNOTS.size) and (law.usual_book > 0).any()
        kinds = {"tracked", "untracked"} if horizon == "1h" else {"tracked", "untracked", "carried"}
        assert set(law.way_bands) == set(law.inside_bands) == kinds
        for band in (*law.way_bands.values(), *law.inside_bands.values()):
            assert (band.low < band.high).all() and (np.diff(band.size) > 0).all()


def test_written_parameters_are_read_back(tmp_path):
    model = load_model()
    write_model(model, tmp_path / "copy.json")
    again = load_model(tmp_path / "copy.json")
    assert again.hash == model.hash
    np.testing.assert_array_equal(again.weights["flow"].map_weights, model.weights["flow"].map_weights)


def test_the_hash_covers_every_number():
    model = load_model()
    one = model.weights["flow"]
    nudged = replace(one, floor_usd=np.nextafter(one.floor_usd, np.inf))
    assert replace(model, weights=dict(model.weights) | {"flow": nudged}).hash != model.hash
    law = model.laws["24h"]
    for name in ("book_weights", "distance_weights", "ensemble", "usual_book"):
        nudged = replace(law, **{name: np.nextafter(getattr(law, name), np.inf)})
        assert replace(model, laws=dict(model.laws) | {"24h": nudged}).hash != model.hash
    band = law.way_bands["tracked"]
    nudged = replace(law, way_bands=dict(law.way_bands) | {"tracked": replace(band, low=band.low - 1e-9)})
    assert replace(model, laws=dict(model.laws) | {"24h": nudged}).hash != model.hash
    assert replace(model, fitted=replace(model.fitted, end_ms=0)).hash != model.hash
    assert model.for_symbol("ETH/USDT:USDT").hash == model.hash


def test_parameters_of_another_coin_are_marked():
    assert load_model().for_symbol("ETH/USDT:USDT").transferred_to == "ETH/USDT:USDT"
    assert load_model().for_symbol("BTC/USD:BTC").transferred_to is None


@pytest.mark.parametrize(
    ("bar_ms", "wanted"),
    [
        (MINUTE_MS, 5),
        (5 * MINUTE_MS, 5),
        (3 * MINUTE_MS, 15),
        (15 * MINUTE_MS, 15),
        (30 * MINUTE_MS, 60),
        (HOUR_MS, 60),
    ],
)
def test_parameters_by_the_length_of_bars(bar_ms, wanted):
    assert shipped_for(bar_ms) == SHIPPED_BARS[wanted * MINUTE_MS]


@pytest.mark.parametrize("bar_ms", [4 * HOUR_MS, 45 * MINUTE_MS])
def test_bars_without_parameters_are_named(bar_ms):
    with pytest.raises(InputError, match="must divide bars of 5, 15, 60 minutes"):
        shipped_for(bar_ms)


def changed(body, path, value):
    at = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(body)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (("model_format",), "1", f"must be of model version {MODEL_FORMAT}"),
        (("model_format",), "2", f"must be of model version {MODEL_FORMAT}"),
        (("model_format",), None, f"must be of model version {MODEL_FORMAT}"),
        (("hash",), "0" * 64, "must not be changed after it was hashed"),
        (("hash",), None, "must not be changed after it was hashed"),
        (("weights", "flow", "floor_usd"), [1.0, 2.0], "must not be changed"),
        (("fitted", "end_ms"), 1, "must not be changed"),
        (("weights", "flow", "floor_usd"), [1.0, -2.0], "must be a file of calibrated parameters"),
        (("weights", "flow", "floor_usd"), [1.0, float("nan")], "must be a file of calibrated parameters"),
        (("weights", "flow", "map_weights"), [[1.0, 2.0]], "must be a file of calibrated parameters"),
        (("weights", "flow", "map_weights"), [1.0, 2.0], "must be a file of calibrated parameters"),
        (("weights", "flow"), "none", "must be a file of calibrated parameters"),
        (("form", "kappas"), 3, "must be a file of calibrated parameters"),
        (("form", "distances"), {"colour": "red"}, "must be a file of calibrated parameters"),
        (("form", "distances"), "classic", "must not be changed"),
        (("laws", "24h", "ensemble"), [[1.0, 2.0, 3.0]], "must be a file of calibrated parameters"),
        (("laws", "24h", "book_weights"), [[1.0, 2.0], [-1.0, 2.0]], "must be a file of calibrated parameters"),
        (("laws", "24h", "way_bands"), {}, "must be a file of calibrated parameters"),
        (("laws", "24h", "way_bands", "tracked", "low"), [9.0], "must be a file of calibrated parameters"),
        (("laws",), {}, "must not be changed"),
    ],
)
def test_tampered_parameters_are_refused(body, path, value, rule):
    with pytest.raises(FileFormatError, match=rule):
        read_model(changed(body, path, value), "m.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"text"', "{}", '{"model_format": "3"}', "[" * 100_000])
def test_garbage_is_refused(text):
    with pytest.raises(FileFormatError, match="must be a file of calibrated parameters"):
        read_model(text)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.json").mkdir()
    for name in ("bytes.json", "folder.json", "none.json"):
        with pytest.raises(FileFormatError, match=r"must be a readable \.json file"):
            load_model(tmp_path / name)
    with pytest.raises(UnknownNameError, match=f"must be one of .*{SHIPPED}"):
        load_model("eth")


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match=r"output: must end in \.json"):
        write_model(load_model(), tmp_path / "m.txt")
    with pytest.raises(InputError, match="output: must be a file that can be written"):
        write_model(load_model(), tmp_path / "none" / "m.json")
