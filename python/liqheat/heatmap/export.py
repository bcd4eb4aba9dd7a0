"""Files of a heatmap: picture, table, Coinglass-shaped JSON, arrays, bytes. The ending decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import liqheat._core as _core
from liqheat.errors import InputError
from liqheat.heatmap.map_types import QUANTITIES
from liqheat.heatmap.quantise import dequantise_log
from liqheat.heatmap.wire import decode_heatmap, encode_heatmap
from liqheat.units import USD, Currency

if TYPE_CHECKING:
    from liqheat.heatmap.result import HeatmapFigures

LOWER_CUTOFF_PERCENTILE = 60.0
UPPER_CUTOFF_PERCENTILE = 99.5
"""Percentiles of the filled cells between which colour runs: one outlier must not darken the rest."""

MOST_PICTURE_COLUMNS = 1400
"""Columns of a picture: about one for each pixel of the plot."""


def save_heatmap(heatmap: HeatmapFigures, path: Path, currency: Currency = USD) -> Path:
    """Write `heatmap` to `path` by its ending; see `Heatmap.save`."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError("output", f"must end in {', '.join(_WRITERS)}", path)
    try:
        writer(heatmap, path, currency)
    except OSError as error:
        raise InputError("output", "must be a writeable path", f"{path}: {error.strerror}") from error
    return path


def coinglass_frame(heatmap: HeatmapFigures) -> dict[str, Any]:
    """The heatmap in the shape of Coinglass's documented response, but for its cells.

    ``y_axis`` (bucket middles), ``liquidation_leverage_data`` (empty here) for triples (column, row, USD) of the filled
    cells, and ``price_candlesticks`` with times in seconds and prices as strings.
    """
    candles = heatmap.candles()
    sticks = zip(*(candles[name] for name in ("time_ms", "open", "high", "low", "close", "volume")), strict=True)
    middles = (heatmap.price_edges[:-1] + heatmap.price_edges[1:]) / 2
    return {
        "y_axis": [float(f"{price:.12g}") for price in middles],
        "liquidation_leverage_data": [],
        "price_candlesticks": [[int(time) // 1000, *(f"{value:.12g}" for value in rest)] for time, *rest in sticks],
    }


def fill_cells(text: str, heatmap: HeatmapFigures) -> bytes:
    """JSON with a `coinglass_frame` in it, with its cells: millions of them are text sooner than they are objects."""
    before, name, after = text.partition('"liquidation_leverage_data":')
    empty, bracket, rest = after.partition("]")
    if not name or not bracket or empty.strip() != "[":
        raise InputError("text", "must hold a frame without cells", text[:80])
    return b"".join((before.encode(), name.encode(), _core.cells_json(heatmap.values_usd), rest.encode()))


def _write_json(heatmap: HeatmapFigures, path: Path, _: Currency) -> None:
    body = {"code": "0", "msg": "success", "data": coinglass_frame(heatmap), "liqheat": heatmap.metadata()}
    path.write_bytes(fill_cells(json.dumps(body), heatmap))


def _write_csv(heatmap: HeatmapFigures, path: Path, _: Currency) -> None:
    """One line for each filled cell: times, price interval, USD."""
    measure = heatmap.metadata()["measure"]
    rows, columns = np.nonzero(heatmap.values_usd)
    times, edges = heatmap.time_edges_ms, heatmap.price_edges
    # Loaded where it is used: drawing needs none of it.
    import pyarrow as pa
    import pyarrow.csv

    table = pa.table(
        {
            "time_start_ms": times[columns],
            "time_end_ms": times[columns + 1],
            "price_low": edges[rows],
            "price_high": edges[rows + 1],
            measure: heatmap.values_usd[rows, columns].astype(np.float64),
        }
    )
    pa.csv.write_csv(table, path)


def _write_npz(heatmap: HeatmapFigures, path: Path, _: Currency) -> None:
    # A file, not a path: numpy would add an ending of its own to .NPZ.
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            values_usd=heatmap.values_usd,
            price_edges=heatmap.price_edges,
            time_edges_ms=heatmap.time_edges_ms,
            metadata=np.array(json.dumps(heatmap.metadata())),
        )


def _write_lqh(heatmap: HeatmapFigures, path: Path, _: Currency) -> None:
    path.write_bytes(encode_heatmap(heatmap))


def _write_png(heatmap: HeatmapFigures, path: Path, currency: Currency) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LogNorm
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
    from matplotlib.figure import Figure

    header, planes = decode_heatmap(encode_heatmap(heatmap))
    usd = dequantise_log(planes[0], header["max"])
    filled = usd[usd > 0]
    low, high = (
        np.percentile(filled, [LOWER_CUTOFF_PERCENTILE, UPPER_CUTOFF_PERCENTILE]) if filled.size else (1.0, 10.0)
    )
    figure = Figure(figsize=(16, 9), facecolor="#0b0e14", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor="#0b0e14")
    times = date2num(heatmap.time_edges_ms.astype("datetime64[ms]"))
    norm = LogNorm(low, max(high, low * 1.01))
    # More columns than pixels: keep the strongest of each group, as the page does; sampling would lose levels.
    group = -(-usd.shape[1] // MOST_PICTURE_COLUMNS)
    starts = np.arange(0, usd.shape[1], group)
    shown = np.ma.masked_less(np.maximum.reduceat(usd, starts, axis=1), low)
    shown_times = np.append(times[:-1][starts], times[-1])
    mesh = axes.pcolorfast(shown_times, heatmap.price_edges, shown, cmap="viridis", norm=norm)
    view = heatmap.view
    candles = heatmap.estimate.market.join_candles(view.first_bar, view.end_bar, view.bars_per_column * group)
    width = (times[1] - times[0]) * group
    # By their own times: a hole in the venue's candles is a hole here.
    middle = date2num(candles["time_ms"].astype("datetime64[ms]")) + width / 2
    axes.vlines(middle, candles["low"], candles["high"], color="#e8ecf3", linewidth=0.6)
    rising = candles["close"] >= candles["open"]
    for mask, colour in ((rising, "#ffffff"), (~rising, "#7fa8ff")):
        bottom = np.minimum(candles["open"], candles["close"])[mask]
        height = np.abs(candles["close"] - candles["open"])[mask]
        axes.bar(middle[mask], height, width * 0.7, bottom, color=colour, linewidth=0)
    axes.set_xlim(times[0], times[-1])
    axes.set_ylim(heatmap.price_edges[0], heatmap.price_edges[-1])
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.yaxis.set_major_formatter(lambda price, _: f"{price:,.6g}")
    axes.tick_params(colors="#aab4c5", which="both", labelsize=8)
    bar = figure.colorbar(mesh, ax=axes, pad=0.01, format=lambda usd, _: currency.format(usd))
    bar.ax.tick_params(colors="#aab4c5", which="both")
    bar.ax.yaxis.set_minor_formatter(lambda usd, _: currency.format(usd))
    what = heatmap.metadata()
    simulated = "SIMULATED MARKET · " if what["origin"] == "simulated" else ""
    axes.set_title(
        f"{what['symbol']} · {what['venue']} · {what['interval']} · {simulated}{QUANTITIES[heatmap.quantity].words} in "
        f"{currency.code}, "
        f"{what['calibration']}",
        color="#dfe6f1",
        loc="left",
        fontsize=11,
    )
    figure.savefig(path, dpi=110, format="png")


_WRITERS: dict[str, Callable[[HeatmapFigures, Path, Currency], None]] = {
    ".png": _write_png,
    ".csv": _write_csv,
    ".json": _write_json,
    ".npz": _write_npz,
    ".lqh": _write_lqh,
}
