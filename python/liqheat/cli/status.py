"""State of live venues for the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from liqheat.collect import LiveMarkets

_COLOURS = {"live": "green", "backfilling": "cyan", "waiting": "dim", "stale": "yellow"}


def describe_contracts(live: LiveMarkets) -> Table:
    """One row for each venue: state, how far its backfill is, its streams, and what is wrong."""
    table = Table("venue", "state", "history", "streams", "detail", title=live.followed.symbol)
    markets = {market.venue: market for market in live.markets()}
    for contract in live.contracts:
        progress, market = contract.progress, markets.get(contract.venue)
        history = "" if market is None else f"{market.n_bars:,} bars to {_clock(market.end_ms)}"
        if progress is not None:
            history = f"{100 * progress.done // max(progress.total, 1)} % {progress.part} · {history}"
        streams = " ".join(f"{feed.feed}:{feed.state}" for feed in contract.feeds.values())
        colour = _COLOURS.get(contract.state, "red")
        detail = contract.detail or live.problem(contract.venue)
        table.add_row(contract.venue, f"[{colour}]{contract.state}[/]", history, streams, detail)
    if live.collector.store_trouble:
        table.caption = f"store: {live.collector.store_trouble}"
    if any(contract.state == "refused" for contract in live.contracts) and live.offers():
        table.caption = f"Other venues of {live.followed.symbol}: {', '.join(live.offers())}"
    return table


def _clock(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%d %b %H:%M} UTC"
