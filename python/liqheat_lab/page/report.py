"""The accuracy page: one self-contained HTML document, the same as a file and on the server."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from liqheat._core import __version__
from liqheat_lab.page import documents, sections, tables
from liqheat_lab.page.parts import Document, ReportParts, find, flatten, read_interval, read_number
from liqheat_lab.page.touches import describe_touches
from liqheat_lab.page.words import HEADLINE_BASELINE, format_days, format_usd, headline, verdict_of

PART_WORDS = {
    "touch": "touch forecast",
    "score": "score",
    "walk_forward": "walk-forward",
    "article": "article",
    "simulated": "simulated markets",
    "panel": "real positions",
    "foreign": "another product's map",
}


def render_report(parts: ReportParts, *, is_served: bool = False) -> str:
    """Draw the accuracy page from what was measured; what is None is said to be missing.

    Parameters
    ----------
    parts : ReportParts
        The documents that the commands printed.
    is_served : bool
        Whether the page may link to others of the server.

    Returns
    -------
    str
        HTML without scripts and without anything to be fetched.
    """
    score, walk_forward, article, panel = parts.score, parts.walk_forward, parts.article, parts.panel
    shown = score if score is not None else walk_forward
    return _render(
        "report.html",
        is_served=is_served,
        touch=describe_touches(parts.touch),
        headline=headline(shown),
        verdict=verdict_of(read_interval(find(shown, "information_gain", HEADLINE_BASELINE)))
        if shown
        else "not measured",
        has_score=shown is not None,
        facts=_facts(shown),
        support=sections.describe_support(shown),
        memory=sections.describe_memory(shown),
        gains=sections.describe_gains(shown),
        ranks=sections.describe_ranks(shown),
        calibration=sections.describe_calibration(shown),
        controls=sections.describe_controls(shown),
        rivals=sections.describe_rivals(shown),
        foreign=sections.describe_foreign(parts.foreign),
        months=sections.describe_months(shown, walk_forward),
        folds=tables.describe_folds(sections.describe_months(shown, walk_forward)["folds"]),
        walk_forward_headline=headline(walk_forward) if walk_forward is not None else "",
        walk_forward_memory=sections.describe_memory(walk_forward),
        auc=sections.describe_auc(shown),
        simulated=documents.describe_document(parts.simulated),
        panel=documents.describe_panel(panel),
        is_learned=find(panel, "half") == "first",
        claims=tables.describe_claims(article),
        article_days=_span(article),
        article_notes=_notes(article),
        others=[sections.describe_other(other) for other in parts.others],
        notes=_notes(shown),
        left_out=tables.describe_left_out(shown),
        goals=tables.describe_goals(shown, panel),
        appendix=_appendix(parts),
    )


def render_article(article: Document | None, *, is_served: bool = False) -> str:
    """Draw the page of the article's claims.

    Parameters
    ----------
    article : dict, optional
        The article's claims with what was measured of each.
    is_served : bool
        Whether the page may link to others of the server.

    Returns
    -------
    str
        HTML without scripts and without anything to be fetched.
    """
    return _render(
        "article.html",
        is_served=is_served,
        claims=tables.describe_claims(article),
        article_days=_span(article),
        notes=_notes(article),
        appendix=_appendix(ReportParts(article=article)),
    )


@functools.cache
def style_source() -> str:
    """What a content security policy must allow in ``style-src`` for these pages: the hash of their one style."""
    digest = base64.b64encode(hashlib.sha256(_read("report.css").encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _facts(score: Document | None) -> list[tuple[str, str]]:
    if score is None:
        return []
    model = find(score, "model")
    model = model if isinstance(model, Mapping) else {}
    age, hours = read_number(find(model, "age_days")), read_number(score.get("hours"))
    fitted = [
        ("Model", " · version ".join(str(model[key]) for key in ("name", "version") if model.get(key)) or "not said"),
        ("Parameters' hash", str(model.get("hash") or "not said")),
        ("Fitted on", f"{model.get('fitted_on') or 'not said'}{' (transferred)' if model.get('transferred') else ''}"),
        ("Age of the fit", "not said" if age is None else f"{age:g} days at the start of the scored days"),
    ]
    folds = find(score, "folds")
    if isinstance(folds, list) and not model:
        fitted = [("Model", f"fitted anew {len(folds)} times, each on earlier days only: the hashes stand below")]
    return [
        ("Market", f"{score.get('symbol', 'not said')} · {score.get('venue', 'venue not said')}"),
        ("Scored days", _span(score)),
        ("Hours scored", "not said" if hours is None else f"{hours:,.0f}"),
        ("Liquidations", format_usd(read_number(score.get("events_usd")))),
        *fitted,
        ("Drawn by", f"liqheat {__version__}"),
    ]


def _span(document: Document | None) -> str:
    if document is None:
        return "not measured"
    days = read_number(document.get("days"))
    span = format_days(read_number(document.get("start_ms")), read_number(document.get("end_ms")))
    return span if days is None else f"{span} ({days:g} days)"


def _notes(document: Document | None) -> list[str]:
    notes = find(document, "notes")
    return [str(note) for note in notes] if isinstance(notes, list) else []


def _appendix(parts: ReportParts) -> list[dict[str, Any]]:
    documents = [(words, getattr(parts, name)) for name, words in PART_WORDS.items()]
    documents += [(f"score of {other.get('symbol', 'another symbol')}", other) for other in parts.others]
    # The dots of the picture are no figures to be looked up.
    kept = ((name, {key: value for key, value in part.items() if key != "dots"}) for name, part in documents if part)
    return [{"name": name, "rows": flatten(part)} for name, part in kept]


def _render(template: str, **context: Any) -> str:
    page: str = (
        _environment()
        .get_template(template)
        .render(page=template.removesuffix(".html"), style=_read("report.css"), style_source=style_source(), **context)
    )
    return page


@functools.cache
def _environment() -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    names = ("base.html", "macros.html", "report.html", "article.html")
    return Environment(
        loader=DictLoader({name: _read(name) for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _read(name: str) -> str:
    return resources.files("liqheat_lab.page").joinpath(f"templates/{name}").read_text("utf-8")
