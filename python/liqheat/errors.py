"""Everything that liqheat raises on purpose: one tree, a stable code on each class.

An input error names the argument, the rule that it broke and the value found; the command line and the HTTP API
print the same three.
"""

from __future__ import annotations


class LiqheatError(Exception):
    """Base of all errors of this package."""

    code = "liqheat_error"


class InputError(LiqheatError, ValueError):
    """An argument broke a rule.

    Parameters
    ----------
    argument : str
        Name of the argument as the caller knows it.
    rule : str
        What the argument must satisfy.
    value : object
        What was found; shown by its ``str``.
    """

    code = "invalid_argument"

    def __init__(self, argument: str, rule: str, value: object) -> None:
        self.argument = argument
        self.rule = rule
        self.value = str(value)
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
        self.value = str(value)
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
        self.value = str(value)
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
