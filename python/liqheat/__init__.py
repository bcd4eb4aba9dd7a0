"""liqheat: the open liquidation heatmap.

Estimates where leveraged crypto positions will be force-closed, as a time x price grid in USD. Every number that
comes from the model is an estimate; nothing here was reported by a venue unless it is called *realised*.
"""

from typing import TYPE_CHECKING, Any

from liqheat._core import __version__
from liqheat.book import PositionBook, combine_venues, estimate_book
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError, VenueError
from liqheat.flow import estimate_flow, touch_forecast
from liqheat.heatmap import (
    Heatmap,
    LiquidationMap,
    accumulate_grid,
    aggregate_liquidations,
    decode_heatmap,
    draw_heatmap,
    encode_heatmap,
    liquidation_map,
)
from liqheat.margin import (
    bankruptcy_price,
    liquidation_price,
    liquidation_prices,
    maximum_leverage,
    venue_liquidation_price,
)
from liqheat.records import (
    Candles,
    Cluster,
    DistanceTiers,
    Estimate,
    HolderClass,
    LeverageMix,
    Market,
    MarketHistory,
    OpenInterest,
    Setup,
    ViewRequest,
)
from liqheat.setups import (
    find_clusters,
    market_table,
    score_setups,
    track_clusters,
)
from liqheat.simulator import simulate_market

if TYPE_CHECKING:
    from liqheat.pipeline import build_heatmap, load_markets, open_market

__all__ = [
    "Candles",
    "Cluster",
    "DistanceTiers",
    "Estimate",
    "FileFormatError",
    "Heatmap",
    "HolderClass",
    "InputError",
    "LeverageMix",
    "LiqheatError",
    "LiquidationMap",
    "Market",
    "MarketHistory",
    "NoDataError",
    "OpenInterest",
    "PositionBook",
    "Setup",
    "UnknownNameError",
    "VenueError",
    "ViewRequest",
    "__version__",
    "accumulate_grid",
    "aggregate_liquidations",
    "bankruptcy_price",
    "build_heatmap",
    "combine_venues",
    "decode_heatmap",
    "draw_heatmap",
    "encode_heatmap",
    "estimate_book",
    "estimate_flow",
    "find_clusters",
    "liquidation_map",
    "liquidation_price",
    "liquidation_prices",
    "load_markets",
    "market_table",
    "maximum_leverage",
    "open_market",
    "score_setups",
    "simulate_market",
    "touch_forecast",
    "track_clusters",
    "venue_liquidation_price",
]


def __getattr__(name: str) -> Any:
    """The doors to sources, loaded when first used: stores and venues are a third of the time that an import takes."""
    if name not in ("build_heatmap", "load_markets", "open_market"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from liqheat import pipeline

    globals()[name] = getattr(pipeline, name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
