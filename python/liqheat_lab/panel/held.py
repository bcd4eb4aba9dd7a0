"""The held view: its prior learned from real positions, its book, and the book read by distance from a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from liqheat import heatmap
from liqheat.book import estimate_book
from liqheat.errors import NoDataError
from liqheat.heatmap import build_price_axis
from liqheat.records import DistanceTiers, Estimate, HolderClass, MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import HOUR_MS, format_interval, parse_bucket_width
from liqheat_lab.panel.positions import PositionPanel
from liqheat_lab.panel.prior import HeldPrior, held_tiers, learn_distances

_FINE = "10bp"


def prior_tiers(prior: HeldPrior) -> DistanceTiers:
    """Distance tiers of a prior; the leverage of a tier is the inverse of its distance."""
    return DistanceTiers(1.0 / prior.distances[0], prior.distances, prior.weights, prior.hazards)


def prior_holders(prior: HeldPrior) -> tuple[HolderClass, ...]:
    """Holder classes of a prior."""
    pairs = zip(prior.kappas.tolist(), prior.shares.tolist(), strict=True)
    return tuple(HolderClass(f"held {kappa:g}", kappa, share) for kappa, share in pairs)


def estimate_held(market: MarketHistory, prior: HeldPrior | None = None) -> Estimate:
    """Estimate the held view of a market; the shipped prior without another."""
    chosen = held_tiers() if prior is None else prior
    return estimate_book(market, tiers=prior_tiers(chosen), holder_classes=prior_holders(chosen))


def learn_held_prior(
    panel: PositionPanel,
    coins: Sequence[str],
    *,
    end_ms: int,
    kappas: Sequence[float] = (0.02,),
    shares: Sequence[float] = (1.0,),
    hazard_exponent: float = 0.0,
    **more: Any,
) -> HeldPrior:
    """Learn the distances of the held view from a panel's positions before `end_ms`; see `learn_distances`.

    Parameters
    ----------
    panel : PositionPanel
        Positions.
    coins : sequence of str
        Coins that are pooled, each with the same weight.
    end_ms : int
        Nothing at or after it is read.
    kappas, shares, hazard_exponent
        Renewal, set and not learned here: held stock closes at one speed at all distances.
    **more
        To `learn_distances`.

    Raises
    ------
    NoDataError
        When the panel holds no usable snapshot before `end_ms`.
    """
    usable = panel.usable_snapshots()
    learned = usable[panel.time_ms[usable] < end_ms]
    if not learned.size:
        raise NoDataError("positions", f"must hold usable snapshots before {end_ms}", panel.source)
    rows = np.flatnonzero(np.isin(panel.snapshot, learned) & np.isin(panel.coin, list(coins)))
    short = panel.is_short[rows]
    distance = np.log(panel.liquidation_price[rows] / panel.entry_price[rows]) * np.where(short, 1.0, -1.0)
    notional = panel.quantity[rows] * panel.mark_price[rows]
    tiers, weights = learn_distances(distance, notional, short, panel.coin[rows], **more)
    both = np.stack([tiers, tiers])
    provenance = {
        "panel": panel.source,
        "coins": list(coins),
        "start_ms": int(panel.time_ms[learned[0]]),
        "end_ms": int(panel.time_ms[learned[-1]]),
        "snapshots": int(learned.size),
        "traders_listed": [int(n) for n in np.quantile(panel.traders_listed[learned], [0, 0.5, 1])],
        "positions": int(rows.size),
        "how": "kernel density of the log distance from entry to liquidation price, weighted by notional, each coin "
        "alike; positions without such a price are inert; kappa and hazard chosen on the same days",
    }
    return HeldPrior(
        both,
        weights,
        (both / 0.1) ** -hazard_exponent,
        np.asarray(kappas, np.float64),
        np.asarray(shares, np.float64),
        provenance,
    )


def held_profiles(
    estimate: Estimate,
    time_ms: TimeArray,
    price: FloatArray | None,
    *,
    cell_width: float,
    n_cells: int,
    name: str = "held",
) -> MapProfiles:
    """Read a book by distance from given prices at given times, as shares of open interest.

    Parameters
    ----------
    estimate : Estimate
        The book.
    time_ms : (s,) int64
        Times, rising; the map is that of the last whole hour before each, and knows nothing later.
    price : (s,) float64, optional
        Price that distances are from; the market's own close at that hour by default.
    cell_width, n_cells
        Cells in log distance.
    name : str
        Name of the map.

    Returns
    -------
    MapProfiles
        Shares of one side's open interest in place of USD.
    """
    market = estimate.market
    column_ms = max(HOUR_MS, market.interval_ms)
    reach = cell_width * n_cells
    start_ms = int(time_ms.min()) // column_ms * column_ms - column_ms
    views = []
    for side in ("long", "short"):
        view = heatmap.build_view(
            estimate,
            start_ms=start_ms,
            end_ms=int(time_ms.max()) // column_ms * column_ms,
            interval=format_interval(column_ms),
            side=side,
            bucket_width=_FINE,
        )
        own = market.close[view.first_bar : view.end_bar] if price is None else price
        axis = build_price_axis(
            float(own.min()) * np.exp(-reach),
            float(own.max()) * np.exp(reach),
            bucket_width=parse_bucket_width(_FINE),
            bucket_ratio=estimate.bucket_ratio,
            padding=0.001,
        )
        views.append(replace(view, axis=axis))
    last_bars = np.array([views[0].last_bar_of(column) for column in range(views[0].n_columns)])
    column = np.searchsorted(market.open_time_ms[last_bars] + market.interval_ms, time_ms, side="right") - 1
    if column.min() < 0:
        raise NoDataError("time_ms", "must lie after the market's first hour", int(time_ms[column.argmin()]))
    at_bar = last_bars[column]
    close = market.close[at_bar] if price is None else price
    whole = market.open_interest[at_bar] * (market.close[at_bar] if market.contract_kind == "linear" else 1.0)
    steps = np.arange(n_cells + 1) * cell_width
    shares = np.empty((time_ms.size, 2, n_cells))
    for index, view in enumerate(views):
        grid = heatmap.accumulate_grid(estimate, view)
        edges = np.log(view.axis.edges)
        for row in range(time_ms.size):
            mass = np.concatenate([[0.0], np.cumsum(grid[:, column[row]], dtype=np.float64)])
            at = np.log(close[row]) + (steps if index else -steps)
            shares[row, index] = np.abs(np.diff(np.interp(at, edges, mass))) / whole[row]
    return MapProfiles(name, time_ms, close, shares, cell_width)
