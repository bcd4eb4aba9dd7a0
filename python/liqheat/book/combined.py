"""Books of several venues put side by side: prices mapped by each venue's own mark, weights, coverage.

A venue's book is estimated at its own prices, so its levels are swept by its own mark. Only the drawing
moves: by whole state buckets, from the venue's price to the reference's at each bar's close.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import NoneType
from typing import TYPE_CHECKING

import numpy as np

from liqheat.book.calibrations import check_calibrations, join_calibrations, share_untracked
from liqheat.book.estimate import estimate_book
from liqheat.errors import InputError, UnknownNameError, check_each, check_type
from liqheat.history import price_shift, shared_bars
from liqheat.records import (
    ALL_VENUES,
    Combination,
    DistanceTiers,
    Estimate,
    Layer,
    MarketHistory,
    VenueShare,
    Weights,
)
from liqheat.units import DAY_MS, USD_PER_QUOTE, format_interval
from liqheat.venues import resolve_alias

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray

_CLAIMS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "open_interest": lambda open_interest, _: open_interest,
    "equal": lambda open_interest, _: np.ones_like(open_interest),
    "volume": lambda _, volume: volume,
}
"""What a venue's weight is proportional to, from open interest and trailing volume in USD, (venues, bars)."""


def combine_venues(
    sources: Sequence[MarketHistory | Estimate],
    *,
    weights: Weights = "open_interest",
    reference: str | None = None,
    usd_per_quote: Mapping[str, float] | None = None,
    tracked_open_interest_usd: Mapping[str, float] | None = None,
) -> Estimate:
    """Put several venues side by side: one estimate of all, each venue by its own rules.

    Every venue keeps its own book (formula, tiers, leverage caps, volume, open interest), estimated at its own prices.

    With ``o`` the open interest of venue ``v`` in USD at a bar's close and ``O`` that of all, the venue's book counts
    with the factor ``w O / o``: for ``open_interest`` ``w = o / O``, so the factor is 1 and the map a plain sum; for
    ``equal`` ``w = 1 / n``; for ``volume`` ``w`` is the venue's share of the volume traded in the 24 hours up to that
    close. The weights of the venues that have open interest add to 1, so each side of the sum is ``O`` under every
    weighting. Without any volume in 24 hours, venues count alike.

    Prices are mapped by the ratio of two prices of one instant, the bars' closes, each held within its bar's mark
    range. (The middle of low and high would move with a wick on one venue and sweep levels that nothing touched.)
    The ratio is the middle one of the last three bars, in whole state buckets, and kept until it is off by more than
    three quarters of one.

    Expected forced flow is summed with each venue's own trailing scale. Fitted weights speak of the liquidations of all
    venues that they were fitted on: a venue whose own realised liquidations track its scale stands for itself; any
    other counts by its share of the open interest of these venues, bar by bar.

    Parameters
    ----------
    sources : sequence of MarketHistory or Estimate
        One for each contract, of one base asset, bar interval, bucket ratio and quantity. Histories are estimated
        first, as `estimate_book` does by default.
    weights : {'open_interest', 'equal', 'volume'}
        ``open_interest``: a plain sum; ``equal``: each venue counts the same share of all open interest; ``volume``:
        its share of the volume traded in the 24 hours before.
    reference : str, optional
        Venue whose prices are shown; by default the one with the largest mean open interest.
    usd_per_quote : mapping of str to float, optional
        Rates in place of 1 for USDT and USDC.
    tracked_open_interest_usd : mapping of str to float, optional
        Open interest of every venue that is tracked, now, in USD; what is drawn is stated as a share of it.

    Returns
    -------
    Estimate
        Over the bars that all venues share; what a venue opened before them still stands in its book. Its
        ``combination`` says who counts how much.

    Raises
    ------
    InputError
        When an argument breaks a rule; two intervals are named with their venues.
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
    if not isinstance(weights, str) or weights not in _CLAIMS:
        raise UnknownNameError("weights", f"must be one of {', '.join(_CLAIMS)}", weights)
    ordered = _checked(sources)
    markets = [estimate.market for estimate in ordered]
    rates = _checked_rates(usd_per_quote)
    firsts, n_bars = shared_bars(markets)
    shared = [market.select(slice(first, first + n_bars)) for market, first in zip(markets, firsts, strict=True)]
    chosen = _find_reference(shared, reference)
    target, ratio = shared[chosen], ordered[0].bucket_ratio
    shifts = [price_shift(market, target, ratio) for market in shared]
    # Value of 1 USD at a venue's own price, and of one unit of its contract, in USD at the reference's price.
    values = [
        rates.get(market.quote, 1.0) * np.ones(n_bars)
        if market.contract_kind == "inverse"
        else ratio ** shift.astype(np.float64) * rates.get(target.quote, 1.0)
        for market, shift in zip(shared, shifts, strict=True)
    ]
    units = [
        value * (1.0 if market.contract_kind == "inverse" else market.close)
        for market, value in zip(shared, values, strict=True)
    ]
    open_interest = np.stack([market.open_interest * unit for market, unit in zip(shared, units, strict=True)])
    volume = np.stack([market.volume * unit for market, unit in zip(shared, units, strict=True)])
    shares, factors = _weigh(weights, open_interest, _trailing_day(volume, target.interval_ms))
    factors = factors * np.stack(values)
    covered_share, covered_of = _coverage(markets, open_interest[:, -1], tracked_open_interest_usd)
    market = replace(
        target,
        venue=ALL_VENUES,
        volume=volume.sum(axis=0) / units[chosen],
        open_interest=open_interest.sum(axis=0) / units[chosen],
        origin="simulated" if any(market.origin == "simulated" for market in markets) else target.origin,
        notes=_notes(markets, firsts, n_bars, chosen, weights, rates),
        margin_tiers=None,
    )
    venues = tuple(
        VenueShare(own.market, tuple(sorted(map(float, own.tiers.leverages))), interest, share, factor)
        for own, interest, share, factor in zip(ordered, open_interest, shares, factors, strict=True)
    )
    layers = tuple(
        Layer(
            book=layer.book,
            side_weights=layer.side_weights,
            factor=layer.factor[first : first + n_bars] * factor,
            price_shift=shift,
            first_bar=first,
            term=layer.term,
        )
        for own, first, shift, factor in zip(ordered, firsts, shifts, factors, strict=True)
        for layer in own.layers
    )
    calibration = join_calibrations([own.calibration for own in ordered], firsts, shares, factors)
    combination = Combination(target.venue, weights, venues, covered_share, covered_of)
    tiers = _join_tiers([own.tiers for own in ordered])
    return Estimate(ordered[0].quantity, market, layers, tiers, calibration, combination)


def _checked(sources: Sequence[MarketHistory | Estimate]) -> list[Estimate]:
    check_each("sources", sources, (MarketHistory, Estimate), "must be a sequence of MarketHistory or Estimate")
    estimates = [source if isinstance(source, Estimate) else estimate_book(source) for source in sources]
    if not estimates:
        raise InputError("sources", "must hold at least one venue", 0)
    ordered = sorted(estimates, key=lambda estimate: (estimate.market.venue, estimate.market.symbol))
    markets = [estimate.market for estimate in ordered]
    names = [f"{market.venue} {market.symbol}" for market in markets]
    if any(estimate.combination is not None for estimate in ordered):
        raise InputError("sources", "must be of one venue each", ", ".join(names))
    if len(set(names)) != len(names):
        raise InputError("sources", "must hold each contract once", ", ".join(names))
    if len({market.base for market in markets}) > 1:
        raise InputError("sources", "must be of one base asset", ", ".join(names))
    if len({estimate.quantity for estimate in ordered}) > 1:
        found = ", ".join(f"{name} {estimate.quantity}" for name, estimate in zip(names, ordered, strict=True))
        raise InputError("sources", "must be all held or all flow", found)
    if len({market.interval_ms for market in markets}) > 1:
        found = ", ".join(f"{market.venue} {format_interval(market.interval_ms)}" for market in markets)
        raise InputError("interval", "must be the same at all venues", found)
    if len({int(market.open_time_ms[0]) % market.interval_ms for market in markets}) > 1:
        found = ", ".join(f"{market.venue} {int(market.open_time_ms[0])}" for market in markets)
        raise InputError("open_time_ms", "must lie on one grid at all venues", found)
    ratios = [estimate.bucket_ratio for estimate in ordered]
    if len(set(ratios)) > 1:
        raise InputError("bucket_ratio", "must be the same in all estimates", ratios)
    check_calibrations(ordered)
    return share_untracked(ordered)


def _checked_rates(usd_per_quote: Mapping[str, float] | None) -> Mapping[str, float]:
    check_type("usd_per_quote", usd_per_quote, (Mapping, NoneType), "must map quote currencies to rates")
    rates = {**USD_PER_QUOTE, **(usd_per_quote or {})}
    for quote, rate in rates.items():
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0.0 < rate < math.inf:
            raise InputError("usd_per_quote", f"must be above 0 and finite ({quote})", rate)
    return rates


def _find_reference(markets: list[MarketHistory], reference: str | None) -> int:
    if reference is not None:
        check_type("reference", reference, str, "must be the id of a venue")
        for index, market in enumerate(markets):
            if market.venue == resolve_alias(reference, market.contract_kind):
                return index
        known = ", ".join(market.venue for market in markets)
        raise UnknownNameError("reference", f"must be one of {known}", reference)
    sizes = [
        float((market.open_interest / (market.close if market.contract_kind == "inverse" else 1.0)).mean())
        for market in markets
    ]
    return sizes.index(max(sizes))


def _trailing_day(volume: FloatArray, interval_ms: int) -> FloatArray:
    """Sum over each bar and those before it within 24 hours, (venues, bars)."""
    n_day = max(DAY_MS // interval_ms, 1)
    total = np.cumsum(volume, axis=1)
    total[:, n_day:] -= total[:, :-n_day].copy()
    return np.maximum(total, 0.0)


def _weigh(weights: str, open_interest: FloatArray, volume: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares of the sum, and factors of the books, (venues, bars); see `combine_venues`."""
    is_open = open_interest > 0.0
    claims = _CLAIMS[weights](open_interest, volume) * is_open
    claims = np.where(claims.sum(axis=0) > 0.0, claims, is_open)
    total_claim = claims.sum(axis=0)
    shares = np.divide(claims, total_claim, out=np.zeros_like(claims), where=total_claim > 0.0)
    if weights == "open_interest":
        # The formula says so up to rounding; a sum of books as they are should be one to the last bit.
        return shares, np.ones_like(shares)
    wanted = shares * open_interest.sum(axis=0)
    return shares, np.divide(wanted, open_interest, out=np.zeros_like(shares), where=is_open)


def _join_tiers(tiers: list[DistanceTiers]) -> DistanceTiers:
    """Every leverage that any venue has, falling, with the nearest distance on each side.

    Weights and hazards are 0: each venue's book was estimated with its own.
    """
    leverages = sorted({float(leverage) for each in tiers for leverage in each.leverages}, reverse=True)
    distances = np.full((2, len(leverages)), np.inf)
    for each in tiers:
        places = [leverages.index(float(leverage)) for leverage in each.leverages]
        distances[:, places] = np.minimum(distances[:, places], each.distances)
    nothing = np.zeros_like(distances)
    return DistanceTiers(np.array(leverages), distances, nothing, nothing)


def _coverage(
    markets: list[MarketHistory], open_interest_usd: FloatArray, tracked: Mapping[str, float] | None
) -> tuple[float | None, str]:
    check_type("tracked_open_interest_usd", tracked, (Mapping, NoneType), "must map venues to USD")
    if tracked is None:
        return None, "open interest of other venues is not known"
    drawn: dict[str, float] = {}
    for market, usd in zip(markets, open_interest_usd.tolist(), strict=True):
        drawn[market.venue] = drawn.get(market.venue, 0.0) + usd
    for venue, usd in tracked.items():
        if isinstance(usd, bool) or not isinstance(usd, int | float) or not 0.0 <= usd < math.inf:
            raise InputError("tracked_open_interest_usd", f"must be finite and at least 0 ({venue})", usd)
    # A venue may have contracts that are tracked and not drawn, never the other way round.
    everywhere = {venue: max(tracked.get(venue, 0.0), drawn.get(venue, 0.0)) for venue in {*tracked, *drawn}}
    total = sum(everywhere[venue] for venue in sorted(everywhere))
    share = sum(drawn.values()) / total if total > 0.0 else None
    return share, f"open interest of the venues tracked: {', '.join(sorted(everywhere))}"


def _notes(
    markets: list[MarketHistory],
    firsts: list[int],
    n_bars: int,
    chosen: int,
    weights: str,
    rates: Mapping[str, float],
) -> tuple[str, ...]:
    names = ", ".join(f"{market.venue} {market.symbol}" for market in markets)
    notes = [
        f"sum of {len(markets)} contracts, weights {weights}: {names}",
        f"prices are those of {markets[chosen].venue}; the others are mapped by their own mark at each close",
    ]
    for market, first in zip(markets, firsts, strict=True):
        left_out = market.n_bars - n_bars
        if left_out:
            notes.append(
                f"{left_out} bars of {market.venue} are not drawn ({first} at the start): not all venues have them"
            )
    stand_ins = [
        f"1 {quote} as {rates.get(quote, 1.0):g} USD" for quote in sorted({m.quote for m in markets} - {"USD"})
    ]
    if stand_ins:
        notes.append(f"counted: {', '.join(stand_ins)}")
    notes += [f"{market.venue}: {note}" for market in markets for note in market.notes]
    return tuple(notes)
