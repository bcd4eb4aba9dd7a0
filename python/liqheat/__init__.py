"""liqheat: the open liquidation heatmap.

Estimates where leveraged crypto positions will be force-closed, as a time x price grid in USD. Every number that
comes from the model is an estimate; nothing here was reported by a venue unless it is called *realised*.
"""

from liqheat._core import __version__
from liqheat.book import PositionBook, log_spaced_tiers
from liqheat.combine import combine_venues, combined_markets
from liqheat.errors import FileFormatError, InputError, LiqheatError, NoDataError, UnknownNameError, VenueError
from liqheat.heatmap import (
    Heatmap,
    accumulate_grid,
    aggregate_liquidations,
    build_view,
    decode_heatmap,
    dequantise_log,
    encode_heatmap,
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
    Column,
    CombinedEstimate,
    DistanceTiers,
    HeatmapView,
    HolderClass,
    LeverageMix,
    MarkCandles,
    MarketHistory,
    OpenInterest,
    Profile,
)
from liqheat.simulator import simulate_market

__all__ = [
    "BookEstimate",
    "Candles",
    "Column",
    "CombinedEstimate",
    "DistanceTiers",
    "FileFormatError",
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
    "UnknownNameError",
    "VenueError",
    "__version__",
    "accumulate_grid",
    "aggregate_liquidations",
    "bankruptcy_price",
    "build_heatmap",
    "build_view",
    "combine_venues",
    "combined_markets",
    "decode_heatmap",
    "dequantise_log",
    "draw_heatmap",
    "encode_heatmap",
    "estimate_book",
    "liquidation_price",
    "liquidation_prices",
    "liquidation_status",
    "load_market_files",
    "load_markets",
    "log_spaced_tiers",
    "maximum_leverage",
    "quantise_log",
    "read_market",
    "resolve_margin_rule",
    "simulate_market",
    "venue_distance_tiers",
    "venue_liquidation_distances",
    "venue_liquidation_price",
]
