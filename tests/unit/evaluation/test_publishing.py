"""From a market to a frozen forecast, and from the log to what came of it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from liqheat.accuracy.forecast_format import LATE_AFTER_MS
from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.accuracy.presets import FLOW_FORM, CalibratedModel, Provenance
from liqheat.book.mapping import cut_bars
from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat.evaluation import publishing
from liqheat.evaluation.forecast_models import RANGE, ForecastMap, ForecastModel, flow_model, held_model
from liqheat.evaluation.maps import run_flow
from liqheat.evaluation.publishing import (
    make_forecast,
    publish,
    retry_until_late,
    score_log,
    swept_usd,
    wait_for_hours,
)
from liqheat.records import Anchor, LiquidationLabels, MixtureWeights
from liqheat.units import HOUR_MS
from tests.conftest import make_market
from tests.unit.accuracy.forecast_cases import Clock

START_MS = 1_767_225_600_000
N_HOURS = 48
FIRST = 40
"""Hours published are FIRST .. N_HOURS - 1."""


def at(hour):
    return START_MS + hour * HOUR_MS


def flat_model(parameters='{"level": 1}'):
    """The same USD in each of 200 buckets around the last close, by side."""

    def draw(market, as_of_ms):
        assert market.end_ms == as_of_ms
        edges = market.close[-1] * np.exp(np.linspace(-0.1, 0.1, 201))
        below = edges[1:] <= market.close[-1]
        return ForecastMap(edges, np.where([below, ~below], 1000.0, 0.0), 2.0)

    return ForecastModel("flat", "1", parameters, "flow", draw)


def calibrated_model():
    weights = MixtureWeights(np.array([[0.2, 0.05], [0.3, 0.01]]), np.zeros((2, 0)), np.zeros(2))
    fitted = Provenance("BTC/USDT:USDT", "binanceusdm", 0, 1, 1, 1.0, ("made up for a test",))
    return CalibratedModel("test", FLOW_FORM, fitted, {"flow": weights})


@pytest.fixture(scope="module")
def market():
    return make_market(N_HOURS * 12)


@pytest.fixture
def labels():
    dice = np.random.default_rng(0)
    return LiquidationLabels(HOUR_MS, START_MS + np.arange(N_HOURS) * HOUR_MS, dice.lognormal(12, 1, (N_HOURS, 2)))


@pytest.fixture
def log(market, tmp_path):
    return publish_hours(market, tmp_path / "log")


def publish_hours(market, folder, model=None):
    clock = Clock()
    opened = ForecastLog(folder, clock)
    for hour in range(FIRST, N_HOURS):
        clock.now_ms = at(hour) + 20_000 + (LATE_AFTER_MS if hour == FIRST + 3 else 0)
        publish(opened, make_forecast(market, model or flat_model(), clock.now_ms), model or flat_model())
    return opened


def shaken(market, first, end=None):
    """The market with other numbers from bar `first` to `end`."""
    change = np.ones(market.n_bars)
    change[first:end] = 1.01
    names = ("open", "high", "low", "close", "mark_low", "mark_high", "volume", "open_interest")
    return replace(market, **{name: getattr(market, name) * change for name in names})


@pytest.mark.parametrize(
    "model", [flat_model(), held_model(), flow_model(calibrated_model())], ids=lambda model: model.name
)
def test_a_forecast_knows_nothing_of_its_hour(market, model):
    now_ms = at(FIRST) + 20_000
    forecast = make_forecast(market, model, now_ms)
    assert (forecast.hour_ms, forecast.market_end_ms) == (at(FIRST), at(FIRST))
    assert (forecast.symbol, forecast.venue, forecast.parameters_hash) == (
        market.symbol,
        market.venue,
        model.parameters_hash,
    )
    for other in (shaken(market, FIRST * 12), cut_bars(market, 0, FIRST * 12)):
        again = make_forecast(other, model, now_ms)
        np.testing.assert_array_equal(again.usd, forecast.usd)
        np.testing.assert_array_equal(again.price_edges, forecast.price_edges)
    assert forecast.usd.sum() > 0


def test_the_held_map_stands_on_the_right_sides(market):
    forecast = make_forecast(market, held_model(), at(FIRST))
    close = market.close[FIRST * 12 - 1]
    middles = np.sqrt(forecast.price_edges[1:] * forecast.price_edges[:-1])
    assert forecast.quantity == "held"
    assert (forecast.usd[0] @ (middles > close * 1.01)) == 0 == (forecast.usd[1] @ (middles < close * 0.99))
    assert (forecast.usd.sum(axis=1) > 0).all()
    assert json.loads(held_model().parameters)["quantity"] == "held"


def test_the_flow_map_says_what_the_next_bar_sweeps():
    """The map frozen at a close, swept by the next bar, is what the calibrated model expects of that bar."""
    wild = make_market(N_HOURS * 12, volatility=0.006)
    model = calibrated_model()
    weights = model.weights["flow"].map_weights
    expected = (run_flow(wild, model.form).run.swept_usd * weights).sum(axis=2)
    bars = np.arange(20, N_HOURS, 2) * 12
    for bar in bars:
        forecast = make_forecast(wild, flow_model(model), at(bar // 12))
        assert (forecast.scale, forecast.quantity, forecast.parameters_hash) == (1.0, "flow", model.hash)
        swept = swept_usd(forecast.price_edges, forecast.usd, wild.mark_low[bar], wild.mark_high[bar])
        # Buckets of 10 bp are cut at the extremes; the book sweeps whole ones of 5 bp.
        np.testing.assert_allclose(swept, expected[bar], rtol=0.1, atol=5e5 / 3)
    assert np.count_nonzero(expected[bars] > 5e5) > 8


def test_a_frozen_map_reaches_farther_than_an_hour_moves(market):
    for model in (held_model(), flow_model(calibrated_model())):
        forecast = make_forecast(market, model, at(FIRST))
        close = market.close[FIRST * 12 - 1]
        assert forecast.price_edges[0] <= close * (1 - RANGE) and forecast.price_edges[-1] >= close * (1 + RANGE)


def test_an_old_market_is_refused(market):
    end_ms = market.end_ms
    assert make_forecast(market, flat_model(), end_ms + HOUR_MS).market_end_ms == end_ms
    for now_ms in (end_ms + 2 * HOUR_MS, START_MS - 1):
        with pytest.raises(NoDataError, match="market"):
            make_forecast(market, flat_model(), now_ms)


def test_other_parameters_begin_another_series(market, tmp_path):
    clock = Clock(at(FIRST))
    log = ForecastLog(tmp_path, clock)
    one, two = flat_model(), flat_model('{"level": 2}')
    first = publish(log, make_forecast(market, one, clock.now_ms), one)
    clock.now_ms = at(FIRST + 1)
    second = publish(log, make_forecast(market, one, clock.now_ms), one)
    clock.now_ms = at(FIRST + 2)
    third = publish(log, make_forecast(market, two, clock.now_ms), two)
    assert first.label == second.label != third.label
    assert one.parameters_hash[:12] in first.label
    clock.now_ms = at(FIRST + 3)
    assert publish(log, make_forecast(market, two, clock.now_ms), two, "mine").label == "mine"
    clock.now_ms = at(FIRST + 4)
    before = log.path.read_bytes()
    with pytest.raises(InputError, match="series"):
        publish(log, make_forecast(market, one, clock.now_ms), one, "mine")
    assert log.path.read_bytes() == before
    assert log.verify().is_sound


def test_what_a_path_takes_out():
    edges = np.array([90.0, 95, 100, 105, 110])
    usd = np.array([[4.0, 2, 0, 0], [0, 0, 3, 5]])
    np.testing.assert_allclose(swept_usd(edges, usd, 100, 100), [0, 0], atol=1e-12)
    np.testing.assert_allclose(swept_usd(edges, usd, 95, 105), [2, 3])
    np.testing.assert_allclose(swept_usd(edges, usd, 1, 1000), [6, 8])
    half = np.sqrt(90 * 95), np.sqrt(105 * 110)
    np.testing.assert_allclose(swept_usd(edges, usd, *half), [4, 5.5])


def test_logged_hours_beside_what_happened(log, market, labels):
    rows = score_log(log, market, labels)
    hours = np.arange(FIRST, N_HOURS)
    np.testing.assert_array_equal(rows.hour_ms, START_MS + hours * HOUR_MS)
    np.testing.assert_array_equal(rows.realised_usd, labels.usd[FIRST:])
    assert rows.is_late.tolist() == [hour == FIRST + 3 for hour in hours]
    assert rows.is_scored.sum() == hours.size - 1
    assert rows.issue_delay_ms[0] == 20_000
    for row, hour in zip(rows.expected_usd, hours, strict=True):
        bars = slice(hour * 12, hour * 12 + 12)
        close = market.close[hour * 12 - 1]
        # 1000 USD for each thousandth of log price that the path reached.
        down = max(0.0, np.log(close / market.mark_low[bars].min())) * 1e6
        up = max(0.0, np.log(market.mark_high[bars].max() / close)) * 1e6
        np.testing.assert_allclose(row, [min(down, 1e5), min(up, 1e5)], rtol=1e-6, atol=1)


def test_scoring_reads_the_log_and_later_events_only(log, market, labels):
    rows = score_log(log, market, labels)
    before = shaken(market, 0, FIRST * 12)
    known = LiquidationLabels(HOUR_MS, labels.start_ms, labels.usd.copy())
    known.usd[:FIRST] = 1e12
    again = score_log(log, before, known)
    np.testing.assert_array_equal(again.expected_usd, rows.expected_usd)
    np.testing.assert_array_equal(again.realised_usd, rows.realised_usd)
    alone = score_log(log, cut_bars(market, FIRST * 12, (N_HOURS - FIRST) * 12), labels)
    np.testing.assert_array_equal(alone.expected_usd, rows.expected_usd)


def test_what_is_missing_is_not_scored(log, market, labels):
    short = cut_bars(market, 0, market.n_bars - 6)
    assert np.isnan(score_log(log, short, labels).expected_usd[-1]).all()
    labels.usd[FIRST + 1, 0] = np.nan
    rows = score_log(log, short, replace(labels, start_ms=labels.start_ms[:-2], usd=labels.usd[:-2]))
    assert rows.is_scored.tolist() == [True, False, True, False, True, True, False, False]


def test_finer_labels_are_summed(log, market, labels):
    halves = LiquidationLabels(
        HOUR_MS // 2, START_MS + np.arange(2 * N_HOURS) * (HOUR_MS // 2), np.repeat(labels.usd / 2, 2, axis=0)
    )
    np.testing.assert_allclose(score_log(log, market, halves).realised_usd, score_log(log, market, labels).realised_usd)
    with pytest.raises(InputError, match="labels"):
        score_log(log, market, replace(labels, interval_ms=4 * HOUR_MS))


def test_a_changed_log_is_not_scored(log, market, labels):
    with pytest.raises(FileFormatError, match="anchor"):
        score_log(log, market, labels, anchors=[Anchor(0, 3, "0" * 64)])
    with pytest.raises(NoDataError, match="contract"):
        score_log(log, replace(market, venue="bybit"), labels)
    data = bytearray(log.path.read_bytes())
    data[-50] ^= 4
    log.path.write_bytes(data)
    with pytest.raises(FileFormatError, match="damaged"):
        score_log(log, market, labels)


class Waiting:
    """An event whose waiting moves a clock."""

    def __init__(self, now_s, stop_s):
        self.now_s, self.stop_s = now_s, stop_s

    def __call__(self):
        return self.now_s

    def is_set(self):
        return self.now_s >= self.stop_s

    def wait(self, seconds):
        self.now_s += seconds
        return self.is_set()


def test_each_hour_once():
    start_s = START_MS / 1000
    told = Waiting(start_s + 1000, start_s + 4 * 3600)
    hours = []
    for hour_ms in wait_for_hours(told, 30, clock=told):
        assert 30 <= told.now_s - hour_ms / 1000 < 31
        hours.append((hour_ms - START_MS) // HOUR_MS)
    assert hours == [1, 2, 3]
    told = Waiting(start_s + 5, start_s + 3700)
    assert list(wait_for_hours(told, 30, START_MS - HOUR_MS, clock=told)) == [START_MS, at(1)]
    told = Waiting(start_s + 5, start_s + 3700)
    assert list(wait_for_hours(told, 30, START_MS, clock=told)) == [at(1)]
    # A machine that slept through two hours goes on with the present one.
    told = Waiting(start_s + 3600 + 1000, start_s + 9 * 3600)
    sleeping = wait_for_hours(told, 30, clock=told)
    assert next(sleeping) == at(2)
    told.now_s = start_s + 5.5 * 3600
    assert next(sleeping) == at(5)
    assert next(sleeping) == at(6)


def test_bars_that_come_late_are_waited_for():
    told = Waiting(START_MS / 1000 + 30, START_MS / 1000 + 4000)
    errors = []
    answers = iter([NoDataError("market", "rule", 1), NoDataError("market", "rule", 2), "published"])

    def attempt():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert retry_until_late(attempt, START_MS, told, errors.append, clock=told) == "published"
    assert len(errors) == 2

    def never():
        raise NoDataError("market", "rule", 0)

    assert retry_until_late(never, START_MS, told, errors.append, clock=told) is None
    assert told.now_s * 1000 <= START_MS + LATE_AFTER_MS
    stopped = threading.Event()
    stopped.set()
    assert retry_until_late(never, START_MS, stopped, errors.append, clock=told) is None
    assert publishing.RETRY_S < LATE_AFTER_MS / 1000
