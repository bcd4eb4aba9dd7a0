"""What the map is for, over HTTP: clusters, setups with reasons, the table of markets, session briefs, the net line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from flask import Response

from liqheat import heatmap, setups
from liqheat.api import schemas
from liqheat.api import schemas_decide as answers
from liqheat.api.blind_spots import describe_blind_spots
from liqheat.api.now import find_depth, known_events, read_now
from liqheat.api.responses import respond
from liqheat.api.schemas import Asked
from liqheat.api.service import MarketService, data_age_ms
from liqheat.book import MODEL_VERSION
from liqheat.errors import InputError, LiqheatError, NoDataError
from liqheat.records import Estimate, MarketHistory, OrderBookDepth, TrackedCluster, ViewRequest
from liqheat.setups import (
    STYLE_COHORTS,
    STYLE_HORIZONS,
    ClusterTracker,
    Rule,
    forecast_clusters,
    load_preset,
    rank_setups,
    remaining_clusters,
    to_plain,
    track_clusters,
)
from liqheat.units import DAY_MS, MINUTE_MS, now_ms

KEPT_DEAD = 20
NEXT_SESSIONS = 3
DEPTH_MAX_AGE_MS = 5_000


def get_clusters(service: MarketService, asked: Asked[answers.ClustersMore]) -> Response:
    """Clusters with their lives, and what is left of each after realised liquidations."""
    request = asked.view
    markets, estimate = _estimate(service, request)
    with _tracker(service, request, markets, estimate, request.cohort, asked.more.span) as tracker:
        alive, dead, curves = tracker.alive, tracker.dead[:KEPT_DEAD], tracker.curves
    assert curves is not None  # noqa: S101  a tracker on loan has looked
    remainders = _remainders(service, markets, (*alive, *dead), curves.time_ms)
    touches = _touches(service, request, markets, alive, curves.time_ms)
    return respond(
        answers.Clusters,
        {
            **describe_estimate(request, markets, estimate),
            "time_ms": curves.time_ms,
            "price": curves.price,
            "cohort": request.cohort,
            "leverages": sorted(set(heatmap.band_labels(estimate.tiers))),
            "outside_share": setups.unseen_share(estimate, request),
            "horizon": request.horizon,
            "clusters": [_told(one, remainders, touches) for one in alive],
            "dead": [_told(one, remainders, touches) for one in dead],
        },
    )


def get_setups(service: MarketService, asked: Asked[answers.SetupsMore]) -> Response:
    """Every cluster near the price judged as a trade idea, with all reasons; asking again is the pre-trade check."""
    request = asked.view
    request = replace(request, horizon=STYLE_HORIZONS[asked.more.style])
    markets, estimate = _estimate(service, request)
    cohort = STYLE_COHORTS[asked.more.style]
    depth = find_depth(service, markets, request.as_of_ms)
    with _tracker(service, request, markets, estimate, cohort, "7d") as tracker:
        now = read_now(service, request, markets, estimate, tracker, cohort, depth)
        preset = load_preset(asked.more.preset)
        found = rank_setups(
            setups.score_setup(one, now, style=asked.more.style, equity_usd=asked.more.equity_usd, preset=preset)
            for one in now.clusters
        )
    series = now.calendar or ()
    calendar = setups.calendar_state(series, now.now_ms, window_ms=int(preset["news_window_min"]) * MINUTE_MS)
    return respond(
        answers.Setups,
        {
            **describe_estimate(request, markets, estimate),
            "horizon": request.horizon,
            "style": asked.more.style,
            "preset": asked.more.preset,
            "equity_usd": asked.more.equity_usd,
            "time_ms": now.now_ms,
            "price": now.price,
            "setups": to_plain(found),
            "calendar": {
                **to_plain(calendar),
                "series": [
                    {**{name: to_plain(getattr(one, name)) for name in ("name", "source", "valid_until_ms", "broken")}}
                    for one in series
                ],
            },
            "depth": _describe_freshness(depth, now.now_ms),
            "rule_table": [_plain_rule(rule, asked.more.preset) for rule in setups.RULES],
            "contradictions": [
                {"rule_ids": list(one.rule_ids), "text": f"{one.title}. {one.resolution}"}
                for one in setups.CONTRADICTIONS
            ],
        },
    )


def get_market(service: MarketService, asked: Asked[answers.MarketMore]) -> Response:
    """All symbols: price, day, asymmetry, nearest clusters with their dollars, reliability."""
    rows, left_out = [], []
    style = asked.more.style
    for markets in _groups(service):
        one = ViewRequest(symbol=markets[0].symbol, horizon=STYLE_HORIZONS[style])
        try:
            estimate = service.usual(markets, one)
            cohort = STYLE_COHORTS[style]
            with _tracker(service, one, markets, estimate, cohort, "7d") as tracker:
                rows.append(read_now(service, one, markets, estimate, tracker, cohort, find_depth(service, markets)))
        except LiqheatError as error:
            left_out.append({"symbol": markets[0].symbol, "reason": str(error)})
    table = setups.market_table(rows, style=style, preset=asked.more.preset, sort=asked.more.sort)
    return respond(
        answers.MarketTable,
        {
            "rows": to_plain(table),
            "style": style,
            "sort": asked.more.sort,
            "left_out": left_out,
            "model_version": MODEL_VERSION,
        },
    )


def get_brief(service: MarketService, asked: Asked[answers.BriefMore]) -> Response:
    """What changed between two looks, and which sessions open next; of expected liquidations where there are any."""
    request = asked.view
    markets = list(service.sources(request))
    estimate = service.usual(markets, request)
    with _tracker(service, request, markets, estimate, "none", "7d") as tracker:
        now = tracker.alive
        time_ms = tracker.time_ms or 0
    # Far enough to cross a weekend.
    opens = setups.session_opens(time_ms - 4 * DAY_MS, time_ms + 4 * DAY_MS, service.sessions)
    past = [one for one in opens if one.open_ms <= time_ms]
    since_ms = (
        asked.more.since_ms if asked.more.since_ms is not None else past[-1].open_ms if past else time_ms - DAY_MS
    )
    if since_ms >= time_ms:
        raise InputError("since_ms", f"must be before the end of the data, {time_ms}", since_ms)
    before = track_clusters(estimate, span="7d", as_of_ms=since_ms).alive
    session = past[-1].name if past and asked.more.since_ms is None else ""
    brief = setups.session_brief(before, now, now_ms=time_ms, session=session)
    return respond(
        answers.Brief,
        {
            **describe_estimate(request, markets, estimate),
            "since_ms": since_ms,
            "brief": to_plain(brief),
            "touch_forecasts": _touches(service, request, markets, now, time_ms),
            "sessions": to_plain([*past[-1:], *[one for one in opens if one.open_ms > time_ms][:NEXT_SESSIONS]]),
        },
    )


def get_net(service: MarketService, asked: Asked[answers.NetMore]) -> Response:
    """Shorts above less longs below the price over time: negative is bearish, as in the article."""
    request = asked.view
    heat = service.heatmap(request)
    line = heatmap.net_line(heat.estimate, heat.view, band=asked.more.band)
    plain = to_plain(line)
    net = line.short_above_usd - line.long_below_usd
    return respond(
        answers.Net,
        {**plain, "net_usd": net.tolist(), **heat.metadata(), "data_age_ms": data_age_ms(heat.estimate.market)},
    )


def get_depth(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """The newest order book, best levels first, and its walls."""
    request = asked.view
    markets = list(service.sources(request))
    samples = find_depth(service, markets)
    newest = [book for books in (samples or {}).values() for book in books[-1:]]
    if not newest:
        if service.live is None:
            raise NoDataError("depth", "must have been streamed: files have no order book", "none")
        empty: dict[str, Any] = {"bids": [], "asks": [], "walls": [], "n_samples": 0}
        return respond(answers.Depth, {"time_ms": None, "age_ms": None, "price": None, **empty})
    book = max(newest, key=lambda one: one.time_ms)
    return respond(
        answers.Depth,
        {
            "time_ms": book.time_ms,
            "age_ms": max((now_ms() if service.live is not None else markets[0].end_ms) - book.time_ms, 0),
            "price": (float(book.bid_price[0]) + float(book.ask_price[0])) / 2,
            "bids": np.column_stack([book.bid_price, book.bid_usd]).tolist(),
            "asks": np.column_stack([book.ask_price, book.ask_usd]).tolist(),
            "walls": to_plain(setups.find_walls(book)),
            "n_samples": sum(len(books) for books in (samples or {}).values()),
        },
    )


def get_blind_spots(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """What the map cannot see, and how much of the market it covers."""
    request = asked.view
    sources = service.sources(request)
    tracked = None if service.live is None else service.live.tracked_open_interest_usd()
    published = service.published()
    spots = describe_blind_spots(sources, tracked)
    return respond(answers.BlindSpots, {**spots, "article": published.claims, "accuracy": published.headline})


def _estimate(service: MarketService, request: ViewRequest) -> tuple[list[MarketHistory], Estimate]:
    markets = list(service.sources(request))
    return markets, service.weighted(service.estimate(markets, request.quantity or "held"), request)


def _groups(service: MarketService) -> list[list[MarketHistory]]:
    """Markets of one asset together; those that cannot be summed alone."""
    groups = [list(group) for group in service.groups()]
    known = {id(market) for group in groups for market in group}
    return groups + [[market] for market in service.markets if id(market) not in known]


@contextmanager
def _tracker(
    service: MarketService,
    request: ViewRequest,
    markets: list[MarketHistory],
    estimate: Estimate,
    cohort: str,
    span: str,
) -> Iterator[ClusterTracker]:
    as_of_ms = request.as_of_ms
    leverage = request.leverage
    places = tuple((market.venue, market.symbol) for market in markets)
    how: dict[str, Any] = {"cohort": cohort, "span": span, "leverage": leverage, "as_of_ms": as_of_ms}
    if as_of_ms is not None:
        yield track_clusters(estimate, **how)
        return
    model = None if estimate.calibration is None else estimate.calibration.model.hash
    horizon = None if estimate.calibration is None else estimate.calibration.horizon
    key = (places, cohort, span, leverage, model, horizon)
    with service.trackers.borrow(key, estimate, end_ms=estimate.market.end_ms, **how) as tracker:
        yield tracker


def _remainders(
    service: MarketService, markets: list[MarketHistory], clusters: tuple[TrackedCluster, ...], end_ms: int
) -> dict[str, Any]:
    """What is left of clusters, where any venue's liquidations are known for the time."""
    if not clusters:
        return {}
    events = known_events(service, markets, min(one.birth_ms for one in clusters), max(end_ms, now_ms()))
    return {one.cluster_id: to_plain(one) for one in remaining_clusters(clusters, events)} if events else {}


def _touches(
    service: MarketService,
    request: ViewRequest,
    markets: list[MarketHistory],
    clusters: tuple[TrackedCluster, ...],
    time_ms: int,
) -> dict[str, Any]:
    """The touch forecast of living clusters by id; none where no parameters fit the bars."""
    expected = service.expected(markets)
    if expected is None:
        return {}
    found = forecast_clusters(expected, [one.cluster for one in clusters], horizon=request.horizon, as_of_ms=time_ms)
    return {one.cluster_id: to_plain(touch) for one, touch in zip(clusters, found, strict=True)}


def _told(one: TrackedCluster, remainders: dict[str, Any], touches: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(one)
    return plain | {"remainder": remainders.get(one.cluster_id), "touch_forecast": touches.get(one.cluster_id)}


def _plain_rule(rule: Rule, preset: str) -> dict[str, Any]:
    values = [
        {
            "key": one.key,
            "value": one.strict if preset == "strict" else one.article,
            "unit": one.unit,
            "source": rule.source,
            "least": one.lowest,
            "most": one.highest,
        }
        for one in rule.values
    ]
    return {
        "id": rule.rule_id,
        "name": rule.name,
        "asks": rule.asks,
        "step": rule.step,
        "threshold": rule.threshold,
        "phrases": rule.phrases,
        "inputs": rule.inputs,
        "values": to_plain(values),
    }


def _describe_freshness(depth: Mapping[str, list[OrderBookDepth]] | None, at_ms: int) -> dict[str, Any]:
    if not depth:
        return {"fresh": False, "n_samples": 0, "age_ms": None}
    age_ms = max(at_ms - books[-1].time_ms for books in depth.values())
    n_samples = min(len(books) for books in depth.values())
    return {"fresh": age_ms <= DEPTH_MAX_AGE_MS, "n_samples": n_samples, "age_ms": age_ms}


def describe_estimate(request: ViewRequest, markets: list[MarketHistory], estimate: Estimate) -> dict[str, Any]:
    """Of which books and by whose parameters an answer is."""
    return {
        **heatmap.describe_model(estimate, _last_bar(estimate, request)),
        "quantity": estimate.quantity,
        "symbol": markets[0].symbol,
        "venue": request.venue or markets[0].venue,
        "venues": [market.venue for market in markets],
        "origin": markets[0].origin,
        "calibration": estimate.status,
        "model_version": MODEL_VERSION,
        "notes": [note for market in markets for note in market.notes],
    }


def _last_bar(estimate: Estimate, request: ViewRequest) -> int:
    """The last bar that a request may know."""
    as_of_ms = request.as_of_ms
    if as_of_ms is None:
        return estimate.n_bars - 1
    closes = estimate.market.open_time_ms + estimate.market.interval_ms
    return max(int(np.searchsorted(closes, as_of_ms, side="right")) - 1, 0)
