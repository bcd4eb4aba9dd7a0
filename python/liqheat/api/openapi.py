"""The OpenAPI document, from the route table and its typed schemas."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from liqheat._core import __version__
from liqheat.api.live import EVENTS
from liqheat.api.problems import Problem
from liqheat.api.routes import EVENT_STREAM, ROUTES, Route
from liqheat.records import PARAMETERS

_REFERENCE = "#/components/schemas/{model}"
_DECISIONS = (
    "decisions",
    "Clusters, setups with reasons, markets, briefs, order books: estimated unless named realised.",
)
TAGS = {
    "routes": ("map", "Contracts, candles, the heatmap, its columns and profiles: estimated."),
    "decide": _DECISIONS,
    "sweeps": _DECISIONS,
    "order_flow": _DECISIONS,
    "live": ("live", "What changes while a page is open; liquidations here are realised."),
    "accuracy": ("accuracy", "How right the map was, measured on days that it was not fitted on."),
}
"""By the module that answers."""
PROBLEMS = {
    "400": "A parameter is unknown, given twice, or breaks its rule",
    "404": "No such symbol or venue, or no data in the range",
    "405": "Only GET is answered",
    "500": "The server failed; its log has the cause",
    "502": "A venue did not answer, or with something unusable",
    "503": "The store takes no rows, or as many streams are open as there may be; Retry-After says when to ask again",
}
"""Every status of a problem, and what it means."""
_EXAMPLE = {
    "type": "urn:liqheat:problem:invalid_argument",
    "title": "Invalid argument",
    "status": 400,
    "detail": "side: must be one of both, long, short; found up",
    "code": "invalid_argument",
    "argument": "side",
    "rule": "must be one of both, long, short",
    "value": "up",
}


class _WithoutTitles(GenerateJsonSchema):
    """Names of fields say enough."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def build_openapi() -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of the API."""
    answers = [route.answer for route in ROUTES if not isinstance(route.answer, str)]
    models: list[type[BaseModel]] = [*dict.fromkeys([*answers, *EVENTS.values()]), Problem]
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REFERENCE, schema_generator=_WithoutTitles
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "liqheat",
            "version": __version__,
            "description": "Estimated liquidation heatmaps. Every figure is a model's estimate, not a venue's report, "
            "unless it is called realised.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that this document comes from"}],
        "tags": [{"name": name, "description": text} for name, text in dict.fromkeys(TAGS.values())],
        "paths": {route.path: {"get": _operation(route)} for route in ROUTES},
        "components": {
            "schemas": schemas["$defs"],
            "responses": {f"Problem{status}": _problem(text) for status, text in PROBLEMS.items()},
        },
    }


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=Problem.__name__)}
    return {"description": text, "content": {"application/problem+json": {"schema": schema, "example": _EXAMPLE}}}


def _operation(route: Route) -> dict[str, Any]:
    content_type = "application/json"
    if route.answer == EVENT_STREAM:
        content_type = EVENT_STREAM
        shapes = [{"$ref": _REFERENCE.format(model=model.__name__)} for model in EVENTS.values()]
        content: dict[str, Any] = {"schema": {"description": "The data of each event", "anyOf": shapes}}
    elif isinstance(route.answer, str):
        content_type, is_text = route.answer, route.answer.startswith("text/")
        content = {"schema": {"type": "string"} if is_text else {"type": "string", "format": "binary"}}
    else:
        content = {"schema": {"$ref": _REFERENCE.format(model=route.answer.__name__)}}
    responses: dict[str, Any] = {"200": {"description": route.summary, "content": {content_type: content}}}
    if route.is_kept:
        responses["304"] = {"description": "What the client has, by If-None-Match, is still so"}
    responses |= {status: {"$ref": f"#/components/responses/Problem{status}"} for status in PROBLEMS}
    return {
        "tags": [TAGS[route.handle.__module__.rpartition(".")[2]][0]],
        "summary": route.summary,
        "operationId": route.handle.__name__,
        "parameters": _parameters(route),
        "responses": responses,
    }


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters = []
    for name in route.asks:
        row = PARAMETERS[name]
        parameter = {
            "name": name,
            "in": "query",
            "required": False,
            "description": row.help,
            "schema": row.schema if row.default is None else {**row.schema, "default": row.default},
            "example": row.example,
        }
        if row.is_list:
            # Sent as one value with commas.
            parameter |= {"style": "form", "explode": False}
        parameters.append(parameter)
    more = route.more.model_json_schema(schema_generator=_WithoutTitles).get("properties", {})
    for name, schema in more.items():
        told = {"description": schema.pop("description"), "example": schema.pop("examples")[0]}
        parameters.append({"name": name, "in": "query", "required": False, **told, "schema": schema})
    return parameters
