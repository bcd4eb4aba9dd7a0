"""The embedded market's own parameters: fitted on its first 20 days alone, kept beside it, of no other market."""

from __future__ import annotations

import numpy as np
import pytest

import liqheat
from liqheat.collect import embedded, embedded_model, embedded_parameters
from liqheat.flow import find_realised, load_model
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.simulator import embedded_market, find_simulated, find_simulated_depth, is_embedded, published_depth
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


def test_it_is_drawn_by_parameters_of_its_own_first_days(market):
    model = embedded_model(market)
    first_ms = int(market.open_time_ms[0])
    assert (model.fitted.start_ms, model.fitted.end_ms) == (first_ms, first_ms + 20 * DAY_MS)
    assert model.fitted.venue == market.venue and model.transferred_to is None
    flow = liqheat.estimate_flow(market, model, realised=find_realised(market, find_simulated))
    assert flow.status == "calibrated" and flow.calibration.model.hash == model.hash
    assert flow.calibration.is_tracked[-1] and not flow.calibration.model.transferred
    assert liqheat.touch_forecast(flow, [market.close[-1] * 0.98]).in_sample is False
    early = liqheat.touch_forecast(flow, as_of_ms=first_ms + 10 * DAY_MS)
    assert early.in_sample is True
    assert early.of_venues == ("simulated",)
    # Opened as a market it brings them along.
    opened = liqheat.open_market(SIMULATOR)
    assert opened.parameters == embedded_parameters(market)
    same = liqheat.estimate_flow(opened)
    assert same.calibration.model.hash == model.hash
    np.testing.assert_array_equal(same.calibration.scale, flow.calibration.scale)


def test_a_short_piece_and_another_market_have_none(market):
    short = market.until(int(market.open_time_ms[0]) + 19 * DAY_MS)
    assert is_embedded(short) and embedded_model(short) is None
    other = liqheat.simulate_market(days=21, seed=4).history
    assert not is_embedded(other) and embedded_model(other) is None and embedded_parameters(other) is None
    assert not is_embedded(market.resample(HOUR_MS))
    assert liqheat.estimate_flow(market).status.startswith("transferred")


def test_what_came_after_the_train_days_changes_nothing(market, monkeypatch, tmp_path):
    kept = embedded_model(market).hash
    end_ms = int(market.open_time_ms[0]) + 20 * DAY_MS

    def without_tomorrow(one, start_ms, until_ms):
        assert (start_ms, until_ms) == (int(market.open_time_ms[0]), end_ms)
        return real(one, start_ms, until_ms)

    real = embedded.published_liquidations
    monkeypatch.setattr(embedded, "published_liquidations", without_tomorrow)
    monkeypatch.setattr(embedded, "cache_path", lambda *_: tmp_path / "none.npz")
    embedded._fitted.cache_clear()
    assert embedded_model(market).hash == kept
    # A file that was changed is made anew.
    written = tmp_path / "none.json"
    written.write_text(written.read_text().replace("0", "1", 3))
    embedded._fitted.cache_clear()
    assert embedded_model(market).hash == kept
    assert load_model(written).hash == kept


def test_its_book_of_the_last_minute_is_that_of_the_bar(market):
    books = find_simulated_depth(market.venue, market.symbol, market.end_ms)
    assert len(books) == 12 and books[-1].time_ms == market.end_ms
    assert books[0].time_ms > market.end_ms - MINUTE_MS
    last = published_depth(embedded_market())[-1]
    for one in books:
        np.testing.assert_array_equal(one.bid_usd, last.bid_usd)
        np.testing.assert_array_equal(one.ask_price, last.ask_price)
    # Nothing of a later bar.
    before = find_simulated_depth(market.venue, market.symbol, market.end_ms - 1)
    assert before[-1].time_ms == market.end_ms - market.interval_ms
    assert find_simulated_depth("bybit", market.symbol, market.end_ms) == []
    assert find_simulated_depth(market.venue, market.symbol, int(market.open_time_ms[0])) == []
