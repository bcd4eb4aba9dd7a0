"""`LQH1`: the binary container of a heatmap.

``"LQH1"``, u32le header length, JSON header padded with spaces so that the data starts on a multiple of 8, then one
byte a cell, price-major.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import FileFormatError
from liqheat.heatmap.grid import quantise_log

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.heatmap.result import Heatmap

MAGIC = b"LQH1"
DECADES = 4
_PREFIX = struct.Struct("<4sI")


def encode_heatmap(heatmap: Heatmap, scratch: NDArray[np.float32] | None = None) -> bytes:
    """Encode a heatmap as one `LQH1` plane; sides and bands are those of its view.

    Parameters
    ----------
    heatmap : Heatmap
        What to encode.
    scratch : float32 array, optional
        Room for at least as many values as the grid has cells: spares fresh memory, which costs as much as drawing.
    """
    values = heatmap.values_usd if scratch is None else heatmap.draw_into(scratch)
    levels, maximum = quantise_log(values, backend=heatmap.backend)
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
        "planes": ["all"],
        **heatmap.metadata(),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(_PREFIX.size + len(text)) % 8)
    return b"".join([_PREFIX.pack(MAGIC, len(text)), text, levels.tobytes()])


def decode_heatmap(data: bytes) -> tuple[dict[str, Any], NDArray[np.uint8]]:
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
    if len(data) < _PREFIX.size or data[:4] != MAGIC:
        raise FileFormatError("data", "must start with LQH1", repr(data[:4]))
    _, length = _PREFIX.unpack_from(data)
    start = _PREFIX.size + length
    try:
        header = json.loads(data[_PREFIX.size : start])
        shape = (len(header["planes"]), header["B"], header["T"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileFormatError("data", "must hold a JSON header", f"{error}") from error
    if not all(type(size) is int and size > 0 for size in shape):
        raise FileFormatError("data", "must state whole sizes above 0", shape)
    if len(data) - start != shape[0] * shape[1] * shape[2]:
        raise FileFormatError("data", f"must hold {shape} levels", f"{len(data) - start} bytes")
    return header, np.frombuffer(data, np.uint8, offset=start).reshape(shape)
