"""What was measured of the map's accuracy, as it was packaged with this version: two pages and their figures."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from liqheat.errors import FileFormatError
from liqheat.records import base_of

FOLDER = Path(__file__).parent / "published"
"""Written by ``make setup``, which renders the published scores; the wheel carries it."""
_MISSING = "No figures are packaged with this copy: run make setup in its source tree, or install a wheel."
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """A page that loads and runs nothing.

    Attributes
    ----------
    html : str
        The whole document.
    style_source : str
        What a content security policy must allow in ``style-src``: the hash of its one style.
    end_ms : int or None
        Until when its figures were measured, UTC milliseconds.
    """

    html: str
    style_source: str
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class PublishedAccuracy:
    """Everything that is shown of accuracy.

    Attributes
    ----------
    pages : dict of str to PublishedPage
        ``accuracy`` and ``article``.
    accuracy, article : dict
        Answers of the API.
    claims : list of dict
        The article's claims beside what was measured of each, for the list of blind spots.
    """

    pages: dict[str, PublishedPage]
    accuracy: dict[str, Any]
    article: dict[str, Any]
    claims: list[dict[str, Any]]
    _gain: dict[str, Any] | None

    @property
    def headline(self) -> dict[str, Any]:
        """The headline in one sentence, whether the map is shown to be better than none, and where to read on."""
        return {name: self.accuracy[name] for name in ("headline", "verdict", "page")}

    def gain(self, symbol: str) -> tuple[float, float] | None:
        """Range of the gain over the strongest baseline, where it was measured for this coin."""
        if self._gain is None or base_of(self._gain["symbol"]) != base_of(symbol):
            return None
        return self._gain["low"], self._gain["high"]

    def realised_over_forecast(self, symbol: str, model_hash: str, horizon: str) -> tuple[float, float, float] | None:
        """Figure and range of the touch forecast on days not seen, of this coin by these parameters at this horizon."""
        touch = self.accuracy["touch"]
        if touch is None or base_of(touch["symbol"]) != base_of(symbol) or touch["model"]["hash"] != model_hash:
            return None
        ratio = (touch["horizons"].get(horizon) or {}).get("realised_over_forecast")
        if ratio is None or None in ratio.values():
            return None
        return ratio["value"], ratio["low"], ratio["high"]


@cache
def load_published(folder: Path = FOLDER) -> PublishedAccuracy:
    """Load what was packaged; a copy out of a source tree in which nothing was rendered has nothing, and says so.

    Raises
    ------
    FileFormatError
        When a packaged file is damaged.
    """
    try:
        texts = {
            name: (folder / name).read_text("utf-8") for name in ("accuracy.html", "article.html", "accuracy.json")
        }
    except FileNotFoundError:
        return _nothing()
    try:
        document = json.loads(texts["accuracy.json"])
        return PublishedAccuracy(
            {name: _page(texts[f"{name}.html"], document["end_ms"][name]) for name in ("accuracy", "article")},
            document["accuracy"],
            document["article"],
            document["claims"],
            document["gain"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError("accuracy", "must be what was packaged with this version", repr(error)[:200]) from error


def _page(html: str, end_ms: float | None) -> PublishedPage:
    styles = _STYLE.findall(html)
    if len(styles) != 1:
        raise ValueError(f"{len(styles)} styles")
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    return PublishedPage(html, f"'sha256-{digest}'", None if end_ms is None else int(end_ms))


def _nothing() -> PublishedAccuracy:
    parts = ("touch", "score", "walk_forward", "article", "simulated", "panel", "foreign")
    headline = {"headline": _MISSING, "verdict": "not measured", "page": "/accuracy", "model_version": None}
    article: dict[str, Any] = {"is_measured": False, "days": None, "start_ms": None, "end_ms": None, "claims": []}
    page = _page(f"<!doctype html><title>liqheat</title><style></style><p>{_MISSING}", None)
    accuracy: dict[str, Any] = {**headline, **dict.fromkeys(parts), "others": []}
    return PublishedAccuracy({"accuracy": page, "article": page}, accuracy, article, [], None)
