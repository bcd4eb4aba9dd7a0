"""`liqheat import`: folders of history, data portal archives and other products' exports into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.errors import InputError, NoDataError

if TYPE_CHECKING:
    from liqheat.collect import ImportSummary

_MOST_REASONS = 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    path: Annotated[Path, typer.Argument(help="A folder of files, or one file.")],
    product: Annotated[
        str | None, typer.Option("--from", help="coinglass or coinalyze: the file is that product's.")
    ] = None,
    venue: Annotated[
        str | None, typer.Option(help="With --from: whose data it is; for sums over several, binance+bybit+okx.")
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option(help="ccxt unified symbol, BTC/USDT:USDT. For a folder: only these.")
    ] = None,
    interval: Annotated[str | None, typer.Option(help="With --from: length of a row; the file must agree.")] = None,
    currency: Annotated[
        str | None, typer.Option(help="With --from: USD, another currency, or the coin; the file must agree.")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="With --from: units of that currency for one USD.")] = None,
    store: Annotated[str | None, typer.Option(help="Folder or URL of the store; the user's data folder else.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --from coinglass: where to save a heatmap, as .npz.")
    ] = None,
) -> None:
    """Import files into the store. Importing again changes nothing.

    From a folder it takes what it knows by name: <kind>_<venue>_<contract>_<interval>_<PAIR>.parquet or .csv, archives
    of the Binance data portal (.zip with .CHECKSUM, or unpacked), and tables of funding and liquidations.

    With --from it takes an export (.csv, .parquet) or a saved API response (.json) of another product. A Coinglass
    heatmap is no market history: it is saved as .npz, to be compared with.
    """
    given = {"venue": venue, "interval": interval, "currency": currency, "rate": rate, "output": output}
    unused = [name for name, value in given.items() if value is not None]
    if product is None and unused:
        raise InputError(f"--{unused[0]}", "must be given with --from only", given[unused[0]])
    if product is not None and len(symbol or ()) != 1:
        raise InputError("--symbol", "must be given once with --from", ", ".join(symbol or ()) or "nothing")

    from rich.console import Console
    from rich.markup import escape

    from liqheat.collect import import_folder
    from liqheat.store import HistoryStore, default_store_url

    if product is not None:
        from liqheat.store import PRODUCTS

        if product not in PRODUCTS:
            raise InputError("--from", f"must be {' or '.join(PRODUCTS)}", product)
    if not path.exists():
        raise InputError("path", "must be an existing file or folder", path)
    opened = HistoryStore(store or default_store_url())
    if product is None:
        with Console(stderr=True).status(f"Importing {escape(str(path))}") as status:
            summary = import_folder(
                opened,
                path,
                lambda name, done, total: status.update(f"Importing {escape(name)} ({done + 1} of {total})"),
                symbols=symbol or (),
            )
    else:
        from liqheat.collect import import_foreign
        from liqheat.store import ForeignRequest

        request = ForeignRequest(product, (symbol or [""])[0], interval or "", currency or "", rate, venues=venue or "")
        summary = import_foreign(opened, path, request, venue=venue or "", output=output)
    print_summary(summary)
    if not summary.taken:
        raise NoDataError("path", "must hold at least one file that can be imported", path)


def print_summary(summary: ImportSummary) -> None:
    """Print what was taken, the rows, and what was left out and why."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    console = Console()
    if summary.taken:
        counts = (Column(name, justify="right", no_wrap=True) for name in ("inserted", "updated", "unchanged"))
        table = Table(Column("file", overflow="fold"), Column("series", overflow="fold"), *counts)
        for file in summary.taken:
            count = file.count
            numbers = (f"{number:,}" for number in (count.inserted, count.updated, count.unchanged))
            shown = "\n".join(file.series[:3])
            more = f"\nand {len(file.series) - 3} more" if len(file.series) > 3 else ""
            table.add_row(escape(file.path), escape(shown + more), *numbers)
        total = summary.count
        numbers = (f"{number:,}" for number in (total.inserted, total.updated, total.unchanged))
        table.add_section()
        table.add_row(f"files: {len(summary.taken)}", "", *numbers)
        console.print(table)
    for file in summary.taken:
        for note in file.notes:
            console.print(f"{escape(file.path)}: {escape(note)}", soft_wrap=True)
    for saved in summary.saved:
        console.print(f"saved {escape(str(saved))}: to compare with; not part of the store", soft_wrap=True)
    for refused in summary.left_out:
        if refused.is_known:
            console.print(f"[yellow]left out: {escape(refused.path)}: {escape(refused.reason)}", soft_wrap=True)
    others = [refused for refused in summary.left_out if not refused.is_known]
    for refused in others[:_MOST_REASONS]:
        console.print(f"left out: {escape(refused.path)}: {escape(refused.reason)}", soft_wrap=True)
    if len(others) > _MOST_REASONS:
        console.print(f"left out: {len(others) - _MOST_REASONS} more whose names follow no rule")
