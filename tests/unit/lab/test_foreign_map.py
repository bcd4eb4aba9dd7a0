"""Another product's heatmap read as a map: which column, which side, what is gone; and two maps compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError, NoDataError
from liqheat.records import ForeignHeatmap, MapProfiles
from liqheat_lab.foreign.foreign_map import foreign_map_run, foreign_profiles
from liqheat_lab.foreign.map_difference import compare_profiles, rank_rows
from tests.support.changed import scaled
from tests.support.markets import make_market
from tests.support.rival_bars import START_MS, bars, flat


def heatmap(intensity, *, interval_ms=600_000, close=100.0, start_ms=START_MS, symbol="BTC/USDT:USDT"):
    """Buckets of one dollar from 95 to 105; one column each ten minutes."""
    grid = np.array(intensity, dtype=np.float64)
    return ForeignHeatmap(
        product="coinglass",
        symbol=symbol,
        price_edges=np.arange(95.0, 106.0),
        time_ms=start_ms + np.arange(grid.shape[1]) * interval_ms,
        interval_ms=interval_ms,
        intensity=grid,
        close=np.full(grid.shape[1], close),
    )


def one_level(price, value, columns=2, filled=None):
    grid = np.zeros((10, columns))
    grid[price - 95, slice(None) if filled is None else filled] = value
    return grid


def test_a_bar_reads_the_last_column_that_had_ended():
    # Two columns of ten minutes: the second one holds a level that the first does not.
    grid = one_level(97, 8, filled=1) + one_level(102, 4, filled=0)
    fall = (100, 100, 96, 100, 0, 1000)
    market = bars(*[flat(100)] * 2, (100, 104, 96, 100, 0, 1000), flat(100), fall, flat(100), flat(100))
    run = foreign_map_run(heatmap(grid), market)
    swept = run.swept_usd[:, :, 0]
    assert np.isnan(swept[:2]).all()
    # Bars 2 and 3 read the first column: shorts at 102 only. Bars 4 and 5 read the second, and nothing is left of its
    # time in bar 6.
    assert swept[2:6].tolist() == [[0, 4], [0, 0], [8, 0], [0, 0]]
    assert np.isnan(swept[6]).all()
    assert (run.name, run.columns) == ("coinglass", ("map",))


def test_what_was_passed_since_the_columns_end_is_gone():
    grid = one_level(97, 8, columns=1) + one_level(98, 2, columns=1)
    half = (100, 100, 97.5, 99, 0, 1000)
    market = bars(flat(100), flat(100), half, (99, 99, 96, 97, 0, 1000))
    swept = foreign_map_run(heatmap(grid, interval_ms=600_000), market).swept_usd[:, 0, 0]
    assert swept[2:].tolist() == [2 + 4, 4]


def test_a_bar_never_reads_its_own_column():
    market = make_market(400, 2, volatility=0.004)
    random = np.random.default_rng(1)
    edges = np.linspace(market.low.min() * 0.9, market.high.max() * 1.1, 301)
    theirs = ForeignHeatmap(
        "coinglass",
        "BTC/USDT:USDT",
        edges,
        market.open_time_ms[::6],
        1_800_000,
        random.random((300, 67)),
        market.close[::6],
    )
    whole = foreign_map_run(theirs, market).swept_usd
    later = replace(theirs, intensity=scaled(theirs.intensity, np.s_[:, 40:], random.random((300, 27))))
    again = foreign_map_run(later, market).swept_usd
    # Column 40 covers bars 240 to 245: it is read from bar 246 on.
    np.testing.assert_array_equal(again[:246], whole[:246])
    assert not np.array_equal(again[246:], whole[246:])


def test_profiles_lie_below_and_above_the_price():
    grid = one_level(99, 8, columns=6) + one_level(103, 4, columns=6)
    market = bars(*[flat(100)] * 24)
    profiles = foreign_profiles(heatmap(grid), market, "30m")
    # Nothing had ended ten minutes before the first column did; half-hours 00:30 and 01:00 are within its time.
    assert ((profiles.time_ms - START_MS) / 60_000).tolist() == [30, 60]
    assert profiles.close.tolist() == [100, 100]
    # 99 to 100 is 0 to 1.005 % below; 103 to 104 is 2.96 to 3.92 % above.
    assert profiles.usd[0, 0, :11].sum() == pytest.approx(8)
    assert profiles.usd[0, 1, 29:40].sum() == pytest.approx(4)
    assert profiles.usd[0].sum() == pytest.approx(12)


@pytest.mark.parametrize(
    ("changes", "argument", "words"),
    [
        ({"symbol": "ETH/USDT:USDT"}, "heatmap.symbol", "must be a contract of BTC"),
        ({"start_ms": START_MS + 10**9}, "heatmap.time_ms", "must overlap the market's"),
        ({"close": 3.6725 * 100}, "heatmap.close", "a median factor of 3.6725"),
        ({"intensity": np.zeros((10, 2))}, "heatmap.intensity", "must not be 0 everywhere; found 0"),
        ({"intensity": one_level(97, -1)}, "heatmap.intensity", "at least 0; found -1"),
        ({"intensity": one_level(97, np.nan)}, "heatmap.intensity", "finite"),
    ],
)
def test_a_map_that_does_not_fit_is_named(changes, argument, words):
    given = {"intensity": one_level(97, 8)} | changes
    theirs, market = heatmap(**given), bars(*[flat(100)] * 12)
    for read in (foreign_map_run, foreign_profiles):
        with pytest.raises(InputError, match=words) as raised:
            read(theirs, market)
        assert raised.value.argument == argument


def test_a_map_that_the_price_never_reaches_is_named():
    with pytest.raises(InputError, match="somewhere that the market's prices reach"):
        foreign_map_run(heatmap(one_level(96, 5)), bars(*[flat(100)] * 12))
    with pytest.raises(InputError, match="interval: must be a multiple"):
        foreign_profiles(heatmap(one_level(96, 5)), bars(*[flat(100)] * 12), "7m")
    with pytest.raises(InputError, match="n_cells"):
        foreign_profiles(heatmap(one_level(96, 5)), bars(*[flat(100)] * 12), "30m", 0)


def profiles_of(usd, name="a", start_ms=START_MS):
    usd = np.asarray(usd, np.float64)
    return MapProfiles(name, start_ms + np.arange(len(usd)) * 3_600_000, np.full(len(usd), 100.0), usd)


def test_ranks_with_and_without_the_usual_profile():
    random = np.random.default_rng(3)
    fall_off = np.exp(-np.arange(80) / 20)
    noise = random.lognormal(0, 0.5, (2, 96, 2, 80))
    ours, other = (profiles_of(fall_off * part) for part in noise)
    found = compare_profiles(ours, other)
    # Two maps that share nothing but how they fall off with distance.
    assert found.rank_correlation.value > 0.7
    assert found.rank_correlation_without_distance is not None
    assert abs(found.rank_correlation_without_distance.value) < 0.05
    same = compare_profiles(ours, ours)
    assert same.rank_correlation_without_distance is not None
    assert same.rank_correlation_without_distance.value == pytest.approx(1)
    assert (same.n_times, same.compared_distance) == (96, pytest.approx(0.08))
    assert all(one.ours_share == one.theirs_share for one in same.largest_differences)


def test_reach_and_largest_differences():
    near, far = np.zeros((2, 2, 80)), np.zeros((2, 2, 80))
    near[:, 0, 5] = 3.0
    near[:, 1, 5] = 1.0
    far[:, 0, 30] = 1.0
    found = compare_profiles(profiles_of(near, "ours"), profiles_of(far, "theirs"))
    assert found.mass_within["1%"] == {"ours": pytest.approx(1), "theirs": 0}
    assert found.mass_within["5%"]["theirs"] == pytest.approx(1)
    assert found.rank_correlation_without_distance is None
    first, second, third = found.largest_differences[:3]
    assert (first.side, first.ours_share, first.theirs_share) == ("long", 0, 1)
    assert (first.price_low, first.price_high) == pytest.approx((100 * np.exp(-0.031), 100 * np.exp(-0.030)))
    assert (second.ours_share, third.side, third.ours_share) == (0.75, "short", 0.25)
    assert len(found.largest_differences) == 10


def test_profiles_that_cannot_be_compared_are_named():
    one = profiles_of(np.ones((3, 2, 80)))
    with pytest.raises(NoDataError, match="must share a time"):
        compare_profiles(one, profiles_of(np.ones((3, 2, 80)), start_ms=START_MS + 60_000))
    with pytest.raises(NoDataError, match="both hold anything"):
        compare_profiles(one, profiles_of(np.zeros((3, 2, 80))))
    with pytest.raises(InputError, match="cell_width"):
        compare_profiles(one, replace(one, cell_width=0.002))
    with pytest.raises(InputError, match=r"theirs\.close"):
        compare_profiles(one, replace(one, close=one.close * 3.67))
    assert rank_rows(np.array([[2.0, 2.0, 1.0]])).tolist() == [[1.5, 1.5, 0.0]]
