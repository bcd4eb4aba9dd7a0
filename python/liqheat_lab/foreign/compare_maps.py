"""Another product's heatmap laid over ours: the figures of `map_difference.py`, and one picture of both."""

from __future__ import annotations

import io
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.book import estimate_book
from liqheat.errors import NoDataError
from liqheat.flow import read_profiles
from liqheat.heatmap import draw_heatmap
from liqheat.records import Estimate, ForeignHeatmap, MarketHistory
from liqheat.units import HOUR_MS, format_interval
from liqheat_lab.foreign.foreign_map import check_foreign_map, foreign_profiles
from liqheat_lab.foreign.map_difference import MapDifference, compare_profiles, rank_rows

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, TimeArray

SHOWN_BEYOND = 0.08
"""Share of the price that is drawn beyond the extremes of the time shown."""
MOST_CANDLES = 400
LOWER_CUTOFF_PERCENTILE, UPPER_CUTOFF_PERCENTILE = 50.0, 99.5
"""Percentiles of the filled cells between which colour runs."""
_BACKGROUND, _TEXT, _LINES = "#0b0e14", "#dfe6f1", "#aab4c5"


@dataclass(frozen=True, slots=True, eq=False)
class ComparedMaps:
    """Two maps of one market on the other product's axes.

    Attributes
    ----------
    market : MarketHistory
        Whose map it is.
    foreign : ForeignHeatmap
        The other product's heatmap.
    difference : MapDifference
        Figures.
    time_edges_ms : (m + 1,) int64
        Columns that are shown: those that end within the market's time.
    price_edges : (n + 1,) float64
        Buckets that are shown: those near the prices of that time.
    ours_usd : (n, m) float64
        Our estimated held notional at the end of each column.
    theirs : (n, m) float64
        Their intensity.
    rank_difference : (n, m) float64
        Our rank of a cell within its column, from 0 to 1, less theirs; NaN where neither holds anything.
    """

    market: MarketHistory
    foreign: ForeignHeatmap
    difference: MapDifference
    time_edges_ms: TimeArray
    price_edges: FloatArray
    ours_usd: FloatArray
    theirs: FloatArray
    rank_difference: FloatArray


def compare_maps(
    market: MarketHistory, foreign: ForeignHeatmap, estimate: Estimate | None = None, *, n_cells: int = 80
) -> ComparedMaps:
    """Lay another product's heatmap over ours.

    Parameters
    ----------
    market : MarketHistory
        Checked history.
    foreign : ForeignHeatmap
        From `store.load_foreign`, of the same coin.
    estimate : Estimate, optional
        Our book of that market; the default one where none is given.
    n_cells : int
        Cells of 10 bp on each side that are compared; 80 reach 8 %.

    Raises
    ------
    InputError
        When the heatmap is of another coin, its prices are not the market's, or it is empty.
    NoDataError
        When the two share no time.
    """
    check_foreign_map(foreign, market)
    estimate = estimate or estimate_book(market)
    interval_ms = max(HOUR_MS, market.interval_ms)
    theirs = foreign_profiles(foreign, market, format_interval(interval_ms), n_cells)
    start_ms = max(int(theirs.time_ms[0]) - interval_ms, int(market.open_time_ms[0]))
    ours = read_profiles(
        estimate,
        interval=format_interval(interval_ms),
        start_ms=start_ms,
        end_ms=int(theirs.time_ms[-1]),
        n_cells=n_cells,
        name="liqheat",
    )
    return ComparedMaps(market, foreign, compare_profiles(ours, theirs), *_shown(market, foreign, estimate))


def comparison_json(compared: ComparedMaps, scores: dict[str, Any] | None = None) -> dict[str, Any]:
    """Figures of a comparison as plain values; null where there is no figure.

    Parameters
    ----------
    compared : ComparedMaps
        From `compare_maps`.
    scores : dict, optional
        From `score_foreign.score_foreign_map`, where the maps could be scored on realised liquidations.
    """
    difference, foreign, market = compared.difference, compared.foreign, compared.market
    figures: dict[str, Any] = _plain(asdict(difference))
    return {
        "symbol": market.symbol,
        "venue": market.venue,
        **figures,
        "scores": _plain(scores),
        "foreign": {
            "product": foreign.product,
            "symbol": foreign.symbol,
            "source": foreign.source,
            "columns": int(foreign.time_ms.size),
            "prices": int(foreign.price_edges.size - 1),
            "interval_ms": foreign.interval_ms,
            "entries_left_out": foreign.n_outside,
        },
        "notes": [
            "estimated maps both; their intensity has no defined unit, so ranks and shares are compared, not money",
            "their columns are taken as if published when they ended",
            *market.notes,
        ],
    }


def draw_comparison(compared: ComparedMaps) -> bytes:
    """Draw both maps, one below the other on the same times and prices with candles, and the difference of ranks.

    Returns
    -------
    bytes
        SVG, UTF-8; the same input gives the same bytes.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
    from matplotlib.figure import Figure

    times = date2num(compared.time_edges_ms.astype("datetime64[ms]"))
    prices = compared.price_edges
    figure = Figure(figsize=(13, 15), facecolor=_BACKGROUND, layout="constrained")
    FigureCanvasSVG(figure)
    panels = figure.subplots(3, 1, sharex=True, sharey=True)
    foreign, market = compared.foreign, compared.market
    titles = (
        f"liqheat: estimated held notional, {market.symbol} at {market.venue}",
        f"{foreign.product}: intensity as published, {foreign.symbol}",
        f"difference of ranks within each column: red where liqheat ranks higher, blue where {foreign.product} does",
    )
    for panel, title, values in zip(panels, titles, (compared.ours_usd, compared.theirs, None), strict=True):
        panel.set_facecolor(_BACKGROUND)
        if values is None:
            shown = np.ma.masked_invalid(compared.rank_difference)
            panel.pcolorfast(times, prices, shown, cmap="RdBu_r", vmin=-1, vmax=1)
        else:
            panel.pcolorfast(times, prices, *_shade(values), cmap="viridis", vmin=0.0, vmax=1.0)
        _draw_candles(panel, market, compared.time_edges_ms, date2num, "#000000" if values is None else "#ffffff")
        panel.set_title(title, color=_TEXT, loc="left", fontsize=10, parse_math=False)
        panel.tick_params(colors=_LINES, labelsize=8)
        panel.yaxis.set_major_formatter(lambda price, _: f"{price:,.6g}")
    panels[0].set_xlim(times[0], times[-1])
    panels[0].set_ylim(prices[0], prices[-1])
    locator = AutoDateLocator()
    panels[-1].xaxis.set_major_locator(locator)
    panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "liqheat"}):
        figure.savefig(buffer, format="svg", dpi=110, metadata={"Date": None})
    return buffer.getvalue()


def _shown(
    market: MarketHistory, foreign: ForeignHeatmap, estimate: Estimate
) -> tuple[TimeArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Axes, our values, theirs and the difference of ranks, of the columns that end within the market's time."""
    ends_ms = foreign.time_ms + foreign.interval_ms
    columns = np.flatnonzero((foreign.time_ms >= market.open_time_ms[0]) & (ends_ms <= market.end_ms))
    if not columns.size:
        raise NoDataError("heatmap.time_ms", "must have a whole column within the market's time", "none")
    first, last = int(columns[0]), int(columns[-1])
    start_ms, end_ms = int(foreign.time_ms[first]), int(ends_ms[last])
    bars = (market.open_time_ms >= start_ms) & (market.open_time_ms < end_ms)
    low, high = float(market.low[bars].min()), float(market.high[bars].max())
    edges = foreign.price_edges
    kept = np.flatnonzero((edges[1:] >= low * (1 - SHOWN_BEYOND)) & (edges[:-1] <= high * (1 + SHOWN_BEYOND)))
    rows = slice(int(kept[0]), int(kept[-1]) + 1) if kept.size else slice(None)
    edges = edges[rows.start : None if rows.stop is None else rows.stop + 1]
    divides = foreign.interval_ms % market.interval_ms == 0 and start_ms % foreign.interval_ms == 0
    drawn = draw_heatmap(
        estimate,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=format_interval(foreign.interval_ms if divides else market.interval_ms),
        bucket_width="10bp",
    )
    below = np.concatenate([np.zeros((1, drawn.view.n_columns)), np.cumsum(drawn.values_usd, axis=0, dtype=np.float64)])
    own_ends_ms = drawn.time_edges_ms[1:]
    ours = np.zeros((edges.size - 1, columns.size))
    for index, column in enumerate(columns):
        at = int(np.searchsorted(own_ends_ms, ends_ms[column], side="right")) - 1
        if at >= 0:
            ours[:, index] = np.diff(np.interp(edges, drawn.price_edges, below[:, at]))
    theirs = foreign.intensity[rows, columns]
    most = max(ours.shape[0] - 1, 1)
    ranks = (rank_rows(ours.T) - rank_rows(theirs.T)).T / most
    ranks[(ours == 0) & (theirs == 0)] = np.nan
    return np.append(foreign.time_ms[columns], end_ms), edges, ours, theirs, ranks


def _shade(values: FloatArray) -> tuple[Any]:
    """Values on a logarithmic scale from 0 to 1 between two percentiles; what is below is not drawn."""
    filled = values[values > 0]
    if not filled.size:
        return (np.ma.masked_equal(values, 0.0),)
    low, high = np.percentile(filled, [LOWER_CUTOFF_PERCENTILE, UPPER_CUTOFF_PERCENTILE])
    span = math.log(max(high, low * 1.01) / low)
    with np.errstate(divide="ignore"):
        return (np.ma.masked_less(np.log(values / low) / span, 0.0),)


def _draw_candles(panel: Any, market: MarketHistory, time_edges_ms: TimeArray, date2num: Any, colour: str) -> None:
    bars = np.flatnonzero((market.open_time_ms >= time_edges_ms[0]) & (market.open_time_ms < time_edges_ms[-1]))
    group = max(-(-bars.size // MOST_CANDLES), 1)
    candles = market.join_candles(int(bars[0]), int(bars[-1]) + 1, group)
    day = 86_400_000
    middle = date2num(candles["time_ms"].astype("datetime64[ms]")) + group * market.interval_ms / day / 2
    panel.vlines(middle, candles["low"], candles["high"], color=colour, linewidth=0.5)
    low, high = (choose(candles["open"], candles["close"]) for choose in (np.minimum, np.maximum))
    panel.vlines(middle, low, high, color=colour, linewidth=1.6)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
