"""The article's figures about the market as a whole: the growth of zones, and weekends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liqheat.flow import bootstrap_ratio, days_of
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS
from liqheat_lab.article.study import ClaimResult, Measured, Study, as_measured
from liqheat_lab.stats.bootstrap import bootstrap_statistic
from liqheat_lab.stats.correlation import partial_spearman

GROWTH_HOURS = 4
WEEKEND_CELLS = 50
"""Held notional within 5 % of the price."""
ARTICLE_WEEKEND = (-30.0, -15.0)
WEAK = 0.2
LEAST_ROWS = 30
LEAST_WEEKENDS = 4


def measure_growth(study: Study) -> ClaimResult:
    """Whether fast growing zones announce volatility beyond what the present volatility and volume already say."""
    maps = {study.map_name: study}
    if study.flow is not None:
        maps["flow map"] = replace(study, held=study.flow)
    measured: list[Measured] = []
    words, n = list[str](), 0
    for name, one in maps.items():
        figures, n_rows = _growth_figures(one, name)
        measured += figures
        n = max(n, n_rows)
        words.append(_growth_word(figures, n_rows))
    verdict = words[0]
    if len(set(words)) > 1:
        verdict = "; ".join(f"{word} ({name})" for name, word in zip(maps, words, strict=True))
        # A claim about maps that one map bears out and another does not is not borne out.
        if not all(word.startswith("holds") and not word.startswith("holds, but") for word in words):
            verdict = f"does not hold of every map: {verdict}"
    return ClaimResult(
        id="growth",
        claim="The speed of cluster growth often signals incoming volatility",
        where="What a Liquidation Heatmap Actually Shows You, 3",
        measured=tuple(measured),
        n=n,
        verdict=verdict,
        how="Every 4 hours: the fastest growth, over the last 4 hours and at fixed prices, among a map's brightest "
        "zones, as a share of all that the map shows within 8 %. Volatility: sum of squared 5-minute returns. Given, "
        "besides, is the volume of the last 4 hours. Ranks, with cubics in the ranks of what is given taken out. "
        "n: moments.",
    )


def _growth_word(measured: list[Measured], n_rows: int) -> str:
    alone, beyond, beyond_all = measured
    if n_rows < LEAST_ROWS:
        return "not measurable: too few hours"
    if beyond_all.low > 0:
        return "holds" + (" weakly beside what is known without a map" if beyond_all.value < WEAK else "")
    if alone.low > 0:
        known = "present volatility" + ("" if beyond.low <= 0 else ", volume and the hour")
        return f"holds, but so does the control: {known} already says it"
    return "does not hold"


def _growth_figures(study: Study, map_name: str) -> tuple[list[Measured], int]:
    """Rank correlation of growth with what comes: alone, given volatility, given all; and the number of moments."""
    growth = growth_speed(study)
    log_returns = np.diff(np.log(study.market.close), prepend=np.log(study.market.open[0]))
    squares = np.concatenate([[0.0], np.cumsum(log_returns**2)])
    volumes = np.concatenate([[0.0], np.cumsum(study.market.volume)])
    first = study.first_bars
    span, day = GROWTH_HOURS * study.bars_per_hour, 24 * study.bars_per_hour
    rows = np.flatnonzero(
        np.isfinite(growth)
        & (np.arange(growth.size) % GROWTH_HOURS == 0)
        & (first >= day)
        & (first + span <= study.market.n_bars)
    )
    at = first[rows]
    after = squares[at + span] - squares[at]
    given = [squares[at] - squares[at - span], squares[at] - squares[at - day]]
    volume = volumes[at] - volumes[at - span]
    # The day has its own rhythm: the same four hours of the day before stand for it.
    same_hours = squares[at - day + span] - squares[at - day]
    own = growth[rows]
    figures: list[tuple[str, list[FloatArray]]] = [
        ("alone", []),
        ("given the volatility of the last 4 and 24 h", given),
        ("given volatility, volume and the same hours of the day before", [*given, volume, same_hours]),
    ]
    measured = []
    for name, controls in figures:

        def correlation(chosen: np.ndarray, controls: list[FloatArray] = controls) -> float:
            return partial_spearman(own[chosen], after[chosen], [one[chosen] for one in controls])

        found = Interval(np.nan, np.nan, np.nan)
        if rows.size >= LEAST_ROWS:
            found = bootstrap_statistic(correlation, study.days[rows], n_resamples=400, seed=study.seed)
        text = f"{map_name}: rank correlation with the next 4 h of volatility, {name}"
        measured.append(as_measured(text, found, "correlation"))
    return measured, int(rows.size)


def growth_speed(study: Study) -> FloatArray:
    """Fastest growth of a bright zone over 4 hours at fixed prices, ``(h,)``, share of the map; NaN at the start."""
    usd, width = study.held.usd, study.held.cell_width
    below = np.concatenate([np.zeros((*usd.shape[:2], 1)), np.cumsum(usd, axis=2)], axis=2)
    steps = np.arange(usd.shape[2] + 1) * width
    total = usd.sum(axis=(1, 2))
    old_hour = np.searchsorted(study.hour_ms, study.hour_ms - GROWTH_HOURS * HOUR_MS)
    speed = np.full(study.hour_ms.size, np.nan)
    for hour, sides in enumerate(study.clusters):
        old = int(old_hour[hour])
        if study.hour_ms[old] != study.hour_ms[hour] - GROWTH_HOURS * HOUR_MS or not total[hour] > 0:
            continue
        moved = np.log(study.held.close[old] / study.held.close[hour])
        grown = []
        for side, clusters in enumerate(sides):
            for start, stop in clusters:
                ends = np.array([start, stop]) * width + (moved if side == 0 else -moved)
                if ends[1] > steps[-1]:
                    continue
                before = np.diff(np.interp(ends, steps, below[old, side]))[0]
                grown.append((below[hour, side, stop] - below[hour, side, start] - before) / total[hour])
        speed[hour] = max(grown, default=np.nan)
    return speed


def measure_weekend(study: Study) -> ClaimResult:
    """Open interest, volume, liquidations and zones at weekends, over the working days around."""
    bar_day = days_of(study.market.open_time_ms)
    inside = (bar_day >= study.days[0]) & (bar_day <= study.days[-1])
    series = {
        "open interest": _daily(bar_day[inside], study.market.open_interest[inside]),
        "volume": _daily(bar_day[inside], study.market.volume[inside]),
        "liquidations": _daily(study.days, study.liquidated_usd.sum(axis=1)),
        "held notional within 5 %": _daily(study.days, study.held.usd[:, :, :WEEKEND_CELLS].sum(axis=(1, 2))),
    }
    measured, n = [], 0
    for name, by_day in series.items():
        change = weekend_changes(by_day)
        n = max(n, change.size)
        found = bootstrap_ratio(change, np.ones(change.size), np.arange(change.size), seed=study.seed)
        measured.append(as_measured(f"{name}: weekend over the working days around", found, "%", 100))
    own = measured[0]
    if n < LEAST_WEEKENDS:
        verdict = "not measurable: too few weekends"
    elif own.low <= ARTICLE_WEEKEND[1] and own.high >= ARTICLE_WEEKEND[0]:
        verdict = "holds"
    else:
        verdict = "does not hold: open interest hardly changes" if own.low > -5 else "does not hold"
    return ClaimResult(
        id="weekend",
        claim="At weekends open interest drops 15-30 %; a cluster may represent half the notional",
        where="FAQ: Do liquidation heatmaps work during low-volume weekends?",
        measured=tuple(measured),
        n=n,
        verdict=verdict,
        how="Mean of Saturday and Sunday (UTC) over the mean of the five working days before and the five after, less "
        "one; the mean of all weekends, which are what is resampled. Open interest and volume in the contract's own "
        "unit. n: weekends.",
    )


def weekend_changes(by_day: dict[int, float]) -> FloatArray:
    """Each whole weekend over the working days around, less one.

    Parameters
    ----------
    by_day : dict of int to float
        Figure by UTC day number; days without one are left out of the means.

    Examples
    --------
    >>> monday = 4  # 1970-01-05
    >>> weekend_changes({day: 1.0 if (day - monday) % 7 < 5 else 0.5 for day in range(monday, monday + 12)}).tolist()
    [-0.5]
    """
    changes = []
    for day in sorted(by_day):
        if (day + 3) % 7 != 5 or day + 1 not in by_day:
            continue
        around = [by_day[other] for other in (*range(day - 5, day), *range(day + 2, day + 7)) if other in by_day]
        if len(around) >= 5:
            changes.append((by_day[day] + by_day[day + 1]) / 2 / float(np.mean(around)) - 1)
    return np.array(changes)


def _daily(day: np.ndarray, values: FloatArray) -> dict[int, float]:
    """Mean by day, of days that are at least three quarters known."""
    found, index = np.unique(day, return_inverse=True)
    known = np.isfinite(values)
    count = np.bincount(index, known)
    sums = np.bincount(index, np.where(known, values, 0.0))
    whole = np.bincount(index).max()
    return {int(one): sums[at] / count[at] for at, one in enumerate(found) if count[at] >= 0.75 * whole}
