"""The article's claims on real data, before the month that is held out for judging."""

from __future__ import annotations

import pytest

from liqheat.book.estimate import estimate_book
from liqheat.flow import read_profiles
from liqheat_lab.article.leverage import load_position_leverages
from liqheat_lab.article.measure import load_events, measure_article, read_flow_profiles
from liqheat_lab.article.study import Evidence
from liqheat_lab.scores.sources import load_scored_market
from liqheat_lab.smooth import load_smooth

SYMBOL = "BTC/USDT:USDT"
START_MS, END_MS = 1_764_892_800_000, 1_772_323_200_000
"""2025-12-05 to 2026-03-01."""


@pytest.fixture(scope="module")
def claims(shared):
    folder = shared / "data" / "binance_bybit_2025-11_2026-03"
    scored = load_scored_market(folder, SYMBOL)
    estimate = estimate_book(scored.market)
    report = measure_article(
        scored,
        read_profiles(estimate),
        flow=read_flow_profiles(scored.market, load_smooth()),
        estimate=estimate,
        evidence=Evidence(
            events=load_events(folder, SYMBOL),
            leverages=load_position_leverages(
                shared / "data" / "hyperliquid_positions_2026-02" / "positions.parquet", "BTC"
            ),
        ),
        start_ms=START_MS,
        end_ms=END_MS,
    )
    assert report.n_days == 86
    assert "the flow map was fitted on" in report.notes[-1]
    assert (report.start_ms, report.end_ms) == (START_MS, END_MS)
    return {claim.id: claim for claim in report.claims}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("band", "holds, but so does the control"),
        ("realised", "does not hold"),
        ("underestimated", "does not hold: the held map overstates"),
        ("sixty_forty", "holds, but so does the control"),
        ("magnet", "does not hold"),
        ("books", "not measurable: this data holds no order books"),
        ("weekend", "does not hold: open interest hardly changes"),
        ("notional_by_leverage", "does not hold"),
        ("trigger_order", "holds"),
    ],
)
def test_what_real_data_says(claims, claim, verdict) -> None:
    assert claims[claim].verdict.startswith(verdict)


def test_sixty_forty_is_what_a_random_walk_says(claims) -> None:
    figures = {one.name.removeprefix("go: "): one for one in claims["sixty_forty"].measured}
    walk = figures["random walk of the same volatility, 2(1-Phi(x))"]
    assert walk.value == pytest.approx(figures["bright cells touched within 4 h"].value, abs=5)
    assert figures["difference"].low < 0 < figures["difference"].high
