"""Daily refits with a clock of our own: what is fitted when, on what, and what stays when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from liqheat.flow import refit
from liqheat.flow.estimate import estimate_flow
from liqheat.flow.parameters import load_model
from liqheat.flow.refit import DailyRefit, fit_day
from liqheat.heatmap import describe_model
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.records.accuracy import LiquidationLabels
from liqheat.simulator.published import find_simulated
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def last_day_ms(market):
    return market.end_ms // DAY_MS * DAY_MS


class Clock:
    def __init__(self, time_ms):
        self.time_ms = time_ms

    def __call__(self):
        return self.time_ms


def make_refit(market, clock, said=None, find=find_simulated, folder=None):
    shown = market.until(clock.time_ms)
    tell = said.append if said is not None else None
    return DailyRefit(lambda: [shown], find, clock_ms=clock, tell=tell, folder=folder), shown


def test_the_day_is_fitted_on_what_was_before_it(market, last_day_ms):
    clock = Clock(last_day_ms + 5 * MINUTE_MS)
    daily, shown = make_refit(market, clock)
    assert daily.find_model(shown) == (None, "")
    daily.tick()
    model, reason = daily.find_model(shown)
    assert reason == "" and model.fitted.end_ms == last_day_ms and model.fitted.start_ms == last_day_ms - 20 * DAY_MS
    assert model.laws["24h"].ensemble.shape == (24, 2, 2) and 0 <= model.support.min() <= model.support.max() <= 1
    # Events and bars of the day itself change nothing: the hash is frozen before it.
    clock.time_ms = last_day_ms + 20 * HOUR_MS
    later, whole = make_refit(market, clock)
    later.tick()
    assert later.find_model(whole)[0].hash == model.hash
    flow = estimate_flow(shown, model)
    assert describe_model(flow)["model"]["age_days"] < 0.01 and describe_model(flow)["model"]["warning"] is None


def test_each_day_once_at_midnight(market, last_day_ms, monkeypatch):
    calls = []
    monkeypatch.setattr(refit, "fit_day", lambda *given: calls.append(given[2]) or fit_day(*given))
    clock, said = Clock(last_day_ms - DAY_MS + 7 * HOUR_MS), []
    daily, _ = make_refit(market, clock, said)
    for hours in (0, 1, 8):
        clock.time_ms += hours * HOUR_MS
        daily.tick()
    assert calls == [last_day_ms - DAY_MS] and len(said) == 1
    # Midnight has passed, but the last bar before it has not come yet.
    clock.time_ms = last_day_ms + MINUTE_MS
    daily.tick()
    assert len(calls) == 1
    clock.time_ms = last_day_ms + 31 * MINUTE_MS
    daily.tick()
    daily.tick()
    assert calls == [last_day_ms - DAY_MS, last_day_ms]


def test_too_few_days_keep_the_shipped_parameters(market):
    first = market.open_time_ms[0] // DAY_MS * DAY_MS
    clock = Clock(int(first) + 10 * DAY_MS + HOUR_MS)
    daily, shown = make_refit(market, clock)
    daily.tick()
    model, reason = daily.find_model(shown)
    assert model is None and "at least 14 are needed" in reason and reason.startswith("shipped parameters stay")


def test_a_thinned_stream_is_not_fitted_on(market, last_day_ms):
    def thinned(*place):
        return [replace(batch, capture="largest per second") for batch in find_simulated(*place)]

    daily, shown = make_refit(market, Clock(last_day_ms + HOUR_MS), find=thinned)
    daily.tick()
    model, reason = daily.find_model(shown)
    assert model is None and "no stream of liquidations is stored" in reason


def test_a_fit_that_gains_nothing_keeps_the_last_good_set(market, last_day_ms, monkeypatch):
    clock = Clock(last_day_ms - DAY_MS + HOUR_MS)
    daily, shown = make_refit(market, clock)
    daily.tick()
    good, _ = daily.find_model(shown)
    monkeypatch.setattr(refit, "_fit", lambda *_: (replace(good, name="worse"), 0.0))
    clock.time_ms = last_day_ms + HOUR_MS
    daily.tick()
    model, reason = daily.find_model(shown)
    assert model.hash == good.hash and "gains nothing" in reason
    # And its age goes on: three days later it is warned of.
    late = estimate_flow(shown, good)
    old = replace(late.calibration.model, fitted_end_ms=shown.end_ms - 4 * DAY_MS)
    told = describe_model(replace(late, calibration=replace(late.calibration, model=old)))
    assert told["model"]["warning"] == "model is 4 days old"


def test_what_was_missing_is_looked_for_again(market, last_day_ms):
    clock, said, batches = Clock(last_day_ms + HOUR_MS), [], []
    daily, shown = make_refit(market, clock, said, find=lambda *place: find_simulated(*place) if batches else [])
    daily.tick()
    assert daily.find_model(shown)[0] is None and len(said) == 1
    batches.append("backfilled")
    clock.time_ms += MINUTE_MS
    daily.tick()
    assert daily.find_model(shown)[0] is None
    clock.time_ms += 10 * MINUTE_MS
    daily.tick()
    model, reason = daily.find_model(shown)
    assert reason == "" and model.fitted.end_ms == last_day_ms and len(said) == 2


def test_a_store_that_fails_does_not_end_the_map(market, last_day_ms):
    def broken(*_):
        raise RuntimeError("the disk is gone")

    said = []
    daily, shown = make_refit(market, Clock(last_day_ms + HOUR_MS), said, find=broken)
    daily.tick()
    assert daily.find_model(shown)[0] is None and "the disk is gone" in daily.find_model(shown)[1] and said


def test_a_server_that_starts_again_has_its_last_good_set(market, last_day_ms, tmp_path):
    daily, shown = make_refit(market, Clock(last_day_ms + HOUR_MS), folder=tmp_path / "models")
    daily.tick()
    good, _ = daily.find_model(shown)
    (days,) = (tmp_path / "models").iterdir()
    (kept,) = days.iterdir()
    assert load_model(kept).hash == good.hash
    # One file a day: what was forecast on it can be made again.
    assert kept.stem == datetime.fromtimestamp(last_day_ms / 1000, UTC).strftime("%Y-%m-%d")
    older, shown = make_refit(market, Clock(last_day_ms - 23 * HOUR_MS), folder=tmp_path / "models")
    older.tick()
    assert sorted(days.iterdir())[-1] == kept and len(list(days.iterdir())) == 2
    again, shown = make_refit(market, Clock(last_day_ms + HOUR_MS), find=lambda *_: [], folder=tmp_path / "models")
    again.tick()
    model, reason = again.find_model(shown)
    assert model.hash == good.hash and reason.startswith("parameters up to")
    kept.write_text(kept.read_text().replace("0", "1", 3))
    said = []
    broken, shown = make_refit(market, Clock(last_day_ms + HOUR_MS), said, lambda *_: [], tmp_path / "models")
    broken.tick()
    # The newest file is damaged: the day before's is the last good one.
    assert broken.find_model(shown)[0].fitted.end_ms == last_day_ms - DAY_MS
    assert any("not used" in text for text in said)


def test_labels_are_cut_at_the_day(market, last_day_ms):
    hours = last_day_ms + HOUR_MS * np.arange(-20 * 24, 24)
    usd = np.random.default_rng(1).gamma(0.5, 1e6, (hours.size, 2)) + 1.0
    labels = LiquidationLabels(HOUR_MS, hours, usd)
    changed = replace(labels, usd=np.where((hours < last_day_ms)[:, None], usd, 1e12))
    one, other = (fit_day(market, told, last_day_ms) for told in (labels, changed))
    assert one.model is not None or "gains nothing" in one.reason
    assert (one.model and one.model.hash) == (other.model and other.model.hash) and one.reason == other.reason
