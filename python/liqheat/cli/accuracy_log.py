"""`liqheat accuracy publish` and `verify`: forecasts written down before their hour, and the proof of it."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.cli.options import StoreUrl
from liqheat.errors import FileFormatError, InputError, LiqheatError, StoreError

if TYPE_CHECKING:
    from liqheat.accuracy.forecast_log import ForecastLog
    from liqheat.evaluation.forecast_models import ForecastModel
    from liqheat.records import LoggedForecast, MarketHistory

LogFolder = Annotated[Path, typer.Option("--log", help="Folder of the log; the first forecast makes it.")]
AnchorTargets = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor", help="File or https address where the log's head is kept; outside your hands. May be repeated."
    ),
]
_USUAL_DELAY_S = 30.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("publish")(publish)
    app.command("verify")(verify)


def publish(
    log: LogFolder,
    symbol: Annotated[str | None, typer.Option(help="ccxt unified symbol, BTC/USDT:USDT.")] = None,
    venue: Annotated[str | None, typer.Option(help="binance, bybit, okx, …")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of history files, in place of a store.")] = None,
    store: StoreUrl = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="A simulated market that ends now: to try the command.")
    ] = False,
    interval: Annotated[str, typer.Option(help="Candle length in the store.")] = "5m",
    every_hour: Annotated[
        bool, typer.Option("--every-hour/--once", help="Go on until stopped, or the present hour only.")
    ] = False,
    delay: Annotated[
        float, typer.Option(min=0, max=240, help="With --every-hour: seconds after the hour, for its last bar to come.")
    ] = _USUAL_DELAY_S,
    model_name: Annotated[
        str | None,
        typer.Option(
            "--model", help="Parameters: a shipped name, a .json read each hour, or held for the uncalibrated map."
        ),
    ] = None,
    series: Annotated[
        str | None, typer.Option(help="Label of the series; other parameters need another. By default made of them.")
    ] = None,
    anchor: AnchorTargets = None,
) -> None:
    """Append the frozen forecast of the present UTC hour to a log that proves what was said when.

    Run it just after the hour: a forecast that comes more than five minutes into its hour is kept and never scored.
    """
    from liqheat.accuracy.forecast_log import ForecastLog
    from liqheat.evaluation import publishing

    load = _choose_source(symbol, venue, data, store, simulated, interval)
    model = _choose_model(model_name)
    opened = ForecastLog(log)

    def publish_now() -> LoggedForecast:
        nonlocal model
        market = load()
        try:
            # Read anew: whoever calibrates each day writes the file, and a new series begins by itself.
            model = _choose_model(model_name)
        except FileFormatError as error:
            _warn(error)
        forecast = publishing.make_forecast(market, model, time.time_ns() // 1_000_000)
        record = publishing.publish(opened, forecast, model, series)
        _tell(record)
        return record

    if not every_hour:
        publish_now()
        if not _anchor_head(opened, anchor):
            raise typer.Exit(1)
        return
    _publish_hourly(opened, publish_now, load(), model, delay, anchor)


def _publish_hourly(
    log: ForecastLog,
    publish_now: Callable[[], LoggedForecast],
    market: MarketHistory,
    model: ForecastModel,
    delay_s: float,
    anchors: list[str] | None,
) -> None:
    from liqheat.evaluation import publishing

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A record that is being written is finished first.
        signal.signal(number, lambda *_: stopped.set())
    typer.echo(f"{model.label} of {market.symbol} at {market.venue}, each UTC hour, to {log.path} (Ctrl+C stops it)")
    newest_ms = log.newest_hour(market.symbol, market.venue)
    for hour_ms in publishing.wait_for_hours(stopped, delay_s, newest_ms):
        try:
            record = publishing.retry_until_late(publish_now, hour_ms, stopped, _warn)
        except StoreError as error:
            # No room, another writer: the next hour may find it mended. Whatever else is wrong ends the command.
            _warn(error)
            continue
        if record is not None:
            _anchor_head(log, anchors)
        elif not stopped.is_set():
            typer.secho(f"{_time_text(hour_ms)} was missed", fg=typer.colors.YELLOW, err=True)


def verify(
    log: LogFolder,
    anchor: AnchorTargets = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="First cut off what a killed writer left behind the last whole record.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay a log from its first record; exit code 1 when anything in it was changed.

    Without --anchor this shows that the records fit together. Whoever holds the log can write all of them anew:
    that is found only against heads that were kept elsewhere.
    """
    from liqheat.accuracy.forecast_log import ForecastLog
    from liqheat.evaluation.anchors import read_anchors

    opened = ForecastLog(log)
    cut = opened.repair() if repair else 0
    report = opened.verify([kept for target in anchor or () for kept in read_anchors(target)])
    if as_json:
        typer.echo(json.dumps({"is_sound": report.is_sound, **asdict(report), "bytes_cut": cut}, indent=2))
    else:
        if cut:
            typer.echo(f"{cut} bytes of a record that was never finished were cut off; a copy is beside the log")
        typer.echo(
            f"{report.n_records:,} records, {report.n_forecasts:,} forecasts ({report.n_late:,} late), "
            f"{len(report.labels)} series, {report.n_anchors:,} anchors"
        )
        if report.problem is None:
            typer.echo(f"unbroken; head {report.head_sequence} {report.head_hash}")
            if not report.n_anchors:
                typer.echo("without an outside anchor, whoever holds the log could have written it anew")
        else:
            problem = report.problem
            words = f"record {problem.sequence} at byte {problem.offset:,}: {problem.kind}: {problem.text}"
            typer.secho(words, fg=typer.colors.RED)
    if not report.is_sound:
        raise typer.Exit(1)


def _choose_model(name: str | None) -> ForecastModel:
    from liqheat.accuracy.presets import SHIPPED, load_model
    from liqheat.evaluation.forecast_models import flow_model, held_model

    return held_model() if name == "held" else flow_model(load_model(name or SHIPPED))


def _choose_source(
    symbol: str | None, venue: str | None, data: Path | None, store: str | None, simulated: bool, interval: str
) -> Callable[[], MarketHistory]:
    """A function that loads the market as it is when it is called."""
    from liqheat import combine, histories
    from liqheat.store import HistoryStore, default_store_url

    given = [name for name, value in (("data", data), ("store", store), ("simulated", simulated)) if value]
    if len(given) > 1:
        raise InputError(", ".join(given), "must not be given together", "both")
    if simulated:
        if symbol is not None or venue is not None:
            raise InputError("symbol, venue", "must not be given with --simulated", symbol or venue)
        return _load_simulated
    if symbol is None or venue is None:
        raise InputError("symbol, venue", "must both be given", symbol or venue or "nothing")
    wanted_symbol, wanted_venue = symbol, venue

    def load() -> MarketHistory:
        left_out: list[LiqheatError] = []
        if data is not None:
            markets = histories.load_markets(data, left_out=left_out)
        else:
            history = HistoryStore(store or default_store_url(), read_only=True, create=False)
            markets = histories.load_store_markets(history, symbol=wanted_symbol, interval=interval, left_out=left_out)
        found = combine.find_markets(markets, wanted_symbol, wanted_venue)
        if len(found) > 1:
            raise InputError("venue", "must be one venue: a forecast is of one contract", wanted_venue)
        return found[0]

    return load


def _load_simulated() -> MarketHistory:
    """The simulated market, its clock moved so that its last bar closes with the newest hour."""
    from liqheat import pipeline
    from liqheat.units import HOUR_MS

    (market,) = pipeline.simulated_markets()
    end_ms = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS
    return replace(market, open_time_ms=market.open_time_ms + (end_ms - market.end_ms))


def _anchor_head(log: ForecastLog, targets: list[str] | None) -> bool:
    """Keep the log's head at each target; whether all took it."""
    from liqheat.evaluation.anchors import anchor, hide_secrets

    all_kept = True
    for target in targets or ():
        try:
            kept = anchor(log, target)
        except LiqheatError as error:
            _warn(error)
            all_kept = False
        else:
            typer.echo(f"anchored {kept.sequence} {kept.record_hash} at {hide_secrets(target)}")
    return all_kept


def _tell(record: LoggedForecast) -> None:
    late = ", LATE: it will not be scored" if record.is_late else ""
    contract = f"{record.forecast.symbol} at {record.forecast.venue}"
    typer.echo(f"{_time_text(record.forecast.hour_ms)} {contract}: record {record.sequence} {record.record_hash}{late}")


def _warn(error: LiqheatError) -> None:
    typer.secho(str(error), fg=typer.colors.YELLOW, err=True)


def _time_text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
