"""The scores on real hours, where they are beside this checkout. 2026-03 is held out: nothing here looks at it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from liqheat.flow.train import fit_model
from liqheat.records import Candles
from liqheat.units import HOUR_MS
from liqheat_lab.scores.score import score_model
from liqheat_lab.scores.sources import load_scored_market, load_table_market, resample_scored
from liqheat_lab.scores.trial import build_scored_trial
from liqheat_lab.scores.walk_forward import walk_forward
from liqheat_lab.smooth import SMOOTH_FORM
from tests.support.scored_markets import cut_market

SYMBOL = "BTC/USDT:USDT"
JANUARY, FEBRUARY, MARCH = 1_767_225_600_000, 1_769_904_000_000, 1_772_323_200_000
DECEMBER_5 = 1_764_892_800_000


@pytest.fixture(scope="module")
def scored(shared):
    """The shared set as if it ended with February."""
    found = load_scored_market(shared / "data" / "binance_bybit_2025-11_2026-03", SYMBOL)
    market = cut_market(found.market, found.market.open_time_ms < MARCH)
    own = found.candles.open_time_ms < MARCH
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    candles = Candles(*(getattr(found.candles, name)[own] for name in names))

    def before(labels):
        return replace(
            labels, start_ms=labels.start_ms[labels.start_ms < MARCH], usd=labels.usd[labels.start_ms < MARCH]
        )

    return replace(
        found, market=market, candles=candles, labels=before(found.labels), fine_labels=before(found.fine_labels)
    )


@pytest.fixture(scope="module")
def report(scored):
    return walk_forward(scored, start_ms=JANUARY, end_ms=MARCH)


def test_the_gain_over_the_strongest_baseline(report):
    gain = report["information_gain"]["b1y"]
    assert gain["nats"] == pytest.approx(0.0224, abs=5e-4)
    assert gain["low"] == pytest.approx(0.0167, abs=1e-3) and gain["high"] == pytest.approx(0.0291, abs=1e-3)
    assert report["hours"] == 59 * 24 - 2 and report["days"] == 59
    order = ("b0", "b1", "b1s", "b1v", "b1r", "b1y")
    gains = [report["information_gain"][name]["nats"] for name in order]
    assert gains == sorted(gains, reverse=True)


def test_controls_that_know_nothing_gain_nothing(report):
    for name in ("side_swapped", "shifted_7d", "other_seed", "stale_24h"):
        found = report["controls"][name]
        assert abs(found["nats"]) < 0.004 and found["low"] < 0.002
    # Most of the map is a memory of the price path: what volume and open interest add is not told from nothing.
    added = report["variants"]["price_only"]
    assert added["low"] < added["nats"] < added["high"] and abs(added["nats"]) < 0.006
    assert 0.3 < report["controls"]["price_only"]["nats"] / report["information_gain"]["b1y"]["nats"] < 1.0


def test_tracking_keeps_the_scale(report):
    ratio = report["calibration_ratio"]
    assert 0.93 < ratio["all"]["value"] < 1.07
    assert all(0.9 < month["value"] < 1.1 for month in ratio["by_month"].values())
    assert set(ratio["by_month"]) == {"2026-01", "2026-02"}


def test_finer_labels_show_more(report):
    assert report["information_gain_30m"]["b1y"]["nats"] > report["information_gain"]["b1y"]["nats"]


def test_late_open_interest_costs_nothing(scored, report):
    """Stamps are published minutes after their instant: were that a leak, a late feed would score worse."""
    interest = scored.market.open_interest
    late = replace(scored.market, open_interest=np.concatenate([interest[:2], interest[:-2]]))
    found = walk_forward(replace(scored, market=late, fine_labels=None), start_ms=JANUARY, end_ms=MARCH)
    assert found["information_gain"]["b1y"]["nats"] > report["information_gain"]["b1y"]["nats"] - 0.001


def one_hour_table(scored, path):
    """The columns of a Coinalyze export, with a missing hour here and there."""
    market = resample_scored(scored, HOUR_MS).market
    _, ours, theirs = np.intersect1d(market.open_time_ms, scored.labels.start_ms, return_indices=True)
    liquidated = np.zeros((market.n_bars, 2))
    liquidated[ours] = np.nan_to_num(scored.labels.usd[theirs]) / (0.5 * (market.high + market.low))[ours, None]
    opened = np.concatenate([market.open_interest[:1], market.open_interest[:-1]])
    frame = pd.DataFrame(
        {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
        | {"ts": market.open_time_ms // 1000, "buy_volume": market.volume / 2}
        | {"oi_open": opened, "oi_high": opened, "oi_low": opened, "oi_close": market.open_interest}
        | {"long_liq_base": liquidated[:, 0], "short_liq_base": liquidated[:, 1]}
    )
    frame.loc[:20, ["oi_open", "oi_close"]] = np.nan
    frame.drop(index=[300, 301, 900, 1500]).to_csv(path, index=False)
    return path


def test_a_table_of_hours_scores_as_the_folder_does(scored, tmp_path):
    table = load_table_market(one_hour_table(scored, tmp_path / "t.csv"), SYMBOL)
    assert table.market.interval_ms == HOUR_MS and int(np.sum(table.market.bridged)) == 4
    reports = []
    for one in (table, resample_scored(scored, HOUR_MS)):
        laid_out = build_scored_trial(one, SMOOTH_FORM)
        model = fit_model(laid_out, "own", SMOOTH_FORM, DECEMBER_5, FEBRUARY)
        reports.append(score_model(laid_out, model))
    assert reports[0]["days"] == reports[1]["days"] == 28
    gains = [one["information_gain"]["b1y"]["nats"] for one in reports]
    assert gains[0] == pytest.approx(gains[1], abs=0.008) and min(gains) > 0
