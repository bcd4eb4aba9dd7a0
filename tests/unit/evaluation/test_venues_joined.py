"""Several venues: their maps and open interest are summed, on the bars that all have."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.accuracy.presets import FLOW_FORM
from liqheat.errors import InputError
from liqheat.evaluation.sources import ScoredMarket, join_venues, resample_scored
from liqheat.evaluation.trial import FLOW, build_trial
from liqheat.flows import label_events
from liqheat.records import Candles, Liquidations
from liqheat.simulator import simulate_venues


def stream_of(reported):
    n = reported.time_ms.size
    return Liquidations(
        time_ms=reported.time_ms,
        receive_ms=reported.time_ms,
        is_long=reported.position_side == 0,
        price=reported.price,
        quantity=reported.quantity,
        notional_usd=reported.notional_usd,
        mark_price=reported.mark_price,
        ordinal=np.zeros(n, np.int32),
        price_means="fill average",
        capture="complete",
        source="simulated",
    )


@pytest.fixture(scope="module")
def scored_and_others():
    venues = simulate_venues(2, days=6, seed=4, positions=4_000)
    first = venues[0].history
    streams = [stream_of(one.liquidations) for one in venues]
    labels = label_events(streams, first.end_ms, start_ms=int(first.open_time_ms[0]))
    bars = {name: getattr(first, name) for name in ("open_time_ms", "open", "high", "low", "close", "volume")}
    return ScoredMarket(first, Candles(**bars), labels, None, ()), [one.history for one in venues[1:]]


def test_maps_and_open_interest_are_summed(scored_and_others):
    scored, others = scored_and_others
    joined = join_venues(scored, others)
    alone, both = build_trial(scored, FLOW_FORM), build_trial(joined, FLOW_FORM)
    second = build_trial(ScoredMarket(others[0], scored.candles, scored.labels, None, ()), FLOW_FORM)
    np.testing.assert_allclose(both.features[FLOW], alone.features[FLOW] + second.features[FLOW], rtol=1e-12)
    np.testing.assert_allclose(joined.total.open_interest, scored.market.open_interest + others[0].open_interest)
    assert np.all(both.baselines.open_interest_usd > alone.baselines.open_interest_usd)
    np.testing.assert_array_equal(joined.total.close, scored.market.close)


def test_venues_of_other_bars_are_refused(scored_and_others):
    scored, others = scored_and_others
    hourly = resample_scored(scored, 3_600_000).market
    with pytest.raises(InputError, match="others"):
        join_venues(scored, [hourly])
    with pytest.raises(InputError, match="several venues"):
        resample_scored(join_venues(scored, others), 3_600_000)
