"""From the results of the rules to a verdict, points, caps and warnings; each row says what its answer counts for."""

from __future__ import annotations

from collections.abc import Sequence

from liqheat.records import RuleResult, SetupVerdict
from liqheat.setups.case import Case, Grade
from liqheat.setups.context import MarketNow
from liqheat.setups.rule import Rule
from liqheat.setups.thresholds import Preset
from liqheat.units import MINUTE_MS

MOST_POINTS = 7
STALE_MAP_MS = 15 * MINUTE_MS


def overall_verdict(results: Sequence[tuple[Rule, RuleResult]]) -> SetupVerdict:
    """Fail on a failed hard rule, incomplete where one cannot be answered or the book is not fresh."""
    if any(result.is_hard and result.verdict == "fail" for _, result in results):
        return "fail"
    unknown = (result.is_hard or rule.must_be_known for rule, result in results if result.verdict == "unknown")
    return "incomplete" if any(unknown) else "pass"


def grade(case: Case, results: Sequence[tuple[Rule, RuleResult]]) -> Grade:
    """Soft evidence, at most 7 points: what the rows give, and one for several venues; and limits on the risk."""
    preset, shares = case.preset, tuple(case.one.venue_shares.values())
    several = len(shares) >= 2 and max(shares) <= preset["single_venue_share"]
    points = several + sum(rule.points(result, preset) for rule, result in results)
    caps = tuple(rule.cap for rule, result in results if rule.cap is not None and result.verdict != "pass")
    return Grade(points, MOST_POINTS, caps)


def list_flags(results: Sequence[tuple[Rule, RuleResult]], preset: Preset, now: MarketNow) -> tuple[str, ...]:
    """Warnings in a few words, in the order of the rules."""
    flags = [flag for rule, result in results if (flag := rule.flag(result, preset)) is not None]
    age_ms = now.now_ms - now.curves.time_ms
    if age_ms > STALE_MAP_MS:
        flags.append(f"map is {age_ms // MINUTE_MS} min old")
    if now.calibration == "uncalibrated":
        flags.append("uncalibrated estimate")
    if now.calibration.startswith("transferred"):
        flags.append("parameters of another market")
    return tuple(flags)
