"""All rivals behind one pair of functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqheat import estimate_book
from liqheat.errors import UnknownNameError
from liqheat.flow.paths import likely_share, split_bars
from liqheat_lab.rivals.maps import RIVALS, rival_run
from tests.support.markets import make_market


def test_every_rival_runs_and_is_read():
    market = make_market(300, 8, volatility=0.004)
    assert RIVALS == ("liqmap_rules", "time_evolving_rules", "indicator_rules", "candle_side", "uniform")
    for name in RIVALS:
        run = rival_run(market, name)
        assert (run.name, run.swept_usd.shape) == (name, (300, 2, 1))
        assert run.swept_usd.sum() > 0 and run.notes


def test_uniform_is_our_own_book():
    market = make_market(300, 8, volatility=0.004)
    run = rival_run(market, "uniform", by_leverage=True)
    assert run.columns == ("100x", "50x", "25x", "10x")
    np.testing.assert_array_equal(run.swept_usd, estimate_book(market, leverage_mix="uniform").swept_usd)


def test_long_bars_are_told_to_rivals_as_to_us():
    market = replace(make_market(300, 8, volatility=0.01), interval_ms=3_600_000)
    market = replace(market, open_time_ms=market.open_time_ms[0] + np.arange(300) * 3_600_000)
    for name in RIVALS:
        run = rival_run(market, name)
        assert run.swept_usd.shape == (300, 2, 1)
        assert "paths of 6 steps" in run.notes[-1]
    # What our own map would be by the same rules.
    likely = likely_share(market)[:, None]
    swept = [
        estimate_book(split_bars(market, 6, is_likely=is_likely), leverage_mix="uniform").swept_usd
        for is_likely in (True, False)
    ]
    first, second = (one.reshape(300, 6, 2, -1).sum(axis=(1, 3)) for one in swept)
    np.testing.assert_allclose(rival_run(market, "uniform").swept_usd[:, :, 0], likely * first + (1 - likely) * second)


def test_an_unknown_rival_is_named():
    with pytest.raises(UnknownNameError, match="must be one of liqmap_rules"):
        rival_run(make_market(50), "none")
