"""Session openings and briefs; the table of markets; realised liquidations beside clusters."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from liqheat import InputError, UnknownNameError
from liqheat.records import Liquidations
from liqheat.setups import (
    ClusterTracker,
    Session,
    market_table,
    mean_daily_liquidations,
    remaining_clusters,
    score_setup,
    session_brief,
    session_opens,
    to_plain,
)
from liqheat.setups.clusters import extract_clusters
from tests.support.setup_samples import (
    ARTICLE_LONGS,
    ARTICLE_SHORTS,
    WEDNESDAY_MS,
    aed,
    long_cluster,
    make_column,
    make_now,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_sessions_follow_summer_time_and_rest_at_weekends():
    opens = session_opens(at("2026-07-03T00:00"), at("2026-07-06T23:00"))
    assert [(one.name, f"{datetime.fromtimestamp(one.open_ms / 1000, UTC):%a %H:%M}") for one in opens] == [
        ("Asia", "Fri 00:00"), ("London", "Fri 07:00"), ("New York", "Fri 13:30"),
        ("Asia", "Mon 00:00"), ("London", "Mon 07:00"), ("New York", "Mon 13:30"),
    ]  # fmt: skip
    winter = session_opens(at("2026-01-05T12:00"), at("2026-01-05T15:00"))
    assert [one.open_ms for one in winter] == [at("2026-01-05T14:30")]


def test_own_sessions_may_cross_midnight():
    night = Session("night", "Asia/Dubai", "22:00", "02:00")
    (one,) = session_opens(at("2026-01-05T12:00"), at("2026-01-06T12:00"), [night])
    assert (one.open_ms, one.close_ms) == (at("2026-01-05T18:00"), at("2026-01-05T22:00"))


def test_broken_sessions_are_refused():
    with pytest.raises(InputError, match=r"session\.zone"):
        Session("x", "Mars/Olympus", "09:00", "10:00")
    with pytest.raises(InputError, match=r"session\.opens"):
        Session("x", "UTC", "9 o'clock", "10:00")
    with pytest.raises(InputError, match="start_ms"):
        session_opens(2, 1)


def test_a_brief_says_what_moved_grew_died_was_born_and_expired():
    tracker = ClusterTracker()

    def look(time_ms, longs, shorts, **path):
        column = make_column(longs, shorts, time_ms=time_ms)
        tracker.update(extract_clusters(column), column, **path)

    look(WEDNESDAY_MS, [(90_500, 92_300, 4e8), (87_000, 87_800, 1e8)], [(94_000, 94_800, 1e8)])
    before = tracker.alive
    now = dataclasses.replace(make_now(), clusters=before)
    setups = [score_setup(one, now, style="swing", equity_usd=1e4) for one in before]
    look(
        WEDNESDAY_MS + HOUR_MS,
        [(90_500, 92_300, 5e8)],
        [(94_700, 95_500, 1e8), (97_000, 98_000, 1e8)],
        path_high=94_200.0,
    )
    brief = session_brief(
        before, (*tracker.alive, *tracker.dead), now_ms=WEDNESDAY_MS + HOUR_MS, session="London", setups=setups
    )
    by_side = {one.cluster_id: one for one in before}
    grown, usd = brief.grew[0]
    assert by_side[grown].cluster.near_edge == pytest.approx(92_300, abs=15)
    assert usd == pytest.approx(1e8, rel=0.05)
    assert [(cluster_id[:4], death) for cluster_id, death in brief.died if cluster_id.startswith("long")] == [
        ("long", "decayed")
    ]
    assert len(brief.born) >= 1
    reasons = dict(brief.expired)
    assert any("gone: decayed" in reason for reason in reasons.values())
    assert grown not in reasons
    late = session_brief(before, before, now_ms=WEDNESDAY_MS + 73 * HOUR_MS, setups=setups)
    assert {reason for _, reason in late.expired} == {"its time is up"}
    assert (late.moved, late.grew, late.died, late.born) == ((), (), (), ())


def test_a_brief_lists_a_move_of_more_than_one_per_cent():
    tracker = ClusterTracker()
    looks = [
        make_column([(86_000 + way, 90_000 + way, 4e8)], time_ms=WEDNESDAY_MS + n * HOUR_MS)
        for n, way in enumerate((0, 1_200))
    ]
    tracker.update(extract_clusters(looks[0]), looks[0])
    before = tracker.alive
    tracker.update(extract_clusters(looks[1]), looks[1])
    ((moved, way),) = session_brief(before, tracker.alive, now_ms=looks[1].end_ms).moved
    assert moved == before[0].cluster_id
    assert way == pytest.approx(1_200 / 88_000 * 100, abs=0.1)


def test_the_table_of_markets_puts_the_most_lopsided_first():
    lopsided = make_now(
        make_column(ARTICLE_LONGS, [(94_000, 94_800, aed(10e6))]), symbol="ETH/USDT:USDT", venues=("okx",)
    )
    one_sided = make_now(make_column((), ARTICLE_SHORTS), symbol="SOL/USDT:USDT", volume_rank=None)
    empty = make_now(make_column(), symbol="XRP/USDT:USDT", volume_rank=40)
    nearer_shorts = make_now(
        {name: make_column([(90_500, 92_000, aed(200e6))], [(93_800, 94_600, aed(50e6))]) for name in ("bybit", "okx")}
    )
    rows = market_table([empty, nearer_shorts, lopsided, one_sided])
    assert [row.symbol[:3] for row in rows] == ["SOL", "ETH", "BTC", "XRP"]
    sol, eth, btc, xrp = rows
    assert (sol.bias, eth.bias, xrp.bias) == ("long", "short", "none")
    assert (sol.asymmetry, xrp.asymmetry) == (0.0, None)
    assert (sol.grade, eth.grade, btc.grade) == ("D", "C", "B")
    assert (xrp.above, xrp.below, xrp.nearest_side) == (None, None, None)
    assert (sol.below, sol.nearest_side) == (None, "short")
    # Nearest is not the same as largest.
    assert (btc.nearest_side, btc.above.distance_pct) == ("short", pytest.approx(800 / 93_000 * 100, abs=0.02))
    assert btc.below.distance_pct == pytest.approx(1_000 / 93_000 * 100, abs=0.02)
    assert 0 < btc.below.touch_probability < btc.above.touch_probability < 1
    json.dumps(to_plain(rows), allow_nan=False)


def test_the_table_sorts_by_what_is_asked_and_leaves_out_clusters_that_are_too_small():
    far = make_now(make_column([(88_500, 89_500, aed(400e6))], [(94_000, 94_800, aed(5e6))]), symbol="A/USDT:USDT")
    rows = market_table([far, make_now()], sort="distance")
    assert [row.symbol for row in rows] == ["BTC/USDT:USDT", "A/USDT:USDT"]
    assert (rows[1].nearest_side, rows[1].above) == ("long", None)
    assert [row.symbol[:1] for row in market_table([make_now(), far], sort="symbol")] == ["A", "B"]
    for sort in ("touch", "growth", "grade"):
        assert len(market_table([far, make_now()], sort=sort)) == 2
    with pytest.raises(UnknownNameError, match="sort"):
        market_table([], sort="luck")


def test_the_grade_weighs_support_by_what_clusters_hold():
    now = make_now(volume_rank=1, venues=("okx", "bybit"))

    def graded(large, small):
        ranked = sorted(now.clusters, key=lambda one: -one.cluster.mass_usd)
        backed = tuple(
            dataclasses.replace(one, cluster=dataclasses.replace(one.cluster, support=small if at else large))
            for at, one in enumerate(ranked)
        )
        (row,) = market_table([dataclasses.replace(now, clusters=backed)])
        return row.grade, row.grade_reason

    assert len(now.clusters) > 1
    assert graded(None, None) == ("B", "volume rank 1, no support from calibration")
    assert graded(0.9, 0.9) == ("A", "volume rank 1")
    assert graded(0.2, 0.2) == ("B", "volume rank 1, support 20%")
    # A small cluster that nothing backs does not spoil a map whose mass is backed.
    assert graded(1.0, 0.45) == ("A", "volume rank 1")


def liquidations(rows, capture="complete"):
    time_ms, is_long, price, usd, mark = (np.array(column) for column in zip(*rows, strict=True))
    return Liquidations(
        time_ms, time_ms + 50, is_long.astype(bool), price.astype(float), usd / price, usd.astype(float),
        mark.astype(float), np.zeros(len(rows), np.int32), "fill average", capture,
    )  # fmt: skip


def test_what_remains_of_a_cluster_after_it_fired():
    now = make_now(make_column([(90_500, 92_000, 400e6)], ARTICLE_SHORTS))
    cluster = long_cluster(now)
    t = WEDNESDAY_MS
    events = {
        "okx": liquidations([
            (t + 1, True, 91_500, 40e6, np.nan),
            (t + 2, False, 91_500, 90e6, np.nan),  # a short
            (t - 1, True, 91_500, 90e6, np.nan),  # before its birth
            (t + 3, True, 85_000, 20e6, 91_000),  # published at its bankruptcy price, triggered inside
            (t + 4, True, 91_000, 90e6, 93_000),  # triggered outside
        ]),
        "binanceusdm": liquidations([(t + 5, True, 91_000, 15e6, np.nan)], "largest per second"),
    }  # fmt: skip
    found = {one.cluster_id: one for one in remaining_clusters(now.clusters, events)}
    one = found[cluster.cluster_id]
    assert one.realised_usd == 75e6
    assert one.n_events == 3
    assert one.forced_flow_usd == pytest.approx(300e6, rel=0.01)
    # The book knows of no sweep: all of it still stands, whatever a venue reports.
    assert one.remaining_usd == one.forced_flow_usd
    swept = dataclasses.replace(cluster, swept_usd=3 * cluster.cluster.mass_usd)
    (half,) = remaining_clusters([swept], events)
    assert half.remaining_usd == pytest.approx(half.forced_flow_usd / 4) and half.realised_usd == 75e6
    (ended,) = remaining_clusters([dataclasses.replace(swept, death="swept", death_ms=t + 9)], events)
    assert ended.remaining_usd == 0.0 and ended.forced_flow_usd > 0
    assert one.realised_share == pytest.approx(0.25, rel=0.01)
    assert one.capture == ("complete", "largest per second")
    assert sum(other.realised_usd for other in found.values()) == 75e6
    assert remaining_clusters(now.clusters, events, start_ms=t + 4)[0].realised_usd in (0.0, 15e6)


def test_more_realised_than_estimated_is_told_and_not_taken_off_the_book():
    now = make_now(make_column([(90_500, 92_000, 1e6)], ARTICLE_SHORTS))
    events = {"okx": liquidations([(WEDNESDAY_MS + 1, True, 91_500, 90e6, np.nan)])}
    one = next(one for one in remaining_clusters(now.clusters, events) if one.cluster_id.startswith("long"))
    assert one.remaining_usd == one.forced_flow_usd > 0
    assert one.realised_share > 100


def test_mean_daily_liquidations_are_whole_only_with_known_capture():
    rows = [(WEDNESDAY_MS - day * DAY_MS, True, 9e4, 3e6, np.nan) for day in range(1, 41)]
    whole = {"okx": liquidations(rows)}
    assert mean_daily_liquidations(whole, WEDNESDAY_MS) == (pytest.approx(3e6), True)
    thinned = {"binanceusdm": liquidations(rows, "largest per second")}
    assert mean_daily_liquidations(thinned, WEDNESDAY_MS) == (pytest.approx(3e6), False)
    corrected = mean_daily_liquidations(thinned, WEDNESDAY_MS, capture_rates={"binanceusdm": 0.5})
    assert corrected == (pytest.approx(6e6), True)
    assert mean_daily_liquidations({}, WEDNESDAY_MS) == (0.0, False)
    with pytest.raises(InputError, match="capture_rates"):
        mean_daily_liquidations(whole, WEDNESDAY_MS, capture_rates={"okx": 0.0})
    with pytest.raises(InputError, match="days"):
        mean_daily_liquidations(whole, WEDNESDAY_MS, days=0)
