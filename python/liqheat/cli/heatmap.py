"""`liqheat heatmap`: files in, a picture or a table out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from liqheat.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("heatmap")(heatmap)


def parse_leverages(text: str | None) -> list[float] | None:
    """Leverage bands of an option: ``25,50,100``.

    Examples
    --------
    >>> parse_leverages("25,50")
    [25.0, 50.0]
    """
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise InputError("leverage", "must be numbers separated by commas", text) from error


def heatmap(
    candles: Annotated[Path, typer.Option(help="Trade candles, .parquet or .csv.")],
    open_interest: Annotated[Path, typer.Option(help="Open interest, one side, .parquet or .csv.")],
    symbol: Annotated[str, typer.Option(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venue: Annotated[str, typer.Option(help="Whose liquidation formula applies: binance, bybit, okx, …")],
    output: Annotated[Path, typer.Option(help="File to write; its ending decides: .png .csv .json .npz .lqh")],
    mark: Annotated[Path | None, typer.Option(help="Mark price candles, not coarser than the candles.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="classic, uniform or a .json file.")] = "classic",
    start_ms: Annotated[int | None, typer.Option(help="First time shown, UTC milliseconds.")] = None,
    end_ms: Annotated[int | None, typer.Option(help="Last time shown, UTC milliseconds.")] = None,
    interval: Annotated[str | None, typer.Option(help="Column length: 5m, 1h, …")] = None,
    cohort: Annotated[str, typer.Option(help="none, or positions opened within 24h … 1y only.")] = "none",
    side: Annotated[str, typer.Option(help="both, long or short.")] = "both",
    leverage: Annotated[str | None, typer.Option(help="Bands to draw: 25,50,100")] = None,
    quantity: Annotated[str, typer.Option(help="held")] = "held",
    price_axis: Annotated[str, typer.Option(help="log or linear.")] = "log",
    bucket_width: Annotated[str | None, typer.Option(help="50 or 50AED (linear), 10bp (log).")] = None,
    buckets: Annotated[int | None, typer.Option(help="Most price buckets.")] = None,
    as_of_ms: Annotated[int | None, typer.Option(help="Leave out everything after this time.")] = None,
    backend: Annotated[str, typer.Option(help="rust or numpy.")] = "rust",
) -> None:
    """Draw a heatmap from files of candles and open interest."""
    from liqheat import pipeline, store
    from liqheat.units import format_usd

    drawn = pipeline.build_heatmap(
        store.load_candles(candles),
        store.load_open_interest(open_interest),
        None if mark is None else store.load_mark_candles(mark),
        venue=venue,
        symbol=symbol,
        backend=backend,  # type: ignore[arg-type]  # checked by the book, with a clear error
        leverage_mix=leverage_mix,
        bucket_width=bucket_width,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,  # type: ignore[arg-type]
        leverage=parse_leverages(leverage),
        quantity=quantity,
        price_axis=price_axis,  # type: ignore[arg-type]
        buckets=buckets,
        as_of_ms=as_of_ms,
    )
    path = drawn.save(output)
    buckets_drawn, columns = drawn.values_usd.shape
    peak = format_usd(float(drawn.values_usd.max()))
    typer.echo(f"{path}: {columns} columns x {buckets_drawn} buckets, densest cell {peak} (estimated, uncalibrated)")
    for note in drawn.metadata()["notes"]:
        typer.echo(f"  {note}")
