"""Presets: which thresholds are in force, and the table of them for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from types import NoneType
from typing import Any

from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.setups.rules import RULES
from liqheat.setups.thresholds import PRESETS, Preset


def load_preset(name: str | Preset = "article", overrides: Mapping[str, Any] | None = None) -> Preset:
    """Thresholds of a preset, with overrides.

    Parameters
    ----------
    name : {'article', 'strict'} or Preset
        ``article`` has the article's own thresholds; ``strict`` refuses more, and counts in multiples of rule R2. A
        preset that is loaded already is returned as it is, and takes no overrides.
    overrides : mapping of str to float, optional
        Values by key of the table.

    Raises
    ------
    UnknownNameError
        When the preset or a key is not known.
    InputError
        When a value lies outside its row's range; so no risk above 2 % can be configured.

    Examples
    --------
    >>> load_preset("article", {"entry_offset": 0.003})["entry_offset"]
    0.003
    >>> load_preset("article", {"risk_cap": 0.03})
    Traceback (most recent call last):
    liqheat.errors.InputError: risk_cap: must be from 0 to 0.02 (share of equity); found 0.03
    """
    if isinstance(name, Preset) and overrides is None:
        return name
    if not isinstance(name, str) or name not in PRESETS:
        raise UnknownNameError("preset", f"must be one of {', '.join(PRESETS)}", name)
    rows = {value.key: value for rule in RULES for value in rule.values}
    check_type("thresholds", overrides, (Mapping, NoneType), "must map keys of the table of rules to numbers")
    values = {key: row.article if name == "article" else row.strict for key, row in rows.items()}
    for key, found in (overrides or {}).items():
        row = rows.get(key)
        if row is None:
            raise UnknownNameError("thresholds", f"must be among {', '.join(rows)}", key)
        is_number = isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found)
        if not is_number or not row.lowest <= found <= row.highest:
            raise InputError(key, f"must be from {row.lowest:g} to {row.highest:g} ({row.unit})", found)
        values[key] = float(found)
    _check_order(
        values,
        ("near_distance", "far_distance"),
        ("thin_ratio", "wall_ratio"),
        ("full_rank", "last_rank"),
        ("least_risk", "standard_risk"),
        ("small_below_aed", "large_above_aed"),
        ("small_below_multiple", "large_above_multiple"),
        ("least_asymmetry", "strong_asymmetry"),
    )
    return Preset(name, values)


def _check_order(values: Mapping[str, float | None], *chains: tuple[str, ...]) -> None:
    for chain in chains:
        known = [(key, value) for key in chain if (value := values[key]) is not None]
        for (low_key, low), (high_key, high) in pairwise(known):
            if low > high:
                raise InputError(low_key, f"must not be above {high_key} ({high:g})", low)
