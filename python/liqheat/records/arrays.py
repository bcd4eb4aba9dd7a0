"""What records are made of: the types of their arrays, and how a record of arrays shows itself."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TimeArray = NDArray[np.int64]
"""UTC epoch milliseconds."""
IndexArray = NDArray[np.int64]
MOST_SHOWN = 60


class Record:
    """A record that holds arrays, or records that do: its ``repr`` gives their types and shapes, not their values.

    Its dataclass is made with ``repr=False``. One with arrays of its own is also made with ``eq=False``: it compares
    and hashes by identity, since arrays have no single answer to either.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        shown = (f"{one.name}={_show(getattr(self, one.name))}" for one in fields(self) if one.repr)  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


def _show(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(…)"
    if isinstance(value, tuple | list | dict) and value:
        return f"{type(value).__name__} of {len(value)}"
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
