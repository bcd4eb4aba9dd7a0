"""`liqheat accuracy article`: the article's claims, measured."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from liqheat.evaluation.article import ArticleReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("article")(article)


def article(
    data: Annotated[Path, typer.Option(help="Folder of candles, open interest and liq_… files.")],
    symbol: Annotated[str, typer.Option(help="ccxt unified symbol.")] = "BTC/USDT:USDT",
    start_ms: Annotated[int | None, typer.Option(help="UTC milliseconds; four days into the data by default.")] = None,
    end_ms: Annotated[int | None, typer.Option(help="UTC milliseconds; nothing after is looked at.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="Leverages of the map whose zones are tested.")] = "classic",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure every checkable claim of the article on one market, each beside its control."""
    from liqheat.evaluation.article import load_events, measure_article
    from liqheat.evaluation.profiles import read_profiles
    from liqheat.evaluation.sources import load_scored_market
    from liqheat.pipeline import estimate_book

    scored = load_scored_market(data, symbol)
    estimate = estimate_book(scored.market, leverage_mix=leverage_mix)
    report = measure_article(
        scored,
        read_profiles(estimate),
        estimate=estimate,
        events=load_events(data, symbol),
        start_ms=start_ms,
        end_ms=end_ms,
    )
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=1))
    else:
        _print(report)


def _print(report: ArticleReport) -> None:
    answer: dict[str, Any] = report.as_json()
    typer.echo(f"{report.symbol} {report.venue}: {report.n_days} days")
    for claim in answer["claims"]:
        typer.echo(f"\n{claim['claim']} ({claim['where']})\n  {claim['verdict']}  (n = {claim['n']:,})")
        for one in claim["measured"]:
            ends = "" if one["low"] is None else f" [{one['low']:.4g}, {one['high']:.4g}]"
            value = "no figure" if one["value"] is None else f"{one['value']:.4g}"
            typer.echo(f"    {value}{ends} {one['unit']}: {one['name']}")
        typer.echo(textwrap.fill(claim["how"], 110, initial_indent="  ", subsequent_indent="  "))
    for note in answer["notes"]:
        typer.echo(f"note: {note}", err=True)
