"""Archives of the Binance data portal, as bytes, into records. Pure: no network, no disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from liqheat.errors import FileFormatError
from liqheat.exchanges.portal.download import PortalKind, PortalMarket, interval_of_kind_ms
from liqheat.records import Candles, LongShortMeasure, LongShortRatios, MarkCandles, OpenInterest
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS
from liqheat.venues import KLINE_COLUMNS

PortalRecord = Candles | MarkCandles | OpenInterest | LongShortRatios

MOST_UNPACKED_BYTES = 64 * 2**20
"""A month of one-minute candles takes 5 MB."""
METRIC_RATIOS: dict[str, LongShortMeasure] = {
    "count_long_short_ratio": "accounts",
    "count_toptrader_long_short_ratio": "top_accounts",
    "sum_toptrader_long_short_ratio": "top_positions",
}
_GRID_MS, _JITTER_MS = 300_000, 5_000
"""Metrics are stamped some seconds late; within this much of the 5-minute grid they belong on it."""
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What `zipfile` raises for damaged, encrypted and unsupported files."""


def parse_archive(
    kind: PortalKind, data: bytes, market: PortalMarket, interval: str, day: date, source: str, days: int = 1
) -> tuple[PortalRecord, ...]:
    """Read one zip file of the portal.

    Parameters
    ----------
    kind, interval, day
        What the file's name says; its rows must agree.
    data : bytes
        The zip file.
    market : PortalMarket
        Whose it is.
    source : str
        The file's name: its only member must be named so, with ``.csv`` for ``.zip``.
    days : int
        Days that the file spans; a monthly one has more than one.

    Returns
    -------
    tuple
        ``(Candles,)``, ``(MarkCandles,)``, or OpenInterest followed by the LongShortRatios that the file has.

    Raises
    ------
    FileFormatError
        When the zip is damaged, too large, holds something else, or its rows break a rule.
    """
    return parse_csv(kind, unzip_member(data, source), market, interval, day, source, days)


def parse_csv(
    kind: PortalKind, data: bytes, market: PortalMarket, interval: str, day: date, source: str, days: int = 1
) -> tuple[PortalRecord, ...]:
    """Read one unpacked file of the portal; as `parse_archive`."""
    if kind == "metrics":
        return _parse_metrics(data, market, day, days, source)
    table = _read_table(data, KLINE_COLUMNS, source)
    _need(table, KLINE_COLUMNS[:6] if kind == "candles" else KLINE_COLUMNS[:5], source)
    times = _column(table, "open_time", source)
    if np.isnan(times).any():
        raise FileFormatError(source, "must have a time in each row", "an empty cell")
    time_ms = np.rint(times).astype(np.int64)
    if time_ms.size and time_ms.min() > 10**15:
        # Microseconds, as the portal's spot files since 2025.
        time_ms //= 1000
    step = interval_of_kind_ms(kind, interval)
    _check_day(time_ms, day, days, 0, source)
    if (time_ms % step).any():
        found = _stamp(int(time_ms[np.argmax(time_ms % step != 0)]))
        raise FileFormatError(source, f"open times must be whole {interval}", found)
    if np.any(np.diff(time_ms) <= 0):
        raise FileFormatError(source, "open times must rise", _stamp(int(time_ms[1:][np.diff(time_ms) <= 0][0])))
    prices = {name: _column(table, name, source) for name in ("open", "high", "low", "close")}
    _check_prices(prices, source)
    if kind == "mark":
        return (MarkCandles(time_ms, prices["low"], prices["high"], source),)
    volume = _amounts(table, "volume", source) * market.unit_per_contract
    bought = None
    if "taker_buy_volume" in table.column_names:
        bought = _amounts(table, "taker_buy_volume", source) * market.unit_per_contract
        if np.any(bought > volume * (1 + 1e-9)):
            raise FileFormatError(source, "taker_buy_volume must not exceed volume", float((bought - volume).max()))
    return (Candles(time_ms, **prices, volume=volume, source=source, taker_buy_volume=bought),)


def unzip_member(data: bytes, source: str, most_bytes: int = MOST_UNPACKED_BYTES) -> bytes:
    """The only member of a zip file, which must be named like it; sizes are bounded before and while unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = _read_member(archive, source, most_bytes)
    except FileFormatError:
        raise
    except _BAD_ZIP as error:
        raise FileFormatError(source, "must be a whole zip file", error) from error
    return unpacked


def _read_member(archive: zipfile.ZipFile, source: str, most_bytes: int) -> bytes:
    expected = source.rsplit("/", 1)[-1].removesuffix(".zip") + ".csv"
    members = archive.infolist()
    names = [member.filename for member in members]
    if names != [expected]:
        shown = ", ".join(repr(name) for name in names[:3]) or "nothing"
        raise FileFormatError(source, f"must hold {expected} and nothing else", shown)
    if members[0].file_size > most_bytes:
        raise FileFormatError(source, f"must unpack to at most {most_bytes:,} bytes", members[0].file_size)
    with archive.open(members[0]) as member:
        # With a size, no more than that is unpacked, and the checksum then finds a header that lies. Without one,
        # `read` unpacks all that there is before it looks at the header.
        return member.read(members[0].file_size + 1)


def _parse_metrics(data: bytes, market: PortalMarket, day: date, days: int, source: str) -> tuple[PortalRecord, ...]:
    table = _read_table(data, None, source)
    _need(table, ("create_time", "symbol", "sum_open_interest"), source)
    others = sorted(set(table.column("symbol").to_pylist()) - {market.pair}, key=str)
    if others:
        raise FileFormatError(source, f"symbol must be {market.pair} in each row", others[0])
    try:
        stamps = pc.cast(table.column("create_time"), pa.timestamp("ms"))
    except pa.ArrowInvalid as error:
        raise FileFormatError(source, "create_time must be a UTC time in each row", _first_line(error)) from error
    if stamps.null_count:
        raise FileFormatError(source, "must have a time in each row", "an empty cell")
    time_ms, order = _put_on_grid(stamps.cast(pa.int64()).to_numpy())
    # The file of a day has been cut at 00:00 and at 00:05.
    _check_day(time_ms, day, days, _GRID_MS, source)
    quantity = _amounts(table, "sum_open_interest", source, gaps=True)[order] * market.unit_per_contract
    # A listed perpetual has open interest; a zero is what the portal writes when its counter was down.
    known = quantity > 0
    records: list[PortalRecord] = []
    if known.any():
        records.append(OpenInterest(time_ms[known], quantity[known], source))
    for column, measure in METRIC_RATIOS.items():
        if column in table.column_names:
            ratio = _amounts(table, column, source, gaps=True)[order]
            known = np.isfinite(ratio)
            if known.any():
                share = ratio[known] / (1 + ratio[known])
                records.append(LongShortRatios(time_ms[known], share, measure, source))
    if not records:
        raise FileFormatError(source, "must hold at least one number", "empty cells only")
    return tuple(records)


def _put_on_grid(time_ms: TimeArray) -> tuple[TimeArray, NDArray[np.intp]]:
    """Stamps within the jitter put on the grid; of rows that fall together the nearest stays. Sorted."""
    nearest = np.rint(time_ms / _GRID_MS).astype(np.int64) * _GRID_MS
    distance = np.abs(time_ms - nearest)
    rounded = np.where(distance <= _JITTER_MS, nearest, time_ms)
    order = np.lexsort((distance, rounded))
    _, first = np.unique(rounded[order], return_index=True)
    return rounded[order][first], order[first]


def _read_table(data: bytes, headless: tuple[str, ...] | None, source: str) -> pa.Table:
    first = data.split(b"\n", 1)[0].strip()
    if not first:
        raise FileFormatError(source, "must hold at least one row", "nothing")
    names = None
    if headless is not None and first.split(b",", 1)[0].strip().isdigit():
        names = list(headless)
    try:
        # Text first: a column that is empty on some day must not become one of another type.
        options = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names or [name.strip() for name in first.decode().split(",")], pa.string()),
            strings_can_be_null=True,
        )
        table = pa.csv.read_csv(
            io.BytesIO(data), read_options=pa.csv.ReadOptions(column_names=names), convert_options=options
        )
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise FileFormatError(source, "must be readable CSV", _first_line(error)) from error
    if table.num_rows == 0:
        raise FileFormatError(source, "must hold at least one row", "a header only")
    return table


def _need(table: pa.Table, names: tuple[str, ...], source: str) -> None:
    missing = [name for name in names if table.column_names.count(name) != 1]
    if missing:
        raise FileFormatError(source, f"must have one column {missing[0]}", ", ".join(table.column_names))


def _column(table: pa.Table, name: str, source: str) -> FloatArray:
    try:
        numbers: Any = pc.cast(table.column(name), pa.float64())
    except pa.ArrowInvalid as error:
        raise FileFormatError(source, f"{name} must hold numbers", _first_line(error)) from error
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def _amounts(table: pa.Table, name: str, source: str, *, gaps: bool = False) -> FloatArray:
    values = _column(table, name, source)
    good = (values >= 0) & np.isfinite(values)
    if gaps:
        good |= np.isnan(values)
    if not good.all():
        row = int(np.argmin(good))
        raise FileFormatError(source, f"{name} must not be negative or missing (row {row})", values[row])
    return values


def _check_prices(prices: dict[str, FloatArray], source: str) -> None:
    low, high = prices["low"], prices["high"]
    for name, values in prices.items():
        good = np.isfinite(values) & (values > 0) & (values >= low) & (values <= high)
        if not good.all():
            row = int(np.argmin(good))
            raise FileFormatError(source, f"{name} must be a price from low to high (row {row})", values[row])


def _check_day(time_ms: TimeArray, day: date, days: int, slack_ms: int, source: str) -> None:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    outside = (time_ms < start - slack_ms) | (time_ms > start + days * DAY_MS - 1 + slack_ms)
    if outside.any():
        rule = f"times must be of {day}" + (f" and the {days - 1} days after it" if days > 1 else "")
        raise FileFormatError(source, rule, _stamp(int(time_ms[np.argmax(outside)])))


def _stamp(time_ms: int) -> str:
    try:
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return str(time_ms)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
