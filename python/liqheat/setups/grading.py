"""From the results of the rules to a verdict, points, caps, warnings and the flow that is planned with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from liqheat.records import RuleResult, SetupVerdict
from liqheat.setups import judge_market
from liqheat.setups.context import MarketNow
from liqheat.setups.judging import reaches
from liqheat.setups.presets import Preset
from liqheat.units import MINUTE_MS

MOST_POINTS = 7
STALE_MAP_MS = 15 * MINUTE_MS


def effective_flow(held_usd: float, forced_usd: float, now: MarketNow, preset: Preset) -> tuple[float, str]:
    """Estimated flow after the discounts that apply now, and which they were."""
    if now.calibration == "uncalibrated":
        flow, factors = held_usd * (1.0 - preset["discount"]), [f"x {1 - preset['discount']:g} uncalibrated"]
    else:
        flow, factors = forced_usd, ["calibrated"]
    if judge_market.is_weekend(now.now_ms):
        factor = preset["weekend_flow_factor"] if now.weekend_flow_factor is None else now.weekend_flow_factor
        flow, factors = flow * factor, [*factors, f"x {factor:g} weekend"]
    if now.volume_rank is None or now.volume_rank > preset["full_rank"]:
        factor = preset["thin_flow_factor"]
        flow, factors = flow * factor, [*factors, f"x {factor:g} market depth"]
    return flow, ", ".join(factors)


def overall_verdict(results: Sequence[RuleResult]) -> SetupVerdict:
    """Fail on a failed hard rule, incomplete where one cannot be answered or the book is not fresh."""
    if any(result.is_hard and result.verdict == "fail" for result in results):
        return "fail"
    unknown = {result.rule_id for result in results if result.verdict == "unknown"}
    # No fresh order book is never a pass, even where the book is no hard rule.
    is_incomplete = "R4" in unknown or any(result.is_hard for result in results if result.rule_id in unknown)
    return "incomplete" if is_incomplete else "pass"


def count_points(
    results: Sequence[RuleResult], preset: Preset, venue_shares: Mapping[str, float], support: float | None
) -> int:
    """Soft evidence, at most 7: thin book 2, several venues, strong asymmetry, support, working day, no news 1 each."""
    passed = {result.rule_id for result in results if result.verdict == "pass"}
    asymmetry = next(result for result in results if result.rule_id == "R1").inputs["asymmetry"]
    strength = 0.0
    if isinstance(asymmetry, float):
        strength = max(asymmetry, 1.0 / asymmetry if asymmetry > 0 else math.inf)
    shares = tuple(venue_shares.values())
    several = len(shares) >= 2 and max(shares) <= preset["single_venue_share"]
    return (
        2 * ("R4" in passed)
        + several
        + ("R1" in passed and reaches(strength, preset["strong_asymmetry"]))
        + (support is not None and reaches(support, preset["strong_support"]))
        + ("R14" in passed)
        + ("R11" in passed)
    )


def risk_caps(results: Sequence[RuleResult], preset: Preset) -> tuple[tuple[float, str], ...]:
    """Limits that single rules put on the share of equity at risk, and why."""
    verdicts = {result.rule_id: result.verdict for result in results}
    caps = []
    if verdicts["R16"] != "pass":
        caps.append((preset["unsupported_risk"], "estimate without support"))
    if verdicts["R17"] != "pass":
        caps.append((preset["thin_risk"], "thin market"))
    return tuple(caps)


def list_flags(results: Sequence[RuleResult], preset: Preset, now: MarketNow) -> tuple[str, ...]:
    """Warnings in a few words."""
    by_id = {result.rule_id: result for result in results}
    flags = []
    ratio = by_id["R8"].inputs["reward_risk"]
    if isinstance(ratio, float) and not reaches(ratio, preset["warn_reward_risk"]):
        flags.append("reward below risk")
    if by_id["R14"].verdict == "fail":
        flags.append("weekend")
    if by_id["R11"].verdict != "pass":
        flags.append("news near" if by_id["R11"].verdict == "fail" else "calendar unknown")
    if by_id["R4"].inputs["state"] == "wall":
        flags.append("wall in the way")
    if by_id["R13"].verdict == "fail":
        flags.append("expired: the cluster moved or shrank")
    age_ms = now.now_ms - now.curves.time_ms
    if age_ms > STALE_MAP_MS:
        flags.append(f"map is {age_ms // MINUTE_MS} min old")
    if now.calibration == "uncalibrated":
        flags.append("uncalibrated estimate")
    if now.calibration.startswith("transferred"):
        flags.append("parameters of another market")
    return tuple(flags)


def as_number(value: object) -> float | None:
    """A rule's input as a number."""
    return float(value) if isinstance(value, int | float) else None
