"""A Coinglass liquidation heatmap as an object to compare with. Its unit is not defined, so it is no market history."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from liqheat.errors import FileFormatError, InputError
from liqheat.records import ForeignHeatmap
from liqheat.records.arrays import FloatArray
from liqheat.store.foreign_tables import ForeignRequest, money_rate, step_of

MOST_CELLS = 50_000_000
"""400 MB of float64."""
MOST_BYTES = 9 * MOST_CELLS
"""Of a saved heatmap: its cells, and room for its axes."""
_KEYS = ("y_axis", "liquidation_leverage_data", "price_candlesticks")
_STATED = ("currency", "unit", "quote", "quote_asset")


def is_heatmap(body: Mapping[str, Any]) -> bool:
    """Whether a response is a heatmap, whole or in part."""
    return any(key in body for key in _KEYS)


def read_foreign_heatmap(body: Mapping[str, Any], request: ForeignRequest, source: str = "") -> ForeignHeatmap:
    """Read the ``data`` of a heatmap response, models 1 to 3 of a pair or a coin.

    Raises
    ------
    FileFormatError
        When a part is missing, is not numbers, or none of the entries lies inside the axes.
    InputError
        When its interval or currency is not what was said.
    """
    missing = [
        key for key in _KEYS if not isinstance(body.get(key), Sequence) or len(body[key]) < 2 - (key == _KEYS[1])
    ]
    if missing:
        raise FileFormatError("file", f"a heatmap must have {', '.join(_KEYS)} with rows", f"no usable {missing[0]}")
    stated = next((str(body[key]) for key in _STATED if body.get(key)), "")
    rate = money_rate(request, stated, "of the heatmap's prices", "usd")
    levels = _numbers(body["y_axis"], "y_axis", 1) / rate
    candles = _numbers(body["price_candlesticks"], "price_candlesticks", 2)
    entries = _numbers(body["liquidation_leverage_data"], "liquidation_leverage_data", 2)
    if candles.shape[1] < 5:
        raise FileFormatError("price_candlesticks", "must hold time, open, high, low, close", candles.shape[1])
    if entries.shape[1] != 3:
        raise FileFormatError("liquidation_leverage_data", "must hold column, price level, amount", entries.shape[1])
    if levels[0] <= 0 or np.any(np.diff(levels) <= 0):
        raise FileFormatError("y_axis", "must be prices that rise", f"{levels.min()}..{levels.max()}")
    if levels.size * len(candles) > MOST_CELLS:
        raise FileFormatError("file", f"must have at most {MOST_CELLS:,} cells", f"{levels.size} x {len(candles)}")
    seconds = candles[:, 0]
    if np.any(seconds != np.rint(seconds)) or seconds.min() < 10**9 or seconds.max() >= 10**13:
        raise FileFormatError("price_candlesticks", "must start with epoch seconds or ms", f"{seconds.min()}")
    time_ms = seconds.astype(np.int64) * (1000 if seconds.max() < 10**10 else 1)
    if np.any(np.diff(time_ms) <= 0):
        raise FileFormatError("price_candlesticks", "times must rise", f"{time_ms[0]}..{time_ms[-1]}")
    interval_ms = step_of(time_ms, request)
    column, row, amount = entries.T
    inside = (column >= 0) & (column < time_ms.size) & (row >= 0) & (row < levels.size)
    if not inside.any():
        found = f"{len(entries)} entries, none inside {time_ms.size} columns x {levels.size} prices"
        raise FileFormatError("liquidation_leverage_data", "must point inside the axes", found)
    if np.any(entries[:, :2] != np.rint(entries[:, :2])) or np.any(amount < 0):
        raise FileFormatError("liquidation_leverage_data", "must be whole indices and amounts from 0", "others")
    intensity = np.zeros((levels.size, time_ms.size))
    # A cell may be listed once for each leverage.
    np.add.at(intensity, (row[inside].astype(np.intp), column[inside].astype(np.intp)), amount[inside])
    return ForeignHeatmap(
        request.product,
        request.symbol,
        _edges(levels),
        time_ms,
        interval_ms,
        intensity,
        candles[:, 4] / rate,
        int((~inside).sum()),
        source,
    )


def save_foreign_heatmap(heatmap: ForeignHeatmap, path: str | Path) -> Path:
    """Save to ``.npz``, by atomic rename.

    Raises
    ------
    InputError
        When the path does not end in ``.npz`` or cannot be written.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise InputError("output", "must be a file ending in .npz", path)
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            np.savez_compressed(file, **{name: getattr(heatmap, name) for name in heatmap.__dataclass_fields__})
        partial.replace(path)
    except OSError as error:
        raise InputError("output", "must be a file that can be written", f"{path}: {error.strerror}") from error
    return path


def load_foreign_heatmap(path: str | Path) -> ForeignHeatmap:
    """Load what `save_foreign_heatmap` saved.

    Raises
    ------
    FileFormatError
        When it is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # A few kilobytes may unpack to more than there is memory; an entry never gives more than it states.
            unpacked = sum(entry.file_size for entry in archive.infolist())
        fields: dict[str, Any] = {}
        if unpacked <= MOST_BYTES:
            with np.load(Path(path), allow_pickle=False) as saved:
                fields = {name: saved[name] for name in ForeignHeatmap.__dataclass_fields__}
    except (OSError, KeyError, ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise FileFormatError("file", "must be a heatmap saved as .npz", f"{path}: {error}"[:200]) from error
    if not fields:
        raise FileFormatError("file", f"must unpack to at most {MOST_BYTES:,} bytes", f"{path}: {unpacked:,}")
    return ForeignHeatmap(**{name: value if value.ndim else value.item() for name, value in fields.items()})


def _numbers(values: Any, argument: str, dimensions: int) -> FloatArray:
    try:
        numbers = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FileFormatError(argument, "must hold numbers in rows of one length", error) from error
    if numbers.ndim != dimensions or not np.isfinite(numbers).all():
        raise FileFormatError(argument, f"must be finite and {dimensions}-dimensional", f"shape {numbers.shape}")
    return numbers


def _edges(levels: FloatArray) -> FloatArray:
    middles = (levels[1:] + levels[:-1]) / 2
    first, last = levels[0] - (middles[0] - levels[0]), levels[-1] + (levels[-1] - middles[-1])
    return np.concatenate([[first], middles, [last]])
