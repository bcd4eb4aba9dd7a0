"""The article's claims, measured on markets where the answer is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from liqheat.book.estimate import estimate_book
from liqheat.errors import InputError, NoDataError
from liqheat.flow.labels import LabelledMarket
from liqheat.records import LiquidationLabels
from liqheat.records.feeds import OrderBookDepth
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.article import (
    leverage as article_leverage,
)
from liqheat_lab.article import (
    market as article_market,
)
from liqheat_lab.article import (
    measure as article,
)
from liqheat_lab.article import (
    price as article_price,
)
from liqheat_lab.article import (
    study as article_study,
)
from liqheat_lab.article import (
    zones as article_zones,
)
from tests.support.random_markets import candles_of, events_of, profiles_of, random_market

DAYS = 50


@pytest.fixture(scope="module")
def market():
    return random_market(days=DAYS, volatility=0.0016, seed=21)


@pytest.fixture(scope="module")
def held(market):
    """Lumps without memory, 30 bp wide, anywhere within 8 %."""
    rng = np.random.default_rng(3)
    lumps = np.repeat(rng.gamma(0.5, 2e7, size=(DAYS * 24, 2, 27)), 3, axis=2)[:, :, :80]
    return profiles_of(market, lumps)


def scored_of(market, usd=None, profiles=None):
    hours = market.open_time_ms[0] + HOUR_MS * np.arange(market.n_bars // 12, dtype=np.int64)
    usd = np.random.default_rng(1).exponential(1e6, (hours.size, 2)) if usd is None else usd
    if profiles is not None:
        # Labels begin with the first bar; the map of an hour closes the one before.
        usd = np.concatenate([np.full((1, 2), np.nan), usd])[: hours.size]
    return LabelledMarket(market, candles_of(market), LiquidationLabels(HOUR_MS, hours, usd), None, ("made up",))


@pytest.fixture(scope="module")
def study(market, held):
    return article_study.build_study(scored_of(market), held)


def by_id(*claims):
    return {claim.id: claim for claim in claims}


def figure(claim, name):
    found = [one for one in claim.measured if name in one.name]
    assert found, (name, [one.name for one in claim.measured])
    return found[0]


@pytest.fixture(scope="module")
def report(market, held):
    return article.measure_article(scored_of(market), held, estimate=estimate_book(market))


def test_every_claim_of_the_issue_is_there_in_the_agreed_shape(report) -> None:
    body = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert {"days", "start_ms", "end_ms", "claims"} <= set(body)
    named = {claim["id"] for claim in body["claims"]}
    asked = {
        "band",
        "realised",
        "underestimated",
        "sixty_forty",
        "trigger_order",
        "notional_by_leverage",
        "growth",
        "books",
        "weekend",
    }
    assert asked <= named
    assert len(named) == len(body["claims"])
    words = ("holds", "does not hold", "holds, but so does the control", "not measurable")
    for claim in body["claims"]:
        assert set(claim) == {"id", "claim", "where", "measured", "n", "verdict", "how"}
        assert claim["verdict"].startswith(words)
        assert "n: " in claim["how"] or claim["n"] == 0, claim["id"]
        for one in claim["measured"]:
            assert set(one) == {"name", "value", "low", "high", "unit"}
            if one["low"] is not None:
                assert one["low"] <= one["value"] <= one["high"], (claim["id"], one)
    assert report.n_days == DAYS - 4
    assert "made up" in report.notes


def test_lumps_without_memory_hold_what_needs_no_map(report) -> None:
    """A random walk and a random map: 60/40 and the band are there, magnets and acceleration are not."""
    claims = by_id(*report.claims)
    assert claims["band"].verdict == "holds, but so does the control"
    assert claims["sixty_forty"].verdict in ("holds, but so does the control", "does not hold")
    go = figure(claims["sixty_forty"], "difference")
    assert go.low < 0 < go.high
    assert figure(claims["sixty_forty"], "random walk").value == pytest.approx(
        figure(claims["sixty_forty"], "all cells").value, abs=6
    )
    for name in ("magnet", "acceleration", "asymmetry", "growth"):
        assert claims[name].verdict.startswith(("does not hold", "not measurable")), claims[name]
    assert claims["books"].verdict == "not measurable: this data holds no order books"


def test_leak_nothing_after_the_end_is_looked_at(market, held) -> None:
    end = int(held.time_ms[600])
    scored = scored_of(market)
    cut = article.measure_article(scored, held, end_ms=end, evidence=article_study.Evidence(events=_events(market)))
    later = market.open_time_ms >= end
    wild = {
        name: np.where(later, getattr(market, name) * 3, getattr(market, name))
        for name in ("open", "high", "low", "close", "volume", "open_interest", "mark_low", "mark_high")
    }
    changed = replace(market, **wild)
    labels = replace(scored.labels, usd=np.where(scored.labels.start_ms[:, None] >= end, 9e9, scored.labels.usd))
    brighter = replace(held, usd=np.where(held.time_ms[:, None, None] >= end, 1e12, held.usd))
    other = LabelledMarket(changed, candles_of(changed), labels, None, scored.notes)
    again = article.measure_article(
        other, brighter, end_ms=end, evidence=article_study.Evidence(events=_events(market))
    )
    assert cut.as_json() == again.as_json()
    assert cut.end_ms == end


def test_leak_excess_is_not_normalised_by_later_maps(market, held) -> None:
    brighter = replace(held, usd=np.where(np.arange(len(held.usd))[:, None, None] >= 600, held.usd * 50, held.usd))
    found = [
        article_study.build_study(scored_of(market), one, end_ms=int(held.time_ms[-1])).approaches
        for one in (held, brighter)
    ]
    early = [one.when < 600 for one in found]
    assert early[0].sum() > 300
    assert np.array_equal(found[0].excess[early[0]], found[1].excess[early[1]], equal_nan=True)


def _events(market):
    rng = np.random.default_rng(4)
    bars = np.sort(rng.choice(market.n_bars, 300, replace=False))
    return (events_of(market.open_time_ms[bars] + 1000, rng.random(300) < 0.5, market.close[bars]),)


def test_single_liquidations_are_measured_where_there_are_some(market, held) -> None:
    claim = article_zones.measure_band(
        article_study.build_study(scored_of(market), held, evidence=article_study.Evidence(events=_events(market)))
    )
    assert 0 <= figure(claim, "single liquidations: median distance").value < 2
    assert len(claim.measured) == 16


def test_zones_at_whose_edges_all_happens_beat_those_of_other_hours(study) -> None:
    """One zone each hour, 30 bp wide, somewhere; the hour's liquidations at its near edge."""
    cells = np.random.default_rng(9).integers(5, 75, study.reach.shape)
    zones = np.zeros(study.held.usd.shape)
    for width in range(3):
        np.put_along_axis(zones, cells[:, :, None] + width, 1e9, axis=2)
    lit = replace(study, held=replace(study.held, usd=zones))
    hour, side = np.divmod(np.arange(cells.size), 2)
    own = article_zones._distances("all", lit, hour, side, cells.ravel() * 0.001, np.ones(cells.size))
    assert own[0].high == pytest.approx(0, abs=1e-9)
    assert own[1].high == pytest.approx(0, abs=1e-9)
    assert own[4].low > 1
    assert own[2].value == 100
    assert own[6].high < 50


@pytest.mark.parametrize(("share", "verdict"), [(0.7, "holds"), (2.0, "does not hold"), (1.2, "does not hold")])
def test_the_realised_share_is_found(market, held, share, verdict) -> None:
    first = article_study.build_study(scored_of(market), held)
    usd = share * first.swept_usd(first.held)
    study = replace(first, liquidated_usd=usd)
    claim = article_zones.measure_realised(study)
    assert figure(claim, "median firing").value == pytest.approx(share * 100)
    assert claim.n > 30
    assert claim.verdict.startswith(verdict)


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (1 / 0.82, "holds"),
        (0.05, "does not hold: the held map overstates 20 times"),
        (2.0, "does not hold: the held map falls"),
    ],
)
def test_the_underestimate_is_found(market, held, share, verdict) -> None:
    first = article_study.build_study(scored_of(market), held)
    study = replace(first, liquidated_usd=share * first.swept_usd(first.held))
    claim = article_zones.measure_underestimate(study)
    assert claim.measured[0].value == pytest.approx(100 * (1 - 1 / share))
    assert claim.verdict.startswith(verdict)


def test_a_frozen_map_is_swept_by_the_hour_range_to_the_part_of_a_cell(study) -> None:
    even = replace(study.held, usd=np.full(study.held.usd.shape, 10.0))
    assert study.swept_usd(even) == pytest.approx(np.minimum(study.reach / 0.001, 80) * 10)


def test_liquidations_are_spread_over_the_path_without_loss(study) -> None:
    hour, side, distance, usd = article_zones.spread_labels(study)
    total = np.zeros((study.hour_ms.size, 2))
    np.add.at(total, (hour, side), usd)
    known = np.isfinite(study.liquidated_usd) & (study.reach > 0)
    assert total[known] == pytest.approx(study.liquidated_usd[known])
    assert (distance <= study.reach[hour, side] + 1e-9).all()


def test_go_by_book_on_simulated_depth(market, held) -> None:
    """The longs' books are thin and the shorts' walls; nobody told the price."""
    books = []
    steps = 0.0005 * np.arange(1, 81)
    for time_ms, close in zip(held.time_ms, held.close, strict=True):
        books.append(
            OrderBookDepth(
                int(time_ms) - 900, int(time_ms) - 500, close * (1 - steps), np.full(80, 1e4), close * (1 + steps),
                np.full(80, 1e9),
            )
        )  # fmt: skip
    study = article_study.build_study(scored_of(market), held, evidence=article_study.Evidence(books=tuple(books)))
    claim = article_price.measure_books(study)
    assert claim.n > 100
    assert figure(claim, "thin").value > 30
    assert figure(claim, "wall").value > 30
    assert claim.verdict in ("does not hold", "holds")
    short = tuple(replace(book, bid_price=book.bid_price[:3], ask_price=book.ask_price[:3]) for book in books)
    short = tuple(replace(book, bid_usd=book.bid_usd[:3], ask_usd=book.ask_usd[:3]) for book in short)
    unreached = article_price.measure_books(replace(study, evidence=article_study.Evidence(books=short)))
    assert unreached.verdict == "not measurable: the order books reach the level in 0 approaches only"


def test_higher_leverage_is_swept_first_in_the_estimate_and_the_verdict_says_whose_it_is(report) -> None:
    order = by_id(*report.claims)["trigger_order"]
    assert order.verdict.startswith("not measurable: no venue publishes the leverage")
    assert figure(order, "higher leverage first").value > 95
    notional = by_id(*report.claims)["notional_by_leverage"]
    shares = [one.value for one in notional.measured if "share of swept" in one.name]
    assert sum(shares) == pytest.approx(100)


@pytest.mark.parametrize(("nearer", "verdict"), [(0.5, "holds"), (2.0, "does not hold")])
def test_real_positions_decide_about_leverage(study, nearer, verdict) -> None:
    rng = np.random.default_rng(12)
    leverage = rng.choice([10.0, 40.0], 1000)
    is_high = leverage > 25
    real = article_study.PositionLeverages(
        time_ms=study.hour_ms[0] + DAY_MS * rng.integers(0, 10, 1000),
        is_short=rng.random(1000) < 0.5,
        leverage=leverage,
        distance=rng.gamma(2.0, 0.1, 1000) * np.where(is_high, nearer, 1.0),
        notional_usd=np.where(is_high, 1.0, 4.0) if nearer < 1 else np.where(is_high, 40.0, 1.0),
    )
    order, notional = article_leverage.measure_leverage(replace(study, evidence=article_study.Evidence(leverages=real)))
    share = figure(order, "of pairs").value
    assert share > 60 if nearer < 1 else share < 40
    assert order.verdict.startswith(verdict)
    expected = 100 * real.notional_usd[is_high].sum() / real.notional_usd.sum()
    assert figure(notional, "above 25x, all").value == pytest.approx(expected)
    assert notional.verdict.startswith(verdict)
    assert order.n == 1000


def test_real_positions_are_read_by_their_columns(tmp_path) -> None:
    rows = {
        "ts": ["2026-02-04T00:00:00Z"] * 5,
        "coin": ["BTC", "BTC", "BTC", "ETH", "BTC"],
        "side": ["Long", "Short", "Long", "Long", "Long"],
        "size": [2.0, -1.0, 1.0, 1.0, 1.0],
        "mark_px": [100.0] * 5,
        "liq_px": [90.0, 120.0, None, 80.0, 101.0],
        "leverage_setting": [10, 5, 20, 3, 40],
    }
    path = tmp_path / "positions.parquet"
    pq.write_table(pa.table(rows), path)
    found = article_leverage.load_position_leverages(path, "BTC")
    assert found.leverage.tolist() == [10, 5]
    assert found.distance == pytest.approx([np.log(100 / 90), np.log(1.2)])
    assert found.notional_usd.tolist() == [200, 100]
    with pytest.raises(NoDataError, match="positions"):
        article_leverage.load_position_leverages(path, "SOL")
    pq.write_table(pa.table(rows).drop_columns(["leverage_setting"]), path)
    with pytest.raises(InputError, match="leverage_setting"):
        article_leverage.load_position_leverages(path, "BTC")


def test_growth_that_announces_volatility_is_found(study, monkeypatch) -> None:
    log_returns = np.diff(np.log(study.market.close), prepend=np.log(study.market.open[0]))
    squares = np.concatenate([[0.0], np.cumsum(log_returns**2)])
    ends = np.minimum(study.first_bars + 48, study.market.n_bars)
    after = squares[ends] - squares[study.first_bars]
    noise = np.random.default_rng(2).normal(size=after.size)
    monkeypatch.setattr(article_market, "growth_speed", lambda _: np.argsort(np.argsort(after)) + 200 * noise)
    assert article_market.measure_growth(study).verdict.startswith("holds")
    noise = np.random.default_rng(3).normal(size=after.size)
    speeds = {"held": np.argsort(np.argsort(after)).astype(float), "other": noise}
    monkeypatch.setattr(article_market, "growth_speed", lambda one: speeds[one.held.name])
    both = article_market.measure_growth(replace(study, flow=replace(study.held, name="other")))
    assert both.verdict == "does not hold of every map: holds (held map); does not hold (flow map)"


def test_growth_is_measured_at_fixed_prices(market) -> None:
    """A lump that stands at one price while the price moves does not grow; one that doubles does."""
    profiles = profiles_of(market, 1.0)
    usd = np.zeros((len(profiles.usd), 2, 80))
    near = np.log(profiles.close / profiles.close.min()) + 0.01
    # Where the lump is only partly within 8 % its cells cannot be compared to the cell.
    whole = near < 0.07
    whole[4:] &= whole[:-4]
    doubled = int(np.flatnonzero(whole)[60])
    for hour, distance in enumerate(near):
        below = np.clip((np.arange(81) * 0.001 - distance) / 0.003, 0, 1)
        usd[hour, 0] = np.diff(below) * (2.0 if hour >= doubled else 1.0)
    speed = article_market.growth_speed(
        article_study.build_study(scored_of(market), replace(profiles, usd=usd), start_ms=int(profiles.time_ms[0]))
    )
    whole = whole[: speed.size]
    assert speed[doubled] > 0.35
    whole[doubled : doubled + 4] = False
    whole[:4] = False
    assert whole.sum() > 100
    assert np.abs(speed[whole]).max() < 0.2


def test_a_weekend_drop_is_found(market, held) -> None:
    day = market.open_time_ms // DAY_MS
    weekend = (day + 3) % 7 >= 5
    dropped = replace(market, open_interest=np.where(weekend, 0.8, 1.0) * market.open_interest)
    claim = article_market.measure_weekend(article_study.build_study(scored_of(dropped), held))
    assert figure(claim, "open interest").value == pytest.approx(-20)
    assert figure(claim, "volume").value == pytest.approx(0)
    assert claim.verdict == "holds"
    assert claim.n == 7
    level = article_market.measure_weekend(article_study.build_study(scored_of(market), held))
    assert level.verdict.startswith("does not hold")


def test_hourly_bars_measure_what_they_can(market, held) -> None:
    def hourly(values, how):
        return how(values.reshape(-1, 12), axis=1)

    coarse = replace(
        market,
        interval_ms=HOUR_MS,
        open_time_ms=market.open_time_ms[::12],
        open=market.open[::12],
        close=market.close[11::12],
        high=hourly(market.high, np.max),
        low=hourly(market.low, np.min),
        mark_low=hourly(market.mark_low, np.min),
        mark_high=hourly(market.mark_high, np.max),
        volume=hourly(market.volume, np.sum),
        open_interest=market.open_interest[11::12],
    )
    claims = by_id(*article.measure_article(scored_of(coarse), held).claims)
    assert claims["sixty_forty"].verdict == "not measurable: bars of 60 minutes are too long"
    assert claims["trigger_order"].verdict == "not measurable: no venue publishes the leverage of a liquidated position"
    assert claims["weekend"].n > 0


def test_what_does_not_fit_is_refused(market, held) -> None:
    scored = scored_of(market)
    with pytest.raises(NoDataError, match="start_ms"):
        article_study.build_study(scored, held, start_ms=int(held.time_ms[-1]) + DAY_MS)
    with pytest.raises(InputError, match="flow"):
        article_study.build_study(scored, held, flow=replace(held, time_ms=held.time_ms + 1))
    halves = replace(scored, labels=replace(scored.labels, interval_ms=HOUR_MS // 2))
    with pytest.raises(InputError, match="hourly labels"):
        article_study.build_study(halves, held)


def test_clusters_are_runs_above_half_a_maximum() -> None:
    usd = np.full(80, 1.0)
    usd[10:14], usd[40:50], usd[44] = 20.0, 6.0, 9.0
    assert article_study.top_clusters(usd)[:2] == [(10, 14), (40, 50)]
    assert article_study.top_clusters(np.zeros(80)) == []
    assert (
        article_study.top_clusters(np.full(80, 3.0)) == [(0, 80)] or article_study.top_clusters(np.full(80, 3.0)) == []
    )
