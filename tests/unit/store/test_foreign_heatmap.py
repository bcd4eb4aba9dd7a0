"""Liquidation heatmaps of other products: shapes, axes, units; saved and loaded again."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.errors import FileFormatError, InputError
from liqheat.records import ForeignHeatmap
from liqheat.store.foreign import read_foreign
from liqheat.store.foreign_heatmap import load_foreign_heatmap, save_foreign_heatmap
from tests.support.foreign_samples import ask, documented, heatmap_response, only


@pytest.mark.parametrize(
    "name",
    [
        "liquidation-heatmap",
        "liquidation-heatmap-model2",
        "liquidation-heatmap-model3",
        "liquidation-aggregate-heatmap",
    ],
)
def test_the_documented_heatmaps(shared, name):
    response = documented(shared, name)
    # The example is cut short: its entries point at columns and prices that it leaves out.
    with pytest.raises(FileFormatError, match="must point inside the axes; found 3 entries, none inside 2 columns x 3"):
        read_foreign(response, ask())
    response["data"]["liquidation_leverage_data"].append([1, 2, 12.5])
    found = read_foreign(response, ask(interval="5m"))
    heatmap = only(found)
    assert isinstance(heatmap, ForeignHeatmap)
    assert heatmap.intensity.shape == (3, 2)
    assert (heatmap.intensity[2, 1], heatmap.intensity.sum()) == (12.5, 12.5)
    assert heatmap.time_ms.tolist() == [1722676500000, 1722676800000]
    assert heatmap.close.tolist() == [61539.9, 61590.5]
    assert heatmap.n_outside == 3
    assert found.notes == ("3 entries outside the axes were left out",)


def test_a_heatmap_is_summed_by_cell_between_half_way_edges(tmp_path):
    heatmap = only(read_foreign(heatmap_response(), ask()))
    assert heatmap.price_edges.tolist() == [99, 101, 104, 108]
    assert heatmap.intensity.tolist() == [[0, 0], [5, 0], [0, 8]]
    assert heatmap.interval_ms == 300_000
    again = load_foreign_heatmap(save_foreign_heatmap(heatmap, tmp_path / "map.npz"))
    for name in ForeignHeatmap.__dataclass_fields__:
        one, other = getattr(again, name), getattr(heatmap, name)
        assert type(one) is type(other)
        assert np.array_equal(one, other)
    with pytest.raises(InputError, match=r"output: must be a file ending in \.npz"):
        save_foreign_heatmap(heatmap, tmp_path / "map.json")
    with pytest.raises(InputError, match="output: must be a file that can be written"):
        save_foreign_heatmap(heatmap, tmp_path / "none" / "map.npz")


def test_a_damaged_or_swollen_file_is_refused(tmp_path, monkeypatch):
    heatmap = only(read_foreign(heatmap_response(), ask()))
    path = save_foreign_heatmap(heatmap, tmp_path / "map.npz")
    whole = path.read_bytes()
    for damaged in (b"no", b"PK\x03\x04" + bytes(50), whole[:-30], whole[:60] + bytes(20) + whole[80:]):
        path.write_bytes(damaged)
        with pytest.raises(FileFormatError, match=r"saved as \.npz"):
            load_foreign_heatmap(path)
    path.write_bytes(whole)
    monkeypatch.setattr("liqheat.store.foreign_heatmap.MOST_BYTES", 100)
    with pytest.raises(FileFormatError, match="must unpack to at most 100 bytes"):
        load_foreign_heatmap(path)


def test_a_heatmap_in_dirham_is_converted():
    heatmap = only(read_foreign(heatmap_response(), ask(currency="AED", rate=2)))
    assert heatmap.price_edges.tolist() == [49.5, 50.5, 52, 54]
    assert heatmap.close.tolist() == [51, 51]


def test_a_heatmap_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("liqheat.store.foreign_heatmap.MOST_CELLS", 5)
    with pytest.raises(FileFormatError, match="at most 5 cells; found 3 x 2"):
        read_foreign(heatmap_response(), ask())


@pytest.mark.parametrize(
    ("data", "request_", "argument", "words"),
    [
        (heatmap_response(y_axis=[]), ask(), "file", "no usable y_axis"),
        (heatmap_response(y_axis=[3, 2, 1]), ask(), "y_axis", "must be prices that rise"),
        (heatmap_response(y_axis=["a", "b"]), ask(), "y_axis", "must hold numbers"),
        (heatmap_response(price_candlesticks=[[1, 2], [3, 4]]), ask(), "price_candlesticks", "must hold time, open"),
        (heatmap_response(price_candlesticks=[[5, 1, 1, 1, 1]] * 2), ask(), "price_candlesticks", "epoch seconds"),
        (heatmap_response(), ask(interval="1h"), "interval", "must be 1h, as was said; found 5m"),
        (heatmap_response(currency="AED"), ask(currency="USD"), "currency", "must be USD, as was said; found AED"),
        (heatmap_response(currency="AED"), ask(), "rate", "how many AED one USD is"),
        (
            heatmap_response(liquidation_leverage_data=[[0, 1]]),
            ask(),
            "liquidation_leverage_data",
            "price level, amount",
        ),
        (
            heatmap_response(liquidation_leverage_data=[[0, 1, -1]]),
            ask(),
            "liquidation_leverage_data",
            "amounts from 0",
        ),
        (
            heatmap_response(liquidation_leverage_data=[[0.5, 1, 1]]),
            ask(),
            "liquidation_leverage_data",
            "whole indices",
        ),
    ],
)
def test_what_does_not_agree_is_named(data, request_, argument, words):
    with pytest.raises(InputError, match=words) as raised:
        read_foreign(data, request_)
    assert raised.value.argument == argument
