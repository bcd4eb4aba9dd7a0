"""The accuracy page, the page of the article's claims, and both as JSON: what was published with this version."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from flask import Response

from liqheat._core import __version__
from liqheat.api import schemas
from liqheat.api.compression import compress
from liqheat.api.responses import respond_cached, respond_json
from liqheat.api.service import MarketService
from liqheat.evaluation.report import render_article, render_report, style_source
from liqheat.evaluation.report_parts import Document, find, read_interval, read_number
from liqheat.evaluation.report_words import HEADLINE_BASELINE, headline, verdict_of

HTML = "text/html; charset=utf-8"


def get_accuracy_page(service: MarketService, query: schemas.NoQuery) -> Response:
    """Show the accuracy page."""
    del query
    parts = service.accuracy()
    return _respond_page(
        service,
        parts.to_json(),
        lambda: render_report(
            parts.score,
            parts.article,
            parts.walk_forward,
            parts.simulated,
            parts.panel,
            foreign=parts.foreign,
            others=parts.others,
            this_data=parts.this_data,
            is_served=True,
        ),
        "report",
        parts.score or parts.walk_forward,
    )


def get_article_page(service: MarketService, query: schemas.NoQuery) -> Response:
    """Show the article's claims beside what was measured."""
    del query
    article = service.accuracy().article
    return _respond_page(service, article, lambda: render_article(article, is_served=True), "article", article)


def get_accuracy(service: MarketService, query: schemas.NoQuery) -> Response:
    """Every figure of the accuracy page."""
    del query
    parts = service.accuracy()
    shown = parts.score or parts.walk_forward
    version = find(shown, "model", "version")
    return respond_json(
        {**describe_headline(shown), "model_version": None if version is None else str(version), **parts.to_json()}
    )


def get_article(service: MarketService, query: schemas.NoQuery) -> Response:
    """The article's claims with what was measured of each."""
    del query
    article = service.accuracy().article
    empty: dict[str, Any] = {"days": None, "start_ms": None, "end_ms": None, "claims": []}
    return respond_json({"is_measured": article is not None, **empty, **(article or {})})


def describe_headline(score: Document | None) -> dict[str, Any]:
    """The headline in one sentence, and whether the map is shown to be better than none."""
    figure = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    return {"headline": headline(score), "verdict": verdict_of(figure), "page": "/accuracy"}


def _respond_page(
    service: MarketService, figures: object, render: Callable[[], str], name: str, dated: Document | None
) -> Response:
    digest = hashlib.sha256(json.dumps([__version__, style_source(), figures]).encode()).hexdigest()[:32]
    end_ms = read_number(find(dated, "end_ms"))
    age_ms = 0 if end_ms is None else max(int(time.time() * 1000) - int(end_ms), 0)
    response = respond_cached(
        service.bodies, f"accuracy-{name}-{digest}", HTML, lambda: compress(render().encode()), age_ms
    )
    # Nothing but the page's own pictures, and its one style by its hash.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src 'self' data:; style-src {style_source()}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return response
