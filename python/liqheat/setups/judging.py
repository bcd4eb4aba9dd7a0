"""What every judge needs: a result from a row of the table, and money and shares for its sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping

from liqheat.records import RuleResult, Verdict
from liqheat.setups.presets import Preset
from liqheat.setups.rules import rule_of
from liqheat.units import AED_PER_USD, format_usd

ROUNDING = 1e-9

Inputs = Mapping[str, float | int | str | bool | None]


def judge(rule_id: str, preset: Preset, verdict: Verdict, inputs: Inputs, threshold: str, sentence: str) -> RuleResult:
    """Result of one rule; name and hardness come from the table."""
    rule = rule_of(rule_id)
    return RuleResult(rule_id, rule.name, verdict, preset.is_hard(rule), inputs, threshold, sentence)


def in_words(usd: float) -> str:
    """USD, and AED at the peg.

    Examples
    --------
    >>> in_words(200e6 / AED_PER_USD)
    '$54.5M (200M AED)'
    """
    dirham = format_usd(usd * AED_PER_USD).lstrip("$")
    return f"{format_usd(usd)} ({dirham} AED)"


def reaches(value: float, limit: float) -> bool:
    """Whether a value is at least a limit; sums of buckets may miss it by rounding.

    Examples
    --------
    >>> reaches(0.1 + 0.2, 0.3), reaches(0.3, 0.1 + 0.2), reaches(0.2999, 0.3)
    (True, True, False)
    """
    return value >= limit - ROUNDING * abs(limit)


def exceeds(value: float, limit: float) -> bool:
    """Whether a value is above a limit by more than rounding."""
    return value > limit + ROUNDING * abs(limit)


def ratio_of(one: float, other: float) -> float | None:
    """Ratio; infinite over nothing, None for nothing over nothing."""
    if other > 0:
        return one / other
    return math.inf if one > 0 else None
