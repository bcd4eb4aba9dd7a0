"""Tables of other products that are recognised: a row for each. Adding one touches no control flow.

Column names are compared in small letters, every other sign as one ``_``: ``Long Liquidation (USD)`` is
``long_liquidation_usd``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["candles", "open_interest", "totals"]

PRODUCTS = ("coinglass", "coinalyze")
_TIME = r"t|ts|time|timestamp|date|datetime|time_ms|open_time"
_CURRENCY = r"(?P<currency>(?!pct|ratio|rate|share)[a-z]{3,5})"


@dataclass(frozen=True, slots=True)
class ForeignLayout:
    """Names that one kind of table uses.

    Attributes
    ----------
    name : str
        For people.
    product : str
        One of `PRODUCTS`.
    part : {'candles', 'open_interest', 'totals'}
        What it becomes.
    columns : dict
        Our name to a pattern of theirs. All must be present. A group ``currency`` tells the currency.
    optional : dict
        The same, for columns that may be missing.
    without : str
        Pattern of columns that must not be there: other tables share the names above.
    currency : str
        Currency that the product documents where the column does not tell; empty where the user must say.
    url : str
        Where the columns are documented; empty for exports.
    """

    name: str
    product: str
    part: Part
    columns: dict[str, str]
    optional: dict[str, str] = field(default_factory=dict)
    without: str = ""
    currency: str = ""
    url: str = ""


FOREIGN_LAYOUTS = (
    ForeignLayout(
        "liquidation history",
        "coinglass",
        "totals",
        {
            "time": _TIME,
            "long": rf"(?:aggregated_)?long_liquidations?(?:_{_CURRENCY})?",
            "short": rf"(?:aggregated_)?short_liquidations?(?:_{_CURRENCY})?",
        },
        url="https://docs.coinglass.com/reference/liquidation-history",
    ),
    ForeignLayout(
        "table of liquidations",
        "coinglass",
        "totals",
        {"time": _TIME, "long": rf"long_{_CURRENCY}", "short": rf"short_{_CURRENCY}"},
    ),
    ForeignLayout(
        "open interest history",
        "coinglass",
        "open_interest",
        {"time": _TIME, "open": "open", "high": "high", "low": "low", "close": "close"},
        without=r"volume.*",
        url="https://docs.coinglass.com/reference/oi-ohlc-histroy",
    ),
    ForeignLayout(
        "hourly table",
        "coinalyze",
        "candles",
        {"time": _TIME, "open": "o|open", "high": "h|high", "low": "l|low", "close": "c|close", "volume": "v|volume"},
        optional={"taker_buy_volume": "bv|buy_volume"},
        url="https://api.coinalyze.net/v1/doc/",
    ),
    ForeignLayout(
        "hourly table",
        "coinalyze",
        "open_interest",
        {
            "time": _TIME,
            "open": "oi_open",
            "high": "oi_high",
            "low": "oi_low",
            "close": rf"oi_close(?:_{_CURRENCY})?",
        },
        currency="base",
    ),
    ForeignLayout(
        "hourly table",
        "coinalyze",
        "totals",
        {"time": _TIME, "long": rf"long_liq(?:_{_CURRENCY})?", "short": rf"short_liq(?:_{_CURRENCY})?"},
    ),
    ForeignLayout(
        "open interest history",
        "coinalyze",
        "open_interest",
        {"time": _TIME, "open": "o|open", "high": "h|high", "low": "l|low", "close": "c|close"},
        without=r"v|volume|oi_.*",
        url="https://api.coinalyze.net/v1/doc/",
    ),
    ForeignLayout(
        "liquidation history",
        "coinalyze",
        "totals",
        {"time": _TIME, "long": "l", "short": "s"},
        without="o|r",
        url="https://api.coinalyze.net/v1/doc/",
    ),
)


def plain_name(column: str) -> str:
    """Column name in the form that layouts compare.

    Examples
    --------
    >>> plain_name("Long Liquidation (USD)")
    'long_liquidation_usd'
    """
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
