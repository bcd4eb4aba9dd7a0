"""The article's figures about leverage: of real positions where they are public, of the estimate where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from liqheat.errors import FileFormatError, NoDataError
from liqheat.flow import bootstrap_ratio, days_of, draw_days, summarise
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray
from liqheat.store import load_table, read_times
from liqheat_lab.article.study import ClaimResult, Measured, PositionLeverages, Study, as_measured
from liqheat_lab.scores.discrimination import Ranking
from liqheat_lab.stats.bootstrap import bootstrap_quantile

LEAST_SWEEP_USD = 1e4
MOVES = ((0.0025, 0.005), (0.005, 0.01), (0.01, 0.02), (0.02, 1.0))
HIGH_LEVERAGE, LOW_LEVERAGE = 50.0, 25.0
NEAR_DISTANCE = 0.08
"""What a map shows."""
CLEAR_ORDER = 0.7
LEAST_POSITIONS = 100
_LIMIT = "no venue publishes the leverage of a liquidated position"
_PUBLIC = (
    "Real positions: those of traders whose accounts a venue shows, at the leverage that they set, by log distance "
    "from the mark to the liquidation price; positions that cannot be liquidated by themselves are left out. They are "
    "large accounts, mostly on cross margin, and not the crowd. "
)


def load_position_leverages(path: str | Path, coin: str) -> PositionLeverages:
    """Load the leverage that traders set, and how far from liquidation they are, of one coin.

    Columns: ``ts``, ``coin``, ``side`` (``Long`` or ``Short``), ``size``, ``mark_px``, ``liq_px`` and
    ``leverage_setting``.

    Raises
    ------
    FileFormatError
        When the file cannot be read or lacks a column.
    NoDataError
        When it holds no position of the coin that can be liquidated.
    """
    table = load_table("positions", Path(path))
    names = ("size", "mark_px", "liq_px", "leverage_setting")
    missing = [name for name in ("ts", "coin", "side", *names) if name not in table.column_names]
    if missing:
        raise FileFormatError("positions", f"must have the columns {', '.join(missing)}", ", ".join(table.column_names))
    size, mark, liquidation, leverage = (np.array(table[name].to_pylist(), np.float64) for name in names)
    is_short = np.array([str(side).lower() == "short" for side in table["side"].to_pylist()])
    own = (np.array(table["coin"].to_pylist(), np.str_) == coin) & (liquidation > 0) & (mark > 0) & (leverage > 0)
    distance = np.full(own.size, np.nan)
    distance[own] = np.log(liquidation[own] / mark[own]) * np.where(is_short[own], 1.0, -1.0)
    # A price on the wrong side belongs to a position that is being liquidated.
    own &= np.nan_to_num(distance) > 0
    if not own.any():
        raise NoDataError("positions", "must hold positions that can be liquidated", coin)
    return PositionLeverages(
        time_ms=read_times("positions.ts", table["ts"])[own],
        is_short=is_short[own],
        leverage=leverage[own],
        distance=distance[own],
        notional_usd=np.abs(size[own]) * mark[own],
        source=Path(path).name,
    )


def measure_leverage(study: Study) -> tuple[ClaimResult, ...]:
    """Which leverages trigger first, and which hold more: of the estimate, and what realised totals can say."""
    return (measure_trigger_order(study), measure_notional_by_leverage(study))


def measure_trigger_order(study: Study) -> ClaimResult:
    """Whether positions of higher leverage are nearer to liquidation; which is swept first in the estimate."""
    measured, n = list[Measured](), 0
    ordered = _estimated_order(study)
    verdict = f"not measurable: {_LIMIT}"
    real = study.evidence.leverages
    if real is not None and real.time_ms.size >= LEAST_POSITIONS:
        nearer = _nearer(real, study.seed)
        measured.append(
            as_measured("real: of pairs, above 25x nearer to liquidation than 25x and below", nearer, "%", 100)
        )
        days = days_of(real.time_ms)
        for text, rows in (
            ("above 25x", real.leverage > LOW_LEVERAGE),
            ("25x and below", real.leverage <= LOW_LEVERAGE),
        ):
            median = bootstrap_quantile(
                real.distance[rows], np.ones(int(rows.sum())), days[rows], 0.5, n_resamples=300, seed=study.seed
            )
            measured.append(as_measured(f"real: median distance to liquidation, {text}", median, "%", 100))
        n = int(real.time_ms.size)
        share = f"{nearer.value:.0%} of pairs of real positions"
        holds = "holds" if nearer.value > CLEAR_ORDER else "holds weakly"
        verdict = (
            f"{holds}: in {share}, where 50% is no order" if nearer.low > 0.5 else f"does not hold: in {share} only"
        )
    elif ordered:
        verdict += f"; in the estimated book higher leverage comes first in {ordered[0].value:.0f} % of pairs"
    return ClaimResult(
        id="trigger_order",
        claim="High-leverage clusters (50x-100x) trigger first, lower-leverage clusters on follow-through",
        where="FAQ: What leverage setting should I use; The Five Types, 3",
        measured=(*measured, *ordered),
        n=n,
        verdict=verdict,
        how=_PUBLIC + "Pairs are of one side and snapshot; 50 % is no order. Estimated: pairs of leverages that one "
        "hour swept on one side, by the 5-minute bar of each one's first sweep; that order is the model's own and "
        "decides nothing. n: real positions, each counted in every snapshot.",
    )


def _nearer(real: PositionLeverages, seed: int) -> Interval:
    """Chance that of two positions of one side and snapshot the one above 25x is the nearer one."""
    _, snapshot = np.unique(real.time_ms, return_inverse=True)
    ranking = Ranking(-real.distance, real.leverage > LOW_LEVERAGE, snapshot * 2 + real.is_short)
    found, index = np.unique(days_of(real.time_ms), return_inverse=True)
    samples = [ranking.auc(counts[index]) for counts in draw_days(found.size, 300, seed).astype(np.float64)]
    return summarise(ranking.auc(np.ones(index.size)), np.array(samples), found.size)


def _estimated_order(study: Study) -> tuple[Measured, ...]:
    swept = _swept_by_leverage(study)
    if swept is None:
        return ()
    started = swept > LEAST_SWEEP_USD
    first = np.where(started.any(axis=1), started.argmax(axis=1), -1)
    ahead, together, pairs = (np.zeros(study.hour_ms.size) for _ in range(3))
    for higher in range(swept.shape[3]):
        for lower in range(higher + 1, swept.shape[3]):
            both = (first[:, :, higher] >= 0) & (first[:, :, lower] >= 0)
            ahead += (both & (first[:, :, higher] < first[:, :, lower])).sum(axis=1)
            together += (both & (first[:, :, higher] == first[:, :, lower])).sum(axis=1)
            pairs += both.sum(axis=1)
    return tuple(
        as_measured(f"estimated: {name}", bootstrap_ratio(part, whole, study.days, seed=study.seed), "%", 100)
        for name, part, whole in (
            ("higher leverage first, of pairs not in the same bar", ahead, pairs - together),
            ("both in the same bar", together, pairs),
        )
    )


def measure_notional_by_leverage(study: Study) -> ClaimResult:
    """Notional by leverage: of real positions, of the estimate, and what realised totals can say."""
    measured: list[Measured] = []
    verdict = f"not measurable: {_LIMIT}"
    real = study.evidence.leverages
    if real is not None and real.time_ms.size >= LEAST_POSITIONS:
        high, near = real.leverage > LOW_LEVERAGE, real.distance <= NEAR_DISTANCE
        days = days_of(real.time_ms)
        for text, rows in (("all", np.ones(high.size, np.bool_)), (f"within {NEAR_DISTANCE:.0%} of liquidation", near)):
            notional = np.where(rows, real.notional_usd, 0.0)
            share = bootstrap_ratio(notional * high, notional, days, seed=study.seed)
            measured.append(as_measured(f"real: share of notional above 25x, {text}", share, "%", 100))
        own = measured[-1]
        verdict = "holds" if own.high < 50 else "does not hold"
        verdict += f": {own.value:.0f} % of the real notional near liquidation is above 25x"
    swept = _swept_by_leverage(study)
    if swept is not None and study.estimate is not None:
        leverages = study.estimate.tiers.leverages
        by_hour = swept.sum(axis=(1, 2))
        total = by_hour.sum(axis=1)
        for index, leverage in enumerate(leverages):
            share = bootstrap_ratio(by_hour[:, index], total, study.days, seed=study.seed)
            measured.append(as_measured(f"estimated: share of swept notional at {leverage:g}x", share, "%", 100))
        ratio = bootstrap_ratio(
            by_hour[:, leverages <= LOW_LEVERAGE].sum(axis=1),
            by_hour[:, leverages >= HIGH_LEVERAGE].sum(axis=1),
            study.days,
            seed=study.seed,
        )
        measured.append(as_measured("estimated: swept at 25x and below, over 50x and above", ratio, "times"))
    days = np.repeat(study.days, 2)
    reach, usd = study.reach.ravel(), study.liquidated_usd.ravel()
    rates = []
    for least, most in MOVES:
        rows = (reach >= least) & (reach < most)
        rates.append(bootstrap_ratio(usd[rows] / 1e6, reach[rows] * 100, days[rows], seed=study.seed))
        text = f"{least:.2%} to {most:.2%}" if most < 1 else f"more than {least:.2%}"
        measured.append(
            as_measured(f"realised: per percent of move, hours that moved {text}", rates[-1], "million USD")
        )
    compared = "no more"
    if rates[-1].low > rates[0].high:
        compared = "more"
    elif rates[-1].high < rates[0].low:
        compared = "less"
    return ClaimResult(
        id="notional_by_leverage",
        claim="High-leverage clusters are smaller in notional value; low-leverage clusters produce larger volumes",
        where="The Five Types, 3: Leverage-Tiered Heatmap",
        measured=tuple(measured),
        n=int((np.isfinite(usd) & (reach >= MOVES[0][0])).sum()),
        verdict=f"{verdict}; per percent of move, hours with large moves liquidate {compared} than hours with small",
        how=_PUBLIC
        + "Estimated shares are the estimate's own, at the leverage mix it was given. What is realised tells leverage "
        "only by how far the price had to move: liquidations of a side in an hour over the hour's move against it. "
        "n: hours and sides that moved at least 0.25 %.",
    )


def _swept_by_leverage(study: Study) -> FloatArray | None:
    """Estimated USD swept by hour, bar, side and tier, highest leverage first."""
    if study.estimate is None or study.estimate.market.open_time_ms[0] != study.market.open_time_ms[0]:
        return None
    rows = study.first_bars[:, None] + np.arange(study.bars_per_hour)
    found: FloatArray = study.estimate.swept_usd[rows]
    return found
