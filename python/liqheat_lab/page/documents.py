"""Tables of documents whose figures have names of their own: simulated markets, real positions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from liqheat.records import Interval
from liqheat_lab.page.parts import Document, find, read_interval
from liqheat_lab.page.words import format_interval

MOST_ROWS = 400
"""Rows of one table of a document; the rest stands in the appendix."""
OWN_MAP = "held"
"""The panel's name of our own map."""
_MAP_WORDS = {
    "held": "Held view",
    "price_only": "Price only (constant volume and open interest)",
    "flow_speed": "Renewed as fast as the flow view",
    "prototype": "The prototype's mix of leverages",
    "side_swapped": "Sides swapped",
    "shifted_7d": "Shifted 7 days",
    "static": "Mean profile by distance",
    "permuted": "Snapshots in random order",
    "held_listed_only": "Held view, against the traders listed at that hour alone",
    "real_24h_old": "The real map, 24 hours old",
    "held_same": "Held view, in the snapshots that have a real map 24 hours old",
}
_BAND_WORDS = {
    "within_8_pct": "within 8 % of the price",
    "within_20_pct": "within 20 % of the price",
    "within_8_pct_10bp": "within 8 % of the price, cells of 0.1 %",
}
_TRUTH_WORDS = {
    "cluster_corr": "Shape, distance taken out",
    "corr": "Shape",
    "w1_pct": "Off by, % of the price",
    "information_gain": "Gain over the mean profile, nats",
    "mass_ratio": "Map ÷ truth",
    "n_snapshots": "Snapshots",
    "n_days": "Days",
}


def describe_document(document: Document | None) -> list[dict[str, Any]]:
    """Tables of a document, one for each list of records; the first holds everything else, by its path."""
    if document is None:
        return []
    loose: list[tuple[str, str]] = []
    tables = []
    for key, node in document.items():
        if isinstance(node, list) and node and all(isinstance(one, Mapping) for one in node):
            columns = list(dict.fromkeys(str(name) for one in node for name in one))
            rows = [[cell(one.get(name), name) for name in columns] for one in node[:MOST_ROWS]]
            tables.append(_table(words(str(key)), [words(name) for name in columns], rows))
        else:
            loose.extend(_loose(node, str(key)))
    first = _table("", ["Figure", "Value"], [list(row) for row in loose[:MOST_ROWS]])
    return [first, *tables] if loose else tables


def describe_panel(panel: Document | None) -> list[dict[str, Any]]:
    """Tables of the held view beside real positions: one for each coin and band, a row for each map."""
    scores = find(panel, "scores")
    if panel is None or not isinstance(scores, Mapping):
        return describe_document(panel)
    tables = []
    for coin, bands in scores.items():
        for band, maps in bands.items() if isinstance(bands, Mapping) else ():
            known = (
                {str(name): one for name, one in maps.items() if isinstance(one, Mapping)}
                if isinstance(maps, Mapping)
                else {}
            )
            columns = [key for key in _TRUTH_WORDS if any(key in one for one in known.values())]
            rows = [
                [_MAP_WORDS.get(name, name), *(cell(one.get(key), key) for key in columns)]
                for name, one in known.items()
            ]
            tables.append(
                _table(
                    f"{coin}, {_BAND_WORDS.get(str(band), band)}",
                    ["Map", *(_TRUTH_WORDS[key] for key in columns)],
                    rows,
                )
            )
    rest = {key: node for key, node in panel.items() if key != "scores"}
    return [*tables, *describe_document(rest)]


def read_held(panel: Document | None, coin: str) -> Interval | None:
    """Shape correlation of our held view of a coin, distance taken out, in the first band; on days not learned from."""
    if find(panel, "half") == "first":
        return None
    bands = find(panel, "scores", coin)
    maps = next(iter(bands.values()), None) if isinstance(bands, Mapping) else None
    return read_interval(find(maps, OWN_MAP, "cluster_corr"))


def cell(node: object, key: str = "") -> str:
    """A value of any kind, short; of keys that end in ``_ms`` the time.

    Examples
    --------
    >>> cell({"value": 0.5, "low": 0.25, "high": 0.75}), cell(True), cell(None), cell(0, "start_ms")
    ('0.500 [0.250, 0.750]', 'yes', '–', '1970-01-01 00:00 UTC')
    """
    if node is None:
        return "–"
    if isinstance(node, bool):
        return "yes" if node else "no"
    if isinstance(node, int):
        return _time(node) if key.endswith("_ms") and 0 <= node < 253_402_300_800_000 else str(node)
    if isinstance(node, float):
        return f"{node:.4g}" if math.isfinite(node) else "–"
    if isinstance(node, Mapping):
        figure = read_interval(node)
        if figure is not None:
            return f"{format_interval(figure)} {node.get('unit') or ''}".strip()
        return "; ".join(f"{words(str(name)).lower()} {cell(child, str(name))}" for name, child in node.items())
    if isinstance(node, list):
        return ", ".join(cell(child, key) for child in node)
    return str(node)


def words(key: str) -> str:
    """A key as people write it.

    Examples
    --------
    >>> words("start_ms"), words("cluster_corr")
    ('Start', 'Cluster corr')
    """
    text = key.removesuffix("_ms").replace("_", " ")
    return text[:1].upper() + text[1:]


def _loose(node: object, key: str, above: str = "") -> list[tuple[str, str]]:
    name = f"{above} · {words(key).lower()}" if above else words(key)
    if isinstance(node, Mapping):
        if read_interval(node) is not None and set(node) <= {"value", "nats", "low", "high", "unit"}:
            return [(name, cell(node))]
        return [row for child_key, child in node.items() for row in _loose(child, str(child_key), name)]
    if isinstance(node, list) and any(isinstance(one, Mapping | list) for one in node):
        return [row for index, child in enumerate(node) for row in _loose(child, str(index + 1), name)]
    return [(name, cell(node, key))]


def _table(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"title": title, "columns": columns, "rows": rows}


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
