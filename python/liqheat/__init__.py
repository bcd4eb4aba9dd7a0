"""liqheat: the open liquidation heatmap.

Estimates where leveraged crypto positions will be force-closed, as a time x price grid in USD. Every number that
comes from the model is an estimate; nothing here was reported by a venue unless it is called *realised*.
"""

from typing import TYPE_CHECKING, Any

from liqheat._core import __version__
from liqheat.book import PositionBook, combine_venues, estimate_book, log_spaced_tiers, venue_distance_tiers
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError, VenueError
from liqheat.flow import estimate_flow
from liqheat.heatmap import (
    Heatmap,
    accumulate_grid,
    aggregate_liquidations,
    build_view,
    decode_heatmap,
    delta_grid,
    dequantise_log,
    draw_heatmap,
    encode_heatmap,
    net_line,
    quantise_log,
)
from liqheat.history import combined_markets
from liqheat.margin import (
    bankruptcy_price,
    liquidation_price,
    liquidation_prices,
    liquidation_status,
    maximum_leverage,
    resolve_margin_rule,
    venue_liquidation_distances,
    venue_liquidation_price,
)
from liqheat.records import (
    Candles,
    Cluster,
    Column,
    DistanceTiers,
    Estimate,
    HeatmapView,
    HolderClass,
    LeverageMix,
    MarkCandles,
    Market,
    MarketHistory,
    OpenInterest,
    Profile,
    Setup,
    TrackedCluster,
    ViewRequest,
)
from liqheat.setups import (
    ClusterTracker,
    find_clusters,
    market_table,
    recheck,
    score_setups,
    session_brief,
    track_clusters,
)
from liqheat.simulator import simulate_market

if TYPE_CHECKING:
    from liqheat.pipeline import build_heatmap, load_markets, open_market

__all__ = [
    "Candles",
    "Cluster",
    "ClusterTracker",
    "Column",
    "DistanceTiers",
    "Estimate",
    "FileFormatError",
    "Heatmap",
    "HeatmapView",
    "HolderClass",
    "InputError",
    "LeverageMix",
    "LiqheatError",
    "MarkCandles",
    "Market",
    "MarketHistory",
    "NoDataError",
    "OpenInterest",
    "PositionBook",
    "Profile",
    "Setup",
    "TrackedCluster",
    "UnknownNameError",
    "VenueError",
    "ViewRequest",
    "__version__",
    "accumulate_grid",
    "aggregate_liquidations",
    "bankruptcy_price",
    "build_heatmap",
    "build_view",
    "combine_venues",
    "combined_markets",
    "decode_heatmap",
    "delta_grid",
    "dequantise_log",
    "draw_heatmap",
    "encode_heatmap",
    "estimate_book",
    "estimate_flow",
    "find_clusters",
    "liquidation_price",
    "liquidation_prices",
    "liquidation_status",
    "load_markets",
    "log_spaced_tiers",
    "market_table",
    "maximum_leverage",
    "net_line",
    "open_market",
    "quantise_log",
    "recheck",
    "resolve_margin_rule",
    "score_setups",
    "session_brief",
    "simulate_market",
    "track_clusters",
    "venue_distance_tiers",
    "venue_liquidation_distances",
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
