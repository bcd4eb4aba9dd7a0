"""Rows of the goals, the article's claims, and of documents whose figures have names of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from liqheat.evaluation.report_parts import Document, find, read_interval, read_number
from liqheat.evaluation.report_sections import figures
from liqheat.evaluation.report_words import (
    GOALS,
    PANEL_GOALS,
    RATIO_GOAL,
    RIVAL_GOAL,
    format_days,
    format_interval,
    format_number,
)

MOST_ROWS = 400
"""Rows of one table of a document; the rest stands in the appendix."""


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
    for name, path, least in PANEL_GOALS:
        figure = read_interval(find(panel, *path))
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


def describe_document(document: Document | None) -> list[dict[str, Any]]:
    """Tables of a document, one for each list of records; the first holds everything else, by its path."""
    if document is None:
        return []
    loose: list[tuple[str, str]] = []
    tables = []
    for key, node in document.items():
        if isinstance(node, list) and node and all(isinstance(one, Mapping) for one in node):
            columns = list(dict.fromkeys(str(name) for one in node for name in one))
            rows = [[_cell(one.get(name)) for name in columns] for one in node[:MOST_ROWS]]
            tables.append({"title": _words(str(key)), "columns": [_words(name) for name in columns], "rows": rows})
        else:
            loose.extend(_loose(node, _words(str(key))))
    first = {"title": "", "columns": ["Figure", "Value"], "rows": [list(row) for row in loose[:MOST_ROWS]]}
    return [first, *tables] if loose else tables


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


def describe_left_out(score: Document | None) -> list[dict[str, str]]:
    """What was left out of a score, and why."""
    left_out = find(score, "left_out")
    rows = []
    for one in left_out if isinstance(left_out, list) else []:
        if isinstance(one, Mapping):
            when = format_days(read_number(one.get("start_ms")), read_number(one.get("end_ms")))
            rows.append({"when": when, "reason": _text(one.get("reason"))})
        else:
            rows.append({"when": "", "reason": _text(one)})
    return rows


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


def _loose(node: object, name: str) -> list[tuple[str, str]]:
    if isinstance(node, Mapping):
        if read_interval(node) is not None and set(node) <= {"value", "nats", "low", "high", "unit"}:
            return [(name, _cell(node))]
        return [row for key, child in node.items() for row in _loose(child, f"{name} · {_words(str(key)).lower()}")]
    if isinstance(node, list) and any(isinstance(one, Mapping | list) for one in node):
        return [row for index, child in enumerate(node) for row in _loose(child, f"{name} {index + 1}")]
    return [(name, _cell(node))]


def _cell(node: object) -> str:
    """A value of any kind, short."""
    if node is None:
        return "not measured"
    if isinstance(node, bool):
        return "yes" if node else "no"
    if isinstance(node, int):
        return str(node)
    if isinstance(node, float):
        return f"{node:.4g}" if math.isfinite(node) else "not measured"
    if isinstance(node, Mapping):
        figure = read_interval(node)
        if figure is not None:
            return f"{format_interval(figure)} {_text(node.get('unit'))}".strip()
        return "; ".join(f"{_words(str(key)).lower()} {_cell(child)}" for key, child in node.items())
    if isinstance(node, list):
        return ", ".join(_cell(child) for child in node)
    return str(node)


def _text(node: object) -> str:
    if node is None:
        return ""
    return f"{node:g}" if isinstance(node, float) else str(node)


def _words(key: str) -> str:
    return (key[:1].upper() + key[1:]).replace("_", " ")
