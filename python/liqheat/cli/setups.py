"""`liqheat clusters` and `liqheat setups`: where the map is dense, and what that is worth."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liqheat.cli.view_options import takes_query
from liqheat.errors import InputError, UnknownNameError
from liqheat.records import ViewRequest
from liqheat.units import read_moment_ms

if TYPE_CHECKING:
    from liqheat.records import ClusterTouch, Estimate, MarketHistory, Setup, TrackedCluster

DataOption = Annotated[Path | None, typer.Option(help="Folder of history files; without it a simulated market.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Every figure, as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("clusters")(clusters)
    app.command("setups")(setups)


def parse_thresholds(texts: list[str]) -> dict[str, float]:
    """Thresholds of options: ``entry_offset=0.003``.

    Examples
    --------
    >>> parse_thresholds(["entry_offset=0.003"])
    {'entry_offset': 0.003}
    """
    found = {}
    for text in texts:
        key, _, value = text.partition("=")
        try:
            found[key.strip()] = float(value)
        except ValueError as error:
            raise InputError("threshold", "must be key=number, by a key of the table of rules", text) from error
    return found


@takes_query("symbol", "venue", "quantity", "horizon", "cohort", "leverage", "as_of_ms")
def clusters(
    query: dict[str, Any],
    data: DataOption = None,
    span: Annotated[str, typer.Option(help="How far back clusters are followed.")] = "7d",
    as_json: JsonOption = False,
) -> None:
    """List clusters of liquidation levels: what is liquidated if the price gets there, their age, growth and phase."""
    from liqheat.setups import forecast_clusters, to_plain, track_clusters

    request = ViewRequest.read(**query)
    estimate = _load(data, request)
    tracker = track_clusters(
        estimate, cohort=request.cohort, leverage=request.leverage, span=span, as_of_ms=request.as_of_ms
    )
    touches: tuple[ClusterTouch | None, ...] = (None,) * len(tracker.alive)
    if estimate.calibration is not None:
        found = [one.cluster for one in tracker.alive]
        touches = forecast_clusters(estimate, found, horizon=request.horizon, as_of_ms=tracker.time_ms)
    if as_json:
        alive = [
            to_plain(one) | {"touch_forecast": None if touch is None else to_plain(touch)}
            for one, touch in zip(tracker.alive, touches, strict=True)
        ]
        _print_json({"symbol": estimate.market.symbol, "alive": alive, "dead": to_plain(tracker.dead)})
        return
    _print_clusters(estimate, tracker.alive, touches)


@takes_query("symbol", "venue", "quantity", "cohort", "as_of_ms")
def setups(
    query: dict[str, Any],
    style: Annotated[str, typer.Option(help="scalp, day or swing.")],
    equity_usd: Annotated[float, typer.Option(help="Account that sizes are worked out for.")],
    data: DataOption = None,
    preset: Annotated[str, typer.Option(help="article or strict.")] = "article",
    threshold: Annotated[list[str] | None, typer.Option(help="key=number in place of a preset's; repeatable.")] = None,
    calendar: Annotated[Path | None, typer.Option(help="Your own events, .ics or .csv.")] = None,
    calendar_until: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD until which you vouch that your calendar has every event.")
    ] = None,
    volume_rank: Annotated[int | None, typer.Option(help="Rank of the symbol by 30-day futures volume.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge clusters as trade ideas by rules R1 to R18, with reasons; failing ones too."""
    from liqheat.setups import load_calendar_file, score_setups, to_plain

    until_ms = None if calendar_until is None else read_moment_ms("calendar_until", calendar_until)
    own = () if calendar is None else (load_calendar_file(calendar, valid_until_ms=until_ms),)
    request = ViewRequest.read(**query)
    estimate = _load(data, request)
    found = score_setups(
        estimate,
        style=style,  # type: ignore[arg-type]  # checked there, with a clear error
        equity_usd=equity_usd,
        preset=preset,
        thresholds=parse_thresholds(threshold or []),
        # Without one, the style decides.
        cohort=request.cohort if "cohort" in query else None,
        calendar=own,
        volume_rank=volume_rank,
        as_of_ms=request.as_of_ms,
        **_known_beside(data, estimate, request.as_of_ms),
    )
    if as_json:
        broken = [to_plain(entry) for series in own for entry in series.broken]
        _print_json({"symbol": estimate.market.symbol, "setups": to_plain(found), "calendar_broken": broken})
        return
    for series in own:
        for entry in series.broken:
            typer.secho(f"{series.name}: {entry.where} left out: {entry.reason}", fg=typer.colors.YELLOW, err=True)
    _print_setups(found)


def _load(data: Path | None, request: ViewRequest) -> Estimate:
    """One venue's estimate, or the sum of all that have the symbol where no venue is named."""
    from liqheat.book import combine_venues, estimate_book
    from liqheat.cli.options import find_labels
    from liqheat.collect import embedded_model
    from liqheat.flow import estimate_flow
    from liqheat.pipeline import SIMULATOR, load_markets

    markets = load_markets(SIMULATOR if data is None else data)
    wanted, venue = request.symbol or markets[0].symbol, request.venue
    known = sorted({market.symbol for market in markets})
    if wanted not in known:
        raise UnknownNameError("symbol", f"must be one of {', '.join(known)}", wanted)
    chosen = [market for market in markets if market.symbol == wanted and venue in (None, market.venue)]
    if not chosen:
        venues = ", ".join(sorted({market.venue for market in markets if market.symbol == wanted}))
        raise UnknownNameError("venue", f"must be one of {venues}", venue)
    if (request.quantity or _usual_quantity(chosen[0])) == "flow":
        # Totals of a folder are of several venues: they say nothing of one venue's part in a sum.
        labels = [find_labels(data, market) if len(chosen) == 1 else None for market in chosen]
        found = [
            estimate_flow(market, embedded_model(market), realised=one, horizon=request.horizon)
            for market, one in zip(chosen, labels, strict=True)
        ]
    else:
        found = [estimate_book(market) for market in chosen]
    return found[0] if len(found) == 1 else combine_venues(found, reference=chosen[0].venue)


def _known_beside(data: Path | None, estimate: Estimate, as_of_ms: int | None) -> dict[str, Any]:
    """What the page knows beside an estimate, too: a day's liquidations, and the embedded market's order book."""
    from liqheat.cli.options import find_labels
    from liqheat.setups import mean_daily_totals
    from liqheat.simulator import find_simulated_depth

    market = estimate.market
    end_ms = market.end_ms if as_of_ms is None else min(as_of_ms, market.end_ms)
    daily, is_whole = mean_daily_totals(find_labels(data, market), end_ms)
    depth = find_simulated_depth(market.venue, market.symbol, end_ms) if data is None else []
    return {"daily_liquidated_usd": daily if is_whole and daily > 0 else None, "depth": depth or None}


def _usual_quantity(market: MarketHistory) -> str:
    """Expected liquidations where there are parameters for such bars, as on the page."""
    from liqheat.flow import shipped_for

    try:
        shipped_for(market.interval_ms)
    except InputError:
        return "held"
    return "flow"


def _print_clusters(
    estimate: Estimate, alive: tuple[TrackedCluster, ...], touches: tuple[ClusterTouch | None, ...]
) -> None:
    from rich.console import Console
    from rich.table import Table

    from liqheat.units import format_usd

    table = Table(title=f"{estimate.market.symbol}: clusters (estimated, {estimate.status})", title_justify="left")
    for name in (
        "cluster",
        "edges",
        "distance",
        f"inside, if in {touches[0].horizon}" if touches and touches[0] else "held",
        "8 of 10 times",
        "on the way",
        "growth / h",
        "age",
        "moved",
        "swept",
        "phase",
    ):
        table.add_column(name, justify="left" if name in ("cluster", "phase") else "right", no_wrap=True)
    for one, touch in zip(alive, touches, strict=True):
        cluster = one.cluster
        inside = cluster.mass_usd if touch is None else touch.inside_usd
        band = None if touch is None else touch.inside_band_80
        way = None if touch is None else touch.on_the_way_usd
        table.add_row(
            one.cluster_id,
            f"{cluster.low_price:,.5g} – {cluster.high_price:,.5g}",
            f"{cluster.distance(cluster.reference_price):.2%}",
            "farther than tested" if inside is None else format_usd(inside),
            "" if band is None else f"{format_usd(band[0])} – {format_usd(band[1])}",
            "" if way is None else format_usd(way),
            format_usd(one.growth_usd_per_hour),
            f"{one.age_ms / 3_600_000:.0f} h",
            f"{one.migration_pct:+.2f} %",
            f"{one.swept_share:.0%}",
            one.phase,
        )
    # A pipe has no width: nothing is to be cut for it.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _print_setups(found: tuple[Setup, ...]) -> None:
    from liqheat.units import format_usd

    if not found:
        typer.echo("No clusters, so no setups.")
    for setup in found:
        stop = "none" if setup.stop is None else f"{setup.stop:,.6g}"
        typer.secho(f"{setup.verdict.upper():<10} {setup.direction} into {setup.cluster.cluster_id}", bold=True)
        typer.echo(
            f"  {setup.entry_order} {setup.entry:,.6g}, stop {stop}, target {setup.target:,.6g}, "
            f"points {setup.points} of {setup.most_points}"
        )
        touch = setup.touch_forecast
        if touch is not None and touch.inside_usd is not None and touch.inside_band_80 is not None:
            low, high = touch.inside_band_80
            typer.echo(
                f"  if reached within {touch.horizon}: {format_usd(touch.inside_usd)} inside "
                f"[{format_usd(low)} – {format_usd(high)}], {format_usd(touch.on_the_way_usd or 0.0)} on the way; "
                f"a usual zone this far holds {format_usd(touch.usual_inside_usd or 0.0)}"
            )
        if setup.reward_risk is not None and setup.risk_fraction is not None:
            typer.echo(
                f"  reward/risk {setup.reward_risk:.2f}, breaks even at {setup.break_even_win_rate:.1%}, "
                f"touched with {setup.touch_probability:.0%} (no drift), risk {setup.risk_fraction:.2%} of equity: "
                f"{setup.size_units:.6g} units, {setup.size_pct_of_equity:.1f} % of equity"
            )
        for reason in setup.reasons:
            typer.echo(f"    - {reason}")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, allow_nan=False, indent=1))
