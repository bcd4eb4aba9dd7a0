"""Checkpoints: what is drawn begins at one of them and is the same, bit for bit; it costs what it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import HolderClass, accumulate_grid, combine_venues, estimate_book
from liqheat.book import log_spaced_tiers, running
from liqheat.heatmap import build_view
from liqheat.heatmap._kernel import contract_arrays
from liqheat.heatmap.layers import build_column
from tests.support.markets import make_market, moved

CLASSES = (HolderClass("fast", 0.35, 0.5), HolderClass("slow", 0.02, 0.5))
VIEWS = (
    {},
    {"interval": "30m", "side": "short"},
    {"price_axis": "linear", "bucket_width": 37.0, "leverage": None},
    {"cohort": "24h"},
    {"cohort": "3d", "interval": "15m", "side": "long"},
)


@pytest.fixture(scope="module", params=["linear", "inverse"])
def estimate(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "CHECKPOINT_BARS", 100)
        first = make_market(1_500, 5, contract_kind=request.param)
        other = moved(first, 1.01, venue="okx", open_interest=first.open_interest[::-1].copy())
        estimates = [estimate_book(m, tiers=log_spaced_tiers(6), holder_classes=CLASSES) for m in (first, other)]
        return combine_venues(estimates)


def without_checkpoints(estimate):
    layers = tuple(replace(layer, book=replace(layer.book, checkpoints=())) for layer in estimate.layers)
    return replace(estimate, layers=layers)


@pytest.mark.parametrize("backend", ["rust", "numpy"])
@pytest.mark.parametrize("query", VIEWS, ids=str)
def test_a_moved_window_is_the_part_of_the_whole(estimate, query, backend):
    whole = build_view(estimate, **query)
    expected = accumulate_grid(without_checkpoints(estimate), whole)
    n = whole.bars_per_column
    for first, end in ((0, 90), (696, 756), (1_200, 1_500)):
        view = replace(whole, first_bar=first, end_bar=end)
        part = expected[:, first // n : end // n]
        assert part.max() > 0
        np.testing.assert_array_equal(accumulate_grid(estimate, view, backend=backend), part)


@pytest.mark.parametrize("backend", ["rust", "numpy"])
@pytest.mark.parametrize("query", VIEWS, ids=str)
def test_a_column_is_the_same_from_a_checkpoint(estimate, query, backend):
    view = build_view(estimate, **query)
    for column in {0, view.n_columns // 3, view.n_columns - 1}:
        found = build_column(estimate, view, column, backend=backend).notional_usd
        np.testing.assert_array_equal(
            found, build_column(without_checkpoints(estimate), view, column, backend=backend).notional_usd
        )
        assert found.any() or column == 0


def test_both_backends_keep_the_same_cells(monkeypatch):
    monkeypatch.setattr(running, "CHECKPOINT_BARS", 100)
    market = make_market(900, 8, volatility=0.001)
    rust, numpy = (estimate_book(market, backend=name).layers[0].book for name in ("rust", "numpy"))
    assert len(rust.checkpoints) == len(numpy.checkpoints) > 3
    for one, other in zip(rust.checkpoints, numpy.checkpoints, strict=True):
        assert (one.bar, one.first_entry) == (other.bar, other.first_entry)
        np.testing.assert_array_equal(one.cells, other.cells)


def test_they_take_no_more_memory_than_survival():
    for volatility in (0.001, 0.01):
        book = estimate_book(make_market(20_000, 9, volatility=volatility)).layers[0].book
        assert 0 < sum(checkpoint.cells.nbytes for checkpoint in book.checkpoints) <= book.survival.nbytes


@pytest.mark.parametrize("query", [{}, {"side": "long"}, {"cohort": "24h"}], ids=str)
def test_what_is_replayed_does_not_grow_with_the_history(query):
    replayed = []
    for n_bars in (10_000, 20_000, 40_000):
        estimate = estimate_book(make_market(n_bars, 4, volatility=0.002))
        start_ms = int(estimate.market.open_time_ms[-300])
        view = build_view(estimate, start_ms=start_ms, **query)
        (contract,) = contract_arrays(estimate, view, range(estimate.tiers.n_tiers))
        replayed.append(contract.low.size)
    assert max(replayed) <= 300 + running.CHECKPOINT_BARS
