"""The running book: it goes on where an estimate ends, can be kept, and tells what stands by price."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import liqheat
from liqheat import _core
from liqheat.book import PositionBook, log_spaced_tiers
from liqheat.errors import InputError
from liqheat.heatmap import build_column, build_view
from tests.support.markets import make_market
from tests.support.scored_markets import cut_market

BACKENDS = pytest.mark.parametrize("backend", ["rust", "numpy"])


def bars_of(market):
    names = ("low", "high", "mark_low", "mark_high", "volume", "open_interest")
    rows = zip(*(getattr(market, name).tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def market():
    return make_market(900, 3)


@BACKENDS
def test_a_book_goes_on_where_an_estimate_ends(market, backend):
    before = cut_market(market, np.arange(market.n_bars) < 600)
    tiers = log_spaced_tiers(6)
    book = PositionBook.from_estimate(liqheat.estimate_book(before, tiers=tiers), backend=backend)
    whole = PositionBook.from_estimate(liqheat.estimate_book(market, tiers=tiers), backend=backend)
    for bar in bars_of(market)[600:]:
        book.append(**bar)
    (first, cells), (other, expected) = book.standing_cells(), whole.standing_cells()
    entries = {first + row: cell.tolist() for row, cell in enumerate(cells) if cell.any()}
    assert entries == {other + row: cell.tolist() for row, cell in enumerate(expected) if cell.any()}
    assert (book.n_bars, book.inert) == (whole.n_bars, whole.inert)


@BACKENDS
def test_a_book_can_be_kept_and_gone_on_from(market, backend):
    book = PositionBook.from_estimate(liqheat.estimate_book(market), backend=backend)
    kept, copied = pickle.dumps(book), copy.deepcopy(book)
    last = bars_of(market)[-1] | {"open_interest": float(market.open_interest[-1]) * 1.01}
    flows = book.append(**last)
    for other in (pickle.loads(kept), copied):  # noqa: S301  our own bytes
        assert other.n_bars == market.n_bars
        again = other.append(**last)
        assert (again.swept, again.opened, again.closed) == (flows.swept, flows.opened, flows.closed)
        np.testing.assert_array_equal(other.standing_cells()[1], book.standing_cells()[1])


@pytest.mark.parametrize("kind", ["linear", "inverse"])
def test_the_column_is_that_of_the_heatmap(kind):
    estimate = liqheat.estimate_book(make_market(900, 4, contract_kind=kind))
    view = build_view(estimate, interval="5m", side="both")
    shown = build_column(estimate, view, view.n_columns - 1)
    book = PositionBook.from_estimate(estimate)
    usd = book.column(shown.price_edges)
    # Columns are by band, nearest last; tiers are nearest first.
    bands = [shown.leverages.tolist().index(label) for label in np.round(estimate.tiers.leverages, 6)]
    np.testing.assert_allclose(usd, shown.notional_usd[:, bands], rtol=1e-8, atol=1e-9 * usd.sum())
    assert book.column([1e-3, 1e9]).sum() >= usd.sum() * (1 - 1e-9)
    coarse = book.column(shown.price_edges[::10])
    np.testing.assert_allclose(coarse[..., 0], usd[..., :10].sum(axis=2), rtol=1e-6, atol=1e-9 * usd.sum())


def test_bad_edges_and_layers_are_named(market):
    estimate = liqheat.estimate_book(market)
    book = PositionBook.from_estimate(estimate)
    for edges in ([1.0], [2.0, 1.0], [0.0, 1.0], [1.0, math.nan], [[1.0, 2.0]]):
        with pytest.raises(InputError, match="price_edges"):
            book.column(edges)
    with pytest.raises(InputError, match="layer: must be from 0 to 0; found 1"):
        PositionBook.from_estimate(estimate, 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0])
@pytest.mark.parametrize("name", ["low", "high", "mark_low", "mark_high", "volume", "open_interest"])
def test_the_lowest_door_refuses_figures_that_are_none(name, value):
    tiers = log_spaced_tiers(4)
    shifts = np.array([[1, 2, 3, 4], [1, 2, 3, 4]])
    book = _core.PositionBook(shifts, tiers.weights.copy(), tiers.hazards.copy(), 0.35, 1.0005, False, 90.0, 110.0)
    bar = {"low": 99.0, "high": 101.0, "mark_low": 99.0, "mark_high": 101.0, "volume": 5.0, "open_interest": 100.0}
    book.append(**bar)
    for call in (book.append, book.preview):
        with pytest.raises(ValueError, match=name):
            call(**(bar | {name: value}))
    assert book.n_bars() == 1
    book.append(**bar)


def test_a_state_that_does_not_belong_to_the_book_is_refused(market):
    book = PositionBook.from_estimate(liqheat.estimate_book(market))._book
    state = book.state()
    with pytest.raises(ValueError, match="survival"):
        book.set_state({**state, "survival": np.ones(3)})
    with pytest.raises(ValueError, match="cells"):
        book.set_state({**state, "entry_first": state["entry_first"] + 10_000})
    assert book.n_bars() == market.n_bars
