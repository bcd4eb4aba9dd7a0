"""Run the simulator and assemble what its venues publish. The truth has its own file and its own way to the core."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import liqheat._core as _core
from liqheat.records import MarketHistory
from liqheat.simulator.outages import cut_feeds
from liqheat.simulator.records import (
    FeedHole,
    FundingPayments,
    OpenInterestStamps,
    OrderBookSnapshots,
    ReportedLiquidations,
    SimulatedMarket,
)
from liqheat.simulator.scenarios import choose_parameters

if TYPE_CHECKING:
    from liqheat.simulator.parameters import SimulatorParameters

VENUES = ("simulated", "simulated_b", "simulated_c")
"""Names of the venues, in the order of the core's table of rules."""

NOTES = (
    "Simulated data: no real market, no real money.",
    "Made by agents whose habits are choices of the simulator; see python/liqheat/simulator/README.md.",
)

Feeds = dict[str, dict[str, Any]]
"""Columns of one venue's public feeds, by the name of the feed."""


def simulate_market(
    days: int = 45, seed: int = 25, interval_ms: int = 300_000, scenario: str = "ordinary", **parameters: Any
) -> SimulatedMarket:
    """Simulate a perpetual market and return what its venue would publish; of several venues, the first.

    Parameters
    ----------
    days : int
        Days that are published.
    seed : int
        Seed of all random numbers.
    interval_ms : int
        Length of a bar, milliseconds: whole minutes that divide an hour.
    scenario : str
        Row of :data:`liqheat.simulator.SCENARIOS`: choices that make a kind of market.
    **parameters
        Any other field of :class:`SimulatorParameters`; it goes before the scenario's.

    Returns
    -------
    SimulatedMarket
        Public feeds only.

    Raises
    ------
    InputError
        If a parameter or the scenario is unknown, or a parameter breaks its rule.

    Examples
    --------
    >>> market = simulate_market(days=1, seed=3, positions=2_000, warm_up_days=0)
    >>> market.history.n_bars, market.history.origin
    (288, 'simulated')
    >>> bool((market.history.low <= market.history.close).all())
    True
    """
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters)
    return build_market(chosen, run_public(chosen)[0])


def simulate_venues(
    venues: int = 3,
    days: int = 45,
    seed: int = 25,
    interval_ms: int = 300_000,
    scenario: str = "ordinary",
    **parameters: Any,
) -> tuple[SimulatedMarket, ...]:
    """Simulate one contract on several venues with different rules; one public record for each.

    Parameters
    ----------
    venues : int
        1 to 3.
    days, seed, interval_ms, scenario, **parameters
        As in :func:`simulate_market`.

    Raises
    ------
    InputError
        As in :func:`simulate_market`.

    Examples
    --------
    >>> markets = simulate_venues(2, days=1, positions=2_000, warm_up_days=0)
    >>> [market.history.venue for market in markets]
    ['simulated', 'simulated_b']
    """
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters | {"venues": venues})
    return tuple(build_market(chosen, feeds, index) for index, feeds in enumerate(run_public(chosen)))


def core_arguments(parameters: SimulatorParameters) -> dict[str, Any]:
    """What the core takes: all but what is done to its feeds here."""
    arguments = asdict(parameters)
    del arguments["thinning"]
    return arguments


def run_public(parameters: SimulatorParameters) -> list[Feeds]:
    """Run the core and take each venue's public feeds; the truth is not even recorded.

    Raises
    ------
    InputError
        If a parameter lies outside its range.
    """
    return [public for public, _ in _core.simulate_market(**core_arguments(parameters), record_truth=False)]


def build_market(parameters: SimulatorParameters, feeds: Feeds, venue_index: int = 0) -> SimulatedMarket:
    """Assemble the record from columns; the arrays become read-only, since callers share them."""
    bars, disturbances = dict(feeds["bars"]), feeds["disturbances"]
    for columns in feeds.values():
        for column in columns.values():
            if hasattr(column, "flags"):
                column.flags.writeable = False
    beside = {name: bars.pop(name) for name in ("taker_buy_volume", "account_long_short_ratio", "depth_usd")}
    history = MarketHistory(
        venue=VENUES[venue_index],
        symbol="BTC/USDT:USDT",
        contract_kind="linear",
        interval_ms=parameters.interval_ms,
        origin="simulated",
        notes=(*NOTES, f"Seed {parameters.seed}."),
        **bars,
    )
    stamps = OpenInterestStamps(
        time_ms=history.open_time_ms + parameters.interval_ms,
        published_ms=disturbances["open_interest_published_ms"],
        quantity=history.open_interest,
    )
    events = ReportedLiquidations(**feeds["liquidations"])
    market = SimulatedMarket(
        parameters,
        history,
        liquidations=events if parameters.thinning == "none" else events.thin(parameters.thinning),
        open_interest=stamps,
        order_book=OrderBookSnapshots(**feeds["order_book"]),
        funding=FundingPayments(**feeds["funding"]),
        **beside,
    )
    outages = (disturbances[f"outage_{name}"] for name in ("feed", "start_ms", "end_ms"))
    # The cache hands numpy's own strings back.
    holes = [FeedHole(str(feed), int(start), int(end)) for feed, start, end in zip(*outages, strict=True)]  # type: ignore[arg-type]
    return cut_feeds(market, holes)
