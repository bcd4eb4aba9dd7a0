"""The simulated market as Python sees it: records, apartness of truth, realism, errors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.simulator import (
    SimulatedMarket,
    SimulatedTruth,
    SimulatorParameters,
    simulate_market,
    simulate_market_with_truth,
)

SMALL = {"days": 2, "seed": 5, "warm_up_days": 1, "positions": 4_000, "daily_volatility": 0.04}
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def small() -> tuple[SimulatedMarket, SimulatedTruth]:
    return simulate_market_with_truth(**SMALL)


@pytest.fixture(scope="module")
def default() -> tuple[SimulatedMarket, SimulatedTruth]:
    return simulate_market_with_truth()


def same_arrays(left: object, right: object) -> bool:
    """Compare records field by field, arrays by their bytes."""
    for field in dataclasses.fields(left):
        a, b = getattr(left, field.name), getattr(right, field.name)
        if dataclasses.is_dataclass(a):
            if not same_arrays(a, b):
                return False
        elif isinstance(a, np.ndarray):
            if a.dtype != b.dtype or a.tobytes() != b.tobytes():
                return False
        elif a != b:
            return False
    return True


def test_equal_seeds_give_equal_bytes_and_the_truth_changes_nothing(small):
    assert same_arrays(simulate_market(**SMALL), small[0])


def test_another_seed_gives_another_market(small):
    other = simulate_market(**(SMALL | {"seed": 6}))
    assert not same_arrays(other, small[0])
    assert not np.array_equal(other.history.close, small[0].history.close)


def test_history_is_a_simulated_linear_market_and_says_so(small):
    history = small[0].history
    assert (history.venue, history.symbol, history.contract_kind) == ("simulated", "BTC/USDT:USDT", "linear")
    assert history.origin == "simulated"
    assert any("simulated" in note.lower() for note in history.notes)
    assert history.n_bars == 2 * 288
    assert history.open_time_ms[0] == SimulatorParameters().start_ms
    assert history.end_ms == SimulatorParameters().start_ms + 2 * DAY_MS
    assert (np.diff(history.open_time_ms) == 300_000).all()


def test_bars_are_consistent(small):
    market = small[0]
    history = market.history
    assert (history.low <= np.minimum(history.open, history.close)).all()
    assert (history.high >= np.maximum(history.open, history.close)).all()
    assert (history.open[1:] == history.close[:-1]).all()
    assert (history.mark_low <= history.mark_high).all()
    assert (market.taker_buy_volume >= 0).all()
    assert (market.taker_buy_volume <= history.volume).all()
    for column in (market.account_long_short_ratio, market.depth_usd, history.volume, history.open_interest):
        assert column.shape == history.close.shape
        assert column.dtype == np.float64
        assert (column > 0).all()


def test_arrays_cannot_be_changed_by_one_reader_for_another(small):
    market, truth = small
    for column in (market.history.close, market.liquidations.price, market.depth_usd, truth.long_quantity):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_longs_equal_shorts_equal_open_interest(small):
    market, truth = small
    longs, shorts = truth.both_sides_lots.T
    assert (longs == shorts).all()
    assert (longs / truth.lots_per_coin == market.history.open_interest).all()


def test_liquidations_come_on_the_right_side_of_the_mark(small):
    market, truth = small
    events, history = market.liquidations, market.history
    assert events.time_ms.size > 100
    assert set(events.position_side.tolist()) == {0, 1}
    direction = np.where(events.position_side == 0, 1.0, -1.0)
    assert (direction * (truth.event_liquidation_price - events.mark_price) >= 0).all()
    assert (direction * (truth.event_liquidation_price - events.bankruptcy_price) > 0).all()
    bar = (events.time_ms - history.open_time_ms[0]) // history.interval_ms
    assert (history.mark_low[bar] <= events.mark_price).all()
    assert (events.mark_price <= history.mark_high[bar]).all()
    np.testing.assert_allclose(events.notional_usd, events.quantity * events.price)


def test_true_map_is_on_its_side_and_within_open_interest(small):
    market, truth = small
    hourly = market.history.open_interest[11::12]
    assert (truth.time_ms == market.history.open_time_ms[11::12] + 300_000).all()
    below = truth.price_edges[:-1] <= truth.mark_price[:, None]
    above = truth.price_edges[1:] >= truth.mark_price[:, None]
    assert (truth.long_quantity[~below] == 0).all()
    assert (truth.short_quantity[~above] == 0).all()
    for held, total in ((truth.long_quantity, truth.long_total), (truth.short_quantity, truth.short_total)):
        mass = held.sum(axis=1, dtype=np.float64)
        assert (mass <= total * (1 + 1e-6)).all()
        assert (total <= hourly).all()
        assert (mass > 0.3 * total).all()
    np.testing.assert_allclose(truth.leverage_stock.sum(axis=1), truth.long_total + truth.short_total)
    long_usd, short_usd = truth.held_notional_usd()
    assert long_usd.dtype == short_usd.dtype == np.float64
    assert (long_usd.sum(axis=1) < truth.long_total * truth.mark_price).all()


def test_thinned_stream_keeps_one_order_a_second(small):
    events = small[0].liquidations
    seconds = np.unique(events.time_ms)
    assert seconds.size < events.time_ms.size, "no second with two orders: the test would prove nothing"
    largest, last = events.thin(), events.thin("last")
    for thinned in (largest, last):
        assert (thinned.time_ms == seconds).all()
    assert largest.notional_usd.sum() > last.notional_usd.sum()
    for index, second in enumerate(seconds.tolist()):
        of_second = np.flatnonzero(events.time_ms == second)
        assert largest.notional_usd[index] == events.notional_usd[of_second].max()
        assert last.price[index] == events.price[of_second[-1]]
    with pytest.raises(InputError, match="keep"):
        events.thin("first")
    assert (
        dataclasses.replace(events, **{name: getattr(events, name)[:0] for name in events.__slots__}).thin() is not None
    )


def test_the_default_market_is_realistic(default):
    """Turnover and liquidations lie within a factor of two of the real set's; see the room's README."""
    market, truth = default
    history, events = market.history, market.liquidations
    days = 45
    returns = np.diff(np.log(history.close))
    daily_volatility = np.sqrt((returns**2).sum() / days)
    assert 0.0125 < daily_volatility < 0.045
    open_interest_usd = history.open_interest * history.close
    assert 0.5e9 < open_interest_usd.mean() < 2e9
    turnover = (history.volume * history.close).sum() / days / open_interest_usd.mean()
    assert 1.69 / 2 < turnover < 1.69 * 2
    liquidated = events.notional_usd.sum() / days / open_interest_usd.mean()
    assert 0.0081 / 2 < liquidated < 0.0081 * 2
    # Within sight of where it began, and not flat.
    assert 30_000 < history.low.min() < history.high.max() < 120_000
    assert history.high.max() / history.low.min() > 1.1
    # Fat tails and cascades: some hours liquidate as much as half an average day.
    standardised = (returns - returns.mean()) / returns.std()
    assert 18 / 2 < (standardised**4).mean() < 18 * 2
    per_hour = np.bincount((events.time_ms - history.open_time_ms[0]) // 3_600_000, events.notional_usd)
    assert (per_hour > 0.5 * events.notional_usd.sum() / days).sum() >= 3
    assert 0.2 < events.notional_usd[events.position_side == 0].sum() / events.notional_usd.sum() < 0.8
    assert truth.totals_usd["shortfall"] < 0.02 * truth.totals_usd["liquidated"]
    # Weekends are quieter. The first bar is a Thursday, 2026-01-01.
    weekday = (history.open_time_ms // DAY_MS + 3) % 7
    assert history.volume[weekday >= 5].mean() < 0.9 * history.volume[weekday < 5].mean()
    # It does not end in a dull state.
    assert np.sqrt((returns[-3 * 288 :] ** 2).sum() / 3) > 0.7 * daily_volatility


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("days", 0),
        ("days", 1.5),
        ("days", True),
        ("days", 2**40),
        ("seed", -1),
        ("seed", 2**64),
        ("seed", "7"),
        ("interval_ms", 90_000),
        ("interval_ms", 0),
        ("start_ms", 1),
        ("warm_up_days", 366),
        ("initial_price", float("nan")),
        ("initial_price", None),
        ("initial_price", 10**400),
        ("positions", 10),
        ("open_interest_usd", -1.0),
        ("daily_volatility", 0.0),
        ("trend_per_day", float("inf")),
        ("jumps_per_day", -1),
        ("depth_usd", 0),
        ("venues", 4),
        ("venues", 0),
        ("insurance_fund_usd", -1),
        ("whales_per_day", float("nan")),
        ("regime_leverage_steps", 6),
        ("regime_at", 1.5),
        ("crash_return", 0.2),
        ("crash_minutes", 0),
        ("open_interest_delay_ms", -1),
        ("outages_per_day", 51),
        ("thinning", "first"),
        ("thinning", 3),
        ("scenario", "moon"),
        ("colour", 1),
    ],
)
def test_bad_parameters_are_named(argument, value):
    with pytest.raises(InputError) as caught:
        simulate_market(**({"days": 1} | {argument: value}))
    assert caught.value.argument == argument
    assert caught.value.rule


def test_numpy_numbers_are_numbers():
    assert SimulatorParameters(days=np.int64(3), depth_usd=np.float32(2e7)) == SimulatorParameters(
        days=3, depth_usd=2e7
    )
