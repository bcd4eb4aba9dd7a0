"""Setups: verdicts, sizes, caps, what is missing, and every bad input of the issue."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat import InputError, UnknownNameError
from liqheat.records import CalendarSeries
from liqheat.setups import load_preset, recheck, score_setup, to_plain
from liqheat.setups.words import in_words
from tests.support.setup_samples import (
    ARTICLE_LONGS,
    ARTICLE_SHORTS,
    SATURDAY_MS,
    WEDNESDAY_MS,
    aed,
    long_cluster,
    make_column,
    make_depth,
    make_now,
)

NEWS_MS = WEDNESDAY_MS - 7 * 86_400_000 + 7 * 3_600_000
"""Wednesday 28 January 2026, 19:00 UTC: the FOMC's statement."""


def score(now=None, **options):
    now = now or make_now()
    return score_setup(long_cluster(now), now, **({"style": "scalp", "equity_usd": 100_000.0} | options))


def verdicts(setup):
    return {rule.rule_id: rule.verdict for rule in setup.rules}


def test_a_setup_passes_and_carries_every_rule_with_inputs_threshold_and_sentence():
    setup = score()
    assert setup.verdict == "pass"
    assert [rule.rule_id for rule in setup.rules] == [f"R{number}" for number in range(1, 19)]
    for rule in setup.rules:
        assert rule.inputs
        assert rule.threshold
        assert rule.sentence
    assert {rule_id for rule_id, verdict in verdicts(setup).items() if verdict != "pass"} == {"R16"}
    assert (setup.points, setup.most_points) == (6, 7)


def test_a_volatile_week_asks_for_twice_the_size():
    calm, wild = (make_now(volatility_per_sqrt_hour=year / (365.25 * 24) ** 0.5) for year in (0.79, 0.81))
    told, doubled = score(calm).rule("R2"), score(wild).rule("R2")
    assert doubled.inputs["threshold_usd"] == pytest.approx(2 * told.inputs["threshold_usd"])
    assert "volatility 81% a year" in doubled.sentence and "volatility" not in told.sentence
    assert doubled.inputs["volatility_per_sqrt_year"] == pytest.approx(0.81)
    unmoved = score(wild, preset=load_preset("article", {"volatile_size_factor": 1.0})).rule("R2")
    assert unmoved.inputs["threshold_usd"] == pytest.approx(told.inputs["threshold_usd"])


def test_the_loss_at_the_stop_is_the_risk_and_the_risk_is_below_the_cap():
    setup = score(make_now(volume_rank=2))
    assert setup.risk_usd == pytest.approx(setup.size_units * abs(setup.entry - setup.stop))
    assert setup.size_pct_of_equity == pytest.approx(setup.size_units * setup.entry / 1e5 * 100)
    # Uncalibrated: whatever speaks for it, no more than half a per cent.
    assert setup.risk_fraction == 0.005
    assert "without support" in setup.rule("R9").sentence


def calibrated(now, support=0.9):
    clusters = tuple(
        dataclasses.replace(one, cluster=dataclasses.replace(one.cluster, support=support)) for one in now.clusters
    )
    return dataclasses.replace(now, clusters=clusters, calibration="calibrated")


def test_sizes_by_conviction():
    large = score(calibrated(make_now()))
    assert large.rule("R9").inputs["step"] == "large"
    assert large.risk_fraction == 0.02
    thick = score(calibrated(make_now(depth=make_depth(WEDNESDAY_MS, resting_usd=60e6))))
    assert thick.rule("R9").inputs["step"] == "standard"
    assert thick.risk_fraction == 0.01
    one_venue = score(calibrated(make_now(make_column(ARTICLE_LONGS, ARTICLE_SHORTS))))
    assert one_venue.rule("R9").inputs["step"] == "small"
    assert 0.005 <= one_venue.risk_fraction <= 0.01
    small = make_now(make_column([(90_500, 92_000, aed(99e6))], [(94_000, 94_800, aed(20e6))]))
    assert "small cluster" in score(calibrated(small)).rule("R9").sentence


@given(
    points=st.integers(0, 7),
    risks=st.lists(st.floats(0.0, 0.02), min_size=3, max_size=3).map(sorted),
    weekend=st.booleans(),
    equity=st.floats(1.0, 1e9),
)
def test_no_choice_of_thresholds_risks_more_than_two_per_cent(points, risks, weekend, equity):
    del points
    now = calibrated(make_now(now_ms=SATURDAY_MS if weekend else WEDNESDAY_MS))
    preset = load_preset("article", dict(zip(("least_risk", "standard_risk", "risk_cap"), risks, strict=True)))
    setup = score(now, equity_usd=equity, preset=preset)
    assert setup.risk_fraction <= 0.02
    assert setup.risk_usd <= 0.02 * equity * (1 + 1e-12)


def test_no_order_book_is_incomplete_never_a_pass():
    for depth in (None, make_depth(WEDNESDAY_MS, age_ms=20_000)):
        setup = score(make_now(depth=depth))
        assert setup.verdict == "incomplete"
        assert verdicts(setup)["R4"] == "unknown"


def test_a_failing_setup_comes_with_its_reasons_and_its_figures():
    even = make_now(make_column(ARTICLE_LONGS, [(94_000, 94_800, aed(390e6))]))
    setup = score(even)
    assert setup.verdict == "fail"
    assert setup.reasons[0].startswith("R1 asymmetry")
    assert setup.entry is not None
    assert setup.reward_risk is not None


def test_no_opposing_cluster_means_no_stop_no_size_and_no_pass():
    setup = score(make_now(make_column(ARTICLE_LONGS)))
    assert setup.verdict == "fail"
    assert (setup.stop, setup.reward_risk, setup.risk_fraction, setup.size_units) == (None, None, None, None)
    assert verdicts(setup)["R6"] == "fail"
    assert verdicts(setup)["R8"] == verdicts(setup)["R9"] == "unknown"
    assert "no opposing cluster" in setup.rule("R6").sentence
    json.dumps(to_plain(setup), allow_nan=False)


@pytest.mark.parametrize("equity", [0.0, -1.0, float("nan"), float("inf"), True, "1000", None])
def test_equity_that_nothing_can_be_sized_from(equity):
    with pytest.raises(InputError, match="equity_usd"):
        score(equity_usd=equity)


def test_unknown_styles_and_prices_of_nothing():
    with pytest.raises(UnknownNameError, match="style"):
        score(style="gut feeling")
    with pytest.raises(InputError, match="price"):
        score(make_now(price=0.0))


def test_size_is_judged_by_realised_liquidations_or_says_that_it_is_not():
    assert verdicts(score(make_now(daily_liquidated_usd=None)))["R2"] == "unknown"
    assert score(make_now(daily_liquidated_usd=None)).verdict == "incomplete"
    estimated = make_now(is_daily_realised=False)
    assert verdicts(score(estimated))["R2"] == "pass"
    assert verdicts(score(estimated, preset="strict"))["R2"] == "unknown"
    assert verdicts(score(make_now(daily_liquidated_usd=aed(3e9))))["R2"] == "fail"


def test_absolute_sizes_come_as_multiples_of_the_relative_threshold():
    inputs = score().rule("R2").inputs
    threshold = 0.15 * aed(200e6)
    assert inputs["flag_large_aed"] is True
    assert inputs["flag_large_aed_multiple_of_threshold"] == pytest.approx(aed(200e6) / threshold)
    assert "flag_large_aed" not in score(preset="strict").rule("R2").inputs


@pytest.mark.parametrize(
    ("style", "cohort", "verdict"),
    [("scalp", 24.0, "pass"), ("scalp", 168.0, "fail"), ("scalp", None, "fail"), ("day", 72.0, "pass"),
     ("day", 24.0, "fail"), ("swing", 24.0, "fail"), ("swing", 168.0, "fail")],
)  # fmt: skip
def test_style_map_and_distance_belong_together(style, cohort, verdict):
    """At 1.1 % no map makes a swing of it."""
    assert verdicts(score(make_now(cohort_hours=cohort), style=style))["R12"] == verdict


@pytest.mark.parametrize("cohort", [168.0, 720.0, None])
def test_a_swing_takes_a_week_or_longer_and_two_to_five_per_cent(cohort):
    now = make_now(make_column([(89_000, 90_300, aed(400e6))], ARTICLE_SHORTS), cohort_hours=cohort)
    assert verdicts(score(now, style="swing"))["R12"] == "pass"


def test_beyond_five_per_cent_is_context():
    now = make_now(make_column([(85_000, 88_000, aed(900e6))], ARTICLE_SHORTS), cohort_hours=168.0)
    setup = score(now, style="swing")
    assert verdicts(setup)["R3"] == "fail"
    assert "context only" in setup.rule("R3").sentence


def test_a_price_past_the_entry_is_no_entry():
    now = make_now(make_column(ARTICLE_LONGS, ARTICLE_SHORTS, price=92_300.0))
    setup = score(now)
    assert verdicts(setup)["R5"] == "fail"
    assert setup.verdict == "fail"


def test_news_halves_and_so_does_a_calendar_that_cannot_say():
    clear, news = score(), score(make_now(now_ms=NEWS_MS))
    unknown = score(make_now(calendar=None))
    assert (verdicts(news)["R11"], verdicts(unknown)["R11"]) == ("fail", "unknown")
    assert news.risk_fraction == unknown.risk_fraction == clear.risk_fraction / 2
    assert (news.verdict, unknown.verdict) == ("pass", "pass")
    assert "calendar unknown" in unknown.flags
    assert score(make_now(now_ms=NEWS_MS), preset="strict").rule("R11").is_hard


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ({}, "no scheduled event within 60 min"),
        ({"now_ms": NEWS_MS}, "within 60 min of FOMC, 2026-01-28 19:00 UTC"),
        ({"calendar": None}, "there is no calendar"),
        ({"now_ms": WEDNESDAY_MS + 730 * 86_400_000}, "the calendar of FOMC, CPI does not cover this time"),
        ({"calendar": (CalendarSeries("mine", "", (), None, None, False),)}, "no series covers this time"),
    ],
)
def test_the_calendar_says_what_it_knows(now, sentence):
    assert score(make_now(**now)).rule("R11").sentence == sentence


@pytest.mark.parametrize(
    ("depth", "sentence"),
    [
        (None, "no order book was given"),
        (make_depth(WEDNESDAY_MS, n=11), "the book has 11 samples; 12 are needed against spoofing"),
        (make_depth(WEDNESDAY_MS, age_ms=5_500), "the book is 5.5 s old; at most 5 s will do"),
        ({"okx": make_depth(WEDNESDAY_MS, age_ms=70_000)}, "the book of okx has no sample of the last 60 s"),
        (
            {"okx": make_depth(WEDNESDAY_MS), "bybit": make_depth(WEDNESDAY_MS, age_ms=9_000)},
            "the book of bybit is 9 s old; at most 5 s will do",
        ),
    ],
)
def test_an_order_book_that_cannot_be_used_says_whose_and_why(depth, sentence):
    result = score(make_now(depth=depth)).rule("R4")
    assert (result.verdict, result.sentence) == ("unknown", sentence)


def test_the_size_lists_its_reasons_and_the_discount_its_factors():
    setup = score(make_now(now_ms=SATURDAY_MS, calendar=None, volume_rank=None))
    assert (
        "weekend: one step down, thin market: at most 0.5%"
        in score(calibrated(make_now(now_ms=SATURDAY_MS, volume_rank=None))).rule("R9").sentence
    )
    assert setup.rule("R9").sentence.endswith("news, or no calendar to rule it out: x 0.5), " + _worth(setup))
    assert setup.rule("R10").sentence.endswith("(x 0.75 uncalibrated, x 0.8 weekend, x 0.8 market depth)")


def _worth(setup):
    return f"{in_words(setup.size_usd)} at the entry"


def test_weekends_discount_widen_and_step_down_and_say_why():
    week, weekend = score(calibrated(make_now())), score(calibrated(make_now(now_ms=SATURDAY_MS)))
    assert weekend.forced_flow_usd == pytest.approx(0.8 * week.forced_flow_usd)
    assert weekend.stop > week.stop
    assert weekend.stop / week.stop == pytest.approx(1.005 / 1.001)
    assert (week.rule("R9").inputs["step"], weekend.rule("R9").inputs["step"]) == ("large", "standard")
    assert "stop buffer at least 0.5%" in weekend.rule("R14").sentence
    assert weekend.verdict == "pass"
    assert score(make_now(now_ms=SATURDAY_MS), preset="strict").verdict == "fail"
    measured = score(make_now(now_ms=SATURDAY_MS, weekend_flow_factor=0.5))
    assert measured.forced_flow_usd == pytest.approx(0.5 / 0.8 * score(make_now(now_ms=SATURDAY_MS)).forced_flow_usd)


@pytest.mark.parametrize(
    ("rank", "verdict", "factor"),
    [(1, "pass", 1), (2, "pass", 1), (3, "pass", 0.8), (16, "fail", 0.8), (None, "unknown", 0.8)],
)
def test_thin_markets_are_discounted_capped_or_refused(rank, verdict, factor):
    setup = score(calibrated(make_now(volume_rank=rank)))
    assert verdicts(setup)["R17"] == verdict
    whole = score(calibrated(make_now())).forced_flow_usd
    assert setup.forced_flow_usd == pytest.approx(factor * whole)
    assert (setup.risk_fraction <= 0.005) == (verdict != "pass")


def test_a_fired_cluster_is_not_chased():
    now = make_now()
    fired = dataclasses.replace(long_cluster(now), swept_usd=10 * long_cluster(now).cluster.held_notional_usd)
    setup = score_setup(fired, now, style="scalp", equity_usd=1e5)
    assert verdicts(setup)["R15"] == "fail"
    assert setup.cluster.phase == "exhausted"
    assert setup.verdict == "fail"


@pytest.mark.parametrize(
    ("changes", "phase", "verdict"),
    [
        ({}, "approaching", "pass"),
        ({"realised_usd": 0.0}, "approaching", "pass"),
        ({"realised_usd": 10e6, "taker_share": 0.8}, "triggering", "pass"),
        ({"realised_usd": 500e6}, "exhausted", "fail"),
        ({"price": 91_500.0}, "approaching", "unknown"),
        ({"price": 91_500.0, "realised_usd": 0.0}, "approaching", "pass"),
    ],
)
def test_phase(changes, phase, verdict):
    setup = score(make_now(**changes))
    assert (setup.cluster.phase, verdicts(setup)["R18"]) == (phase, verdict)


def test_recheck_judges_against_what_was_noted():
    now = make_now()
    noted = score(now)
    assert recheck(noted, now, equity_usd=1e5).verdict == "pass"
    late = make_now(now_ms=WEDNESDAY_MS + 5 * 3_600_000)
    again = dataclasses.replace(late, clusters=now.clusters, depth=make_depth(late.now_ms))
    expired = recheck(noted, again, equity_usd=1e5)
    assert expired.verdict == "fail"
    assert "expired: its time is up" in expired.flags
    others = tuple(one for one in now.clusters if one != noted.cluster and one.cluster.side == "short")
    dead = dataclasses.replace(noted.cluster, death="swept", death_ms=WEDNESDAY_MS)
    gone = recheck(noted, dataclasses.replace(now, clusters=others, dead_clusters=(dead,)), equity_usd=1e5)
    assert gone.verdict == "fail"
    assert "the cluster is gone: swept" in gone.rule("R15").sentence


def test_everything_becomes_json():
    plain = to_plain(score())
    assert json.loads(json.dumps(plain, allow_nan=False))["cluster"]["cluster"]["near_edge"] == pytest.approx(
        92_000, abs=12
    )
    assert plain["reasons"]
