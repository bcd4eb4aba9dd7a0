"""Scoring: forecasts of every map on the same rows, beside every baseline, control and rival; as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import InputError, NoDataError
from liqheat.flow import (
    BASELINES,
    FLOW,
    HEADLINE,
    MODEL_FORMAT,
    CalibratedModel,
    LabelledMarket,
    Trial,
    bootstrap_ratio,
    build_trial,
    days_of,
    forecast,
    information_gain,
    tracked,
)
from liqheat.records import Interval
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.rivals.maps import run_rivals
from liqheat_lab.scores.sources import resample_scored
from liqheat_lab.scores.trial import CONTROLS, PRICE_ONLY, build_scored_trial, rivals_of
from liqheat_lab.smooth import load_smooth
from liqheat_lab.stats.correlation import side_mean_partial_spearman
from liqheat_lab.stats.scores import calibration_ratio, diebold_mariano, months_of, reliability

ENOUGH_DAYS = 30
LARGE_MOVE = 0.02
"""Log move of an hour from its start; a third of all USD falls into such hours."""
NEEDED = (FLOW, HEADLINE, "b1r")
"""Weights without which there is nothing to score."""
SMALL_MARKET_USD = 300e6
"""Median open interest below which single holders decide where liquidations are."""


def score_model(trial: Trial, model: CalibratedModel, fine: Trial | None = None) -> dict[str, Any]:
    """Score frozen parameters on a market; nothing is fitted but the trailing scale.

    Days that the parameters were fitted on are left out where the coin is the same.

    Returns
    -------
    dict
        JSON-ready: see the README of the accuracy folder.

    Raises
    ------
    NoDataError
        When no row is left to score.
    """
    missing = [name for name in NEEDED if name not in model.weights]
    if missing:
        raise InputError("model", f"must hold weights of {', '.join(NEEDED)}", f"{model.name} lacks {missing[0]}")
    model = model.for_symbol(trial.scored.market.symbol)
    forecasts = {name: tracked(trial, forecast(trial, name, weights)) for name, weights in _known(trial, model).items()}
    rows = trial.is_usable.copy()
    notes, fitted_spans = [], []
    inside = (trial.start_ms >= model.fitted.start_ms) & (trial.start_ms < model.fitted.end_ms)
    if model.transferred_to is None and np.any(rows & inside):
        days = float(np.sum(rows & inside)) * trial.interval_ms / DAY_MS
        notes.append(f"{days:.0f} days that the model was fitted on are left out")
        fitted_spans = _spans(trial, inside & trial.is_usable, "the model was fitted on them")
        rows &= ~inside
    elif np.any(rows & inside):
        notes.append("transferred: fitted on another coin, in part on the same days")
    if not rows.any():
        raise NoDataError("data", "must hold days that the model was not fitted on", trial.scored.market.symbol)
    early = rows & (trial.start_ms < model.fitted.start_ms)
    if early.any():
        notes.append(
            f"{early.sum() * trial.interval_ms / DAY_MS:.0f} days lie before those that the model was fitted on"
        )
    report = describe_forecasts(trial, forecasts, rows)
    fitted_end = int(model.fitted.end_ms)
    report["model"] = {
        "name": model.name,
        "version": MODEL_FORMAT,
        "hash": model.hash,
        "fitted_on": f"{model.fitted.symbol} {_day(model.fitted.start_ms)}..{_day(fitted_end - 1)}",
        "transferred": model.transferred_to is not None,
        "age_days": max((report["start_ms"] - fitted_end) / DAY_MS, 0.0),
    }
    report["information_gain_30m"] = None
    if fine is not None:
        names = [name for name in (*BASELINES, FLOW) if name in model.weights]
        fine_forecasts = {name: tracked(fine, forecast(fine, name, model.weights[name])) for name in names}
        fine_rows = fine.is_usable & np.isin(fine.start_ms // HOUR_MS, trial.start_ms[rows] // HOUR_MS)
        if fine_rows.any():
            report["information_gain_30m"] = gains_over_baselines(fine, fine_forecasts, fine_rows)
    report["notes"] = [*notes, *report["notes"]]
    report["left_out"] = [*fitted_spans, *report["left_out"]]
    return report


def describe_forecasts(trial: Trial, forecasts: Mapping[str, FloatArray], rows: NDArray[np.bool_]) -> dict[str, Any]:
    """All scores of tracked forecasts on chosen rows, as plain JSON without the parts that name a model.

    Figures that the rows do not determine (a test on two hours, large moves where there were none) are None.

    Raises
    ------
    NoDataError
        When no row is chosen.
    """
    if not rows.any():
        raise NoDataError("liquidations", "must be known in the days that are scored", trial.scored.market.symbol)
    start_ms, usd = trial.start_ms[rows], trial.usd[rows]
    flow, headline = forecasts[FLOW][rows], forecasts[HEADLINE][rows]
    market = trial.scored.market
    drawdown = trial.baselines.drawdown[rows]
    test = diebold_mariano(usd, flow, headline, interval_ms=trial.interval_ms)
    report: dict[str, Any] = {
        "symbol": market.symbol,
        "venue": market.venue,
        "days": int(np.unique(days_of(start_ms)).size),
        "start_ms": int(start_ms[0]),
        "end_ms": int(start_ms[-1]) + trial.interval_ms,
        "hours": round(float(rows.sum()) * trial.interval_ms / HOUR_MS, 2),
        "events_usd": float(usd.sum()),
        "information_gain": gains_over_baselines(trial, forecasts, rows),
        "diebold_mariano": {HEADLINE: {"statistic": _figure(test.statistic), "p_value": _figure(test.p_value)}},
        "partial_spearman": {
            "drawdown": interval_item(side_mean_partial_spearman(start_ms, usd, flow, [drawdown])),
            "drawdown_b1r": interval_item(
                side_mean_partial_spearman(start_ms, usd, flow, [drawdown, forecasts["b1r"][rows]])
            ),
        },
        "calibration_ratio": _calibration(start_ms, usd, flow),
        "controls": {
            name: interval_item(information_gain(start_ms, usd, forecasts[name][rows], headline), "nats")
            for name in CONTROLS
            if name in forecasts
        },
        "rivals": {
            name: interval_item(information_gain(start_ms, usd, flow, forecasts[name][rows]), "nats")
            for name in rivals_of(trial)
            if name in forecasts
        },
        "variants": {
            name: interval_item(information_gain(start_ms, usd, flow, forecasts[name][rows]), "nats")
            for name in (PRICE_ONLY,)
            if name in forecasts
        },
        "monthly": {
            month: {
                HEADLINE: interval_item(information_gain(start_ms[own], usd[own], flow[own], headline[own]), "nats")
            }
            for month, own in months_of(start_ms)
        },
        "by_move": _by_move(start_ms, usd, flow, headline, drawdown),
        "auc": None,
        "left_out": left_out_spans(trial, rows),
        "notes": [*trial.scored.notes, *_cautions(trial, rows)],
    }
    return report


def gains_over_baselines(
    trial: Trial, forecasts: Mapping[str, FloatArray], rows: NDArray[np.bool_]
) -> dict[str, dict[str, float | None]]:
    """Information gain of the flow map over every baseline."""
    start_ms, usd, flow = trial.start_ms[rows], trial.usd[rows], forecasts[FLOW][rows]
    return {
        name: interval_item(information_gain(start_ms, usd, flow, forecasts[name][rows]), "nats")
        for name in BASELINES
        if name in forecasts
    }


def left_out_spans(trial: Trial, rows: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Stretches between the first and the last row scored without liquidations or bars: left out for every map."""
    missing = ~np.all(np.isfinite(trial.usd), axis=1)
    first, last = np.flatnonzero(rows)[[0, -1]]
    missing[:first] = False
    missing[last:] = False
    return _spans(trial, missing, "liquidations or bars are missing")


def _spans(trial: Trial, chosen: NDArray[np.bool_], reason: str) -> list[dict[str, Any]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    return [
        {
            "start_ms": int(trial.start_ms[first]),
            "end_ms": int(trial.start_ms[last - 1]) + trial.interval_ms,
            "reason": reason,
        }
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]


def _known(trial: Trial, model: CalibratedModel) -> dict[str, Any]:
    return {name: one for name, one in model.weights.items() if name in BASELINES or name in trial.features}


def _calibration(start_ms: TimeArray, usd: FloatArray, flow: FloatArray) -> dict[str, Any]:
    found: dict[str, Any] = {name: interval_item(one) for name, one in calibration_ratio(start_ms, usd, flow).items()}
    # The figure itself first: whoever reads one number reads that of both sides.
    found = found["all"] | found
    found["by_month"] = {
        month: interval_item(calibration_ratio(start_ms[own], usd[own], flow[own])["all"])
        for month, own in months_of(start_ms)
    }
    found["reliability"] = [
        {"forecast_usd": one.forecast_usd, "realised_usd": one.realised_usd, "hours": one.n}
        for one in reliability(usd, flow)
    ]
    return found


def _by_move(
    start_ms: TimeArray, usd: FloatArray, flow: FloatArray, headline: FloatArray, drawdown: FloatArray
) -> dict[str, Any]:
    """The gain split by how far the price moved within the interval, each side by itself."""
    large = drawdown > LARGE_MOVE
    found = {}
    for name, cells in (("over_2_pct", large), ("under_2_pct", ~large)):
        gain = np.where(cells, usd * np.log(flow / headline) - (flow - headline), 0.0).sum(axis=1)
        own = np.where(cells, usd, 0.0).sum(axis=1)
        share = float(own.sum() / usd.sum())
        found[name] = interval_item(bootstrap_ratio(gain, own, days_of(start_ms)), "nats") | {"share_of_usd": share}
    return found


def _cautions(trial: Trial, rows: NDArray[np.bool_]) -> Sequence[str]:
    notes = []
    days = np.unique(days_of(trial.start_ms[rows])).size
    if days < ENOUGH_DAYS:
        notes.append(f"only {days} days: fewer than {ENOUGH_DAYS} say little")
    usual = float(np.median(trial.baselines.open_interest_usd[rows]))
    usd = trial.usd[rows]
    largest = float(usd.max() / usd.sum())
    if usual < SMALL_MARKET_USD or largest > 0.2:
        notes.append(
            f"few large holders decide here (median open interest {usual / 1e6:,.0f} M USD, the largest single hour is "
            f"{largest:.0%} of all liquidations): the ceiling of any map is low"
        )
    return notes


def interval_item(found: Interval, name: str = "value") -> dict[str, float | None]:
    """A figure with its interval, as the JSON has it."""
    return {name: _figure(found.value), "low": _figure(found.low), "high": _figure(found.high)}


def _figure(value: float) -> float | None:
    """A figure as JSON has it: None in place of NaN and infinity, which JSON lacks."""
    return float(value) if math.isfinite(value) else None


def _day(time_ms: int) -> str:
    return str(np.datetime64(time_ms, "ms").astype("datetime64[D]"))


def load_and_score(scored: LabelledMarket, model: CalibratedModel | None = None) -> dict[str, Any]:
    """Lay a market out, rivals and half-hours included, and score a model on it; the shipped one by default.

    Bars shorter than those that the parameters were fitted on are joined first.

    Raises
    ------
    InputError
        When the bars do not divide those of the parameters.
    """
    if model is None:
        model = load_smooth(scored.market.interval_ms)
    scored = resample_scored(scored, model.fitted.bar_ms)
    trial = build_scored_trial(scored, model.form, rivals=run_rivals(scored.market))
    fine = None if scored.fine_labels is None else build_trial(scored, model.form, labels=scored.fine_labels)
    return score_model(trial, model, fine)
