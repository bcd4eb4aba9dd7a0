"""What is known of a market now, beside its map: what was liquidated, prices, books, calendar, published scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from liqheat import setups
from liqheat.api.service import MarketService
from liqheat.records import Estimate, Liquidations, MarketHistory, OrderBookDepth, ViewRequest
from liqheat.setups import ClusterTracker, MarketNow, read_market_now
from liqheat.units import DAY_MS, MINUTE_MS, now_ms

# Rule R17 names the two; the rank of any other symbol is not known here, and unknown is the worst grade.
KNOWN_VOLUME_RANKS = {"BTC": 1, "ETH": 2}


def read_now(
    service: MarketService,
    request: ViewRequest,
    markets: list[MarketHistory],
    estimate: Estimate,
    tracker: ClusterTracker,
    cohort: str,
    depth: Mapping[str, list[OrderBookDepth]] | None,
) -> MarketNow:
    """Everything that setups are judged from: a map, its clusters, and what is known beside it."""
    end_ms = tracker.time_ms or 0
    as_of_ms = request.as_of_ms
    is_live = service.live is not None and as_of_ms is None
    events = known_events(service, markets, end_ms - 30 * DAY_MS, now_ms() if is_live else end_ms)
    daily, is_whole = setups.mean_daily_totals(service.flows.find_labels(markets[0]), end_ms)
    if not is_whole or daily <= 0:
        daily, is_whole = setups.mean_daily_liquidations(events, end_ms)
    last_minute = sum(
        float(batch.notional_usd[batch.time_ms >= now_ms() - MINUTE_MS].sum()) for batch in events.values()
    )
    calibration, published = estimate.calibration, service.published()
    gain = ratio = None
    # What was measured on real days says nothing of a simulated market.
    if calibration is not None and markets[0].origin != "simulated":
        gain = published.gain(markets[0].symbol)
        ratio = published.realised_over_forecast(markets[0].symbol, calibration.model.hash, calibration.horizon)
    return read_market_now(
        estimate,
        tracker=tracker,
        cohort=cohort,
        as_of_ms=as_of_ms,
        now_ms=now_ms() if is_live else None,
        price=_last_price(service, markets[0]) if is_live else None,
        # A thinned feed gives a lower bound: the book's own estimate is the fairer yardstick then.
        daily_liquidated_usd=daily if is_whole and daily > 0 else None,
        depth=depth,
        calendar=service.calendar,
        volume_rank=KNOWN_VOLUME_RANKS.get(markets[0].base),
        realised_usd=last_minute if is_live else None,
        information_gain=gain,
        realised_over_forecast=ratio,
    )


def find_depth(
    service: MarketService, markets: Sequence[MarketHistory], as_of_ms: int | None = None
) -> dict[str, list[OrderBookDepth]] | None:
    """Order books of the last minute by venue; None where there is none. Of data that stand still, at their end."""
    samples = {}
    for market in markets:
        if service.live is not None:
            samples[market.venue] = service.live.depth_samples(market.venue) if as_of_ms is None else []
        else:
            end_ms = market.end_ms if as_of_ms is None else min(as_of_ms, market.end_ms)
            samples[market.venue] = service.find_depth(market.venue, market.symbol, end_ms)
    return {venue: books for venue, books in samples.items() if books} or None


def _last_price(service: MarketService, market: MarketHistory) -> float | None:
    bars = [] if service.live is None else service.live.following_bars(market)
    return bars[-1].candle.close if bars else None


def known_events(
    service: MarketService, markets: list[MarketHistory], start_ms: int, end_ms: int
) -> dict[str, Liquidations]:
    """What was liquidated in a span, by venue; no entry where nothing was."""
    found = {
        market.venue: batch
        for market in markets
        for batch in service.find_liquidations(market.venue, market.symbol, start_ms, end_ms)
    }
    return {venue: batch for venue, batch in found.items() if batch.time_ms.size}
