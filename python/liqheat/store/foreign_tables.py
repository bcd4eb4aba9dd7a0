"""Tables of other products into candles, open interest and liquidation totals."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from liqheat.errors import FileFormatError, InputError
from liqheat.records import Candles, LiquidationTotals, OpenInterest, parse_symbol
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.store.foreign_layouts import FOREIGN_LAYOUTS, ForeignLayout, plain_name
from liqheat.store.tables import read_times
from liqheat.units import CURRENCIES_PER_USD, MINUTE_MS, format_interval, parse_interval_ms

DOLLARS = frozenset({"usd", "usdt", "usdc"})
"""Stable coins count as dollars, as everywhere in this package."""
_COINS = frozenset({"base", "coin", "coins"})
_LARGEST_FUNDING = 5.0
"""Percent: funding histories have the same columns as open interest, which has never been as small as this."""


@dataclass(frozen=True, slots=True)
class ForeignRequest:
    """What the user says about a file of another product.

    Attributes
    ----------
    product : str
        ``coinglass`` or ``coinalyze``.
    symbol : str
        ccxt unified symbol of the contract that it describes.
    interval : str
        Length of its rows; empty to take it from the times.
    currency : str
        What its money is in (``USD``, ``AED``, or the coin); empty to take it from the columns' names.
    rate : float, optional
        Units of that currency for one USD, where it is neither USD nor the coin.
    venues : str
        Whose liquidations are summed, joined by ``+``.
    as_of_ms : int, optional
        When the file was made: rows that were not complete then are left out. Ignored where the last row begins
        after it.
    """

    product: str
    symbol: str
    interval: str = ""
    currency: str = ""
    rate: float | None = None
    venues: str = ""
    as_of_ms: int | None = None

    def __post_init__(self) -> None:
        found = parse_symbol(self.symbol)
        is_perpetual = found is not None and found.is_plain and not found.expiry
        if found is None or not is_perpetual or found.settle not in (found.base, found.quote):
            raise InputError("symbol", "must be a ccxt unified symbol of a perpetual, BTC/USDT:USDT", self.symbol)
        if self.rate is not None and not (math.isfinite(self.rate) and self.rate > 0):
            raise InputError("rate", "must be finite and above 0", self.rate)
        if self.interval:
            parse_interval_ms(self.interval)

    @property
    def base(self) -> str:
        """The coin."""
        return self.symbol.split("/", 1)[0]

    @property
    def quote(self) -> str:
        """What the price is in."""
        return self.symbol.split("/", 1)[1].split(":", 1)[0]

    @property
    def settle(self) -> str:
        """What margin is in."""
        return self.symbol.split(":", 1)[1]

    @property
    def is_linear(self) -> bool:
        """Whether the contract counts in coins."""
        return self.settle == self.quote

    def canonical(self, currency: str) -> str:
        """``usd``, ``base``, or the currency in small letters."""
        text = currency.strip().lower()
        if text in DOLLARS:
            return "usd"
        return "base" if text in _COINS or text == self.base.lower() else text


Records = tuple[Candles | OpenInterest | LiquidationTotals, ...]


def read_foreign_table(
    table: Mapping[str, Sequence[Any]], request: ForeignRequest, source: str
) -> tuple[Records, int, tuple[str, ...]]:
    """Records of a table, its step in milliseconds, and notes."""
    columns = {plain_name(name): values for name, values in table.items()}
    found = _recognise(columns, request)
    stated = _stated_currency(columns)
    first = next(iter(found.values()))
    time_ms = _times(columns[first[1]["time"]])
    kept, notes = _order(time_ms, columns)
    time_ms = time_ms[kept]
    interval_ms = step_of(time_ms, request)
    # A file's time from before its last row began is not when it was made: unpacking sets such times.
    if request.as_of_ms is not None and int(time_ms[-1]) <= request.as_of_ms:
        complete = time_ms + interval_ms <= request.as_of_ms
        if not complete.any():
            raise FileFormatError("file", "must hold an interval that was complete when it was made", "none")
        if not complete.all():
            notes.append(f"{int((~complete).sum())} rows left out: not complete when the file was made")
        kept, time_ms = kept[complete], time_ms[complete]
    has_prices = "candles" in found
    records: list[Candles | OpenInterest | LiquidationTotals] = []
    for part, (layout, names) in found.items():
        values = {name: _floats(columns[theirs], theirs)[kept] for name, theirs in names.items() if name != "time"}
        currency = stated or _currency_in_names(layout, names) or layout.currency
        if part == "candles":
            records.append(_candles(time_ms, values, request, stated, source))
        elif part == "open_interest":
            records.append(_open_interest(time_ms + interval_ms, values, request, currency, source, has_prices))
        else:
            records.append(_totals(time_ms, interval_ms, values, request, currency, source, has_prices))
    return tuple(records), interval_ms, tuple(notes)


def step_of(time_ms: TimeArray, request: ForeignRequest) -> int:
    """The step between rows in milliseconds, gaps aside.

    Raises
    ------
    InputError
        When it is not the interval that was said, or cannot be told from the times.
    """
    said = parse_interval_ms(request.interval) if request.interval else None
    if time_ms.size < 2:
        if said is None:
            raise InputError("interval", "must be said for a file of one row", "nothing")
        return said
    steps, counts = np.unique(np.diff(time_ms), return_counts=True)
    step = int(steps[np.argmax(counts)])
    shown = format_interval(step) if step % MINUTE_MS == 0 else f"{step} ms"
    if said is not None and step != said:
        raise InputError("interval", f"must be {request.interval}, as was said", f"{shown} between rows")
    odd = steps[steps % step != 0]
    if odd.size or step % MINUTE_MS:
        found = f"steps of {', '.join(str(value) for value in steps[:4])} ms"
        raise InputError("interval", "must be one number of whole minutes for all rows", found)
    return step


def money_rate(request: ForeignRequest, stated: str, what: str, default: str = "") -> float:
    """Units of the file's currency for one USD; what it states must be what was said.

    Raises
    ------
    InputError
        When the two differ, neither is there, or a rate is missing or not wanted.
    """
    currency = _agree(request, stated, what) or default
    if not currency:
        raise InputError("currency", f"must be said: the file does not name that {what}", "nothing")
    if currency == "base":
        raise InputError("currency", f"must be money: that {what}", request.currency or stated)
    if currency == "usd":
        if request.rate not in (None, 1.0):
            raise InputError("rate", "must not be given for USD", request.rate)
        return 1.0
    if request.rate is None:
        rule = f"must say how many {currency.upper()} one USD is (AED: {CURRENCIES_PER_USD['AED']})"
        raise InputError("rate", rule, "nothing")
    return request.rate


def _agree(request: ForeignRequest, stated: str, what: str) -> str:
    said, told = request.canonical(request.currency), request.canonical(stated)
    if said and told and said != told:
        raise InputError("currency", f"must be {request.currency.upper()}, as was said", f"{stated.upper()} {what}")
    return said or told


def _recognise(
    columns: Mapping[str, Sequence[Any]], request: ForeignRequest
) -> dict[str, tuple[ForeignLayout, dict[str, str]]]:
    found: dict[str, tuple[ForeignLayout, dict[str, str]]] = {}
    for layout in FOREIGN_LAYOUTS:
        if layout.product != request.product or layout.part in found:
            continue
        names = {name: _match(columns, pattern) for name, pattern in layout.columns.items()}
        if any(not theirs for theirs in names.values()):
            continue
        if layout.without and any(re.fullmatch(layout.without, column) for column in columns):
            continue
        more = {name: theirs for name, pattern in layout.optional.items() if (theirs := _match(columns, pattern))}
        found[layout.part] = (layout, {**names, **more})
    if not found:
        known = "; ".join(
            f"{layout.name} ({', '.join(layout.columns)})"
            for layout in FOREIGN_LAYOUTS
            if layout.product == request.product
        )
        raise FileFormatError("file", f"must be a table of {request.product}: {known}", ", ".join(columns)[:200])
    return found


def _match(columns: Mapping[str, Sequence[Any]], pattern: str) -> str:
    return next((column for column in columns if re.fullmatch(pattern, column)), "")


def _currency_in_names(layout: ForeignLayout, names: Mapping[str, str]) -> str:
    told = set()
    for name, theirs in names.items():
        match = re.fullmatch(layout.columns.get(name, ""), theirs)
        told.add((match.groupdict().get("currency") or "") if match else "")
    told.discard("")
    if len(told) > 1:
        raise InputError("currency", "must be one for all columns", ", ".join(sorted(told)))
    return told.pop() if told else ""


def _stated_currency(columns: Mapping[str, Sequence[Any]]) -> str:
    told = {str(value) for name in ("currency", "unit") for value in columns.get(name, ()) if value}
    if len(told) > 1:
        raise InputError("currency", "must be one for all rows", ", ".join(sorted(told)[:4]))
    return told.pop() if told else ""


def _candles(
    time_ms: TimeArray, values: dict[str, FloatArray], request: ForeignRequest, stated: str, source: str
) -> Candles:
    if not request.is_linear:
        raise InputError("symbol", "must be a linear contract: these tables count volume in coins", request.symbol)
    rate = money_rate(request, stated, "of the prices", "usd")
    prices = {name: values[name] / rate for name in ("open", "high", "low", "close")}
    for name, price in prices.items():
        _check(name, (price > 0) & (price >= prices["low"]) & (price <= prices["high"]), price, "must be a price")
    volume, bought = values["volume"], values.get("taker_buy_volume")
    _check("volume", volume >= 0, volume, "must not be negative or missing")
    if bought is not None:
        _check("buy_volume", (bought >= 0) & (bought <= volume * (1 + 1e-9)), bought, "must be from 0 to volume")
    return Candles(time_ms, **prices, volume=volume, source=source, taker_buy_volume=bought)


def _open_interest(
    end_ms: TimeArray,
    values: dict[str, FloatArray],
    request: ForeignRequest,
    stated: str,
    source: str,
    has_prices: bool,
) -> OpenInterest:
    """The close of each interval, at its end."""
    currency = request.canonical(stated) if has_prices else _agree(request, stated, "of the open interest")
    close = values["close"]
    known = np.isfinite(close)
    if known.any() and float(np.median(np.abs(close[known]))) < _LARGEST_FUNDING:
        raise FileFormatError("file", "must be open interest; a funding history has the same columns", close[known][0])
    wanted = "base" if request.is_linear else "usd"
    if not currency:
        raise InputError("currency", "must be said: the file does not name that of the open interest", "nothing")
    if currency != wanted:
        unit = f"{request.base} (ask for unit=coin)" if request.is_linear else "USD (ask for unit=usd)"
        raise InputError("currency", f"open interest of {request.symbol} must be in {unit}", currency.upper())
    _check("open interest", (close > 0) | ~known, close, "must be above 0")
    if not known.any():
        raise FileFormatError("file", "must hold at least one number", "empty cells only")
    return OpenInterest(end_ms[known], close[known], source)


def _totals(
    time_ms: TimeArray,
    interval_ms: int,
    values: dict[str, FloatArray],
    request: ForeignRequest,
    stated: str,
    source: str,
    has_prices: bool,
) -> LiquidationTotals:
    sides = [values["long"], values["short"]]
    for side in sides:
        _check("liquidations", (side >= 0) | np.isnan(side), side, "must not be negative")
    known = np.isfinite(sides[0]) & np.isfinite(sides[1])
    if not known.any():
        raise FileFormatError("file", "must hold at least one number", "empty cells only")
    long, short = sides[0][known], sides[1][known]
    unknown = np.full(long.size, np.nan)
    # Beside prices, what was said is the currency of the prices.
    said = stated if has_prices and stated else _agree(request, stated, "of the liquidations")
    if request.canonical(said) == "base":
        in_usd, in_coins = (unknown, unknown), (long, short)
    else:
        rate = money_rate(request, stated, "of the liquidations")
        in_usd, in_coins = (long / rate, short / rate), (unknown, unknown)
    return LiquidationTotals(time_ms[known], interval_ms, *in_usd, *in_coins, request.venues, source)


def _times(values: Sequence[Any]) -> TimeArray:
    wrong = next((row for row, value in enumerate(values) if value is None or isinstance(value, bool)), None)
    if wrong is not None:
        raise InputError("time", f"must hold UTC times (row {wrong})", values[wrong])
    try:
        numbers: Any = [float(value) for value in values]
    except (TypeError, ValueError):
        numbers = values
    return read_times("time", np.array(numbers))


def _floats(values: Sequence[Any], name: str) -> FloatArray:
    numbers = np.empty(len(values))
    for row, value in enumerate(values):
        try:
            numbers[row] = math.nan if value is None or value == "" else float(str(value))
        except ValueError:
            raise FileFormatError(name, f"must hold numbers (row {row})", repr(value)[:60]) from None
    if np.isinf(numbers).any():
        raise FileFormatError(name, f"must be finite (row {int(np.argmax(np.isinf(numbers)))})", "infinity")
    return numbers


def _order(time_ms: TimeArray, columns: Mapping[str, Sequence[Any]]) -> tuple[Any, list[str]]:
    """Rows in order of time; repeated rows once."""
    order = np.argsort(time_ms, kind="stable")
    again = np.flatnonzero(np.diff(time_ms[order]) == 0)
    for index in again:
        one, other = int(order[index]), int(order[index + 1])
        if any(values[one] != values[other] for values in columns.values()):
            raise FileFormatError("time", "rows of one time must be equal", int(time_ms[one]))
    kept = np.delete(order, again)
    return kept, [f"{again.size} repeated rows"] if again.size else []


def _check(name: str, good: Any, values: FloatArray, rule: str) -> None:
    if not good.all():
        row = int(np.argmin(good))
        raise FileFormatError(name, f"{rule} (row {row})", values[row])
