"""Everything that liqheat raises on purpose: one tree, a stable code on each class.

An input error names the argument, the rule that it broke and the value found; the command line and the HTTP API
print the same three.
"""

from __future__ import annotations

from collections.abc import Sequence


class LiqheatError(Exception):
    """Base of all errors of this package."""

    code = "liqheat_error"


MOST_SHOWN = 400
"""Characters of a value."""


def _shown(value: object) -> str:
    """A value as text; of a long one the beginning, so that an error fits on a screen."""
    text = str(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text)} characters)"


class InputError(LiqheatError, ValueError):
    """An argument broke a rule.

    Parameters
    ----------
    argument : str
        Name of the argument as the caller knows it.
    rule : str
        What the argument must satisfy.
    value : object
        What was found; shown by its ``str``, of which no more than the beginning where it is long.
    """

    code = "invalid_argument"

    def __init__(self, argument: str, rule: str, value: object) -> None:
        self.argument = argument
        self.rule = rule
        self.value = _shown(value)
        super().__init__(argument, rule, self.value)

    def __str__(self) -> str:
        return f"{self.argument}: {self.rule}; found {self.value}"


class UnknownNameError(InputError):
    """A venue, symbol, leverage mix or other name is not known."""

    code = "unknown_name"


class NoDataError(InputError):
    """The request is well formed but no data covers it."""

    code = "no_data"


class FileFormatError(InputError):
    """A file is empty, damaged or not of a kind that is recognised."""

    code = "file_format"


class StoreError(LiqheatError):
    """History on disk cannot be read or written: no room, no permission, another writer, a newer format.

    Parameters
    ----------
    argument, rule, value
        As `InputError`; the argument is ``store`` where the place itself is at fault.
    """

    code = "store_error"

    def __init__(self, argument: str, rule: str, value: object) -> None:
        self.argument = argument
        self.rule = rule
        self.value = _shown(value)
        super().__init__(argument, rule, self.value)

    def __str__(self) -> str:
        return f"{self.argument}: {self.rule}; found {self.value}"


class BusyError(LiqheatError):
    """The server has as many long-lived answers under way as it can hold.

    Parameters
    ----------
    argument, rule, value
        As `InputError`.
    retry_after_s : int
        When to ask again.
    """

    code = "busy"

    def __init__(self, argument: str, rule: str, value: object, retry_after_s: int) -> None:
        self.argument = argument
        self.rule = rule
        self.value = _shown(value)
        self.retry_after_s = retry_after_s
        super().__init__(argument, rule, self.value)

    def __str__(self) -> str:
        return f"{self.argument}: {self.rule}; found {self.value}"


class VenueError(LiqheatError):
    """A venue did not answer, refused, or answered with something unusable."""

    code = "venue_error"


class ContractChangedError(VenueError):
    """A venue's contract is no longer what the stored history was counted in."""

    code = "contract_changed"


class RegionRefusedError(VenueError):
    """A venue does not serve this location; another venue may."""

    code = "region_refused"


def check_type(argument: str, value: object, kinds: type | tuple[type, ...], rule: str) -> None:
    """Refuse a value of another type; the error shows the type found, since values may be long.

    Raises
    ------
    InputError
        When `value` is none of `kinds`; a truth value is no number.

    Examples
    --------
    >>> check_type("market", 7, dict, "must be a dict")
    Traceback (most recent call last):
        ...
    liqheat.errors.InputError: market: must be a dict; found int
    """
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise InputError(argument, rule, type(value).__name__)


def check_each(argument: str, values: object, kinds: type | tuple[type, ...], rule: str) -> None:
    """Refuse what is no sequence of such values, as `check_type` does one value.

    Raises
    ------
    InputError
        When `values` is no list, tuple or other sequence, or one of them is of another type.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise InputError(argument, rule, type(values).__name__)
    for value in values:
        check_type(argument, value, kinds, rule)
