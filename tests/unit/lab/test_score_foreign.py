"""Another product's heatmap beside ours on the hours that it covers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import draw_heatmap, estimate_book
from liqheat.errors import InputError, NoDataError
from liqheat.flow.labels import LabelledMarket
from liqheat.flow.law import by_interval, run_flow
from liqheat.records import Candles, LiquidationLabels
from liqheat.store.foreign import read_foreign
from liqheat.store.foreign_tables import ForeignRequest
from liqheat_lab.foreign.compare_maps import compare_maps, comparison_json
from liqheat_lab.foreign.compare_page import comparison_page
from liqheat_lab.foreign.score_foreign import score_foreign_map
from liqheat_lab.smooth import SMOOTH_FORM
from tests.support.changed import scaled
from tests.support.coinglass import coinglass_payload
from tests.support.markets import make_market
from tests.support.scored_markets import cut_market

DAYS = 24


@pytest.fixture(scope="module")
def scored():
    """A market in which a share of our own flow map is what is liquidated."""
    market = make_market(DAYS * 288, 12, volatility=0.0015, drops=False)
    random = np.random.default_rng(0)
    expected = 0.05 * by_interval(run_flow(market, SMOOTH_FORM).run, market).sum(axis=2) + 1e4
    labels = LiquidationLabels(
        3_600_000, market.open_time_ms[::12].copy(), expected * random.gamma(4.0, 0.25, expected.shape)
    )
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    return LabelledMarket(market, Candles(*(getattr(market, name) for name in names)), labels, None, ())


@pytest.fixture(scope="module")
def foreign(scored):
    drawn = draw_heatmap(estimate_book(scored.market, leverage_mix="uniform"), interval="1h", bucket_width="10bp")
    return read_foreign(
        {"code": "0", "data": coinglass_payload(drawn)}, ForeignRequest("coinglass", "BTC/USDT:USDT")
    ).records[0]


def test_a_map_of_nothing_gains_nothing_and_loses_to_ours(scored, foreign):
    random = np.random.default_rng(1)
    order = random.permutation(foreign.time_ms.size)
    nonsense = replace(foreign, intensity=foreign.intensity[:, order][::-1].copy())
    found = score_foreign_map(scored, nonsense)
    assert found["days"] >= 4 and found["events_usd"] > 0
    assert found["ours_over_b1y"]["nats"] > 0.01
    assert found["ours_over_theirs"]["low"] > 0
    assert abs(found["theirs_over_b1y"]["nats"]) < found["ours_over_b1y"]["nats"]
    # On equal background gains add.
    parts = found["ours_over_theirs"]["nats"] + found["theirs_over_b1y"]["nats"]
    assert parts == pytest.approx(found["ours_over_b1y"]["nats"], abs=1e-9)


def test_a_market_may_end_within_an_hour(scored, foreign):
    market = cut_market(scored.market, slice(5, -7))
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    ragged = replace(scored, market=market, candles=Candles(*(getattr(market, name) for name in names)))
    assert score_foreign_map(ragged, foreign)["days"] >= 4


def test_only_hours_that_the_map_covers_are_scored(scored, foreign):
    first = 3 * 24
    late = replace(
        foreign,
        time_ms=foreign.time_ms[first:],
        intensity=foreign.intensity[:, first:],
        close=foreign.close[first:],
    )
    found, whole = score_foreign_map(scored, late), score_foreign_map(scored, foreign)
    # 4 days of burn-in: the map that begins on the fourth day has begun by then.
    assert (found["start_ms"], found["hours"]) == (whole["start_ms"], whole["hours"])
    assert found["ours_over_theirs"] == whole["ours_over_theirs"]
    changed = replace(scored, labels=replace(scored.labels, usd=scaled(scored.labels.usd, slice(3 * 24), 50)))
    assert score_foreign_map(changed, late)["ours_over_theirs"] == found["ours_over_theirs"]


def test_a_map_that_is_too_short_is_named(scored, foreign):
    short = replace(
        foreign, time_ms=foreign.time_ms[:200], intensity=foreign.intensity[:, :200], close=foreign.close[:200]
    )
    with pytest.raises(NoDataError, match=r"heatmap\.time_ms: must cover 14 days .* found \d\.\d days"):
        score_foreign_map(scored, short)
    with pytest.raises(InputError, match=r"heatmap\.symbol"):
        score_foreign_map(scored, replace(foreign, symbol="ETH/USDT:USDT"))


def test_the_page_tells_the_scores(scored, foreign):
    compared, scores = compare_maps(scored.market, foreign), score_foreign_map(scored, foreign)
    page = comparison_page(compared, scores)
    gain = scores["ours_over_theirs"]
    assert f"liqheat over coinglass</td><td>{gain['nats']:+.4f} [" in page
    assert "Not scored" not in page
    assert comparison_json(compared, scores)["scores"] == scores
