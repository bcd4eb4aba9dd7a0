"""`liqheat accuracy report`: what the other commands measured, as one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the group `accuracy`."""
    app.command("report")(report)


def report(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Page to write, .html.")] = None,
    score: Annotated[
        list[Path] | None,
        typer.Option(
            help="What `liqheat accuracy score --json` printed; the first is the headline, more are other markets."
        ),
    ] = None,
    touch: Annotated[Path | None, typer.Option(help="What `liqheat accuracy touch --json` printed.")] = None,
    walk_forward: Annotated[
        Path | None, typer.Option(help="What `liqheat accuracy walk-forward --json` printed.")
    ] = None,
    article: Annotated[Path | None, typer.Option(help="What `liqheat accuracy article --json` printed.")] = None,
    simulated: Annotated[Path | None, typer.Option(help="Scores on simulated markets.")] = None,
    panel: Annotated[Path | None, typer.Option(help="What `liqheat accuracy panel --json` printed.")] = None,
    foreign: Annotated[Path | None, typer.Option(help="What `liqheat accuracy compare --json` printed.")] = None,
    events: Annotated[
        Path | None, typer.Option(help="What `liqheat accuracy events --json` printed; goes with the first score.")
    ] = None,
    parts_output: Annotated[
        Path | None, typer.Option("--parts", help="Keep all given documents in one, .json.")
    ] = None,
    publish_to: Annotated[
        Path | None, typer.Option("--publish", help="Folder for what a server shows: the pages and their figures.")
    ] = None,
) -> None:
    """Write the accuracy page: one HTML file that loads nothing. Without any file: the published scores."""
    from liqheat.errors import FileFormatError, InputError
    from liqheat_lab.page.parts import ReportParts, find, load_part, load_published, read_interval, write_report
    from liqheat_lab.page.publish import publish
    from liqheat_lab.page.report import render_report
    from liqheat_lab.page.words import headline

    if output is None and publish_to is None:
        raise InputError("output", "must be given, or --publish in its place", output)
    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise InputError("output", "must end in .html", output)
    files = {
        "touch": touch,
        "walk_forward": walk_forward,
        "article": article,
        "simulated": simulated,
        "panel": panel,
        "foreign": foreign,
    }
    given = {name: load_part(path, name) for name, path in files.items() if path is not None}
    scores = [load_part(path, "score") for path in score or ()]
    if events is not None:
        if not scores:
            raise InputError("events", "must go with a score", events)
        found = load_part(events, "events")
        gains, best = find(found, "which_bar", "gains"), find(found, "which_bar", "best")
        if not isinstance(gains, dict) or not isinstance(best, str) or best not in gains:
            raise FileFormatError("events", "which_bar must hold gains, and which is best", events)
        described = {name: found.get(name) for name in ("source", "days", "hours", "events", "events_usd", "notes")}
        scores[0] = {**scores[0], "events": {**gains, "over_best": gains[best], **described}}
        prices = find(found, "which_price", str(scores[0].get("symbol")))
        if read_interval(find(prices, "map", "ring")) is not None:
            names = {"given_reach": "map", "freshness": "freshness", "distance": "distance"}
            scores[0] = {**scores[0], "auc": {name: find(prices, whose, "ring") for name, whose in names.items()}}
    if given or scores:
        parts = ReportParts(score=scores[0] if scores else None, others=tuple(scores[1:]), **given)
    else:
        parts = load_published()
    if parts_output is not None:
        text = json.dumps(parts.to_json(), indent=1, sort_keys=True, allow_nan=False)
        write_report(parts_output, text + "\n", "parts")
    if publish_to is not None:
        publish(parts, publish_to)
    if output is None:
        return
    page = render_report(parts)
    write_report(output, page)
    typer.echo(f"{output}: {len(page.encode()) / 1000:.0f} kB")
    typer.echo(headline(parts.score if parts.score is not None else parts.walk_forward))
