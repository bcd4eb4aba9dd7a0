"""Labels from vendors' totals, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError
from liqheat.flow.labels import build_labels
from liqheat.records import LiquidationTotals
from liqheat.units import HOUR_MS

HALF = HOUR_MS // 2


def totals(slots, usd, interval_ms=HOUR_MS, venues="a+b", source="file"):
    usd = np.asarray(usd, float)
    times = np.asarray(slots, np.int64) * interval_ms
    return LiquidationTotals(times, interval_ms, *usd.T, *usd.T, venues=venues, source=source)


def test_the_larger_sum_counts_side_by_side():
    hours = totals([0, 1, 2], [[10, 5], [3, 3], [8, 1]])
    halves = totals([0, 1, 2, 3, 4], [[2, 9], [2, 9], [1, 1], [1, 1], [99, 99]], HALF)
    labels = build_labels([hours, halves])
    # Hour 0: the halves sum to (4, 18); hour 1 to (2, 2); hour 2 has only one half, which says nothing.
    assert labels.usd.tolist() == [[10, 18], [3, 3], [8, 1]]
    assert labels.start_ms.tolist() == [0, HOUR_MS, 2 * HOUR_MS]
    assert "1 intervals raised by more than 5 %" in labels.notes[2]


def test_restatements_in_two_files_and_within_one():
    one, two = totals([0, 1], [[10, 5], [3, 3]]), totals([1, 2], [[4, 1], [6, 6]], source="later")
    assert build_labels([one, two]).usd.tolist() == [[10, 5], [4, 3], [6, 6]]
    repeated = build_labels([totals([0, 1, 1], [[10, 5], [3, 3], [2, 8]])])
    assert repeated.usd.tolist() == [[10, 5], [3, 8]]
    assert "1 rows of totals repeat an interval: the larger counts" in repeated.notes


def test_a_row_told_twice_does_not_stand_for_a_missing_one():
    halves = totals([0, 0, 2, 3], [[1, 1], [2, 2], [1, 1], [1, 1]], HALF)
    labels = build_labels([halves])
    assert np.isnan(labels.usd[0]).all() and labels.usd[1].tolist() == [2, 2]


def test_holes_and_unknown_sums_are_missing():
    labels = build_labels([totals([0, 3, 4], [[1, 1], [np.nan, 2], [5, 5]])])
    assert np.isnan(labels.usd[[1, 2, 3]]).all() and labels.usd[4].tolist() == [5, 5]


@pytest.mark.parametrize(("n_hours", "n_missing"), [(23, 0), (24, 24), (40, 40)])
def test_a_side_that_is_zero_for_a_day_is_a_dead_feed(n_hours, n_missing):
    usd = np.full((100, 2), 7.0)
    usd[30 : 30 + n_hours, 1] = 0.0
    labels = build_labels([totals(np.arange(100), usd)])
    assert int(np.isnan(labels.usd).any(axis=1).sum()) == n_missing
    assert bool(n_missing) == any("one side exactly zero" in note for note in labels.notes)


def test_fine_labels_need_a_day_as_well():
    usd = np.full((200, 2), 7.0)
    usd[20:67, 0] = 0.0
    assert np.isfinite(build_labels([totals(np.arange(200), usd, HALF)], HALF).usd).all()
    usd[67, 0] = 0.0
    assert int(np.isnan(build_labels([totals(np.arange(200), usd, HALF)], HALF).usd[:, 0]).sum()) == 48


@pytest.mark.parametrize(
    ("series", "argument", "value"),
    [
        ([], "totals", "0"),
        ([totals([0], [[1, 1]], 7 * 60_000)], "totals.interval_ms", "420000"),
        ([totals([0, 1], [[1, 1], [-3, 1]])], "totals.long_usd", "-3.0"),
        ([totals([0, 1], [[1, 1], [3, np.inf]])], "totals.short_usd", "inf"),
    ],
)
def test_bad_totals_are_named(series, argument, value):
    with pytest.raises(InputError) as caught:
        build_labels(series)
    assert (caught.value.argument, caught.value.value) == (argument, value)


@given(st.data())
def test_labels_are_never_below_any_whole_source(data):
    amounts = st.floats(0.5, 1e9)
    n = data.draw(st.integers(2, 30))
    hours = np.array(data.draw(st.lists(st.tuples(amounts, amounts), min_size=n, max_size=n)))
    halves = np.array(data.draw(st.lists(st.tuples(amounts, amounts), min_size=2 * n, max_size=2 * n)))
    order = data.draw(st.permutations(range(n)))
    labels = build_labels(
        [totals(halves[:, 0] * 0 + np.arange(2 * n), halves, HALF), totals(order, hours[list(order)])]
    )
    summed = halves.reshape(n, 2, 2).sum(axis=1)
    np.testing.assert_allclose(labels.usd, np.maximum(hours, summed), rtol=1e-12)
