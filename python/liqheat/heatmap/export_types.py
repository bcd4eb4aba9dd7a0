"""Files of the other views: the delta heatmap with its net line, and the static liquidation map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import InputError
from liqheat.heatmap.delta import delta_grid, net_line
from liqheat.heatmap.map_types import QUANTITIES
from liqheat.records import Profile
from liqheat.units import DAY_MS, USD, Currency

if TYPE_CHECKING:
    from liqheat.heatmap.result import HeatmapFigures

_BACKGROUND, _INK = "#0b0e14", "#dfe6f1"
_LONG, _SHORT = "#e05c5c", "#3fb68b"


def save_delta(heatmap: HeatmapFigures, path: Path, currency: Currency = USD) -> Path:
    """Write shorts less longs: ``.png`` (with the net line under it), ``.csv`` (filled cells) or ``.npz``.

    Raises
    ------
    InputError
        When the ending is none of these, or the view shows one side only.
    """
    ending = _ending(path, (".png", ".csv", ".npz"))
    delta = delta_grid(heatmap.estimate, heatmap.view, backend=heatmap.backend)
    if ending == ".csv":
        rows, columns = np.nonzero(delta)
        times, edges = heatmap.time_edges_ms, heatmap.price_edges
        _write_csv(
            path,
            time_start_ms=times[columns],
            time_end_ms=times[columns + 1],
            price_low=edges[rows],
            price_high=edges[rows + 1],
            short_less_long_usd=delta[rows, columns].astype(np.float64),
        )
        return path
    line = net_line(heatmap.estimate, heatmap.view, backend=heatmap.backend)
    if ending == ".npz":
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                short_less_long_usd=delta,
                price_edges=heatmap.price_edges,
                time_edges_ms=heatmap.time_edges_ms,
                net_usd=line.short_above_usd - line.long_below_usd,
                metadata=np.array(json.dumps(heatmap.metadata())),
            )
        return path
    from matplotlib.colors import LinearSegmentedColormap

    figure, (axes, below) = _figure(2, heights=(4, 1))
    days = heatmap.time_edges_ms.astype(np.float64) / DAY_MS
    strongest = float(np.percentile(np.abs(delta[delta != 0]), 99.5)) if np.any(delta) else 1.0
    # Dark in the middle: what cancels out must not shine.
    palette = LinearSegmentedColormap.from_list("delta", [_LONG, _BACKGROUND, _SHORT])
    axes.pcolorfast(days, heatmap.price_edges, delta, cmap=palette, vmin=-strongest, vmax=strongest)
    axes.plot(days[:-1], _closes(heatmap), color=_INK, linewidth=0.8)
    axes.xaxis_date()
    net = line.short_above_usd - line.long_below_usd
    ends = line.time_ms.astype(np.float64) / DAY_MS
    below.fill_between(ends, np.minimum(net, 0.0), color=_LONG)
    below.fill_between(ends, np.maximum(net, 0.0), color=_SHORT)
    below.set_xlim(days[0], days[-1])
    below.xaxis_date()
    below.yaxis.set_major_formatter(lambda usd, _: currency.format(usd))
    what = heatmap.metadata()
    axes.set_title(
        f"{what['symbol']} · {what['venue']} · shorts above less longs below, estimated in {currency.code}, "
        f"{what['calibration']}; net within {line.band:.0%} below (negative: more longs, bearish in the article)",
        color=_INK,
        loc="left",
        fontsize=10,
    )
    figure.savefig(path, dpi=110, format="png")
    return path


def save_profile(profile: Profile, path: Path, about: dict[str, Any], currency: Currency = USD) -> Path:
    """Write a static liquidation map by price and leverage band: ``.png``, ``.csv`` or ``.json``.

    Parameters
    ----------
    profile : Profile
        From `Heatmap.profile`.
    path : Path
        File; its ending decides.
    about : dict
        What it is of, from `Heatmap.metadata`.
    currency : Currency
        Of the picture; data files stay USD.

    Raises
    ------
    InputError
        When the ending is none of these.
    """
    ending = _ending(path, (".png", ".csv", ".json"))
    column = profile.column
    edges, bands = column.price_edges, column.leverages
    by_band = {
        f"{side}_{leverage:g}x_usd": column.notional_usd[number, band]
        for number, side in enumerate(("long", "short"))
        for band, leverage in enumerate(bands.tolist())
    }
    columns = {
        "price_low": edges[:-1],
        "price_high": edges[1:],
        **by_band,
        "cumulative_long_usd": profile.cumulative_long_usd,
        "cumulative_short_usd": profile.cumulative_short_usd,
    }
    if ending == ".csv":
        _write_csv(path, **columns)
        return path
    if ending == ".json":
        body = {name: values.tolist() for name, values in columns.items()}
        path.write_text(json.dumps({"as_of_ms": column.end_ms, **body, "liqheat": about}), encoding="utf-8")
        return path
    figure, (axes,) = _figure(1)
    middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    stacked = np.zeros(middles.size)
    for band, leverage in enumerate(bands.tolist()):
        usd = column.notional_usd[:, band].sum(axis=0)
        axes.bar(middles, usd, widths, stacked, label=f"{leverage:g}x")
        stacked += usd
    axes.axvline(column.reference_price, color=_INK, linewidth=0.8)
    filled = np.flatnonzero(stacked)
    if filled.size:
        axes.set_xlim(edges[filled[0]], edges[filled[-1] + 1])
    curves = axes.twinx()
    curves.plot(middles, profile.cumulative_long_usd, color=_LONG, label="longs, cumulative")
    curves.plot(middles, profile.cumulative_short_usd, color=_SHORT, label="shorts, cumulative")
    for one in (axes, curves):
        one.tick_params(colors="#aab4c5")
        one.yaxis.set_major_formatter(lambda usd, _: currency.format(usd))
    axes.legend(loc="upper left", facecolor=_BACKGROUND, edgecolor="#2a3342", labelcolor=_INK)
    axes.set_title(
        f"{about['symbol']} · {about['venue']} · static liquidation map, "
        f"{QUANTITIES[profile.column.quantity].words} in {currency.code}, {about['calibration']}",
        color=_INK,
        loc="left",
        fontsize=11,
    )
    figure.savefig(path, dpi=110, format="png")
    return path


def _closes(heatmap: HeatmapFigures) -> Any:
    view = heatmap.view
    return heatmap.estimate.market.close[[view.last_bar_of(column) for column in range(view.n_columns)]]


def _ending(path: Path, allowed: tuple[str, ...]) -> str:
    ending = path.suffix.lower()
    if ending not in allowed:
        raise InputError("output", f"must end in {', '.join(allowed)}", path)
    try:
        path.open("wb").close()
    except OSError as error:
        raise InputError("output", "must be a writeable path", f"{path}: {error.strerror}") from error
    return ending


def _write_csv(path: Path, **columns: Any) -> None:
    import pyarrow as pa
    import pyarrow.csv

    pa.csv.write_csv(pa.table(columns), path)


def _figure(rows: int, heights: tuple[int, ...] = (1,)) -> tuple[Any, list[Any]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(16, 9), facecolor=_BACKGROUND, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, 1, squeeze=False, height_ratios=heights)[:, 0].tolist()
    for one in axes:
        one.set_facecolor(_BACKGROUND)
        one.tick_params(colors="#aab4c5", labelsize=8)
    return figure, axes
