"""Touch scores as JSON: what is promised, days that were fitted on, the future, labels of other lengths."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from liqheat.flow import build_trial, fit_model, fit_touches, lay_out_trial, load_model, touch_rows
from liqheat.flow.parameters import FLOW_FORM
from liqheat.records import LiquidationLabels
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.page.touches import describe_touches, touch_headline
from liqheat_lab.scores.carried import add_carried_bands
from liqheat_lab.scores.touch import score_touches
from liqheat_lab.scores.touch_baselines import fit_baselines, load_baselines, write_baselines
from tests.support.scored_markets import changed, day, scored_market, strict_json

FIGURES = {
    "touches", "realised_over_forecast", "far_ratio", "band80_holds", "band80_width", "median_abs_log_error", "gain",
    "baselines", "by_distance",
}  # fmt: skip


@pytest.fixture(scope="module")
def own():
    scored = scored_market()
    trial = build_trial(scored, FLOW_FORM)
    return scored, trial, fit_touches(trial, fit_model(trial, "own", FLOW_FORM, day(4), day(20), only=("flow", "b1y")))


@pytest.fixture(scope="module")
def report(own):
    scored, _, model = own
    return score_touches(scored, model)


def test_the_keys_that_are_promised(report):
    assert set(report) >= {"symbol", "days", "start_ms", "end_ms", "model", "horizons", "inside", "dots", "notes"}
    assert set(report["horizons"]) == {"1h", "4h", "24h", "72h"} and set(report["inside"]) == {"4h", "24h"}
    for one in (*report["horizons"].values(), *report["inside"].values()):
        assert set(one) >= FIGURES or one == {"touches": 0}
    for one in report["inside"].values():
        assert {"dense_third", "sparse_third", "clusters"} <= set(one)
        assert one["clusters"]["touches"] > 0 and one["clusters"]["over_empty_zones"]["value"] > 0
    strict_json(json.dumps(report))
    shares = [one["band80_holds"] for one in report["horizons"].values() if one["touches"]]
    assert shares and all(0 <= share <= 1 for share in shares)


def test_days_that_the_model_was_fitted_on_are_left_out(own, report):
    _, _, model = own
    assert report["start_ms"] >= model.fitted.end_ms and report["days"] <= 5
    other = score_touches(own[0], replace(model, fitted=replace(model.fitted, symbol="ETH/USDT:USDT")))
    assert other["model"]["transferred"] and other["days"] > report["days"]


def test_a_touch_trains_only_if_its_horizon_ends_within_the_window(own):
    scored, _, model = own
    # Nothing that happens after the window changes the law.
    again = build_trial(changed(scored, day(20)), FLOW_FORM)
    other = fit_touches(again, fit_model(again, "own", FLOW_FORM, day(4), day(20), only=("flow", "b1y")))
    for horizon, law in model.laws.items():
        np.testing.assert_allclose(other.laws[horizon].book_weights, law.book_weights, rtol=1e-9)
        np.testing.assert_allclose(other.laws[horizon].distance_weights, law.distance_weights, rtol=1e-9)
        np.testing.assert_allclose(
            other.laws[horizon].way_bands["tracked"].high, law.way_bands["tracked"].high, rtol=1e-9
        )


def test_frozen_maps_do_not_know_the_way(own):
    scored, trial, model = own
    late = day(12) + 5 * HOUR_MS
    table, other = (lay_out_trial(one, model) for one in (trial, build_trial(changed(scored, late), FLOW_FORM)))
    before = table.start_ms <= late
    np.testing.assert_array_equal(table.book_usd[before], other.book_usd[before])
    np.testing.assert_array_equal(table.scale[before], other.scale[before])
    np.testing.assert_array_equal(table.open_interest_usd[before], other.open_interest_usd[before])


def test_outcomes_add_up(own):
    _, trial, model = own
    table = lay_out_trial(trial, model)
    rows = touch_rows(table, 24 * HOUR_MS)
    touches = rows.touches
    most = np.array(
        [np.nansum(table.usd[a : b + 1, s]) for a, b, s in zip(touches.row, touches.touched, touches.side, strict=True)]
    )
    assert (touches.realised_usd <= most * (1 + 1e-9)).all() and (touches.realised_usd >= 0).all()
    first = (touches.row[1:] == touches.row[:-1]) & (touches.side[1:] == touches.side[:-1])
    assert (np.diff(touches.realised_usd)[first] >= -1e-6).all()


def test_baselines_are_written_and_read_back(own, tmp_path):
    _, trial, model = own
    found = fit_baselines(trial, model)
    assert set(found["24h"]) == {"static", "fresh"}
    write_baselines(model, found, tmp_path / "b.json")
    assert load_baselines(model) == {}
    shipped = load_baselines(load_model())
    assert set(shipped) == {"1h", "4h", "24h", "72h"}
    assert shipped["24h"]["fresh"].weights.shape == (2, 6 + 11)


def test_a_carried_band_is_of_the_other_markets(own):
    scored, _, model = own
    carried = add_carried_bands(model, [scored])
    assert set(carried.laws["24h"].way_bands) == {"tracked", "untracked", "carried"}
    assert carried.hash != model.hash


def test_labels_longer_than_a_horizon_measure_nothing_of_it(own):
    scored, _, model = own
    hours = 4 * HOUR_MS
    n = scored.labels.start_ms.size // 4 * 4
    aligned = int(np.argmax(scored.labels.start_ms % hours == 0))
    usd = scored.labels.usd[aligned : aligned + (n - 4)].reshape(-1, 4, 2).sum(axis=1)
    labels = LiquidationLabels(hours, scored.labels.start_ms[aligned : aligned + n - 4 : 4], usd, ("made up",))
    found = score_touches(replace(scored, labels=labels), model)
    assert found["horizons"]["1h"] is None and found["horizons"]["24h"] is not None
    assert describe_touches(found)["rows"]


def test_the_page_leads_with_what_was_measured(report):
    told = describe_touches({**report, "horizons": {**report["horizons"], "72h": None}})
    assert told["rows"][0]["name"].startswith("1h") or told["rows"][0]["name"].startswith("4h")
    assert describe_touches(None) == {"rows": [], "headline": "", "clusters": "", "plot": None, "days": None}
    assert f"{report['inside']['24h']['clusters']['over_empty_zones']['value']:.2f}" in told["clusters"]
    assert touch_headline(None) == ""
    assert "24 hours" in touch_headline(report) and report["end_ms"] % DAY_MS == 0
