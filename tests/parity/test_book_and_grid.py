"""numpy and Rust give the same bits: books, grids, columns, bytes; for any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat import HolderClass, PositionBook, accumulate_grid, draw_heatmap, encode_heatmap, estimate_book
from liqheat._core import price_grid as rust_price_grid
from liqheat.book import log_spaced_tiers
from liqheat.book._numpy import price_grid as numpy_price_grid
from liqheat.heatmap import build_view
from tests.support.markets import make_market

RECORDED = ("opened", "closed", "inert", "survival", "swept_usd", "scale_bars", "scale_slots", "scale_factors")
CLASSES = (HolderClass("fast", 0.35, 0.5), HolderClass("slow", 0.02, 0.5))


@pytest.mark.parametrize("contract_kind", ["linear", "inverse"])
@pytest.mark.parametrize("n_tiers", [1, 2, 5, 8, 48, 51])
def test_books_are_bit_identical(n_tiers, contract_kind):
    market = make_market(700, n_tiers, volatility=0.004, contract_kind=contract_kind)
    tiers = log_spaced_tiers(n_tiers)
    rust = estimate_book(market, tiers=tiers)
    numpy = estimate_book(market, tiers=tiers, backend="numpy")
    for name in RECORDED:
        np.testing.assert_array_equal(
            getattr(rust.layers[0].book, name), getattr(numpy.layers[0].book, name), err_msg=name
        )
    # The comparison must have met the rare paths: sweeps, and tiers that were closed out or scaled.
    assert rust.swept_usd.sum() > 0
    assert rust.layers[0].book.scale_bars.size > 0


@pytest.mark.parametrize("ratio", [1.00005, 1.0005, 1.01])
@pytest.mark.parametrize(("low", "high"), [(0.00002, 0.5), (0.9, 1.1), (1.0, 1.0), (55_000.0, 72_000.0)])
def test_price_grids_are_bit_identical(ratio, low, high):
    rust, numpy = rust_price_grid(ratio, low, high, 7), numpy_price_grid(ratio, low, high, 7)
    assert rust[0] == numpy[0]
    np.testing.assert_array_equal(rust[1], numpy[1])


@pytest.mark.parametrize("contract_kind", ["linear", "inverse"])
@pytest.mark.parametrize(
    "view",
    [
        {},
        {"price_axis": "linear"},
        {"price_axis": "linear", "bucket_width": 37.0, "interval": "15m"},
        {"bucket_width": "20bp", "side": "long"},
        {"cohort": "24h", "interval": "30m"},
        {"side": "short", "start_ms": 1_767_225_600_000 + 300 * 300_000, "buckets": 90},
    ],
    ids=str,
)
def test_heatmaps_are_bit_identical(view, contract_kind):
    market = make_market(500, 11, contract_kind=contract_kind)
    estimate = estimate_book(market, tiers=log_spaced_tiers(6), holder_classes=CLASSES)
    resolved = build_view(estimate, **view)
    rust = accumulate_grid(estimate, resolved)
    np.testing.assert_array_equal(rust, accumulate_grid(estimate, resolved, backend="numpy"))
    for n_threads in (1, 3, 64):
        np.testing.assert_array_equal(rust, accumulate_grid(estimate, resolved, n_threads=n_threads))
    first, second = (draw_heatmap(estimate, backend=backend, **view) for backend in ("rust", "numpy"))
    np.testing.assert_array_equal(first.column().held_notional_usd, second.column().held_notional_usd)
    assert encode_heatmap(first) == encode_heatmap(second)
    assert rust.max() > 0


def test_previews_outside_the_range_leave_both_backends_alike():
    books = [PositionBook(log_spaced_tiers(5), expected_range=(94e3, 96e3), backend=name) for name in ("rust", "numpy")]
    bar = {"low": 94_600.0, "high": 95_400.0, "mark_low": 94_600.0, "mark_high": 95_400.0}
    wild = {"low": 80e3, "high": 120e3, "mark_low": 80e3, "mark_high": 120e3}
    seen = []
    for book in books:
        book.append(**bar, volume=5.0, open_interest=100.0)
        book.append(**bar, volume=5.0, open_interest=110.0)
        book.preview(**wild, volume=50.0, open_interest=90.0)
        preview = book.preview(**bar, volume=5.0, open_interest=120.0)
        seen.append((preview.first_entry, preview.cells))
    assert seen[0][0] == seen[1][0]
    np.testing.assert_array_equal(seen[0][1], seen[1][1])
