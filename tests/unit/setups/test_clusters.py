"""Clusters: edges at half height, what is joined, what is left out, venues, leverage, support, bad columns."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from liqheat import InputError
from liqheat.records import Column
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.density import NotionalCurves
from tests.support.setup_samples import EDGES, PRICE, make_column


def sides(clusters):
    return [(one.side, round(one.low_price, -2), round(one.high_price, -2)) for one in clusters]


def test_a_block_is_one_cluster_with_its_own_edges_and_all_its_money():
    (cluster,) = extract_clusters(make_column([(90_500, 92_000, 300e6)]))
    assert cluster.low_price == pytest.approx(90_500, abs=12)
    assert cluster.high_price == pytest.approx(92_000, abs=12)
    assert 90_500 < cluster.peak_price < 92_000
    assert cluster.held_notional_usd == pytest.approx(300e6, rel=0.01)
    assert cluster.forced_flow_usd == pytest.approx(0.75 * cluster.held_notional_usd)
    assert cluster.near_edge == cluster.high_price
    assert cluster.distance(PRICE) == pytest.approx(1_000 / 93_000, abs=2e-4)


def test_shorts_mirror_longs():
    (cluster,) = extract_clusters(make_column((), [(94_000, 95_500, 300e6)]))
    assert cluster.side == "short"
    assert (cluster.near_edge, cluster.far_edge) == (cluster.low_price, cluster.high_price)
    assert cluster.distance(94_500) == 0.0


@pytest.mark.parametrize(("gap", "n_clusters"), [(150, 1), (700, 2)])
def test_clusters_are_joined_when_they_nearly_touch(gap, n_clusters):
    column = make_column([(90_000, 91_000, 100e6), (91_000 + gap, 92_000 + gap, 100e6)])
    assert len(extract_clusters(column)) == n_clusters


@pytest.mark.parametrize(("between", "n_clusters"), [(30e6, 2), (35e6, 2), (42e6, 1), (50e6, 1)])
def test_a_valley_parts_what_never_falls_to_half(between, n_clusters):
    column = make_column([(90_000, 91_000, 100e6), (91_000, 91_500, between), (91_500, 92_300, 80e6)])
    found = extract_clusters(column)
    assert len(found) == n_clusters
    # Nothing is counted twice, and nothing is lost between them.
    assert sum(one.held_notional_usd for one in found) == pytest.approx(180e6 + between, rel=0.01)
    if n_clusters == 2:
        near, far = found
        assert near.far_edge == near.low_price == far.near_edge == far.high_price
        assert 91_000 < near.far_edge < 91_500


def test_maxima_close_together_are_one_whatever_lies_between():
    column = make_column([(91_000, 91_100, 20e6), (91_100, 91_150, 5e6), (91_150, 91_250, 20e6)])
    assert len(extract_clusters(column)) == 1


def test_a_shoulder_is_no_cluster_of_its_own():
    (cluster,) = extract_clusters(make_column([(90_000, 91_000, 100e6), (90_800, 91_000, 40e6)]))
    assert cluster.peak_price == pytest.approx(90_900, abs=120)


def test_a_low_shoulder_does_not_widen_the_hill_it_leans_on():
    column = make_column([(90_000, 90_500, 15e6), (90_500, 91_000, 12e6), (91_000, 91_600, 60e6)])
    (cluster,) = extract_clusters(column)
    assert cluster.low_price == pytest.approx(91_000, abs=60)


def test_a_hill_a_tenth_as_high_is_listed_and_dust_is_not():
    column = make_column([(91_000, 92_000, 100e6), (88_000, 89_000, 10e6), (86_000, 87_000, 1e6)])
    assert sides(extract_clusters(column)) == [("long", 91_000, 92_000), ("long", 88_000, 89_000)]


def test_levels_on_the_wrong_side_of_the_price_are_no_levels():
    assert extract_clusters(make_column([(94_000, 95_000, 1e8)], [(91_000, 92_000, 1e8)])) == ()
    (cut,) = extract_clusters(make_column([(92_500, 93_500, 1e8)]))
    assert cut.high_price <= PRICE
    assert cut.held_notional_usd == pytest.approx(5e7, rel=0.02)


def test_an_empty_book_has_no_clusters():
    assert extract_clusters(make_column()) == ()


def test_venues_with_other_buckets_add_up_and_keep_their_shares():
    coarse = np.arange(84_000.0, 101_001.0, 130.0)
    columns = {
        "bybit": make_column([(90_500, 92_000, 100e6)], edges=coarse),
        "okx": make_column([(90_500, 92_000, 300e6)]),
    }
    (cluster,) = extract_clusters(columns)
    assert cluster.held_notional_usd == pytest.approx(400e6, rel=0.02)
    assert [venue for venue, _ in cluster.venue_usd] == ["okx", "bybit"]
    assert cluster.venue_shares["okx"] == pytest.approx(0.75, abs=0.01)


def test_leverage_split_and_support_are_weighted_by_money():
    usd = np.zeros((2, 2, EDGES.size - 1))
    usd[0, 0, 130:160] = 1e6
    usd[0, 1, 130:160] = 3e6
    column = Column(0, 300_000, EDGES, np.array([10.0, 50.0]), usd, PRICE)
    (cluster,) = extract_clusters(column, support={10.0: 0.0, 50.0: 1.0})
    split = dict(cluster.leverage_usd)
    assert split[50.0] / split[10.0] == pytest.approx(3.0)
    assert cluster.support == pytest.approx(0.75)
    assert extract_clusters(column)[0].support is None


def test_an_axis_that_begins_at_nothing_is_read():
    edges = np.arange(0.0, 200.0, 1.0)
    usd = np.zeros((2, 1, edges.size - 1))
    usd[0, 0, 90:95] = 1e6
    (cluster,) = extract_clusters(Column(0, 1, edges, np.array([5.0]), usd, 100.0))
    assert cluster.low_price == pytest.approx(90, abs=0.1)


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"price_edges": EDGES[::-1].copy()}, "price_edges"),
        ({"price_edges": EDGES[:-1]}, "notional_usd"),
        ({"notional_usd": np.full((2, 1, EDGES.size - 1), -1.0)}, "notional_usd"),
        ({"notional_usd": np.full((2, 1, EDGES.size - 1), np.nan)}, "notional_usd"),
        ({"reference_price": 0.0}, "reference_price"),
    ],
)
def test_broken_columns_are_named(change, argument):
    column = dataclasses.replace(make_column([(90_500, 92_000, 1e8)]), **change)
    with pytest.raises(InputError) as error:
        extract_clusters({"okx": column})
    assert error.value.argument == f"columns[okx].{argument}"


def test_no_columns_and_shares_out_of_range_are_refused():
    with pytest.raises(InputError, match="columns"):
        NotionalCurves({})
    with pytest.raises(InputError, match="flow_share"):
        extract_clusters(make_column(), flow_share=1.5)
    with pytest.raises(InputError, match="support"):
        extract_clusters(make_column(), support={25.0: 2.0})
