"""Rules about the map and the market: R1 to R4 and R11 to R18, each a pure function."""

from __future__ import annotations

from datetime import UTC, datetime

from liqheat.records import (
    CalendarState,
    Cluster,
    DepthCheck,
    Direction,
    Noted,
    Phase,
    RuleResult,
    Style,
    TrackedCluster,
    Verdict,
)
from liqheat.setups.judging import Inputs, exceeds, in_words, judge, ratio_of, reaches
from liqheat.setups.presets import Preset
from liqheat.units import format_usd

FLAGS = ("flag_small_aed", "flag_medium_aed", "flag_large_aed")


def judge_asymmetry(
    preset: Preset,
    direction: Direction,
    long_usd: float,
    short_usd: float,
    interval: tuple[float, float] | None = None,
) -> RuleResult:
    """R1: long flow below over short flow above within one band; the larger side is where the price is drawn.

    The interval is the spread over refits of a calibrated model; it is told and does not decide.

    Examples
    --------
    The article's 350 to 90 and 400 to 200:

    >>> from liqheat.setups.presets import load_preset
    >>> for long_usd, short_usd in ((350e6, 90e6), (400e6, 200e6)):
    ...     result = judge_asymmetry(load_preset(), "short", long_usd, short_usd)
    ...     result.verdict, round(result.inputs["asymmetry"], 2), result.inputs["bias"]
    ('pass', 3.89, 'short')
    ('pass', 2.0, 'short')
    """
    least, band = preset["least_asymmetry"], preset["band"]
    asymmetry = ratio_of(long_usd, short_usd)
    bias = asymmetry_bias(preset, asymmetry)
    inputs: Inputs = {
        "long_below_usd": long_usd,
        "short_above_usd": short_usd,
        "asymmetry": asymmetry,
        "asymmetry_low": None if interval is None else interval[0],
        "asymmetry_high": None if interval is None else interval[1],
        "bias": bias,
    }
    threshold = f"at least {least:g} : 1 within {band:.0%} on both sides"
    if asymmetry is None:
        return judge("R1", preset, "unknown", inputs, threshold, "neither side holds anything in the band")
    shown = f"{format_usd(long_usd)} of longs below, {format_usd(short_usd)} of shorts above: {asymmetry:.2f} : 1"
    if interval is not None:
        shown += f" ({interval[0]:.2f}-{interval[1]:.2f} over refits)"
    if bias == "none":
        return judge("R1", preset, "fail", inputs, threshold, f"{shown}, too even to favour a side")
    verdict: Verdict = "pass" if bias == direction else "fail"
    return judge("R1", preset, verdict, inputs, threshold, f"{shown}, which favours a {bias}")


def asymmetry_bias(preset: Preset, asymmetry: float | None) -> str:
    """``short`` where longs below outweigh, ``long`` where shorts above do, else ``none``."""
    least = preset["least_asymmetry"]
    if asymmetry is None:
        return "none"
    return "short" if reaches(asymmetry, least) else "none" if exceeds(asymmetry, 1.0 / least) else "long"


def judge_size(
    preset: Preset, estimate_usd: float, flow_usd: float, daily_usd: float | None, *, is_realised: bool
) -> RuleResult:
    """R2: flow of the cluster beside the mean daily liquidations of the pair over 30 days.

    The article's absolute sizes are reported as flags, and as multiples of this rule's threshold.
    """
    share = preset["least_share_of_daily"]
    threshold_usd = None if daily_usd is None else share * daily_usd
    inputs: dict[str, float | int | str | bool | None] = {
        "estimate_usd": estimate_usd,
        "forced_flow_usd": flow_usd,
        "daily_liquidated_usd": daily_usd,
        "daily_basis": "realised" if is_realised else "estimated by the book",
        "threshold_usd": threshold_usd,
        "multiple_of_threshold": ratio_of(flow_usd, threshold_usd) if threshold_usd else None,
    }
    for key in FLAGS:
        usd = preset.get_usd(key)
        if usd is not None:
            inputs[key] = reaches(estimate_usd, usd)
            inputs[f"{key}_multiple_of_threshold"] = usd / threshold_usd if threshold_usd else None
    threshold = f"at least {share:.0%} of the mean daily liquidations of 30 days"
    if not threshold_usd:
        return judge("R2", preset, "unknown", inputs, threshold, "the usual daily liquidations are not known")
    if not is_realised and not preset["accepts_estimated_daily"]:
        sentence = "the usual daily liquidations are only estimated; this preset wants realised ones"
        return judge("R2", preset, "unknown", inputs, threshold, sentence)
    multiple = flow_usd / threshold_usd
    basis = "realised" if is_realised else "estimated"
    sentence = f"{in_words(flow_usd)} is {multiple:.2f} times the {basis} threshold of {in_words(threshold_usd)}"
    return judge("R2", preset, "pass" if reaches(multiple, 1.0) else "fail", inputs, threshold, sentence)


def distance_class(preset: Preset, distance: float) -> str:
    """``scalp`` (near), ``swing`` (farther) or ``context`` (no setup)."""
    near, far = preset["near_distance"], preset["far_distance"]
    if exceeds(distance, far):
        return "context"
    return "swing" if exceeds(distance, near) else "scalp"


def judge_distance(preset: Preset, distance: float, touch: float, hours: float) -> RuleResult:
    """R3: near enough to act on, with the driftless chance of a touch beside it."""
    inputs: Inputs = {
        "distance": distance,
        "class": distance_class(preset, distance),
        "touch_probability": touch,
        "horizon_hours": hours,
    }
    near, far = preset["near_distance"], preset["far_distance"]
    threshold = f"at most {near:.1%} for hours, {far:.1%} for days"
    found = distance_class(preset, distance)
    sentence = f"{distance:.2%} away: {'context only' if found == 'context' else found + ' distance'}"
    sentence += f"; a driftless price touches it in {hours:g} h with {touch:.0%}"
    return judge("R3", preset, "fail" if found == "context" else "pass", inputs, threshold, sentence)


def judge_book(preset: Preset, check: DepthCheck) -> RuleResult:
    """R4: a thin book lets the price through; anything else stands in the way. No fresh book, no answer."""
    largest = check.walls[0] if check.walls else None
    inputs: Inputs = {
        "state": check.state,
        "resting_usd": check.resting_usd,
        "ratio": check.ratio,
        "reaches_edge": check.reaches_edge,
        "n_samples": check.n_samples,
        "age_ms": check.age_ms,
        "largest_wall_price": largest.price if largest else None,
        "largest_wall_usd": largest.resting_usd if largest else None,
    }
    threshold = f"under {preset['thin_ratio']:.0%} of the cluster's flow; above {preset['wall_ratio']:.0%} is a wall"
    verdict: Verdict = "unknown" if check.state == "unknown" else "pass" if check.state == "thin" else "fail"
    sentence = check.detail
    if largest:
        sentence += f"; a wall of {in_words(largest.resting_usd)} at {largest.price:,.6g}"
    return judge("R4", preset, verdict, inputs, threshold, sentence)


def judge_news(preset: Preset, state: CalendarState) -> RuleResult:
    """R11: a scheduled event near by. A calendar that cannot say is unknown, and sized as if there were one."""
    inputs: Inputs = {"state": state.state, "events": ", ".join(event.name for event in state.events)}
    threshold = f"no scheduled event within {preset['news_window_min']:g} min"
    verdict: Verdict = {"clear": "pass", "news": "fail"}.get(state.state, "unknown")  # type: ignore[assignment]
    return judge("R11", preset, verdict, inputs, threshold, state.detail)


def judge_timeframe(preset: Preset, style: Style, cohort_hours: float | None, distance: float) -> RuleResult:
    """R12: a scalp on the 24 h map, a day trade on 3 d, a swing on 7 d or longer; and a distance that fits."""
    wanted = preset[f"{style}_cohort_hours"]
    inputs: Inputs = {"style": style, "cohort_hours": cohort_hours, "wanted_cohort_hours": wanted, "distance": distance}
    fits_map = cohort_hours is None or cohort_hours >= wanted if style == "swing" else cohort_hours == wanted
    kind = distance_class(preset, distance)
    fits_distance = kind == style if style != "day" else kind != "context"
    shown = "all positions" if cohort_hours is None else f"{cohort_hours:g} h"
    threshold = f"a map of {wanted:g} h{' or longer' if style == 'swing' else ''}, and a distance that fits"
    problems = []
    if not fits_map:
        problems.append(f"a {style} belongs on the {wanted:g} h map, this is {shown}")
    if not fits_distance:
        problems.append(f"{distance:.2%} is no {style} distance")
    sentence = "; ".join(problems) or f"map of {shown} and distance fit a {style}"
    return judge("R12", preset, "fail" if problems else "pass", inputs, threshold, sentence)


def judge_migration(preset: Preset, noted: Noted, cluster: Cluster, flow_usd: float) -> RuleResult:
    """R13: the cluster has not moved or shrunk since it was noted.

    The article does not say which point of it moves. The peak of a wide cluster jumps between two near-equal heights,
    so its centre counts.
    """
    moved = cluster.centre_price / noted.centre_price - 1.0
    fallen = 1.0 - flow_usd / noted.forced_flow_usd if noted.forced_flow_usd > 0 else 0.0
    inputs: Inputs = {
        "moved": moved,
        "fallen": fallen,
        "noted_ms": noted.time_ms,
        "noted_centre_price": noted.centre_price,
    }
    most, fall = preset["most_migration"], preset["most_fall"]
    threshold = f"moved at most {most:.0%}, fell at most {fall:.0%}"
    is_still_there = not exceeds(abs(moved), most) and not exceeds(fallen, fall)
    sentence = f"centre moved {moved:+.2%} and flow changed {0.0 - fallen:+.0%} since noted"
    return judge("R13", preset, "pass" if is_still_there else "fail", inputs, threshold, sentence)


def is_weekend(time_ms: int) -> bool:
    """Saturday or Sunday, UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).weekday() >= 5


def judge_weekend(preset: Preset, time_ms: int, measured_factor: float | None) -> RuleResult:
    """R14: weekends discount the flow, widen the stop and lower the conviction; `strict` sits out."""
    weekend = is_weekend(time_ms)
    factor = preset["weekend_flow_factor"] if measured_factor is None else measured_factor
    inputs: Inputs = {"is_weekend": weekend, "flow_factor": factor, "is_measured": measured_factor is not None}
    threshold = "Monday to Friday, UTC"
    sentence = "a working day"
    if weekend:
        buffer = preset["weekend_stop_buffer"]
        sentence = f"weekend: flow x {factor:g}, stop buffer at least {buffer:.1%}, conviction one step down"
    return judge("R14", preset, "fail" if weekend else "pass", inputs, threshold, sentence)


def judge_chase(preset: Preset, cluster: TrackedCluster) -> RuleResult:
    """R15: after a cluster has fired there is nothing left to trade into."""
    most = preset["exhausted_share"]
    inputs: Inputs = {"swept_share": cluster.swept_share, "swept_usd": cluster.swept_usd, "death": cluster.death}
    threshold = f"at most {most:.0%} swept"
    if cluster.death is not None:
        return judge("R15", preset, "fail", inputs, threshold, f"the cluster is gone: {cluster.death}")
    verdict: Verdict = "fail" if exceeds(cluster.swept_share, most) else "pass"
    return judge("R15", preset, verdict, inputs, threshold, f"{cluster.swept_share:.0%} swept (estimated)")


def judge_support(
    preset: Preset, support: float | None, information_gain: tuple[float, float] | None = None
) -> RuleResult:
    """R16: how much of the estimate sweeps in training back; unknown for an uncalibrated book.

    A model whose published gain over the strongest baseline may be nothing is not believed either.
    """
    least = preset["least_support"]
    threshold = f"at least {least:g}"
    if support is None:
        sentence = "the book is not calibrated, so nothing backs its distances"
        return judge("R16", preset, "unknown", {"support": None}, threshold, sentence)
    inputs: Inputs = {"support": support}
    sentence = f"{support:.0%} of it is backed by sweeps"
    proven = True
    if information_gain is not None:
        low, high = information_gain
        inputs = {**inputs, "information_gain_low": low, "information_gain_high": high}
        proven = low > 0.0
        sentence += f"; published gain {low:+.3f} to {high:+.3f} nats" + ("" if proven else ", which may be nothing")
    verdict: Verdict = "pass" if reaches(support, least) and proven else "fail"
    return judge("R16", preset, verdict, inputs, threshold, sentence)


def judge_rank(preset: Preset, volume_rank: int | None) -> RuleResult:
    """R17: the deeper the market, the more its map means; an unknown rank counts as the worst."""
    full, last = preset["full_rank"], preset["last_rank"]
    inputs: Inputs = {"volume_rank": volume_rank}
    threshold = f"rank {full:g} in full, to {last:g} discounted, beyond that capped"
    if volume_rank is None:
        return judge(
            "R17", preset, "unknown", inputs, threshold, "its rank by volume is not known: graded as the worst"
        )
    if volume_rank > last:
        sentence = f"rank {volume_rank}: one holder can bend the whole map"
        return judge("R17", preset, "fail", inputs, threshold, sentence)
    discount = "in full" if volume_rank <= full else f"flow x {preset['thin_flow_factor']:g}"
    return judge("R17", preset, "pass", inputs, threshold, f"rank {volume_rank}: {discount}")


def judge_phase(
    preset: Preset, cluster: TrackedCluster, flow_usd: float, *, price: float,
    realised_usd: float | None, taker_share: float | None,
) -> tuple[Phase, RuleResult]:  # fmt: skip
    """R18: before, while or after it fires, from liquidations and taker share of the last minute.

    Without those feeds only a price outside the cluster can be placed: it is approaching.
    """
    share = ratio_of(realised_usd, flow_usd) if realised_usd is not None else None
    phase: Phase = cluster.phase
    is_outside = cluster.cluster.distance(price) > 0
    verdict: Verdict = "pass"
    if cluster.death is not None or cluster.swept_share > preset["exhausted_share"]:
        phase, verdict, sentence = "exhausted", "fail", "it has fired"
    elif share is not None and share > preset["exhausted_share"]:
        phase, verdict, sentence = "exhausted", "fail", f"{share:.0%} of its flow was liquidated within the minute"
    elif share is not None and share >= preset["triggering_share"]:
        confirmed = taker_share is not None and taker_share >= preset["taker_share"]
        phase = "triggering"
        sentence = f"{share:.0%} of its flow was liquidated within the minute, takers "
        sentence += "confirm" if confirmed else "do not confirm" if taker_share is not None else "are not known"
    elif is_outside:
        phase, sentence = "approaching", "the price has not reached it"
    elif share is None:
        verdict, sentence = "unknown", "the price is inside it, and no feed of liquidations says whether it fires"
    else:
        phase, sentence = "approaching", "the price is inside it, and next to nothing was liquidated in the last minute"
    inputs: Inputs = {
        "phase": phase,
        "realised_share_of_minute": share,
        "taker_share": taker_share,
        "swept_share": cluster.swept_share,
    }
    threshold = f"firing from {preset['triggering_share']:.0%} in a minute, over at {preset['exhausted_share']:.0%}"
    return phase, judge("R18", preset, verdict, inputs, threshold, sentence)
