"""Clusters and setups on the real BTC set: what they are judged from, and that nothing is hidden."""

from __future__ import annotations

import dataclasses
import json
import sys
import time

import numpy as np
import pandas as pd
import pytest

import liqheat
from liqheat.heatmap import net_line
from liqheat.setups import to_plain
from liqheat.units import HOUR_MS
from liqheat_lab.scores.funnel import STYLES, count_setups
from liqheat_lab.scores.sources import load_scored_market

SET_A = "data/binance_bybit_2025-11_2026-03"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def bitcoin(shared):
    return liqheat.estimate_book(liqheat.load_markets(shared / SET_A)[0])


@pytest.fixture(scope="module")
def daily_usd(shared, bitcoin):
    """Mean day of realised liquidations over the last 30 days of the set, three venues."""
    table = pd.read_parquet(shared / SET_A / "liq_coinglass_BTC_1h_binance+bybit+okx.parquet")
    table = table[~table["zero_suspect"]]
    end = bitcoin.market.end_ms
    times = table["ts"].astype("int64") // {"ns": 10**6, "us": 10**3, "ms": 1}[table["ts"].dt.unit]
    month = table[(times >= end - 30 * DAY_MS) & (times < end)]
    return float((month["long_usd"] + month["short_usd"]).sum()) / 30


def test_real_clusters_live_and_die(bitcoin):
    tracker = liqheat.track_clusters(bitcoin, span="7d")
    assert {one.cluster.side for one in tracker.alive} == {"long", "short"}
    assert {one.death for one in tracker.dead} >= {"swept", "decayed"}
    price = bitcoin.market.close[-1]
    for one in tracker.alive:
        beyond = one.cluster.high_price <= price if one.cluster.side == "long" else one.cluster.low_price >= price
        assert beyond
        assert 0 <= one.swept_share <= 1
    # Something is older than its first look.
    assert max(one.age_ms for one in tracker.alive) > DAY_MS


def test_real_setups_name_every_rule_and_never_pass_without_a_book(bitcoin, daily_usd):
    assert 20e6 < daily_usd < 500e6
    for style in ("scalp", "day", "swing"):
        setups = liqheat.score_setups(
            bitcoin, style=style, equity_usd=50_000, volume_rank=1, daily_liquidated_usd=daily_usd
        )
        assert setups
        for setup in setups:
            assert setup.verdict in ("incomplete", "fail")
            assert len(setup.rules) == 18
            assert setup.rule("R2").inputs["daily_basis"] == "realised"
            assert setup.rule("R4").verdict == "unknown"
            assert setup.risk_fraction is None or setup.risk_fraction <= 0.005
            assert setup.reasons
        json.dumps(to_plain(setups), allow_nan=False)


def test_a_warm_book_gives_clusters_and_setups_for_one_bar(bitcoin):
    """The goal is 20 ms. What gates is the work: one bar is replayed and one column looked at, whatever the history."""
    market = bitcoin.market
    before = market.end_ms - market.interval_ms
    tracker = liqheat.track_clusters(bitcoin, cohort="3d", span="1d", as_of_ms=before)
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    began = time.perf_counter()
    sys.setprofile(count)
    try:
        liqheat.score_setups(bitcoin, style="day", equity_usd=1e4, tracker=tracker)
    finally:
        sys.setprofile(None)
    print(f"a warm bar: {calls} calls, {(time.perf_counter() - began) * 1e3:.1f} ms with counting")
    assert 100 < calls < 20_000


def test_the_real_net_line_changes_sign(bitcoin):
    heat = liqheat.draw_heatmap(bitcoin, start_ms=bitcoin.market.end_ms - 30 * DAY_MS, interval="1h")
    net = net_line(bitcoin, heat.view).net_usd
    assert np.isfinite(net).all()
    assert (net > 0).any()
    assert (net < 0).any()


def test_some_setups_wait_for_an_order_book_alone(shared):
    """On a history nothing passes, but the other rules do not stop everything: asymmetry does most of it."""
    scored = load_scored_market(shared / SET_A, "BTC/USDT:USDT")
    scored = dataclasses.replace(scored, market=scored.market.until("2025-12-27"))
    found = count_setups(scored, volume_rank=1, every_ms=12 * HOUR_MS)
    assert found["days"] == 16 and found["looks"] == 33
    for style in STYLES:
        one = found["styles"][style]["article"]
        assert one["pass"] == 0 and one["rules"]["R1"]["fail"] >= 0.7 * one["setups"]
    assert sum(found["styles"][style]["article"]["pass_without_order_book"] for style in STYLES) > 0
