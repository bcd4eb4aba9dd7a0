"""Rows of records that hold one array for each column: cut, joined into longer ones."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from liqheat.records.arrays import FloatArray, TimeArray


class Bars(Protocol):
    """What candles and histories have in common."""

    @property
    def open_time_ms(self) -> TimeArray: ...  # noqa: D102
    @property
    def open(self) -> FloatArray: ...  # noqa: D102
    @property
    def high(self) -> FloatArray: ...  # noqa: D102
    @property
    def low(self) -> FloatArray: ...  # noqa: D102
    @property
    def close(self) -> FloatArray: ...  # noqa: D102
    @property
    def volume(self) -> FloatArray: ...  # noqa: D102


Rows = TypeVar("Rows")


def select_rows(record: Rows, rows: slice) -> Rows:
    """The record with those rows of every array; a view, not a copy."""
    arrays: dict[str, Any] = {
        field.name: value[rows]
        for field in fields(record)  # type: ignore[arg-type]
        if isinstance(value := getattr(record, field.name), np.ndarray)
    }
    return replace(record, **arrays)  # type: ignore[type-var]


def whole_rows(open_time_ms: TimeArray, interval_ms: int, size: int) -> slice:
    """Rows that fill intervals of `size` rows each; incomplete ones at both ends are left out."""
    step_ms = interval_ms // size
    first = int((-(open_time_ms[0] // -interval_ms) * interval_ms - open_time_ms[0]) // step_ms)
    return slice(first, first + max(open_time_ms.size - first, 0) // size * size)


def join_bars(bars: Bars, rows: slice, size: int) -> dict[str, Any]:
    """Columns of longer bars, each of `size` of the given rows."""

    def column(name: str) -> NDArray[Any]:
        values: NDArray[Any] = getattr(bars, name)[rows].reshape(-1, size)
        return values

    return {
        "open_time_ms": column("open_time_ms")[:, 0].copy(),
        "open": column("open")[:, 0].copy(),
        "high": column("high").max(axis=1),
        "low": column("low").min(axis=1),
        "close": column("close")[:, -1].copy(),
        "volume": column("volume").sum(axis=1),
    }
