"""Thresholds of rules: rows of them, and those in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liqheat.units import AED_PER_USD

PRESETS = ("article", "strict")
RISK_CAP = 0.02
"""Never more than 2 % of equity at risk in one setup. No preset and no override raises it."""


@dataclass(frozen=True, slots=True)
class RuleValue:
    """One threshold of a rule.

    Attributes
    ----------
    key : str
        Name by which it is overridden.
    article, strict : float, optional
        Value of each preset; None where the preset does not use it.
    unit : str
        Unit of the value.
    lowest, highest : float
        Range that an override must keep.
    """

    key: str
    article: float | None
    strict: float | None
    unit: str
    lowest: float
    highest: float


def same(key: str, value: float, unit: str, lowest: float, highest: float) -> RuleValue:
    """A threshold that both presets share."""
    return RuleValue(key, value, value, unit, lowest, highest)


@dataclass(frozen=True, slots=True)
class Preset:
    """Thresholds in force: a preset's, and what the user put in their place."""

    name: str
    values: Mapping[str, float | None]

    def __getitem__(self, key: str) -> float:
        value = self.values[key]
        if value is None:
            raise KeyError(key)
        return value

    def get(self, key: str) -> float | None:
        """The value, or None where the preset does not use it."""
        return self.values[key]

    def get_usd(self, key: str) -> float | None:
        """A threshold in AED, in USD at the peg."""
        value = self.values[key]
        return None if value is None else value / AED_PER_USD
