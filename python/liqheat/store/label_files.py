"""Realised liquidations in a folder of history files, and whole markets in one table.

File-name rule: ``liq_<source>_<BASE>_<interval>_<venues>.parquet`` (or ``.csv``), with columns ``ts``, ``long_usd``
and ``short_usd``: the notional of long and short positions liquidated in each interval, summed over the venues named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Candles, LiquidationTotals, OpenInterest
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.store.files import load_table
from liqheat.store.tables import read_times
from liqheat.units import parse_interval_ms

_NAME = re.compile(
    r"liq_(?P<source>[a-z0-9]+)_(?P<base>[A-Z0-9]+)_(?P<interval>\d+[mhd])(?:_(?P<venues>[a-z+]+))?(?:_.*)?\.(?:parquet|csv)"
)
_TABLE_PRICES = ("open", "high", "low", "close")
_TABLE_NUMBERS = (*_TABLE_PRICES, "volume", "buy_volume", "oi_open", "oi_close", "long_liq_base", "short_liq_base")


@dataclass(frozen=True, slots=True)
class MarketTable:
    """One market in one table: candles, open interest at their ends, and liquidations within them.

    Attributes
    ----------
    interval_ms : int
        Length of a bar: the shortest step between rows.
    candles : Candles
        With the taker's buy volume; there may be holes between them.
    open_interest : OpenInterest
        Coins, at the close of each bar, and at its open where no bar closes there.
    totals : LiquidationTotals
        Coins as published, and USD at the middle of the bar's range.
    notes : tuple of str
        Rows left out.
    """

    interval_ms: int
    candles: Candles
    open_interest: OpenInterest
    totals: LiquidationTotals
    notes: tuple[str, ...] = ()


def load_folder_totals(folder: str | Path, base: str) -> list[LiquidationTotals]:
    """Load every file of liquidation totals of one coin in a folder; none is no error.

    Raises
    ------
    FileFormatError
        When a file cannot be read or lacks a column.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError("data", "must be an existing folder", folder)
    found = []
    for path in sorted(root.iterdir()):
        match = _NAME.fullmatch(path.name)
        if match is not None and match["base"] == base:
            table = load_table("liquidations", path)
            columns = _numbers(table, ("long_usd", "short_usd"), path)
            times = read_times("liquidations.ts", table.column(_time_column(table, path)))
            nothing = np.full(times.size, np.nan)
            found.append(
                LiquidationTotals(
                    times,
                    parse_interval_ms(match["interval"]),
                    columns["long_usd"],
                    columns["short_usd"],
                    nothing,
                    nothing,
                    venues=match["venues"] or "",
                    source=path.name,
                )
            )
    return found


def load_market_table(path: str | Path) -> MarketTable:
    """Load a table of one market's bars with open interest and liquidations.

    Columns: ``ts`` (open of the bar), ``open high low close``, ``volume buy_volume oi_open oi_close long_liq_base
    short_liq_base`` in coins; others are left alone. Rows may be missing; rows without prices count as missing. Open
    interest and liquidations may be unknown (NaN).

    Raises
    ------
    FileFormatError
        When the file cannot be read, a column is missing, rows are out of order, repeat or are off the bars' grid, or
        no open interest is known.
    """
    path = Path(path)
    table = load_table("table", path)
    columns = _numbers(table, _TABLE_NUMBERS, path)
    times = read_times("table.ts", table.column(_time_column(table, path)))
    interval_ms = _step(times, path)
    priced = np.all([np.isfinite(columns[name]) for name in _TABLE_PRICES], axis=0)
    notes = () if priced.all() else (f"{int((~priced).sum())} rows of the table have no prices and count as missing",)
    if priced.sum() < 2:
        raise FileFormatError("table", "must hold prices in at least 2 rows", f"{path.name}: {int(priced.sum())}")
    times, columns = times[priced], {name: values[priced] for name, values in columns.items()}
    candles = Candles(
        times,
        **{name: columns[name] for name in (*_TABLE_PRICES, "volume")},
        taker_buy_volume=columns["buy_volume"],
        source=path.name,
    )
    # What a bar closes with goes before what the next one opens with: they may differ by a snapshot.
    quantity = np.concatenate([columns["oi_close"], columns["oi_open"]])
    known = np.isfinite(quantity)
    stamps, place = np.unique(np.concatenate([times + interval_ms, times])[known], return_index=True)
    if not known.any():
        raise FileFormatError("table.oi_close", "must be known in some row", f"{path.name}: none")
    middle = 0.5 * (columns["high"] + columns["low"])
    totals = LiquidationTotals(
        times,
        interval_ms,
        columns["long_liq_base"] * middle,
        columns["short_liq_base"] * middle,
        columns["long_liq_base"],
        columns["short_liq_base"],
        venues="",
        source=path.name,
    )
    open_interest = OpenInterest(stamps, quantity[known][place], source=path.name)
    return MarketTable(interval_ms, candles, open_interest, totals, notes)


def _step(times: TimeArray, path: Path) -> int:
    """Length of a bar: the shortest step, of which every other step is a multiple."""
    steps = np.diff(times)
    if not steps.size or np.any(steps <= 0):
        row = int(np.argmax(steps <= 0)) + 1 if steps.size else times.size
        raise FileFormatError(
            "table.ts", "must hold at least 2 bars in time order, none twice", f"{path.name}: row {row}"
        )
    step = int(steps.min())
    if np.any(steps % step) or np.any(times % 60_000):
        row = int(np.argmax((steps % step != 0) | (times[1:] % 60_000 != 0))) + 1
        raise FileFormatError("table.ts", f"must lie on a grid of {step} ms, whole minutes", f"{path.name}: row {row}")
    return step


def _time_column(table: Any, path: Path) -> str:
    for name in ("ts", "time_ms", "time", "timestamp"):
        if name in table.column_names:
            return name
    raise FileFormatError("liquidations", "must have a column ts", f"{path.name}: {', '.join(table.column_names)}")


def _numbers(table: Any, names: tuple[str, ...], path: Path) -> dict[str, FloatArray]:
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise FileFormatError("file", f"must have the columns {', '.join(names)}", f"{path.name} lacks {missing[0]}")
    try:
        return {
            name: np.asarray(table.column(name).cast("float64").to_numpy(), dtype=np.float64).copy() for name in names
        }
    except (ValueError, TypeError) as error:
        raise FileFormatError("file", f"must hold numbers in {', '.join(names)}", f"{path.name}: {error}") from error
