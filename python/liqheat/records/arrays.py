"""What records are made of: the types of their arrays, and how a record of arrays shows itself."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TimeArray = NDArray[np.int64]
"""UTC epoch milliseconds."""
IndexArray = NDArray[np.int64]
MOST_SHOWN = 60
Array = TypeVar("Array", bound=NDArray[Any])


class Record:
    """A record that holds arrays, or records that do.

    Its arrays are handed out read-only: what one reader wrote would be another's figures. Its ``repr`` gives their
    types and shapes, not their values. Its dataclass is made with ``repr=False``; one with arrays of its own also with
    ``eq=False``: it compares and hashes by identity, since arrays have no single answer to either.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        """Take every array as a view that cannot be written; whoever made it may still write to it."""
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            if isinstance(value, np.ndarray) and value.flags.writeable:
                object.__setattr__(self, one.name, read_only(value))

    def __repr__(self) -> str:
        shown = (f"{one.name}={_show(getattr(self, one.name))}" for one in fields(self) if one.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


def read_only(values: Array) -> Array:
    """A view of an array that cannot be written."""
    view = values.view()
    view.flags.writeable = False
    return view


def _show(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(…)"
    if isinstance(value, tuple | list | dict) and value:
        return f"{type(value).__name__} of {len(value)}"
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
