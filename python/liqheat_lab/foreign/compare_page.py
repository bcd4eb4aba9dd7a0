"""A comparison of two maps as one HTML file that needs nothing else."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from liqheat.flow import HEADLINE
from liqheat_lab.foreign.compare_maps import ComparedMaps, comparison_json, draw_comparison

if TYPE_CHECKING:
    from liqheat.records import Interval

_STYLE = """
body { background: #0b0e14; color: #dfe6f1; font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
       padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #2a3242; padding: .3rem .9rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
svg { height: auto; max-width: 100%; }
p.note { color: #aab4c5; }
"""


def comparison_page(compared: ComparedMaps, scores: dict[str, Any] | None = None) -> str:
    """Self-contained HTML with the figures and the picture of `compare_maps`.

    Parameters
    ----------
    compared : ComparedMaps
        From `compare_maps`.
    scores : dict, optional
        From `score_foreign.score_foreign_map`; the page says so where there are none.
    """
    difference = compared.difference
    theirs = escape(difference.theirs)
    first, last = (_day(time_ms) for time_ms in (difference.start_ms, difference.end_ms))
    reach = math.expm1(difference.compared_distance)
    figures = [
        ("Rank correlation of the cells, mean over hours", _interval(difference.rank_correlation)),
        (
            "The same without each map's usual profile by distance",
            _interval(difference.rank_correlation_without_distance),
        ),
    ]
    figure_rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in figures)
    within_rows = "".join(
        f"<tr><td>{escape(limit)}</td><td>{shares['ours']:.1%}</td><td>{shares['theirs']:.1%}</td></tr>"
        for limit, shares in difference.mass_within.items()
    )
    price_rows = "".join(
        f"<tr><td>{row.price_low:,.6g} to {row.price_high:,.6g}</td><td>{row.side}</td>"
        f"<td>{row.ours_share:.2%}</td><td>{row.theirs_share:.2%}</td></tr>"
        for row in difference.largest_differences
    )
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in comparison_json(compared)["notes"])
    picture = draw_comparison(compared).decode()
    picture = picture[picture.index("<svg") :]
    title = f"{escape(compared.market.symbol)}: {theirs} beside liqheat"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head><body>
<h1>{title}</h1>
<p>{difference.n_times} hours that both cover, {first} to {last}. Both maps are estimates; this says where they agree,
not which is right.</p>
<table><tr><th>figure</th><th>value [95 % interval of days]</th></tr>{figure_rows}</table>
<h2>Scored on realised liquidations</h2>
{_scores(scores, theirs)}
<h2>Share of each map near the price</h2>
<p>Of what lies within {reach:.1%} of the price.</p>
<table><tr><th>within</th><th>liqheat</th><th>{theirs}</th></tr>{within_rows}</table>
<h2>Largest differences at {last}</h2>
<table><tr><th>price</th><th>side</th><th>liqheat</th><th>{theirs}</th></tr>{price_rows}</table>
<h2>Both maps</h2>
{picture}
{notes}
</body></html>
"""


def _scores(scores: dict[str, Any] | None, theirs: str) -> str:
    if scores is None:
        return (
            "<p>Not scored: that takes hourly liquidations in the data folder, and a heatmap of more than 14 days of "
            "them, to fit its scale on.</p>"
        )
    rows = "".join(
        f"<tr><td>{name}</td><td>{scores[key]['nats']:+.4f} [{scores[key]['low']:+.4f}, {scores[key]['high']:+.4f}]"
        "</td></tr>"
        for name, key in (
            (f"liqheat over {theirs}", "ours_over_theirs"),
            ("liqheat over the headline baseline, which has no map", f"ours_over_{HEADLINE}"),
            (f"{theirs} over the same", f"theirs_over_{HEADLINE}"),
        )
    )
    return (
        f"<p>{scores['days']} days, {scores['hours']:,.0f} hours, {scores['events_usd'] / 1e6:,.0f} M USD liquidated. "
        "Both maps are fitted alike on the days before, and judged on the same hours and background.</p>"
        "<table><tr><th>gain</th><th>nats for each notional-weighted event [95 % interval of days]</th></tr>"
        f"{rows}</table>"
    )


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _interval(interval: Interval | None) -> str:
    if interval is None or not math.isfinite(interval.value):
        return "too few hours"
    return f"{interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
