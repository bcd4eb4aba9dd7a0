"""Reading of venues' answers: strict, so that what cannot be read is an error and never a missing value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from liqheat.errors import VenueError
from liqheat.records import ContractKind
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.venues import Path, Place, Quantity, Request, TimeUnit

Row = Sequence[Any] | Mapping[str, Any]
_OWN_UNIT = {"linear": "coins", "inverse": "usd"}
# Milliseconds of 2001..2286: seconds and microseconds fall outside.
_FIRST_MS, _LAST_MS = 10**12, 10**13
_IN_BRACES = re.compile(r"{([\w.]+)}")


def look_up(market: Mapping[str, Any], path: str) -> Any:
    """Follow a dotted path in ccxt's market.

    Raises
    ------
    VenueError
        When the venue's list of markets does not have it.
    """
    found: Any = market
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
        if found is None:
            raise VenueError(f"the venue's description of {market.get('symbol', 'the contract')} lacks {path}")
    return found


def fill_in(text: object, market: Mapping[str, Any]) -> Any:
    """Fill places in braces in from ccxt's market; one that stands alone keeps its type.

    Examples
    --------
    >>> fill_in("mark_{id}", {"id": "BTC_USDT"}), fill_in("{info.table}", {"info": {"table": 56}})
    ('mark_BTC_USDT', 56)
    """
    if not isinstance(text, str):
        return text
    alone = _IN_BRACES.fullmatch(text)
    if alone is not None:
        return look_up(market, alone[1])
    return _IN_BRACES.sub(lambda match: str(look_up(market, match[1])), text)


def walk(answer: object, path: Path, market: Mapping[str, Any]) -> object:
    """Follow places from an answer; None where they lead nowhere."""
    found = answer
    for place in path:
        key = fill_in(place, market)
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and isinstance(key, int) and -len(found) <= key < len(found):
            found = found[key]
        else:
            return None
    return found


def read_rows(request: Request, answer: object, market: Mapping[str, Any] | None = None) -> list[Row]:
    """Take the list of rows out of a venue's answer.

    Raises
    ------
    VenueError
        When the answer has another shape.
    """
    found = walk(answer, request.rows_at, market or {})
    if not isinstance(found, list):
        raise _misses(request, "a list", answer)
    return found


def read_row(request: Request, answer: object, market: Mapping[str, Any] | None = None) -> Row:
    """Take the one row out of a venue's answer; errors as `read_rows`."""
    found = walk(answer, request.rows_at, market or {})
    if not isinstance(found, Mapping | list):
        raise _misses(request, "a row", answer)
    return found


def unit_factor(quantity: Quantity, contract_kind: ContractKind, contract_size: float) -> float:
    """Factor from a venue's quantity to one side, in the contract's own unit.

    Parameters
    ----------
    quantity : Quantity
        Unit and sidedness.
    contract_kind : {'linear', 'inverse'}
        Own unit: coins or USD.
    contract_size : float
        Coins (linear) or USD (inverse) of one contract.

    Raises
    ------
    VenueError
        When the conversion would need a price.

    Examples
    --------
    >>> unit_factor(Quantity("openInterest", "coins", sides=2), "linear", 1.0)
    0.5
    >>> unit_factor(Quantity("sumOpenInterest", "contracts"), "inverse", 100.0)
    100.0
    """
    if quantity.unit == "contracts":
        return contract_size / quantity.sides
    if quantity.unit != _OWN_UNIT[contract_kind]:
        raise VenueError(f"{quantity.unit} of a contract that is {contract_kind} cannot be converted without a price")
    return 1.0 / quantity.sides


def read_time(request: Request, row: Row) -> int:
    """Read a row's time, UTC milliseconds; a VenueError where it is none."""
    place = request.time_at if request.time_at is not None else 0
    return parse_time(request, _look_up(request, row, "time", place))


def parse_time(request: Request, value: object) -> int:
    """Convert a venue's time to UTC milliseconds; a VenueError where it is none."""
    try:
        time = _to_ms(value, request.time_unit)
    except ValueError:
        time = 0
    if not _FIRST_MS <= time < _LAST_MS:
        unit = {"ms": "UTC milliseconds", "s": "UTC seconds", "iso": "ISO 8601"}[request.time_unit]
        raise VenueError(f"{request.method}: time must be {unit}; found {show(value)}")
    return time


def _to_ms(value: object, unit: TimeUnit) -> int:
    if unit == "iso":
        if not isinstance(value, str):
            return 0
        moment = datetime.fromisoformat(value)
        return round(moment.timestamp() * 1000) if moment.tzinfo is not None else 0
    if isinstance(value, bool):
        return 0
    if unit == "ms":
        return int(value) if isinstance(value, int | str) else 0
    number = float(value) if isinstance(value, int | float | str) else math.nan
    return round(number * 1000) if math.isfinite(number) else 0


def read_times(request: Request, rows: Sequence[Row]) -> TimeArray:
    """Read the times of rows."""
    return np.array([read_time(request, row) for row in rows], dtype=np.int64)


def read_column(request: Request, rows: Sequence[Row], name: str, place: Place) -> FloatArray:
    """Read one value of each row."""
    return np.array([read_number(request, row, name, place) for row in rows], dtype=np.float64)


def read_quantity(
    request: Request,
    row: Row,
    name: str,
    quantities: Sequence[Quantity],
    contract_kind: ContractKind,
    contract_size: float,
) -> float:
    """Read the first quantity that a row holds, one side, in the contract's own unit."""
    quantity = next((choice for choice in quantities if holds(row, choice.at)), quantities[-1])
    factor = unit_factor(quantity, contract_kind, contract_size)
    return read_number(request, row, name, quantity.at) * factor


def read_number(request: Request, row: Row, name: str, place: Place) -> float:
    """Read a finite number; a VenueError where there is none."""
    value = _look_up(request, row, name, place)
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise VenueError(f"{request.method}: {name} must be a finite number; found {show(value)}")
    return number


def holds(row: Row, place: Place | None) -> bool:
    """Whether a row has a value at a place; a position counts as one that it must have."""
    return isinstance(place, int) or (isinstance(row, Mapping) and row.get(place or "") not in (None, ""))


def show(value: object) -> str:
    """Show a value in an error, cut short."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _misses(request: Request, what: str, answer: object) -> VenueError:
    place = ".".join(str(key) for key in request.rows_at) or "the answer"
    return VenueError(f"{request.method}: {place} must be {what}; found {show(answer)}")


def _look_up(request: Request, row: object, name: str, place: Place) -> object:
    try:
        if isinstance(place, str) and isinstance(row, Mapping):
            return row[place]
        if isinstance(place, int) and isinstance(row, list | tuple):
            return row[place]
    except (KeyError, IndexError):
        pass
    raise VenueError(f"{request.method}: a row must hold {name} at {place!r}; found {show(row)}")
