"""Every conversion of a venue's rows into records: pure, strict, one-sided, in the contract's own unit.

Coins for linear contracts, USD for inverse ones. What cannot be read is an error, never a missing value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from liqheat.errors import VenueError
from liqheat.exchanges.spec import Endpoint, Place, Quantity
from liqheat.records import Candles, ContractKind, MarkCandles, OpenInterest
from liqheat.records.arrays import FloatArray, TimeArray

Row = Sequence[Any] | Mapping[str, Any]
_OWN_UNIT = {"linear": "coins", "inverse": "usd"}
# Milliseconds of 2001..2286: seconds and microseconds fall outside.
_FIRST_MS, _LAST_MS = 10**12, 10**13


def read_rows(endpoint: Endpoint, answer: object) -> list[Row]:
    """Take the list of rows out of a venue's answer.

    Raises
    ------
    VenueError
        When the answer has another shape.
    """
    found = answer
    for key in endpoint.rows_at:
        found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, list):
        place = ".".join(endpoint.rows_at) or "the answer"
        raise VenueError(f"{endpoint.method}: {place} must be a list; found {_show(answer)}")
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


def parse_candles(
    endpoint: Endpoint, rows: Sequence[Row], contract_kind: ContractKind, contract_size: float, source: str = ""
) -> Candles:
    """Convert rows into trade candles, in the order in which they come.

    Parameters
    ----------
    endpoint : Endpoint
        Says where each value stands and what it counts.
    rows : sequence
        The venue's rows.
    contract_kind : {'linear', 'inverse'}
        Unit of the volume that comes out: coins or USD.
    contract_size : float
        Coins or USD of one contract.
    source : str
        Where the rows come from, for people.

    Raises
    ------
    VenueError
        When a row is short, or a value is missing, not a number or not finite.
    """
    prices = {name: _read_column(endpoint, rows, name, place) for name, place in endpoint.prices_at.items()}
    volume = _read_quantity(endpoint, rows, "volume", contract_kind, contract_size)
    return Candles(_read_times(endpoint, rows), **prices, volume=volume, source=source)


def parse_mark_candles(endpoint: Endpoint, rows: Sequence[Row], source: str = "") -> MarkCandles:
    """Convert rows into mark price candles; errors as `parse_candles`."""
    low, high = (_read_column(endpoint, rows, name, endpoint.prices_at[name]) for name in ("low", "high"))
    return MarkCandles(_read_times(endpoint, rows), low=low, high=high, source=source)


def parse_open_interest(
    endpoint: Endpoint, rows: Sequence[Row], contract_kind: ContractKind, contract_size: float, source: str = ""
) -> OpenInterest:
    """Convert rows into one-sided open interest; parameters and errors as `parse_candles`."""
    quantity = _read_quantity(endpoint, rows, "open interest", contract_kind, contract_size)
    return OpenInterest(_read_times(endpoint, rows), quantity, source=source)


def order_rows(endpoint: Endpoint, rows: Sequence[Row], first_ms: int, last_ms: int) -> tuple[list[Row], int]:
    """Sort rows by time, keep those within bounds, and drop repetitions.

    Returns
    -------
    list
        Rows, oldest first, no time twice.
    int
        How many repetitions were dropped.

    Raises
    ------
    VenueError
        When two rows of one time differ, or a time cannot be read.
    """
    kept: dict[int, Row] = {}
    n_repeated = 0
    for row in rows:
        time = read_time(endpoint, row)
        if not first_ms <= time <= last_ms:
            continue
        known = kept.setdefault(time, row)
        if known is not row:
            n_repeated += 1
            if known != row:
                raise VenueError(f"{endpoint.method}: two different rows for {time}: {_show(known)} and {_show(row)}")
    return [kept[time] for time in sorted(kept)], n_repeated


def read_time(endpoint: Endpoint, row: Row) -> int:
    """Read a row's time, UTC milliseconds; a VenueError where it is none."""
    value = _look_up(endpoint, row, "time", endpoint.time_at)
    try:
        time = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else 0
    except ValueError:
        time = 0
    if not _FIRST_MS <= time < _LAST_MS:
        raise VenueError(f"{endpoint.method}: time must be UTC milliseconds; found {_show(value)}")
    return time


def _read_times(endpoint: Endpoint, rows: Sequence[Row]) -> TimeArray:
    return np.array([read_time(endpoint, row) for row in rows], dtype=np.int64)


def _read_column(endpoint: Endpoint, rows: Sequence[Row], name: str, place: Place) -> FloatArray:
    return np.array([_read_number(endpoint, row, name, place) for row in rows], dtype=np.float64)


def _read_quantity(
    endpoint: Endpoint, rows: Sequence[Row], name: str, contract_kind: ContractKind, contract_size: float
) -> FloatArray:
    values = np.empty(len(rows), dtype=np.float64)
    for index, row in enumerate(rows):
        quantity = next((choice for choice in endpoint.quantities if _holds(row, choice.at)), endpoint.quantities[-1])
        factor = unit_factor(quantity, contract_kind, contract_size)
        values[index] = _read_number(endpoint, row, name, quantity.at) * factor
    return values


def _read_number(endpoint: Endpoint, row: Row, name: str, place: Place) -> float:
    value = _look_up(endpoint, row, name, place)
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise VenueError(f"{endpoint.method}: {name} must be a finite number; found {_show(value)}")
    return number


def _holds(row: Row, place: Place) -> bool:
    return isinstance(place, int) or (isinstance(row, Mapping) and row.get(place) not in (None, ""))


def _look_up(endpoint: Endpoint, row: object, name: str, place: Place) -> object:
    try:
        if isinstance(place, str) and isinstance(row, Mapping):
            return row[place]
        if isinstance(place, int) and isinstance(row, list | tuple):
            return row[place]
    except (KeyError, IndexError):
        pass
    raise VenueError(f"{endpoint.method}: a row must hold {name} at {place!r}; found {_show(row)}")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
