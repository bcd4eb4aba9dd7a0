"""Leverage mixes beside each other in the touch law: as published, and with shares fitted on liquidations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from liqheat.flow import (
    FITTED_HORIZONS_MS,
    CalibratedModel,
    LabelledMarket,
    TouchRows,
    TouchTable,
    TrainPart,
    bootstrap_ratio,
    build_trial,
    days_of,
    estimate_flow_classes,
    expected_of,
    fit_weights,
    in_window,
    lay_out_trial,
    load_model,
    read_profiles,
    shipped_for,
    touch_rows,
)
from liqheat.heatmap import band_labels
from liqheat.records.arrays import FloatArray
from liqheat.units import DAY_MS, format_interval
from liqheat_lab.scores.touch import log_gain_by_row
from liqheat_lab.scores.touch_baselines import baseline_rows

HORIZONS = ("4h", "24h")
PUBLISHED = ("uniform", "classic")


def score_mixes(scored: LabelledMarket, model: CalibratedModel | None = None) -> dict[str, Any]:
    """Fit the touch law on the model's window with each mix, and score it on the days after it.

    ``fitted`` has a weight for each leverage, holder class and side in place of one a class and side: the article's
    step 2, shares of leverages that follow from what was liquidated.

    Returns
    -------
    dict
        By mix and horizon: ``way`` and ``inside`` with nats over distance alone, and the ratio realised ÷ forecast.
    """
    model = load_model(shipped_for(scored.market.interval_ms)) if model is None else model
    window = (model.fitted.start_ms, model.fitted.end_ms)
    found: dict[str, Any] = {}
    for name in (*PUBLISHED, "fitted"):
        form = replace(model.form, distances=PUBLISHED[0] if name == "fitted" else name)
        trial = build_trial(scored, form)
        table = lay_out_trial(trial, replace(model, form=form))
        if name == "fitted":
            table = replace(table, book_usd=_by_leverage(scored, form, table))
        found[name] = {horizon: _score(table, FITTED_HORIZONS_MS[horizon], window) for horizon in HORIZONS}
    return found


def _by_leverage(scored: LabelledMarket, form: Any, table: TouchTable) -> FloatArray:
    """The frozen maps with a term for each holder class and leverage, (n, 2, k, cells + 1)."""
    book = []
    for one in estimate_flow_classes(scored.market, form):
        for leverage in sorted(set(band_labels(one.tiers))):
            profile = read_profiles(one, interval=format_interval(table.interval_ms), leverage=[leverage])
            term = np.zeros(table.book_usd.shape[:2] + table.book_usd.shape[3:])
            _, ours, theirs = np.intersect1d(table.start_ms, profile.time_ms, return_indices=True)
            term[ours, :, 1:] = np.cumsum(profile.usd[theirs], axis=2)
            book.append(term)
    return np.stack(book, axis=2)


def _score(table: TouchTable, horizon_ms: int, window: tuple[int, int]) -> dict[str, Any]:
    asked = [touch_rows(table, horizon_ms, slices=slices) for slices in (False, True)]
    static = [replace(rows, features=baseline_rows(table, rows, "static")) for rows in asked]
    weights, usual = (
        fit_weights(*(TrainPart(rows, in_window(table, rows, horizon_ms, window)) for rows in some))
        for some in (asked, static)
    )
    return {
        name: _compare(table, rows, expected_of(rows, weights), expected_of(beside, usual), horizon_ms, window[1])
        for name, rows, beside in zip(("way", "inside"), asked, static, strict=True)
    }


def _compare(
    table: TouchTable, rows: TouchRows, expected: FloatArray, usual: FloatArray, horizon_ms: int, from_ms: int
) -> dict[str, Any]:
    touches = rows.touches
    start = table.start_ms[touches.row]
    chosen = (start >= from_ms) & np.isfinite(touches.realised_usd)
    usd = touches.realised_usd[chosen]
    block_days = max(1, -(-horizon_ms // DAY_MS))
    gained = log_gain_by_row(usd, expected[chosen], usual[chosen])
    gain = bootstrap_ratio(gained, usd, days_of(start[chosen]), block_days=block_days)
    return {
        "touches": int(chosen.sum()),
        "nats": gain.value,
        "low": gain.low,
        "high": gain.high,
        "ratio": float(usd.sum() / expected[chosen].sum()),
    }
