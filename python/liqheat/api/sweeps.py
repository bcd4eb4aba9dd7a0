"""Which clusters were swept of late: what was reported inside each, beside what was expected."""

from __future__ import annotations

from dataclasses import replace

from flask import Response

from liqheat.api import schemas_decide as answers
from liqheat.api.decide import describe_estimate
from liqheat.api.responses import respond
from liqheat.api.schemas import Asked, More
from liqheat.api.service import MarketService
from liqheat.records import LiquidationLabels, MarketHistory
from liqheat.setups import SWEPT_WITHIN, find_sweeps, to_plain
from liqheat.units import DAY_MS, HOUR_MS

UNKNOWN = "not known what was liquidated: no totals here, and no venue that reports all of it"
NO_LAW = "no parameters for bars this long"


def get_sweeps(service: MarketService, asked: Asked[More]) -> Response:
    """The sweeps of the last day, oldest first, and how many of them came true within their band."""
    request = replace(asked.view, quantity="flow", horizon=SWEPT_WITHIN)
    markets = list(service.sources(request))
    estimate = service.usual(markets, request)
    is_priced = estimate.calibration is not None
    end_ms = estimate.market.end_ms if request.as_of_ms is None else min(request.as_of_ms, estimate.market.end_ms)
    labels = _labels(service, markets) if is_priced else None
    found = () if labels is None else find_sweeps(estimate, labels, as_of_ms=end_ms)
    return respond(
        answers.Sweeps,
        {
            **describe_estimate(request, markets, estimate),
            "start_ms": end_ms - DAY_MS,
            "end_ms": end_ms,
            "known_until_ms": None if labels is None else _known_until(labels, end_ms),
            "horizon": SWEPT_WITHIN,
            "why_none": NO_LAW if not is_priced else UNKNOWN if labels is None else None,
            "sweeps": to_plain(found),
            "n_last_hour": sum(one.time_ms >= end_ms - HOUR_MS for one in found),
            "n_inside": sum(one.outcome == "inside" for one in found),
        },
    )


def _labels(service: MarketService, markets: list[MarketHistory]) -> LiquidationLabels | None:
    """What was liquidated by hour: of one venue, or totals that are of several."""
    return service.flows.realised(markets[0]) if len(markets) == 1 else service.flows.find_labels(markets[0])


def _known_until(labels: LiquidationLabels, end_ms: int) -> int:
    return min(int(labels.start_ms[-1]) + labels.interval_ms, end_ms)
