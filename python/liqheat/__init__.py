"""liqheat: the open liquidation heatmap.

Estimates where leveraged crypto positions will be force-closed, as a time x price grid in USD. Every number that
comes from the model is an estimate; nothing here was reported by a venue unless it is called *realised*.
"""

from liqheat._core import __version__
from liqheat.book import PositionBook, log_spaced_tiers
from liqheat.combine import combine_flows, combine_venues, combined_markets
from liqheat.decisions import find_clusters, score_setups, track_clusters
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError, VenueError
from liqheat.flows import estimate_flow
from liqheat.heatmap import (
    Heatmap,
    accumulate_grid,
    aggregate_liquidations,
    build_view,
    decode_heatmap,
    delta_grid,
    dequantise_log,
    encode_heatmap,
    net_line,
    quantise_log,
)
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
from liqheat.pipeline import (
    build_heatmap,
    draw_heatmap,
    estimate_book,
    load_market_files,
    load_markets,
    read_market,
    venue_distance_tiers,
)
from liqheat.records import (
    BookEstimate,
    Candles,
    Cluster,
    Column,
    CombinedEstimate,
    DistanceTiers,
    FlowEstimate,
    HeatmapView,
    HolderClass,
    LeverageMix,
    MarkCandles,
    MarketHistory,
    OpenInterest,
    Profile,
    Setup,
    TrackedCluster,
)
from liqheat.setups import ClusterTracker, market_table, recheck, session_brief
from liqheat.simulator import simulate_market

__all__ = [
    "BookEstimate",
    "Candles",
    "Cluster",
    "ClusterTracker",
    "Column",
    "CombinedEstimate",
    "DistanceTiers",
    "FileFormatError",
    "FlowEstimate",
    "Heatmap",
    "HeatmapView",
    "HolderClass",
    "InputError",
    "LeverageMix",
    "LiqheatError",
    "MarkCandles",
    "MarketHistory",
    "NoDataError",
    "OpenInterest",
    "PositionBook",
    "Profile",
    "Setup",
    "TrackedCluster",
    "UnknownNameError",
    "VenueError",
    "__version__",
    "accumulate_grid",
    "aggregate_liquidations",
    "bankruptcy_price",
    "build_heatmap",
    "build_view",
    "combine_flows",
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
    "load_market_files",
    "load_markets",
    "log_spaced_tiers",
    "market_table",
    "maximum_leverage",
    "net_line",
    "quantise_log",
    "read_market",
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
