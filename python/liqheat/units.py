"""Reading and writing of units: intervals, spans, bucket widths, money."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from liqheat.errors import InputError, UnknownNameError

Moment = int | date | str | np.datetime64
"""A time: UTC epoch milliseconds, a datetime or pandas Timestamp, a date, a numpy moment, or text."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CURRENCIES_PER_USD: Mapping[str, float] = {
    "USD": 1.0,
    "AED": 3.6725,
    "SAR": 3.75,
    "QAR": 3.64,
    "OMR": 0.3845,
    "BHD": 0.376,
}
"""Official pegs (the dirham's by the Central Bank of the UAE, since November 1997). Never fetched; `rates` override."""

AED_PER_USD = CURRENCIES_PER_USD["AED"]

USD_PER_QUOTE: Mapping[str, float] = {"USD": 1.0, "USDT": 1.0, "USDC": 1.0}
"""What quote currencies count as, unless told otherwise."""

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 1440 * MINUTE_MS
_INTERVAL_UNITS_MS = {"m": MINUTE_MS, "h": 60 * MINUTE_MS, "d": 1440 * MINUTE_MS, "w": 7 * 1440 * MINUTE_MS}
COHORTS_MS = {
    "24h": 24 * 60 * MINUTE_MS,
    "3d": 3 * 1440 * MINUTE_MS,
    "7d": 7 * 1440 * MINUTE_MS,
    "30d": 30 * 1440 * MINUTE_MS,
    "90d": 90 * 1440 * MINUTE_MS,
    "180d": 180 * 1440 * MINUTE_MS,
    "1y": 365 * 1440 * MINUTE_MS,
}
"""Spans that a cohort may have."""


SMALLEST_WIDTH = 1e-15
_WIDTH = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*(bp|[a-z]{3})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency that amounts are shown in. Everything inside stays USD.

    Attributes
    ----------
    code : str
        Three letters: ``AED``.
    per_usd : float
        Units of it for one USD.
    """

    code: str
    per_usd: float

    def format(self, usd: float) -> str:
        """An amount of USD in short form, in this currency.

        Examples
        --------
        >>> Currency("AED", 3.6725).format(13_614_703.88), Currency("USD", 1.0).format(950)
        ('50M AED', '$950')
        """
        if self.code == "USD":
            return format_usd(usd)
        return f"{_short(usd * self.per_usd)} {self.code}"


USD = Currency("USD", 1.0)


@dataclass(frozen=True, slots=True)
class BucketWidth:
    """Width of a price bucket: an amount of money, or a fraction of the price.

    Attributes
    ----------
    value : float
        Amount in `unit`.
    unit : {'quote', 'bp'} or str
        Quote currency, basis points, or a currency: ``AED``.
    per_usd : float, optional
        Units of that currency for one USD; its peg by default.
    """

    value: float
    unit: str
    per_usd: float | None = None

    @property
    def quote(self) -> float:
        """Width in quote currency, which is taken for USD."""
        if self.unit == "quote":
            return self.value
        return self.value / (find_currency(self.unit).per_usd if self.per_usd is None else self.per_usd)


def parse_interval_ms(interval: str) -> int:
    """Length of an interval in milliseconds.

    Examples
    --------
    >>> parse_interval_ms("5m"), parse_interval_ms("1d")
    (300000, 86400000)
    """
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhdw])", interval) if isinstance(interval, str) else None
    if match is None:
        raise InputError("interval", "must be a number and m, h, d or w, such as 5m", interval)
    return int(match[1]) * _INTERVAL_UNITS_MS[match[2]]


def format_interval(interval_ms: int) -> str:
    """Interval as people write it.

    Examples
    --------
    >>> format_interval(900_000), format_interval(86_400_000)
    ('15m', '1d')
    """
    for unit in ("d", "h", "m"):
        if interval_ms % _INTERVAL_UNITS_MS[unit] == 0:
            return f"{interval_ms // _INTERVAL_UNITS_MS[unit]}{unit}"
    raise InputError("interval_ms", "must be whole minutes", interval_ms)


def parse_bucket_width(
    width: str | float | BucketWidth | None, rates: Mapping[str, float] | None = None
) -> BucketWidth | None:
    """Width of a bucket: a number is quote currency; ``50AED`` and ``10bp`` carry their unit.

    Parameters
    ----------
    width : str, float or BucketWidth, optional
        The width; one that is parsed already is returned as it is.
    rates : mapping of str to float, optional
        Units for one USD, in place of pegs.

    Examples
    --------
    >>> parse_bucket_width("50AED").quote
    13.614703880190607
    >>> parse_bucket_width("10bp").unit
    'bp'
    """
    if width is None or isinstance(width, BucketWidth):
        return width
    match = re.fullmatch(_WIDTH, str(width).strip())
    suffix = "" if match is None else (match[2] or "").upper()
    unit = {"": "quote", "BP": "bp"}.get(suffix, suffix)
    if match is None or unit not in ("quote", "bp", *CURRENCIES_PER_USD, *(rates or {})):
        raise InputError("bucket_width", "must be a number, or one followed by AED or bp", width)
    value = float(match[1])
    if not SMALLEST_WIDTH <= value < float("inf"):
        raise InputError("bucket_width", f"must be finite and at least {SMALLEST_WIDTH:g}", width)
    return BucketWidth(value, unit, None if unit in ("quote", "bp") else find_currency(unit, rates).per_usd)


def find_currency(code: str, rates: Mapping[str, float] | None = None) -> Currency:
    """A currency by its code, at its peg or at the rate given.

    Raises
    ------
    UnknownNameError
        When the code has no rate.
    InputError
        When its rate is not above 0 and finite.

    Examples
    --------
    >>> find_currency("aed"), find_currency("EUR", {"EUR": 0.92})
    (Currency(code='AED', per_usd=3.6725), Currency(code='EUR', per_usd=0.92))
    """
    known = {**CURRENCIES_PER_USD, **(rates or {})}
    name = code.upper() if isinstance(code, str) else ""
    if name not in known:
        raise UnknownNameError("currency", f"must be one of {', '.join(known)}, or come with a rate", code)
    rate = known[name]
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0.0 < rate < math.inf:
        raise InputError("currency", f"{name} per USD must be above 0 and finite", rate)
    if name == "USD" and rate != 1.0:
        raise InputError("currency", "USD per USD is 1", rate)
    return Currency(name, float(rate))


def parse_currency(text: str) -> Currency:
    """A currency as an option states it: a code, or a code and its units for one USD.

    Examples
    --------
    >>> parse_currency("AED"), parse_currency("EUR=0.92")
    (Currency(code='AED', per_usd=3.6725), Currency(code='EUR', per_usd=0.92))
    """
    match = re.fullmatch(r"\s*([A-Za-z]{3})\s*(?:=\s*(\S+))?\s*", text) if isinstance(text, str) else None
    if match is None:
        raise InputError("currency", "must be a code, or a code and its units for one USD: AED=3.6725", text)
    if match[2] is None:
        return find_currency(match[1])
    try:
        rate = float(match[2])
    except ValueError as error:
        raise InputError("currency", "the rate must be a number: AED=3.6725", text) from error
    return find_currency(match[1], {match[1].upper(): rate})


def format_usd(usd: float) -> str:
    """Money in short form for people.

    Examples
    --------
    >>> format_usd(1_234_000), format_usd(950)
    ('$1.23M', '$950')
    """
    return f"${_short(usd)}"


def _short(amount: float) -> str:
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        # Three digits: 999,500 is already 1.00 of the next.
        if abs(amount) >= limit * 0.9995:
            return f"{amount / limit:.3g}{suffix}"
    return f"{amount:.3g}"


def read_moment_ms(argument: str, moment: Moment) -> int:
    """A moment in UTC epoch milliseconds; what states no zone is in UTC, and a day begins at midnight.

    Parameters
    ----------
    argument : str
        Name of the argument that holds it, for the error.
    moment : int, datetime, date, numpy.datetime64 or str
        Milliseconds, which are returned as they are; a moment (of the standard library, pandas or numpy); text in ISO
        8601, or of the digits of milliseconds.

    Raises
    ------
    InputError
        When it is none of these.

    Examples
    --------
    >>> read_moment_ms("as_of_ms", "2026-02-01"), read_moment_ms("as_of_ms", date(2026, 2, 1))
    (1769904000000, 1769904000000)
    >>> read_moment_ms("as_of_ms", "2026-02-01T04:00:00.5+04:00")
    1769904000500
    """
    found: object = moment
    if isinstance(found, np.datetime64):
        found = found.astype("datetime64[ms]").item()
    if isinstance(found, str):
        with suppress(ValueError):
            # ISO text has at most eight digits in a row.
            found = int(found) if re.fullmatch(r"[0-9]{9,16}", found) else datetime.fromisoformat(found)
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day, tzinfo=UTC)
    # pandas' missing moment is a datetime that does not equal itself.
    if isinstance(found, datetime) and found == found:
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return int((aware - _EPOCH) // timedelta(milliseconds=1))
    if isinstance(found, bool) or not isinstance(found, int | np.integer):
        raise InputError(argument, "must be UTC epoch milliseconds, a datetime, a date or ISO text", repr(moment)[:200])
    return int(found)


def now_ms() -> int:
    """The local clock, UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000
