"""`liqheat accuracy compare`: another product's heatmap beside ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError

if TYPE_CHECKING:
    from liqheat.flow import LabelledMarket
    from liqheat.records import ForeignHeatmap, MarketHistory


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    map_file: Annotated[Path, typer.Option("--map", help="Saved heatmap response (.json), or one imported (.npz).")],
    data: Annotated[Path, typer.Option(help="Folder of history files.")],
    symbol: Annotated[str, typer.Option(help="ccxt unified symbol.")] = "BTC/USDT:USDT",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Page to write, .html; or the picture alone, .svg.")
    ] = None,
    product: Annotated[str, typer.Option("--from", help="Whose heatmap it is.")] = "coinglass",
    interval: Annotated[str | None, typer.Option(help="Length of its columns; the file must agree.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of its prices; the file must agree.")] = None,
    rate: Annotated[float | None, typer.Option(help="Units of that currency for one USD.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Lay another product's heatmap over ours: how alike they are, and where they differ.

    Where the folder holds hourly liquidations and the heatmap covers more than 14 days of them, both are scored.
    """
    if output is None and not as_json:
        raise InputError("output", "must be given, or --json", "neither")
    if output is not None and output.suffix.lower() not in (".html", ".svg"):
        raise InputError("output", "must end in .html or .svg", output)

    from liqheat_lab.foreign.compare_maps import compare_maps, comparison_json, draw_comparison
    from liqheat_lab.foreign.compare_page import comparison_page
    from liqheat_lab.foreign.score_foreign import score_foreign_map

    foreign = _load_map(map_file, product, symbol, interval, currency, rate)
    market, scored = _load_market(data, symbol)
    compared, scores = compare_maps(market, foreign), None
    if scored is not None:
        try:
            scores = score_foreign_map(scored, foreign)
        except NoDataError as error:
            typer.secho(f"not scored: {error}", fg=typer.colors.YELLOW, err=True)
    if output is not None:
        is_page = output.suffix.lower() == ".html"
        body = comparison_page(compared, scores).encode() if is_page else draw_comparison(compared)
        try:
            output.write_bytes(body)
        except OSError as error:
            raise InputError("output", "must be a writeable path", f"{output}: {error.strerror}") from error
    if as_json:
        typer.echo(json.dumps(comparison_json(compared, scores), allow_nan=False))
        return
    difference = compared.difference
    without = difference.rank_correlation_without_distance
    typer.echo(
        f"{output}: {difference.n_times} hours, rank correlation {difference.rank_correlation.value:.3f}"
        + ("" if without is None else f", without the profile by distance {without.value:.3f}")
    )
    if scores is not None:
        gain = scores["ours_over_theirs"]
        typer.echo(
            f"our gain over it on {scores['days']} days, nats per notional-weighted event: "
            f"{gain['nats']:+.4f} [{gain['low']:+.4f}, {gain['high']:+.4f}]"
        )


def _load_map(
    path: Path, product: str, symbol: str, interval: str | None, currency: str | None, rate: float | None
) -> ForeignHeatmap:
    from liqheat.records import ForeignHeatmap
    from liqheat.store import ForeignRequest, load_foreign, load_foreign_heatmap

    if path.suffix.lower() == ".npz":
        return load_foreign_heatmap(path)
    found = load_foreign(path, ForeignRequest(product, symbol, interval or "", currency or "", rate))
    for record in found.records:
        if isinstance(record, ForeignHeatmap):
            return record
    raise FileFormatError("map", "must hold a heatmap", f"{path.name}: {type(found.records[0]).__name__}")


def _load_market(data: Path, symbol: str) -> tuple[MarketHistory, LabelledMarket | None]:
    """The market, and the same with its liquidations where the folder has them."""
    from liqheat.pipeline import load_markets
    from liqheat_lab.scores.sources import load_scored_market

    left_out: list[LiqheatError] = []
    markets = load_markets(data, left_out=left_out)
    for error in left_out:
        typer.secho(f"left out: {error}", fg=typer.colors.YELLOW, err=True)
    market = next((market for market in markets if market.symbol == symbol), None)
    if market is None:
        known = ", ".join(sorted({market.symbol for market in markets}))
        raise UnknownNameError("symbol", f"must be one of {known}", symbol)
    try:
        scored = load_scored_market(data, symbol)
    except NoDataError as error:
        typer.secho(f"not scored: {error}", fg=typer.colors.YELLOW, err=True)
        return market, None
    return scored.market, scored
