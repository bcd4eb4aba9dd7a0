"""The OpenAPI document, from the route table and its typed schemas."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from liqheat._core import __version__
from liqheat.api.problems import Problem
from liqheat.api.routes import ROUTES, Route

_REFERENCE = "#/components/schemas/{model}"


def build_openapi() -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of the API."""
    answers = [route.answer for route in ROUTES if route.answer is not None]
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
    if route.answer is None:
        is_text = route.content_type.startswith("text/")
        content: dict[str, Any] = {"schema": {"type": "string"} if is_text else {"type": "string", "format": "binary"}}
    else:
        content = {"schema": {"$ref": _REFERENCE.format(model=route.answer.__name__)}}
    problem = {"schema": {"$ref": _REFERENCE.format(model=Problem.__name__)}}
    return {
        "summary": route.summary,
        "operationId": route.handle.__name__,
        "parameters": _parameters(route.query),
        "responses": {
            "200": {"description": route.summary, "content": {route.content_type: content}},
            "default": {"description": "A problem", "content": {"application/problem+json": problem}},
        },
    }


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    properties = query.model_json_schema().get("properties", {})
    parameters = []
    for name, schema in properties.items():
        parameter = {"name": name, "in": "query", "required": False, "schema": schema}
        if name == "leverage":
            # Sent as one value with commas.
            parameter |= {"style": "form", "explode": False}
        parameters.append(parameter)
    return parameters
