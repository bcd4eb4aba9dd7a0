"""What the server shows of accuracy: rendered here once, packaged with the product, served as it is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from liqheat.errors import InputError
from liqheat_lab.page.parts import Document, ReportParts, find, read_interval, read_number, write_report
from liqheat_lab.page.report import render_article, render_report
from liqheat_lab.page.words import HEADLINE_BASELINE, headline, verdict_of

# Their notes were written on set A of real data, uncalibrated; a published measurement takes their place.
ARTICLE_CLAIMS: tuple[dict[str, Any], ...] = (
    {
        "id": "underestimated",
        "figure": "falls short",
        "claim": "The map underestimates what is liquidated by 10-25 %",
        "article_low": 0.10,
        "article_high": 0.25,
        "unit": "share",
        "measured": None,
        "note": "Not measured: the model is uncalibrated. Nothing fitted, it OVER-states Bitcoin's published "
        "liquidations of early 2026 by 20 to 28 times, because most holders leave before.",
    },
    {
        "id": "realised",
        "figure": "median",
        "claim": "60-80 % of a cluster's estimate is realised",
        "article_low": 0.60,
        "article_high": 0.80,
        "unit": "share",
        "measured": None,
        "note": "Not measured cluster by cluster yet. The two claims have opposite signs; for sizes only the discount "
        "is applied (rule R10).",
    },
)


def publish(parts: ReportParts, folder: Path) -> None:
    """Write what the server shows into a folder: ``accuracy.html``, ``article.html`` and ``accuracy.json``.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("publish", "must be a folder that can be written", f"{folder}: {error.strerror}") from error
    for name, text in render_published(parts).items():
        write_report(folder / name, text, "publish")


def render_published(parts: ReportParts) -> dict[str, str]:
    """The pages as HTML and all figures as one JSON document, by file name.

    The document holds ``accuracy`` and ``article`` (answers of the API), ``claims`` (for the list of blind spots),
    ``gain`` (range over the strongest baseline, with its symbol; null where none was measured) and ``end_ms`` of what
    each page shows.
    """
    shown = parts.score or parts.walk_forward
    document = {
        "accuracy": {**describe_headline(shown), "model_version": _version(shown), **parts.to_json()},
        "article": _describe_article(parts.article),
        "claims": [_describe_claim(claim, parts.article) for claim in ARTICLE_CLAIMS],
        "gain": _published_gain(parts.score),
        "end_ms": {
            "accuracy": read_number(find(shown, "end_ms")),
            "article": read_number(find(parts.article, "end_ms")),
        },
    }
    return {
        "accuracy.html": render_report(parts, is_served=True),
        "article.html": render_article(parts.article, is_served=True),
        "accuracy.json": json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n",
    }


def describe_headline(score: Document | None) -> dict[str, Any]:
    """The headline in one sentence, and whether the map is shown to be better than none."""
    figure = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    return {"headline": headline(score), "verdict": verdict_of(figure), "page": "/accuracy"}


def _version(score: Document | None) -> str | None:
    version = find(score, "model", "version")
    return None if version is None else str(version)


def _describe_article(article: Document | None) -> dict[str, Any]:
    empty: dict[str, Any] = {"days": None, "start_ms": None, "end_ms": None, "claims": []}
    return {"is_measured": article is not None, **empty, **(article or {})}


def _published_gain(score: Document | None) -> dict[str, Any] | None:
    gain = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    if gain is None or math.isnan(gain.low):
        return None
    return {"symbol": str(find(score, "symbol") or ""), "low": gain.low, "high": gain.high}


def _describe_claim(claim: Mapping[str, Any], article: Mapping[str, Any] | None) -> dict[str, Any]:
    """A claim with its figure, a share, where it was published in per cent under the name that we know."""
    shown = {name: value for name, value in claim.items() if name not in ("id", "figure")}
    found = next((one for one in find(article, "claims") or () if find(one, "id") == claim["id"]), None)
    named = [
        interval
        for one in find(found, "measured") or ()
        if claim["figure"] in str(find(one, "name")) and find(one, "unit") == "%"
        if (interval := read_interval(one)) is not None
    ]
    if not named:
        return shown
    # The last one: the map of forced flow, where there is one, speaks of what is liquidated.
    value, low, high = (None if math.isnan(end) else end / 100 for end in astuple(named[-1]))
    measured = {"value": value, "low": low, "high": high, "days": find(article, "days")}
    return shown | {"measured": measured, "note": f"{find(found, 'verdict') or 'Measured'}; see the accuracy page."}
