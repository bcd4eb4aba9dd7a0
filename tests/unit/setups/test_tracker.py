"""Lives of clusters: birth, growth, migration, partial sweeps, and each kind of death."""

from __future__ import annotations

import numpy as np
import pytest

import liqheat
from liqheat import InputError
from liqheat.setups import ClusterTracker
from liqheat.setups.clusters import extract_clusters
from tests.support.markets import make_market
from tests.support.setup_samples import make_column

HOUR_MS = 3_600_000


def follow(*looks, tracker=None, start=0):
    """Feed hourly looks: blocks of longs, or a dict of arguments."""
    tracker = tracker or ClusterTracker()
    for hour, look in enumerate(looks, start):
        look = {"longs": look} if not isinstance(look, dict) else dict(look)
        path = {name: look.pop(name) for name in ("path_low", "path_high") if name in look}
        column = make_column(**look, time_ms=hour * HOUR_MS)
        tracker.update(extract_clusters(column), column, **path)
    return tracker


def test_identity_growth_and_age():
    tracker = follow(*([(91_000, 92_000, usd)] for usd in (100e6, 110e6, 130e6)))
    (one,) = tracker.alive
    assert one.birth_ms == 0
    assert one.age_ms == 2 * HOUR_MS
    assert one.growth_usd_per_hour == pytest.approx(15e6, rel=0.02)
    assert one.largest_held_usd == one.cluster.held_notional_usd
    assert one.phase == "approaching"
    assert one.cluster_id.startswith("long-19700101T0000-91")


def test_growth_looks_back_four_hours():
    tracker = follow(*([(91_000, 92_000, usd)] for usd in (100e6, 900e6, 900e6, 900e6, 900e6, 900e6, 900e6)))
    assert tracker.alive[0].growth_usd_per_hour == pytest.approx(0.0, abs=1e3)


def test_the_same_looks_give_the_same_ids_and_lives():
    looks = [[(91_000, 92_000, 1e8)], [(91_050, 92_050, 2e8), (88_000, 88_800, 5e7)], [(88_000, 88_800, 5e7)]]
    first, second = follow(*looks), follow(*looks)
    assert (first.alive, first.dead) == (second.alive, second.dead)


def test_a_cluster_that_creeps_keeps_its_id_and_says_how_far():
    tracker = follow(*([(89_500 + step, 90_500 + step, 1e8)] for step in (0, 300, 600, 900, 1200, 1500)))
    (one,) = tracker.alive
    assert one.migration_pct == pytest.approx(1500 / 90_000 * 100, abs=0.1)


def test_a_peak_that_jumps_within_a_wide_cluster_is_no_migration():
    first = [(89_000, 89_600, 66e6), (89_600, 91_400, 165e6), (91_400, 92_000, 60e6)]
    second = [(89_000, 89_600, 60e6), (89_600, 91_400, 165e6), (91_400, 92_000, 66e6)]
    before = follow(first).alive[0]
    (after,) = follow(first, second).alive
    assert after.cluster.peak_price / before.cluster.peak_price > 1.02
    assert abs(after.migration_pct) < 0.1


def test_a_cluster_that_jumps_is_another_one():
    tracker = follow([(88_000, 88_500, 1e8)], [(91_000, 91_500, 1e8)])
    assert tracker.alive[0].birth_ms == HOUR_MS
    assert tracker.dead[0].death == "decayed"
    assert tracker.dead[0].death_ms == HOUR_MS


def test_a_partial_sweep_keeps_the_cluster_and_counts_what_it_took():
    whole = [(91_000, 92_500, 150e6)]
    tracker = follow(whole, {"longs": [(91_000, 92_000, 100e6)], "path_low": 92_000.0})
    (one,) = tracker.alive
    assert one.birth_ms == 0
    assert one.swept_usd == pytest.approx(50e6, rel=0.03)
    assert one.n_partial_sweeps == 1
    assert one.phase == "triggering"
    assert one.widest_high_price > 92_450
    # What was swept is put back, or every touch would look like decay.
    assert one.growth_usd_per_hour == pytest.approx(0, abs=2e6)
    follow({"longs": [(91_000, 92_000, 100e6)]}, tracker=tracker, start=2)
    assert tracker.alive[0].phase == "approaching"


def test_a_deep_sweep_exhausts_it_and_the_rest_still_has_its_name():
    tracker = follow([(91_000, 92_500, 150e6)], {"longs": [(91_000, 91_300, 30e6)], "path_low": 91_300.0})
    (one,) = tracker.alive
    assert one.birth_ms == 0
    assert one.swept_share > 0.7
    assert one.phase == "exhausted"


def test_a_swept_cluster_is_dead_by_sweep():
    tracker = follow([(91_000, 92_500, 150e6)], {"longs": (), "path_low": 90_900.0})
    assert tracker.alive == ()
    (one,) = tracker.dead
    assert (one.death, one.phase, one.swept_share) == ("swept", "exhausted", 1.0)
    assert one.swept_usd == pytest.approx(150e6, rel=0.01)


def test_two_that_grow_together_merge_and_the_heir_is_named():
    apart = [(90_000, 90_600, 60e6), (91_300, 92_400, 110e6)]
    tracker = follow(apart, [(90_000, 92_400, 240e6)])
    (one,) = tracker.alive
    (gone,) = tracker.dead
    assert one.birth_ms == 0
    assert gone.death == "merged"
    assert gone.heir_id == one.cluster_id


def test_sides_are_never_mixed_up():
    tracker = follow(
        {"longs": [(92_500, 92_900, 1e8)], "price": 93_000.0}, {"shorts": [(92_500, 92_900, 1e8)], "price": 92_400.0}
    )
    assert [one.cluster.side for one in tracker.alive] == ["short"]
    assert tracker.dead[0].death == "swept"


def test_the_dead_are_forgotten_after_a_week():
    tracker = follow([(91_000, 92_000, 1e8)], ())
    assert len(tracker.dead) == 1
    follow((), tracker=tracker, start=24 * 7 + 3)
    assert tracker.dead == ()


def test_time_runs_forward():
    tracker = follow([(91_000, 92_000, 1e8)], [(91_000, 92_000, 1e8)])
    with pytest.raises(InputError, match="later than"):
        follow([(91_000, 92_000, 1e8)], tracker=tracker, start=1)


def test_every_look_is_told_in_order():
    estimate = liqheat.estimate_book(make_market(1_200, 5))
    seen = []
    tracker = liqheat.track_clusters(
        estimate, span="12h", on_look=lambda now: seen.append((now.time_ms, now.alive, len(now.dead)))
    )
    times = [time_ms for time_ms, _, _ in seen]
    assert times == sorted(set(times))
    assert np.diff(times).max() == 3_600_000
    assert seen[-1] == (tracker.time_ms, tracker.alive, len(tracker.dead))
    alone = liqheat.track_clusters(estimate, span="12h")
    assert alone.alive == tracker.alive
    with pytest.raises(InputError, match="on_look: must be a function"):
        liqheat.track_clusters(estimate, on_look=3)
