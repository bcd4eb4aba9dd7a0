"""Exports and API responses of other products, read into our records. Pure but for `load_foreign`, which opens a file.

What a file does not tell (its currency, its interval) is asked for, and what it tells must agree with what was said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Candles, ForeignHeatmap, LiquidationTotals, OpenInterest
from liqheat.store.files import load_table
from liqheat.store.foreign_heatmap import is_heatmap, read_foreign_heatmap
from liqheat.store.foreign_layouts import PRODUCTS
from liqheat.store.foreign_tables import ForeignRequest, read_foreign_table

MOST_FILE_BYTES = 256 * 2**20
_NAMES_OF_SYMBOL = ("symbol", "pair", "coin", "base_asset")


@dataclass(frozen=True, slots=True)
class ForeignData:
    """What one file of another product holds.

    Attributes
    ----------
    records : tuple
        Candles, OpenInterest, LiquidationTotals or ForeignHeatmap, at most one of each.
    interval_ms : int
        Step between rows.
    notes : tuple of str
        What was left out, and why.
    """

    records: tuple[Candles | OpenInterest | LiquidationTotals | ForeignHeatmap, ...]
    interval_ms: int
    notes: tuple[str, ...] = ()


def load_foreign(path: str | Path, request: ForeignRequest) -> ForeignData:
    """Load an export (``.csv``, ``.parquet``) or a saved API response (``.json``) of another product.

    Raises
    ------
    FileFormatError
        When the file is missing, too large, damaged, or its shape is not one of the product's.
    InputError
        When its symbol, currency or interval is not what was said, or cannot be told.
    """
    path = Path(path)
    if not path.is_file():
        raise FileFormatError("file", "must be an existing file", path)
    if (size := path.stat().st_size) > MOST_FILE_BYTES:
        raise FileFormatError("file", f"must be at most {MOST_FILE_BYTES:,} bytes", f"{path.name}: {size:,}")
    if path.suffix.lower() != ".json":
        return read_foreign(load_table("file", path), request, source=path.name)
    try:
        data = json.loads(path.read_bytes(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FileFormatError("file", "must be a readable .json file", f"{path.name}: {error}") from error
    return read_foreign(data, request, source=path.name)


def read_foreign(data: Any, request: ForeignRequest, source: str = "") -> ForeignData:
    """Take another product's table or decoded API response.

    Parameters
    ----------
    data : mapping, sequence of mappings, or any table with ``__arrow_c_stream__``
        Coinglass: liquidation history (pair and aggregated), open interest history, liquidation heatmap models 1 to
        3. Coinalyze: hourly tables, and the histories of candles, open interest and liquidations.
    request : ForeignRequest
        What the caller says about it.
    source : str
        Where it comes from, for people.

    Raises
    ------
    FileFormatError
        When the shape is not one of the product's.
    InputError
        When its symbol, currency or interval is not what was said, or cannot be told.
    """
    if request.product not in PRODUCTS:
        raise InputError("from", f"must be {' or '.join(PRODUCTS)}", request.product)
    body = _unwrap(data, request)
    if isinstance(body, Mapping) and request.product == "coinglass" and is_heatmap(body):
        heatmap = read_foreign_heatmap(body, request, source)
        outside = f"{heatmap.n_outside} entries outside the axes were left out"
        return ForeignData((heatmap,), heatmap.interval_ms, (outside,) if heatmap.n_outside else ())
    table = _as_columns(body)
    _check_symbols(table, request)
    records, interval_ms, notes = read_foreign_table(table, request, source)
    return ForeignData(records, interval_ms, notes)


def _unwrap(data: Any, request: ForeignRequest) -> Any:
    """The table inside a response."""
    if isinstance(data, Mapping) and "code" in data:
        if str(data["code"]) not in ("0", "200"):
            found = f"code {data['code']}: {data.get('msg') or data.get('message') or 'no words'}"
            raise FileFormatError("file", "must be a response that succeeded (code 0)", found[:200])
        data = data.get("data")
    elif isinstance(data, Mapping) and isinstance(data.get("data"), Mapping | list):
        data = data["data"]
    elif isinstance(data, Mapping) and set(data) <= {"message", "error", "status"}:
        raise FileFormatError("file", "must be a response that succeeded", str(dict(data))[:200])
    if isinstance(data, Sequence) and data and isinstance(data[0], Mapping) and "history" in data[0]:
        if len(data) > 1:
            names = ", ".join(str(entry.get("symbol")) for entry in data[:5] if isinstance(entry, Mapping))
            raise FileFormatError("file", "must hold the history of one market", names)
        entry = data[0]
        data = entry["history"]
        _check_symbol(entry.get("symbol", request.symbol), request)
    return data


def _as_columns(data: Any) -> dict[str, list[Any]]:
    """Columns by name, as lists: files of this kind are small, and their cells may be texts."""
    if hasattr(data, "__arrow_c_stream__"):
        arrow = pa.table(data)
        names = arrow.column_names
        repeated = [name for name in names if names.count(name) > 1]
        if repeated:
            raise FileFormatError("file", "must name each column once", repeated[0])
        columns: dict[str, list[Any]] = {name: arrow.column(name).to_pylist() for name in names}
    elif isinstance(data, Mapping) and data and all(isinstance(values, list) for values in data.values()):
        columns = {str(name): list(values) for name, values in data.items()}
        if len({len(values) for values in columns.values()}) > 1:
            raise FileFormatError("file", "must have columns of one length", ", ".join(columns))
    elif isinstance(data, Sequence) and not isinstance(data, str | bytes):
        if not all(isinstance(row, Mapping) for row in data):
            raise FileFormatError("file", "must be rows with a name for each value", str(data)[:120])
        columns = {str(name): [row.get(name) for row in data] for name in (data[0] if data else ())}
    else:
        found = f"an object of {', '.join(map(str, data))}" if isinstance(data, Mapping) else type(data).__name__
        raise FileFormatError("file", "must be a table or a known response", found[:200])
    if not columns or not next(iter(columns.values())):
        raise FileFormatError("file", "must hold at least one row", "none")
    return columns


def _check_symbols(columns: Mapping[str, Sequence[Any]], request: ForeignRequest) -> None:
    for name, values in columns.items():
        if name.lower() in _NAMES_OF_SYMBOL:
            for value in dict.fromkeys(values):
                _check_symbol(value, request)


def _check_symbol(found: Any, request: ForeignRequest) -> None:
    """``BTC``, ``BTCUSDT``, ``BTC-USDT``, ``BTCUSDT_PERP.A`` are the contract whose symbol is BTC/USDT:USDT."""
    letters = "".join(sign for sign in str(found).upper().split(".")[0] if sign.isalnum())
    base, quote = request.base, request.quote
    good = {base, base + quote, f"{base}{quote}PERP", f"{base}{quote}SWAP", f"{base}{quote}{request.settle}"}
    if letters not in good:
        raise InputError("symbol", f"must be {request.symbol}, as was said", f"{found} in the file")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
