"""The JSON documents a report is drawn from: read, checked, shipped with the package."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Interval

Document = Mapping[str, Any]
"""What a command printed with ``--json``."""
DATA_FILE = "published_scores.json"
NEEDED = {
    "touch": "horizons",
    "score": "information_gain",
    "walk_forward": "folds",
    "article": "claims",
    "simulated": None,
    "panel": None,
    "foreign": "foreign",
}
"""What each part must hold to be what it is taken for."""
_ADDED = {"events": "which_bar"}
"""The same of documents that become part of a score."""


@dataclass(frozen=True, slots=True)
class ReportParts:
    """What a report may be drawn from; None where it was not measured.

    Attributes
    ----------
    touch : dict, optional
        What ``liqheat accuracy touch --json`` prints.
    score : dict, optional
        What ``liqheat accuracy score --json`` prints, of the days that the headline is about.
    walk_forward : dict, optional
        The same, over all days, with its ``folds``.
    article : dict, optional
        ``claims`` of the article with what was measured of each.
    simulated : dict, optional
        Scores on simulated markets: tests of the code.
    panel : dict, optional
        The held view beside real positions.
    foreign : dict, optional
        Another product's map beside ours: what ``liqheat accuracy compare --json`` prints.
    others : tuple of dict
        Scores of other symbols.
    """

    score: Document | None = None
    walk_forward: Document | None = None
    article: Document | None = None
    simulated: Document | None = None
    panel: Document | None = None
    foreign: Document | None = None
    touch: Document | None = None
    others: tuple[Document, ...] = field(default=())

    @classmethod
    def from_json(cls, document: object, argument: str = "parts") -> ReportParts:
        """Parts of one document, ``{"score": …, "walk_forward": …, …}``; what is missing or null stays None.

        Raises
        ------
        FileFormatError
            A part is not what its name says.
        """
        if not isinstance(document, Mapping):
            raise FileFormatError(argument, "must be a JSON object", _kind(document))
        unknown = set(document) - {*NEEDED, "others"}
        if unknown:
            raise FileFormatError(argument, f"must hold {', '.join([*NEEDED, 'others'])} only", sorted(unknown))
        others = document.get("others") or ()
        if not isinstance(others, Sequence) or isinstance(others, str):
            raise FileFormatError(argument, "others must be a list of scores", _kind(others))
        parts = {name: check_part(name, document.get(name), argument) for name in NEEDED}
        checked = tuple(found for one in others if (found := check_part("score", one, argument)) is not None)
        return cls(**parts, others=checked)

    def to_json(self) -> dict[str, Any]:
        """The parts as one document."""
        return {name: getattr(self, name) for name in NEEDED} | {"others": list(self.others)}


@functools.cache
def load_published() -> ReportParts:
    """Scores that were published with this version of the package; nothing is measured here.

    Raises
    ------
    FileFormatError
        The shipped file is damaged.
    """
    try:
        text = resources.files("liqheat_lab.page").joinpath(f"data/{DATA_FILE}").read_text("utf-8")
    except FileNotFoundError:
        return ReportParts()
    return ReportParts.from_json(_parse(text, DATA_FILE), DATA_FILE)


def load_part(path: Path, name: str) -> Document:
    """One document from a file.

    Parameters
    ----------
    path : Path
        What a command printed with ``--json``.
    name : str
        Which part it is: ``touch``, ``score``, ``walk_forward``, ``article``, ``simulated``, ``panel``
        or ``foreign``.

    Raises
    ------
    InputError
        The file cannot be read.
    FileFormatError
        It is not that part.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(name, "must be a readable JSON file", f"{path}: {error}") from error
    part = check_part(name, _parse(text, name), str(path))
    if part is None:
        raise FileFormatError(name, "must be a JSON object", f"{path}: null")
    return part


def check_part(name: str, part: object, argument: str) -> Document | None:
    """The part itself, when it is what its name says; None for None."""
    if part is None:
        return None
    needed = (NEEDED | _ADDED)[name]
    if not isinstance(part, Mapping):
        raise FileFormatError(argument, f"{name} must be a JSON object", _kind(part))
    if needed is not None and not isinstance(part.get(needed), Mapping | list):
        raise FileFormatError(argument, f"{name} must hold {needed}", sorted(map(str, part))[:8])
    return part


def write_report(path: Path, text: str, argument: str = "output") -> Path:
    """Write a page, or its documents, by atomic rename.

    Raises
    ------
    InputError
        The path cannot be written.
    """
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise InputError(argument, "must be a writeable path", f"{path}: {error.strerror}") from error
    return path


def read_number(node: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(node, bool) or not isinstance(node, int | float) or not math.isfinite(node):
        return None
    return float(node)


def read_interval(node: object) -> Interval | None:
    """A figure with its interval: ``{"value" or "nats", "low", "high"}``, or a bare number; None where there is none.

    Examples
    --------
    >>> read_interval({"nats": 0.02, "low": 0.01, "high": 0.03})
    Interval(value=0.02, low=0.01, high=0.03)
    >>> read_interval(0.5)
    Interval(value=0.5, low=nan, high=nan)
    >>> read_interval(None) is None
    True
    """
    if isinstance(node, Mapping):
        value = read_number(node.get("value", node.get("nats")))
        low, high = read_number(node.get("low")), read_number(node.get("high"))
    else:
        value, low, high = read_number(node), None, None
    if value is None:
        return None
    return Interval(value, math.nan if low is None else low, math.nan if high is None else high)


def find(document: Document | None, *path: str) -> Any:
    """What stands at a path of names; None where a step is missing."""
    node: Any = document
    for name in path:
        if not isinstance(node, Mapping):
            return None
        node = node.get(name)
    return node


def flatten(node: object, path: str = "") -> list[tuple[str, str]]:
    """Every leaf of a document with its path, as text, unrounded.

    Examples
    --------
    >>> flatten({"days": 3, "folds": [{"hash": "ab"}]})
    [('days', '3'), ('folds[0].hash', 'ab')]
    """
    if isinstance(node, Mapping):
        return [
            leaf for name, child in node.items() for leaf in flatten(child, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(node, list | tuple):
        return [leaf for index, child in enumerate(node) for leaf in flatten(child, f"{path}[{index}]")]
    return [(path, node if isinstance(node, str) else json.dumps(node))]


def _parse(text: str, argument: str) -> object:
    try:
        # NaN is no JSON: what it stands for was not measured.
        return json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(argument, "must be JSON", str(error)[:200]) from error


def _finite(text: str) -> float | None:
    # 1e999 is JSON and no number that we could write again.
    value = float(text)
    return value if math.isfinite(value) else None


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
