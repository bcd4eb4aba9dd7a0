"""Heatmaps from a book: axes, views, grids, profiles, bytes and files. Numbers first; colour comes last."""

from liqheat.heatmap.axes import build_price_axis, finest_state_ratio
from liqheat.heatmap.bands import LEVERAGE_PRESETS, preset_leverages
from liqheat.heatmap.delta import delta_grid, net_line
from liqheat.heatmap.draw import Drawable, draw_column, draw_grid
from liqheat.heatmap.export import coinglass_payload
from liqheat.heatmap.export_types import save_delta, save_profile
from liqheat.heatmap.flow import backed_column, class_columns
from liqheat.heatmap.grid import accumulate_grid, aggregate_liquidations, dequantise_log, quantise_log
from liqheat.heatmap.request import Heatmap, check_quantity, draw_heatmap
from liqheat.heatmap.result import describe_model
from liqheat.heatmap.view import available_intervals, band_labels, build_view
from liqheat.heatmap.wire import Scratch, decode_heatmap, encode_heatmap, encode_into, encode_sides_into

__all__ = [
    "LEVERAGE_PRESETS",
    "Drawable",
    "Heatmap",
    "Scratch",
    "accumulate_grid",
    "aggregate_liquidations",
    "available_intervals",
    "backed_column",
    "band_labels",
    "build_price_axis",
    "build_view",
    "check_quantity",
    "class_columns",
    "coinglass_payload",
    "decode_heatmap",
    "delta_grid",
    "dequantise_log",
    "describe_model",
    "draw_column",
    "draw_grid",
    "draw_heatmap",
    "encode_heatmap",
    "encode_into",
    "encode_sides_into",
    "finest_state_ratio",
    "net_line",
    "preset_leverages",
    "quantise_log",
    "save_delta",
    "save_profile",
]
