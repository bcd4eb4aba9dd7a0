"""Conversion of a venue's margin tiers, and what changed between two fetches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liqheat.errors import VenueError
from liqheat.exchanges.rest.reading import Row, holds, read_number, show, walk
from liqheat.records import MarginTiers
from liqheat.records.arrays import FloatArray
from liqheat.venues import Place, TierRequest

_PERCENT_FROM = 0.3
_PERCENT_LEVERAGE = 25.0


def parse_margin_tiers(
    request: TierRequest, answer: object, market: Mapping[str, Any], fetched_ms: int, source: str = ""
) -> MarginTiers:
    """Convert an answer into tiers that cover every size from 0 on.

    Parameters
    ----------
    request : TierRequest
        Says where the values stand and what they count.
    answer : object
        The venue's.
    market : mapping
        ccxt's, which places in braces are filled in from.
    fetched_ms : int
        When it arrived, UTC epoch milliseconds.
    source : str
        Where it comes from.

    Raises
    ------
    VenueError
        When there is no tier, a value is missing or no number, tiers overlap or leave a gap, a rate lies outside 0..1
        or a leverage below 1.
    """
    found = walk(answer, request.rows_at, market)
    rows: list[Row] = found if isinstance(found, list) else [found] if isinstance(found, Mapping) else []
    if not rows:
        raise VenueError(f"{request.method}: margin tiers must not be empty; found {show(answer)}")
    place = request.floor_at if request.cap_at is None else request.cap_at
    if place is not None:
        rows = sorted(rows, key=lambda row: read_number(request, row, "tier border", place))
    floor, cap = _read_borders(request, rows)
    leverage = _read_leverage(request, rows)
    if request.rate_at is None:
        rate = 0.5 / leverage
    else:
        rate = np.array([read_number(request, row, "maintenance rate", request.rate_at) for row in rows])
    if request.rate_may_be_percent and rate[0] >= _PERCENT_FROM and leverage[0] >= _PERCENT_LEVERAGE:
        rate = rate / 100.0
    if np.any(rate <= 0) or np.any(rate > 1) or np.any(leverage < 1):
        rule = "rates must lie within 0 and 1 and leverage be at least 1"
        raise VenueError(f"{request.method}: {rule}; found {show(rows)}")
    amount = continuous_amounts(floor, rate) if request.is_continuous else np.zeros(len(rows))
    for index, row in enumerate(rows):
        if request.amount_at is not None and holds(row, request.amount_at):
            amount[index] = read_number(request, row, "maintenance amount", request.amount_at)
    return MarginTiers(fetched_ms, floor, cap, rate, amount, leverage, request.unit, source)


def continuous_amounts(floor: FloatArray, rate: FloatArray) -> FloatArray:
    """Maintenance amounts that keep the requirement continuous where one tier ends and the next begins.

    Examples
    --------
    >>> continuous_amounts(np.array([0.0, 300_000.0, 800_000.0]), np.array([0.004, 0.005, 0.0065])).round(6).tolist()
    [0.0, 300.0, 1500.0]
    """
    return np.concatenate([[0.0], np.cumsum(floor[1:] * np.diff(rate))])


def compare_margin_tiers(old: MarginTiers, new: MarginTiers) -> list[str]:
    """Say in words what changed between two fetches of one contract's tiers; empty where nothing did.

    Parameters
    ----------
    old, new : MarginTiers
        Of one contract of one venue.

    Returns
    -------
    list of str
        One sentence for each tier that differs, appeared or went.

    Examples
    --------
    >>> one = np.array([0.0]), np.array([np.inf]), np.array([0.012]), np.array([0.0])
    >>> compare_margin_tiers(
    ...     MarginTiers(0, *one, np.array([50.0]), "quote"), MarginTiers(1, *one, np.array([20.0]), "quote")
    ... )
    ['tier 1: maximum leverage 50 -> 20']
    """
    if old.unit != new.unit:
        return [f"sizes count {new.unit}, not {old.unit}"]
    columns = (
        ("from", old.floor, new.floor),
        ("up to", old.cap, new.cap),
        ("maintenance margin rate", old.maintenance_margin_rate, new.maintenance_margin_rate),
        ("maintenance amount", old.maintenance_amount, new.maintenance_amount),
        ("maximum leverage", old.max_leverage, new.max_leverage),
    )
    n_both = min(old.floor.size, new.floor.size)
    changes = []
    for tier in range(n_both):
        parts = [
            f"{name} {before[tier]:,.10g} -> {after[tier]:,.10g}"
            for name, before, after in columns
            if not np.isclose(before[tier], after[tier], rtol=1e-9, atol=1e-12)
        ]
        if parts:
            changes.append(f"tier {tier + 1}: {', '.join(parts)}")
    changes += [f"tier {tier + 1} is gone (from {old.floor[tier]:,.10g})" for tier in range(n_both, old.floor.size)]
    changes += [
        f"tier {tier + 1} is new: from {new.floor[tier]:,.10g}, rate {new.maintenance_margin_rate[tier]:.10g}, "
        f"maximum leverage {new.max_leverage[tier]:.10g}"
        for tier in range(n_both, new.floor.size)
    ]
    return changes


def _read_borders(request: TierRequest, rows: Sequence[Row]) -> tuple[FloatArray, FloatArray]:
    """Half-open borders: a tier begins where the one before ends, also where a venue names the next whole contract."""
    n_rows = len(rows)
    floors, caps = (_read_optional(request, rows, place) for place in (request.floor_at, request.cap_at))
    if floors is None and caps is None:
        if n_rows != 1:
            raise VenueError(f"{request.method}: tiers without sizes must be one; found {n_rows}")
        return np.array([0.0]), np.array([np.inf])
    if caps is None and floors is not None:
        caps = np.concatenate([floors[1:], [np.inf]])
    assert caps is not None  # noqa: S101 - one of the two is there
    floor = np.concatenate([[0.0], caps[:-1]])
    if np.any(caps <= floor):
        raise VenueError(f"{request.method}: tiers must grow; found {show(caps.tolist())}")
    if floors is not None and np.any(np.abs(floors - floor) > np.maximum(0.001 * floor, 1.0)):
        raise VenueError(
            f"{request.method}: a tier must begin where the one before ends; found {show(floors.tolist())}"
        )
    return floor, caps


def _read_optional(request: TierRequest, rows: Sequence[Row], place: Place | None) -> FloatArray | None:
    if place is None:
        return None
    return np.array([read_number(request, row, "tier border", place) for row in rows])


def _read_leverage(request: TierRequest, rows: Sequence[Row]) -> FloatArray:
    if request.max_leverage_at is not None:
        return np.array([read_number(request, row, "maximum leverage", request.max_leverage_at) for row in rows])
    place = "" if request.initial_rate_at is None else request.initial_rate_at
    initial = np.array([read_number(request, row, "initial margin rate", place) for row in rows])
    if np.any(initial <= 0):
        raise VenueError(f"{request.method}: an initial margin rate must be above 0; found {show(rows)}")
    return 1.0 / initial
