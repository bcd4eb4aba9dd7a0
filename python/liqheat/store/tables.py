"""One door for tables: numpy, pandas, polars, Arrow, dicts of columns, ccxt's rows; out come our records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Candles, MarkCandles, OpenInterest
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.store.layouts import (
    CANDLE_LAYOUTS,
    CCXT_OHLCV_COLUMNS,
    MARK_LAYOUTS,
    OPEN_INTEREST_LAYOUTS,
    Layout,
)

_EPOCH_UNITS = (("seconds", 10**9, 1000, 1), ("ms", 10**12, 1, 1), ("µs", 10**15, 1, 10**3), ("ns", 10**18, 1, 10**6))
"""Epoch times are told apart by size, which does not overlap: from September 2001 to 2286."""


def read_candles(table: Any, source: str = "") -> Candles:
    """Take trade candles from a table.

    Parameters
    ----------
    table : Candles, mapping of columns, array, ccxt rows, or any table with ``__arrow_c_stream__``
        pandas, polars and Arrow tables are read without copying where they allow it. Recognised columns: ours
        (``open_time_ms``), the Binance data portal's klines, ccxt's OHLCV (also as plain rows), and
        ``ts``/``time``/``date`` with ``open high low close volume``.
    source : str
        Where the rows come from, for people.

    Raises
    ------
    InputError
        When the columns are not recognised or hold no numbers.
    """
    if isinstance(table, Candles):
        return table
    columns = _columns("candles", table, CCXT_OHLCV_COLUMNS)
    found = _recognise("candles", columns, CANDLE_LAYOUTS)
    taken = found.columns | {name: theirs for name, theirs in found.more.items() if theirs in columns}
    numbers = {name: _floats(f"candles.{name}", columns[taken[name]]) for name in taken if name != "time"}
    return Candles(read_times("candles.open_time_ms", columns[found.columns["time"]]), **numbers, source=source)


def read_mark_candles(table: Any, source: str = "") -> MarkCandles:
    """Take mark price candles from a table; as `read_candles`, only times, ``low`` and ``high`` are needed."""
    if isinstance(table, MarkCandles):
        return table
    columns = _columns("mark", table, CCXT_OHLCV_COLUMNS)
    found = _recognise("mark", columns, MARK_LAYOUTS)
    numbers = {name: _floats(f"mark.{name}", columns[found.columns[name]]) for name in ("low", "high")}
    return MarkCandles(read_times("mark.open_time_ms", columns[found.columns["time"]]), **numbers, source=source)


def read_open_interest(table: Any, source: str = "") -> OpenInterest:
    """Take open interest from a table, in the contract's unit (coins for linear, USD for inverse).

    Recognised columns: ours (``time_ms``, ``quantity``), ``ts`` with ``oi_base``, the Binance data portal's metrics
    (``create_time``, ``sum_open_interest``), ccxt's history (``timestamp``, ``openInterestAmount``) and
    ``timestamp`` with ``open_interest``.
    """
    if isinstance(table, OpenInterest):
        return table
    columns = _columns("open_interest", table, ("timestamp", "open_interest"))
    found = _recognise("open_interest", columns, OPEN_INTEREST_LAYOUTS)
    return OpenInterest(
        read_times("open_interest.time_ms", columns[found.columns["time"]]),
        _floats("open_interest.quantity", columns[found.columns["quantity"]]),
        source=source,
    )


def _columns(argument: str, table: Any, row_names: Sequence[str]) -> Mapping[str, Any]:
    if isinstance(table, Mapping):
        return table
    if isinstance(table, np.ndarray) and table.dtype.names:
        return {name: table[name] for name in table.dtype.names}
    if hasattr(table, "__arrow_c_stream__"):
        try:
            arrow = pa.table(table)
        except (pa.ArrowException, ValueError, TypeError) as error:
            raise InputError(argument, "must be a table with a name for each column", error) from error
        repeated = [name for name in arrow.column_names if arrow.column_names.count(name) > 1]
        if repeated:
            raise FileFormatError(argument, "must name each column once", repeated[0])
        return {name: arrow.column(name) for name in arrow.column_names}
    if isinstance(table, Sequence) and table and isinstance(table[0], Mapping):
        return {name: [row.get(name) for row in table] for name in table[0]}
    try:
        rows = refuse_masked(argument, table).astype(np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        rule = "must be a table: columns by name, or rows of numbers"
        raise InputError(argument, rule, type(table).__name__) from error
    if rows.ndim != 2 or rows.shape[0] == 0 or rows.shape[1] < len(row_names):
        raise InputError(argument, f"rows must hold {', '.join(row_names)}", f"shape {rows.shape}")
    return {name: rows[:, index] for index, name in enumerate(row_names)}


def _recognise(argument: str, columns: Mapping[str, Any], layouts: Sequence[Layout]) -> Layout:
    for layout in layouts:
        if all(theirs in columns for theirs in layout.columns.values()):
            return layout
    wanted = "; ".join(f"{', '.join(layout.columns.values())} ({layout.name})" for layout in layouts)
    raise FileFormatError(argument, f"must have the columns of a known layout: {wanted}", ", ".join(map(str, columns)))


def _floats(argument: str, values: Any) -> FloatArray:
    try:
        return np.ascontiguousarray(_as_numpy(argument, values), dtype=np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(argument, "must hold numbers", error) from error


def read_times(argument: str, values: Any) -> TimeArray:
    """Times as int64 UTC milliseconds; texts are ISO dates, in UTC where they name no zone."""
    times = _as_numpy(argument, values)
    if times.ndim != 1 or times.size == 0:
        raise InputError(argument, "must be one-dimensional and not empty", f"shape {times.shape}")
    if times.dtype.kind in "UO":
        times = np.array([_parse_time(argument, row, value) for row, value in enumerate(times.tolist())])
    if times.dtype.kind == "M":
        if np.isnat(times).any():
            raise InputError(argument, f"must not be missing (row {int(np.argmax(np.isnat(times)))})", "NaT")
        return times.astype("datetime64[ms]").astype(np.int64)
    if times.dtype.kind not in "iuf":
        raise InputError(argument, "must hold UTC times", f"dtype {times.dtype}")
    if not np.all(np.isfinite(times)):
        row = int(np.argmax(~np.isfinite(times)))
        raise InputError(argument, f"must be finite (row {row})", times[row])
    smallest, largest = float(times.min()), float(times.max())
    for _, start, multiply, divide in _EPOCH_UNITS:
        if start <= smallest and largest < 10 * start:
            whole = times.astype(np.int64) if times.dtype.kind in "iu" else np.rint(times).astype(np.int64)
            return whole * multiply // divide
    units = ", ".join(name for name, *_ in _EPOCH_UNITS)
    raise InputError(argument, f"must be epoch {units}, after 2001", f"{times.min()}..{times.max()}")


def _parse_time(argument: str, row: int, value: Any) -> np.datetime64:
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise InputError(argument, f"must hold UTC times (row {row})", value) from error
    naive = time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(naive, "ms")


def _as_numpy(argument: str, values: Any) -> NDArray[Any]:
    if isinstance(values, pa.ChunkedArray | pa.Array):
        if pa.types.is_timestamp(values.type):
            # Zone-aware or not, Arrow stores UTC; numpy has no zones.
            values = values.cast(pa.timestamp("ms", tz=values.type.tz), safe=False).cast(pa.int64())
            if values.null_count:
                raise InputError(argument, "must not be missing", f"{values.null_count} rows")
            return np.asarray(values.to_numpy()).astype("datetime64[ms]")
        return np.asarray(values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values.to_numpy())
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    return refuse_masked(argument, values)


def refuse_masked(argument: str, values: Any) -> NDArray[Any]:
    """As an array; a mask would be dropped in silence, and what it hides be used."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise InputError(argument, "must hold no masked value", f"{int(np.ma.getmaskarray(values).sum())} masked")
    return np.asarray(values)
