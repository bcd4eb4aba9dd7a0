"""Shapes of answers that are made of records: a record is spelled once, and its JSON follows from it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, create_model

NULLABLE = {("Cluster", "held_notional_usd"), ("Wall", "multiple_of_median")}
"""Figures that may be NaN or infinite, which JSON has no number for."""


class Answer(BaseModel):
    """What a route answers: a field without a default is always there."""

    model_config = ConfigDict(extra="forbid")


def shape_of(record: type, name: str = "", **more: Any) -> Any:
    """The shape of a record's JSON, as `liqheat.setups.to_plain` makes it: its fields and its derived figures.

    Parameters
    ----------
    record : type
        A dataclass.
    name : str
        Of the shape; the record's by default.
    **more
        Further fields, as pydantic's ``create_model`` takes them.
    """
    return create_model(
        name or record.__name__,
        __base__=_of_record(record) if more else Answer,
        __doc__=_first_sentence(record),
        **(more or _fields_of(record)),
    )


@cache
def _of_record(record: type) -> Any:
    return shape_of(record)


def _fields_of(record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    found = {one.name: (_json_of(hints[one.name]), ...) for one in fields(record)}
    for name, member in vars(record).items():
        if isinstance(member, property):
            kind = _json_of(get_type_hints(member.fget)["return"])
            found[name] = (kind, Field(description=_first_sentence(member)))
    for name in found:
        if (record.__name__, name) in NULLABLE:
            found[name] = (found[name][0] | None, found[name][1])
    return found


def _json_of(hint: Any) -> Any:
    """Type of a value's JSON."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _of_record(hint)
    if origin is np.ndarray:
        return list[float]
    if origin is tuple:
        parts = tuple(_json_of(one) for one in inner if one is not Ellipsis)
        return list[parts[0]] if Ellipsis in inner else tuple[parts]  # type: ignore[valid-type]
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return dict[str, _json_of(inner[1])]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(_json_of(one) for one in inner)]  # noqa: UP007  built of parts
    return hint if origin is Literal or origin is None else origin


def _first_sentence(thing: Any) -> str:
    return (thing.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
