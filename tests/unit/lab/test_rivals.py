"""Each rival's rule by hand, no look at the bar's own inflow, the faults that are kept, bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError, NoDataError, UnknownNameError
from liqheat_lab.rivals.rivals import RIVAL_NAMES, rival_profiles, run_rival
from liqheat_lab.rivals.rules import RIVAL_ROWS
from tests.support.changed import put, scaled
from tests.support.markets import make_market
from tests.support.rival_bars import START_MS, bars, flat

FINE = 1.00002


def swept(market, name):
    """By leverage, {'100x': ...} of each bar."""
    run = run_rival(market, name, by_leverage=True, bucket_ratio=FINE)
    return run.swept_usd, {column: at for at, column in enumerate(run.columns)}


def test_liqmap_rules_by_hand():
    # 10 coins at 100: 500 USD a side, all at 100 as close, high and low agree. What enters at 100x: .35 / 12 h over
    # (.15 / 120 + .2 / 48 + .3 / 24 + .35 / 12) = .6195. Without maintenance margin it is liquidated at 99 and 101.
    market = bars(flat(100, volume=10), flat(100), (100, 100, 98.9, 98.9, 0, 1000), flat(98.9))
    usd, at = swept(market, "liqmap_rules")
    assert usd[:2].sum() == 0
    # Aged by two bars of five minutes at a half-life of twelve hours.
    expected = 500 * 0.619469 * 0.5 ** (1 / 144)
    assert usd[2, 0, at["100x"]] == pytest.approx(expected, rel=1e-4)
    assert usd[2, 1].sum() == 0
    assert usd[2, 0, at["50x"]] == 0
    assert usd[3].sum() == 0


def test_liqmap_rules_lay_levels_around_the_close_and_weigh_rises():
    # Open interest rises by a quarter: clamp(1 + 8 * .2, 1, 3) = 2.6.
    market = bars(flat(100), (100, 101, 99, 100, 10, 1250), (100, 100, 98.95, 98.95, 0, 1250), flat(98.95))
    usd, at = swept(market, "liqmap_rules")
    side = 0.5 * 10 * 100 * 2.6 * 0.619469 * 0.5 ** (0 / 144)
    # Of the close's 99, the high's 99.99 and the low's 98.01 the bar's range holds the first two.
    assert usd[2, 0, at["100x"]] == pytest.approx(side * (0.45 + 0.275), rel=1e-4)


def test_liqmap_rules_clear_what_a_bars_range_covers_on_both_sides():
    # The price jumps from 100 over the short's 101 to 105 and never trades at 101: the level stays behind, and goes
    # when a bar comes back, as "shorts", though the price falls.
    market = bars(flat(100, volume=10), flat(105), (105, 105, 100.5, 105, 0, 1000))
    usd, at = swept(market, "liqmap_rules")
    assert usd[1].sum() == 0
    assert usd[2, 1, at["100x"]] > 0


def test_time_evolving_rules_by_hand():
    # +10 coins at a close of 100 in a rising candle: 1,000 USD of longs, a tenth at 100x, liquidated at
    # 100 * (1 - .01 + .00004) = 99.004.
    up = (99.9, 100, 99.9, 100, 5, 1010)
    market = bars(flat(99.9), up, (100, 100, 99.003, 99.5, 0, 1010), flat(99.5, open_interest=1010))
    usd, at = swept(market, "time_evolving_rules")
    assert usd[2, 0, at["100x"]] == pytest.approx(100)
    assert usd[2].sum() == pytest.approx(100)
    just_above = bars(flat(99.9), up, (100, 100, 99.006, 99.5, 0, 1010))
    assert swept(just_above, "time_evolving_rules")[0].sum() == 0
    down = bars(flat(100), (100.1, 100.1, 100, 100, 5, 1010), (100, 101.0, 100, 100, 0, 1010))
    usd, at = swept(down, "time_evolving_rules")
    assert usd[2, 1, at["100x"]] == pytest.approx(100)
    assert usd[2, 0].sum() == 0


def test_time_evolving_rules_drain():
    # 1,000 USD are modelled, 900 USD of open interest close: nine tenths of the map go, 0.9 % of the open interest.
    up = (99.9, 100, 99.9, 100, 5, 100_010)
    before = (flat(99.9, open_interest=100_000), up, flat(100, open_interest=100_001))
    usd, _ = swept(bars(*before, (100, 100, 98.9, 99, 0, 100_001)), "time_evolving_rules")
    assert usd[3, 0].sum() == pytest.approx(10)
    gone = (flat(99.9, open_interest=100_000), up, flat(100, open_interest=99_990))
    assert swept(bars(*gone, (100, 100, 50, 99, 0, 99_990)), "time_evolving_rules")[0].sum() == 0


def test_indicator_rules_by_hand():
    # The close at the high: all of the volume is bought, its ratio to its own mean is 1. A 100x long at the low of
    # 100 is liquidated at 100 * (1 - .01 - .005 - .0001) = 98.49, beyond the bankruptcy price of 99.
    first = (100, 101, 100, 101, 7, 1000)
    assert swept(bars(first, (101, 101, 98.50, 99, 0, 1000)), "indicator_rules")[0].sum() == 0
    usd, at = swept(bars(first, (101, 101, 98.48, 99, 0, 1000)), "indicator_rules")
    assert usd[1, 0, at["100x"]] == pytest.approx(1)
    # Nothing was sold, so there are no shorts.
    assert swept(bars(first, (101, 130, 101, 101, 0, 1000)), "indicator_rules")[0].sum() == 0


def test_indicator_rules_fade_after_a_hundred_bars():
    first = (100, 101, 100, 101, 7, 1000)
    rest = [flat(101.0)] * 110
    usd, at = swept(bars(first, *rest, (101, 101, 98.48, 99, 0, 1000)), "indicator_rules")
    # Old from bar 101 on; faded in bars 101 to 110.
    assert usd[-1, 0, at["100x"]] == pytest.approx(1 - 10 * 0.02)
    gone = [flat(101.0)] * 160
    assert swept(bars(first, *gone, (101, 101, 50, 99, 0, 1000)), "indicator_rules")[0].sum() == 0


def test_candle_side_by_hand():
    # A rising candle: 10 coins more and .35 of 20 traded open longs only, 17 coins, .225 of them at each leverage.
    up = (99.99, 100, 99.99, 100, 20, 1010)
    market = bars(flat(100), up, (100, 100, 99.3, 99.4, 0, 1010))
    usd, at = swept(market, "candle_side")
    price = 100 * 0.99 / 0.996
    assert usd[2, 0, at["100x"]] == pytest.approx(17 * 0.225 * price, rel=2e-4)
    # Shorts: none but the stock that is never liquidated.
    assert swept(bars(flat(100), up, (100, 200, 100, 100, 0, 1010)), "candle_side")[0].sum() == 0


def test_candle_side_replaces_what_was_swept():
    # The falling bar sweeps 3.825 coins of 100x longs while open interest stands still: as many open as shorts,
    # .225 of them at 100x, and are liquidated at 99.4 * 1.01 / 1.004 = 99.994.
    up, down = (99.99, 100, 99.99, 100, 20, 1010), (100, 100, 99.3, 99.4, 0, 1010)
    usd, at = swept(bars(flat(100), up, down, (99.4, 101, 99.4, 101, 0, 1010)), "candle_side")
    entered = 17 * 0.225 * 0.225
    low, high = 99.3 * 1.01 / 1.004, 100 * 1.01 / 1.004
    assert usd[3, 1, at["100x"]] == pytest.approx(entered * (low + high) / 2, rel=1e-3)


def test_candle_side_holds_the_open_interest_and_time_evolving_does_not():
    market = make_market(1500, 3, volatility=0.003, drops=False)
    open_interest_usd = (market.open_interest * market.close)[-1]
    held = {name: rival_profiles(market, name, "5m", n_cells=1000).usd[-1].sum() for name in RIVAL_NAMES}
    assert 0.1 < held["candle_side"] / open_interest_usd < 0.95
    assert held["time_evolving_rules"] / open_interest_usd < 0.05


@pytest.mark.parametrize("name", RIVAL_NAMES)
def test_a_bar_is_swept_by_the_map_as_it_stood_before_it(name):
    market = make_market(400, 3, volatility=0.004)
    whole = run_rival(market, name).swept_usd
    assert whole[350:].sum() > 0
    interest = scaled(market.open_interest, slice(350, None), np.linspace(0.2, 3, 50))
    changed = replace(market, volume=scaled(market.volume, slice(350, None), 7), open_interest=interest)
    again = run_rival(changed, name).swept_usd
    np.testing.assert_array_equal(again[:351], whole[:351])
    assert not np.array_equal(again[351:], whole[351:])
    # Nor do later prices matter, which the buckets of a window's own range would let in.
    highs = {side: scaled(getattr(market, side), slice(360, None), 1.5) for side in ("high", "mark_high")}
    later = replace(market, **highs)
    np.testing.assert_array_equal(run_rival(later, name).swept_usd[:360], whole[:360])


@pytest.mark.parametrize("name", RIVAL_NAMES)
def test_profiles_hold_what_the_next_bars_sweep(name):
    market = make_market(500, 4, volatility=0.003, drops=False)
    profiles = rival_profiles(market, name, "5m", n_cells=200)
    assert profiles.usd.shape == (500, 2, 200)
    np.testing.assert_array_equal(profiles.close, market.close)
    # A fall to 2 % below the last close takes out the nearest 20 cells of longs, but for the borders' own buckets.
    fall = {"low": market.close[-1] * np.exp(-0.02), "high": market.close[-1], "close": market.close[-1] * 0.99}
    fall |= {"open": market.close[-1], "mark_low": fall["low"], "mark_high": fall["high"]}
    fall |= {"volume": 0.0, "open_interest": market.open_interest[-1]}
    longer = replace(
        market,
        open_time_ms=np.append(market.open_time_ms, market.end_ms),
        **{series: np.append(getattr(market, series), value) for series, value in fall.items()},
    )
    taken = run_rival(longer, name).swept_usd[-1, 0, 0]
    near, far = profiles.usd[-1, 0, :19].sum(), profiles.usd[-1, 0, :21].sum()
    # What lies above the close is swept too, but by range alone not shown.
    assert taken >= near * (1 - 1e-9)
    if name == "liqmap_rules":
        assert taken <= far * (1 + 1e-9)


def test_profiles_lie_where_the_level_is():
    # A 100x long of 100 is liquidated at 99.004, 100.10 bp below a close of 100: cell 10 of 10 bp, or the one before
    # for the part of its 5 bp bucket that lies there.
    market = bars(flat(99.9), *[(99.9, 100, 99.9, 100, 5, 1010)], *[flat(100, open_interest=1010)] * 10)
    profiles = rival_profiles(market, "time_evolving_rules", "1h")
    assert profiles.time_ms.tolist() == [START_MS + 3_600_000]
    assert profiles.usd[0, 0, 9:11].sum() == pytest.approx(100)
    assert profiles.usd[0].sum() == pytest.approx(100 + 200 + 250, rel=1e-9)


def test_every_row_is_complete():
    for name, row in RIVAL_ROWS.items():
        assert row.name == name and row.title and row.source and row.faults
        assert len(row.leverages) == len(row.shares)
        assert row.unit == "strength" or 0.85 < sum(row.shares) <= 1 + 1e-12
        assert row.unit in ("usd", "coins", "strength")
        assert np.allclose(np.sum(row.entries, axis=1), 1)
        factors = row.factors(np.array(row.leverages))
        assert (factors[0] < 1).all() and (factors[1] > 1).all()
    # The errors of 100x distances that are known of these rules, basis points of the entry price.
    true = 0.99 / 0.996
    errors = {name: (row.factors(np.array([100.0]))[0, 0] - true) * 1e4 for name, row in RIVAL_ROWS.items()}
    assert errors["liqmap_rules"] == pytest.approx(-40, abs=0.5)
    assert errors["time_evolving_rules"] == pytest.approx(-39, abs=0.5)
    assert errors["indicator_rules"] == pytest.approx(-91, abs=0.5)


def test_bad_input_is_named():
    market = make_market(100, 1)
    with pytest.raises(UnknownNameError, match="name: must be one of liqmap_rules"):
        run_rival(market, "none")
    with pytest.raises(UnknownNameError, match="backend"):
        run_rival(market, "liqmap_rules", backend="c")
    with pytest.raises(InputError, match="bucket_ratio"):
        run_rival(market, "liqmap_rules", bucket_ratio=1.0)
    with pytest.raises(InputError, match="interval: must be a multiple"):
        rival_profiles(market, "liqmap_rules", "7m")
    with pytest.raises(InputError, match="n_cells: must be from 1"):
        rival_profiles(market, "liqmap_rules", n_cells=0)
    with pytest.raises(NoDataError, match="interval: must end"):
        rival_profiles(make_market(5, 1, drops=False), "liqmap_rules", "1d")
    for series, value in (("close", np.nan), ("volume", -1.0), ("mark_low", 0.0), ("open_interest", np.inf)):
        broken = replace(market, **{series: put(getattr(market, series), 7, value)})
        with pytest.raises(InputError, match=rf"market\.{series}: must hold 100 finite"):
            run_rival(broken, "liqmap_rules")
    with pytest.raises(InputError, match=r"market\.high: must hold"):
        run_rival(replace(market, high=market.high[:-1]), "liqmap_rules")


def test_one_column_adds_the_leverages():
    market = make_market(300, 2, volatility=0.004)
    parts, whole = run_rival(market, "liqmap_rules", by_leverage=True), run_rival(market, "liqmap_rules")
    assert (parts.columns, whole.columns) == (("10x", "25x", "50x", "100x"), ("map",))
    np.testing.assert_allclose(parts.swept_usd.sum(axis=2), whole.swept_usd[:, :, 0], rtol=1e-12)
