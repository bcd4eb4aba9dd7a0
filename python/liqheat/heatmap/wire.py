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


def encode_heatmap(heatmap: Heatmap) -> bytes:
    """Encode a heatmap as one `LQH1` plane; sides and bands are those of its view."""
    levels, maximum = quantise_log(heatmap.values_usd, backend=heatmap.backend)
    axis, times = heatmap.view.axis, heatmap.time_edges_ms
    header = {
        "v": 1,
        "T": heatmap.view.n_columns,
        "B": axis.n_buckets,
        "t0_ms": int(times[0]),
        "step_ms": int(times[1] - times[0]),
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
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError("data", "must hold a JSON header", f"{error}") from error
    if len(data) - start != shape[0] * shape[1] * shape[2]:
        raise FileFormatError("data", f"must hold {shape} levels", f"{len(data) - start} bytes")
    return header, np.frombuffer(data, np.uint8, offset=start).reshape(shape)
