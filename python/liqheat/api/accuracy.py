"""The accuracy page, the page of the article's claims, and both as JSON: what was packaged with this version."""

from __future__ import annotations

import hashlib

from flask import Response

from liqheat._core import __version__
from liqheat.api import schemas_accuracy
from liqheat.api.compression import compress
from liqheat.api.responses import respond, respond_cached
from liqheat.api.schemas import Asked, More
from liqheat.api.service import MarketService
from liqheat.units import now_ms

HTML = "text/html; charset=utf-8"


def get_accuracy_page(service: MarketService, asked: Asked[More]) -> Response:
    """Show the accuracy page."""
    del asked
    return _respond_page(service, "accuracy")


def get_article_page(service: MarketService, asked: Asked[More]) -> Response:
    """Show the article's claims beside what was measured."""
    del asked
    return _respond_page(service, "article")


def get_accuracy(service: MarketService, asked: Asked[More]) -> Response:
    """Every figure of the accuracy page."""
    del asked
    return respond(schemas_accuracy.Accuracy, service.published().accuracy)


def get_article(service: MarketService, asked: Asked[More]) -> Response:
    """The article's claims with what was measured of each."""
    del asked
    return respond(schemas_accuracy.Article, service.published().article)


def _respond_page(service: MarketService, name: str) -> Response:
    page = service.published().pages[name]
    digest = hashlib.sha256(f"{__version__}{page.html}".encode()).hexdigest()[:32]
    age_ms = 0 if page.end_ms is None else max(now_ms() - page.end_ms, 0)
    response = respond_cached(
        service.bodies, f"accuracy-{name}-{digest}", HTML, lambda: compress(page.html.encode()), age_ms
    )
    # Nothing but the page's own pictures, and its one style by its hash.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src 'self' data:; style-src {page.style_source}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return response
