"""Reading and writing of units: intervals, spans, bucket widths, the AED peg."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from liqheat.errors import InputError

AED_PER_USD = 3.6725
"""Official peg of the dirham (Central Bank of the UAE, since November 1997)."""

MINUTE_MS = 60_000
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
_WIDTH = re.compile(r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*(aed|bp)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BucketWidth:
    """Width of a price bucket: an amount of money, or a fraction of the price.

    Attributes
    ----------
    value : float
        Quote currency (``quote``), dirham (``aed``) or basis points (``bp``).
    unit : {'quote', 'aed', 'bp'}
        Unit of `value`.
    """

    value: float
    unit: Literal["quote", "aed", "bp"]

    @property
    def quote(self) -> float:
        """Width in quote currency; dirham at the peg."""
        return self.value / AED_PER_USD if self.unit == "aed" else self.value


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


def parse_bucket_width(width: str | float | None) -> BucketWidth | None:
    """Width of a bucket: a number is quote currency; ``50AED`` and ``10bp`` carry their unit.

    Examples
    --------
    >>> parse_bucket_width("50AED").quote
    13.614703880190607
    >>> parse_bucket_width("10bp").unit
    'bp'
    """
    if width is None:
        return None
    match = re.fullmatch(_WIDTH, str(width).strip())
    if match is None:
        raise InputError("bucket_width", "must be a number, or one followed by AED or bp", width)
    value = float(match[1])
    if not SMALLEST_WIDTH <= value < float("inf"):
        raise InputError("bucket_width", f"must be finite and at least {SMALLEST_WIDTH:g}", width)
    unit = (match[2] or "quote").lower()
    return BucketWidth(value, "aed" if unit == "aed" else "bp" if unit == "bp" else "quote")


def format_usd(usd: float) -> str:
    """Money in short form for people.

    Examples
    --------
    >>> format_usd(1_234_000), format_usd(950)
    ('$1.23M', '$950')
    """
    for limit, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        # Three digits: 999,500 is already 1.00 of the next.
        if abs(usd) >= limit * 0.9995:
            return f"${usd / limit:.3g}{suffix}"
    return f"${usd:.3g}"
