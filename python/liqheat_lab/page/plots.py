"""Plots of the accuracy page as SVG: one for a wide page, one for a phone."""

from __future__ import annotations

import base64
import io
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from liqheat.records import Interval
from liqheat_lab.page.words import format_number

BACKGROUND, GRID, TEXT, MUTED = "#10151e", "#2c3648", "#dfe5ee", "#98a3b5"
ACCENT, SECOND, AMBER, DANGER = "#5ec9a4", "#6fb7ff", "#ffc04d", "#ff6b7d"
WIDTHS = (8.6, 4.1)
"""Inches of a wide and of a narrow plot; an inch is 72 units of the picture."""
LONGEST_NAMES = (34, 20)
"""Letters of a name in a wide and in a narrow plot; the table beside it has all."""
_FONTS = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
# The settings of matplotlib are global: the pages of several threads must not be drawn at once.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot in two widths.

    Attributes
    ----------
    wide, narrow : str
        ``data:`` URIs of SVG pictures.
    alt : str
        What it shows, for those who do not see it.
    width, height : int
        Size of the wide one, in CSS pixels.
    """

    wide: str
    narrow: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an interval plot: a name and its figures, the second drawn below the first."""

    name: str
    first: Interval | None
    second: Interval | None = None
    is_headline: bool = False


def draw_intervals(
    rows: Sequence[Row], alt: str, *, unit: str, reference: Interval | None = None, digits: int = 3, zero: float = 0.0
) -> Plot | None:
    """Draw figures with their intervals, one below the other; None without any figure.

    Parameters
    ----------
    rows : sequence of Row
        From the top down.
    alt : str
        Description for those who do not see it.
    unit : str
        Label of the axis.
    reference : Interval, optional
        Drawn as a band across all rows.
    digits : int
        Digits of the printed figures.
    zero : float
        Where the line of no effect stands.
    """
    shown = [row for row in rows if row.first is not None or row.second is not None]
    if not shown:
        return None

    def draw(axes: Any, is_narrow: bool) -> None:
        axes.axvline(zero, color=MUTED, linewidth=1)
        if reference is not None and not math.isnan(reference.low):
            axes.axvspan(reference.low, reference.high, color=ACCENT, alpha=0.13, linewidth=0)
        has_second = any(row.second is not None for row in shown)
        for place, row in enumerate(shown):
            colour = ACCENT if row.is_headline else SECOND
            _draw_interval(axes, place - (0.17 if has_second else 0.0), row.first, colour, digits, zero)
            _draw_interval(axes, place + 0.2, row.second, AMBER, digits, zero)
        longest = LONGEST_NAMES[is_narrow]
        axes.set_yticks(range(len(shown)), [_shorten(row.name, longest) for row in shown])
        axes.set_ylim(len(shown) - 0.45, -0.55)
        low, high = axes.get_xlim()
        # Room for the figures that stand right of the intervals.
        axes.set_xlim(low, high + (0.34 if is_narrow else 0.16) * (high - low))
        axes.set_xlabel(unit)
        axes.grid(axis="x", color=GRID, linewidth=0.5)

    per_row = 0.5 if any(row.second is not None for row in shown) else 0.36
    return _make_plot(draw, alt, 0.75 + per_row * len(shown))


def draw_reliability(bins: Sequence[tuple[float, float, float]], alt: str) -> Plot | None:
    """Draw what was liquidated over what was forecast, by tenths of the forecast, on logarithmic axes.

    Parameters
    ----------
    bins : sequence of (forecast_usd, realised_usd, hours)
        A forecast or a realised sum of 0 cannot be drawn and is left out.
    alt : str
        Description for those who do not see it.
    """
    shown = [(forecast, realised) for forecast, realised, _ in bins if forecast > 0 and realised > 0]
    if not shown:
        return None

    def draw(axes: Any, is_narrow: bool) -> None:
        del is_narrow
        _equal_axes(axes, shown)
        axes.plot(*zip(*shown, strict=True), color=ACCENT, linewidth=1.2, marker="o", markersize=5)
        axes.set_xlabel("forecast per hour and side")
        axes.set_ylabel("liquidated")

    return _make_plot(draw, alt, 3.7)


def draw_touches(dots: Sequence[tuple[float, float]], alt: str) -> Plot | None:
    """Draw outcomes over forecasts, one dot a touch: log10 of USD; the line is where both are alike.

    Parameters
    ----------
    dots : sequence of (forecast, realised)
        Log10 of USD.
    alt : str
        Description for those who do not see it.
    """
    if not dots:
        return None
    shown = [(10.0**forecast, 10.0**realised) for forecast, realised in dots]

    def draw(axes: Any, is_narrow: bool) -> None:
        del is_narrow
        ends = _equal_axes(axes, shown)
        for factor in (0.5, 2.0):
            axes.plot(ends, [factor * end for end in ends], color=GRID, linewidth=1)
        axes.plot(*zip(*shown, strict=True), color=ACCENT, linestyle="", marker="o", markersize=2.4, alpha=0.5)
        axes.set_xlabel("forecast on the way to a level")
        axes.set_ylabel("liquidated until it was reached")

    return _make_plot(draw, alt, 3.9)


def draw_months(
    months: Sequence[tuple[str, Interval]], alt: str, *, unit: str, band: tuple[float, float]
) -> Plot | None:
    """Draw one figure for each month beside the band where it should lie.

    Parameters
    ----------
    months : sequence of (str, Interval)
        Month, figure.
    alt, unit : str
        Description for those who do not see it; label of the axis.
    band : (float, float)
        Where the figures should lie; its ends may be the same.
    """
    if not months:
        return None

    def draw(axes: Any, is_narrow: bool) -> None:
        axes.axhspan(*band, color=ACCENT, alpha=0.16, linewidth=0)
        axes.axhline((band[0] + band[1]) / 2, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        for place, (_, figure) in enumerate(months):
            if not math.isnan(figure.low):
                axes.plot([place, place], [figure.low, figure.high], color=SECOND, linewidth=2)
            axes.plot([place], [figure.value], color=SECOND, marker="o", markersize=6)
            axes.annotate(
                f"{figure.value:.3g}",
                (place, figure.value),
                (7, 0),
                "data",
                "offset points",
                va="center",
                fontsize=9,
                color=TEXT,
            )
        axes.set_xticks(range(len(months)), [name[2:] if is_narrow else name for name, _ in months])
        axes.set_xlim(-0.5, len(months) - 0.2)
        axes.set_ylabel(unit)
        axes.grid(axis="y", color=GRID, linewidth=0.5)

    return _make_plot(draw, alt, 2.6)


def _shorten(name: str, longest: int) -> str:
    # A dollar sign would start a formula.
    short = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return short.replace("$", "\\$")


def _draw_interval(axes: Any, place: float, figure: Interval | None, colour: str, digits: int, zero: float) -> None:
    if figure is None:
        return
    right = figure.value
    axes.plot([zero, figure.value], [place, place], color=colour, linewidth=5, alpha=0.28, solid_capstyle="butt")
    if not math.isnan(figure.low):
        axes.plot([figure.low, figure.high], [place, place], color=colour, linewidth=1.8)
        right = max(right, figure.high)
    axes.plot([figure.value], [place], color=colour, marker="o", markersize=5.5)
    text = format_number(figure.value, digits, signed=zero == 0.0)
    axes.annotate(text, (max(right, zero), place), (6, 0), "data", "offset points", va="center", fontsize=9, color=TEXT)


def _make_plot(draw: Callable[[Any, bool], None], alt: str, height: float) -> Plot:
    wide, narrow = (_draw_svg(draw, width, height, width == WIDTHS[1]) for width in WIDTHS)
    return Plot(wide, narrow, alt, round(96 * WIDTHS[0]), round(96 * height))


def _draw_svg(draw: Callable[[Any, bool], None], width: float, height: float, is_narrow: bool) -> str:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # Text stays text, and the same figures give the same bytes.
    settings = {"svg.fonttype": "none", "svg.hashsalt": "liqheat", "font.family": "DejaVu Sans", "font.size": 9.5}
    with _DRAWING, rc_context(settings):
        figure = Figure(figsize=(width, height), facecolor=BACKGROUND, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot(facecolor=BACKGROUND)
        draw(axes, is_narrow)
        axes.tick_params(colors=MUTED, which="both", length=0)
        for label in axes.get_yticklabels():
            label.set_color(TEXT)
        axes.xaxis.label.set_color(MUTED)
        axes.yaxis.label.set_color(MUTED)
        for spine in axes.spines.values():
            spine.set_visible(False)
        file = io.BytesIO()
        figure.savefig(file, format="svg", facecolor=BACKGROUND, metadata={"Date": None, "Creator": None})
    svg = file.getvalue().decode().replace("'DejaVu Sans'", _FONTS.replace('"', "'"))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _equal_axes(axes: Any, shown: Sequence[tuple[float, float]]) -> list[float]:
    """Log axes of USD, the same both ways, with the line where they are equal; their ends."""
    ends = [min(map(min, shown)) / 1.6, max(map(max, shown)) * 1.6]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda usd, _: _short_usd(usd))
        axis.set_minor_formatter("")
    axes.grid(color=GRID, linewidth=0.5)
    return ends


def _short_usd(usd: float) -> str:
    for unit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if usd >= unit:
            return f"${usd / unit:g}{name}"
    return f"${usd:g}"
