"""Rows of the goals, of the article's claims, of folds and of what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liqheat.units import HOUR_MS
from liqheat_lab.page.documents import cell, read_held
from liqheat_lab.page.parts import Document, find, read_interval, read_number
from liqheat_lab.page.sections import figures
from liqheat_lab.page.words import (
    GOALS,
    PANEL_GOALS,
    RATIO_GOAL,
    RIVAL_GOAL,
    format_days,
    format_interval,
    format_number,
)


def describe_goals(score: Document | None, panel: Document | None) -> list[dict[str, Any]]:
    """Goals with what was measured, reached or not."""
    rows = []
    for name, path, least, lower, why in GOALS:
        figure = read_interval(find(score, *path))
        reached = None if figure is None else figure.value >= least and (lower is None or figure.low > lower)
        goal = f"at least {least:g}" + ("" if lower is None else f", interval above {lower:g}")
        rows.append(_goal(name, goal, "" if figure is None else format_interval(figure), reached, why))
    rivals = figures(score, "rivals")
    rows.append(
        _goal(
            "Gain over each rival",
            f"at least {RIVAL_GOAL:g}",
            "; ".join(f"{name} {format_number(figure.value)}" for name, figure in rivals.items()),
            all(figure.value >= RIVAL_GOAL for figure in rivals.values()) if rivals else None,
        )
    )
    months = figures(find(score, "calibration_ratio"), "by_month")
    low, high = RATIO_GOAL
    rows.append(
        _goal(
            "Realised ÷ forecast, every month",
            f"{low:g} to {high:g}",
            "; ".join(f"{month} {format_number(figure.value, 2)}" for month, figure in months.items()),
            all(low <= figure.value <= high for figure in months.values()) if months else None,
        )
    )
    for coin, least in PANEL_GOALS:
        name, figure = f"Held view beside real positions, {coin}", read_held(panel, coin)
        reached = None if figure is None else figure.value >= least
        rows.append(_goal(name, f"at least {least:g}", "" if figure is None else format_interval(figure), reached))
    return rows


def describe_claims(article: Document | None) -> list[dict[str, Any]]:
    """The article's claims beside what was measured."""
    claims = find(article, "claims")
    rows = []
    for claim in claims if isinstance(claims, list) else []:
        if not isinstance(claim, Mapping):
            continue
        measured = claim.get("measured")
        rows.append(
            {
                "id": _text(claim.get("id")),
                "claim": _text(claim.get("claim")),
                "where": _text(claim.get("where")),
                "measured": [_measured(one) for one in measured if isinstance(one, Mapping)]
                if isinstance(measured, list)
                else [],
                "n": _text(claim.get("n")),
                "days": _text(claim.get("days", find(article, "days"))),
                "verdict": _text(claim.get("verdict")) or "not measured",
                "how": _text(claim.get("how")),
                "kind": _claim_kind(_text(claim.get("verdict"))),
            }
        )
    return rows


def describe_folds(folds: list[Any]) -> list[dict[str, str]]:
    """Folds of a walk-forward: what was fitted on which days, and scored on which."""
    return [
        {
            "train": format_days(read_number(fold.get("train_start_ms")), read_number(fold.get("train_end_ms"))),
            "test": format_days(read_number(fold.get("test_start_ms")), read_number(fold.get("test_end_ms"))),
            "hash": _text(fold.get("hash")),
        }
        for fold in folds
    ]


def describe_left_out(score: Document | None) -> dict[str, Any]:
    """What was left out of a score, and why: one row for each stretch of time."""
    left_out = find(score, "left_out")
    rows, hours = [], 0.0
    for one in left_out if isinstance(left_out, list) else []:
        start_ms, end_ms = (read_number(find(one, name)) for name in ("start_ms", "end_ms"))
        when = ""
        if start_ms is not None and end_ms is not None:
            hours += (end_ms - start_ms) / HOUR_MS
            when = f"{cell(int(start_ms), '_ms').removesuffix(' UTC')} to {cell(int(end_ms), '_ms')}"
        rows.append({"when": when, "reason": _text(find(one, "reason") if isinstance(one, Mapping) else one)})
    return {"is_known": isinstance(left_out, list), "rows": rows, "hours": f"{hours:,.0f}"}


def _claim_kind(verdict: str) -> str:
    """Which colour a verdict has: a claim that holds for any map is not one that holds."""
    if verdict.startswith("does not hold"):
        return "worse"
    if verdict.split(":")[0].strip() == "holds":
        return "shown"
    return "not shown" if verdict.startswith("holds") else "not measured"


def _goal(name: str, goal: str, measured: str, reached: bool | None, why: str = "") -> dict[str, Any]:
    words = {True: "reached", False: "not reached", None: "not measured"}[reached]
    if reached is None and why:
        words = f"not measured: {why}"
    return {"name": name, "goal": goal, "measured": measured, "reached": reached, "words": words}


def _measured(node: Mapping[str, Any]) -> dict[str, str]:
    figure = read_interval(node)
    unit = _text(node.get("unit"))
    digits = 3 if figure is None or abs(figure.value) < 10 else 1
    text = format_interval(figure, digits) if figure is not None else "not measured"
    return {"name": _text(node.get("name")), "figure": f"{text} {unit}".strip()}


def _text(node: object) -> str:
    if node is None:
        return ""
    return f"{node:g}" if isinstance(node, float) else str(node)
