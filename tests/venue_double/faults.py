"""What a venue can do wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """A misbehaviour of the next answers on paths that contain `path`.

    Parameters
    ----------
    path : str
        Part of the path.
    times : int
        How many answers it spoils.
    skip : int
        How many answers pass before.
    status : int
        HTTP status; with `body` in place of the true answer where either is given.
    body : str, optional
        Body in place of the true one.
    content_type, headers : str, dict
        Of the answer.
    keep_bytes : int, optional
        Cut the body after so many bytes, with a matching length, as a broken proxy does.
    hang_up : bool
        Close the connection without an answer.
    edit_rows : callable, optional
        Takes the true answer's rows, returns others.
    """

    path: str
    times: int = 1
    skip: int = 0
    status: int = 200
    body: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    keep_bytes: int | None = None
    hang_up: bool = False
    edit_rows: Callable[[list[Any]], list[Any]] | None = None

    def applies(self, path: str) -> bool:
        """Count one request; say whether it is spoilt."""
        if self.path not in path or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True
