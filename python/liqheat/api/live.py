"""What changes while a page is open: state of the venues, the open bar and its column, liquidations as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from flask import Response

from liqheat.api import schemas
from liqheat.api.responses import respond
from liqheat.api.schemas import Asked, More
from liqheat.api.service import MarketService
from liqheat.api.shapes import Answer
from liqheat.book import extend_estimate
from liqheat.collect import ContractState, LiveMarkets, Subscription, extend_market
from liqheat.errors import BusyError, InputError, LiqheatError, NoDataError
from liqheat.heatmap import Heatmap
from liqheat.records import ALL_VENUES, Column, HeatmapView, Liquidations, MarketHistory, ViewRequest
from liqheat.records.arrays import FloatArray
from liqheat.units import DAY_MS, MINUTE_MS, now_ms

TICK_S = 0.2
FLOW_TICK_S = 1.0
"""A flow has some fifty tiers to estimate anew, where a book has five."""
"""Columns and candles are sent at most this often."""
STATUS_S = 0.5
RELOAD_S = 1.0
KEEP_ALIVE_S = 10.0
"""After as long without a change the states are told again: a page shows how old what it knows is."""
MOST_STREAMS = 12
"""Each holds one of the server's threads."""
RETRY_AFTER_S = 15
"""A page that closed frees its place at the next keep-alive."""
CLOCKS_APART_MS = 10 * MINUTE_MS
"""A venue's clock may be ahead of ours; what it dates must be found."""
MOST_EVENTS = 20_000
EVENTS: dict[str, type[Answer]] = {
    "status": schemas.Status,
    "candle": schemas.CandleEvent,
    "column": schemas.ColumnEvent,
    "liquidations": schemas.LiquidationsEvent,
    "reload": schemas.ReloadEvent,
}
"""What the stream pushes, by name."""


def get_status(service: MarketService, asked: Asked[More]) -> Response:
    """How the venues are doing."""
    del asked
    return respond(schemas.Status, describe_status(service))


def get_liquidations(service: MarketService, asked: Asked[More]) -> Response:
    """Realised liquidations of a range, as the venues published them."""
    request = asked.view
    events: list[dict[str, Any]] = []
    capture: dict[str, str] = {}
    if service.markets:
        symbol = request.symbol or service.markets[0].symbol
        venues = list(dict.fromkeys(market.venue for market in service.markets if market.symbol == symbol))
        if request.venue not in (None, ALL_VENUES):
            venues = [market.venue for market in service.sources(replace(request, symbol=symbol))]
        end_ms = request.end_ms if request.end_ms is not None else now_ms() + CLOCKS_APART_MS
        start_ms = request.start_ms if request.start_ms is not None else end_ms - DAY_MS
        if start_ms >= end_ms:
            raise InputError("start_ms", "must be before end_ms", f"{start_ms} >= {end_ms}")
        for venue in venues:
            for batch in service.find_liquidations(venue, symbol, start_ms, end_ms):
                capture[venue] = batch.capture
                events += describe_liquidations(venue, batch)
    events.sort(key=lambda event: event["time_ms"])
    is_truncated = len(events) > MOST_EVENTS
    return respond(
        schemas.LiquidationList, {"events": events[-MOST_EVENTS:], "capture": capture, "truncated": is_truncated}
    )


def get_stream(service: MarketService, asked: Asked[More]) -> Response:
    """Server-sent events of a view: ``status``, ``candle``, ``column``, ``liquidations``, ``reload``."""
    request = asked.view
    live = service.live
    if live is None:
        raise NoDataError("stream", "must be asked of a server that runs with --live", "a server of files")
    if service.markets:
        service.heatmap(request)  # a bad query is a problem, not a broken stream
    subscription = live.broadcast.subscribe_among("stream", MOST_STREAMS)
    if subscription is None:
        raise BusyError("stream", f"must be one of at most {MOST_STREAMS} at a time", "one more", RETRY_AFTER_S)
    response = Response(_events(service, live, request, subscription), content_type="text/event-stream")
    # A client may be gone before the first event is asked for.
    response.call_on_close(subscription.close)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def describe_status(service: MarketService) -> dict[str, Any]:
    """State of every venue, and what could stand in for one that refuses."""
    live = service.live
    if live is None:
        return {"mode": "static", "symbol": None, "venues": [], "offers": [], "store": ""}
    return {
        "mode": "live",
        "symbol": live.followed.symbol,
        "interval": live.followed.interval,
        "venues": [_describe_contract(live, contract) for contract in live.contracts],
        "offers": live.offers(),
        "store": live.collector.store_trouble,
    }


def describe_liquidations(venue: str, batch: Liquidations) -> list[dict[str, Any]]:
    """Liquidations as JSON objects."""
    return [
        {
            "time_ms": int(batch.time_ms[row]),
            "receive_ms": int(batch.receive_ms[row]),
            "venue": venue,
            "is_long": bool(batch.is_long[row]),
            "price": float(batch.price[row]),
            "quantity": float(batch.quantity[row]),
            "notional_usd": float(batch.notional_usd[row]),
            "mark_price": None if np.isnan(batch.mark_price[row]) else float(batch.mark_price[row]),
            "price_means": batch.price_means,
            "capture": batch.capture,
        }
        for row in range(batch.time_ms.size)
    ]


def _describe_contract(live: LiveMarkets, contract: ContractState) -> dict[str, Any]:
    progress = contract.progress
    state, detail = contract.state, contract.detail or live.problem(contract.venue)
    feeds = list(contract.feeds.values())
    if state == "live" and any(feed.state in ("stale", "failed") for feed in feeds):
        worst = next(feed for feed in feeds if feed.state in ("stale", "failed"))
        state, detail = "stale", f"{worst.feed}: {worst.detail}"
    return {
        "venue": contract.venue,
        "symbol": contract.symbol,
        "state": state,
        "detail": detail,
        "since_ms": contract.since_ms,
        "progress": None
        if progress is None
        else {"done": progress.done, "total": progress.total, "part": progress.part},
        "notes": [] if contract.outcome is None else contract.outcome.notes,
        "feeds": [
            {
                "feed": feed.feed,
                "state": feed.state,
                "detail": feed.detail,
                "since_ms": feed.since_ms,
                "last_event_ms": contract.last_event_ms.get(feed.feed),
            }
            for feed in feeds
        ],
        "capture": live.capture_rule(contract.venue),
    }


def _events(
    service: MarketService, live: LiveMarkets, request: ViewRequest, subscription: Subscription
) -> Iterator[str]:
    waiting: dict[str, Any] = {"status": True, "tick": True}
    items: list[tuple[str, Liquidations]] = []
    sent_at = dict.fromkeys(("status", "tick", "reload"), 0.0)
    sent_from_ms = 0
    shown: Heatmap | None = None
    tick_s = FLOW_TICK_S if request.quantity == "flow" else TICK_S
    told: set[str] | None = None
    if request.venue not in (None, ALL_VENUES):
        # Before there is any market, names are all that is known.
        told = {market.venue for market in service.sources(request)} if service.markets else {*request.venue.split(",")}
    try:
        yield "retry: 2000\n\n"
        while not subscription.is_closed:
            now = time.monotonic()
            if "status" in waiting and now - sent_at["status"] >= STATUS_S:
                waiting.pop("status")
                sent_at["status"] = now
                yield _event("status", describe_status(service))
            if items:
                events = [
                    event
                    for venue, batch in items
                    if told is None or venue in told
                    for event in describe_liquidations(venue, batch)
                ]
                items = []
                if events:
                    yield _event("liquidations", {"events": events})
            if "reload" in waiting and now - sent_at["reload"] >= RELOAD_S:
                sent_at["reload"] = now
                yield _event("reload", {"reason": waiting.pop("reload")})
            if "tick" in waiting and now - sent_at["tick"] >= tick_s:
                waiting.pop("tick")
                sent_at["tick"] = now
                if shown is None:
                    shown = _shown(service, request)
                if shown is not None:
                    for name, payload, start_ms in _following(service, live, request, shown, sent_from_ms):
                        sent_from_ms = max(sent_from_ms, start_ms)
                        yield _event(name, payload)
            if now - sent_at["status"] >= KEEP_ALIVE_S:
                waiting["status"] = True
                continue
            patience = tick_s if waiting else KEEP_ALIVE_S
            topics, items = subscription.wait(patience)
            if waiting.get("reload") == "correction":
                topics.pop("reload", None)
            waiting |= {"tick" if name.startswith("tick") else name: value for name, value in topics.items()}
            if waiting.pop("missed", None) or waiting.pop("correction", None):
                waiting["reload"] = "correction"
    finally:
        subscription.close()


def _shown(service: MarketService, request: ViewRequest) -> Heatmap | None:
    """The map that the page shows; None where there is none yet, or it ends before the newest bar."""
    try:
        heat = service.heatmap(request)
    except LiqheatError:
        return None
    is_newest = heat.view.end_bar == heat.estimate.market.n_bars and request.as_of_ms is None
    return heat if is_newest else None


def _following(
    service: MarketService, live: LiveMarkets, request: ViewRequest, shown: Heatmap, from_ms: int
) -> list[tuple[str, dict[str, Any], int]]:
    """Candles and columns after the map that the page shows, on its axis, from the one that was sent last."""
    try:
        sources = service.sources(request)
        following = [live.following_bars(source) for source in sources]
        n_more = min(len(bars) for bars in following)
        extended = [extend_market(source, bars[:n_more]) for source, bars in zip(sources, following, strict=True)]
        parts = service.parts(sources, request.quantity or "held", request.bucket_width)
        # A whole book takes a few milliseconds.
        later = [extend_estimate(part, market) for part, market in zip(parts, extended, strict=True)]
        estimate = later[0] if len(later) == 1 else service.combine(later, request.weights)
        market, before = estimate.market, shown.view
        first_bar = int(np.searchsorted(market.open_time_ms, int(shown.time_edges_ms[0])))
        if first_bar >= market.n_bars or market.open_time_ms[first_bar] != shown.time_edges_ms[0]:
            return []
        view = replace(before, first_bar=first_bar, end_bar=market.n_bars)
        heat = Heatmap(estimate, view)
        messages = []
        for index in range((before.end_bar - before.first_bar) // before.bars_per_column, view.n_columns):
            start_ms = int(market.open_time_ms[first_bar + index * view.bars_per_column])
            if start_ms >= from_ms:
                messages.append(("candle", _candle(market, view, index), start_ms))
                messages.append(("column", _describe_column(heat.plain_column(start_ms)), start_ms))
    except LiqheatError:
        # Between two histories: the page is told to reload, and asks again.
        return []
    return messages


def _candle(market: MarketHistory, view: HeatmapView, index: int) -> dict[str, Any]:
    first = view.first_bar + index * view.bars_per_column
    end = min(first + view.bars_per_column, market.n_bars)
    candle = market.join_candles(first, end, view.bars_per_column)
    is_closed = end < market.n_bars
    return {name: values[0].item() for name, values in candle.items()} | {"is_closed": is_closed}


def _describe_column(column: Column) -> dict[str, Any]:
    return {
        "start_ms": column.start_ms,
        "end_ms": column.end_ms,
        # The rows mean something on this axis only.
        "n_buckets": int(column.price_edges.size) - 1,
        "price_low": float(column.price_edges[0]),
        "price_high": float(column.price_edges[-1]),
        "quantity": column.quantity,
        "long_usd": _sparse(column.long_usd),
        "short_usd": _sparse(column.short_usd),
    }


def _sparse(usd: FloatArray) -> dict[str, Any]:
    rows = np.flatnonzero(usd > 0)
    return {"rows": rows.tolist(), "usd": [float(f"{value:.6g}") for value in usd[rows]]}


def _event(name: str, values: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {EVENTS[name].model_validate(values).model_dump_json(exclude_unset=True)}\n\n"
