"""The article's figures about the price: whether it goes to zones, what follows, and what books in between do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from liqheat.flow import bootstrap_ratio
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import HOUR_MS, MINUTE_MS
from liqheat_lab.article.response import Matched, go_by_book, match_cells, resting_before, trailing_volatility
from liqheat_lab.article.study import ClaimResult, Measured, Study, as_measured
from liqheat_lab.scores.discrimination import freshness_hours

LONGEST_BAR_MS = 15 * MINUTE_MS
GO_SHARE = 0.6
GO_TOLERANCE = 0.05
FRESH_HOURS = 24.0
CLUSTER_CELLS = 5
"""A book is set against the forced flow of half a percent from the level on."""
NEAR_REACH, FAR_REACH = 0.02, 0.05
ASYMMETRY, ASYMMETRY_BAND = 2.0, 0.05
LEAST_APPROACHES = 30
_MATCHING = (
    "Levels are the near edges of cells 0.6-3 % from the price in the held map at the start of an hour; bright cells "
    "hold more than 1.5 times what is usual at their distance (mean of the week before), control cells less than 0.8 "
    "times. An approach: the mark came within 0.5 % of the level in that hour. Controls share side, cell and "
    "volatility tercile, one by one. "
)

_CLAIMS = {
    "go": (
        "sixty_forty",
        "60 % of approaches trigger the cluster, 40 % reverse",
        "Why Liquidation Heatmaps Move Price; FAQ",
    ),
    "magnet": (
        "magnet",
        "Liquidation clusters act as magnets",
        "What a Liquidation Heatmap Actually Shows You",
    ),
    "acceleration": (
        "acceleration",
        "Clusters cause price acceleration once triggered",
        "Why Liquidation Heatmaps Move Price",
    ),
    "chasing": (
        "chasing",
        "Chasing a post-cascade continuation is a lower-probability trade",
        "Why Liquidation Heatmaps Move Price",
    ),
    "books": (
        "books",
        "A thin book (resting orders under 20 % of the liquidation volume) lets price reach the cluster",
        "A Working Setup Framework, step 3; Misread 3",
    ),
}
"""Name, claim and place of each claim about the price."""


def measure_price(study: Study) -> tuple[ClaimResult, ...]:
    """Claims about what the price does at bright zones, all from the same approaches; none where bars are too long."""
    if study.market.interval_ms > LONGEST_BAR_MS:
        reason = f"not measurable: bars of {study.market.interval_ms // 60_000} minutes are too long"
        return tuple(
            ClaimResult(ident, claim, where, (), 0, reason, _MATCHING) for ident, claim, where in _CLAIMS.values()
        )
    return (measure_go(study), *measure_touch(study), measure_books(study))


def measure_go(study: Study) -> ClaimResult:
    """How often the price goes on to a bright cell once it came near: 60 % in the article."""
    approaches = study.approaches
    go = match_cells(approaches.went, approaches, seed=study.seed)
    walk = match_cells(approaches.chance, approaches, seed=study.seed)
    as_fresh = match_cells(approaches.went, approaches, also=_is_fresh(study), seed=study.seed)
    base = bootstrap_ratio(approaches.went, np.ones(approaches.went.size), approaches.day, seed=study.seed)
    measured = (
        as_measured("go: bright cells touched within 4 h", go.top, "%", 100),
        as_measured("go: matched control cells", go.control, "%", 100),
        as_measured("go: difference", go.difference, "points", 100),
        as_measured(
            f"go: difference, matched on freshness too (n = {as_fresh.n_top})", as_fresh.difference, "points", 100
        ),
        as_measured("go: random walk of the same volatility, 2(1-Phi(x))", walk.top, "%", 100),
        as_measured("go: all cells", base, "%", 100),
        as_measured("reverse: bright cells", _complement(go.top), "%", 100),
    )
    if go.n_top < LEAST_APPROACHES:
        verdict = "not measurable: too few approaches to bright cells"
    elif abs(go.top.value - GO_SHARE) > GO_TOLERANCE and not go.top.low <= GO_SHARE <= go.top.high:
        verdict = "does not hold"
    elif go.difference.low > 0:
        verdict = "holds, and the control goes less often"
    else:
        verdict = "holds, but so does the control"
    return ClaimResult(
        *_CLAIMS["go"],
        measured=measured,
        n=go.n_top,
        verdict=verdict,
        how=_MATCHING + "Gone: touched within 4 h of coming near. The random walk has no drift and the volatility of "
        "the day before. A magnet needs a difference whose interval excludes 0. n: approaches to bright cells.",
    )


def measure_touch(study: Study) -> tuple[ClaimResult, ...]:
    """What follows a touch: acceleration, and continuation a quarter of an hour later."""
    approaches = study.approaches
    extension = match_cells(approaches.extension, approaches, seed=study.seed)
    as_fresh = match_cells(approaches.extension, approaches, also=_is_fresh(study), seed=study.seed)
    continued = match_cells(approaches.continued, approaches, seed=study.seed)
    goes = match_cells(approaches.went, approaches, seed=study.seed)
    return (
        ClaimResult(
            *_CLAIMS["magnet"],
            measured=(as_measured("go: bright less matched control", goes.difference, "points", 100),),
            n=goes.n_top,
            verdict=_by_sign(goes, "holds", "does not hold: bright cells are not reached more often"),
            how=_MATCHING + "n: approaches to bright cells.",
        ),
        ClaimResult(
            *_CLAIMS["acceleration"],
            measured=(
                *_three("farthest move beyond the level in 15 min", extension, "sigma", 1),
                as_measured(
                    f"difference, matched on freshness too (n = {as_fresh.n_top})", as_fresh.difference, "sigma"
                ),
            ),
            n=extension.n_top,
            verdict=_by_sign(
                extension,
                "holds" if as_fresh.difference.low > 0 else "holds, but so does the control: levels as fresh as these",
                "does not hold: the move beyond is no larger than the control's",
            ),
            how=_MATCHING + "From the bar of the touch on, three 5-minute bars, in deviations of 15 minutes before the "
            "map's time. n: touches of bright cells.",
        ),
        ClaimResult(
            *_CLAIMS["chasing"],
            measured=_three("closed beyond the level 15 min after the touch", continued, "%", 100),
            n=continued.n_top,
            verdict=_chasing(continued),
            how=_MATCHING + "n: touches of bright cells.",
        ),
    )


def measure_books(study: Study) -> ClaimResult:
    """How often the price goes through thin, middling and thick books."""
    approaches = study.approaches
    ident, claim, where = _CLAIMS["books"]
    how = (
        _MATCHING
        + "Resting orders between the price and the level when the level was chosen, over the forced flow of the half "
        "percent behind it: under 0.2 thin, above 1 a wall. n: approaches to bright cells with a book that reaches the "
        "level."
    )
    ratio = _book_ratio(study)
    known = np.isfinite(ratio) & (approaches.excess > 1.5)
    if not study.evidence.books:
        reason = "this data holds no order books"
    elif known.sum() < LEAST_APPROACHES:
        reason = f"the order books reach the level in {int(known.sum())} approaches only"
    else:
        go = go_by_book(approaches, ratio, seed=study.seed)
        measured = tuple(
            as_measured(f"go: {name} book ({n} approaches)", share, "%", 100) for name, (share, n) in go.items()
        )
        thin, wall = go["thin"][0], go["wall"][0]
        verdict = "holds" if thin.low > wall.high else "does not hold"
        if not (go["thin"][1] and go["wall"][1]):
            verdict = "not measurable: not both thin books and walls"
        return ClaimResult(ident, claim, where, measured, int(known.sum()), verdict, how)
    return ClaimResult(ident, claim, where, (), int(known.sum()), f"not measurable: {reason}", how)


def _book_ratio(study: Study) -> FloatArray:
    """Resting USD over the forced flow behind each approached level; NaN where there is no book or no flow."""
    approaches = study.approaches
    ratio = np.full(approaches.went.size, np.nan)
    if not study.evidence.books:
        return ratio
    source = study.held if study.flow is None else study.flow
    for row in np.flatnonzero(approaches.excess > 1.5):
        when, side, cell = (int(one[row]) for one in (approaches.when, approaches.side, approaches.cell))
        level = study.held.close[when] * math.exp(cell * study.held.cell_width * (1 if side else -1))
        forced = float(source.usd[when, side, cell : cell + CLUSTER_CELLS].sum())
        resting = resting_before(study.evidence.books, int(study.held.time_ms[when]), level)
        ratio[row] = resting / forced if forced > 0 else np.nan
    return ratio


def measure_reach(study: Study) -> tuple[ClaimResult, ...]:
    """How often the brightest zone is reached in the time that the article gives it, beside a random walk."""
    volatility = _volatility(study)
    results = []
    for near, far, hours, ident, claim in (
        (0.0, NEAR_REACH, 4, "reach_near", "Clusters within 2 % of current price are actionable within 1-4 hours"),
        (NEAR_REACH, FAR_REACH, 72, "reach_far", "Clusters 2-5 % away are swing-trade territory (12-72 hours)"),
    ):
        days, touched, chance, brightest = _reach_rows(study, volatility, near, far, hours)
        ones = np.ones(touched.size)
        top = brightest > 0
        own = bootstrap_ratio(touched[top], ones[top], days[top], seed=study.seed)
        walk = bootstrap_ratio(chance[top], ones[top], days[top], seed=study.seed)
        difference = bootstrap_ratio((touched - chance)[top], ones[top], days[top], seed=study.seed)
        measured = (
            as_measured(f"brightest zone reached within {hours} h", own, "%", 100),
            as_measured("random walk of the same volatility", walk, "%", 100),
            as_measured("difference", difference, "points", 100),
        )
        n = int(top.sum())
        if n < LEAST_APPROACHES:
            verdict = "not measurable: too few zones at that distance"
        elif own.value < 0.5:
            verdict = "does not hold: most are not reached in that time"
        else:
            verdict = "holds" if difference.low > 0 else "holds, but so does the control"
        results.append(
            ClaimResult(
                id=ident,
                claim=claim,
                where="A Working Setup Framework, step 2",
                measured=measured,
                n=n,
                verdict=verdict,
                how="The brightest zone of each side in the held map, every 4 hours, where its near edge lies in that "
                "band: touched by the mark within the time. The random walk starts at the same distance, with the "
                "volatility of the day before. n: zones.",
            )
        )
    return tuple(results)


def _reach_rows(
    study: Study, volatility: FloatArray, near: float, far: float, hours: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Day, touched, chance of a random walk and 1, by zone."""
    rows: list[tuple[float, float, float, float]] = []
    n_bars = hours * study.bars_per_hour
    for hour in range(0, study.hour_ms.size, 4):
        first = study.first_bars[hour]
        if first + n_bars > study.market.n_bars or not volatility[hour] > 0:
            continue
        window = slice(first, first + n_bars)
        down = math.log(study.held.close[hour] / study.market.mark_low[window].min())
        up = math.log(study.market.mark_high[window].max() / study.held.close[hour])
        for side, reach in enumerate((down, up)):
            clusters = study.clusters[hour][side]
            edge = clusters[0][0] * study.held.cell_width if clusters else math.nan
            if near < edge <= far:
                chance = math.erfc(edge / (volatility[hour] * math.sqrt(2 * n_bars)))
                rows.append((float(study.days[hour]), float(reach >= edge), chance, 1.0))
    table = np.array(rows).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def measure_asymmetry(study: Study) -> ClaimResult:
    """Whether the price moves to the heavier side when one side holds at least twice the other."""
    cells = int(ASYMMETRY_BAND / study.held.cell_width)
    sums = study.held.usd[:, :, :cells].sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = sums[:, 0] / sums[:, 1]
    measured: list[Measured] = []
    for hours in (4, 24):
        after = np.searchsorted(study.hour_ms, study.hour_ms + hours * HOUR_MS)
        known = (after < study.hour_ms.size) & (np.arange(study.hour_ms.size) % 4 == 0)
        moved = np.log(study.held.close[np.minimum(after, study.hour_ms.size - 1)] / study.held.close)
        lopsided = known & ((ratio >= ASYMMETRY) | (ratio <= 1 / ASYMMETRY)) & (moved != 0)
        towards = (moved < 0) == (ratio > 1)
        down = (moved < 0)[lopsided]
        found = bootstrap_ratio(towards[lopsided], np.ones(down.size), study.days[lopsided], seed=study.seed)
        # Always betting on whichever way the price went more often in these very hours.
        either = max(float(down.mean()), 1 - float(down.mean())) if down.size else math.nan
        measured += [
            as_measured(f"moved to the heavier side after {hours} h", found, "%", 100),
            Measured(f"one direction always, after {hours} h", either * 100, math.nan, math.nan, "%"),
        ]
    n = int((((ratio >= ASYMMETRY) | (ratio <= 1 / ASYMMETRY)) & (np.arange(ratio.size) % 4 == 0)).sum())
    holds = measured[0].low > 50 or measured[2].low > 50
    return ClaimResult(
        id="asymmetry",
        claim="With at least a 2:1 ratio the path of least resistance is to the larger side",
        where="What a Liquidation Heatmap Actually Shows You; A Working Setup Framework, step 1",
        measured=tuple(measured),
        n=n,
        verdict="not measurable: too few such hours"
        if n < LEAST_APPROACHES
        else ("holds" if holds else "does not hold: no better than a coin"),
        how="Held notional within 5 % on both sides, every 4 hours. The interval covers 50 % where there is nothing to "
        "it; a price that trended has a direction that any one-sided map follows. n: moments with 2:1 or more.",
    )


def _is_fresh(study: Study) -> IndexArray:
    """1 where the price had not been at the approached level for a day, else 0."""
    hours = freshness_hours(study.held, study.candles)
    approaches = study.approaches
    return (hours[approaches.when, approaches.side, approaches.cell] > FRESH_HOURS).astype(np.int64)


def _volatility(study: Study) -> FloatArray:
    """Volatility per bar over the day before each hour."""
    by_bar = trailing_volatility(study.candles)
    step = study.market.interval_ms
    last = np.searchsorted(study.candles.open_time_ms + step, study.hour_ms, side="right") - 1
    return np.where(last >= 0, by_bar[np.maximum(last, 0)], np.nan)


def _complement(share: Interval) -> Interval:
    return replace(share, value=1 - share.value, low=1 - share.high, high=1 - share.low)


def _three(name: str, matched: Matched, unit: str, scale: float) -> tuple[Measured, ...]:
    return (
        as_measured(f"{name}: bright cells", matched.top, unit, scale),
        as_measured(f"{name}: matched control cells", matched.control, unit, scale),
        as_measured(f"{name}: difference", matched.difference, "points" if unit == "%" else unit, scale),
    )


def _by_sign(matched: Matched, positive: str, otherwise: str) -> str:
    if matched.n_top < LEAST_APPROACHES:
        return "not measurable: too few approaches to bright cells"
    return positive if matched.difference.low > 0 else otherwise


def _chasing(matched: Matched) -> str:
    if matched.n_top < LEAST_APPROACHES:
        return "not measurable: too few touches of bright cells"
    if matched.top.high < 0.5:
        return "holds, but so does the control" if matched.difference.high >= 0 else "holds"
    return "does not hold: the price goes on about as often as not"
