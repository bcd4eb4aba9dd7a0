"""Several venues as one: estimated each by its own rules, put side by side. With `pipeline` it chains stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from liqheat import book
from liqheat.book import BUCKET_RATIO, Backend, combined_markets
from liqheat.errors import NoDataError, UnknownNameError
from liqheat.pipeline import estimate_book
from liqheat.records import (
    ALL_VENUES,
    VENUE_ALIASES,
    BookEstimate,
    CombinedEstimate,
    HolderClass,
    LeverageMix,
    MarketHistory,
    Weights,
)

__all__ = ["combine_venues", "combined_markets", "find_markets"]


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
