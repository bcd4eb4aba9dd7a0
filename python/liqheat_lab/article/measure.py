"""Every checkable number of the article that this project began with, measured, each beside its control."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from liqheat.collect import read_file
from liqheat.flow import BURN_IN_MS, FLOW, CalibratedModel, LabelledMarket, run_flow
from liqheat.records import Estimate, Liquidations, MapProfiles, MarketHistory
from liqheat.units import HOUR_MS
from liqheat_lab.article.leverage import measure_leverage
from liqheat_lab.article.market import measure_growth, measure_weekend
from liqheat_lab.article.price import measure_asymmetry, measure_price, measure_reach
from liqheat_lab.article.study import NOTHING_ELSE, ClaimResult, Evidence, Measured, Study, build_study
from liqheat_lab.article.zones import measure_band, measure_realised, measure_underestimate
from liqheat_lab.scores.controls import flow_profiles

MEASURES: tuple[Callable[[Study], ClaimResult | tuple[ClaimResult, ...]], ...] = (
    measure_band,
    measure_realised,
    measure_underestimate,
    measure_price,
    measure_leverage,
    measure_growth,
    measure_weekend,
    measure_reach,
    measure_asymmetry,
)
"""In the order of the page."""


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """The article's claims beside what was measured.

    Attributes
    ----------
    symbol, venue : str
        Of the market.
    start_ms, end_ms : int
        First hour and end of the last.
    n_days : int
        Days with at least one hour.
    claims : tuple of ClaimResult
        In the order of the page.
    notes : tuple of str
        What a reader must know of the data.
    """

    symbol: str
    venue: str
    start_ms: int
    end_ms: int
    n_days: int
    claims: tuple[ClaimResult, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As written to files and shown by the server; figures that do not exist are null."""
        return {
            "symbol": self.symbol,
            "venue": self.venue,
            "days": self.n_days,
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
            "claims": [_claim_as_json(claim) for claim in self.claims],
            "notes": list(self.notes),
        }


def measure_article(
    scored: LabelledMarket,
    held: MapProfiles,
    *,
    flow: MapProfiles | None = None,
    estimate: Estimate | None = None,
    evidence: Evidence = NOTHING_ELSE,
    start_ms: int | None = None,
    end_ms: int | None = None,
    seed: int = 0,
) -> ArticleReport:
    """Measure the article's claims on one market.

    Parameters
    ----------
    scored : LabelledMarket
        Market and its liquidations.
    held : MapProfiles
        Estimated held notional at the close of each hour; where zones lie.
    flow : MapProfiles, optional
        Forced flow expected by a calibrated map at the same times: sizes are then measured against both, and the
        report says so where it was fitted on days studied.
    estimate : Estimate, optional
        The book behind the map, for what it says by leverage.
    evidence : Evidence, optional
        Single liquidations, order books and real positions, as far as there are any.
    start_ms, end_ms : int, optional
        Whole hours within this range are studied, and nothing after it is looked at; by default all that the data
        has but the first four days, which the book needs to fill.
    seed : int
        Of intervals and controls.

    Returns
    -------
    ArticleReport
        What cannot be measured with this data says so, and why.

    Raises
    ------
    InputError
        When the maps or labels do not fit together.
    NoDataError
        When no hour is left.
    """
    start = int(scored.market.open_time_ms[0]) + BURN_IN_MS if start_ms is None else start_ms
    study = build_study(
        scored,
        held,
        flow=flow,
        estimate=estimate,
        evidence=evidence,
        start_ms=start,
        end_ms=end_ms,
        seed=seed,
    )
    claims: list[ClaimResult] = []
    for measure in MEASURES:
        found = measure(study)
        claims.extend(found if isinstance(found, tuple) else (found,))
    return ArticleReport(
        symbol=study.market.symbol,
        venue=study.market.venue,
        start_ms=int(study.hour_ms[0]),
        end_ms=int(study.hour_ms[-1]) + HOUR_MS,
        n_days=int(np.unique(study.days).size),
        claims=tuple(claims),
        notes=(*scored.notes, *_fitted_note(study)),
    )


def _fitted_note(study: Study) -> tuple[str, ...]:
    if study.flow is None or study.flow.fitted_ms is None:
        return ()
    window = study.flow.fitted_ms
    inside = np.unique(study.days[(study.hour_ms >= window[0]) & (study.hour_ms < window[1])]).size
    if not inside:
        return ("the flow map was fitted on none of these days",)
    return (f"the flow map was fitted on {inside} of these days: its sizes are not a forecast",)


def read_flow_profiles(market: MarketHistory, model: CalibratedModel) -> MapProfiles:
    """Forced flow that a calibrated map expects at the close of each hour; its background has no place and is left out.

    Parameters
    ----------
    market : MarketHistory
        The market.
    model : CalibratedModel
        Whose flow map; no trailing scale is applied.
    """
    classes = flow_profiles(run_flow(market, model.form).classes)
    weights = model.weights[FLOW].map_weights
    usd = sum(one.usd * weights[:, column, None] for column, one in enumerate(classes))
    fitted_ms = (model.fitted.start_ms, model.fitted.end_ms)
    return replace(classes[0], name=model.name, usd=np.asarray(usd), fitted_ms=fitted_ms)


def load_events(folder: str | Path, symbol: str) -> tuple[Liquidations, ...]:
    """Load the single liquidations that a folder holds for a symbol, one batch for each file.

    Raises
    ------
    InputError
        When a file is damaged.
    """
    found: list[Liquidations] = []
    for path in sorted(Path(folder).glob("liq_events_*")):
        recognised = read_file(path, lambda one: one == symbol)
        if recognised is not None:
            found.extend(one.record for one in recognised[1] if isinstance(one.record, Liquidations))
    return tuple(found)


def _claim_as_json(claim: ClaimResult) -> dict[str, Any]:
    return {
        "id": claim.id,
        "claim": claim.claim,
        "where": claim.where,
        "measured": [_measured_as_json(one) for one in claim.measured],
        "n": claim.n,
        "verdict": claim.verdict,
        "how": claim.how,
    }


def _measured_as_json(one: Measured) -> dict[str, Any]:
    ends = {name: value if math.isfinite(value) else None for name, value in _ends_of(one).items()}
    return {"name": one.name, **ends, "unit": one.unit}


def _ends_of(one: Measured) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}
