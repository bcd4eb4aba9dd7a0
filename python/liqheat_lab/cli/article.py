"""`liqheat accuracy article`: the article's claims, measured."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from liqheat_lab.article.measure import ArticleReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("article")(article)


def article(
    data: Annotated[Path | None, typer.Option("--data", help="Folder of candles_…, oi_… and liq_… files.")] = None,
    table: Annotated[Path | None, typer.Option("--table", help="One table of bars instead.")] = None,
    symbol: Annotated[str, typer.Option("--symbol", help="ccxt unified symbol.")] = "BTC/USDT:USDT",
    positions: Annotated[
        Path | None, typer.Option("--positions", help="Table of real positions, as `accuracy panel` reads it.")
    ] = None,
    start: Annotated[str | None, typer.Option("--start", help="First day, 2026-01-01, UTC.")] = None,
    end: Annotated[str | None, typer.Option("--end", help="Day after the last one: nothing from it on counts.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Shipped parameters by name, or a .json file.")] = None,
    leverage_mix: Annotated[str, typer.Option(help="Leverages of the held map whose zones are tested.")] = "classic",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure every checkable claim of the article on one market, each beside its control."""
    from liqheat.book import estimate_book
    from liqheat.flow import load_model, read_profiles
    from liqheat_lab.article.leverage import load_position_leverages
    from liqheat_lab.article.measure import load_events, measure_article, read_flow_profiles
    from liqheat_lab.article.study import Evidence
    from liqheat_lab.cli.scores import load_scored, read_day
    from liqheat_lab.smooth import load_smooth

    scored = load_scored(data, table, symbol)
    estimate = estimate_book(scored.market, leverage_mix=leverage_mix)
    evidence = Evidence(
        events=() if data is None else load_events(data, symbol),
        leverages=None if positions is None else load_position_leverages(positions, scored.market.base),
    )
    report = measure_article(
        scored,
        read_profiles(estimate),
        flow=read_flow_profiles(scored.market, load_smooth() if model is None else load_model(model)),
        estimate=estimate,
        evidence=evidence,
        start_ms=None if start is None else read_day("start", start),
        end_ms=None if end is None else read_day("end", end),
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
