"""The OpenAPI document, from the route table and its typed schemas."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from liqheat._core import __version__
from liqheat.api.problems import Problem
from liqheat.api.routes import ROUTES, Route
from liqheat.records import PARAMETERS

_REFERENCE = "#/components/schemas/{model}"


def build_openapi() -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of the API."""
    answers = [route.answer for route in ROUTES if not isinstance(route.answer, str)]
    models: list[type[BaseModel]] = [*dict.fromkeys(answers), Problem]
    _, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "liqheat",
            "version": __version__,
            "description": "Estimated liquidation heatmaps. Every figure is a model's estimate, not a venue's report.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {route.path: {"get": _operation(route)} for route in ROUTES},
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(route: Route) -> dict[str, Any]:
    content_type = "application/json"
    if isinstance(route.answer, str):
        content_type, is_text = route.answer, route.answer.startswith("text/")
        content: dict[str, Any] = {"schema": {"type": "string"} if is_text else {"type": "string", "format": "binary"}}
    else:
        content = {"schema": {"$ref": _REFERENCE.format(model=route.answer.__name__)}}
    problem = {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}
    return {
        "summary": route.summary,
        "operationId": route.handle.__name__,
        "parameters": _parameters(route),
        "responses": {
            "200": {"description": route.summary, "content": {content_type: content}},
            "default": {"description": "A problem", "content": {"application/problem+json": problem}},
        },
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
    more = route.more.model_json_schema().get("properties", {})
    return parameters + [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in more.items()
    ]
