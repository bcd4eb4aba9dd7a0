"""How many setups pass, and which rule stops the others: every rule on every cluster, through a history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liqheat import estimate_flow
from liqheat.errors import NoDataError
from liqheat.flow import LabelledMarket, at_horizon
from liqheat.records import Estimate, LiquidationLabels, Setup, Style
from liqheat.setups import RULES, STYLE_COHORTS, STYLE_HORIZONS, mean_daily_totals, score_setups, track_clusters
from liqheat.units import DAY_MS, HOUR_MS

STYLES: tuple[Style, ...] = ("scalp", "day", "swing")
PRESETS = ("article", "strict")
VERDICTS = ("pass", "fail", "unknown")
EVERY_MS = 4 * HOUR_MS
WARM_UP_MS = 10 * DAY_MS
"""A swing's map holds seven days of positions; before that it is not full."""
ORDER_BOOK = "R4"
"""No file has an order book, so this rule is never answered on a history."""
_MUST_BE_KNOWN = frozenset(rule.rule_id for rule in RULES if rule.must_be_known)


def count_setups(scored: LabelledMarket, *, volume_rank: int | None = None, every_ms: int = EVERY_MS) -> dict[str, Any]:
    """Judge every cluster of a history at regular moments, with what was known then, and count the verdicts by rule.

    Parameters
    ----------
    scored : LabelledMarket
        Bars, and what was liquidated: the scale and rule R2's usual day follow it, from before each moment alone.
    volume_rank : int, optional
        Rank of the symbol by 30-day futures volume, for rule R17.
    every_ms : int
        Time between looks.

    Returns
    -------
    dict
        Plain JSON. ``days``, ``looks``, ``styles``: by style and preset ``setups``, ``pass``, ``incomplete``, ``fail``,
        ``pass_without_order_book`` (all but rule R4 is answered and nothing speaks against it),
        ``looks_without_order_book`` (moments with at least one of those) and ``rules``: by rule how often it passed,
        failed and was not known, and in ``left`` how many setups had not failed a hard rule up to it.

    Raises
    ------
    NoDataError
        When the history is shorter than the warm-up.
    """
    market = scored.market
    start_ms = int(market.open_time_ms[0]) + WARM_UP_MS
    ends = list(range(-(-start_ms // every_ms) * every_ms, market.end_ms + 1, every_ms))
    if not ends:
        raise NoDataError("market", f"must be longer than {WARM_UP_MS // DAY_MS} days", f"{market.n_bars} bars")
    flow = estimate_flow(market, realised=scored.labels)
    styles = {style: _count_style(flow, scored.labels, style, ends, volume_rank) for style in STYLES}
    return {
        "symbol": market.symbol,
        "days": (market.end_ms - start_ms) // DAY_MS,
        "looks": len(ends),
        "every_hours": every_ms // HOUR_MS,
        "styles": styles,
    }


def _count_style(
    flow: Estimate, labels: LiquidationLabels, style: Style, ends: Sequence[int], volume_rank: int | None
) -> dict[str, Any]:
    estimate = at_horizon(flow, STYLE_HORIZONS[style])
    tracker = None
    counts = {preset: _Count() for preset in PRESETS}
    for end_ms in ends:
        tracker = track_clusters(estimate, cohort=STYLE_COHORTS[style], as_of_ms=end_ms, tracker=tracker)
        daily, is_known = mean_daily_totals(labels, end_ms)
        for preset, count in counts.items():
            count.add(
                score_setups(
                    estimate,
                    style=style,
                    equity_usd=10_000.0,
                    preset=preset,
                    tracker=tracker,
                    as_of_ms=end_ms,
                    daily_liquidated_usd=daily if is_known and daily > 0 else None,
                    volume_rank=volume_rank,
                )
            )
    return {preset: count.summary() for preset, count in counts.items()}


class _Count:
    """Verdicts of one style and preset."""

    def __init__(self) -> None:
        self.verdicts = dict.fromkeys(("pass", "incomplete", "fail"), 0)
        self.rules = {rule.rule_id: dict.fromkeys((*VERDICTS, "left"), 0) for rule in RULES}
        self.n_without = self.n_looks = 0

    def add(self, setups: Sequence[Setup]) -> None:
        """Count the setups of one moment."""
        without = 0
        for setup in setups:
            self.verdicts[setup.verdict] += 1
            without += is_open_to(setup)
            has_failed = False
            for result in setup.rules:
                has_failed |= result.is_hard and result.verdict == "fail"
                row = self.rules[result.rule_id]
                row[result.verdict] += 1
                row["left"] += not has_failed
        self.n_without += without
        self.n_looks += without > 0

    def summary(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "setups": sum(self.verdicts.values()),
            **self.verdicts,
            "pass_without_order_book": self.n_without,
            "looks_without_order_book": self.n_looks,
            "rules": self.rules,
        }


def is_open_to(setup: Setup) -> bool:
    """Whether nothing but the order book is missing: no hard rule fails, and every other one has an answer."""
    return setup.verdict != "fail" and all(
        result.verdict != "unknown"
        for result in setup.rules
        if result.rule_id != ORDER_BOOK and (result.is_hard or result.rule_id in _MUST_BE_KNOWN)
    )


def funnel_table(found: dict[str, Any]) -> str:
    """A count as Markdown: how many setups are left after each hard rule, and what came of them."""
    columns = [(style, preset) for style in STYLES for preset in PRESETS]
    counts = [found["styles"][style][preset] for style, preset in columns]
    hard = [rule.rule_id for rule in RULES if any(rule.is_hard) and rule.rule_id != ORDER_BOOK]
    rows: list[tuple[str, list[str]]] = [("clusters judged", [f"{one['setups']:,}" for one in counts])]
    for rule_id in hard:
        name = next(rule.name for rule in RULES if rule.rule_id == rule_id)
        left = [f"{one['rules'][rule_id]['left']:,}" for one in counts]
        rows.append((f"left after {rule_id} {name}", left))
    rows.append(("pass but for R4 order book", [f"{one['pass_without_order_book']:,}" for one in counts]))
    rows.append(("looks with one of these", [f"{one['looks_without_order_book']:,}" for one in counts]))
    rows.append(("pass as they are", [f"{one['pass']:,}" for one in counts]))
    head = [
        "| | " + " | ".join(f"{style}, {preset}" for style, preset in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    return "\n".join([*head, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)])
