"""The score as JSON: its keys, its cautions, and figures that the data do not determine."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from liqheat.errors import InputError, NoDataError
from liqheat.flow.background import BASELINES
from liqheat.flow.train import FLOW, fit_model, forecast, tracked
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.rivals.maps import RIVALS, run_rivals
from liqheat_lab.scores import walk_forward as walking
from liqheat_lab.scores.score import load_and_score, score_model
from liqheat_lab.scores.sources import load_scored_market, resample_scored
from liqheat_lab.scores.trial import CONTROLS, build_scored_trial
from liqheat_lab.smooth import SMOOTH_FORM, load_smooth
from tests.support.scored_markets import (
    SCORE_KEYS,
    START_MS,
    SYMBOL,
    cut_market,
    day,
    scored_market,
    strict_json,
    write_folder,
)

GAIN = {"nats", "low", "high"}
VALUE = {"value", "low", "high"}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return load_and_score(load_scored_market(write_folder(tmp_path_factory.mktemp("f") / "d"), SYMBOL))


def test_the_keys_that_are_promised(report):
    assert set(report) >= SCORE_KEYS
    assert tuple(report["information_gain"]) == BASELINES == ("b0", "b1", "b1s", "b1v", "b1r", "b1y", "static")
    assert set(report["partial_spearman"]) == {"drawdown", "drawdown_b1r"}
    assert tuple(report["controls"]) == CONTROLS and tuple(report["rivals"]) == RIVALS
    assert set(report["variants"]) == {"price_only"}
    gains = [
        *report["variants"].values(),
        *report["information_gain"].values(),
        *report["controls"].values(),
        *report["rivals"].values(),
    ]
    assert all(set(one) == GAIN for one in [*gains, *report["information_gain_30m"].values()])
    ratio = report["calibration_ratio"]
    assert all(set(ratio[name]) == VALUE for name in ("all", "long", "short")) and len(ratio["reliability"]) == 10
    assert all(set(one) == VALUE for one in report["partial_spearman"].values())
    assert set(report["monthly"]) == set(ratio["by_month"]) == {"2026-06"}
    assert report["model"]["name"] == load_smooth().name and report["model"]["hash"] == load_smooth().hash
    assert report["model"]["age_days"] == pytest.approx((report["start_ms"] - load_smooth().fitted.end_ms) / DAY_MS)
    assert (report["days"], report["hours"], report["symbol"]) == (20, 480, SYMBOL)
    assert strict_json(json.dumps(report)) == json.loads(json.dumps(report))


def test_intervals_hold_their_figures(report):
    for one in report["information_gain"].values():
        assert one["low"] <= one["nats"] <= one["high"]


def test_figures_add_up(report):
    scored = scored_market()
    usd = scored.labels.usd[96:]
    assert report["events_usd"] == pytest.approx(usd.sum() + usd.size, rel=1e-9)
    assert report["start_ms"] == START_MS + 4 * DAY_MS and report["end_ms"] == day(24)
    shares = [report["by_move"][name]["share_of_usd"] for name in ("over_2_pct", "under_2_pct")]
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize("n_bars", [4 * 288 + 12, 4 * 288 + 24, 5 * 288])
def test_what_few_hours_do_not_determine_is_null(n_bars):
    scored = scored_market()
    found = load_and_score(replace(scored, market=cut_market(scored.market, slice(0, n_bars))))
    assert found["hours"] == (n_bars - 4 * 288) / 12
    assert found["diebold_mariano"]["b1y"] == {"statistic": None, "p_value": None}
    text = json.dumps(found, allow_nan=False)
    assert strict_json(text)["by_move"]["over_2_pct"]["nats"] is None
    assert any(note.startswith("only 1 days") for note in found["notes"])


def test_bars_shorter_than_the_burn_in():
    scored = scored_market()
    with pytest.raises(NoDataError, match="after 4 days of open interest; found BTC"):
        load_and_score(replace(scored, market=cut_market(scored.market, slice(0, 4 * 288))))


def test_a_day_of_a_dead_feed_is_left_out_for_all_alike():
    scored = scored_market()
    rivals = run_rivals(scored.market)
    usd = scored.labels.usd.copy()
    usd[240:264] = np.nan
    holed = build_scored_trial(replace(scored, labels=replace(scored.labels, usd=usd)), SMOOTH_FORM, rivals=rivals)
    found = score_model(holed, load_smooth())
    assert found["left_out"] == [
        {"start_ms": day(10), "end_ms": day(11), "reason": "liquidations or bars are missing"}
    ]  # fmt: skip
    assert found["days"] == 19
    # Every gain is over the same 456 hours: the sum over baselines of one row set.
    rows = holed.is_usable
    weights = load_smooth().weights
    flow = tracked(holed, forecast(holed, FLOW, weights[FLOW]))[rows]
    for name in ("b0", "b1y", "static"):
        other = tracked(holed, forecast(holed, name, weights[name]))[rows]
        gain = (holed.usd[rows] * np.log(flow / other) - (flow - other)).sum() / holed.usd[rows].sum()
        assert found["information_gain"][name]["nats"] == pytest.approx(gain, rel=1e-9)


def test_whales_are_said():
    scored = scored_market()
    small = load_and_score(scored)
    assert not any("few large holders" in note for note in small["notes"])
    usd = scored.labels.usd.copy()
    usd[300, 0] = usd.sum()
    found = load_and_score(replace(scored, labels=replace(scored.labels, usd=usd)))
    (note,) = [note for note in found["notes"] if "few large holders" in note]
    assert "the ceiling of any map is low" in note
    thin = replace(scored.market, open_interest=scored.market.open_interest / 10)
    assert any("few large holders" in note for note in load_and_score(replace(scored, market=thin))["notes"])


def test_another_coin_is_transferred():
    scored = scored_market()
    eth = replace(scored, market=replace(scored.market, symbol="ETH/USDT:USDT"))
    found = load_and_score(eth)
    assert found["model"]["transferred"] is True
    assert found["information_gain"] == load_and_score(scored)["information_gain"]


def test_the_same_input_gives_the_same_report(report, tmp_path):
    assert load_and_score(load_scored_market(write_folder(tmp_path / "d"), SYMBOL)) == report


def test_parameters_that_lack_a_part_are_refused():
    laid_out, model = build_scored_trial(scored_market(), SMOOTH_FORM), load_smooth()
    poor = replace(model, weights={name: one for name, one in model.weights.items() if name != "b1r"})
    with pytest.raises(InputError, match=r"model: must hold weights of flow, b1y, b1r; found .* lacks b1r"):
        score_model(laid_out, poor)
    swapped = replace(model, weights=dict(model.weights) | {"b1y": model.weights["b1r"]})
    with pytest.raises(InputError, match="as many columns as the weights"):
        score_model(laid_out, swapped)


def test_bars_of_other_lengths():
    scored = scored_market()
    hourly = load_and_score(resample_scored(scored, HOUR_MS))
    assert hourly["model"]["name"].endswith("-1h") and hourly["information_gain_30m"] is None
    with pytest.raises(InputError, match="must divide bars of 5, 15, 60 minutes"):
        load_and_score(resample_scored(scored, 4 * HOUR_MS))
    with pytest.raises(InputError, match="must be a multiple of the bars' 3600000 ms; found 300000"):
        load_and_score(resample_scored(scored, HOUR_MS), load_smooth())


def test_fitting_counts_its_hours():
    laid_out = build_scored_trial(scored_market(), SMOOTH_FORM)
    model = fit_model(laid_out, "own", SMOOTH_FORM, day(4), day(20))
    assert model.fitted.n_intervals == 16 * 24 and ((model.support > 0) & (model.support < 1)).any()


@pytest.mark.parametrize("days", [13, 1])
def test_a_train_window_that_is_too_short(days):
    laid_out = build_scored_trial(scored_market(), SMOOTH_FORM)
    with pytest.raises(InputError, match=f"train window: must hold at least 14 days .* found {days}.0 days"):
        fit_model(laid_out, "short", SMOOTH_FORM, day(4), day(4 + days))
    with pytest.raises(InputError, match="train window: must hold at least 14 days"):
        walking.walk_forward(scored_market(), start_ms=day(4 + days))


def test_walk_forward_needs_days():
    scored = scored_market()
    short = replace(scored, market=cut_market(scored.market, slice(0, 20 * 288)))
    with pytest.raises(InputError, match=r"21 days to train on after 4 days of burn-in, .* found 16"):
        walking.walk_forward(short)
    with pytest.raises(InputError, match="refit_days: must be at least 1; found 0"):
        walking.walk_forward(scored, refit_days=0)
    usd = scored.labels.usd.copy()
    usd[22 * 24 :] = np.nan
    silent = replace(scored, labels=replace(scored.labels, usd=usd))
    with pytest.raises(NoDataError, match="must be known in the days that are scored"):
        walking.walk_forward(silent, start_ms=day(22), end_ms=day(24))
