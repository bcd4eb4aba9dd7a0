"""`LQH1`: the binary container of a heatmap.

``"LQH1"``, u32le header length, JSON header padded with spaces so that the data starts on a multiple of 8, then one
byte a cell, price-major.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from liqheat.errors import FileFormatError, InputError, check_type
from liqheat.heatmap.quantise import quantise_log
from liqheat.heatmap.result import HeatmapFigures

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"LQH1"
DECADES = 4
SIDE_PLANES: tuple[Literal["short", "long"], ...] = ("short", "long")
_PREFIX = struct.Struct("<4sI")


class Scratch:
    """Room to draw and encode one heatmap after another: fresh memory costs as much as the work."""

    def __init__(self) -> None:
        self._values = np.empty(0, np.float32)
        self._message = np.empty(0, np.uint8)

    def values(self, cells: int) -> NDArray[np.float32]:
        """Room for the grid."""
        if self._values.size < cells:
            self._values = np.empty(cells, np.float32)
        return self._values[:cells]

    def message(self, length: int) -> NDArray[np.uint8]:
        """Room for the container."""
        if self._message.size < length:
            self._message = np.empty(length, np.uint8)
        return self._message[:length]


def encode_heatmap(heatmap: HeatmapFigures) -> bytes:
    """Encode a heatmap as one `LQH1` plane; sides and bands are those of its view."""
    check_type("heatmap", heatmap, HeatmapFigures, "must be what draw_heatmap returned")
    return bytes(_encode(heatmap, heatmap.values_usd, Scratch()))


def encode_into(heatmap: HeatmapFigures, scratch: Scratch) -> memoryview[int]:
    """As `encode_heatmap`, drawing and encoding in `scratch`: the result is good until its next use."""
    shape = (heatmap.view.axis.n_buckets, heatmap.view.n_columns)
    return _encode(heatmap, heatmap.draw_into(scratch.values(shape[0] * shape[1]).reshape(shape)), scratch)


def encode_sides_into(heatmap: HeatmapFigures, scratch: Scratch) -> memoryview[int]:
    """As `encode_into`, shorts and longs as a plane each on one scale: what a delta heatmap is drawn from.

    Raises
    ------
    InputError
        When the view shows one side only.
    """
    if heatmap.view.side != "both":
        raise InputError("side", "must be both: a delta needs longs and shorts", heatmap.view.side)
    shape = (len(SIDE_PLANES), heatmap.view.axis.n_buckets, heatmap.view.n_columns)
    values = scratch.values(shape[0] * shape[1] * shape[2]).reshape(shape)
    for plane, side in zip(values, SIDE_PLANES, strict=True):
        heatmap.of_side(side).draw_into(plane)
    return _encode(heatmap, values, scratch, SIDE_PLANES)


def _encode(
    heatmap: HeatmapFigures, values: NDArray[np.float32], scratch: Scratch, planes: Sequence[str] = ("all",)
) -> memoryview[int]:
    maximum = float(values.max(initial=0.0))
    prefix = _prefix(heatmap, maximum, planes)
    message = scratch.message(len(prefix) + values.size)
    message[: len(prefix)] = np.frombuffer(prefix, np.uint8)
    quantise_log(values, maximum, backend=heatmap.backend, out=message[len(prefix) :].reshape(values.shape))
    return message.data


def _prefix(heatmap: HeatmapFigures, maximum: float, planes: Sequence[str]) -> bytes:
    axis, times = heatmap.view.axis, heatmap.time_edges_ms
    header = {
        "v": 1,
        "T": heatmap.view.n_columns,
        "B": axis.n_buckets,
        "t0_ms": int(times[0]),
        "step_ms": heatmap.column_ms,
        "price": axis.kind,
        "lo": float(axis.edges[0]),
        ("ratio" if axis.kind == "log" else "w"): axis.step,
        "max": maximum,
        "q": {"kind": "log10", "decades": DECADES},
        "dtype": "u1",
        "layout": "price-major",
        "planes": list(planes),
        **heatmap.metadata(),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(_PREFIX.size + len(text)) % 8)
    return _PREFIX.pack(MAGIC, len(text)) + text


def decode_heatmap(data: bytes | memoryview[int]) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """Decode `LQH1` bytes.

    Returns
    -------
    header : dict
        The JSON header.
    levels : (planes, buckets, columns) uint8
        View on `data`.

    Raises
    ------
    FileFormatError
        When the bytes are not a complete `LQH1` container.
    """
    check_type("data", data, (bytes, bytearray, memoryview), "must be bytes")
    if len(data) < _PREFIX.size or bytes(data[:4]) != MAGIC:
        raise FileFormatError("data", "must start with LQH1", repr(bytes(data[:4])))
    _, length = _PREFIX.unpack_from(data)
    start = _PREFIX.size + length
    try:
        header = json.loads(bytes(data[_PREFIX.size : start]))
        shape = (len(header["planes"]), header["B"], header["T"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileFormatError("data", "must hold a JSON header", f"{error}") from error
    if not all(type(size) is int and size > 0 for size in shape):
        raise FileFormatError("data", "must state whole sizes above 0", shape)
    if len(data) - start != shape[0] * shape[1] * shape[2]:
        raise FileFormatError("data", f"must hold {shape} levels", f"{len(data) - start} bytes")
    return header, np.frombuffer(data, np.uint8, offset=start).reshape(shape)
