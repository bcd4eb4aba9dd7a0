"""The routes: one row each, from which both the URL map and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import Response
from pydantic import BaseModel

import liqheat._core as _core
from liqheat.api import decide, schemas, schemas_accuracy
from liqheat.api import schemas_decide as answers
from liqheat.api.accuracy import get_accuracy, get_accuracy_page, get_article, get_article_page
from liqheat.api.compression import compress
from liqheat.api.flows import flow_leverages
from liqheat.api.live import get_liquidations, get_status, get_stream
from liqheat.api.now import find_depth
from liqheat.api.order_flow import get_order_flow
from liqheat.api.responses import respond, respond_cached
from liqheat.api.schemas import Asked
from liqheat.api.service import MarketService, data_age_ms
from liqheat.api.sweeps import get_sweeps
from liqheat.book import MODEL_VERSION
from liqheat.errors import InputError
from liqheat.flow import touch_forecast
from liqheat.heatmap import (
    MAP_TYPES,
    QUANTITIES,
    Heatmap,
    available_intervals,
    band_labels,
    build_view,
    coinglass_frame,
    fill_cells,
    find_map_type,
)
from liqheat.records import PARAMETERS, Column, MarketHistory, Profile
from liqheat.setups import to_plain
from liqheat.units import COHORTS_MS, CURRENCIES_PER_USD, format_interval
from liqheat.venues import VENUE_NAMES

MOST_JSON_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Route:
    """One path: what it takes, what it answers, and who answers.

    Attributes
    ----------
    name : str
        Path below ``/api/v1``, or one that begins with a stroke.
    summary : str
        For the document.
    handle : callable
        Takes the service and what is asked.
    answer : type of BaseModel or str
        Shape of a JSON answer, or another content type.
    asks : tuple of str
        Names of `ViewRequest` that it takes.
    more : type of BaseModel
        Parameters beside them.
    is_kept : bool
        Whether an answer is kept with an ETag, and sent again as 304.
    """

    name: str
    summary: str
    handle: Callable[[MarketService, Asked[Any]], Response]
    answer: type[BaseModel] | str
    asks: tuple[str, ...] = ()
    more: type[schemas.More] = schemas.More
    is_kept: bool = False

    @property
    def path(self) -> str:
        """The whole path."""
        return self.name if self.name.startswith("/") else f"/api/v1/{self.name}"


def get_symbols(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """List what can be drawn."""
    del asked
    groups = [(market,) for market in service.markets]
    markets = [_describe(service, group) for group in [*groups, *service.groups()]]
    first = next(iter(service.markets), None)
    return respond(
        schemas.Symbols,
        {
            "markets": markets,
            "default": None if first is None else {"symbol": first.symbol, "venue": first.venue},
            "currencies": dict(CURRENCIES_PER_USD),
            "venue_names": VENUE_NAMES,
            "map_types": to_plain(MAP_TYPES),
            "quantities": to_plain(list(QUANTITIES.values())),
            "mode": "static" if service.live is None else "live",
            "model_version": MODEL_VERSION,
        },
    )


def get_candles(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """Trade candles of a range."""
    request = asked.view
    estimate = service.estimate_of(request)
    market = estimate.market
    interval = request.interval or format_interval(market.interval_ms)
    view = build_view(
        estimate,
        interval=interval,
        buckets=1,
        start_ms=service.start_of(request, market),
        end_ms=request.end_ms,
        as_of_ms=request.as_of_ms,
    )
    candles = market.join_candles(view.first_bar, view.end_bar, view.bars_per_column)
    columns = {name: values.tolist() for name, values in candles.items()}
    return respond(schemas.Candles, {**columns, **_market_metadata(market), "interval": interval})


def get_heatmap_bytes(service: MarketService, asked: Asked[schemas.BytesMore]) -> Response:
    """The grid as `LQH1` bytes."""
    request = asked.view
    # Before the ETag is looked at: a bad query is a problem, whatever the client has.
    heatmap = service.heatmap(request)
    map_type = find_map_type(asked.more.type)
    if map_type.is_signed and request.side != "both":
        raise InputError("side", "must be both: a delta needs longs and shorts", request.side)
    return respond_cached(
        service.bodies,
        service.cache_key("sides" if map_type.is_signed else "one plane", request),
        LQH1,
        lambda: service.compressed_bytes(heatmap, map_type),
        data_age_ms(heatmap.estimate.market),
    )


def get_heatmap_json(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """The grid as Coinglass-shaped JSON."""
    request = asked.view
    heatmap = service.heatmap(request)
    cells = heatmap.view.n_columns * heatmap.view.axis.n_buckets
    if cells > MOST_JSON_CELLS:
        rule = f"must make at most {MOST_JSON_CELLS} cells in JSON: ask for fewer buckets or a longer interval"
        raise InputError("buckets, interval", rule, cells)
    return respond_cached(
        service.bodies,
        service.cache_key("json", request),
        JSON,
        lambda: compress(fill_cells(_shape_json(heatmap), heatmap)),
        data_age_ms(heatmap.estimate.market),
    )


def _shape_json(heatmap: Heatmap) -> str:
    """All but the cells, in the shape that is published."""
    body = {"code": "0", "msg": "success", "data": coinglass_frame(heatmap), "liqheat": heatmap.metadata()}
    return schemas.HeatmapJson.model_validate(body).model_dump_json(exclude_unset=True)


def get_column(service: MarketService, asked: Asked[schemas.ColumnMore]) -> Response:
    """Exact figures of one column."""
    request = asked.view
    heatmap = service.heatmap(request)
    profile = heatmap.profile(asked.more.t_ms)
    column = profile.column
    usual = {"usual_usd": profile.usual_usd.tolist()} if heatmap.estimate.quantity == "flow" else {}
    return respond(
        schemas.Column,
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
            **usual,
            **heatmap.metadata(),
            "data_age_ms": data_age_ms(heatmap.estimate.market),
        },
    )


def get_profile(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """Static liquidation map at the end of a view."""
    request = asked.view
    heatmap = service.heatmap(request)
    profile = heatmap.profile()
    column = profile.column
    return respond(
        schemas.Profile,
        {
            "as_of_ms": column.end_ms,
            "reference_price": column.reference_price,
            "price_edges": column.price_edges.tolist(),
            "leverages": column.leverages.tolist(),
            "long_by_leverage_usd": column.notional_usd[0].tolist(),
            "short_by_leverage_usd": column.notional_usd[1].tolist(),
            "cumulative_long_usd": profile.cumulative_long_usd.tolist(),
            "cumulative_short_usd": profile.cumulative_short_usd.tolist(),
            **_describe_way(heatmap, profile),
            **_describe_band(column),
            **heatmap.metadata(),
            "data_age_ms": data_age_ms(heatmap.estimate.market),
        },
    )


def get_health(service: MarketService, asked: Asked[schemas.More]) -> Response:
    """Say that the server is up."""
    del asked
    newest = max(service.markets, key=lambda market: market.end_ms, default=None)
    return respond(
        schemas.Health,
        {
            "status": "ok",
            "version": _core.__version__,
            "build_profile": _core.build_profile,
            "model_version": MODEL_VERSION,
            "n_markets": len(service.markets),
            "data_end_ms": None if newest is None else newest.end_ms,
            "data_age_ms": None if newest is None else data_age_ms(newest),
        },
    )


_JSON = "application/json"
_VIEW = tuple(PARAMETERS)
_PLACE = ("symbol", "venue")
_SPAN = ("start_ms", "end_ms")
_CANDLES = (*_PLACE, "weights", "interval", *_SPAN, "as_of_ms")
_CLUSTERS = (*_PLACE, "quantity", "horizon", "cohort", "leverage", "as_of_ms")
_SETUPS = (*_PLACE, "quantity", "as_of_ms")
LQH1 = "application/vnd.liqheat.lqh1"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"

ROUTES = (
    Route("symbols", "Contracts that can be drawn", get_symbols, schemas.Symbols),
    Route("candles", "Trade candles", get_candles, schemas.Candles, _CANDLES),
    Route("heatmap.bin", "Heatmap as LQH1 bytes", get_heatmap_bytes, LQH1, _VIEW, schemas.BytesMore, is_kept=True),
    Route(
        "heatmap.json", "Heatmap as Coinglass has it, JSON", get_heatmap_json, schemas.HeatmapJson, _VIEW, is_kept=True
    ),
    Route("column", "Exact figures of one column", get_column, schemas.Column, _VIEW, schemas.ColumnMore),
    Route("profile", "Static liquidation map", get_profile, schemas.Profile, _VIEW),
    Route("clusters", "Clusters", decide.get_clusters, answers.Clusters, _CLUSTERS, answers.ClustersMore),
    Route("setups", "Setups with reasons", decide.get_setups, answers.Setups, _SETUPS, answers.SetupsMore),
    Route("market", "All markets", decide.get_market, answers.MarketTable, (), answers.MarketMore),
    Route("brief", "What changed", decide.get_brief, answers.Brief, _PLACE, answers.BriefMore),
    Route("sweeps", "What fired", get_sweeps, answers.Sweeps, (*_PLACE, "as_of_ms")),
    Route("net", "Net line", decide.get_net, answers.Net, _VIEW, answers.NetMore),
    Route("depth", "Order book", decide.get_depth, answers.Depth, _PLACE),
    Route(
        "order-flow",
        "What happens before a cluster",
        get_order_flow,
        answers.OrderFlow,
        (*_PLACE, "as_of_ms"),
        answers.OrderFlowMore,
    ),
    Route("blind-spots", "Blind spots", decide.get_blind_spots, answers.BlindSpots, _PLACE),
    Route("liquidations", "Realised liquidations", get_liquidations, schemas.LiquidationList, (*_PLACE, *_SPAN)),
    Route("status", "How the venues are doing", get_status, schemas.Status),
    Route("stream", "Changes of a view as they come", get_stream, EVENT_STREAM, _VIEW),
    Route("accuracy", "Scores of the map", get_accuracy, schemas_accuracy.Accuracy),
    Route("accuracy/article", "The article's claims, measured", get_article, schemas_accuracy.Article),
    Route("/accuracy", "Scores of the map as a page", get_accuracy_page, "text/html"),
    Route("/accuracy/article", "The article's claims as a page", get_article_page, "text/html"),
    Route("/health", "Whether the server is up", get_health, schemas.Health),
)


def _describe_band(column: Column) -> dict[str, Any]:
    """Range and support of each bucket, where a flow is drawn."""
    parts = {"low_usd": column.low_usd, "high_usd": column.high_usd, "support": column.support}
    return {name: values.tolist() for name, values in parts.items() if values is not None}


def _describe_way(heatmap: Heatmap, profile: Profile) -> dict[str, Any]:
    """The 80 % band of what is on the way to each bucket, where the whole map is shown and dollars were tested."""
    if not profile.distance_usd.any():
        return {}
    column = profile.column
    near, far = column.price_edges[:-1], column.price_edges[1:]
    levels = np.where(near < column.reference_price, near, far)
    band = touch_forecast(heatmap.estimate, levels, as_of_ms=column.end_ms).on_the_way_band_80
    return {f"on_the_way_{end}_usd": to_plain(band[:, row]) for row, end in enumerate(("low", "high"))}


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


def _describe(service: MarketService, group: tuple[MarketHistory, ...]) -> dict[str, Any]:
    """One market, or several that are drawn as one."""
    estimate = service.estimate(group)
    market = estimate.market
    described = {
        "symbol": market.symbol,
        "venue": market.venue,
        "contract_kind": market.contract_kind,
        "origin": market.origin,
        "interval_ms": market.interval_ms,
        "intervals": list(available_intervals(market.interval_ms)),
        "start_ms": int(market.open_time_ms[0]),
        "end_ms": market.end_ms,
        "leverages": sorted(set(band_labels(estimate.tiers))),
        "flow_leverages": flow_leverages(estimate),
        "has_order_book": service.live is not None or find_depth(service, group) is not None,
        "cohorts": ["none", *COHORTS_MS],
        "notes": list(market.notes),
        "candles_of": market.candle_venue,
    }
    return described if len(group) == 1 else described | {"venues": [one.venue for one in group]}
