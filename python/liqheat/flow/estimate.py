"""Expected forced flow of a market: class books of a calibrated law, weighted, scaled by what was realised lately.

Held notional says what is open; this says what of it is expected to be force-closed. The two are never in one array:
each is drawn from its own estimate.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import NoneType

import numpy as np

from liqheat.book import BUCKET_RATIO, Backend
from liqheat.errors import InputError, UnknownNameError, check_type
from liqheat.flow.background import HEADLINE, build_baselines, interval_starts
from liqheat.flow.fit import expected_usd
from liqheat.flow.labels import build_labels, label_events
from liqheat.flow.law import estimate_flow_classes, run_flow
from liqheat.flow.parameters import MODEL_FORMAT, CalibratedModel, load_model, shipped_for
from liqheat.flow.paths import steps_of
from liqheat.flow.tracking import track_scale
from liqheat.flow.train import FLOW
from liqheat.records import (
    DEFAULT_HORIZON,
    HORIZONS_MS,
    Calibration,
    Estimate,
    FlowModel,
    Horizon,
    LiquidationLabels,
    Market,
    MarketHistory,
)
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS

PLACED_MS = 30 * DAY_MS
"""Span over which the share of the expected liquidations that the map places is stated."""


def estimate_flow(
    market: MarketHistory | Market,
    model: CalibratedModel | str | Path | None = None,
    *,
    realised: LiquidationLabels | None = None,
    horizon: Horizon = DEFAULT_HORIZON,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> Estimate:
    """Estimate what is expected to be force-closed where the price goes, if it gets there within a horizon.

    Drawn is the part that belongs to a price: the book's. `touch_forecast` adds the part by distance, and the bands.

    Parameters
    ----------
    market : MarketHistory or Market
        Checked history. A `Market` brings what was liquidated in it: then `realised` is found by itself.
    model : CalibratedModel, str or Path, optional
        Parameters, or their name or file; the shipped ones by default, marked as transferred for another coin.
    realised : LiquidationLabels, optional
        Realised liquidations of the market, complete: the scale follows them, with what was known before each interval
        alone. Without any the scale is 1 and the estimate untracked.
    horizon : {'4h', '24h', '72h'}
        Time within which a level is reached.
    bucket_ratio : float, default 1.0005
        Edge ratio of the state's price buckets.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    Estimate
        Of forced flow; its ``calibration`` has the parameters, the band and the trailing scale.

    Raises
    ------
    InputError
        When an argument breaks a rule, or the parameters hold no flow map.
    FileFormatError
        When the parameters are of another model version, or were changed after they were hashed.

    Examples
    --------
    >>> import liqheat
    >>> flow = liqheat.estimate_flow(liqheat.simulate_market(days=2).history)
    >>> flow.status, bool(flow.calibration.is_tracked[-1]), float(flow.calibration.scale[-1])
    ('transferred from BTC/USDT:USDT', False, 1.0)
    >>> liqheat.draw_heatmap(flow, interval="1h").metadata()["measure"]
    'forced_flow_usd'
    """
    check_type("market", market, (MarketHistory, Market), "must be a MarketHistory or a Market")
    check_type("realised", realised, (LiquidationLabels, NoneType), "must be LiquidationLabels")
    check_horizon(horizon)
    if isinstance(market, Market):
        realised = known_labels(market) if realised is None else realised
        model = market.parameters if model is None else model
        market = market.history
    model = _resolve(model, market).for_symbol(market.symbol)
    if horizon not in model.laws:
        raise InputError("model", f"must hold the law of {horizon}", ", ".join(model.laws) or "none")
    weights = model.weights.get(FLOW)
    if weights is None:
        raise InputError("model", f"must hold the weights of a {FLOW} map", ", ".join(sorted(model.weights)))
    classes = estimate_flow_classes(market, model.form, bucket_ratio=bucket_ratio, backend=backend)
    if steps_of(market) == 1:
        swept = np.stack([one.swept_usd.sum(axis=2) for one in classes], axis=2)
    else:
        # The weights of long bars were fitted on bars split into paths; what is drawn needs no splitting.
        swept = run_flow(market, model.form).run.swept_usd
    interval_ms = _interval_ms(market, realised)
    baselines = build_baselines(market, market.candles, interval_ms)
    _, first = interval_starts(market.open_time_ms, interval_ms)
    features = np.add.reduceat(swept, first, axis=0)
    background = baselines.features[HEADLINE]
    expected = expected_usd(weights, features, background, interval_ms=interval_ms)
    placed = np.einsum("nsk,sk->n", features, weights.map_weights)
    known = _realised_rows(market, baselines.start_ms, interval_ms, realised)
    factors = track_scale(expected, known, interval_ms)
    # Known rows before each one: a scale of 1 may also be a measurement.
    is_known = np.cumsum(np.all(np.isfinite(known), axis=1)) - np.all(np.isfinite(known), axis=1) > 0
    of_bar = np.repeat(np.arange(first.size), np.diff(np.append(first, market.n_bars)))
    span = max(PLACED_MS // interval_ms, 1)
    scale = factors[of_bar]
    layers = tuple(
        replace(one.layers[0], side_weights=(float(long), float(short)), factor=scale, term=term)
        for term, (one, (long, short)) in enumerate(zip(classes, model.laws[horizon].book_weights.T, strict=True))
    )
    calibration = Calibration(
        model=flow_model(model, is_simulated=_is_foreign_to(model, market)),
        horizon=horizon,
        laws=model.laws,
        open_interest_usd=market.open_interest * (1.0 if market.contract_kind == "inverse" else market.close),
        support=model.support,
        scale=scale,
        is_tracked=is_known[of_bar],
        placed_usd=_trailing(placed, span)[of_bar],
        expected_usd=_trailing(expected.sum(axis=1), span)[of_bar],
        notes=_notes(model, market, realised),
    )
    return Estimate("flow", market, layers, classes[0].tiers, calibration)


def check_horizon(horizon: object) -> None:
    """Refuse what is no horizon that is offered."""
    if not isinstance(horizon, str) or horizon not in HORIZONS_MS:
        raise UnknownNameError("horizon", f"must be one of {', '.join(HORIZONS_MS)}", horizon)


def known_labels(market: Market) -> LiquidationLabels | None:
    """What was liquidated in a market by hour, from its streams or totals; None where that is not known."""
    history = market.history
    found = label_events(market.liquidations, history.end_ms)
    if found is not None or not market.totals:
        return found
    interval_ms = max(HOUR_MS, history.interval_ms, min(one.interval_ms for one in market.totals))
    fitting = [one for one in market.totals if interval_ms % one.interval_ms == 0]
    return build_labels(fitting, interval_ms) if fitting else None


def flow_model(model: CalibratedModel, *, is_simulated: bool = False) -> FlowModel:
    """What travels with figures of a calibrated model. On a simulated market the parameters count as transferred."""
    fitted = model.fitted
    return FlowModel(
        name=model.name,
        hash=model.hash,
        version=MODEL_FORMAT,
        fitted_on=fitted.symbol,
        fitted_venue=fitted.venue,
        sources=fitted.sources,
        fitted_start_ms=fitted.start_ms,
        fitted_end_ms=fitted.end_ms,
        transferred=model.transferred_to is not None or is_simulated,
        of_venues=fitted.venues,
    )


def _is_foreign_to(model: CalibratedModel, market: MarketHistory) -> bool:
    """Whether a simulated market is drawn by parameters of another one."""
    return market.origin == "simulated" and model.fitted.venue != market.venue


def _resolve(model: CalibratedModel | str | Path | None, market: MarketHistory) -> CalibratedModel:
    if model is None:
        return load_model(shipped_for(market.interval_ms))
    return model if isinstance(model, CalibratedModel) else load_model(model)


def _interval_ms(market: MarketHistory, realised: LiquidationLabels | None) -> int:
    """Length of the intervals that the scale is tracked by: the labels', where bars fit into them."""
    wanted = HOUR_MS if realised is None else realised.interval_ms
    return market.interval_ms if wanted % market.interval_ms else wanted


def _realised_rows(
    market: MarketHistory, start_ms: IndexArray, interval_ms: int, realised: LiquidationLabels | None
) -> FloatArray:
    """Realised USD by interval, (n, 2); NaN where unknown, and in intervals that the market does not cover whole."""
    usd = np.full((start_ms.size, 2), np.nan)
    if realised is not None and realised.interval_ms == interval_ms:
        _, ours, theirs = np.intersect1d(start_ms, realised.start_ms, return_indices=True)
        usd[ours] = realised.usd[theirs]
        usd[(start_ms < market.open_time_ms[0]) | (start_ms + interval_ms > market.end_ms)] = np.nan
    return usd


def _trailing(values: FloatArray, span: int) -> FloatArray:
    """Sum of the `span` values before each one, or of those there are."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(values.size)
    total: FloatArray = sums[index] - sums[np.maximum(index - span, 0)]
    return total


def _notes(model: CalibratedModel, market: MarketHistory, realised: LiquidationLabels | None) -> tuple[str, ...]:
    fitted = model.fitted
    notes = [f"expected forced flow: fitted on {', '.join(fitted.sources)} with the open interest of {fitted.venue}"]
    if fitted.bar_ms != market.interval_ms:
        notes.append(f"fitted on bars of {fitted.bar_ms // MINUTE_MS} min, read with bars of another length")
    if realised is None:
        notes.append("scale not tracked: no complete realised liquidations of this market were given")
    return tuple(notes)
