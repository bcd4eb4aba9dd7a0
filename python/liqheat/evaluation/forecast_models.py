"""Models that forecasts are frozen from: a map of a market as of a time, with everything that decides its numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from liqheat import heatmap, pipeline
from liqheat.accuracy.forecast_format import hash_text
from liqheat.accuracy.presets import MODEL_FORMAT, CalibratedModel, parameters_text
from liqheat.evaluation.maps import estimate_flow_classes
from liqheat.heatmap.axes import build_price_axis
from liqheat.records import BookEstimate, ForecastQuantity, MarketHistory, PriceAxis
from liqheat.records.arrays import FloatArray
from liqheat.units import parse_bucket_width

RANGE = 0.25
"""Share of price that a frozen map covers on either side of the last bar: more than an hour moves."""
_WIDTH = parse_bucket_width("10bp")


class ForecastMap(NamedTuple):
    """What a flow map says: (b + 1,) rising price edges, (2, b) expected USD by side, the scale that is in them."""

    price_edges: FloatArray
    usd: FloatArray
    scale: float


FlowMap = Callable[[MarketHistory, int], ForecastMap]
"""Map of a market as of a time (UTC ms). The market ends there: nothing later is given to it."""


@dataclass(frozen=True, slots=True)
class ForecastModel:
    """A flow map with everything that decides its numbers.

    Attributes
    ----------
    name : str
        Begins the label of its series.
    version : str
        Changes whenever the same input gives other numbers.
    parameters : str
        JSON text; another text is another series.
    quantity : {'held', 'flow'}
        What its USD are.
    flow_map : callable
        Draws the map.
    """

    name: str
    version: str
    parameters: str
    quantity: ForecastQuantity
    flow_map: FlowMap

    @property
    def parameters_hash(self) -> str:
        """SHA-256 of the parameters."""
        return hash_text(self.parameters)

    @property
    def label(self) -> str:
        """Label of its series where none is given: another one for other parameters."""
        return f"{self.name} v{self.version} {self.parameters_hash[:12]}"


def held_model(leverage_mix: str = "classic") -> ForecastModel:
    """The estimated held notional as it stands, uncalibrated: where no calibrated flow is at hand."""

    def draw(market: MarketHistory, as_of_ms: int) -> ForecastMap:
        del as_of_ms
        axis = _price_axis(market)
        held = _held_by_side(pipeline.estimate_book(market, leverage_mix=leverage_mix), axis)
        return ForecastMap(axis.edges, held, 1.0)

    parameters = json.dumps({"leverage_mix": leverage_mix, "quantity": "held", "calibration": "none"}, sort_keys=True)
    return ForecastModel(f"held {leverage_mix}", pipeline.MODEL_VERSION, parameters, "held", draw)


def flow_model(model: CalibratedModel) -> ForecastModel:
    """The map part of a calibrated model: held notional of each holder class times its weight, by side.

    The background of the mixture has no prices, so it is not in the map; the trailing scale is the scorer's.

    Parameters
    ----------
    model : CalibratedModel
        Its parameters become the series' first record; its hash is theirs.
    """
    weights = model.weights["flow"].map_weights

    def draw(market: MarketHistory, as_of_ms: int) -> ForecastMap:
        del as_of_ms
        axis = _price_axis(market)
        usd = np.zeros((2, axis.n_buckets))
        for index, estimate in enumerate(estimate_flow_classes(market, model.form)):
            usd += weights[:, index, None] * _held_by_side(estimate, axis)
        return ForecastMap(axis.edges, usd, 1.0)

    version = f"{MODEL_FORMAT}.{pipeline.MODEL_VERSION}"
    return ForecastModel(f"flow {model.name}", version, parameters_text(model), "flow", draw)


def _price_axis(market: MarketHistory) -> PriceAxis:
    price = float(market.close[-1])
    return build_price_axis(price, price, bucket_width=_WIDTH, bucket_ratio=pipeline.BUCKET_RATIO, padding=RANGE)


def _held_by_side(estimate: BookEstimate, axis: PriceAxis) -> FloatArray:
    """Held notional after the last bar, (2, b) USD."""
    market = estimate.market
    view = heatmap.build_view(estimate, start_ms=market.end_ms - market.interval_ms)
    column = heatmap.build_column(estimate, replace(view, axis=axis), view.n_columns - 1)
    return np.stack([column.long_usd, column.short_usd])
