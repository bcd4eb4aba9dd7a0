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
from liqheat.records.arrays import FloatArray
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
    candles : Candles
        With the taker's buy volume.
    open_interest : OpenInterest
        Coins, at the open of the first bar and the close of each.
    totals : LiquidationTotals
        Coins as published, and USD at the middle of the bar's range.
    """

    candles: Candles
    open_interest: OpenInterest
    totals: LiquidationTotals


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
    short_liq_base`` in coins; others are left alone.

    Raises
    ------
    FileFormatError
        When the file cannot be read, a column is missing, or bars are not evenly spaced.
    """
    path = Path(path)
    table = load_table("table", path)
    columns = _numbers(table, _TABLE_NUMBERS, path)
    times = read_times("table.ts", table.column(_time_column(table, path)))
    steps = np.unique(np.diff(times))
    if steps.size != 1 or steps[0] <= 0:
        rule = "must hold bars in time order, evenly spaced, at least 2"
        raise FileFormatError("table.ts", rule, f"{path.name}: steps of {steps[:5].tolist()} ms")
    interval_ms = int(steps[0])
    candles = Candles(
        times,
        **{name: columns[name] for name in (*_TABLE_PRICES, "volume")},
        taker_buy_volume=columns["buy_volume"],
        source=path.name,
    )
    stamps = np.concatenate([times[:1], times + interval_ms])
    quantity = np.concatenate([columns["oi_open"][:1], columns["oi_close"]])
    known = np.isfinite(quantity)
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
    return MarketTable(candles, OpenInterest(stamps[known], quantity[known], source=path.name), totals)


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
