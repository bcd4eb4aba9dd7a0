"""`liqheat accuracy score`, `touch`, `mixes`, `kept`, `setups`, `calibrate`, `walk-forward`: a history is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liqheat.errors import InputError
from liqheat.units import HOUR_MS, parse_interval_ms

if TYPE_CHECKING:
    from liqheat.flow import LabelledMarket

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of candles_…, oi_… and liq_… files, as `serve --data` reads it.")
]
TableOption = Annotated[
    Path | None, typer.Option("--table", help="One table of bars with open interest and liquidations instead.")
]
SymbolOption = Annotated[str, typer.Option("--symbol", help="ccxt unified symbol.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Shipped parameters by name, or a .json file.")]
StartOption = Annotated[str | None, typer.Option("--start", help="First day, 2026-01-01, UTC.")]
EndOption = Annotated[str | None, typer.Option("--end", help="Day after the last one, UTC.")]
BarsOption = Annotated[str | None, typer.Option("--bars", help="Join bars to this length first: 15m, 1h.")]
StoreOption = Annotated[str | None, typer.Option("--store", help="Folder or URL of the history.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group `accuracy`."""
    app.command("score")(score)
    app.command("calibrate")(calibrate)
    app.command("walk-forward")(walk_forward)
    app.command("touch")(touch)
    app.command("mixes")(mixes)
    app.command("kept")(kept)
    app.command("setups")(setups)


def score(
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    model: ModelOption = None,
    bars: BarsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score frozen parameters; nothing is fitted on the data but the trailing scale."""
    from liqheat.flow import load_model
    from liqheat_lab.scores.score import load_and_score

    scored = load_scored(data, table, symbol, bars)
    _print(load_and_score(scored, None if model is None else load_model(model)), as_json)


def touch(
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    model: ModelOption = None,
    bars: BarsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the touch forecast: if a level is reached, how much is liquidated on the way, and inside."""
    from liqheat.flow import load_model
    from liqheat_lab.scores.touch import score_touches

    found = score_touches(load_scored(data, table, symbol, bars), None if model is None else load_model(model))
    if as_json:
        typer.echo(json.dumps(found, indent=1, allow_nan=False))
        return
    typer.echo(f"{found['symbol']}: {found['days']} days, parameters {found['model']['name']}")
    for question in ("horizons", "inside"):
        for horizon, one in found[question].items():
            if not one or not one["touches"]:
                typer.echo(f"{horizon:>4}: not measured")
                continue
            ratio = one["realised_over_forecast"]
            typer.echo(
                f"{horizon:>4} {'on the way' if question == 'horizons' else 'inside    '}: {one['touches']} touches, "
                f"realised / forecast {_words(ratio['value'], '.2f')} {_between(ratio, '.2f')}, "
                f"80 % band holds {one['band80_holds']:.2f}, {_words(one['band80_width'], '.1f')} wide, "
                f"median |log error| {one['median_abs_log_error']:.2f}"
            )


def mixes(
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    model: ModelOption = None,
    bars: BarsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score leverage mixes in the touch law: uniform, classic, and shares that are fitted on liquidations."""
    from liqheat.flow import load_model
    from liqheat_lab.scores.mixes import score_mixes

    found = score_mixes(load_scored(data, table, symbol, bars), None if model is None else load_model(model))
    if as_json:
        typer.echo(json.dumps(found, indent=1, allow_nan=False))
        return
    typer.echo("nats over distance alone, on days after the train window")
    for name, by_horizon in found.items():
        for horizon, asked in by_horizon.items():
            told = [f"{question} {one['nats']:+.3f} {_between(one, '+.3f')}" for question, one in asked.items()]
            typer.echo(f"{name:8} {horizon:>4}: {', '.join(told)}")


def kept(
    symbol: Annotated[str, typer.Argument(help="ccxt unified symbol, BTC/USDT:USDT.")],
    venue: Annotated[str, typer.Option(help="Whose forecasts.")] = "bybit",
    interval: Annotated[str, typer.Option(help="Candle length of the path.")] = "5m",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the forecasts that a live server kept as it made them, by what was liquidated since."""
    from liqheat.cli.options import open_store
    from liqheat_lab.scores.kept import load_and_score_kept

    found = load_and_score_kept(open_store(store), venue, symbol, interval)
    if as_json:
        typer.echo(json.dumps(found, indent=1, allow_nan=False))
        return
    for horizon, one in found["horizons"].items():
        if not one["touches"]:
            typer.echo(f"{horizon:>4}: no level was reached yet whose time has passed")
            continue
        ratio = one["realised_over_forecast"]
        typer.echo(
            f"{horizon:>4}: {one['touches']} touches, realised / forecast {_words(ratio['value'], '.2f')} "
            f"{_between(ratio, '.2f')}, 80 % band holds {one['band80_holds']:.2f}"
        )


def setups(
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    bars: BarsOption = None,
    volume_rank: Annotated[int | None, typer.Option(help="Rank of the symbol by 30-day futures volume.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Count how many setups pass on a history, and which rule stops the others."""
    from liqheat_lab.scores.funnel import count_setups, funnel_table

    found = count_setups(load_scored(data, table, symbol, bars), volume_rank=volume_rank)
    typer.echo(json.dumps(found, indent=1, allow_nan=False) if as_json else funnel_table(found))


def calibrate(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the parameters go, .json.")],
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    start: StartOption = None,
    end: EndOption = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the parameters; the file's by default.")] = None,
    bars: BarsOption = None,
    carried: Annotated[
        Path | None, typer.Option("--carried", help="Folder of other markets: their outcomes make the carried band.")
    ] = None,
) -> None:
    """Fit the model, its baselines, controls and rivals on one window, and write them with their hash."""
    from liqheat.flow import FLOW_FORM, fit_model, fit_touches, write_model
    from liqheat_lab.rivals.maps import run_rivals
    from liqheat_lab.scores.carried import add_carried_bands, load_carried
    from liqheat_lab.scores.touch_baselines import fit_baselines, write_baselines
    from liqheat_lab.scores.trial import build_scored_trial

    scored = load_scored(data, table, symbol, bars)
    trial = build_scored_trial(scored, FLOW_FORM, rivals=run_rivals(scored.market))
    usable = trial.start_ms[trial.is_usable]
    start_ms = int(usable[0]) if start is None else read_day("start", start)
    end_ms = int(usable[-1]) + trial.interval_ms if end is None else read_day("end", end)
    fitted = fit_touches(trial, fit_model(trial, name or output.stem, FLOW_FORM, start_ms, end_ms))
    if carried is not None:
        fitted = add_carried_bands(fitted, load_carried(carried))
    write_model(fitted, output)
    write_baselines(fitted, fit_baselines(trial, fitted), output.with_name(f"touch-baselines-{fitted.name}.json"))
    hours, events = fitted.fitted.n_intervals * trial.interval_ms / HOUR_MS, fitted.fitted.events_usd / 1e6
    typer.echo(f"{output}: {hours:,.0f} hours, {events:,.0f} M USD, {fitted.hash}")


def walk_forward(
    data: DataOption = None,
    table: TableOption = None,
    symbol: SymbolOption = "BTC/USDT:USDT",
    start: StartOption = None,
    end: EndOption = None,
    refit_days: Annotated[int, typer.Option("--refit-days", help="Days between refits.")] = 7,
    bars: BarsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score parameters that are refitted as time goes on, each frozen and hashed before its days begin."""
    from liqheat_lab.rivals.maps import run_rivals
    from liqheat_lab.scores.walk_forward import walk_forward as run

    scored = load_scored(data, table, symbol, bars)
    report = run(
        scored,
        rivals=run_rivals(scored.market),
        start_ms=None if start is None else read_day("start", start),
        end_ms=None if end is None else read_day("end", end),
        refit_days=refit_days,
    )
    _print(report, as_json)


def load_scored(data: Path | None, table: Path | None, symbol: str, bars: str | None = None) -> LabelledMarket:
    """The market of a folder or of a table, in longer bars where they are asked for."""
    from liqheat_lab.scores.sources import load_scored_market, load_table_market, resample_scored

    if (data is None) == (table is None):
        raise InputError("data, table", "one of them must be given", f"{data}, {table}")
    if table is not None:
        scored = load_table_market(table, symbol)
    else:
        assert data is not None  # noqa: S101  one of the two is
        scored = load_scored_market(data, symbol)
    return scored if bars is None else resample_scored(scored, parse_interval_ms(bars))


def read_day(argument: str, text: str) -> int:
    """UTC milliseconds of a day."""
    from datetime import UTC, datetime

    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise InputError(argument, "must be a day such as 2026-01-01", text) from error


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report, indent=1, allow_nan=False))
        return
    events = report["events_usd"] / 1e6
    typer.echo(
        f"{report['symbol']}: {report['days']} days, {report['hours']:,.0f} hours, {events:,.0f} M USD liquidated"
    )
    model = report.get("model")
    if model is not None:
        transferred = ", transferred" if model["transferred"] else ""
        typer.echo(f"parameters {model['name']} ({model['fitted_on']}{transferred}), hash {model['hash'][:16]}")
    for title, key in (
        ("gain over baselines, nats per notional-weighted event", "information_gain"),
        ("the same at 30 minutes", "information_gain_30m"),
        ("controls over b1y (should be about 0; price_only is what the price path alone gives)", "controls"),
        ("our gain over rivals on equal background", "rivals"),
        ("our gain over other forms of the model", "variants"),
        ("partial rank correlation given", "partial_spearman"),
    ):
        rows = report.get(key)
        if rows:
            typer.echo(f"{title}:")
            for name, found in rows.items():
                value = found.get("nats", found.get("value"))
                typer.echo(f"  {name:20} {_words(value, '+.4f')} {_between(found, '+.4f')}")
    ratio = report["calibration_ratio"]["all"]
    typer.echo(f"realised / forecast: {_words(ratio['value'], '.3f')} {_between(ratio, '.3f')}")
    for note in report["notes"]:
        typer.echo(f"note: {note}")


def _between(found: dict[str, Any], form: str) -> str:
    return f"[{_words(found['low'], form)}, {_words(found['high'], form)}]"


def _words(value: float | None, form: str) -> str:
    return "unknown" if value is None else format(value, form)
