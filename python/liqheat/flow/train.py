"""One market laid out for fitting: labels, baselines and the features of the flow map, row by row; and the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError
from liqheat.flow.background import BASELINES, HEADLINE, BaselineFeatures, build_baselines, interval_starts
from liqheat.flow.fit import SHORTEST_TRAIN_MS, expected_usd, fit_mixture, tier_support
from liqheat.flow.labels import LabelledMarket
from liqheat.flow.law import by_interval, estimate_flow_classes, run_flow
from liqheat.flow.parameters import CalibratedModel, Provenance
from liqheat.flow.paths import steps_of
from liqheat.flow.profiles import read_profiles
from liqheat.flow.touch_fit import fit_law
from liqheat.flow.touches import TouchTable, lay_out
from liqheat.flow.tracking import track_scale
from liqheat.records import HORIZONS_MS, Estimate, FlowForm, LiquidationLabels, MapRun, MarketHistory, MixtureWeights
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS, HOUR_MS, format_interval

BURN_IN_MS = 4 * DAY_MS
"""Time from the first open interest until a book is judged: by then its start is forgotten."""
SETTLED_MS = 7 * DAY_MS
"""The same for the maps that touches begin from: they reach farther, where positions are older."""
FLOW = "flow"
FITTED_HORIZONS_MS = {"1h": HOUR_MS, **HORIZONS_MS}
"""That of an hour is scored only."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Rows are intervals in time order; every array has one entry for each.

    Attributes
    ----------
    scored : LabelledMarket
        The market and its liquidations.
    interval_ms : int
        Length of a row.
    market : MarketHistory
        The bars that fill the rows.
    baselines : BaselineFeatures
        With the starts of the rows.
    usd : (n, 2) float64
        Realised liquidations, NaN where unknown or where a bar of the interval is missing.
    features : mapping of str to (n, 2, k) float64
        By map: ``flow``, and others of the same bars that are to be fitted beside it.
    is_usable : (n,) bool
        After the burn-in, with liquidations known, whole: the same rows for every map. An interval that the bars end
        within is no row.
    swept_by_tier : (n, 2, t) float64
        USD swept from each distance of the flow map, all holder classes together.
    books : tuple of Estimate
        Of the flow map, one for each holder class.
    """

    scored: LabelledMarket
    interval_ms: int
    market: MarketHistory
    baselines: BaselineFeatures
    usd: FloatArray
    features: Mapping[str, FloatArray]
    is_usable: NDArray[np.bool_]
    swept_by_tier: FloatArray
    books: tuple[Estimate, ...]

    @property
    def start_ms(self) -> TimeArray:
        """Start of each row."""
        return self.baselines.start_ms

    def rows(self, start_ms: int, end_ms: int) -> NDArray[np.bool_]:
        """Usable rows that begin in ``[start_ms, end_ms)``."""
        chosen: NDArray[np.bool_] = self.is_usable & (self.start_ms >= start_ms) & (self.start_ms < end_ms)
        return chosen


def build_trial(scored: LabelledMarket, form: FlowForm, *, labels: LiquidationLabels | None = None) -> Trial:
    """Run the flow map over a market and lay it out by interval.

    Parameters
    ----------
    scored : LabelledMarket
        The market and its liquidations.
    form : FlowForm
        Law of the flow map.
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
    market = scored.market.select(scored.market.whole_intervals(interval_ms))
    baselines = build_baselines(market, scored.candles, interval_ms)
    usd = np.full((baselines.start_ms.size, 2), np.nan)
    _, ours, theirs = np.intersect1d(baselines.start_ms, labels.start_ms, return_indices=True)
    usd[ours] = labels.usd[theirs]
    if market.bridged is not None:
        # How far the price went in a bar that nobody reported is not known: no map can be asked about it.
        _, first = interval_starts(market.open_time_ms, interval_ms)
        usd[np.add.reduceat(market.bridged.astype(np.int64), first) > 0] = np.nan
    found = run_flow(market, form)
    whole = baselines.start_ms >= market.open_time_ms[0]
    whole &= baselines.start_ms + interval_ms <= market.end_ms
    usable = whole & np.all(np.isfinite(usd), axis=1)
    usable &= baselines.start_ms >= market.open_time_ms[0] + BURN_IN_MS
    if not usable.any():
        rule = "must be known in some interval after 4 days of open interest"
        raise NoDataError("liquidations", rule, market.symbol)
    return Trial(
        scored,
        interval_ms,
        market,
        baselines,
        usd,
        {FLOW: by_interval(found.run, market, interval_ms)},
        usable,
        by_interval(MapRun("tiers", found.swept_by_tier), market, interval_ms),
        found.classes,
    )


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
        trial.scored.labels.venues or (market.venue,),
    )
    return CalibratedModel(name, form, fitted, weights, support=tier_support(trial.swept_by_tier[train]))


def fit_touches(trial: Trial, model: CalibratedModel) -> CalibratedModel:
    """Add the touch laws of every horizon, fitted on the model's own window; the model's weights make the scale."""
    table = lay_out_trial(trial, model)
    window = (model.fitted.start_ms, model.fitted.end_ms)
    laws = {
        name: fit_law(table, horizon_ms, window)
        for name, horizon_ms in FITTED_HORIZONS_MS.items()
        if horizon_ms >= trial.interval_ms
    }
    return replace(model, laws=laws)


def lay_out_trial(trial: Trial, model: CalibratedModel) -> TouchTable:
    """A trial's frozen maps beside what was liquidated, with the trailing scale of a model's weights."""
    # What is drawn are the books of whole bars.
    books = trial.books if steps_of(trial.market) == 1 else estimate_flow_classes(trial.market, model.form)
    profiles = tuple(
        read_profiles(one, interval=format_interval(trial.interval_ms), name=f"term {term}")
        for term, one in enumerate(books)
    )
    scale = track_scale(forecast(trial, FLOW, model.weights[FLOW]), trial.usd, trial.interval_ms)
    # A frozen map is that of the bars before: the first week's is of a book that still forgets how it began.
    usable = trial.is_usable & (trial.start_ms >= trial.start_ms[0] + SETTLED_MS)
    open_interest = trial.baselines.open_interest_usd
    return lay_out(trial.market, profiles, trial.start_ms, trial.usd, open_interest, scale, usable, trial.interval_ms)


def forecast(trial: Trial, name: str, weights: MixtureWeights) -> FloatArray:
    """Expected USD by row and side of one map or baseline, before tracking."""
    is_baseline = name in BASELINES
    background = trial.baselines.features[name if is_baseline else HEADLINE]
    features = np.zeros((background.shape[0], 2, 0)) if is_baseline else trial.features[name]
    return expected_usd(weights, features, background, interval_ms=trial.interval_ms)


def tracked(trial: Trial, expected: FloatArray) -> FloatArray:
    """The same with the trailing scale, which knows only rows before each one."""
    return expected * track_scale(expected, trial.usd, trial.interval_ms)[:, None]
