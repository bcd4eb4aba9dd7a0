"""Files of market history: Parquet and CSV, read into records and written from them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from liqheat.errors import FileFormatError
from liqheat.records import Candles, MarkCandles, OpenInterest
from liqheat.store.layouts import CCXT_OHLCV_COLUMNS
from liqheat.store.tables import read_candles, read_mark_candles, read_open_interest
from liqheat.venues import KLINE_COLUMNS

_HEADLESS = (KLINE_COLUMNS, CCXT_OHLCV_COLUMNS)


def load_candles(path: str | Path) -> Candles:
    """Load trade candles from a ``.parquet`` or ``.csv`` file.

    Raises
    ------
    FileFormatError
        When the file is missing, empty, damaged, of another kind, or its columns are not recognised.
    """
    return read_candles(load_table("candles", Path(path)), source=Path(path).name)


def load_mark_candles(path: str | Path) -> MarkCandles:
    """Load mark price candles; errors as `load_candles`."""
    return read_mark_candles(load_table("mark", Path(path)), source=Path(path).name)


def load_open_interest(path: str | Path) -> OpenInterest:
    """Load open interest; errors as `load_candles`."""
    return read_open_interest(load_table("open_interest", Path(path)), source=Path(path).name)


def load_table(argument: str, path: Path) -> pa.Table:
    """Load a Parquet or CSV file as it is; the argument is named in errors, which are those of `load_candles`."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise FileFormatError(argument, f"must be a file ending in {' or '.join(_READERS)}", path)
    if not path.is_file():
        raise FileFormatError(argument, "must be an existing file", path)
    try:
        table = reader(path)
    except (pa.ArrowException, csv.Error, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(argument, f"must be a readable {path.suffix} file", f"{path.name}: {reason}") from error
    if table.num_rows == 0:
        raise FileFormatError(argument, "must hold at least one row", f"{path.name}: empty")
    return table


def _read_csv(path: Path) -> pa.Table:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        first = next(csv.reader(lines), [])
    names = None
    if first and all(_is_number(value) for value in first):
        names = next((list(columns) for columns in _HEADLESS if len(columns) == len(first)), None)
        if names is None:
            lengths = " or ".join(str(len(columns)) for columns in _HEADLESS)
            raise FileFormatError("file", f"must have a header, or {lengths} columns", f"{path.name}: {len(first)}")
    return pa.csv.read_csv(path, read_options=pa.csv.ReadOptions(column_names=names))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_READERS: dict[str, Callable[[Path], Any]] = {".parquet": pa.parquet.read_table, ".csv": _read_csv}
