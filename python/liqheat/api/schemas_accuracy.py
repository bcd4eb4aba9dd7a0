"""Typed answers about accuracy; their parts are what the commands `liqheat accuracy …` print with ``--json``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from liqheat.api.shapes import Answer


class Headline(Answer):
    """How accurate the map is, in one sentence."""

    headline: str
    verdict: Literal["shown", "not shown", "worse", "not measured"] = Field(
        description="Whether the map is shown to be better than the strongest forecast without a map"
    )
    page: str = Field(description="Where the whole report stands")


class Accuracy(Headline):
    """The published scores; null where nothing was measured."""

    model_version: str | None
    touch: dict[str, Any] | None
    score: dict[str, Any] | None
    walk_forward: dict[str, Any] | None
    article: dict[str, Any] | None
    simulated: dict[str, Any] | None
    panel: dict[str, Any] | None
    foreign: dict[str, Any] | None
    others: list[dict[str, Any]]


class Article(Answer):
    """The article's claims with what was measured of each."""

    is_measured: bool
    symbol: str | None = Field(default=None, description="On whose market the claims were measured")
    venue: str | None = None
    notes: list[str] | None = None
    days: int | float | None
    start_ms: int | None
    end_ms: int | None
    claims: list[dict[str, Any]]
