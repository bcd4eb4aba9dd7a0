"""Files that an import recognises: a row for each, by name and columns. Adding one touches no control flow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from liqheat.errors import FileFormatError, InputError
from liqheat.exchanges import (
    MOST_ARCHIVE_BYTES,
    MOST_UNPACKED_BYTES,
    PORTAL_FOLDERS,
    check_checksum,
    parse_archive,
    parse_csv,
    portal_market_of_pair,
)
from liqheat.records import (
    Candles,
    FundingRates,
    Liquidations,
    LiquidationTotals,
    LongShortRatios,
    MarkCandles,
    OpenInterest,
)
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.store import (
    ForeignRequest,
    load_candles,
    load_mark_candles,
    load_open_interest,
    load_table,
    read_foreign,
    recognise_file,
    unified_symbol,
)
from liqheat.venues import VENUE_WORDS, VENUES

ImportRecord = Candles | MarkCandles | OpenInterest | FundingRates | LongShortRatios | Liquidations | LiquidationTotals
Wanted = Callable[[str], bool]
"""Whether a symbol is to be imported."""

_SIDES = {"long": True, "short": False}


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """One series that a file holds.

    Attributes
    ----------
    venue, symbol, interval : str
        Where it goes; the interval is empty for all but candles and mark candles.
    record : a record of history
        The rows.
    notes : tuple of str
        What was left out, and why.
    """

    venue: str
    symbol: str
    interval: str
    record: ImportRecord
    notes: tuple[str, ...] = ()


Reader = Callable[[Path, "re.Match[str]", Wanted], Iterator[ReadSeries]]


@dataclass(frozen=True, slots=True)
class FileRule:
    """One kind of file.

    Attributes
    ----------
    name : str
        For people.
    pattern : re.Pattern
        Of the whole file name.
    read : callable
        From path, match and the symbols wanted to the series that it holds.
    """

    name: str
    pattern: re.Pattern[str]
    read: Reader


def read_file(path: Path, wanted: Wanted) -> tuple[str, Iterator[ReadSeries]] | None:
    """The rule's name and the series of a file; None where no rule knows its name. Iterating reads it.

    Raises
    ------
    InputError
        While iterating, when the file is damaged or breaks a rule.
    """
    for rule in FILE_RULES:
        match = rule.pattern.fullmatch(path.name)
        if match is not None:
            return rule.name, rule.read(path, match, wanted)
    return None


def _read_history(path: Path, _match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    file = recognise_file(path)
    if file is None:
        raise FileFormatError("file", "must name a venue, contract and pair that are known", path.name)
    if not wanted(file.symbol):
        return
    loaders: dict[str, Callable[[Path], Candles | MarkCandles | OpenInterest]] = {
        "candles": load_candles,
        "mark": load_mark_candles,
        "oi": load_open_interest,
    }
    interval = "" if file.kind == "oi" else file.interval
    yield ReadSeries(file.venue, file.symbol, interval, loaders[file.kind](path))


def _read_funding(path: Path, match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    words = VENUE_WORDS.get((match["venue"], match["contract"]))
    symbol = words and unified_symbol(match["pair"], words[1])
    if words is None or symbol is None:
        raise FileFormatError("file", "must name a venue, contract and pair that are known", path.name)
    if wanted(symbol):
        table = _load(path, ("ts", "funding_rate"))
        yield ReadSeries(words[0], symbol, "", FundingRates(_time(table), _floats(table, "funding_rate"), path.name))


def _read_totals(path: Path, match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    symbol = f"{match['coin']}/USDT:USDT"
    if not wanted(symbol):
        return
    table = _load(path, ("ts", "long_usd", "short_usd"))
    notes: tuple[str, ...] = ()
    if "zero_suspect" in table.column_names:
        good = pc.invert(pc.fill_null(table.column("zero_suspect"), False))
        n_rows, table = table.num_rows, table.filter(good)
        if table.num_rows < n_rows:
            notes = (f"{n_rows - table.num_rows} rows left out: marked as a gap of the vendor's",)
    request = ForeignRequest("coinglass", symbol, interval=match["interval"], venues=match["venues"])
    found = read_foreign(table.select(["ts", "long_usd", "short_usd"]), request, path.name)
    for record in found.records:
        if isinstance(record, LiquidationTotals):
            yield ReadSeries("coinglass", symbol, "", record, (*notes, *found.notes))


def _read_binance_orders(path: Path, _match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    columns = ("ts", "coin", "liquidated_side", "avg_price", "accumulated_qty")
    table = _load(path, columns)
    known = pc.is_valid(table.column("avg_price"))
    n_rows, table = table.num_rows, table.filter(known)
    notes = (f"{n_rows - table.num_rows} rows left out: they have no fill price",) if table.num_rows < n_rows else ()
    read = _Events(
        "binanceusdm", "avg_price", "accumulated_qty", "fill average", VENUES["binanceusdm", "linear"].capture, notes
    )
    yield from read.split(table, path.name, wanted)


def _read_okx_orders(path: Path, _match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    table = _load(path, ("ts", "coin", "liquidated_side", "price", "base_qty"))
    read = _Events("okx", "price", "base_qty", "bankruptcy", VENUES["okx", "linear"].capture)
    yield from read.split(table, path.name, wanted)


@dataclass(frozen=True, slots=True)
class _Events:
    """What the columns of a table of forced orders mean."""

    venue: str
    price: str
    quantity: str
    price_means: str
    capture: str
    notes: tuple[str, ...] = ()

    def split(self, table: pa.Table, source: str, wanted: Wanted) -> Iterator[ReadSeries]:
        """One series for each coin."""
        coins = np.array(table.column("coin").to_pylist(), dtype=object)
        time_ms = _time(table)
        price, quantity = _floats(table, self.price), _floats(table, self.quantity)
        is_long = _sides(table)
        for coin in dict.fromkeys(coins.tolist()):
            symbol = _symbol_of_coin(coin)
            if not wanted(symbol):
                continue
            rows = np.flatnonzero(coins == coin)
            rows = rows[np.argsort(time_ms[rows], kind="stable")]
            at, long, paid, size = time_ms[rows], is_long[rows], price[rows], quantity[rows]
            record = Liquidations(
                time_ms=at,
                # When it reached whoever recorded it is not on file.
                receive_ms=at,
                is_long=long,
                price=paid,
                quantity=size,
                notional_usd=paid * size,
                mark_price=np.full(rows.size, np.nan),
                ordinal=number_repeats(at, long, paid, size),
                price_means=self.price_means,
                capture=self.capture,
                source=source,
            )
            yield ReadSeries(self.venue, symbol, "", record, self.notes)


def number_repeats(
    time_ms: TimeArray, is_long: NDArray[np.bool_], price: FloatArray, quantity: FloatArray
) -> NDArray[np.int32]:
    """Which of several equal rows each one is, from 0.

    Examples
    --------
    >>> number_repeats(np.array([1, 2, 1]), np.array([True] * 3), np.ones(3), np.ones(3)).tolist()
    [0, 0, 1]
    """
    seen: dict[tuple[Any, ...], int] = {}
    ordinals = np.empty(time_ms.size, np.int32)
    rows = zip(time_ms.tolist(), is_long.tolist(), price.tolist(), quantity.tolist(), strict=True)
    for index, row in enumerate(rows):
        ordinals[index] = seen.get(row, 0)
        seen[row] = seen.get(row, 0) + 1
    return ordinals


def _read_portal(path: Path, match: re.Match[str], wanted: Wanted) -> Iterator[ReadSeries]:
    market = portal_market_of_pair(match["pair"])
    if market is None:
        raise FileFormatError("file", "must be of a perpetual: expiring contracts are other markets", path.name)
    if "spot" in path.parts:
        raise FileFormatError("file", "must be of futures, not spot", path)
    if not wanted(market.symbol):
        return
    packed = path.suffix == ".zip"
    most = MOST_ARCHIVE_BYTES if packed else MOST_UNPACKED_BYTES
    if (size := path.stat().st_size) > most:
        raise FileFormatError("file", f"must be at most {most:,} bytes", f"{path.name}: {size:,}")
    data = path.read_bytes()
    checksum = path.with_name(f"{path.name}.CHECKSUM")
    # The portal has checksums of archives only.
    notes = ("no .CHECKSUM beside it",) if packed and not checksum.is_file() else ()
    if checksum.is_file():
        with checksum.open("rb") as file:
            check_checksum(data, file.read(4096).decode("utf-8", "replace"), path.name)
    first, days = _days(match["date"])
    what = match["what"]
    parse = parse_archive if packed else parse_csv
    if what == "metrics":
        for record in parse("metrics", data, market, "5m", first, path.name, days):
            yield ReadSeries(market.venue, market.symbol, "", record, notes)
        return
    # Names of trade and mark candles are the same; their folders differ, and mark candles have no volume.
    folders = {folder: kind for kind, folder in PORTAL_FOLDERS.items() if kind != "metrics"}
    kind = next((folders[part] for part in reversed(path.parts) if part in folders), None)
    others = [part for part in path.parts if part in ("indexPriceKlines", "premiumIndexKlines")]
    if others:
        raise FileFormatError("file", "must be trade or mark candles", f"{path.name} in {others[-1]}")
    (candles,) = parse("candles", data, market, what, first, path.name, days)
    if isinstance(candles, Candles):
        has_volume = bool(candles.volume.any())
        if kind is None and not has_volume:
            rule = f"must lie in a folder {' or '.join(folders)}: there is no volume, so it may be either"
            raise FileFormatError("file", rule, path)
        if kind == "mark":
            mark = MarkCandles(candles.open_time_ms, candles.low, candles.high, path.name)
            yield ReadSeries(market.venue, market.symbol, what, mark, notes)
            return
    yield ReadSeries(market.venue, market.symbol, what, candles, notes)


def _days(text: str) -> tuple[date, int]:
    """First day and number of days of ``2026-02-01`` or, for a month, ``2026-02``."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text), 1
        first = date.fromisoformat(f"{text}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    except ValueError as error:
        raise FileFormatError("file", "must name a day or a month that exists", text) from error
    return first, (following - first).days


def _load(path: Path, columns: tuple[str, ...]) -> pa.Table:
    table = load_table("file", path)
    missing = [name for name in columns if table.column_names.count(name) != 1]
    if missing:
        raise FileFormatError(missing[0], f"must be a column of {path.name}, once", ", ".join(table.column_names))
    return table


def _time(table: pa.Table) -> TimeArray:
    column = table.column("ts")
    if not pa.types.is_timestamp(column.type) or column.null_count:
        raise FileFormatError("ts", "must hold a UTC time in each row", column.type)
    return np.asarray(column.cast(pa.timestamp("ms", column.type.tz), safe=False).cast(pa.int64()).to_numpy())


def _floats(table: pa.Table, name: str) -> FloatArray:
    try:
        values = np.asarray(table.column(name).cast(pa.float64()).to_numpy(), dtype=np.float64)
    except pa.ArrowException as error:
        raise FileFormatError(name, "must hold numbers", error) from error
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        raise FileFormatError(name, f"must be finite (row {row})", values[row])
    if name != "funding_rate" and (values <= 0).any():
        row = int(np.argmax(values <= 0))
        raise FileFormatError(name, f"must be above 0 (row {row})", values[row])
    return values


def _sides(table: pa.Table) -> NDArray[np.bool_]:
    words = [str(side).lower() for side in table.column("liquidated_side").to_pylist()]
    wrong = next((word for word in words if word not in _SIDES), None)
    if wrong is not None:
        raise FileFormatError("liquidated_side", "must be long or short", wrong)
    return np.array([_SIDES[word] for word in words], dtype=bool)


def _symbol_of_coin(coin: Any) -> str:
    """Pairs in USDT are on file as the coin alone, others as the whole pair."""
    if not isinstance(coin, str) or not coin:
        raise InputError("coin", "must be a name", coin)
    if coin.endswith("USDC") and coin != "USDC":
        return f"{coin.removesuffix('USDC')}/USDC:USDC"
    return f"{coin}/USDT:USDT"


_TABLE = r"\.(?:parquet|csv)"
FILE_RULES = (
    FileRule(
        "data portal archive",
        re.compile(
            r"(?P<pair>[A-Z0-9]+(?:_[A-Z0-9]+)?)-(?P<what>metrics|\d+[mhd])-(?P<date>\d{4}-\d{2}(?:-\d{2})?)\.(?:zip|csv)"
        ),
        _read_portal,
    ),
    FileRule(
        "history", re.compile(rf"(?:candles|mark|oi)_[a-z]+_[a-z]+_\d+[mhd]_[A-Z0-9]+(?:_.*)?{_TABLE}"), _read_history
    ),
    FileRule(
        "funding",
        re.compile(
            rf"funding_(?P<venue>[a-z]+)_(?P<contract>[a-z]+)_\d+h_(?P<pair>[A-Z0-9]+)(?!_\d{{6}}[_.])(?:_.*)?{_TABLE}"
        ),
        _read_funding,
    ),
    FileRule(
        "liquidation totals",
        re.compile(rf"liq_coinglass_(?P<coin>[A-Z0-9]+)_(?P<interval>\d+[mhd])_(?P<venues>[a-z0-9+]+){_TABLE}"),
        _read_totals,
    ),
    FileRule(
        "liquidation totals",
        re.compile(rf"coinglass_(?P<interval>\d+[mhd])_(?P<coin>[A-Z0-9]+)_(?P<venues>[a-z0-9+]+)_liq_.*{_TABLE}"),
        _read_totals,
    ),
    FileRule("forced orders", re.compile(rf"liq_events_binance_.*{_TABLE}"), _read_binance_orders),
    FileRule("forced orders", re.compile(rf"liq_events_okx_.*{_TABLE}"), _read_okx_orders),
)
"""First match wins."""
