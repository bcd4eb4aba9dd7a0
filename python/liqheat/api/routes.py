"""The routes: one row each, from which both the URL map and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from pydantic import BaseModel

import liqheat._core as _core
from liqheat.api import decide, schemas, schemas_accuracy, schemas_decide
from liqheat.api.accuracy import get_accuracy, get_accuracy_page, get_article, get_article_page
from liqheat.api.flows import flow_leverages
from liqheat.api.live import get_liquidations, get_status, get_stream
from liqheat.api.responses import respond_cached, respond_json
from liqheat.api.service import MarketService, data_age_ms
from liqheat.book import MODEL_VERSION
from liqheat.errors import InputError
from liqheat.heatmap import available_intervals, band_labels, build_view, coinglass_payload
from liqheat.records import ALL_VENUES, Column, Estimate, MarketHistory
from liqheat.units import COHORTS_MS, CURRENCIES_PER_USD, format_interval
from liqheat.venues import VENUE_NAMES

MOST_JSON_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Route:
    """One path: what it takes, what it answers, and who answers."""

    path: str
    summary: str
    query: type[BaseModel]
    answer: type[BaseModel] | None
    content_type: str
    handle: Callable[[MarketService, Any], Response]


def get_symbols(service: MarketService, query: schemas.NoQuery) -> Response:
    """List what can be drawn."""
    del query
    markets = [_describe(service, market) for market in service.markets]
    markets += [_describe_sum(service, group) for group in service.groups()]
    first = next(iter(service.markets), None)
    return respond_json(
        {
            "markets": markets,
            "default": None if first is None else {"symbol": first.symbol, "venue": first.venue},
            "currencies": dict(CURRENCIES_PER_USD),
            "venue_names": VENUE_NAMES,
            "mode": "static" if service.live is None else "live",
            "model_version": MODEL_VERSION,
        }
    )


def get_candles(service: MarketService, query: schemas.Query) -> Response:
    """Trade candles of a range."""
    estimate = service.estimate_of(query)
    market = estimate.market
    interval = query.interval or format_interval(market.interval_ms)
    view = build_view(
        estimate,
        interval=interval,
        buckets=1,
        start_ms=service.start_of(query, market),
        end_ms=query.end_ms,
        as_of_ms=query.as_of_ms,
    )
    candles = market.join_candles(view.first_bar, view.end_bar, view.bars_per_column)
    columns = {name: values.tolist() for name, values in candles.items()}
    return respond_json({**columns, **_market_metadata(market), "interval": interval})


def get_heatmap_bytes(service: MarketService, query: schemas.BytesQuery) -> Response:
    """The grid as `LQH1` bytes."""
    # Before the ETag is looked at: a bad query is a problem, whatever the client has.
    heatmap = service.heatmap(query.view())
    if query.type == "delta" and query.side != "both":
        raise InputError("side", "must be both: a delta needs longs and shorts", query.side)
    return respond_cached(
        service.bodies,
        service.cache_key(query.type, query.view()),
        "application/vnd.liqheat.lqh1",
        lambda: service.compressed_bytes(heatmap, query.type),
        data_age_ms(heatmap.estimate.market),
    )


def get_heatmap_json(service: MarketService, query: schemas.ViewQuery) -> Response:
    """The grid as Coinglass-shaped JSON."""
    heatmap = service.heatmap(query)
    cells = heatmap.view.n_columns * heatmap.view.axis.n_buckets
    if cells > MOST_JSON_CELLS:
        rule = f"must make at most {MOST_JSON_CELLS} cells in JSON: ask for fewer buckets or a longer interval"
        raise InputError("buckets, interval", rule, cells)
    metadata = {**heatmap.metadata(), "data_age_ms": data_age_ms(heatmap.estimate.market)}
    return respond_json({"code": "0", "msg": "success", "data": coinglass_payload(heatmap), "liqheat": metadata})


def get_column(service: MarketService, query: schemas.ColumnQuery) -> Response:
    """Exact figures of one column."""
    heatmap = service.heatmap(_view_of(query))
    column = heatmap.column(query.t_ms)
    return respond_json(
        {
            "start_ms": column.start_ms,
            "end_ms": column.end_ms,
            "reference_price": column.reference_price,
            "price_edges": column.price_edges.tolist(),
            "leverages": column.leverages.tolist(),
            "long_usd": column.long_usd.tolist(),
            "short_usd": column.short_usd.tolist(),
            "long_by_leverage_usd": column.notional_usd[0].tolist(),
            "short_by_leverage_usd": column.notional_usd[1].tolist(),
            **_describe_band(column),
            **heatmap.metadata(),
            "data_age_ms": data_age_ms(heatmap.estimate.market),
        }
    )


def get_profile(service: MarketService, query: schemas.ViewQuery) -> Response:
    """Static liquidation map at the end of a view."""
    heatmap = service.heatmap(query)
    profile = heatmap.profile()
    column = profile.column
    return respond_json(
        {
            "as_of_ms": column.end_ms,
            "reference_price": column.reference_price,
            "price_edges": column.price_edges.tolist(),
            "leverages": column.leverages.tolist(),
            "long_by_leverage_usd": column.notional_usd[0].tolist(),
            "short_by_leverage_usd": column.notional_usd[1].tolist(),
            "cumulative_long_usd": profile.cumulative_long_usd.tolist(),
            "cumulative_short_usd": profile.cumulative_short_usd.tolist(),
            **_describe_band(column),
            **heatmap.metadata(),
            "data_age_ms": data_age_ms(heatmap.estimate.market),
        }
    )


def get_health(service: MarketService, query: schemas.NoQuery) -> Response:
    """Say that the server is up."""
    del query
    newest = max(service.markets, key=lambda market: market.end_ms, default=None)
    return respond_json(
        {
            "status": "ok",
            "version": _core.__version__,
            "build_profile": _core.build_profile,
            "model_version": MODEL_VERSION,
            "n_markets": len(service.markets),
            "data_end_ms": None if newest is None else newest.end_ms,
            "data_age_ms": None if newest is None else data_age_ms(newest),
        }
    )


_JSON = "application/json"
ROUTES = (
    Route("/api/v1/symbols", "Contracts that can be drawn", schemas.NoQuery, schemas.Symbols, _JSON, get_symbols),
    Route("/api/v1/candles", "Trade candles", schemas.Query, schemas.Candles, _JSON, get_candles),
    Route(
        "/api/v1/heatmap.bin",
        "Heatmap as LQH1 bytes",
        schemas.BytesQuery,
        None,
        "application/vnd.liqheat.lqh1",
        get_heatmap_bytes,
    ),
    Route(
        "/api/v1/heatmap.json",
        "Heatmap as Coinglass-shaped JSON",
        schemas.ViewQuery,
        schemas.HeatmapJson,
        _JSON,
        get_heatmap_json,
    ),
    Route("/api/v1/column", "Exact figures of one column", schemas.ColumnQuery, schemas.Column, _JSON, get_column),
    Route("/api/v1/profile", "Static liquidation map", schemas.ViewQuery, schemas.Profile, _JSON, get_profile),
    Route(
        "/api/v1/clusters",
        "Clusters",
        schemas_decide.ClustersQuery,
        schemas_decide.Clusters,
        _JSON,
        decide.get_clusters,
    ),
    Route(
        "/api/v1/setups",
        "Setups with reasons",
        schemas_decide.SetupsQuery,
        schemas_decide.Setups,
        _JSON,
        decide.get_setups,
    ),
    Route(
        "/api/v1/market",
        "All markets",
        schemas_decide.MarketQuery,
        schemas_decide.MarketTable,
        _JSON,
        decide.get_market,
    ),
    Route("/api/v1/brief", "What changed", schemas_decide.BriefQuery, schemas_decide.Brief, _JSON, decide.get_brief),
    Route("/api/v1/net", "Net line", schemas_decide.NetQuery, schemas_decide.Net, _JSON, decide.get_net),
    Route("/api/v1/depth", "Order book", schemas_decide.PlaceQuery, schemas_decide.Depth, _JSON, decide.get_depth),
    Route(
        "/api/v1/blind-spots",
        "Blind spots",
        schemas_decide.PlaceQuery,
        schemas_decide.BlindSpots,
        _JSON,
        decide.get_blind_spots,
    ),
    Route(
        "/api/v1/liquidations",
        "Realised liquidations",
        schemas.LiquidationsQuery,
        schemas.LiquidationList,
        _JSON,
        get_liquidations,
    ),
    Route("/api/v1/status", "How the venues are doing", schemas.NoQuery, schemas.Status, _JSON, get_status),
    Route("/api/v1/stream", "Changes of a view as they come", schemas.ViewQuery, None, "text/event-stream", get_stream),
    Route("/api/v1/accuracy", "Scores of the map", schemas.NoQuery, schemas_accuracy.Accuracy, _JSON, get_accuracy),
    Route(
        "/api/v1/accuracy/article",
        "The article's claims, measured",
        schemas.NoQuery,
        schemas_accuracy.Article,
        _JSON,
        get_article,
    ),
    Route("/accuracy", "Scores of the map as a page", schemas.NoQuery, None, "text/html", get_accuracy_page),
    Route("/accuracy/article", "The article's claims as a page", schemas.NoQuery, None, "text/html", get_article_page),
    Route("/health", "Whether the server is up", schemas.NoQuery, schemas.Health, _JSON, get_health),
)


def _view_of(query: schemas.ViewQuery) -> schemas.ViewQuery:
    return schemas.ViewQuery.model_construct(**{name: getattr(query, name) for name in schemas.ViewQuery.model_fields})


def _describe_band(column: Column) -> dict[str, Any]:
    """Range and support of each bucket, where a flow is drawn."""
    parts = {"low_usd": column.low_usd, "high_usd": column.high_usd, "support": column.support}
    return {name: values.tolist() for name, values in parts.items() if values is not None}


def _market_metadata(market: MarketHistory) -> dict[str, Any]:
    return {
        "symbol": market.symbol,
        "venue": market.venue,
        "origin": market.origin,
        "model_version": MODEL_VERSION,
        "data_end_ms": market.end_ms,
        "data_age_ms": data_age_ms(market),
        "notes": list(market.notes),
    }


def _describe_sum(service: MarketService, group: tuple[MarketHistory, ...]) -> dict[str, Any]:
    query = schemas.ViewQuery(symbol=group[0].symbol, venue=ALL_VENUES)
    estimate = service.estimate_of(query)
    return _describe_market(estimate.market, estimate) | {"venues": [market.venue for market in group]}


def _describe(service: MarketService, market: MarketHistory) -> dict[str, Any]:
    return _describe_market(market, service.estimate([market]))


def _describe_market(market: MarketHistory, estimate: Estimate) -> dict[str, Any]:
    return {
        "symbol": market.symbol,
        "venue": market.venue,
        "contract_kind": market.contract_kind,
        "origin": market.origin,
        "interval_ms": market.interval_ms,
        "intervals": list(available_intervals(market.interval_ms)),
        "start_ms": int(market.open_time_ms[0]),
        "end_ms": market.end_ms,
        "leverages": sorted(set(band_labels(estimate.tiers))),
        "flow_leverages": flow_leverages(market),
        "cohorts": ["none", *COHORTS_MS],
        "notes": list(market.notes),
    }
