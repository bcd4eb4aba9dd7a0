"""What the protocols share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Query = dict[str, str]


@dataclass
class Answer:
    """Rows, and how the venue wraps them; faults edit the rows."""

    rows: list[Any]
    wrap: Callable[[list[Any]], Any] = list


class RefusedRequestError(Exception):
    """The venue's own refusal: HTTP status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


Handler = Callable[[Query], Answer]
Routes = dict[str, Handler]
