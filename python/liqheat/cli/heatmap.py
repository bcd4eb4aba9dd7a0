"""`liqheat heatmap`: files in, a picture or a table out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from liqheat.cli.options import folder_labels
from liqheat.errors import InputError, LiqheatError, UnknownNameError
from liqheat.records import ALL_VENUES, Estimate, MarketHistory

TYPES = ("cumulative", "delta", "static")


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
    symbol: Annotated[str, typer.Option(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venue: Annotated[str, typer.Option(help="Whose liquidation formula applies: binance, bybit, okx, …; or all.")],
    output: Annotated[Path, typer.Option(help="File to write; its ending decides: .png .csv .json .npz .lqh")],
    kind: Annotated[str, typer.Option("--type", help=f"One of {', '.join(TYPES)}.")] = "cumulative",
    candles: Annotated[Path | None, typer.Option(help="Trade candles, .parquet or .csv.")] = None,
    open_interest: Annotated[Path | None, typer.Option(help="Open interest, one side, .parquet or .csv.")] = None,
    mark: Annotated[Path | None, typer.Option(help="Mark price candles, not coarser than the candles.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of history files, in place of the three.")] = None,
    weights: Annotated[str, typer.Option(help="With --venue all: open_interest, equal or volume.")] = "open_interest",
    reference: Annotated[str | None, typer.Option(help="With --venue all: venue whose prices are shown.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="classic, uniform or a .json file.")] = "classic",
    start_ms: Annotated[str | None, typer.Option(help="First time shown: ISO text, or milliseconds.")] = None,
    end_ms: Annotated[str | None, typer.Option(help="Last time shown.")] = None,
    interval: Annotated[str | None, typer.Option(help="Column length: 5m, 1h, …")] = None,
    cohort: Annotated[str, typer.Option(help="none, or positions opened within 24h … 1y only.")] = "none",
    side: Annotated[str, typer.Option(help="both, long or short.")] = "both",
    leverage: Annotated[str | None, typer.Option(help="Bands to draw: 25,50,100; or wick, follow-through.")] = None,
    quantity: Annotated[str, typer.Option(help="held, or flow: expected to be force-closed.")] = "held",
    model: Annotated[
        str | None, typer.Option(help="With --quantity flow: calibrated parameters, a .json file or a name.")
    ] = None,
    price_axis: Annotated[str, typer.Option(help="log or linear.")] = "log",
    bucket_width: Annotated[str | None, typer.Option(help="50 or 50AED (linear), 10bp (log).")] = None,
    buckets: Annotated[int | None, typer.Option(help="Most price buckets.")] = None,
    as_of_ms: Annotated[str | None, typer.Option(help="Leave out everything after this time.")] = None,
    currency: Annotated[str, typer.Option(help="Shows amounts in: USD, AED, …, or AED=3.6725.")] = "USD",
    backend: Annotated[str, typer.Option(help="rust or numpy.")] = "rust",
) -> None:
    """Draw a heatmap from files of candles and open interest, or from a folder of them."""
    from liqheat.book import BUCKET_RATIO, combine_venues, estimate_book
    from liqheat.heatmap import (
        LEVERAGE_PRESETS,
        check_quantity,
        draw_heatmap,
        finest_state_ratio,
        preset_leverages,
        save_delta,
        save_profile,
    )
    from liqheat.units import parse_bucket_width, parse_currency

    if kind not in TYPES:
        raise UnknownNameError("type", f"must be one of {', '.join(TYPES)}", kind)
    bands = None if leverage in LEVERAGE_PRESETS else parse_leverages(leverage)
    shown = parse_currency(currency)
    width = parse_bucket_width(bucket_width, {shown.code: shown.per_usd})
    markets = _read_markets(symbol, venue, candles, open_interest, mark, data)
    ratio = finest_state_ratio(width, max(float(market.high.max()) for market in markets), BUCKET_RATIO)
    if check_quantity(quantity) == "flow":
        found = [_estimate_flow(market, model, data, venue, ratio, backend) for market in markets]
    elif model is not None:
        raise InputError("model", "must be given with --quantity flow only", model)
    else:
        found = [
            estimate_book(
                market,
                leverage_mix=leverage_mix,
                bucket_ratio=ratio,
                backend=backend,  # type: ignore[arg-type]  # checked by the book, with a clear error
            )
            for market in markets
        ]
    estimate = found[0]
    if venue == ALL_VENUES:
        estimate = combine_venues(found, weights=weights, reference=reference)  # type: ignore[arg-type]
    drawn = draw_heatmap(
        estimate,
        bucket_width=width,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,  # type: ignore[arg-type]
        leverage=preset_leverages(estimate.tiers, leverage) if leverage in LEVERAGE_PRESETS else bands,
        price_axis=price_axis,  # type: ignore[arg-type]
        buckets=buckets,
        as_of_ms=as_of_ms,
        backend=backend,  # type: ignore[arg-type]
    )
    if kind == "delta":
        path = save_delta(drawn, output, shown)
    elif kind == "static":
        path = save_profile(drawn.profile(), output, drawn.metadata(), shown)
    else:
        path = drawn.save(output, currency=shown)
    buckets_drawn, columns = drawn.values_usd.shape
    peak = shown.format(float(drawn.values_usd.max()))
    metadata = drawn.metadata()
    about = f"estimated, {metadata['calibration']}"
    typer.echo(f"{path}: {columns} columns x {buckets_drawn} buckets, densest cell {peak} ({about})")
    if drawn.quantity == "flow":
        typer.echo(f"  {_describe_model(metadata['model'])}")
    for part in metadata.get("venues", ()):
        usd = shown.format(part["open_interest_usd"])
        typer.echo(f"  {part['venue']} {part['symbol']}: weight {part['weight']:.1%}, open interest {usd}")
    for note in metadata["notes"]:
        typer.echo(f"  {note}")


def _estimate_flow(
    market: MarketHistory, model: str | None, data: Path | None, venue: str, ratio: float, backend: str
) -> Estimate:
    """The flow of one venue, tracked by the folder's own totals of liquidations where one venue alone is drawn."""
    from liqheat.flow import estimate_flow

    return estimate_flow(
        market,
        model,
        realised=None if venue == ALL_VENUES else folder_labels(data, market),
        bucket_ratio=ratio,
        backend=backend,  # type: ignore[arg-type]
    )


def _describe_model(model: dict[str, Any]) -> str:
    scale = f"scale {model['scale']:.2f}, tracked" if model["tracked"] else "scale not tracked"
    placed = "" if model["placed_share"] is None else f"; places {model['placed_share']:.0%} of expected liquidations"
    return f"model {model['name']} ({model['hash'][:12]}), {model['age_days']:.1f} days old; {scale}{placed}"


def _read_markets(
    symbol: str, venue: str, candles: Path | None, open_interest: Path | None, mark: Path | None, data: Path | None
) -> tuple[MarketHistory, ...]:
    from liqheat.history import find_markets
    from liqheat.pipeline import load_markets, open_market

    if data is None:
        if candles is None or open_interest is None:
            raise InputError(
                "candles, open_interest", "must both be given, or --data in their place", candles or open_interest
            )
        if venue == ALL_VENUES:
            raise InputError("venue", "all needs --data: a folder with several venues", venue)
        return (open_market((candles, open_interest, mark), venue=venue, symbol=symbol).history,)
    if candles is not None or open_interest is not None or mark is not None:
        raise InputError("data", "must not be given with candles, open_interest or mark", data)
    left_out: list[LiqheatError] = []
    found = find_markets(load_markets(data, left_out=left_out), symbol, venue)
    for error in left_out:
        typer.secho(f"left out: {error}", fg=typer.colors.YELLOW, err=True)
    return found
