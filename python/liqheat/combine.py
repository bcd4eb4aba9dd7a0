"""Several venues as one: estimated each by its own rules, put side by side. With `pipeline` it chains stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from liqheat import book
from liqheat.book import BUCKET_RATIO, Backend, combined_markets
from liqheat.errors import InputError, NoDataError, UnknownNameError
from liqheat.flows import book_of_class
from liqheat.pipeline import estimate_book
from liqheat.records import (
    ALL_VENUES,
    VENUE_ALIASES,
    BookEstimate,
    CombinedEstimate,
    FlowEstimate,
    HolderClass,
    LeverageMix,
    MarketHistory,
    Weights,
)
from liqheat.records.arrays import FloatArray

__all__ = ["combine_flows", "combine_venues", "combined_markets", "find_markets", "share_untracked"]


def combine_venues(
    sources: Sequence[MarketHistory | BookEstimate],
    *,
    weights: Weights = "open_interest",
    reference: str | None = None,
    usd_per_quote: Mapping[str, float] | None = None,
    tracked_open_interest_usd: Mapping[str, float] | None = None,
    leverage_mix: str | Path | LeverageMix = "classic",
    holder_classes: tuple[HolderClass, ...] = book.DEFAULT_HOLDERS,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> CombinedEstimate:
    """Put several venues side by side: one heatmap of all, each venue by its own rules.

    Every venue keeps its own book (formula, tiers, leverage caps, volume, open interest), estimated at its own prices;
    the sum maps prices by each venue's own mark. `liqheat.book.combine_estimates` has the formulas.

    Parameters
    ----------
    sources : sequence of MarketHistory or BookEstimate
        One for each contract, all of one base asset and bar interval; histories are estimated first.
    weights : {'open_interest', 'equal', 'volume'}
        ``open_interest``: a plain sum; ``equal``: each venue counts the same share of all open interest; ``volume``:
        its share of the volume traded in the 24 hours before.
    reference : str, optional
        Venue whose prices are shown; by default the one with the largest mean open interest.
    usd_per_quote : mapping of str to float, optional
        Rates in place of 1 for USDT and USDC.
    tracked_open_interest_usd : mapping of str to float, optional
        Open interest of every venue that is tracked, in USD: the share that is covered is stated against it.
    leverage_mix, holder_classes, bucket_ratio, backend
        For histories, as in `estimate_book`.

    Returns
    -------
    CombinedEstimate
        For `draw_heatmap`; the venues' own estimates are in its ``venues``.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.
    NoDataError
        When the venues share no two bars.

    Examples
    --------
    >>> import dataclasses, liqheat
    >>> one = liqheat.simulate_market(days=2).history
    >>> other = dataclasses.replace(one, venue="hyperliquid", symbol="BTC/USDC:USDC")
    >>> both = liqheat.combine_venues([one, other], weights="equal")
    >>> heat = liqheat.draw_heatmap(both, interval="1h")
    >>> heat.leverages, [venue["leverages"][-1] for venue in heat.metadata()["venues"]]
    ((5.0, 10.0, 25.0, 40.0, 50.0, 100.0), [40.0, 100.0])
    """
    estimates = [
        source
        if isinstance(source, BookEstimate)
        else estimate_book(
            source,
            leverage_mix=leverage_mix,
            holder_classes=holder_classes,
            bucket_ratio=bucket_ratio,
            backend=backend,
        )
        for source in sources
    ]
    return book.combine_estimates(
        estimates,
        weights=weights,
        reference=reference,
        usd_per_quote=usd_per_quote,
        tracked_open_interest_usd=tracked_open_interest_usd,
    )


def combine_flows(
    flows: Sequence[FlowEstimate], *, weights: Weights = "open_interest", reference: str | None = None
) -> FlowEstimate:
    """Put the expected forced flow of several venues side by side, each with its own scale; see `share_untracked`.

    Parameters
    ----------
    flows : sequence of FlowEstimate
        One for each venue, of one coin and the same parameters.
    weights, reference
        As in `combine_venues`.

    Raises
    ------
    InputError
        When the parameters differ, or the venues cannot be summed.
    NoDataError
        When the venues share no two bars.
    """
    if len({one.model.hash for one in flows}) != 1:
        raise InputError("flows", "must be of the same parameters", ", ".join(one.model.hash[:8] for one in flows))
    flows = share_untracked(flows)
    combined = [
        book.combine_estimates([book_of_class(one, index) for one in flows], weights=weights, reference=reference)
        for index in range(len(flows[0].classes))
    ]
    venues = combined[0].venues
    by_place = {(one.market.venue, one.market.symbol): one for one in flows}
    own = [by_place[venue.estimate.market.venue, venue.estimate.market.symbol] for venue in venues]
    n_bars = combined[0].n_bars
    parts = [slice(venue.first_bar, venue.first_bar + n_bars) for venue in venues]
    shares = np.stack([venue.weight for venue in venues])
    scales = np.stack([one.scale[part] for one, part in zip(own, parts, strict=True)])
    # One scale is stated for the sum; each venue's own stands beside it in its factor.
    scale = (shares * scales).sum(axis=0) + (1.0 - shares.sum(axis=0))
    ratios = scales / np.maximum(scale, 1e-12)
    factors = np.stack([venue.factor for venue in venues])
    notes = [note for one in own for note in one.notes]
    return FlowEstimate(
        classes=tuple(_scale_venues(one, ratios) for one in combined),
        weights=flows[0].weights,
        ensemble=flows[0].ensemble,
        support=flows[0].support,
        scale=scale,
        is_tracked=np.all([one.is_tracked[part] for one, part in zip(own, parts, strict=True)], axis=0),
        placed_usd=_sum(factors, [one.placed_usd[part] for one, part in zip(own, parts, strict=True)]),
        expected_usd=_sum(factors, [one.expected_usd[part] for one, part in zip(own, parts, strict=True)]),
        model=flows[0].model,
        notes=tuple(dict.fromkeys(notes)),
    )


def share_untracked(flows: Sequence[FlowEstimate]) -> list[FlowEstimate]:
    """Flows of several venues that may be added up.

    Weights speak of the liquidations of all venues that they were fitted on. A venue whose own realised liquidations
    track its scale stands for itself; any other counts by its share of the open interest of these venues, bar by bar.
    """
    if len(flows) < 2:
        return list(flows)
    open_interest = [_open_interest_usd(one.market) for one in flows]
    shared = []
    for one, own in zip(flows, open_interest, strict=True):
        total = np.zeros(one.n_bars)
        for other, usd in zip(flows, open_interest, strict=True):
            at = np.searchsorted(other.market.open_time_ms, one.market.open_time_ms, side="right") - 1
            total += np.where(at >= 0, usd[np.maximum(at, 0)], 0.0)
        share = np.where(one.is_tracked | (total <= 0.0), 1.0, own / np.maximum(total, 1e-12))
        note = f"{one.market.venue} is not tracked: it counts by its share of open interest, now {share[-1]:.0%}"
        shared.append(
            replace(
                one,
                scale=one.scale * share,
                placed_usd=one.placed_usd * share,
                expected_usd=one.expected_usd * share,
                notes=one.notes if bool(one.is_tracked[-1]) else (*one.notes, note),
            )
        )
    return shared


def find_markets(markets: Sequence[MarketHistory], symbol: str, venue: str) -> tuple[MarketHistory, ...]:
    """Find what a symbol and a venue stand for: one contract, or all that are summed with it.

    Parameters
    ----------
    markets : sequence of MarketHistory
        All contracts.
    symbol : str
        ccxt unified symbol; with ``all`` it names the group that its contract belongs to.
    venue : str
        Venue id, or ``all``.

    Raises
    ------
    UnknownNameError
        When no contract has the symbol, or none at the venue.
    NoDataError
        When all venues are asked for and only one has the contract, or no others share its bars.
    """
    of_symbol = [market for market in markets if market.symbol == symbol]
    if not of_symbol:
        known = ", ".join(sorted({market.symbol for market in markets}))
        raise UnknownNameError("symbol", f"must be one of {known}", symbol)
    if venue == ALL_VENUES:
        for group in combined_markets(markets):
            if any(market.symbol == symbol for market in group):
                return group
        known = ", ".join(market.venue for market in of_symbol)
        raise NoDataError("venue", f"all needs two or more venues of {symbol} that share bars", known)
    for market in of_symbol:
        if market.venue == VENUE_ALIASES.get((venue, market.contract_kind), venue):
            return (market,)
    known = ", ".join([*(market.venue for market in of_symbol), ALL_VENUES])
    raise UnknownNameError("venue", f"must be one of {known}", venue)


def _open_interest_usd(market: MarketHistory) -> FloatArray:
    return market.open_interest * (1.0 if market.contract_kind == "inverse" else market.close)


def _scale_venues(combined: CombinedEstimate, ratios: FloatArray) -> CombinedEstimate:
    venues = [replace(venue, factor=venue.factor * ratio) for venue, ratio in zip(combined.venues, ratios, strict=True)]
    return replace(combined, venues=tuple(venues))


def _sum(factors: FloatArray, values: list[FloatArray]) -> FloatArray:
    total: FloatArray = (factors * np.stack(values)).sum(axis=0)
    return total
