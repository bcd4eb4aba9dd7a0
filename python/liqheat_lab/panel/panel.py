"""The held view scored against a panel of real positions: learned on its first half, scored on its second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from liqheat.book import estimate_book, venue_distance_tiers
from liqheat.errors import NoDataError
from liqheat.records import Estimate, HolderClass, Interval, MapProfiles, MarketHistory
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS
from liqheat_lab.panel.held import estimate_held, held_profiles
from liqheat_lab.panel.positions import CARRY_HOURS, PositionPanel, panel_profiles, snapshots_before
from liqheat_lab.panel.prior import HeldPrior, held_tiers
from liqheat_lab.scores.controls import price_only_market
from liqheat_lab.truth.truth import TruthScores, permuted_snapshots, score_truth, side_swapped

BANDS: dict[str, tuple[float, int]] = {
    "within_8_pct": (0.01, 8),
    "within_20_pct": (0.02, 10),
    "within_8_pct_10bp": (0.001, 80),
}
"""Cell width in log distance, and cells. A snapshot holds some tens of positions within 8 % of the price, so that
cells of 10 bp are mostly empty even where the map is right; within 20 % lie three times as many."""
HELD = "held"
OLD_HOURS = 24.0
SHIFT_DAYS = 7
N_PERMUTATIONS = 20
PROTOTYPE_MIX = "uniform"
FLOW_KAPPA = 0.35

Half = Literal["first", "second"]


@dataclass(frozen=True, slots=True)
class PanelScores:
    """Truth scores of the held view and its controls, by coin, band and map.

    Attributes
    ----------
    half : {'first', 'second'}
        Which half was scored; the prior is learned on the first, whose scores are therefore no evidence.
    start_ms, end_ms : int
        First and last scored snapshot.
    split_ms : int
        Where the first half ends and the second begins.
    traders : tuple of int
        Fewest, median and most traders listed in a scored snapshot.
    scores : dict
        ``scores[coin][band][map]``; maps as `score_panel` names them.
    prior : dict
        What the prior was learned on, and how.
    notes : tuple of str
        What a reader must know.
    """

    half: Half
    start_ms: int
    end_ms: int
    split_ms: int
    traders: tuple[int, int, int]
    scores: Mapping[str, Mapping[str, Mapping[str, TruthScores]]]
    prior: Mapping[str, Any]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: no NaN, None in its place."""
        plain = _without_nan(asdict(self))
        assert isinstance(plain, dict)  # noqa: S101  of a dict comes a dict
        return plain


def split_of(panel: PositionPanel) -> int:
    """The UTC midnight nearest to the middle of a panel: halves share no day."""
    middle = (int(panel.time_ms[0]) + int(panel.time_ms[-1])) / 2
    return round(middle / DAY_MS) * DAY_MS


def score_panel(
    panel: PositionPanel,
    markets: Sequence[MarketHistory],
    prior: HeldPrior | None = None,
    *,
    half: Half = "second",
    bands: Sequence[str] = tuple(BANDS),
    controls: bool = True,
    carry_hours: float = CARRY_HOURS,
) -> PanelScores:
    """Score the held view of each coin that both the panel and the markets hold.

    Both maps are shares: of a side's open notional in the panel, of open interest in the estimate, so that neither
    how many traders a snapshot lists nor how large the market is enters.

    Parameters
    ----------
    panel : PositionPanel
        Real positions.
    markets : sequence of MarketHistory
        What the estimate is made from; the first one of each coin is taken. Another venue's may stand in.
    prior : HeldPrior, optional
        The shipped one by default.
    half : {'second', 'first'}
        Which half is scored. The other one supplies the oracle's distance profile.
    bands : sequence of str
        Of `BANDS`.
    controls : bool
        Score besides ``held`` also ``side_swapped``, ``shifted_7d``, ``permuted`` (mean of 20, with the range of 95 %
        of them), ``static`` (its own mean profile), ``price_only`` (constant volume and open interest),
        ``flow_speed`` (the same distances renewed by 35 % of volume), ``prototype`` (10, 25, 50 and 100x alike, no
        renewal), ``real_24h_old`` (the panel's own map of the day before, at fixed prices) and ``held_same`` (ours on
        the snapshots that have such an old map) and ``held_listed_only`` (ours against listed traders alone: a position
        that is carried on until the price passes its level lives by the rules of the estimate, which flatters it).
    carry_hours : float
        How long a trader who is not listed counts as holding what was last seen. Above 24, the old real map shares
        rows with the one it is compared to, and is no control any more.

    Raises
    ------
    NoDataError
        When no coin is in both, or a half has no usable snapshot.
    """
    chosen = held_tiers() if prior is None else prior
    usable = panel.usable_snapshots()
    split_ms = split_of(panel)
    is_scored = (panel.time_ms[usable] >= split_ms) == (half == "second")
    if not is_scored.any() or is_scored.all():
        raise NoDataError("positions", "must hold usable snapshots in both halves", panel.source)
    found: dict[str, dict[str, dict[str, TruthScores]]] = {}
    for market in markets:
        if market.base in found or not np.any(panel.coin == market.base):
            continue
        found[market.base] = {}
        maps = _estimates(market, chosen, controls)
        for band in bands:
            found[market.base][band] = _score_band(panel, market, maps, usable, is_scored, band, carry_hours)
    if not found:
        raise NoDataError("markets", "must hold a coin of the panel", ", ".join(m.symbol for m in markets))
    scored, listed = usable[is_scored], panel.traders_listed
    is_own = int(chosen.provenance.get("end_ms", 0)) >= int(panel.time_ms[scored[0]])
    return PanelScores(
        half=half,
        start_ms=int(panel.time_ms[scored[0]]),
        end_ms=int(panel.time_ms[scored[-1]]),
        split_ms=split_ms,
        traders=(int(listed[scored].min()), int(np.median(listed[scored])), int(listed[scored].max())),
        scores=found,
        prior=chosen.provenance,
        notes=(
            *(
                ("the prior was learned on the scored days or later ones: these scores are no evidence",)
                if is_own
                else ()
            ),
            f"{scored.size} of {panel.time_ms.size} snapshots; {int(panel.trader.max()) + 1} traders in all",
            "the panel's traders are large and mostly in cross margin: no sample of a venue's crowd",
            *sorted({f"{m.symbol}: open interest and volume of {m.venue}" for m in markets if m.base in found}),
        ),
    )


def _estimates(market: MarketHistory, chosen: HeldPrior, controls: bool) -> dict[str, Estimate]:
    maps = {HELD: estimate_held(market, chosen)}
    if controls:
        fast = replace(chosen, kappas=np.array([FLOW_KAPPA]), shares=np.array([1.0]))
        maps["price_only"] = estimate_held(price_only_market(market), chosen)
        maps["flow_speed"] = estimate_held(market, fast)
        mix = venue_distance_tiers(market.venue, market.symbol, PROTOTYPE_MIX)
        maps["prototype"] = estimate_book(market, tiers=mix, holder_classes=(HolderClass("held 0", 0.0, 1.0),))
    return maps


def _score_band(
    panel: PositionPanel,
    market: MarketHistory,
    maps: Mapping[str, Estimate],
    usable: IndexArray,
    is_scored: np.ndarray[Any, np.dtype[np.bool_]],
    band: str,
    carry_hours: float,
) -> dict[str, TruthScores]:
    cell_width, n_cells = BANDS[band]
    real = partial(panel_profiles, panel, market.base, cell_width=cell_width, n_cells=n_cells, carry_hours=carry_hours)
    own = partial(held_profiles, cell_width=cell_width, n_cells=n_cells)
    truth = real(usable)

    def read(estimate: Estimate, name: str) -> MapProfiles:
        return own(estimate, truth.time_ms, truth.close, name=name)

    score = partial(score_truth, truth=truth, train=~is_scored, test=is_scored)

    held = read(maps[HELD], HELD)
    scores = {HELD: score(held)}
    if len(maps) == 1:
        return scores
    scores |= {name: score(read(estimate, name)) for name, estimate in maps.items() if name != HELD}
    scores["side_swapped"] = score(side_swapped(held))
    early = own(maps[HELD], truth.time_ms - SHIFT_DAYS * DAY_MS, None, name="shifted_7d")
    scores["shifted_7d"] = score(replace(early, time_ms=truth.time_ms))
    mean = held.usd[is_scored].mean(axis=0, keepdims=True)
    scores["static"] = score(replace(held, name="static", usd=np.repeat(mean, usable.size, axis=0)))
    scored = replace(held, time_ms=held.time_ms[is_scored], close=held.close[is_scored], usd=held.usd[is_scored])
    scores["permuted"] = _permuted(scored, held, is_scored, score)
    listed_only = replace(held, name="held_listed_only")
    scores["held_listed_only"] = score_truth(listed_only, real(usable, carry_hours=0.0), ~is_scored, is_scored)
    source = snapshots_before(panel, usable, OLD_HOURS)
    has_old = source >= 0
    if np.any(has_old & is_scored):
        old_usd = np.zeros_like(held.usd)
        old_usd[has_old] = real(usable[has_old], as_of=source[has_old]).usd
        rows = is_scored & has_old
        scores["real_24h_old"] = score_truth(replace(held, name="real_24h_old", usd=old_usd), truth, ~is_scored, rows)
        scores["held_same"] = score_truth(replace(held, name="held_same"), truth, ~is_scored, rows)
    return scores


def _permuted(
    scored: MapProfiles,
    held: MapProfiles,
    is_scored: np.ndarray[Any, np.dtype[np.bool_]],
    score: Callable[..., TruthScores],
) -> TruthScores:
    """Scores of the same profiles in random order: means over permutations, with the range of 95 % of them."""
    trials = []
    for seed in range(N_PERMUTATIONS):
        usd: FloatArray = held.usd.copy()
        usd[is_scored] = permuted_snapshots(scored, seed).usd
        trials.append(score(replace(held, name="permuted", usd=usd), n_resamples=1))

    def summary(name: str) -> Interval:
        values = np.array([getattr(trial, name).value for trial in trials])
        low, high = np.quantile(values, [0.025, 0.975])
        return Interval(float(values.mean()), float(low), float(high))

    return replace(
        trials[0],
        corr=summary("corr"),
        cluster_corr=summary("cluster_corr"),
        w1_pct=summary("w1_pct"),
        information_gain=summary("information_gain"),
        mass_ratio=summary("mass_ratio"),
    )


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
