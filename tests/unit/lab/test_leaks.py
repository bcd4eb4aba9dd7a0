"""Leak traps: each test states what a forecast may not know, and fails when the leak is put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.flow import background as baselines_module
from liqheat.flow import train as trial
from liqheat.flow.background import build_baselines
from liqheat.flow.labels import build_labels
from liqheat.flow.law import run_flow
from liqheat.flow.paths import steps_of
from liqheat.flow.tracking import track_scale
from liqheat.flow.train import FLOW, fit_model, forecast
from liqheat.history import align_market
from liqheat.records import Contract, LiquidationTotals, MapRun, MarketHistory, OpenInterest
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.scores import sources, walk_forward
from liqheat_lab.scores.controls import flow_profiles, frozen_sweeps, stale_sweeps
from liqheat_lab.scores.score import load_and_score, score_model
from liqheat_lab.scores.trial import build_scored_trial
from liqheat_lab.smooth import SMOOTH_FORM, load_smooth
from tests.support.changed import scaled
from tests.support.scored_markets import START_MS, candles_of, changed, cut_market, day, scored_market, totals_of

T = day(19) + 5 * HOUR_MS
"""When the future begins."""


def first_hours(found, until_ms=T):
    return found[: int((until_ms - START_MS) // HOUR_MS)]


@pytest.fixture(scope="module")
def scored():
    return scored_market()


# ---------------------------------------------------------------- same-bar inflow counted before the sweep


def knows_its_own_inflow(run, market, bar):
    """Whether what a bar sweeps depends on its own volume and open interest."""
    volume, interest = scaled(market.volume, bar, 5.0), scaled(market.open_interest, slice(bar, None), 1.3)
    other = replace(market, volume=volume, open_interest=interest)
    return not np.array_equal(run(market)[bar], run(other)[bar])


@pytest.mark.parametrize("hours", [3.5, 7.25])
def test_same_bar_inflow_is_not_swept(scored, hours):
    market = cut_market(scored.market, slice(0, 600))
    bar = int(hours * 12)
    swept = run_flow(market, SMOOTH_FORM).run.swept_usd
    bar += int(np.argmax(swept[bar:].sum(axis=(1, 2)) > 0))
    assert not knows_its_own_inflow(lambda one: run_flow(one, SMOOTH_FORM).run.swept_usd, market, bar)

    def leaky(one):
        # The inflow of each bar is told to the book a bar early.
        early = replace(one, volume=np.roll(one.volume, -1), open_interest=np.roll(one.open_interest, -1))
        return run_flow(early, SMOOTH_FORM).run.swept_usd

    assert knows_its_own_inflow(leaky, market, bar)


# ---------------------------------------------------------------- map at t scored on bar t


def knows_its_own_close(sweeps, profiles, drawdown, row):
    """Whether what an hour sweeps depends on the map at its own end."""
    usd = profiles[0].usd.copy()
    usd[row] *= 7.0
    return not np.array_equal(sweeps(profiles, drawdown)[row], sweeps([replace(profiles[0], usd=usd)], drawdown)[row])


def test_a_map_at_t_is_not_scored_on_bar_t(scored):
    market = cut_market(scored.market, slice(0, 1200))
    profiles = flow_profiles(run_flow(market, SMOOTH_FORM).classes)[:1]
    drawdown = build_baselines(market, candles_of(market)).drawdown
    row = 40 + int(np.argmax(drawdown[40:].min(axis=1)))
    for sweeps in (frozen_sweeps, stale_sweeps):
        assert not knows_its_own_close(sweeps, profiles, drawdown, row)
    assert knows_its_own_close(lambda *given: frozen_sweeps(*given, lag=-1), profiles, drawdown, row)


def test_profiles_are_of_the_past(scored):
    market = cut_market(scored.market, slice(0, 1200))
    (fast, _) = flow_profiles(run_flow(market, SMOOTH_FORM).classes)
    np.testing.assert_array_equal(fast.time_ms, market.open_time_ms[0] + HOUR_MS * np.arange(1, 101))
    np.testing.assert_array_equal(fast.close, market.close[11::12])
    other = changed(replace(scored, market=market, candles=candles_of(market)), int(fast.time_ms[60])).market
    (again, _) = flow_profiles(run_flow(other, SMOOTH_FORM).classes)
    # The axis that prices are read on reaches as far as the data does: the last digits may follow it.
    np.testing.assert_allclose(fast.usd[:61], again.usd[:61], rtol=1e-9, atol=1e-3)
    assert not np.allclose(fast.usd[61:], again.usd[61:])


# ---------------------------------------------------------------- anything fitted on the full history


def past_of(scored):
    """Every feature and tracked forecast of a trial before `T`, by name; controls that are drawn aside."""
    laid_out, model = build_scored_trial(scored, SMOOTH_FORM), load_smooth()
    causal = [name for name in laid_out.features if name not in ("other_seed", "price_only")]
    found = {name: first_hours(laid_out.features[name]) for name in causal}
    found |= {f"baseline {name}": first_hours(one) for name, one in laid_out.baselines.features.items()}
    for name in (FLOW, "b1y", "b0"):
        expected = forecast(laid_out, name, model.weights[name])
        found[f"tracked {name}"] = first_hours(trial.tracked(laid_out, expected))
    return found


def differing(left, right):
    return {name for name in left if not np.array_equal(left[name], right[name])}


def test_the_past_does_not_know_the_future(scored):
    assert not differing(past_of(scored), past_of(changed(scored, T)))


def test_the_trap_catches_a_scale_of_the_full_history(scored, monkeypatch):
    def full(expected, realised, _):
        return np.full(len(expected), np.nansum(realised) / np.nansum(expected))

    monkeypatch.setattr(trial, "track_scale", full)
    found = differing(past_of(scored), past_of(changed(scored, T, what=("labels",))))
    assert found == {"tracked flow", "tracked b1y", "tracked b0"}


def test_the_trap_catches_baselines_of_the_full_history(scored, monkeypatch):
    before = baselines_module._mean_before

    def leaky(values, window):
        return np.full(values.size, values.mean()) if window == 720 * 12 else before(values, window)

    monkeypatch.setattr(baselines_module, "_mean_before", leaky)
    found = differing(past_of(scored), past_of(changed(scored, T)))
    assert {"baseline b1v", "baseline b1r", "baseline b1y"} <= found and "baseline b1s" not in found


def test_the_trap_catches_tracking_of_the_own_row(scored, monkeypatch):
    def early(expected, realised, interval_ms=HOUR_MS):
        return np.roll(track_scale(expected, realised, interval_ms), -1)

    monkeypatch.setattr(trial, "track_scale", early)
    found = differing(past_of(scored), past_of(changed(scored, T - HOUR_MS, what=("labels",))))
    assert "tracked flow" in found


def walked(scored, monkeypatch):
    """Tracked forecasts and hashes of a walk-forward, before `T` and frozen before it."""
    monkeypatch.setattr(walk_forward, "describe_forecasts", lambda _, forecasts, __: {"all": forecasts, "variants": {}})
    report = walk_forward.walk_forward(scored, start_ms=day(18), refit_days=1)
    hashes = [fold["hash"] for fold in report["folds"] if fold["test_start_ms"] <= T]
    return {name: first_hours(one) for name, one in report["all"].items() if name != "price_only"}, hashes


def test_walk_forward_does_not_know_the_future(scored, monkeypatch):
    (left, hashes), (right, others) = (walked(one, monkeypatch) for one in (scored, changed(scored, T)))
    # The permutation and the mean volume of two controls change with the length and level of the data, no map's.
    assert differing(left, right) <= {"other_seed"}
    assert len(hashes) == 2
    own = [load for load in hashes if load in others]
    assert len(own) in (0, 2)


def test_walk_forward_folds_do_not_overlap(scored):
    report = walk_forward.walk_forward(scored, start_ms=day(18), refit_days=2)
    for fold in report["folds"]:
        assert fold["train_end_ms"] <= fold["test_start_ms"] < fold["test_end_ms"]
        assert fold["train_start_ms"] >= START_MS + trial.BURN_IN_MS
    assert len({fold["hash"] for fold in report["folds"]}) == len(report["folds"]) == 3
    # None was given: another form of our own model is a variant, never a rival.
    assert (report["rivals"], list(report["variants"])) == ({}, ["price_only", "free_tier_weights"])


def test_the_trap_catches_a_fit_on_the_test_days(scored, monkeypatch):
    monkeypatch.setattr(
        walk_forward, "fit_model", lambda laid, name, form, start, _: fit_model(laid, name, form, start, day(24))
    )
    left, right = (walked(one, monkeypatch)[0] for one in (scored, changed(scored, T, what=("labels",))))
    assert {FLOW, "b1y", "static"} <= differing(left, right)


def test_weights_know_their_window_alone(scored):
    left = fit_model(build_scored_trial(scored, SMOOTH_FORM), "one", SMOOTH_FORM, day(4), day(19))
    right = fit_model(build_scored_trial(changed(scored, T), SMOOTH_FORM), "one", SMOOTH_FORM, day(4), day(19))
    for name in (FLOW, "b0", "b1", "b1s", "b1v", "b1r", "b1y", "static", "side_swapped", "stale_24h"):
        np.testing.assert_array_equal(left.weights[name].map_weights, right.weights[name].map_weights)
        np.testing.assert_array_equal(left.weights[name].background_weights, right.weights[name].background_weights)


# ---------------------------------------------------------------- open interest before its publication, across t


def hourly_interest(market):
    """One stamp an hour, on the hour."""
    return OpenInterest(market.open_time_ms[11::12] + market.interval_ms, market.open_interest[11::12].copy())


def interest_of_bars(market, open_interest):
    held, notes = sources.hold_stamps(open_interest, candles_of(market))
    aligned = align_market(candles_of(market), held, contract=Contract(market.venue, market.symbol))
    return aligned.open_time_ms + market.interval_ms, aligned.open_interest, notes


def knows_a_later_stamp(market):
    stamps = hourly_interest(market)
    times, left, _ = interest_of_bars(market, stamps)
    later = replace(stamps, quantity=np.where(stamps.time_ms > stamps.time_ms[8], 2.0, 1.0) * stamps.quantity)
    _, right, _ = interest_of_bars(market, later)
    before = times < stamps.time_ms[9]
    return not np.array_equal(left[before], right[before])


def test_open_interest_is_not_used_before_its_stamp(scored, monkeypatch):
    market = cut_market(scored.market, slice(0, 240))
    assert not knows_a_later_stamp(market)
    _, found, notes = interest_of_bars(market, hourly_interest(market))
    np.testing.assert_array_equal(found[:12], market.open_interest[11])
    assert "stays at its last stamp in 209 bars" in notes[0]
    monkeypatch.setattr(sources, "hold_stamps", lambda open_interest, _: (open_interest, ()))
    assert knows_a_later_stamp(market)


def test_stamps_on_every_close_are_taken_as_they_are(scored):
    market = cut_market(scored.market, slice(0, 240))
    stamps = OpenInterest(market.open_time_ms + market.interval_ms, market.open_interest)
    held, notes = sources.hold_stamps(stamps, candles_of(market))
    assert held is stamps and notes == ()


# ---------------------------------------------------------------- klines of an unclosed bar


def test_hours_that_have_not_closed_are_not_scored(scored, monkeypatch):
    market = cut_market(scored.market, slice(7, 24 * 288 - 5))
    laid_out = build_scored_trial(replace(scored, market=market), SMOOTH_FORM)
    assert laid_out.start_ms[0] == START_MS + HOUR_MS and laid_out.start_ms[-1] == day(24) - 2 * HOUR_MS
    assert laid_out.is_usable[-1]
    # The trap: with the open hour left in, half a bar's range would be held against a whole hour's liquidations.
    monkeypatch.setattr(MarketHistory, "whole_intervals", lambda *_: slice(None))
    with pytest.raises(InputError, match="whole intervals"):
        build_scored_trial(replace(scored, market=market), SMOOTH_FORM)
    monkeypatch.undo()
    assert laid_out.start_ms[laid_out.is_usable][0] == START_MS + HOUR_MS + trial.BURN_IN_MS


# ---------------------------------------------------------------- retro-filled liquidation data


def test_zeros_that_vendors_write_for_missing_hours_are_no_labels():
    times, usd, coins = totals_of()
    usd = usd.copy()
    usd[100:103] = 0.0
    usd[200:224, 0] = 0.0
    usd[300:323, 0] = 0.0
    labels = build_labels([LiquidationTotals(times, HOUR_MS, *usd.T, *coins.T, venues="")])
    missing = np.flatnonzero(~np.isfinite(labels.usd).all(axis=1))
    assert missing.tolist() == [*range(100, 103), *range(200, 224)]
    assert "3 intervals with nothing on either side" in labels.notes[1]
    assert "24 intervals of days with one side exactly zero" in labels.notes[2]


def test_hours_filled_later_change_no_earlier_forecast():
    expected = np.abs(np.random.default_rng(0).normal(5, 1, (400, 2)))
    realised = expected * 1.5
    late = realised.copy()
    late[250:260] = np.nan
    left, right = track_scale(expected, realised), track_scale(expected, late)
    np.testing.assert_array_equal(left[:251], right[:251])
    assert np.all(np.isfinite(right))


# ---------------------------------------------------------------- dropping days


def test_a_rival_that_says_nothing_loses_no_day(scored):
    market = scored.market
    silent = np.random.default_rng(1).lognormal(10, 1, (market.n_bars, 2, 1))
    silent[10 * 288 : 12 * 288] = np.nan
    silent[288 * 20 :] = np.nan
    alone = build_scored_trial(scored, SMOOTH_FORM)
    beside = build_scored_trial(scored, SMOOTH_FORM, rivals=(MapRun("silent", silent),))
    np.testing.assert_array_equal(alone.is_usable, beside.is_usable)
    assert np.isfinite(beside.features["silent"]).all()
    assert not beside.features["silent"][240:288].any()


def test_missing_hours_are_left_out_for_all_alike_and_said(scored):
    usd = scored.labels.usd.copy()
    usd[300:324] = np.nan
    report = load_and_score(replace(scored, labels=replace(scored.labels, usd=usd)))
    assert report["hours"] == 480 - 24
    (span,) = report["left_out"]
    hour = [(span[name] - START_MS) // HOUR_MS for name in ("start_ms", "end_ms")]
    assert (hour, span["reason"]) == ([300, 324], "liquidations or bars are missing")


# ---------------------------------------------------------------- re-tuning on the published window


def test_days_of_the_train_window_are_never_scored(scored):
    laid_out = build_scored_trial(scored, SMOOTH_FORM)
    model = fit_model(laid_out, "own", SMOOTH_FORM, day(4), day(20))
    report = score_model(laid_out, model)
    assert report["start_ms"] == day(20) and report["hours"] == 96
    assert report["model"]["hash"] == model.hash and report["model"]["transferred"] is False
    assert "16 days that the model was fitted on are left out" in report["notes"]
    assert report["left_out"][0] == {
        "start_ms": day(4), "end_ms": day(20), "reason": "the model was fitted on them"
    }  # fmt: skip


def test_days_before_the_train_window_are_said(scored):
    laid_out = build_scored_trial(scored, SMOOTH_FORM)
    report = score_model(laid_out, fit_model(laid_out, "own", SMOOTH_FORM, day(8), day(23)))
    assert report["notes"][1] == "4 days lie before those that the model was fitted on" and report["days"] == 5


def test_scoring_fits_nothing(scored):
    model = load_smooth()
    before = model.hash
    reports = [score_model(build_scored_trial(one, SMOOTH_FORM), model) for one in (scored, changed(scored, T))]
    assert model.hash == before == reports[0]["model"]["hash"] == reports[1]["model"]["hash"]
    assert reports[0]["events_usd"] != reports[1]["events_usd"]


# ---------------------------------------------------------------- survivorship


def test_a_market_that_dies_is_scored_to_its_last_hour(scored):
    interest = scored.market.open_interest.copy()
    interest[22 * 288 :] *= np.linspace(1.0, 0.0, interest.size - 22 * 288)
    report = load_and_score(replace(scored, market=replace(scored.market, open_interest=interest)))
    assert report["end_ms"] == day(24) and report["days"] == 20


# ---------------------------------------------------------------- long bars


def test_long_bars_do_not_sweep_their_own_volume(scored):
    hourly = sources.resample_scored(scored, HOUR_MS).market
    market = cut_market(hourly, slice(0, 200))
    assert steps_of(market) > 1
    assert not knows_its_own_inflow(lambda one: run_flow(one, SMOOTH_FORM).run.swept_usd, market, 150)


def test_long_bars_do_not_know_later_bars(scored):
    hourly = sources.resample_scored(scored, HOUR_MS)
    left, right = (build_scored_trial(one, SMOOTH_FORM) for one in (hourly, changed(hourly, T)))
    for name in (FLOW, "stale_24h", "side_swapped"):
        np.testing.assert_array_equal(first_hours(left.features[name]), first_hours(right.features[name]))
    assert DAY_MS % hourly.market.interval_ms == 0
