"""Rules about the map: how lopsided it is, and whether the cluster is large, near, and of a fitting map."""

from __future__ import annotations

import math

from liqheat.records import RuleResult
from liqheat.setups.case import Case
from liqheat.setups.judging import exceeds, ratio_of, reaches
from liqheat.setups.rule import Judgement, Rule
from liqheat.setups.thresholds import Preset, RuleValue, same
from liqheat.setups.words import Value

FLAGS = ("flag_small_aed", "flag_medium_aed", "flag_large_aed")


def judge_asymmetry(case: Case) -> Judgement:
    """Longs below over shorts above within one band; the larger side is where the price is drawn.

    The interval is the spread over refits of a calibrated model; it is told and does not decide.
    """
    asymmetry = ratio_of(case.long_usd, case.short_usd)
    bias, interval = asymmetry_bias(case.preset, asymmetry), case.now.asymmetry_interval
    inputs = {
        "long_below_usd": case.long_usd,
        "short_above_usd": case.short_usd,
        "asymmetry": asymmetry,
        "asymmetry_low": None if interval is None else interval[0],
        "asymmetry_high": None if interval is None else interval[1],
        "bias": bias,
    }
    if asymmetry is None:
        return Judgement("unknown", inputs, ("nothing",))
    shown = ("sides",) if interval is None else ("sides", "range")
    if bias == "none":
        return Judgement("fail", inputs, (*shown, "even"))
    return Judgement("pass" if bias == case.direction else "fail", inputs, (*shown, "favours"))


def asymmetry_bias(preset: Preset, asymmetry: float | None) -> str:
    """``short`` where longs below outweigh, ``long`` where shorts above do, else ``none``."""
    least = preset["least_asymmetry"]
    if asymmetry is None:
        return "none"
    return "short" if reaches(asymmetry, least) else "none" if exceeds(asymmetry, 1.0 / least) else "long"


def _asymmetry_points(result: RuleResult, preset: Preset) -> int:
    asymmetry = result.inputs["asymmetry"]
    if result.verdict != "pass" or not isinstance(asymmetry, float):
        return 0
    strength = max(asymmetry, 1.0 / asymmetry if asymmetry > 0 else math.inf)
    return int(reaches(strength, preset["strong_asymmetry"]))


def judge_size(case: Case) -> Judgement:
    """Flow of the cluster beside the mean daily liquidations of the pair over 30 days.

    The article's absolute sizes are reported as flags, and as multiples of this rule's threshold.
    """
    preset, now, estimate, threshold_usd = case.preset, case.now, case.estimate_usd, case.threshold_usd
    inputs: dict[str, Value] = {
        "estimate_usd": estimate,
        "forced_flow_usd": case.flow_usd,
        "daily_liquidated_usd": now.daily_liquidated_usd,
        "daily_basis": "realised" if now.is_daily_realised else "estimated by the book",
        "basis": "realised" if now.is_daily_realised else "estimated",
        "threshold_usd": threshold_usd,
        "volatility_per_sqrt_year": case.volatility_per_sqrt_year,
        "multiple_of_threshold": ratio_of(case.flow_usd, threshold_usd) if threshold_usd else None,
    }
    for key in FLAGS:
        usd = preset.get_usd(key)
        if usd is not None:
            inputs[key] = reaches(estimate, usd)
            inputs[f"{key}_multiple_of_threshold"] = usd / threshold_usd if threshold_usd else None
    if not threshold_usd:
        return Judgement("unknown", inputs, ("unknown",))
    if not now.is_daily_realised and not preset["accepts_estimated_daily"]:
        return Judgement("unknown", inputs, ("only_estimated",))
    says = ("compared", "volatile") if case.is_volatile else ("compared",)
    return Judgement("pass" if reaches(case.flow_usd / threshold_usd, 1.0) else "fail", inputs, says)


def distance_class(preset: Preset, distance: float) -> str:
    """``scalp`` (near), ``swing`` (farther) or ``context`` (no setup)."""
    near, far = preset["near_distance"], preset["far_distance"]
    if exceeds(distance, far):
        return "context"
    return "swing" if exceeds(distance, near) else "scalp"


def judge_distance(case: Case) -> Judgement:
    """Near enough to act on, with the driftless chance of a touch beside it."""
    found = distance_class(case.preset, case.distance)
    inputs: dict[str, Value] = {
        "distance": case.distance,
        "class": found,
        "touch_probability": case.touch_probability,
        "horizon_hours": case.hours,
    }
    is_context = found == "context"
    return Judgement("fail" if is_context else "pass", inputs, ("context" if is_context else "near", "chance"))


def judge_timeframe(case: Case) -> Judgement:
    """A scalp on the 24 h map, a day trade on 3 d, a swing on 7 d or longer; and a distance that fits."""
    style, cohort_hours = case.style, case.now.cohort_hours
    wanted = case.preset[f"{style}_cohort_hours"]
    fits_map = cohort_hours is None or cohort_hours >= wanted if style == "swing" else cohort_hours == wanted
    kind = distance_class(case.preset, case.distance)
    fits_distance = kind == style if style != "day" else kind != "context"
    inputs = {
        "style": style,
        "cohort_hours": cohort_hours,
        "wanted_cohort_hours": wanted,
        "distance": case.distance,
    }
    shown = "all_positions" if cohort_hours is None else "hours"
    if fits_map and fits_distance:
        return Judgement("pass", inputs, ("map_of", shown, "fit"))
    of_map = () if fits_map else ("belongs", shown)
    of_distance = () if fits_distance else ("distance",)
    return Judgement("fail", inputs, (*of_map, *(("and",) if of_map and of_distance else ()), *of_distance))


RULES_OF_MAP = (
    Rule(
        "R1",
        "asymmetry",
        "Does one side hold much more than the other near the price?",
        (
            same("band", 0.05, "share of price", 0.001, 0.5),
            same("least_asymmetry", 2.0, "times", 1.0, 100.0),
            same("strong_asymmetry", 3.0, "times", 1.0, 100.0),
        ),
        "article: at least 2:1; ours: same band on both sides, strong at 3",
        (True, True),
        judge_asymmetry,
        "at least {least_asymmetry:number} : 1 within {band:percent} on both sides",
        {
            "nothing": "neither side holds anything in the band",
            "sides": "{long_below_usd:usd} of longs below, {short_above_usd:usd} of shorts above: {asymmetry:two} : 1",
            "range": " ({asymmetry_low:two}-{asymmetry_high:two} over refits)",
            "even": ", too even to favour a side",
            "favours": ", which favours a {bias:word}",
        },
        {
            "long_below_usd": "usd",
            "short_above_usd": "usd",
            "asymmetry": "ratio",
            "asymmetry_low": "number",
            "asymmetry_high": "number",
            "bias": "word",
        },
        points=_asymmetry_points,
        step=1,
    ),
    Rule(
        "R2",
        "size",
        "Is the cluster large beside what is liquidated on a usual day?",
        (
            same("least_share_of_daily", 0.15, "share of mean daily liquidations over 30 days", 0.0, 10.0),
            same("volatile_from", 0.8, "volatility of 7 days, a year", 0.0, 100.0),
            same("volatile_size_factor", 2.0, "times, above that volatility", 1.0, 100.0),
            RuleValue("accepts_estimated_daily", 1.0, 0.0, "1 yes, 0 no", 0.0, 1.0),
            RuleValue("flag_small_aed", 50e6, None, "AED", 0.0, 1e12),
            RuleValue("flag_medium_aed", 100e6, None, "AED", 0.0, 1e12),
            RuleValue("flag_large_aed", 200e6, None, "AED", 0.0, 1e12),
        ),
        "article: 15 %, and 50, 100, 200 million AED, of which in high volatility 100 are run over like 50; "
        "ours: the average is a mean over 30 days, and high is above 80 % a year",
        (True, True),
        judge_size,
        "at least {least_share_of_daily:percent} of the mean daily liquidations of 30 days",
        {
            "unknown": "the usual daily liquidations are not known",
            "only_estimated": "the usual daily liquidations are only estimated; this preset wants realised ones",
            "compared": "{forced_flow_usd:money} is {multiple_of_threshold:two} times the {basis:word} threshold of "
            "{threshold_usd:money}",
            "volatile": " (x {volatile_size_factor:number}: volatility {volatility_per_sqrt_year:percent} a year)",
        },
        {
            "estimate_usd": "usd",
            "forced_flow_usd": "usd",
            "daily_liquidated_usd": "usd",
            "daily_basis": "word",
            "threshold_usd": "usd",
            "volatility_per_sqrt_year": "share",
            "multiple_of_threshold": "times",
            **dict.fromkeys(FLAGS, "yes_no"),
            **{f"{key}_multiple_of_threshold": "times" for key in FLAGS},
        },
        step=1,
    ),
    Rule(
        "R3",
        "distance",
        "Is the near edge near enough to act on?",
        (
            same("near_distance", 0.02, "share of price", 0.0, 0.5),
            same("far_distance", 0.05, "share of price", 0.0, 0.5),
            same("near_horizon_hours", 4.0, "h", 0.1, 1000.0),
            same("day_horizon_hours", 24.0, "h", 0.1, 1000.0),
            same("far_horizon_hours", 72.0, "h", 0.1, 1000.0),
        ),
        "article: 2 % in 1-4 h, 5 % in 12-72 h, farther is context; ours: 24 h for a day trade",
        (True, True),
        judge_distance,
        "at most {near_distance:percent1} for hours, {far_distance:percent1} for days",
        {
            "near": "{distance:percent2} away: {class:word} distance",
            "context": "{distance:percent2} away: context only",
            "chance": "; a driftless price touches it in {horizon_hours:number} h with {touch_probability:percent}",
        },
        {"distance": "share", "class": "word", "touch_probability": "share", "horizon_hours": "hours"},
        step=2,
    ),
    Rule(
        "R12",
        "timeframe",
        "Do map, distance and style belong together?",
        (
            same("scalp_cohort_hours", 24.0, "h", 1.0, 8760.0),
            same("day_cohort_hours", 72.0, "h", 1.0, 8760.0),
            same("swing_cohort_hours", 168.0, "h", 1.0, 8760.0),
        ),
        "article: 24 h, 3 d, 7 d or longer; ours: the distance must be of the style, too",
        (True, True),
        judge_timeframe,
        "a map of {wanted_cohort_hours:number} h (a swing: or longer), and a distance that fits",
        {
            "belongs": "a {style:word} belongs on the {wanted_cohort_hours:number} h map, this is ",
            "map_of": "map of ",
            "all_positions": "all positions",
            "hours": "{cohort_hours:number} h",
            "and": "; ",
            "distance": "{distance:percent2} is no {style:word} distance",
            "fit": " and distance fit a {style:word}",
        },
        {"style": "word", "cohort_hours": "hours", "wanted_cohort_hours": "hours", "distance": "share"},
        step=2,
    ),
)
