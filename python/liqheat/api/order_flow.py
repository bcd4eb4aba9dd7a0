"""What happens before a cluster over the last bars: aggressive buys and sells, and depth that thins or stacks."""

from __future__ import annotations

from flask import Response

from liqheat.api import schemas_decide as answers
from liqheat.api.responses import respond
from liqheat.api.schemas import Asked
from liqheat.api.service import MarketService
from liqheat.records import MarketHistory, OrderBookDepth
from liqheat.setups import depth_before, taker_flow, to_plain
from liqheat.units import now_ms


def get_order_flow(service: MarketService, asked: Asked[answers.OrderFlowMore]) -> Response:
    """Of each venue that is drawn, what its takers did and what rests before a price."""
    request, more = asked.view, asked.more
    venues = []
    for market in service.sources(request):
        is_now = service.live is not None and request.as_of_ms is None
        last_ms = market.end_ms if request.as_of_ms is None else min(request.as_of_ms, market.end_ms)
        # Whole bars only; the book is that of this moment where there is one.
        last_ms -= last_ms % market.interval_ms
        first_ms = last_ms - more.bars * market.interval_ms
        candles = service.find_candles(market, first_ms, last_ms)
        books = _books(service, market, first_ms, now_ms() if is_now else last_ms + 1, is_now=is_now)
        taken = None if candles is None else taker_flow(candles, market.contract_kind)
        venues.append(
            {
                "venue": market.venue,
                "candle_venue": market.candle_venue or market.venue,
                "bar_ms": market.interval_ms,
                "start_ms": first_ms,
                "end_ms": last_ms,
                "takers": to_plain(taken),
                "depth": to_plain(depth_before(books, more.near_edge)),
            }
        )
    return respond(answers.OrderFlow, {"near_edge": more.near_edge, "venues": venues})


def _books(
    service: MarketService, market: MarketHistory, start_ms: int, end_ms: int, *, is_now: bool
) -> list[OrderBookDepth]:
    """Books of a span: those that are written, and those of the last minute that are not yet."""
    written = service.find_books(market, start_ms, end_ms)
    if not is_now or service.live is None:
        return written
    last_ms = written[-1].time_ms if written else start_ms
    return [*written, *(book for book in service.live.depth_samples(market.venue) if book.time_ms > last_ms)]
