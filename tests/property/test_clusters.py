"""What must hold of clusters whatever the book: bucket widths, scale, mirrors, order of venues, identity."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import liqheat
from liqheat.records import Column
from liqheat.setups.clusters import extract_clusters
from tests.support.markets import make_market

PRICE = 60_000.0


@st.composite
def books(draw):
    """Levels as (log distance, USD) of each side: a few hills over a thin carpet."""
    sides = []
    for _ in range(2):
        hills = draw(st.lists(st.tuples(st.floats(0.006, 0.09), st.floats(5e6, 9e7)), min_size=0, max_size=4))
        sides.append(hills)
    return sides


def column_of(book, step, price=PRICE, offset=0.0):
    """The same hills (each 60 bp wide, cosine shaped) cut into buckets of `step`."""
    fine = np.arange(-0.12, 0.12, 1e-5)
    edges = np.exp(np.log(price) + np.arange(-0.13 + offset * step, 0.13, step))
    usd = np.zeros((2, 1, edges.size - 1))
    for row, hills in enumerate(book):
        density = np.full(fine.size, 10.0)
        for distance, mass in hills:
            way = (fine - (distance if row else -distance)) / 0.003
            shape = np.where(np.abs(way) < 1, 1 + np.cos(np.pi * way), 0.0)
            density += mass * shape / shape.sum()
        density[(fine < 0) if row else (fine >= 0)] = 0.0
        at = np.searchsorted(edges, price * np.exp(fine), side="right") - 1
        np.add.at(usd[row, 0], at, density)
    return Column(0, 300_000, edges, np.array([25.0]), usd, price)


def separated(book):
    """Hills whose clusters neither touch nor nearly do: a knife-edge may fall on either side."""
    for hills in book:
        places = sorted(distance for distance, _ in hills)
        if any(0 < far - near < 0.013 for near, far in pairwise(places)):
            return False
    return True


@given(book=books().filter(separated), offset=st.floats(0, 1))
def test_buckets_of_5_and_7_bp_give_the_same_clusters(book, offset):
    five = extract_clusters(column_of(book, 5e-4))
    seven = extract_clusters(column_of(book, 7e-4, offset=offset))
    assert [one.side for one in five] == [one.side for one in seven]
    for one, other in zip(five, seven, strict=True):
        for name in ("low_price", "high_price", "peak_price", "centre_price"):
            assert abs(np.log(getattr(one, name) / getattr(other, name))) < 10e-4, name
        assert other.held_notional_usd == pytest.approx(one.held_notional_usd, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_books_of_5_and_7_bp_give_the_same_large_clusters(seed):
    market = make_market(900, seed, volatility=0.003)
    found = []
    for ratio in (1.0005, 1.0007):
        clusters = liqheat.find_clusters(liqheat.estimate_book(market, bucket_ratio=ratio))
        found.append({one.side: one for one in sorted(clusters, key=lambda one: one.held_notional_usd)})
    for side, one in found[0].items():
        other = found[1][side]
        shared = min(one.high_price, other.high_price) - max(one.low_price, other.low_price)
        whole = max(one.high_price, other.high_price) - min(one.low_price, other.low_price)
        assert shared / whole > 0.8
        assert other.held_notional_usd == pytest.approx(one.held_notional_usd, rel=0.15)


@given(book=books(), factor=st.floats(1e-3, 1e3))
def test_more_money_everywhere_is_the_same_map(book, factor):
    column = column_of(book, 5e-4)
    more = dataclasses.replace(column, notional_usd=column.held_notional_usd * factor)
    for one, other in zip(extract_clusters(column), extract_clusters(more), strict=True):
        assert other.low_price == pytest.approx(one.low_price)
        assert other.held_notional_usd == pytest.approx(one.held_notional_usd * factor)


@given(book=books())
def test_clusters_keep_to_their_side_and_never_overlap(book):
    clusters = extract_clusters(column_of(book, 5e-4))
    for one in clusters:
        assert 0 < one.low_price <= one.peak_price <= one.high_price
        assert one.high_price <= PRICE if one.side == "long" else one.low_price >= PRICE
    for side in ("long", "short"):
        spans = sorted((one.low_price, one.high_price) for one in clusters if one.side == side)
        # They may meet in a valley.
        assert all(after[0] >= before[1] * (1 - 1e-12) for before, after in pairwise(spans))


@given(book=books())
def test_the_order_of_venues_does_not_matter(book):
    one, other = column_of(book, 5e-4), column_of(book[::-1], 7e-4)
    there, back = extract_clusters({"a": one, "b": other}), extract_clusters({"b": other, "a": one})
    assert len(there) == len(back)
    for first, second in zip(there, back, strict=True):
        assert first.held_notional_usd == pytest.approx(second.held_notional_usd, rel=1e-6)
        assert dict(first.venue_usd).keys() == dict(second.venue_usd).keys()


@given(seed=st.integers(0, 1000))
def test_following_is_deterministic_and_loses_nobody(seed):
    estimate = liqheat.estimate_book(make_market(400, seed, volatility=0.004))
    first, second = (liqheat.track_clusters(estimate, span="1d") for _ in range(2))
    assert (first.alive, first.dead) == (second.alive, second.dead)
    ids = [one.cluster_id for one in (*first.alive, *first.dead)]
    assert len(set(ids)) == len(ids)
    assert {one.cluster for one in first.alive} == set(liqheat.find_clusters(estimate))
    for one in first.dead:
        assert one.death in ("swept", "decayed", "merged")
        assert one.birth_ms < one.death_ms
        assert (one.heir_id is not None) == (one.death == "merged")
