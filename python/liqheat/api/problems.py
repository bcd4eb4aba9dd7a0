"""Errors as problem JSON (RFC 9457): the argument, the rule and the value, never a traceback."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, json
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from liqheat.errors import BusyError, InputError, LiqheatError, NoDataError, StoreError, UnknownNameError

LOGGER = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(description="Stable URI of the kind of problem")
    title: str
    status: int
    detail: str = Field(description="One sentence for people")
    code: str = Field(description="Stable code of the kind of problem")
    argument: str | None = Field(default=None, description="Argument that broke the rule")
    rule: str | None = Field(default=None, description="What it must satisfy")
    value: str | None = Field(default=None, description="What was found")


def register_problem_handlers(app: Flask) -> None:
    """Answer every failure of `app` with a problem."""
    app.register_error_handler(LiqheatError, _from_liqheat_error)
    app.register_error_handler(HTTPException, _from_http_exception)
    app.register_error_handler(Exception, _from_unexpected)


def query_error(error: ValidationError) -> InputError:
    """The first broken rule of a query, as our own error."""
    # A name that nobody knows is told before one that is missing: it is often the same, misspelled.
    first = min(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
    argument = str(first["loc"][0]) if first["loc"] else "query"
    if first["type"] == "extra_forbidden":
        return InputError(argument, "must be a known query parameter", argument)
    if first["type"] == "missing":
        return InputError(argument, "must be given", "nothing")
    return InputError(argument, first["msg"].removeprefix("Value error, "), first["input"])


def _status_of(error: LiqheatError) -> int:
    missing = isinstance(error, UnknownNameError) and error.argument in ("symbol", "venue")
    if missing or isinstance(error, NoDataError):
        return 404
    if isinstance(error, StoreError | BusyError):
        return 503
    return 400 if isinstance(error, InputError) else 502


def _from_liqheat_error(error: Exception) -> Response:
    assert isinstance(error, LiqheatError)  # noqa: S101  registered for this class only
    details: dict[str, Any] = {}
    if isinstance(error, InputError | StoreError | BusyError):
        details = {"argument": error.argument, "rule": error.rule, "value": error.value[:200]}
    response = _respond(_status_of(error), error.code, str(error)[:500], **details)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _from_http_exception(error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = error.code or 500
    response = _respond(status, f"http_{status}", error.description or error.name)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _from_unexpected(error: Exception) -> Response:
    LOGGER.error("request failed", exc_info=error)
    return _respond(500, "internal_error", "The server failed on this request; its log has the cause.")


def _respond(status: int, code: str, detail: str, **more: Any) -> Response:
    title = code.replace("_", " ").capitalize()
    problem = Problem(type=f"urn:liqheat:problem:{code}", title=title, status=status, detail=detail, code=code, **more)
    body = json.dumps(problem.model_dump(exclude_none=True))
    return Response(body, status=status, content_type="application/problem+json")
