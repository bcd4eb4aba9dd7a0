"""The price at bright cells beside the price at dim ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.records.feeds import OrderBookDepth
from liqheat.units import HOUR_MS
from liqheat_lab.article import response
from tests.support.random_markets import STEP_MS, candles_of, market_of, profiles_of, random_market


@pytest.fixture(scope="module")
def walk():
    """A price without any memory, and maps whose brightness is noise."""
    market = random_market(days=60, volatility=0.0016, seed=3)
    profiles = profiles_of(market, 1.0)
    excess = np.random.default_rng(8).choice([0.5, 2.0], profiles.usd.shape)
    return market, profiles, excess


def approaches_of(market, profiles, excess, **more):
    return response.find_approaches(profiles, market, candles_of(market), excess, **more)


def test_a_random_walk_has_no_magnets_and_still_goes_often(walk) -> None:
    found = approaches_of(*walk)
    assert found.went.size > 2000
    go = response.match_cells(found.went, found)
    assert go.difference.low < 0 < go.difference.high
    assert go.top.value == pytest.approx(np.mean(found.chance), abs=0.04)
    for values in (found.extension, found.continued):
        one = response.match_cells(values, found)
        assert one.difference.value == pytest.approx(0, abs=0.05)
        assert one.difference.low < 0.01
    assert response.match_cells(found.continued, found).top.value == pytest.approx(0.5, abs=0.06)


def test_a_planted_magnet_is_found(walk) -> None:
    market, profiles, _ = walk
    empty = approaches_of(market, profiles, np.ones(profiles.usd.shape))
    # Bright where the price will go: foreknowledge, as a magnet would look.
    excess = np.ones(profiles.usd.shape)
    rng = np.random.default_rng(2)
    bright = rng.random(empty.went.size) < np.where(empty.went == 1, 0.6, 0.4)
    excess[empty.when, empty.side, empty.cell] = np.where(bright, 2.0, 0.5)
    found = approaches_of(market, profiles, excess)
    assert response.match_cells(found.went, found).difference.low > 0.1


def test_an_approach_by_hand() -> None:
    """Calm at 100, then down to 0.9 % below, a bounce, and on through 1 % with 0.4 % to spare."""
    calm = 100 * np.exp(0.0004 * (np.arange(3 * 288) % 2))
    path = [0, -0.003, -0.006, -0.009, -0.009, -0.004, -0.012, -0.014, -0.013] + [-0.013] * 60
    market = market_of(np.concatenate([calm, calm[-1] * np.exp(path)]))
    profiles = profiles_of(market, 1.0)
    at = int(np.searchsorted(profiles.time_ms, market.open_time_ms[3 * 288]))
    excess = np.zeros(profiles.usd.shape)
    excess[at, 0, 10] = 2
    found = approaches_of(market, profiles, excess)
    row = np.flatnonzero((found.when == at) & (found.side == 0) & (found.cell == 10))
    assert row.size == 1
    assert found.excess[row[0]] == 2
    assert found.went[row[0]] == 1
    assert found.continued[row[0]] == 1
    assert found.extension[row[0]] == pytest.approx(0.004 / (0.0004 * np.sqrt(3)), rel=1e-6)
    # 1.5 % was come near to and never touched; 3 % was not come near to.
    near = (found.when == at) & (found.side == 0)
    assert found.went[near & (found.cell == 15)].tolist() == [0]
    assert np.isnan(found.extension[near & (found.cell == 15)]).all()
    assert not (near & (found.cell == 25)).any()


def test_leak_cells_are_chosen_before_the_touch(walk) -> None:
    """A map that lights up what the price has just touched: with its true time it knows nothing of what comes.

    Read as if it had been known five hours earlier, it finds magnets everywhere.
    """
    market, profiles, _ = walk
    excess = np.full(profiles.usd.shape, 0.5)
    starts = np.searchsorted(market.open_time_ms, profiles.time_ms)
    for index, bar in enumerate(starts[5:], start=5):
        before = slice(bar - 60, bar)
        old = profiles.close[index - 5]
        reach = np.log(old / market.mark_low[before].min()), np.log(market.mark_high[before].max() / old)
        for side in (0, 1):
            excess[index, side, np.arange(80) * 0.001 <= reach[side]] = 2.0
    honest = approaches_of(market, profiles, excess)
    assert response.match_cells(honest.went, honest).difference.low < 0.05
    leaky_excess = np.full_like(excess, 1.0)
    leaky_excess[:-5] = excess[5:]
    leaky = approaches_of(market, profiles, leaky_excess)
    assert response.match_cells(leaky.went, leaky).difference.low > 0.3


def test_leak_controls_are_of_the_same_volatility_regime() -> None:
    """Bright in wild hours and dim in calm ones: alone the regime makes bright cells go. Matched, nothing is left."""
    rng = np.random.default_rng(11)
    days = np.arange(75)
    wild = (days // 5 % 2 == 1)[:, None]
    steps = rng.normal(0, 1, (75, 288 * 6)) * np.where(wild, 0.0022, 0.0007) / np.sqrt(6)
    path = 90_000 * np.exp(np.cumsum(steps.ravel())).reshape(-1, 6)
    opened = np.concatenate([[90_000.0], path[:-1, -1]])
    market = market_of(path[:, -1], low=np.minimum(path.min(axis=1), opened), high=np.maximum(path.max(axis=1), opened))
    profiles = profiles_of(market, 1.0)
    is_wild = response.trailing_volatility(candles_of(market))[11::12] > 0.0016
    bright = rng.random(profiles.usd.shape) < np.where(is_wild, 0.8, 0.2)[:, None, None]
    found = approaches_of(market, profiles, np.where(bright, 2.0, 0.5))
    matched = response.match_cells(found.went, found)
    blind = replace(found, tercile=np.zeros_like(found.tercile))
    assert response.match_cells(blind.went, blind).difference.low > 0.05
    assert matched.difference.value < 0.5 * response.match_cells(blind.went, blind).difference.value
    # Where all bright cells are wild and all dim ones calm there is no control, and no figure.
    apart = replace(found, excess=np.where(found.tercile == 2, 2.0, 0.5))
    none = response.match_cells(apart.went, apart)
    assert none.n_top == 0
    assert none.n_unmatched > 0
    assert np.isnan(none.difference.value)


def test_leak_the_volatility_regime_comes_from_the_past(walk) -> None:
    market, profiles, excess = walk
    found = approaches_of(market, profiles, excess)
    candles = candles_of(market)
    cut = 40 * 288
    wilder = np.concatenate(
        [candles.close[:cut], candles.close[cut:] * np.exp(0.02 * (-1.0) ** np.arange(cut, candles.close.size))]
    )
    changed = response.find_approaches(profiles, market, replace(candles, close=wilder), excess)
    early = profiles.time_ms[found.when] <= candles.open_time_ms[cut]
    early_changed = profiles.time_ms[changed.when] <= candles.open_time_ms[cut]
    assert early.sum() > 500
    for name in ("tercile", "chance", "went"):
        assert np.array_equal(getattr(found, name)[early], getattr(changed, name)[early_changed]), name


def test_cells_are_matched_on_distance_and_side_and_on_what_is_asked_for(walk) -> None:
    found = approaches_of(*walk)
    by_cell = found.cell / 30 + found.side
    lopsided = replace(
        found, excess=np.where(np.random.default_rng(1).random(found.cell.size) < found.cell / 31, 2.0, 0.5)
    )
    matched = response.match_cells(by_cell, lopsided)
    assert matched.difference.value == pytest.approx(0, abs=1e-9)
    assert matched.difference.high == pytest.approx(0, abs=1e-9)
    also = (found.went > 0).astype(np.int64)
    assert response.match_cells(found.went, found, also=also).difference.value == pytest.approx(0, abs=1e-9)


def test_thin_and_thick_books(walk) -> None:
    found = approaches_of(*walk)
    rng = np.random.default_rng(6)
    # Simulated depth: the thicker the book, the rarer the touch.
    ratio = np.where(found.went == 1, rng.choice([0.1, 0.5], found.went.size), rng.choice([0.5, 2.0], found.went.size))
    ratio[:100] = np.nan
    go = response.go_by_book(found, ratio)
    assert go["thin"][0].value == 1
    assert 0.3 < go["mid"][0].value < 0.8
    assert go["wall"][0].value == 0
    assert sum(n for _, n in go.values()) == ((found.excess > 1.5) & np.isfinite(ratio)).sum()


def test_what_rests_before_a_level() -> None:
    levels = np.arange(1, 6)
    book = OrderBookDepth(0, 1000, 100 - levels * 0.1, levels * 10.0, 100 + levels * 0.1, levels * 1.0)
    assert response.resting_before([book], 1500, 99.75) == 30
    assert response.resting_before([book], 1500, 100.3) == 6
    assert np.isnan(response.resting_before([book], 1500, 99.0)), "the book ends before the level"
    assert np.isnan(response.resting_before([book], 999, 99.75)), "not yet received"
    assert np.isnan(response.resting_before([book], 1000 + HOUR_MS, 99.75)), "too old"


def test_bad_input(walk) -> None:
    market, profiles, excess = walk
    with pytest.raises(InputError, match="excess"):
        approaches_of(market, profiles, excess[:-1])
    with pytest.raises(InputError, match="cells"):
        approaches_of(market, profiles, excess, cells=range(3, 9))
    short = market_of(np.full(100, 100.0))
    assert approaches_of(short, profiles_of(short, 1.0), profiles_of(short, 1.0).usd).went.size == 0
    nothing = response.match_cells(
        np.empty(0), approaches_of(short, profiles_of(short, 1.0), profiles_of(short, 1.0).usd)
    )
    assert np.isnan(nothing.top.value)
    assert STEP_MS * 12 == HOUR_MS
