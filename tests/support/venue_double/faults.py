"""What a venue's REST answers can do wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Rows = list[Any]


@dataclass
class Fault:
    """A misbehaviour of the next answers on paths that contain `path`; the named constructors make the usual ones.

    Parameters
    ----------
    path : str
        Part of the path; requests to ``/info`` have the path ``/info/{type}`` here.
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
    delay_s : float
        Seconds before the answer.
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
    delay_s: float = 0.0
    edit_rows: Callable[[Rows], Rows] | None = None

    @classmethod
    def too_many(cls, path: str, *, retry_after: str = "", times: int = 1, skip: int = 0) -> Fault:
        """Answer 429, with or without the seconds to wait."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return cls(path, times, skip, 429, "{}", headers=headers)

    @classmethod
    def server_error(cls, path: str, *, status: int = 503, times: int = 1, skip: int = 0) -> Fault:
        """Answer 5xx."""
        return cls(path, times, skip, status, "upstream failed")

    @classmethod
    def region_refused(cls, path: str, *, status: int = 451, times: int = 1_000_000) -> Fault:
        """Answer as to a location that is not served."""
        return cls(path, times, status=status, body='{"code":0,"msg":"Service unavailable from a restricted location"}')

    @classmethod
    def html(cls, path: str, *, times: int = 1, skip: int = 0) -> Fault:
        """Answer with a page, HTTP 200."""
        page = "<!doctype html><title>Just a moment...</title>"
        return cls(path, times, skip, body=page, content_type="text/html")

    @classmethod
    def truncated(cls, path: str, *, keep_bytes: int = 200, times: int = 1, skip: int = 0) -> Fault:
        """Cut the JSON short."""
        return cls(path, times, skip, keep_bytes=keep_bytes)

    @classmethod
    def slow(cls, path: str, seconds: float, *, times: int = 1, skip: int = 0) -> Fault:
        """Answer late; longer than the client waits, it is a silent stall."""
        return cls(path, times, skip, delay_s=seconds)

    @classmethod
    def renamed_field(cls, path: str, old: str, new: str, *, times: int = 1, skip: int = 0) -> Fault:
        """Call a field of every row by another name."""

        def edit(rows: Rows) -> Rows:
            return [{(new if name == old else name): value for name, value in row.items()} for row in rows]

        return cls(path, times, skip, edit_rows=edit)

    @classmethod
    def changed_field(cls, path: str, name: str | int, value: Any, *, times: int = 1, skip: int = 0) -> Fault:
        """Give a field of every row another value or type: a changed contract size, a list for a number."""

        def edit(rows: Rows) -> Rows:
            for row in rows:
                row[name] = value
            return rows

        return cls(path, times, skip, edit_rows=edit)

    @classmethod
    def duplicated_rows(cls, path: str, *, count: int = 5, times: int = 1, skip: int = 0) -> Fault:
        """Give the first rows once more at the end."""
        return cls(path, times, skip, edit_rows=lambda rows: [*rows, *rows[:count]])

    @classmethod
    def out_of_order(cls, path: str, *, times: int = 1, skip: int = 0) -> Fault:
        """Give every other row first."""
        return cls(path, times, skip, edit_rows=lambda rows: [*rows[1::2], *rows[::2]])

    @classmethod
    def missing_page(cls, path: str, *, times: int = 1, skip: int = 1) -> Fault:
        """Give no rows, by default on the second page."""
        return cls(path, times, skip, edit_rows=lambda _rows: [])

    def applies(self, path: str) -> bool:
        """Count one request; say whether it is spoilt."""
        if self.path not in path or self.times <= 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True
