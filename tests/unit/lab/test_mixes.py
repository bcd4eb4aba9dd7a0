"""Leverage mixes beside each other: the shipped one scores as in the touch report, and the future trains nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat.flow import FLOW_FORM, build_trial, fit_model, fit_touches
from liqheat_lab.scores.mixes import score_mixes
from liqheat_lab.scores.touch import score_touches
from tests.support.scored_markets import day, scored_market


@pytest.fixture(scope="module")
def own():
    scored = scored_market()
    trial = build_trial(scored, FLOW_FORM)
    return scored, fit_touches(trial, fit_model(trial, "own", FLOW_FORM, day(4), day(20), only=("flow", "b1y")))


def test_the_shipped_mix_scores_as_in_the_touch_report(own):
    found = score_mixes(*own)
    report = score_touches(*own)
    assert set(found) == {"uniform", "classic", "fitted"}
    for horizon in ("4h", "24h"):
        one = report["horizons"][horizon]
        assert found["uniform"][horizon]["way"]["ratio"] == pytest.approx(
            one["realised_over_forecast"]["value"], rel=1e-6
        )
        # Days that were fitted on are left out of both; the report has those before the window, too.
        assert found["uniform"][horizon]["way"]["touches"] <= one["touches"]
        for mix in found.values():
            assert all(np.isfinite(asked["nats"]) and asked["low"] <= asked["high"] for asked in mix[horizon].values())
    assert found["fitted"] != found["uniform"] != found["classic"]


def test_what_came_after_trains_nothing(own):
    scored, model = own
    later = replace(scored, labels=replace(scored.labels, usd=np.where(
        (scored.labels.start_ms >= day(20))[:, None], 3.0 * scored.labels.usd, scored.labels.usd)))  # fmt: skip
    one, other = score_mixes(scored, model), score_mixes(later, model)
    # The same weights: what is liquidated later is three times as much, and its ratio to the forecast grows by no more.
    for mix, by_horizon in one.items():
        assert 1.0 < other[mix]["4h"]["way"]["ratio"] / by_horizon["4h"]["way"]["ratio"] <= 3.0 + 1e-9
