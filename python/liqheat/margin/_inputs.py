"""The typed door of this room: every argument is read, checked and named here, whichever backend computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from liqheat.errors import InputError
from liqheat.records import ContractKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    SideArray = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """What the numbers of an argument must satisfy, in words and as a test."""

    rule: str
    holds: Callable[[FloatArray], NDArray[np.bool_]]


POSITIVE = Range("must be a finite number above 0", lambda values: (values > 0.0) & np.isfinite(values))
NOT_NEGATIVE = Range("must be a finite number, 0 or above", lambda values: (values >= 0.0) & np.isfinite(values))
FINITE = Range("must be a finite number", np.isfinite)


def refuse_first(argument: str, rule: str, values: NDArray[Any], holds: NDArray[np.bool_]) -> None:
    """Raise for the first value that breaks a rule, and say where it stands."""
    if holds.all():
        return
    first = np.unravel_index(int(np.flatnonzero(~holds.ravel())[0]), holds.shape)
    value = np.broadcast_to(values, holds.shape)[first]
    place = ", ".join(str(int(axis)) for axis in first)
    raise InputError(argument, rule, f"{value} at index {place}" if place else value)


def read_numbers(argument: str, values: ArrayLike, allowed: Range | None = POSITIVE) -> FloatArray:
    """Read real numbers of any shape as float64; booleans, text, complex and masked values are refused."""
    if np.ma.is_masked(values):
        raise InputError(argument, "must not hold masked values", "a masked array")
    try:
        raw = np.asarray(values)
    except ValueError as error:
        raise InputError(argument, "must be a number or a regular array of numbers", "a ragged sequence") from error
    if raw.size == 0 and raw.dtype.kind == "O":
        raw = raw.astype(np.float64)
    if raw.dtype.kind not in "iuf":
        raise InputError(argument, "must be a number or an array of numbers", f"{raw.dtype} {values!r:.80}")
    numbers = np.asarray(raw, dtype=np.float64)
    if allowed is not None:
        refuse_first(argument, allowed.rule, numbers, allowed.holds(numbers))
    return numbers


def read_errors(value: object) -> bool:
    """Read what becomes of rows that break a rule; whether they raise."""
    if not (isinstance(value, str) and value in ("raise", "nan")):
        raise InputError("errors", "must be 'raise' or 'nan'", value)
    return value == "raise"


def read_number(argument: str, value: ArrayLike, allowed: Range = POSITIVE) -> float:
    """Read a single number."""
    number = read_numbers(argument, value, allowed)
    if number.shape != ():
        raise InputError(argument, "must be a single number", f"shape {number.shape}")
    return float(number)


def read_column(argument: str, values: ArrayLike, allowed: Range | None = POSITIVE) -> FloatArray:
    """Read a one-dimensional array as a contiguous, aligned one (copied only if it is not)."""
    numbers = read_numbers(argument, values, allowed)
    if numbers.ndim != 1:
        raise InputError(argument, "must be one-dimensional", f"shape {numbers.shape}")
    return np.require(numbers, requirements=["C", "A"])


def read_sides(values: ArrayLike) -> SideArray:
    """Read ``long``/``short``, or +1/-1 integers, as int8 signs."""
    rule = "must be 'long' or 'short', or the integers +1 or -1"
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        raise InputError("position_side", "must hold no masked value", values)
    try:
        raw = np.asarray(values)
    except ValueError as error:
        raise InputError("position_side", rule, "a ragged sequence") from error
    if raw.dtype.kind in "iu":
        refuse_first("position_side", rule, raw, (raw == 1) | (raw == -1))
        return raw.astype(np.int8)
    if raw.dtype.kind not in "UTO" and raw.size:
        raise InputError("position_side", rule, f"{raw.dtype} {values!r:.80}")
    is_long = np.asarray(raw == "long", dtype=np.bool_)
    refuse_first("position_side", rule, raw, is_long | np.asarray(raw == "short", dtype=np.bool_))
    return np.where(is_long, np.int8(1), np.int8(-1))


def read_contract_kind(value: object) -> ContractKind:
    """Read ``linear`` or ``inverse``."""
    for kind in get_args(ContractKind):
        if isinstance(value, str) and value == kind:
            return kind  # type: ignore[no-any-return]
    raise InputError("contract_kind", "must be 'linear' or 'inverse'", value)


def broadcast_shape(**arrays: NDArray[Any]) -> tuple[int, ...]:
    """Return the common shape of arguments, or say which shapes do not go together."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.shape)
        raise InputError(
            " / ".join(n for n, a in arrays.items() if a.shape), "must broadcast together", shapes
        ) from error


def as_column(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Flatten an argument to one value (a scalar) or to one for each position."""
    if array.size == 1 and array.shape != shape:
        return array.reshape(1)
    return np.require(np.broadcast_to(array, shape).reshape(-1), requirements=["C", "A"])


def check_rates(margin_rate: FloatArray, closing_fee_rate: FloatArray) -> None:
    """Refuse rates that add up to the whole position."""
    rule = "must stay below 1 together with closing_fee_rate"
    refuse_first("maintenance_margin_rate", rule, margin_rate, margin_rate + closing_fee_rate < 1.0)


def check_value(entry_price: FloatArray, quantity: FloatArray, kind: ContractKind) -> None:
    """Refuse positions whose value at entry overflows or vanishes in float64."""
    with np.errstate(all="ignore"):
        value = quantity * entry_price if kind == "linear" else quantity / entry_price
    holds = np.isfinite(value) & (value >= np.finfo(np.float64).tiny)
    refuse_first("quantity", "must give a value at entry within the range of float64", value, holds)
