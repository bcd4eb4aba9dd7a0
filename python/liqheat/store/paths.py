"""Series as folders: ``kind=candles_5m/venue=binanceusdm/symbol=BTC-USDT-USDT``, and back."""

from __future__ import annotations

import re

from liqheat.errors import InputError, UnknownNameError
from liqheat.records import SeriesKey, Symbol, parse_symbol
from liqheat.store.kinds import KINDS
from liqheat.units import parse_interval_ms

_WORD = re.compile(r"[\w.]+")
_EXPIRY = re.compile(r"(?:-[\w.]+)*")
_VENUE = re.compile(r"[a-z][a-z0-9]*")
_LONGEST = 100
"""Bytes: with the rest of a name it stays below what file systems allow."""


def symbol_folder(symbol: str) -> str:
    """A symbol as part of a path.

    Raises
    ------
    InputError
        When the symbol cannot be read back from it.

    Examples
    --------
    >>> symbol_folder("BTC/USDT:USDT"), symbol_folder("ETH/USD:ETH-260327")
    ('BTC-USDT-USDT', 'ETH-USD-ETH-260327')
    """
    found = _read_symbol(symbol)
    if found is None:
        raise InputError("symbol", "must be a ccxt unified symbol such as BTC/USDT:USDT", symbol)
    settle = f"-{found.settle}{found.expiry}" if found.settle else ""
    return f"{found.base}-{found.quote}{settle}"


def folder_symbol(folder: str) -> str | None:
    """The symbol of a folder that `symbol_folder` named; None for any other name.

    Examples
    --------
    >>> folder_symbol("BTC-USDT-USDT"), folder_symbol("ETH-USD-ETH-260327")
    ('BTC/USDT:USDT', 'ETH/USD:ETH-260327')
    """
    base, _, rest = folder.partition("-")
    quote, _, settle = rest.partition("-")
    symbol = f"{base}/{quote}:{settle}" if settle else f"{base}/{quote}"
    return symbol if _read_symbol(symbol) else None


def series_words(key: SeriesKey) -> tuple[str, str, str]:
    """Kind with interval, venue and symbol as they stand in paths, checked.

    Raises
    ------
    UnknownNameError
        When there is no such kind.
    InputError
        When the venue, symbol or interval cannot be part of a path, or the interval does not go with the kind.
    """
    kind = KINDS.get(key.kind)
    if kind is None:
        raise UnknownNameError("kind", f"must be one of {', '.join(KINDS)}", key.kind)
    if kind.has_interval:
        parse_interval_ms(key.interval)
    elif key.interval:
        raise InputError("interval", f"must be empty for {key.kind}", key.interval)
    if not isinstance(key.venue, str) or not _VENUE.fullmatch(key.venue):
        raise InputError("venue", "must be a venue id of small letters and digits", key.venue)
    word = f"{key.kind}_{key.interval}" if kind.has_interval else key.kind
    return word, key.venue, symbol_folder(key.symbol)


def series_folder_path(key: SeriesKey) -> str:
    """Folder of a series, relative to the store."""
    kind, venue, symbol = series_words(key)
    return f"kind={kind}/venue={venue}/symbol={symbol}"


def series_of_words(kind: str, venue: str, symbol: str) -> SeriesKey | None:
    """The series whose `series_words` these are; None where there is none."""
    name, interval = kind, ""
    if kind not in KINDS:
        name, _, interval = kind.rpartition("_")
    unified = folder_symbol(symbol)
    if unified is None:
        return None
    key = SeriesKey(name, venue, unified, interval)
    try:
        return key if series_words(key) == (kind, venue, symbol) else None
    except InputError:
        return None


def _read_symbol(symbol: object) -> Symbol | None:
    """Parts of a symbol that can be read back from a path: letters, digits, points; None for any other."""
    found = parse_symbol(symbol) if isinstance(symbol, str) and len(symbol.encode()) <= _LONGEST else None
    if found is None:
        return None
    parts = [part for part in (found.base, found.quote, found.settle) if part]
    is_plain = all(_WORD.fullmatch(part) for part in parts) and _EXPIRY.fullmatch(found.expiry)
    return found if is_plain else None
