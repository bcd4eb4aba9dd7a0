"""The words of the accuracy page: what each figure is, what it should be, how it is written."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from liqheat.records import Interval
from liqheat_lab.page.parts import Document, find, read_interval, read_number

HEADLINE_BASELINE = "b1y"
BASELINES = (
    ("b1y", "B1y", "all of B1r, and freshness over 2, 8, 12, 48, 168, 336 and 720 hours: the headline baseline"),
    ("b1r", "B1r", "all of B1v, and the moves of the other side"),
    ("b1v", "B1v", "all of B1s, and how busy and how volatile the market has been"),
    ("b1s", "B1s", "all of B1, and whether a 1, 4 or 72 hour extreme was broken (freshness)"),
    ("b1", "B1", "all of B0, and whether a 24 hour extreme was broken"),
    ("b0", "B0", "only how far each 5-minute bar moved, times open interest"),
    ("static", "Static", "how far from the price liquidations usually lie, the same at every hour"),
)
"""Key, name, what it knows; the strongest first."""

BELOW_OURS = "below ours"
CONTROLS = (
    ("side_swapped", "Sides swapped", "longs and shorts exchanged", "at or below 0"),
    ("shifted_7d", "Shifted 7 days", "our own map of the week before", "about 0"),
    ("other_seed", "Other seed", "our own map of an earlier hour, drawn at random", "about 0"),
    ("price_only", "Price only", "the same engine fed constant volume and open interest", BELOW_OURS),
    ("stale_24h", "24 hours old", "our own map of the day before", BELOW_OURS),
    ("frozen_at_the_hour", "Frozen at the hour", "our own map as it stood when the hour began", BELOW_OURS),
)
"""Key, name, what it is, what its gain should be."""

RIVALS = (
    ("liqmap_rules", "Most careful open engine"),
    ("time_evolving_rules", "Most complete open Python project"),
    ("indicator_rules", "Most used chart indicator"),
    ("candle_side", "Our book, sides by candle colour"),
    ("uniform", "Our book, every leverage alike"),
)
"""Key, whose rules these are."""
GOALS: tuple[tuple[str, tuple[str, ...], float, float | None, str], ...] = (
    ("Hourly gain over B1y", ("information_gain", "b1y"), 0.02, 0.01, ""),
    ("30-minute gain over B1y", ("information_gain_30m", "b1y"), 0.04, None, ""),
    (
        "Which 5-minute bar: gain over the best no-map mixture",
        ("events", "over_best"),
        0.10,
        0.05,
        "needs at least 60 days of full liquidation streams",
    ),
    (
        "Which price within reach: AUC",
        ("auc", "given_reach"),
        0.80,
        None,
        "needs single liquidations with their prices",
    ),
    ("Rank agreement given drawdown and B1r", ("partial_spearman", "drawdown_b1r"), 0.40, None, ""),
)
"""Name, where its figure stands, least value, least lower bound, why it may be missing."""
RIVAL_GOAL = 0.03
RATIO_GOAL = (0.95, 1.05)
"""Realised ÷ forecast of every month."""
PANEL_GOALS = (
    ("BTC", 0.30),
    ("ETH", 0.25),
)
"""Coin, least shape correlation of its held view with real positions."""
MINUS = "−"


def is_shown_better(figure: Interval | None) -> bool:
    """Whether the whole 95 % interval lies above 0; without an interval nothing is shown."""
    return figure is not None and figure.low > 0


def verdict_of(figure: Interval | None) -> str:
    """A gain in one word or two.

    Examples
    --------
    >>> verdict_of(Interval(0.01, -0.002, 0.02)), verdict_of(Interval(0.01, 0.002, 0.02)), verdict_of(None)
    ('not shown', 'shown', 'not measured')
    """
    if figure is None:
        return "not measured"
    if figure.low > 0:
        return "shown"
    return "worse" if figure.high < 0 else "not shown"


def format_number(value: float, digits: int = 3, signed: bool = False) -> str:
    """A figure for people.

    Examples
    --------
    >>> format_number(-0.0123, signed=True), format_number(0.0004, signed=True), format_number(1.5, 2)
    ('−0.012', '+0.0004', '1.50')
    >>> format_number(-0.00001, signed=True)
    '0'
    """
    if 0 < abs(value) < 0.6 * 10.0**-digits:
        digits += 1
    if abs(value) < 0.5 * 10.0**-digits:
        return "0"
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("-", MINUS)


def format_interval(figure: Interval | None, digits: int = 3, signed: bool = False) -> str:
    """A figure and its interval.

    Examples
    --------
    >>> format_interval(Interval(0.014, 0.0066, 0.022), signed=True)
    '+0.014 [+0.007, +0.022]'
    >>> format_interval(None)
    'not in this report'
    """
    if figure is None:
        return "not in this report"
    text = format_number(figure.value, digits, signed)
    if math.isnan(figure.low) or math.isnan(figure.high):
        return text
    return f"{text} [{format_number(figure.low, digits, signed)}, {format_number(figure.high, digits, signed)}]"


def likelihood_pct(nats: float) -> float:
    """A gain in nats as per cent of likelihood per dollar.

    Examples
    --------
    >>> round(likelihood_pct(0.0198), 2)
    2.0
    """
    return 100.0 * math.expm1(nats)


def format_usd(usd: float | None) -> str:
    """A sum in dollars, short.

    Examples
    --------
    >>> format_usd(1_234_000_000.0), format_usd(None)
    ('$1.23 B', 'an unknown sum')
    """
    if usd is None:
        return "an unknown sum"
    for unit, name in ((1e9, " B"), (1e6, " M"), (1e3, " k")):
        if abs(usd) >= unit:
            return f"${usd / unit:.3g}{name}" if abs(usd) < 1000 * unit else f"${usd / unit:,.0f}{name}"
    return f"${usd:.0f}"


def format_days(start_ms: float | None, end_ms: float | None) -> str:
    """The days from a time to another, the last one whole.

    Examples
    --------
    >>> format_days(1_764_892_800_000, 1_765_152_000_000)
    '2025-12-05 to 2025-12-07'
    """
    if start_ms is None or end_ms is None:
        return "unknown days"
    return f"{_day(start_ms)} to {_day(end_ms - 1)}"


def headline(score: Document | None) -> str:
    """The gain over the strongest baseline that has no map, in one sentence that promises no more than was measured.

    Parameters
    ----------
    score : dict, optional
        What ``liqheat accuracy score --json`` prints.
    """
    if score is None:
        return "No score is published with this version: how accurate its map is, is not known."
    figure = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    days, usd = read_number(score.get("days")), read_number(score.get("events_usd"))
    over = (
        f"over {'an unknown number of' if days is None else f'{days:g}'} days and {format_usd(usd)} of "
        f"{score.get('symbol', 'unnamed')} liquidations"
    )
    transferred = (
        f", with parameters transferred from {find(score, 'model', 'fitted_on') or 'another coin'}"
        if find(score, "model", "transferred")
        else ""
    )
    if figure is None:
        return f"The gain over the strongest forecast without a map (B1y) is not measured {over}{transferred}."
    nats = f"{format_interval(figure, signed=True)} nats per liquidated dollar over B1y"
    pct = format_interval(_as_pct(figure), 1, signed=True)
    verdict = verdict_of(figure)
    if verdict == "shown":
        start = "The map adds a little to the strongest forecast that needs no map"
        start = start if figure.value < 0.1 else "The map adds to the strongest forecast that needs no map"
    elif verdict == "worse":
        start = "The map is worse than the strongest forecast that needs no map"
    else:
        start = "The map is not shown to be better than no map"
    return f"{start}: {nats}, or {pct} % in likelihood per dollar (95 % interval), {over}{transferred}."


def _as_pct(figure: Interval) -> Interval:
    return Interval(likelihood_pct(figure.value), likelihood_pct(figure.low), likelihood_pct(figure.high))


def _day(time_ms: float) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d")
