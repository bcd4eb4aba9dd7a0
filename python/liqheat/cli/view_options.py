"""Options that are made of the rows of `ViewRequest`: adding a public query name adds its option."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from liqheat.records import PARAMETERS

REQUIRED = inspect.Parameter.empty


def takes_query(*names: str, required: tuple[str, ...] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each of some public query names.

    The command takes ``query``, a dict of the names that were given to their text: what `ViewRequest.read` takes.

    Parameters
    ----------
    *names : str
        Names of `ViewRequest`.
    required : tuple of str
        Those that must be given.
    """

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:
            query = {name: text for name in names if (text := given.pop(name)) is not None}
            command(query=query, **given)

        own = inspect.signature(command, eval_str=True).parameters.values()
        options = [_option(name, name in required) for name in names]
        parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own if one.name != "query"]
        signature = inspect.Signature([*options, *parameters])
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()}
        return run

    return wrap


def _option(name: str, is_required: bool) -> inspect.Parameter:
    row = PARAMETERS[name]
    kind = str if is_required else str | None
    names = f": {', '.join(row.schema['enum'])}" if "enum" in row.schema else ""
    default = "" if row.default is None else f"; {row.default} by default"
    option = typer.Option(help=f"{row.help}{names}{default}.", metavar=row.example)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=REQUIRED if is_required else None,
        annotation=Annotated[kind, option],
    )
