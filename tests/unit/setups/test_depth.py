"""Order book cross-check: thin, mid, wall; and every reason to say nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from liqheat import InputError
from liqheat.records import OrderBookDepth
from liqheat.setups import load_preset
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.depth import check_depth
from tests.support.changed import put
from tests.support.setup_samples import PRICE, WEDNESDAY_MS, make_column, make_depth

(LONGS,) = extract_clusters(make_column([(90_500, 92_000, 1e8)]))
(SHORTS,) = extract_clusters(make_column((), [(94_000, 95_500, 1e8)]))


def look(samples, cluster=LONGS, flow=10e6, now_ms=WEDNESDAY_MS, **overrides):
    preset = load_preset("article", overrides)
    return check_depth(samples, cluster, flow, price=PRICE, now_ms=now_ms, preset=preset)


@pytest.mark.parametrize(("flow", "state"), [(10e6, "thin"), (1e6, "mid"), (0.3e6, "wall")])
def test_states(flow, state):
    check = look(make_depth(WEDNESDAY_MS), flow=flow)
    assert check.state == state
    assert check.resting_usd == pytest.approx(0.5e6, rel=0.06)
    assert check.n_samples == 12


def test_asks_are_counted_on_the_way_up():
    check = look(make_depth(WEDNESDAY_MS), SHORTS)
    assert check.state == "thin"
    assert check.resting_usd == pytest.approx(0.5e6, rel=0.06)


def test_only_what_rests_before_the_near_edge_counts():
    behind = make_depth(WEDNESDAY_MS, wall=(91_400.0, 50e6))
    assert look(behind).state == "thin"
    assert look(make_depth(WEDNESDAY_MS, wall=(92_400.0, 50e6))).state == "wall"


def test_a_wall_that_stands_for_a_moment_is_a_spoof():
    samples = make_depth(WEDNESDAY_MS)
    samples[:5] = make_depth(WEDNESDAY_MS, wall=(92_500.0, 90e6))[:5]
    check = look(samples)
    assert check.state == "thin"
    assert check.walls == ()


def test_walls_are_named_largest_first_with_their_multiple():
    samples = make_depth(WEDNESDAY_MS, wall=(92_500.0, 2e6))
    samples = [replace(sample, bid_usd=put(sample.bid_usd, 5, 5e6)) for sample in samples]
    first, second = look(samples).walls
    assert (first.resting_usd, second.resting_usd) == (5e6, 2e6)
    assert second.price == 92_500.0
    assert second.multiple_of_median == pytest.approx(2e6 / 25_000)


@pytest.mark.parametrize(
    ("samples", "reason", "venue", "figures"),
    [
        (None, "none", "", (0, None)),
        ([], "none", "", (0, None)),
        ({}, "none", "", (0, None)),
        ({"okx": []}, "none", "", (0, None)),
        (make_depth(WEDNESDAY_MS, n=11), "few", "", (11, 500)),
        (make_depth(WEDNESDAY_MS, age_ms=5_001), "old", "", (12, 5_001)),
        (make_depth(WEDNESDAY_MS, age_ms=70_000), "no_sample", "", (12, None)),
        (make_depth(WEDNESDAY_MS, age_ms=-60_000), "no_sample", "", (12, None)),
        (
            {"okx": make_depth(WEDNESDAY_MS), "bybit": make_depth(WEDNESDAY_MS, age_ms=9_000)},
            "old",
            "bybit",
            (12, 9_000),
        ),
    ],
)
def test_what_is_missing_or_stale_is_unknown(samples, reason, venue, figures):
    check = look(samples)
    assert (check.state, check.reason, check.venue) == ("unknown", reason, venue)
    assert (check.n_samples, check.age_ms) == figures


def test_zero_depth_is_a_broken_feed_not_a_thin_book():
    empty = np.empty(0)
    samples = [OrderBookDepth(s.time_ms, s.receive_ms, empty, empty, empty, empty) for s in make_depth(WEDNESDAY_MS)]
    check = look(samples)
    assert (check.state, check.reason) == ("unknown", "empty")


def test_a_book_that_ends_before_the_edge_can_show_a_wall_but_never_a_thin_book():
    short = make_depth(WEDNESDAY_MS, low=92_700.0)
    check = look(short)
    assert (check.state, check.reaches_edge, check.reason) == ("unknown", False, "ends_early")
    assert look(short, flow=0.5e6).state == "wall"


def test_venues_add_up():
    both = {"okx": make_depth(WEDNESDAY_MS), "bybit": make_depth(WEDNESDAY_MS)}
    one, two = look(both["okx"]), look(both)
    assert two.resting_usd == pytest.approx(2 * one.resting_usd)


def test_a_cluster_without_flow_has_no_ratio():
    assert look(make_depth(WEDNESDAY_MS), flow=0.0).state == "unknown"


@pytest.mark.parametrize(
    "change",
    [
        {"bid_usd": np.full(40, -1.0)},
        {"bid_usd": np.full(39, 1.0)},
        {"bid_price": np.linspace(91_000, 93_000, 40)},
        {"bid_price": np.full(40, np.nan)},
    ],
)
def test_broken_samples_are_refused(change):
    samples = [dataclasses.replace(sample, **change) for sample in make_depth(WEDNESDAY_MS)]
    with pytest.raises(InputError, match="depth"):
        look(samples)
