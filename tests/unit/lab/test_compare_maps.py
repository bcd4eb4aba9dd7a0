"""Another product's heatmap laid over ours: figures, picture, page, command."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from liqheat import draw_heatmap, estimate_book
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError
from liqheat.store.foreign import load_foreign, read_foreign
from liqheat.store.foreign_heatmap import save_foreign_heatmap
from liqheat.store.foreign_tables import ForeignRequest
from liqheat_lab.cli import compare as accuracy_compare
from liqheat_lab.foreign.compare_maps import compare_maps, comparison_json, draw_comparison
from liqheat_lab.foreign.compare_page import comparison_page
from tests.support.coinglass import coinglass_payload
from tests.support.markets import make_market

SYMBOL = "BTC/USDT:USDT"
REQUEST = ForeignRequest("coinglass", SYMBOL)


@pytest.fixture(scope="module")
def market():
    return make_market(1200, 9, drops=False)


@pytest.fixture(scope="module")
def response(market):
    """Our own map of two days in the shape of the other product's response."""
    start_ms = int(market.open_time_ms[300])
    drawn = draw_heatmap(estimate_book(market), start_ms=start_ms, interval="30m", bucket_width="10bp")
    return {"code": "0", "msg": "success", "data": coinglass_payload(drawn)}


@pytest.fixture(scope="module")
def foreign(response):
    return read_foreign(response, REQUEST, "map.json").records[0]


def test_our_own_map_is_like_ours(market, foreign):
    compared = compare_maps(market, foreign)
    assert compared.difference.rank_correlation.value > 0.97
    assert compared.difference.rank_correlation_without_distance.value > 0.95
    assert compared.difference.n_times == (1200 - 300) * 5 // 60
    for shares in compared.difference.mass_within.values():
        assert shares["ours"] == pytest.approx(shares["theirs"], abs=0.02)
    assert compared.ours_usd.shape == compared.theirs.shape == compared.rank_difference.shape
    assert compared.time_edges_ms.size == compared.theirs.shape[1] + 1
    assert compared.price_edges.size == compared.theirs.shape[0] + 1
    np.testing.assert_allclose(compared.ours_usd, compared.theirs, rtol=0.02, atol=compared.theirs.max() * 0.05)
    assert np.nanmax(np.abs(compared.rank_difference)) <= 1


def test_another_map_is_not(market, foreign):
    turned = replace(foreign, intensity=foreign.intensity[::-1].copy())
    found = compare_maps(market, turned).difference
    assert found.rank_correlation_without_distance.value < 0.5
    assert abs(found.largest_differences[0].ours_share - found.largest_differences[0].theirs_share) > 0


def test_the_picture_is_svg_and_the_same_each_time(market, foreign):
    compared = compare_maps(market, foreign)
    picture = draw_comparison(compared)
    assert picture == draw_comparison(compared)
    root = ElementTree.fromstring(picture)  # noqa: S314  our own picture
    images = root.findall(".//{http://www.w3.org/2000/svg}image")
    assert len(images) == 3


def test_the_page_needs_nothing_else_and_trusts_no_name(market, foreign):
    page = comparison_page(compare_maps(market, replace(foreign, product="<b>it</b>")))
    assert "&lt;b&gt;it&lt;/b&gt; beside liqheat" in page
    assert "<b>it" not in page
    links = re.findall(r"(?:src|href)=[\"'](?!data:|#)[^\"']+", page)
    assert not links
    assert page.count("<svg") == 1
    for words in ("Rank correlation", "without each map", "Largest differences", "not which is right.", "Not scored"):
        assert words in page


def test_json_has_no_nan(market, foreign):
    few = replace(foreign, time_ms=foreign.time_ms[:6], intensity=foreign.intensity[:, :6], close=foreign.close[:6])
    found = comparison_json(compare_maps(market, few))
    assert found["rank_correlation_without_distance"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["foreign"]["columns"] == 6


@pytest.fixture
def folder(market, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = tmp_path / "data"
    data.mkdir()
    times = np.array(market.open_time_ms, "datetime64[ms]")
    table = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    pq.write_table(pa.table({"ts": times, **table}), data / "candles_binance_um_5m_BTCUSDT.parquet")
    stamps = times + np.timedelta64(300_000, "ms")
    pq.write_table(pa.table({"ts": stamps, "oi_base": market.open_interest}), data / "oi_binance_um_5m_BTCUSDT.parquet")
    return data


def run(*arguments):
    app = typer.Typer()
    accuracy_compare.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


def test_the_command(folder, response, tmp_path):
    path = tmp_path / "map.json"
    path.write_text(json.dumps(response))
    given = ("--map", path, "--data", folder, "--symbol", SYMBOL)
    found = run(*given, "--output", tmp_path / "out.html", "--json")
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout)
    assert figures["rank_correlation"]["value"] > 0.97
    assert (tmp_path / "out.html").read_text().startswith("<!doctype html>")
    assert figures["scores"] is None
    assert "not scored: data: must hold liq_" in found.stderr
    found = run(*given, "--output", tmp_path / "out.svg")
    assert "75 hours, rank correlation 1.000" in found.output
    assert (tmp_path / "out.svg").read_bytes().startswith(b"<?xml")
    # As `liqheat import --from coinglass` saves it.
    saved = save_foreign_heatmap(load_foreign(path, REQUEST).records[0], tmp_path / "map.npz")
    again = run("--map", saved, "--data", folder, "--symbol", SYMBOL, "--json")
    assert json.loads(again.stdout)["rank_correlation"] == figures["rank_correlation"]


def shifted(response, *, seconds=0, factor=1.0, empty=False):
    data = response["data"]
    sticks = [
        [row[0] + seconds, *(str(float(value) * factor) for value in row[1:])] for row in data["price_candlesticks"]
    ]
    cells = [[column, row, 0.0 if empty else usd] for column, row, usd in data["liquidation_leverage_data"]]
    axis = [price * factor for price in data["y_axis"]]
    return {"code": "0", "data": {"y_axis": axis, "liquidation_leverage_data": cells, "price_candlesticks": sticks}}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"seconds": 10**8}, NoDataError, "heatmap.time_ms: must overlap the market's"),
        ({"factor": 3.6725}, InputError, "heatmap.close: must lie within a factor of 1.05"),
        ({"empty": True}, InputError, "heatmap.intensity: must not be 0 everywhere; found 0"),
    ],
)
def test_a_map_that_does_not_fit_is_named(folder, response, tmp_path, changes, error, words):
    path = tmp_path / "map.json"
    path.write_text(json.dumps(shifted(response, **changes)))
    found = run("--map", path, "--data", folder, "--symbol", SYMBOL, "--json")
    assert isinstance(found.exception, error)
    assert words in str(found.exception)


def test_bad_arguments_are_named(folder, response, tmp_path):
    path = tmp_path / "map.json"
    path.write_text(json.dumps(response))
    of_ether = save_foreign_heatmap(
        load_foreign(path, ForeignRequest("coinglass", "ETH/USDT:USDT")).records[0], tmp_path / "eth.npz"
    )
    history = tmp_path / "history.json"
    history.write_text(json.dumps({"code": "0", "data": [{"time": 1_767_225_600_000, "open": "1", "close": "1"}]}))
    cases = [
        ((path, folder, SYMBOL), InputError, "output: must be given, or --json"),
        ((path, folder, SYMBOL, "--output", tmp_path / "out.png"), InputError, "output: must end in .html or .svg"),
        ((path, folder, SYMBOL, "--output", tmp_path / "no" / "out.svg"), InputError, "must be a writeable path"),
        ((path, folder, "ETH/USDT:USDT", "--json"), UnknownNameError, "symbol: must be one of BTC/USDT:USDT"),
        ((of_ether, folder, SYMBOL, "--json"), InputError, "heatmap.symbol: must be a contract of BTC"),
        ((path, tmp_path / "none", SYMBOL, "--json"), InputError, "data: must be an existing folder"),
        ((tmp_path / "none.json", folder, SYMBOL, "--json"), FileFormatError, "file: must be an existing file"),
        ((history, folder, SYMBOL, "--json"), LiqheatError, ""),
        ((path, folder, SYMBOL, "--json", "--from", "other"), InputError, "from: must be"),
    ]
    for (map_file, data, symbol, *rest), error, words in cases:
        found = run("--map", map_file, "--data", data, "--symbol", symbol, *rest)
        assert isinstance(found.exception, error), (words, found.exception)
        assert words in str(found.exception)
