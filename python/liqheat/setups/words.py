"""From a phrase and its figures to a sentence, in English; the page does the same in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from liqheat.setups.calendar import to_utc
from liqheat.units import AED_PER_USD, format_usd

Value = float | int | str | bool | None
Inputs = Mapping[str, Value]


def in_words(usd: float) -> str:
    """USD, and AED at the peg.

    Examples
    --------
    >>> in_words(200e6 / AED_PER_USD)
    '$54.5M (200M AED)'
    """
    dirham = format_usd(usd * AED_PER_USD).lstrip("$")
    return f"{format_usd(usd)} ({dirham} AED)"


FORMATS: Mapping[str, Callable[[Any], str]] = {
    "number": lambda value: f"{value:g}",
    "two": lambda value: f"{value:.2f}",
    "price": lambda value: f"{value:,.6g}",
    "percent": lambda value: f"{value:.0%}",
    "percent1": lambda value: f"{value:.1%}",
    "percent2": lambda value: f"{value:.2%}",
    "change": lambda value: f"{value:+.0%}",
    "change2": lambda value: f"{value:+.2%}",
    "signed3": lambda value: f"{value:+.3f}",
    "usd": format_usd,
    "money": in_words,
    "moment": lambda time_ms: f"{to_utc(time_ms):%Y-%m-%d %H:%M} UTC",
    "word": str,
}
"""How a value is written, by the name that stands behind it in a phrase; ``word`` is a code that stands for itself."""
TABLE_FORMATS = frozenset({*FORMATS, "share", "times", "ratio", "hours", "age", "yes_no"})
"""How a value is written in a table of inputs: as above, or a share as per cent, × 2.5, 2.5 : 1, a span in hours or in
milliseconds, yes or no."""
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")


def word(phrase: str, values: Inputs) -> str:
    """A phrase with its figures: ``{entry:price}`` is the value of that name, written in that way; see `FORMATS`.

    Examples
    --------
    >>> word("{distance:percent2} away, a {class} distance", {"distance": 0.0123, "class": "scalp"})
    '1.23% away, a scalp distance'
    """

    def fill(match: re.Match[str]) -> str:
        value, how = values[match[1]], match[2]
        return str(value) if how is None else FORMATS[how](value)

    return _PLACE.sub(fill, phrase)
