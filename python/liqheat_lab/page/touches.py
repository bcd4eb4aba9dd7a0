"""The accuracy page's lead: what was forecast if a level is reached, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liqheat_lab.page.parts import Document, find, read_interval, read_number
from liqheat_lab.page.plots import draw_touches
from liqheat_lab.page.words import format_interval, format_number

SHOWN_HORIZON = "24h"


def describe_touches(document: Document | None) -> dict[str, Any]:
    """The sentence, the picture and the rows of the touch forecast; no row where it was not measured."""
    rows = [
        row
        for question, words in (("horizons", "on the way"), ("inside", "inside slices of .25 %"))
        for horizon, found in sorted((find(document, question) or {}).items(), key=_hours)
        if (row := _row(horizon, words, found)) is not None
    ]
    dots = find(document, "dots") or []
    pairs = [(float(one[0]), float(one[1])) for one in dots if isinstance(one, list) and len(one) == 2]
    alt = f"Liquidated on the way to levels that were reached within {SHOWN_HORIZON}, over the forecast"
    return {
        "rows": rows,
        "headline": touch_headline(document),
        "clusters": clusters_sentence(document),
        "plot": draw_touches(pairs, alt) if pairs else None,
        "days": find(document, "days"),
    }


def touch_headline(document: Document | None) -> str:
    """One sentence; empty where nothing was measured."""
    one = find(document, "horizons", SHOWN_HORIZON)
    ratio, holds = read_interval(find(one, "realised_over_forecast")), read_number(find(one, "band80_holds"))
    width = read_number(find(one, "band80_width"))
    if ratio is None or holds is None or width is None:
        return ""
    return (
        "If a level was reached within 24 hours, what was liquidated on the way was "
        f"{format_number(ratio.value, 2)} times the forecast in sum; {100 * holds:.0f} of 100 outcomes fell inside the "
        f"80 % band, which is {format_number(width, 1)} times wide from end to end."
    )


def clusters_sentence(document: Document | None) -> str:
    """What clusters held beside zones without one; empty where it was not measured."""
    found = find(document, "inside", SHOWN_HORIZON, "clusters")
    names = ("over_empty_zones", "dense_third", "sparse_third")
    every, dense, sparse = (read_interval(find(found, name)) for name in names)
    if every is None or dense is None or sparse is None:
        return ""
    every_words, dense_words, sparse_words = (format_interval(one, digits=2) for one in (every, dense, sparse))
    return (
        f"Inside clusters that the price crossed within 24 hours, {every_words} times as much was liquidated as in "
        "zones of the same width and distance without one. A cluster as such is no sign; how far it stands out is: "
        f"{dense_words} times in the third that stands out most from such zones by the forecast, {sparse_words} in the "
        "third that stands out least."
    )


def _hours(item: tuple[str, object]) -> int:
    return int(item[0].removesuffix("h")) if item[0].removesuffix("h").isdigit() else 0


def _row(horizon: str, words: str, found: object) -> dict[str, str] | None:
    if not isinstance(found, Mapping) or not found.get("touches"):
        return None
    static = find(found, "baselines", "static")
    gains = {name: read_interval(find(found, "gain", name)) for name in ("static", "fresh")}
    return {
        "name": f"{horizon}, {words}",
        "touches": f"{found['touches']:,}",
        "ratio": format_interval(read_interval(found.get("realised_over_forecast")), digits=2),
        "far": _number(found.get("far_ratio"), 2),
        "band": f"{_number(found.get('band80_holds'), 2)}, {_number(found.get('band80_width'), 1)} wide",
        "static_band": f"{_number(find(static, 'band'), 2)}, {_number(find(static, 'width'), 1)} wide",
        "error": _number(found.get("median_abs_log_error"), 2),
        "static": format_interval(gains["static"], signed=True),
        "fresh": format_interval(gains["fresh"], signed=True),
    }


def _number(node: object, digits: int) -> str:
    value = read_number(node)
    return "–" if value is None else format_number(value, digits)
