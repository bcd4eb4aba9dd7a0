"""One request for many arguments: validated once, compared by value; and what its price range shows and leaves out."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

import liqheat
from liqheat import InputError, ViewRequest, draw_heatmap, estimate_book
from liqheat.records import PARAMETERS
from tests.support.markets import make_market

START = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def estimate():
    return estimate_book(make_market(300, 2))


def test_whatever_form_a_value_has_the_request_is_the_same():
    wanted = ViewRequest(
        start_ms=1_769_904_000_000, interval="1h", leverage=(25.0, 50.0), price_range=(6e4, 7e4), buckets=300
    )
    for query in (
        {"start_ms": "2026-02-01", "interval": "60m", "leverage": "50,25", "price_range": "60000,70000"},
        {"start_ms": START, "interval": "1h", "leverage": [50, 25.0, 25], "price_range": (60_000, 70_000)},
        {"start_ms": np.datetime64("2026-02-01"), "interval": "1h", "leverage": np.array([25, 50]),
         "price_range": np.array([6e4, 7e4])},
        {"start_ms": "1769904000000", "interval": "1h", "leverage": "25, 50,", "price_range": ["60000", 7e4]},
    ):  # fmt: skip
        for buckets in (300, "300", np.int64(300)):
            request = ViewRequest.read(**query, buckets=buckets)
            assert request == wanted and hash(request) == hash(wanted)
    assert ViewRequest.read(side=None, cohort=None) == ViewRequest()
    with pytest.raises(dataclasses.FrozenInstanceError):
        wanted.side = "long"


def test_every_row_reads_its_own_example_and_states_it_for_the_api():
    assert list(PARAMETERS) == [field.name for field in dataclasses.fields(ViewRequest)]
    for name, row in PARAMETERS.items():
        context = {"venue": "all"} if name == "weights" else {}
        asked = ViewRequest.read(**{name: row.example, **context})
        assert getattr(asked, name) != getattr(ViewRequest(), name)
        assert ViewRequest.read(**{name: getattr(asked, name), **context}) == asked
        assert row.help and row.schema
        for wrong in ("", "\N{SNOWMAN}" * 99, [], {}, object(), float("nan"), b"x", True):
            with pytest.raises(InputError) as raised:
                ViewRequest.read(**{name: wrong, **context})
            assert raised.value.argument == name


@pytest.mark.parametrize(
    ("query", "argument"),
    [
        ({"price_range": (70_000, 60_000)}, "price_range"),
        ({"price_range": (5, 5)}, "price_range"),
        ({"price_range": "60000"}, "price_range"),
        ({"price_range": (0, 5)}, "price_range"),
        ({"price_range": (1, float("inf"))}, "price_range"),
        ({"price_range": (1, 2, 3)}, "price_range"),
        ({"start_ms": 5, "end_ms": 5}, "start_ms"),
        ({"start_ms": -1}, "start_ms"),
        ({"end_ms": "yesterday"}, "end_ms"),
        ({"weights": "equal"}, "weights"),
        ({"weights": "equal", "venue": "okx"}, "weights"),
        ({"leverage": "2000"}, "leverage"),
        ({"leverage": "25,x"}, "leverage"),
        ({"buckets": 20_001}, "buckets"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_broken_rule_names_its_argument(query, argument):
    with pytest.raises(InputError) as raised:
        ViewRequest.read(**query)
    assert raised.value.argument == argument and str(raised.value.value)


def test_a_request_and_its_names_ask_the_same(estimate):
    request = ViewRequest(interval="1h", side="long", price_range=(50_000.0, 70_000.0))
    by_names = draw_heatmap(estimate, interval="1h", side="long", price_range="50000,70000")
    np.testing.assert_array_equal(draw_heatmap(estimate, request).values_usd, by_names.values_usd)
    with pytest.raises(InputError, match="interval: must be left out beside a request"):
        draw_heatmap(estimate, request, interval="1h")
    with pytest.raises(InputError, match="request: must be a ViewRequest"):
        draw_heatmap(estimate, {"interval": "1h"})


def test_one_market_is_never_shown_as_another(estimate):
    assert draw_heatmap(estimate, venue="binance", symbol="BTC/USDT:USDT", quantity="held").quantity == "held"
    for query in ({"symbol": "ETH/USDT:USDT"}, {"venue": "okx"}, {"quantity": "flow"}, {"venue": "all"}):
        with pytest.raises(InputError) as raised:
            draw_heatmap(estimate, **query)
        assert raised.value.argument in query


@pytest.mark.parametrize("axis", [{}, {"price_axis": "linear"}, {"price_axis": "linear", "bucket_width": 50}], ids=str)
def test_a_price_range_shows_what_lies_in_it(estimate, axis):
    whole = draw_heatmap(estimate, interval="1h", price_axis="log", price_range=(1_000, 1_000_000), buckets=20_000)
    low, high = 50_000.0, 65_000.0
    part = draw_heatmap(estimate, interval="1h", price_range=(low, high), **axis)
    edges = part.price_edges
    assert edges[0] <= low < edges[1] and edges[-2] < high <= edges[-1]
    cumulative = np.concatenate([[0.0], np.cumsum(whole.values_usd[:, -1], dtype=np.float64)])
    inside = np.diff(np.interp(edges[[0, -1]], whole.price_edges, cumulative))[0]
    assert part.values_usd[:, -1].sum(dtype=np.float64) == pytest.approx(inside, rel=2e-3)
    assert part.outside_share == pytest.approx(1.0 - inside / cumulative[-1], abs=2e-3)
    assert whole.outside_share == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("price_range", [(1e-9, 1e-8), (1e6, 2e6), (1e11, 1e12), (1e-12, 1e-11)])
@pytest.mark.parametrize("price_axis", ["log", "linear"])
def test_a_range_where_nothing_lies_is_empty_and_says_so(estimate, price_range, price_axis):
    for backend in ("rust", "numpy"):
        heat = draw_heatmap(
            estimate, interval="4h", price_range=price_range, price_axis=price_axis, buckets=40, backend=backend
        )
        assert not heat.values_usd.any() and heat.outside_share == 1.0
        assert not heat.column().notional_usd.any() and heat.profile().cumulative_long_usd.sum() == 0
        assert liqheat.decode_heatmap(liqheat.encode_heatmap(heat))[0]["outside_share"] == 1.0


def test_a_range_of_too_many_cells_is_refused(estimate):
    for query in (
        {"price_range": (1e-12, 1e12), "price_axis": "linear", "bucket_width": 1e-3},
        {"price_range": (1, 1e12), "bucket_width": "5bp"},
        {"price_range": (1e-12, 1e12), "bucket_width": "10bp"},
    ):
        with pytest.raises(InputError, match="20000"):
            draw_heatmap(estimate, **query)
    assert draw_heatmap(estimate, price_range=(1e-12, 1e12)).view.axis.n_buckets <= 1_000


def test_filters_count_only_what_they_draw(estimate):
    far = draw_heatmap(estimate, price_range=(55_000, 65_000), leverage=[5])
    near = draw_heatmap(estimate, price_range=(55_000, 65_000), leverage=[100])
    assert near.outside_share < 0.05 < 0.5 < far.outside_share
    assert draw_heatmap(estimate, price_range=(55_000, 65_000), side="long").outside_share != far.outside_share
