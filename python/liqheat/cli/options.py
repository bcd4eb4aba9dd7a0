"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from liqheat.errors import InputError

if TYPE_CHECKING:
    from liqheat.collect import LiveMarkets
    from liqheat.exchanges import ExchangeFactory
    from liqheat.records import CalendarSeries, LiquidationLabels, MarketHistory
    from liqheat.setups import Session
    from liqheat.store import HistoryStore, Journal

DEFAULT_VENUES = "binance,bybit,okx"
_SESSION = re.compile(r"(?P<name>[^=]+)=(?P<zone>\S+)\s+(?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")

StoreUrl = Annotated[
    str | None, typer.Option("--store", help="Folder or URL of the history; your data folder by default.")
]
VenueNames = Annotated[str, typer.Option("--venues", help="Venue ids, separated by commas.")]
VenueUrls = Annotated[
    list[str] | None,
    typer.Option("--venue-url", help="Another base address of a venue, binance=https://…; may be given several times."),
]


def split_names(argument: str, text: str) -> list[str]:
    """Names between commas, none empty, none twice."""
    names = [name.strip().lower() for name in text.split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise InputError(argument, "must be names separated by commas, each once", text)
    return names


def read_factory(urls: Sequence[str] | None) -> ExchangeFactory | None:
    """Factory that sends venues elsewhere; None where all go to their own addresses."""
    from liqheat.exchanges import redirect_factory

    if not urls:
        return None
    pairs = {}
    for text in urls:
        venue, separator, url = text.partition("=")
        if not separator or not venue or not url:
            raise InputError("venue-url", "must be VENUE=URL", text)
        if venue in pairs:
            raise InputError("venue-url", "must name each venue once", text)
        pairs[venue] = url
    return redirect_factory(pairs)


def read_calendar(path: Path | None, until_ms: int | None = None) -> tuple[CalendarSeries, ...]:
    """The user's own events; broken entries are said and the others used."""
    from liqheat.setups import load_calendar_file

    if path is None:
        return ()
    series = load_calendar_file(path, valid_until_ms=until_ms)
    for entry in series.broken:
        typer.secho(f"{series.name}: {entry.where} left out: {entry.reason}", fg=typer.colors.YELLOW, err=True)
    return (series,)


def read_sessions(texts: Sequence[str] | None) -> tuple[Session, ...]:
    """Sessions of options: ``Dubai=Asia/Dubai 10:00-15:00``; the usual three without any.

    Examples
    --------
    >>> read_sessions(["Dubai=Asia/Dubai 10:00-15:00"])
    (Session(name='Dubai', zone='Asia/Dubai', opens='10:00', closes='15:00'),)
    """
    from liqheat.setups import DEFAULT_SESSIONS, Session

    if not texts:
        return DEFAULT_SESSIONS
    sessions = []
    for text in texts:
        found = _SESSION.fullmatch(text.strip())
        if found is None:
            raise InputError("session", "must be NAME=ZONE HH:MM-HH:MM, such as London=Europe/London 08:00-16:30", text)
        sessions.append(Session(**found.groupdict()))
    return tuple(sessions)


def open_live(
    symbol: str,
    venues: str,
    *,
    days: float,
    interval: str,
    store: str | None,
    venue_url: Sequence[str] | None,
    tracked: str | None = None,
) -> LiveMarkets:
    """Live markets that are not started yet."""
    from liqheat.collect import Followed, LiveMarkets

    return LiveMarkets(
        open_store(store),
        Followed(symbol, tuple(split_names("venues", venues)), interval, days),
        journal=open_journal(store),
        exchange_factory=read_factory(venue_url),
        tracked_venues=() if tracked is None else split_names("track", tracked),
    )


def open_store(url: str | None) -> HistoryStore:
    """The history that a command works on."""
    from liqheat.store import HistoryStore, default_store_url

    return HistoryStore(url or default_store_url())


def open_journal(url: str | None) -> Journal | None:
    """The journal beside a history on this machine; None where the history is elsewhere."""
    from liqheat.store import Journal, default_store_url

    place = url or default_store_url()
    if "://" in place and not place.startswith("file://"):
        return None
    return Journal(Path(place.removeprefix("file://")) / "_journal.sqlite")


def models_folder(url: str | None) -> Path | None:
    """Where a live server keeps its fitted parameters; None where the history is elsewhere."""
    from liqheat.store import default_store_url

    place = url or default_store_url()
    if "://" in place and not place.startswith("file://"):
        return None
    return Path(place.removeprefix("file://")) / "_models"


def find_labels(data: str | Path | None, market: MarketHistory) -> LiquidationLabels | None:
    """What was liquidated by hour: a folder's totals of a coin, or the embedded market's stream; None without any."""
    from liqheat.flow import build_labels, find_realised
    from liqheat.simulator import find_simulated
    from liqheat.store import is_store, load_folder_totals
    from liqheat.units import HOUR_MS

    if data is None:
        return find_realised(market, find_simulated)
    if is_store(str(data)) or not Path(data).is_dir():
        return None
    totals = [one for one in load_folder_totals(data, market.base) if HOUR_MS % one.interval_ms == 0]
    return build_labels(totals, HOUR_MS) if totals else None
