"""What is asked for: the public query names, each a row that Python, the command line and HTTP read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from numbers import Integral, Real
from typing import Any, Literal, Self, get_args

from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.records.calibration import DEFAULT_HORIZON, Horizon
from liqheat.records.estimate import ALL_VENUES, Quantity, Weights
from liqheat.records.heatmap import Side
from liqheat.units import (
    COHORTS_MS,
    BucketWidth,
    format_interval,
    parse_bucket_width,
    parse_interval_ms,
    read_moment_ms,
)

LeveragePreset = Literal["all", "wick", "follow-through"]
PriceAxisKind = Literal["log", "linear"]
LATEST_MS = 253_402_300_799_999
"""The end of the year 9999."""
LARGEST_LEVERAGE = 1000
MOST_LEVERAGES = 32
MOST_BUCKETS = 20_000
PRICES = (1e-12, 1e12)
"""Prices that a range may have."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One public query name.

    Attributes
    ----------
    help : str
        What it is, for the command line and the API's document.
    schema : mapping
        JSON schema of its text in a query.
    read : callable
        Takes the name and a value in any form that is allowed; returns it in one form, or raises.
    example : str
        As it is written in a query.
    default : str, optional
        What it is when it is left out, where that is a value of its own.
    """

    help: str
    schema: Mapping[str, Any]
    read: Callable[[str, Any], Any]
    example: str
    default: str | None = None

    @property
    def is_list(self) -> bool:
        """Whether its text may be several values, separated by commas."""
        return "array" in {one.get("type") for one in (self.schema, *self.schema.get("anyOf", ()))}


def _text(name: str, value: Any, *, longest: int) -> str:
    check_type(name, value, str, "must be text")
    if not 0 < len(value) <= longest:
        raise InputError(name, f"must have from 1 to {longest} characters", value)
    return str(value)


def _one_of(name: str, value: Any, *, names: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in names:
        raise UnknownNameError(name, f"must be one of {', '.join(names)}", value)
    return value


def _moment(name: str, value: Any) -> int:
    time_ms = read_moment_ms(name, value)
    if not 0 <= time_ms <= LATEST_MS:
        raise InputError(name, f"must be from 0 to {LATEST_MS}", time_ms)
    return time_ms


def _interval(_: str, value: Any) -> str:
    return format_interval(parse_interval_ms(value))


def _cohort(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in ("none", *COHORTS_MS):
        raise UnknownNameError(name, f"must be none or one of {', '.join(COHORTS_MS)}", value)
    return value


def _numbers(name: str, value: Any, rule: str) -> list[float]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        value = str(value).split(",") if isinstance(value, str) else [value]
    found = []
    for part in value:
        if isinstance(part, str) and not part.strip():
            continue
        try:
            number = float(part)
        except (TypeError, ValueError, OverflowError):
            raise InputError(name, rule, part) from None
        if isinstance(part, bool):
            raise InputError(name, rule, part)
        found.append(number)
    return found


def _leverage(name: str, value: Any) -> tuple[float, ...] | LeveragePreset:
    if isinstance(value, str) and value in get_args(LeveragePreset):
        return value  # type: ignore[return-value]
    rule = f"must be numbers above 0 and at most {LARGEST_LEVERAGE}, or {', '.join(get_args(LeveragePreset))}"
    found = _numbers(name, value, rule)
    if not found or len(found) > MOST_LEVERAGES:
        raise InputError(name, f"must name from 1 to {MOST_LEVERAGES} bands", len(found))
    for number in found:
        if not 0.0 < number <= LARGEST_LEVERAGE:
            raise InputError(name, rule, number)
    return tuple(sorted(set(found)))


def _price_range(name: str, value: Any) -> tuple[float, float]:
    rule = f"must be two prices from {PRICES[0]:g} to {PRICES[1]:g}, the lower one first"
    found = _numbers(name, value, rule)
    if len(found) != 2 or not PRICES[0] <= found[0] < found[1] <= PRICES[1]:
        raise InputError(name, rule, value)
    return found[0], found[1]


def _bucket_width(_: str, value: Any) -> BucketWidth | None:
    check_type("bucket_width", value, (str, Real, BucketWidth), "must be a number, or text such as 50AED or 10bp")
    return parse_bucket_width(value)


def _buckets(name: str, value: Any) -> int:
    rule = f"must be from 1 to {MOST_BUCKETS}"
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    check_type(name, value, Integral, rule)
    if not 1 <= value <= MOST_BUCKETS:
        raise InputError(name, rule, value)
    return int(value)


def _asked(default: Any, text: str, schema: Mapping[str, Any], read: Callable[[str, Any], Any], example: str) -> Any:
    return field(default=default, metadata={"parameter": Parameter(text, schema, read, example, default)})


def _choice(default: Any, text: str, choices: Any, example: str) -> Any:
    names = get_args(choices)
    schema = {"type": "string", "enum": list(names)}
    return _asked(default, text, schema, partial(_one_of, names=names), example)


def _time(text: str) -> Any:
    schema = {
        "anyOf": [{"type": "integer", "minimum": 0, "maximum": LATEST_MS}, {"type": "string", "format": "date-time"}]
    }
    return _asked(None, f"{text}: UTC epoch milliseconds, or ISO text", schema, _moment, "1768800000000")


def _name(text: str, longest: int, example: str) -> Any:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return _asked(None, text, schema, partial(_text, longest=longest), example)


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """What is to be shown of which market: validated once, in one form, compared by value.

    Every name may be left out. Each value is taken in any form that its row reads: milliseconds, a datetime, a date or
    ISO text; numbers or their text. `read` refuses names that there are none of.

    Attributes
    ----------
    symbol, venue : str, optional
        ccxt unified symbol; venue id, several of them with commas between, or ``all``.
    weights : {'open_interest', 'equal', 'volume'}, optional
        With several venues: how they count.
    interval : str, optional
        Column length such as ``15m``, a multiple of the bars'; by default the shortest that makes at most 9,000.
    start_ms, end_ms : int, optional
        Time range, UTC milliseconds; the whole history by default.
    as_of_ms : int, optional
        Leave out every bar that closed after this time.
    cohort : str
        ``none``, or ``24h``, ``3d``, ``7d``, ``30d``, ``90d``, ``180d``, ``1y``: only positions opened within that span
        before each column's end. Up to the oldest 24th of the span may be left out; nothing older is shown.
    side : {'both', 'long', 'short'}
        Side of the positions.
    leverage : tuple of float or {'all', 'wick', 'follow-through'}, optional
        Bands to draw, rising, or the article's presets; all by default.
    quantity : {'held', 'flow'}, optional
        Open positions, or expected liquidations; one is never drawn as the other.
    horizon : {'4h', '24h', '72h'}
        Of expected liquidations: the time within which a price is reached.
    price_axis : {'log', 'linear'}
        Buckets of constant ratio or of constant width.
    price_range : tuple of float, optional
        Lowest and highest price shown; by default the candles' range and the nearest liquidations around it.
    bucket_width : BucketWidth, optional
        Exact bucket width: ``10bp`` on a log axis; quote currency (``50``) or dirham (``50AED``) on a linear one.
    buckets : int, optional
        Without a width: most price buckets, 1000 by default.

    Raises
    ------
    InputError
        When a value breaks its rule, the start is not before the end, or weights are given for a single venue.

    Examples
    --------
    >>> ViewRequest.read(leverage="50,25", start_ms="2026-02-01", interval="60m") == ViewRequest(
    ...     leverage=(25.0, 50.0), start_ms=1_769_904_000_000, interval="1h")
    True
    """

    symbol: str | None = _name("ccxt unified symbol", 64, "BTC/USDT:USDT")
    venue: str | None = _name("Venue id, several of them with commas between, or all", 96, "binanceusdm")
    weights: Weights | None = _choice(
        None, "With several venues: how they count, open_interest if left out", Weights, "equal"
    )
    interval: str | None = _asked(
        None, "Length of a column, such as 5m or 1h", {"type": "string", "maxLength": 6}, _interval, "1h"
    )
    start_ms: int | None = _time("First time shown")
    end_ms: int | None = _time("Last time shown")
    as_of_ms: int | None = _time("Leave out everything after this time")
    cohort: str = _asked(
        "none",
        "Only positions opened within a span (the oldest 24th of it may be left out)",
        {"type": "string", "enum": ["none", *COHORTS_MS]},
        _cohort,
        "7d",
    )
    side: Side = _choice("both", "Side of the positions", Side, "long")
    leverage: tuple[float, ...] | LeveragePreset | None = _asked(
        None,
        "Bands, separated by commas: 25,50,100; or the article's presets: wick is 50-100x, follow-through 10-25x",
        {
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_LEVERAGE},
                    "minItems": 1,
                    "maxItems": MOST_LEVERAGES,
                },
                {"type": "string", "enum": list(get_args(LeveragePreset))},
            ]
        },
        _leverage,
        "25,50,100",
    )
    quantity: Quantity | None = _choice(None, "Open positions (held) or expected liquidations (flow)", Quantity, "flow")
    horizon: Horizon = _choice(
        DEFAULT_HORIZON, "Of expected liquidations: the time within which a price is reached", Horizon, "4h"
    )
    price_axis: PriceAxisKind = _choice("log", "Buckets of constant ratio, or width", PriceAxisKind, "linear")
    price_range: tuple[float, float] | None = _asked(
        None,
        "Lowest and highest price shown, separated by a comma; if left out, what candles and levels need",
        {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 2, "maxItems": 2},
        _price_range,
        "60000,70000",
    )
    bucket_width: BucketWidth | None = _asked(
        None,
        "Exact width of a bucket: 50 or 50AED (linear), 10bp (log)",
        {"type": "string", "maxLength": 24},
        _bucket_width,
        "10bp",
    )
    buckets: int | None = _asked(
        None,
        "Most price buckets, 1000 if left out",
        {"type": "integer", "minimum": 1, "maximum": MOST_BUCKETS},
        _buckets,
        "300",
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            parameter: Parameter = one.metadata["parameter"]
            read = one.default if value is None else parameter.read(one.name, value)
            object.__setattr__(self, one.name, read)
        if self.start_ms is not None and self.end_ms is not None and self.start_ms >= self.end_ms:
            raise InputError("start_ms", "must be before end_ms", f"{self.start_ms} >= {self.end_ms}")
        if self.weights is not None and not self.is_of_several:
            raise InputError("weights", f"must be given with venue={ALL_VENUES} or several venues only", self.weights)

    @property
    def is_of_several(self) -> bool:
        """Whether venues are summed: all of them, or those that are named."""
        return self.venue == ALL_VENUES or "," in (self.venue or "")

    @classmethod
    def read(cls, **query: Any) -> Self:
        """A request of any values; see the class.

        Raises
        ------
        InputError
            As the class; and when a name is not one of its attributes.
        """
        for name in query:
            if name not in PARAMETERS:
                raise InputError(name, f"must be one of {', '.join(PARAMETERS)}", name)
        return cls(**query)


PARAMETERS: Mapping[str, Parameter] = {one.name: one.metadata["parameter"] for one in fields(ViewRequest)}
"""Every public query name, in order."""
