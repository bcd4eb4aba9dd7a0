"""Forecasts that are kept each hour: as they were made, once, and judged by what came."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import liqheat
from liqheat.collect import ForecastLog
from liqheat.errors import InputError, NoDataError, StoreError
from liqheat.flow import find_realised, forecasts_to_keep
from liqheat.flow.touches import LEVELS
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.simulator import find_simulated
from liqheat.store import HistoryStore, load_forecasts_of
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS
from liqheat_lab.scores.kept import load_and_score_kept, score_kept


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def flow(market):
    return liqheat.estimate_flow(market, realised=find_realised(market, find_simulated))


def same(one, other):
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))


def test_rows_are_the_touch_forecast(flow, market):
    kept = forecasts_to_keep(flow, market.end_ms, made_ms=market.end_ms + 5)
    assert kept.time_ms.size == 3 * 2 * LEVELS.size
    for horizon in ("4h", "24h", "72h"):
        own = kept.horizon == horizon
        found = liqheat.touch_forecast(flow, kept.level_price[own], horizon=horizon)
        np.testing.assert_array_equal(kept.on_the_way_usd[own], found.on_the_way_usd)
        np.testing.assert_array_equal(kept.on_the_way_low_usd[own], found.on_the_way_band_80[:, 0])
        for is_long in (True, False):
            side = own & (kept.is_long == is_long)
            # Slices one behind the other are the whole way.
            np.testing.assert_allclose(np.cumsum(kept.inside_usd[side]), kept.on_the_way_usd[side], rtol=1e-9)
            assert np.all((kept.level_price[side] < kept.reference_price[side]) == is_long)
    assert np.all(kept.made_ms == market.end_ms + 5) and np.all(kept.tracked)
    assert set(kept.model_hash.tolist()) == {flow.calibration.model.hash}
    with pytest.raises(InputError, match="expected liquidations"):
        forecasts_to_keep(liqheat.estimate_book(market), market.end_ms, made_ms=0)


def test_an_hour_is_kept_once_and_never_replaced(flow, market, tmp_path):
    history = HistoryStore(tmp_path / "store")
    asked = []

    def find_estimate(shown):
        asked.append(shown.end_ms)
        return flow

    clock = [market.end_ms + MINUTE_MS]
    log = ForecastLog(history, find_estimate, clock_ms=lambda: clock[0])
    for _ in range(3):
        log.on_market(market)
    assert len(asked) == 1
    kept = load_forecasts_of(history, market.venue, market.symbol)
    hour_ms = market.end_ms // HOUR_MS * HOUR_MS
    expected = forecasts_to_keep(flow, hour_ms, made_ms=clock[0])
    assert kept.time_ms.size == expected.time_ms.size
    assert np.all(kept.time_ms == hour_ms) and np.all(kept.made_ms == clock[0])
    assert kept.on_the_way_usd.sum() == pytest.approx(expected.on_the_way_usd.sum())
    # Another server at the same store, minutes later: what was promised first stands.
    clock[0] += 20 * MINUTE_MS
    ForecastLog(history, find_estimate, clock_ms=lambda: clock[0]).on_market(market)
    assert same(load_forecasts_of(history, market.venue, market.symbol), kept)
    assert history.verify() == []


def test_what_is_late_or_has_no_parameters_is_not_kept(flow, market, tmp_path):
    history = HistoryStore(tmp_path / "store")
    ForecastLog(history, lambda _: flow, clock_ms=lambda: market.end_ms + 3 * HOUR_MS).on_market(market)
    ForecastLog(history, lambda _: None, clock_ms=lambda: market.end_ms).on_market(market)
    assert load_forecasts_of(history, market.venue, market.symbol) is None


def test_a_store_that_takes_nothing_is_told_of_and_ends_nothing(flow, market, tmp_path, monkeypatch):
    def refuse(*_):
        raise StoreError("store", "must have room", "none")

    said = []
    history = HistoryStore(tmp_path / "store")
    log = ForecastLog(history, lambda _: flow, clock_ms=lambda: market.end_ms, tell=said.append)
    monkeypatch.setattr(history, "upsert", refuse)
    log.on_market(market)
    assert len(said) == 1 and "must have room" in said[0]


@pytest.fixture(scope="module")
def kept(market, flow):
    """Every sixth hour of four days."""
    parts = [
        forecasts_to_keep(flow, time_ms, made_ms=time_ms)
        for time_ms in range(market.end_ms - 6 * DAY_MS, market.end_ms - 2 * DAY_MS, 6 * HOUR_MS)
    ]
    return replace(
        parts[0],
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(parts[0])},
    )


def test_they_are_judged_by_what_came(kept, market):
    labels = find_realised(market, find_simulated)
    found = score_kept(kept, market.candles, labels)
    assert found["models"] == sorted(set(kept.model_hash.tolist()))
    day = found["horizons"]["24h"]
    assert day["touches"] > 20 and 0 <= day["band80_holds"] <= 1
    # By hand: dollars of the whole hours before a level was reached are the least, with that hour's the most.
    least = most = expected = 0.0
    touches = 0
    for row in np.flatnonzero(kept.horizon == "24h").tolist():
        ahead = (market.open_time_ms >= kept.time_ms[row]) & (market.open_time_ms < kept.time_ms[row] + DAY_MS)
        times = market.open_time_ms[ahead]
        past = (
            market.low[ahead] <= kept.level_price[row]
            if kept.is_long[row]
            else market.high[ahead] >= kept.level_price[row]
        )
        if not past.any():
            continue
        touched_hour = times[past][0] // HOUR_MS * HOUR_MS
        usd = labels.usd[:, 0 if kept.is_long[row] else 1]
        on_the_way = (labels.start_ms >= kept.time_ms[row]) & (labels.start_ms <= touched_hour)
        if not np.isfinite(labels.usd[on_the_way]).all():
            continue
        before = (labels.start_ms >= kept.time_ms[row]) & (labels.start_ms < touched_hour)
        least += usd[before].sum()
        most += usd[before].sum() + usd[labels.start_ms == touched_hour].sum()
        expected += kept.on_the_way_usd[row]
        touches += 1
    assert touches == day["touches"]
    assert least / expected <= day["realised_over_forecast"]["value"] <= most / expected


def test_a_horizon_that_has_not_passed_is_left_out(kept, market):
    labels = find_realised(market, find_simulated)
    last_ms = int(kept.time_ms[-1])
    known = market.until(last_ms + 5 * HOUR_MS).candles
    early = score_kept(kept, known, labels)
    assert early["horizons"]["4h"] == score_kept(kept, market.candles, labels)["horizons"]["4h"]
    assert early["horizons"]["24h"]["touches"] < score_kept(kept, market.candles, labels)["horizons"]["24h"]["touches"]


def test_an_empty_store_says_what_is_missing(tmp_path):
    with pytest.raises(NoDataError, match="forecasts"):
        load_and_score_kept(HistoryStore(tmp_path / "store"), "bybit", "BTC/USDT:USDT", "5m")
