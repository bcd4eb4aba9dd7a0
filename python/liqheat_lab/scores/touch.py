"""The touch forecast against what was liquidated: shipped parameters, nothing fitted but the trailing scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import NoDataError
from liqheat.flow import (
    FITTED_HORIZONS_MS,
    CalibratedModel,
    LabelledMarket,
    TouchRows,
    TouchTable,
    bootstrap_ratio,
    build_trial,
    days_of,
    expected_of,
    lay_out_trial,
    load_model,
    rows_with,
    shipped_for,
    touch_rows,
)
from liqheat.records import Interval, OutcomeBand, TouchLaw
from liqheat.records.arrays import FloatArray, TimeArray
from liqheat.units import DAY_MS
from liqheat_lab.scores.touch_baselines import BASELINES, TouchBaseline, baseline_rows, load_baselines
from liqheat_lab.scores.touch_clusters import score_clusters

INSIDE_HORIZONS = ("4h", "24h")
DISTANCES = (0.0, 0.0075, 0.0125, 0.0175, 0.025, 0.035, 0.045, 0.055, 0.07, 0.09)
FAR = 0.05
MOST_DOTS = 400
DOTS_OF = "24h"
LEAST_USD = 1e4
"""Outcomes below it count as this much where logs are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Forecasts of one question, and what came of them."""

    day: NDArray[np.int64]
    far: FloatArray
    usd: FloatArray
    expected: FloatArray
    band: FloatArray


def score_touches(scored: LabelledMarket, model: CalibratedModel | None = None) -> dict[str, Any]:
    """Score the touch laws of a model on every day that they were not fitted on.

    Returns
    -------
    dict
        ``days``, ``horizons`` and ``inside`` by horizon, plain JSON; None where labels are longer than a horizon.

    Raises
    ------
    NoDataError
        When no day is left to score.
    """
    model = load_model(shipped_for(scored.market.interval_ms)) if model is None else model
    model = model.for_symbol(scored.market.symbol)
    trial = build_trial(scored, model.form)
    table = lay_out_trial(trial, model)
    kind = "tracked" if model.transferred_to is None else "carried"
    baselines = load_baselines(model)
    horizons: dict[str, Any] = {}
    inside: dict[str, Any] = {}
    dots: list[list[float]] = []
    days: set[int] = set()
    for name, horizon_ms in FITTED_HORIZONS_MS.items():
        if name not in model.laws or horizon_ms < trial.interval_ms:
            horizons[name] = None
            continue
        law = model.laws[name]
        of_name = baselines.get(name, {})
        asked, beside, rows = _ask(table, law, of_name, horizon_ms, model, kind, slices=False)
        days |= set(days_of(table.start_ms[rows.touches.row]).tolist())
        horizons[name] = _describe(asked, beside, horizon_ms)
        if name == DOTS_OF:
            dots = _dots(asked)
        if name in INSIDE_HORIZONS:
            asked, beside, rows = _ask(table, law, of_name, horizon_ms, model, kind, slices=True)
            looks = rows_with(table, horizon_ms // trial.interval_ms)
            looks = looks[_unseen(table.start_ms[looks], horizon_ms, model)]
            inside[name] = (
                _describe(asked, beside, horizon_ms)
                | _thirds(table, rows, law, asked)
                | {"clusters": score_clusters(table, law, looks, horizon_ms)}
            )
    if not days:
        raise NoDataError("data", "must hold days that the model was not fitted on", scored.market.symbol)
    return {
        "symbol": scored.market.symbol,
        "days": len(days),
        "start_ms": min(days) * DAY_MS,
        "end_ms": (max(days) + 1) * DAY_MS,
        "model": {"name": model.name, "hash": model.hash, "transferred": model.transferred_to is not None},
        "horizons": horizons,
        "inside": inside,
        "dots": dots,
        "notes": [*scored.notes],
    }


def _ask(
    table: TouchTable,
    law: TouchLaw,
    baselines: Mapping[str, TouchBaseline],
    horizon_ms: int,
    model: CalibratedModel,
    kind: str,
    *,
    slices: bool,
) -> tuple[_Asked, dict[str, _Asked], TouchRows]:
    rows = touch_rows(table, horizon_ms, slices=slices)
    unseen = _unseen(table.start_ms[rows.touches.row], horizon_ms, model)
    rows = rows.select(np.isfinite(rows.touches.realised_usd) & unseen)
    bands = law.inside_bands if slices else law.way_bands
    weights = np.hstack([law.book_weights, law.distance_weights])
    asked = _asked(table, rows, expected_of(rows, weights), bands.get(kind, bands["tracked"]))
    beside = {}
    for name in BASELINES:
        if name in baselines:
            one = baselines[name]
            features = baseline_rows(table, rows, name)
            expected = np.einsum("nf,nf->n", features, one.weights[rows.touches.side])
            beside[name] = _asked(table, rows, expected, one.inside_band if slices else one.way_band)
    return asked, beside, rows


def _unseen(start_ms: TimeArray, horizon_ms: int, model: CalibratedModel) -> NDArray[np.bool_]:
    """Which starts have all of their horizon outside of the days that the model was fitted on."""
    if model.transferred_to is not None:
        return np.ones(start_ms.size, dtype=bool)
    unseen: NDArray[np.bool_] = (start_ms >= model.fitted.end_ms) | (start_ms + horizon_ms <= model.fitted.start_ms)
    return unseen


def _asked(table: TouchTable, rows: TouchRows, expected: FloatArray, band: OutcomeBand) -> _Asked:
    touches = rows.touches
    day = days_of(table.start_ms[touches.row])
    return _Asked(day, touches.far, touches.realised_usd, expected, band.around(expected, rows.held_usd))


def _describe(asked: _Asked, beside: Mapping[str, _Asked], horizon_ms: int) -> dict[str, Any]:
    if not asked.usd.size:
        return {"touches": 0}
    block_days = max(1, -(-horizon_ms // DAY_MS))
    by_distance = []
    for low, high in pairwise(DISTANCES):
        own = (asked.far > low) & (asked.far <= high)
        if own.any():
            share = _figure(float(asked.usd[own].sum() / asked.expected[own].sum()))
            by_distance.append({"from": low, "to": high, "touches": int(own.sum()), "ratio": share})
    far = asked.far >= FAR - 1e-9
    gains = {}
    for name, other in beside.items():
        gained = log_gain_by_row(asked.usd, asked.expected, other.expected)
        gains[name] = _interval(bootstrap_ratio(gained, asked.usd, asked.day, block_days=block_days), "nats")
    ratio = bootstrap_ratio(asked.usd, asked.expected, asked.day, block_days=block_days)
    return {
        "touches": int(asked.usd.size),
        "realised_over_forecast": _interval(ratio),
        "far_ratio": _figure(float(asked.usd[far].sum() / asked.expected[far].sum())) if far.any() else None,
        **_spread(asked),
        "gain": gains,
        "baselines": {
            name: {"ratio": _figure(float(one.usd.sum() / one.expected.sum())), **_short(_spread(one))}
            for name, one in beside.items()
        },
        "by_distance": by_distance,
    }


def _spread(asked: _Asked) -> dict[str, float | None]:
    low, high = asked.band.T
    error = np.log(np.maximum(asked.usd, LEAST_USD) / np.maximum(asked.expected, LEAST_USD))
    return {
        "band80_holds": float(np.mean((asked.usd >= low) & (asked.usd <= high))),
        "band80_width": _figure(float(np.median(high / np.maximum(low, 1e-300)))),
        "median_abs_log_error": float(np.median(np.abs(error))),
    }


def _short(spread: Mapping[str, float | None]) -> dict[str, float | None]:
    return {
        "band": spread["band80_holds"],
        "width": spread["band80_width"],
        "error": spread["median_abs_log_error"],
    }


def log_gain_by_row(usd: FloatArray, ours: FloatArray, other: FloatArray) -> FloatArray:
    """Nats by row; both forecasts count at least a dollar, so that none is 0."""
    one, two = np.maximum(ours, 1.0), np.maximum(other, 1.0)
    gained: FloatArray = usd * np.log(one / two) - (one - two)
    return gained


def _thirds(table: TouchTable, rows: TouchRows, law: TouchLaw, asked: _Asked) -> dict[str, float | None]:
    """Realised over usual, in the densest and the sparsest third of the slices, among those of the same distance."""
    n_terms = law.book_weights.shape[1]
    touches = rows.touches
    weighted = np.einsum("nk,nk->n", rows.features[:, :n_terms], law.book_weights[touches.side])
    distance = np.einsum("nm,nm->n", rows.features[:, n_terms:], law.distance_weights[touches.side])
    usual_book = np.array(
        [_between(law.usual_book[side], near, far, table.cell_width) for side, near, far in zip(
            touches.side.tolist(), touches.near.tolist(), touches.far.tolist(), strict=True)]
    )  # fmt: skip
    usual = usual_book * rows.held_usd + distance
    density = weighted / np.maximum(usual_book * rows.held_usd, 1e-300)
    found: dict[str, float | None] = {}
    order = np.argsort(density, kind="stable")
    for name, part in (("sparse_third", order[: order.size // 3]), ("dense_third", order[-(order.size // 3) :])):
        found[name] = _figure(float(asked.usd[part].sum() / usual[part].sum())) if part.size else None
    return found


def _between(cells: FloatArray, near: float, far: float, width: float) -> float:
    below = np.concatenate([[0.0], np.cumsum(cells)])
    ends = np.interp([near, far], np.arange(below.size) * width, below)
    return float(ends[1] - ends[0])


def _dots(asked: _Asked) -> list[list[float]]:
    """Forecast and outcome of some touches, evenly drawn: log10 of USD, for the picture."""
    step = max(asked.usd.size // MOST_DOTS, 1)
    pairs = np.stack([asked.expected[::step], asked.usd[::step]], axis=1)
    return [[round(float(value), 3) for value in pair] for pair in np.log10(np.maximum(pairs, LEAST_USD))]


def _interval(found: Interval, name: str = "value") -> dict[str, float | None]:
    return {name: _figure(found.value), "low": _figure(found.low), "high": _figure(found.high)}


def _figure(value: float) -> float | None:
    return value if np.isfinite(value) else None
