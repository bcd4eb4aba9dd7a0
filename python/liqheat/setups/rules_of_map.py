"""Rules about the map: how lopsided it is, and whether the cluster is large, near, backed, unmoved and unfired."""

from __future__ import annotations

import math

from liqheat.records import Phase, RuleResult, Verdict
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
    preset, now, estimate, threshold_usd = case.preset, case.now, case.one.mass_usd, case.threshold_usd
    inputs: dict[str, Value] = {
        "estimate_usd": estimate,
        "forced_flow_usd": case.flow_usd,
        "daily_liquidated_usd": now.daily_liquidated_usd,
        "daily_basis": "realised" if now.is_daily_realised else "estimated by the book",
        "basis": "realised" if now.is_daily_realised else "estimated",
        "threshold_usd": threshold_usd,
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
    return Judgement("pass" if reaches(case.flow_usd / threshold_usd, 1.0) else "fail", inputs, ("compared",))


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
        "shown": "all positions" if cohort_hours is None else f"{cohort_hours:g} h",
    }
    problems = [name for name, fits in (("map", fits_map), ("distance", fits_distance)) if not fits]
    says = ("map", "and", "distance") if len(problems) == 2 else tuple(problems)
    return Judgement("fail" if problems else "pass", inputs, says or ("fit",))


def judge_migration(case: Case) -> Judgement:
    """The cluster has not moved or shrunk since it was noted.

    The article does not say which point of it moves. The peak of a wide cluster jumps between two near-equal heights,
    so its centre counts.
    """
    noted = case.first_noted
    moved = case.one.centre_price / noted.centre_price - 1.0
    fallen = 1.0 - case.flow_usd / noted.forced_flow_usd if noted.forced_flow_usd > 0 else 0.0
    inputs = {
        "moved": moved,
        "fallen": fallen,
        "flow_change": 0.0 - fallen,
        "noted_ms": noted.time_ms,
        "noted_centre_price": noted.centre_price,
    }
    is_gone = exceeds(abs(moved), case.preset["most_migration"]) or exceeds(fallen, case.preset["most_fall"])
    return Judgement("fail" if is_gone else "pass", inputs, ("since",))


def judge_chase(case: Case) -> Judgement:
    """After a cluster has fired there is nothing left to trade into."""
    cluster = case.cluster
    inputs = {"swept_share": cluster.swept_share, "swept_usd": cluster.swept_usd, "death": cluster.death}
    if cluster.death is not None:
        return Judgement("fail", inputs, ("gone",))
    is_over = exceeds(cluster.swept_share, case.preset["exhausted_share"])
    return Judgement("fail" if is_over else "pass", inputs, ("swept",))


def judge_support(case: Case) -> Judgement:
    """How much of the estimate sweeps in training back; unknown for an uncalibrated book.

    A model whose published gain over the strongest baseline may be nothing is not believed either.
    """
    support, gain = case.one.support, case.now.information_gain
    if support is None:
        return Judgement("unknown", {"support": None}, ("uncalibrated",))
    inputs: dict[str, Value] = {"support": support}
    is_enough = reaches(support, case.preset["least_support"])
    if gain is None:
        return Judgement("pass" if is_enough else "fail", inputs, ("backed",))
    inputs |= {"information_gain_low": gain[0], "information_gain_high": gain[1]}
    is_proven = gain[0] > 0.0
    says = ("backed", "gain") if is_proven else ("backed", "gain", "unproven")
    return Judgement("pass" if is_enough and is_proven else "fail", inputs, says)


def _support_points(result: RuleResult, preset: Preset) -> int:
    support = result.inputs["support"]
    return int(isinstance(support, float) and reaches(support, preset["strong_support"]))


def phase_of(case: Case) -> tuple[Phase, Verdict, tuple[str, ...]]:
    """Before, while or after it fires, from liquidations and taker share of the last minute; and how to say it.

    Without those feeds only a price outside the cluster can be placed: it is approaching.
    """
    cluster, preset, now = case.cluster, case.preset, case.now
    share = _realised_share(case)
    if cluster.death is not None or cluster.swept_share > preset["exhausted_share"]:
        return "exhausted", "fail", ("fired",)
    if share is not None and share > preset["exhausted_share"]:
        return "exhausted", "fail", ("minute",)
    if share is not None and share >= preset["triggering_share"]:
        confirmed = now.taker_share is not None and now.taker_share >= preset["taker_share"]
        takers = "confirmed" if confirmed else "unconfirmed" if now.taker_share is not None else "takers_unknown"
        return "triggering", "pass", ("minute", takers)
    if case.distance > 0:
        return "approaching", "pass", ("outside",)
    if share is None:
        return cluster.phase, "unknown", ("inside_unknown",)
    return "approaching", "pass", ("inside",)


def judge_phase(case: Case) -> Judgement:
    """Before, while or after it fires; see `phase_of`."""
    phase, verdict, says = phase_of(case)
    inputs = {
        "phase": phase,
        "realised_share_of_minute": _realised_share(case),
        "taker_share": case.now.taker_share,
        "swept_share": case.cluster.swept_share,
    }
    return Judgement(verdict, inputs, says)


def _realised_share(case: Case) -> float | None:
    realised = case.now.realised_usd
    return None if realised is None else ratio_of(realised, case.flow_usd)


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
            "favours": ", which favours a {bias}",
        },
        points=_asymmetry_points,
    ),
    Rule(
        "R2",
        "size",
        "Is the cluster large beside what is liquidated on a usual day?",
        (
            same("least_share_of_daily", 0.15, "share of mean daily liquidations over 30 days", 0.0, 10.0),
            RuleValue("accepts_estimated_daily", 1.0, 0.0, "1 yes, 0 no", 0.0, 1.0),
            RuleValue("flag_small_aed", 50e6, None, "AED", 0.0, 1e12),
            RuleValue("flag_medium_aed", 100e6, None, "AED", 0.0, 1e12),
            RuleValue("flag_large_aed", 200e6, None, "AED", 0.0, 1e12),
        ),
        "article: 15 %, and 50, 100, 200 million AED; ours: the average is a mean over 30 days",
        (True, True),
        judge_size,
        "at least {least_share_of_daily:percent} of the mean daily liquidations of 30 days",
        {
            "unknown": "the usual daily liquidations are not known",
            "only_estimated": "the usual daily liquidations are only estimated; this preset wants realised ones",
            "compared": "{forced_flow_usd:money} is {multiple_of_threshold:two} times the {basis} threshold of "
            "{threshold_usd:money}",
        },
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
            "near": "{distance:percent2} away: {class} distance",
            "context": "{distance:percent2} away: context only",
            "chance": "; a driftless price touches it in {horizon_hours:number} h with {touch_probability:percent}",
        },
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
            "map": "a {style} belongs on the {wanted_cohort_hours:number} h map, this is {shown}",
            "and": "; ",
            "distance": "{distance:percent2} is no {style} distance",
            "fit": "map of {shown} and distance fit a {style}",
        },
    ),
    Rule(
        "R13",
        "migration",
        "Does the cluster still stand where it was noted?",
        (
            same("most_migration", 0.01, "share of price", 0.0, 0.5),
            same("most_fall", 0.40, "share of forced flow", 0.0, 1.0),
        ),
        "article: 1 %; ours: or 40 % less flow, and the centre moves, not the peak",
        (True, True),
        judge_migration,
        "moved at most {most_migration:percent}, fell at most {most_fall:percent}",
        {"since": "centre moved {moved:change2} and flow changed {flow_change:change} since noted"},
        flag=lambda result, _: "expired: the cluster moved or shrank" if result.verdict == "fail" else None,
    ),
    Rule(
        "R15",
        "not chasing",
        "Has the cluster fired already?",
        (same("exhausted_share", 0.70, "share", 0.0, 1.0),),
        "article: after it fired the move is largely done; ours: 70 % swept",
        (True, True),
        judge_chase,
        "at most {exhausted_share:percent} swept",
        {"gone": "the cluster is gone: {death}", "swept": "{swept_share:percent} swept (estimated)"},
    ),
    Rule(
        "R16",
        "support",
        "Is the estimate backed by data?",
        (
            same("least_support", 0.5, "share", 0.0, 1.0),
            same("strong_support", 0.8, "share", 0.0, 1.0),
            same("unsupported_risk", 0.005, "share of equity", 0.0, 0.005),
        ),
        "ours: the article has no such rule",
        (False, False),
        judge_support,
        "at least {least_support:number}",
        {
            "uncalibrated": "the book is not calibrated, so nothing backs its distances",
            "backed": "{support:percent} of it is backed by sweeps",
            "gain": "; published gain {information_gain_low:signed3} to {information_gain_high:signed3} nats",
            "unproven": ", which may be nothing",
        },
        points=_support_points,
        cap=("unsupported_risk", "estimate without support"),
    ),
    Rule(
        "R18",
        "phase",
        "Before, while or after it fires?",
        (
            same("triggering_share", 0.05, "realised in 60 s / forced flow", 0.0, 1.0),
            same("taker_share", 0.6, "share", 0.5, 1.0),
        ),
        "article: before, as, after it triggers; ours: every figure",
        (False, False),
        judge_phase,
        "firing from {triggering_share:percent} in a minute, over at {exhausted_share:percent}",
        {
            "fired": "it has fired",
            "minute": "{realised_share_of_minute:percent} of its flow was liquidated within the minute",
            "confirmed": ", takers confirm",
            "unconfirmed": ", takers do not confirm",
            "takers_unknown": ", takers are not known",
            "outside": "the price has not reached it",
            "inside_unknown": "the price is inside it, and no feed of liquidations says whether it fires",
            "inside": "the price is inside it, and next to nothing was liquidated in the last minute",
        },
    ),
)
