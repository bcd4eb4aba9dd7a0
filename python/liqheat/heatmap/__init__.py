"""Heatmaps from a book: axes, views, grids, profiles, bytes and files. Numbers first; colour comes last."""

from liqheat.heatmap.aggregate import aggregate_liquidations
from liqheat.heatmap.axes import build_price_axis, finest_state_ratio
from liqheat.heatmap.bands import band_labels
from liqheat.heatmap.delta import delta_grid, net_line
from liqheat.heatmap.describe import describe_model
from liqheat.heatmap.export import coinglass_frame, fill_cells
from liqheat.heatmap.export_types import save_delta, save_profile
from liqheat.heatmap.fused import LiquidationMap, liquidation_map
from liqheat.heatmap.layers import accumulate_grid, build_column, measure_outside
from liqheat.heatmap.map_types import MAP_TYPES, QUANTITIES, MapType, QuantityRow, find_map_type
from liqheat.heatmap.quantise import dequantise_log, quantise_log
from liqheat.heatmap.request import Heatmap, draw_heatmap
from liqheat.heatmap.uncertainty import backed_part, unit_terms
from liqheat.heatmap.view import as_request, available_intervals, build_view, check_estimate
from liqheat.heatmap.wire import Scratch, decode_heatmap, encode_heatmap, encode_into, encode_sides_into

__all__ = [
    "MAP_TYPES",
    "QUANTITIES",
    "Heatmap",
    "LiquidationMap",
    "MapType",
    "QuantityRow",
    "Scratch",
    "accumulate_grid",
    "aggregate_liquidations",
    "as_request",
    "available_intervals",
    "backed_part",
    "band_labels",
    "build_column",
    "build_price_axis",
    "build_view",
    "check_estimate",
    "coinglass_frame",
    "decode_heatmap",
    "delta_grid",
    "dequantise_log",
    "describe_model",
    "draw_heatmap",
    "encode_heatmap",
    "encode_into",
    "encode_sides_into",
    "fill_cells",
    "find_map_type",
    "finest_state_ratio",
    "liquidation_map",
    "measure_outside",
    "net_line",
    "quantise_log",
    "save_delta",
    "save_profile",
    "unit_terms",
]
