"""`liqheat heatmap`: files in, a picture or a table out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from liqheat.cli.options import find_labels
from liqheat.cli.view_options import takes_query
from liqheat.errors import InputError, LiqheatError
from liqheat.heatmap import MAP_TYPES, find_map_type
from liqheat.records import PARAMETERS, Estimate, MarketHistory, ViewRequest

STATIC = "static"
"""Not over time: one column by price and leverage."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("heatmap")(heatmap)


@takes_query(*PARAMETERS, required=("symbol", "venue"))
def heatmap(
    query: dict[str, Any],
    output: Annotated[Path, typer.Option(help="File to write; its ending decides: .png .csv .json .npz .lqh")],
    kind: Annotated[str, typer.Option("--type", help=f"A type of heatmap, or {STATIC}.")] = MAP_TYPES[0].name,
    candles: Annotated[Path | None, typer.Option(help="Trade candles, .parquet or .csv.")] = None,
    open_interest: Annotated[Path | None, typer.Option(help="Open interest, one side, .parquet or .csv.")] = None,
    mark: Annotated[Path | None, typer.Option(help="Mark price candles, not coarser than the candles.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of history files, in place of the three.")] = None,
    reference: Annotated[str | None, typer.Option(help="With --venue all: venue whose prices are shown.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="classic, uniform or a .json file.")] = "classic",
    model: Annotated[
        str | None, typer.Option(help="With --quantity flow: calibrated parameters, a .json file or a name.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Shows amounts in: USD, AED, …, or AED=3.6725.")] = "USD",
    backend: Annotated[str, typer.Option(help="rust or numpy.")] = "rust",
) -> None:
    """Draw a heatmap from files of candles and open interest, or from a folder of them."""
    from liqheat.book import BUCKET_RATIO, combine_venues, estimate_book
    from liqheat.heatmap import draw_heatmap, finest_state_ratio, save_delta, save_profile
    from liqheat.units import parse_bucket_width, parse_currency

    map_type = None if kind == STATIC else find_map_type(kind)
    shown = parse_currency(currency)
    # A width may be in the currency that amounts are shown in, at its own rate.
    width = parse_bucket_width(query.get("bucket_width"), {shown.code: shown.per_usd})
    request = ViewRequest.read(**{**query, "bucket_width": width})
    is_flow = request.quantity == "flow"
    if model is not None and not is_flow:
        raise InputError("model", "must be given with --quantity flow only", model)
    markets = _read_markets(request, candles, open_interest, mark, data)
    ratio = finest_state_ratio(width, max(float(market.high.max()) for market in markets), BUCKET_RATIO)
    estimate_one = (
        partial(_estimate_flow, model=model, data=None if request.is_of_several else data)
        if is_flow
        else partial(estimate_book, leverage_mix=leverage_mix)
    )
    found = [estimate_one(market, bucket_ratio=ratio, backend=backend) for market in markets]
    estimate = found[0]
    if request.is_of_several:
        estimate = combine_venues(found, weights=request.weights or "open_interest", reference=reference)
    # The markets were chosen by these: a sum goes by other names than what was asked.
    drawn = draw_heatmap(
        estimate,
        replace(request, symbol=None, venue=None, weights=None),
        backend=backend,  # type: ignore[arg-type]  # checked there, with a clear error
    )
    if map_type is not None and map_type.is_signed:
        path = save_delta(drawn, output, shown)
    elif map_type is None:
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


def _estimate_flow(market: MarketHistory, *, model: str | None, data: Path | None, **how: Any) -> Estimate:
    """The flow of one venue, tracked by a folder's own totals of liquidations, where one is given."""
    from liqheat.collect import embedded_model
    from liqheat.flow import estimate_flow

    own = embedded_model(market) if model is None else model
    return estimate_flow(market, own, realised=find_labels(data, market), **how)


def _describe_model(model: dict[str, Any]) -> str:
    scale = f"scale {model['scale']:.2f}, tracked" if model["tracked"] else "scale not tracked"
    placed = "" if model["placed_share"] is None else f"; places {model['placed_share']:.0%} of expected liquidations"
    return f"model {model['name']} ({model['hash'][:12]}), {model['age_days']:.1f} days old; {scale}{placed}"


def _read_markets(
    request: ViewRequest, candles: Path | None, open_interest: Path | None, mark: Path | None, data: Path | None
) -> tuple[MarketHistory, ...]:
    from liqheat.history import find_markets
    from liqheat.pipeline import load_markets, open_market

    symbol, venue = str(request.symbol), str(request.venue)
    if data is None:
        if candles is None or open_interest is None:
            raise InputError(
                "candles, open_interest", "must both be given, or --data in their place", candles or open_interest
            )
        if request.is_of_several:
            raise InputError("venue", "several venues need --data: a folder that has them", venue)
        return (open_market((candles, open_interest, mark), venue=venue, symbol=symbol).history,)
    if candles is not None or open_interest is not None or mark is not None:
        raise InputError("data", "must not be given with candles, open_interest or mark", data)
    left_out: list[LiqheatError] = []
    found = find_markets(load_markets(data, left_out=left_out), symbol, venue)
    for error in left_out:
        typer.secho(f"left out: {error}", fg=typer.colors.YELLOW, err=True)
    return found
