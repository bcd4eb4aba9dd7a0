"""One market laid out for scoring: labels, baselines, and the features of every map, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liqheat.accuracy.baselines import BASELINES, HEADLINE, BaselineFeatures, build_baselines, interval_starts
from liqheat.accuracy.bootstrap import days_of, draw_days
from liqheat.accuracy.calibrate import SHORTEST_TRAIN_MS, expected_usd, fit_mixture, tier_support
from liqheat.accuracy.presets import CalibratedModel, Provenance
from liqheat.accuracy.tracking import track_scale
from liqheat.errors import InputError, NoDataError
from liqheat.evaluation import maps
from liqheat.evaluation.sources import ScoredMarket, whole_intervals
from liqheat.records import BookEstimate, FlowForm, LiquidationLabels, MapRun, MixtureWeights
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS, HOUR_MS

BURN_IN_MS = 4 * DAY_MS
"""Time from the first open interest until a book is judged: by then its start is forgotten."""
FLOW = "flow"
PRICE_ONLY = "price_only"
FROZEN = "frozen_at_the_hour"
CONTROLS = ("side_swapped", "shifted_7d", "other_seed", PRICE_ONLY, "stale_24h", FROZEN)
N_ENSEMBLE = 24
_CONTROL_SEED = 20_251_205


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows are intervals in time order; every array has one entry for each.

    Attributes
    ----------
    scored : ScoredMarket
        The market and its liquidations.
    interval_ms : int
        Length of a row.
    baselines : BaselineFeatures
        With the starts of the rows.
    usd : (n, 2) float64
        Realised liquidations, NaN where unknown or where a bar of the interval is missing.
    features : mapping of str to (n, 2, k) float64
        By map: ``flow``, the controls, the rivals.
    rivals : tuple of str
        Which of them are rivals.
    is_usable : (n,) bool
        After the burn-in, with liquidations known, whole: the same rows for every map. An interval that the bars end
        within is no row.
    swept_by_tier : (n, 2, t) float64
        USD swept from each distance of the flow map, all holder classes together.
    """

    scored: ScoredMarket
    interval_ms: int
    baselines: BaselineFeatures
    usd: FloatArray
    features: Mapping[str, FloatArray]
    rivals: tuple[str, ...]
    is_usable: NDArray[np.bool_]
    swept_by_tier: FloatArray

    @property
    def start_ms(self) -> TimeArray:
        """Start of each row."""
        return self.baselines.start_ms

    def rows(self, start_ms: int, end_ms: int) -> NDArray[np.bool_]:
        """Usable rows that begin in ``[start_ms, end_ms)``."""
        chosen: NDArray[np.bool_] = self.is_usable & (self.start_ms >= start_ms) & (self.start_ms < end_ms)
        return chosen


def build_trial(
    scored: ScoredMarket, form: FlowForm, *, rivals: Sequence[MapRun] = (), labels: LiquidationLabels | None = None
) -> Trial:
    """Run every map over a market and lay it out by interval.

    Parameters
    ----------
    scored : ScoredMarket
        The market and its liquidations.
    form : FlowForm
        Law of the flow map.
    rivals : sequence of MapRun
        Other maps of the same bars; where one says nothing (NaN), it expects nothing but its background.
    labels : LiquidationLabels, optional
        Labels of another interval in place of `scored.labels`.

    Raises
    ------
    NoDataError
        When no interval after the burn-in has known liquidations.
    InputError
        When the bars do not divide the labels' interval.
    """
    labels = scored.labels if labels is None else labels
    interval_ms = labels.interval_ms
    if interval_ms % scored.market.interval_ms:
        raise InputError("labels", f"must be of a multiple of the bars' {scored.market.interval_ms} ms", interval_ms)
    market, bars = whole_intervals(scored.market, interval_ms)
    total, _ = whole_intervals(scored.total, interval_ms)
    baselines = build_baselines(total, scored.candles, interval_ms)
    n = baselines.start_ms.size
    usd = np.full((n, 2), np.nan)
    _, ours, theirs = np.intersect1d(baselines.start_ms, labels.start_ms, return_indices=True)
    usd[ours] = labels.usd[theirs]
    if market.bridged is not None:
        # How far the price went in a bar that nobody reported is not known: no map can be asked about it.
        _, first = interval_starts(market.open_time_ms, interval_ms)
        usd[np.add.reduceat(market.bridged.astype(np.int64), first) > 0] = np.nan
    found = maps.run_flow(market, form)
    flow, tiers = maps.by_interval(found.run, market, interval_ms), found.swept_by_tier
    for other in scored.others:
        theirs_run = maps.run_flow(whole_intervals(other, interval_ms)[0], form)
        flow = flow + maps.by_interval(theirs_run.run, market, interval_ms)
        tiers = tiers + theirs_run.swept_by_tier
    features = {FLOW: flow}
    if labels is scored.labels:
        price_only = maps.run_flow(maps.price_only_market(market), form, PRICE_ONLY)
        features[PRICE_ONLY] = maps.by_interval(price_only.run, market, interval_ms)
        features |= _controls(found.classes, flow, baselines, interval_ms)
    for rival in rivals:
        told = replace(rival, swept_usd=np.nan_to_num(rival.swept_usd[bars], nan=0.0))
        features[rival.name] = maps.by_interval(told, market, interval_ms)
    whole = baselines.start_ms >= market.open_time_ms[0]
    whole &= baselines.start_ms + interval_ms <= market.end_ms
    usable = whole & np.all(np.isfinite(usd), axis=1)
    usable &= baselines.start_ms >= market.open_time_ms[0] + BURN_IN_MS
    if not usable.any():
        rule = "must be known in some interval after 4 days of open interest"
        raise NoDataError("liquidations", rule, market.symbol)
    names = tuple(rival.name for rival in rivals)
    swept = maps.by_interval(MapRun("tiers", tiers), market, interval_ms)
    return Trial(scored, interval_ms, baselines, usd, features, names, usable, swept)


def fit_model(
    trial: Trial, name: str, form: FlowForm, start_ms: int, end_ms: int, *, only: Sequence[str] | None = None
) -> CalibratedModel:
    """Fit every map and baseline of a trial on the rows of one window; nothing else is looked at.

    Raises
    ------
    InputError
        When the window holds less than 14 days of known liquidations, or none on a side.
    """
    train = trial.rows(start_ms, end_ms)
    if int(train.sum()) * trial.interval_ms < SHORTEST_TRAIN_MS:
        rule = "must hold at least 14 days of known liquidations after the 4 days of burn-in"
        raise InputError("train window", rule, f"{train.sum() * trial.interval_ms / DAY_MS:.1f} days")
    usd, background = trial.usd[train], trial.baselines.features
    nothing = np.zeros((usd.shape[0], 2, 0))
    weights = {
        one: fit_mixture(usd, nothing, background[one][train], interval_ms=trial.interval_ms)
        for one in BASELINES
        if only is None or one in only
    }
    for one, features in trial.features.items():
        if only is None or one in only:
            weights[one] = fit_mixture(usd, features[train], background[HEADLINE][train], interval_ms=trial.interval_ms)
    market = trial.scored.market
    fitted = Provenance(
        market.symbol,
        market.venue,
        start_ms,
        end_ms,
        int(train.sum()),
        float(usd.sum()),
        trial.scored.labels.sources,
        market.interval_ms,
    )
    return CalibratedModel(name, form, fitted, weights, support=tier_support(trial.swept_by_tier[train]))


def fit_ensemble(trial: Trial, model: CalibratedModel, *, seed: int = 0, n_refits: int = N_ENSEMBLE) -> CalibratedModel:
    """Refit the flow map on resampled days of the model's train window: the spread of its weights."""
    train = np.flatnonzero(trial.rows(model.fitted.start_ms, model.fitted.end_ms))
    days, index = np.unique(days_of(trial.start_ms[train]), return_inverse=True)
    members = []
    for counts in draw_days(days.size, n_refits, seed):
        rows = np.repeat(train, counts[index])
        weights = fit_mixture(
            trial.usd[rows],
            trial.features[FLOW][rows],
            trial.baselines.features[HEADLINE][rows],
            interval_ms=trial.interval_ms,
        )
        members.append(weights.map_weights)
    return replace(model, ensemble=np.stack(members))


def forecast(trial: Trial, name: str, weights: MixtureWeights) -> FloatArray:
    """Expected USD by row and side of one map or baseline, before tracking."""
    is_baseline = name in BASELINES
    background = trial.baselines.features[name if is_baseline else HEADLINE]
    features = np.zeros((background.shape[0], 2, 0)) if is_baseline else trial.features[name]
    return expected_usd(weights, features, background, interval_ms=trial.interval_ms)


def tracked(trial: Trial, expected: FloatArray) -> FloatArray:
    """The same with the trailing scale, which knows only rows before each one."""
    return expected * track_scale(expected, trial.usd, trial.interval_ms)[:, None]


def _controls(
    classes: tuple[BookEstimate, ...], flow: FloatArray, baselines: BaselineFeatures, interval_ms: int
) -> dict[str, FloatArray]:
    profiles = maps.flow_profiles(classes, interval_ms)
    drawdown, n = baselines.drawdown, flow.shape[0]
    if profiles[0].time_ms.size != n:
        raise InputError("market", "must begin and end on whole intervals of the labels", profiles[0].time_ms.size)
    order = maps.earlier_hours(n, _CONTROL_SEED)
    return {
        "side_swapped": np.ascontiguousarray(flow[:, ::-1]),
        "shifted_7d": maps.frozen_sweeps(profiles, drawdown, lag=maps.shift_hours(interval_ms)),
        "other_seed": maps.frozen_sweeps(profiles, drawdown, order=order),
        "stale_24h": maps.stale_sweeps(profiles, drawdown, hours=max(24 * HOUR_MS // interval_ms, 1)),
        FROZEN: maps.frozen_sweeps(profiles, drawdown),
    }
