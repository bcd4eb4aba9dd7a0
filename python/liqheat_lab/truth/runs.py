"""One simulated seed, estimated: the maps that the gates judge, fitted on the train half and run to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liqheat.flow import (
    BaselineFeatures,
    build_baselines,
    estimate_flow_classes,
    expected_usd,
    fit_mixture,
    information_gain,
    read_profiles,
)
from liqheat.records import Estimate, Interval, MapProfiles, MarketHistory, MixtureWeights
from liqheat.records.arrays import FloatArray
from liqheat.simulator import SimulatedMarket, SimulatedTruth, simulate_market_with_truth
from liqheat.units import DAY_MS, format_interval
from liqheat_lab.rivals.rivals import rival_profiles
from liqheat_lab.rivals.rules import RIVAL_ROWS, RivalFlows, RivalRow
from liqheat_lab.scores.controls import SHIFT_DAYS, earlier_hours, frozen_sweeps
from liqheat_lab.smooth import SMOOTH_FORM
from liqheat_lab.truth.checks import BookChecks, check_books
from liqheat_lab.truth.full import HAZARD_EXPONENTS, KAPPAS, fit_full, run_full, smear_tiers, unit_sweeps
from liqheat_lab.truth.hidden_truth import BURN_IN_DAYS, N_CELLS, STALE_REACH, split_ms

FULL, FEW = "FULL", "few weights"
FRESH = "b1"
"""Moves beyond the previous close and fresh 24 h territory."""
V3G = "time_evolving_rules"


@dataclass(frozen=True, slots=True, eq=False)
class SeedMap:
    """One map of one seed.

    Attributes
    ----------
    hourly : MapProfiles
        Cells of 10 bp, far enough for the old map.
    by_bar : MapProfiles
        The same at the close of every bar, as far as maps are scored.
    swept_usd : (n, 2, k) float64
        What each bar sweeps, by column of the map.
    checks : BookChecks
        Of its books.
    fitted : dict of str to float
        What the train half chose.
    """

    hourly: MapProfiles
    by_bar: MapProfiles
    swept_usd: FloatArray
    checks: BookChecks
    fitted: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SeedRun:
    """One seed: the market, its hidden truth, and every map.

    Attributes
    ----------
    seed : int
        Of the simulator.
    market, truth : SimulatedMarket, SimulatedTruth
        Feeds, and what no venue publishes.
    usd : (n, 2) float64
        Liquidated in each bar, by side.
    baselines : BaselineFeatures
        By bar.
    train, test : (n,) bool
        Bars of either half.
    maps : dict of str to SeedMap
        `FULL` and `FEW`.
    rivals : dict of str to MapProfiles
        `V3G` by its own rules, and repaired.
    """

    seed: int
    market: SimulatedMarket
    truth: SimulatedTruth
    usd: FloatArray
    baselines: BaselineFeatures
    train: NDArray[np.bool_]
    test: NDArray[np.bool_]
    maps: dict[str, SeedMap]
    rivals: dict[str, MapProfiles]


def run_seed(
    seed: int,
    days: int,
    positions: int,
    *,
    kappas: Sequence[float] = KAPPAS,
    hazard_exponents: Sequence[float] = HAZARD_EXPONENTS,
) -> SeedRun:
    """Simulate a market, fit every map on its train half, run them to the end.

    Parameters
    ----------
    seed, days, positions
        As `simulate_market` takes them.
    kappas, hazard_exponents : sequence of float
        Grid of `fit_full`.
    """
    market, truth = simulate_market_with_truth(days=days, seed=seed, positions=positions)
    history = market.history
    usd = liquidated_by_bar(market)
    baselines = build_baselines(history, history.candles, history.interval_ms)
    after = history.open_time_ms - history.open_time_ms[0]
    half_ms = split_ms(int(after[-1]) + history.interval_ms)
    train, test = (after >= BURN_IN_DAYS * DAY_MS) & (after < half_ms), after >= half_ms

    fit = fit_full(history, usd, baselines, train, kappas=kappas, hazard_exponents=hazard_exponents)
    swept = unit_sweeps(run_full(history, fit.tiers, fit.kappa))
    drawn = run_full(history, smear_tiers(fit), fit.kappa)
    fitted = {"kappa": fit.kappa, "hazard_exponent": fit.hazard_exponent, "train_log_likelihood": fit.log_likelihood}
    found = {FULL: _seed_map([drawn], np.ones((2, 1)), swept, fitted)}

    classes = estimate_flow_classes(history, SMOOTH_FORM)
    swept = np.stack([one.swept_usd.sum(axis=2) for one in classes], axis=2)
    weights = fit_mixture(
        usd[train], swept[train], baselines.features[FRESH][train], interval_ms=history.interval_ms
    ).map_weights
    names = [f"weight_{side}_kappa_{kappa:g}" for side in ("long", "short") for kappa in SMOOTH_FORM.kappas]
    found[FEW] = _seed_map(list(classes), weights, swept, dict(zip(names, weights.ravel().tolist(), strict=True)))
    rivals = {
        name: rival_profiles(history, row, "1h", N_CELLS)
        for name, row in (("V3g", RIVAL_ROWS[V3G]), ("V3g repaired", repaired_v3g()))
    }
    return SeedRun(seed, market, truth, usd, baselines, train, test, found, rivals)


def liquidated_by_bar(market: SimulatedMarket) -> FloatArray:
    """USD liquidated in each bar, (n, 2), long and short."""
    history, events = market.history, market.liquidations
    usd = np.zeros((history.n_bars, 2))
    bars = (events.time_ms - history.open_time_ms[0]) // history.interval_ms
    np.add.at(usd, (bars, events.position_side.astype(np.int64)), events.notional_usd)
    return usd


def repaired_v3g() -> RivalRow:
    """The rival's rules with a stock to close from the start: a fall takes its share of the open interest, not all."""
    row = RIVAL_ROWS[V3G]

    def flows(market: MarketHistory) -> RivalFlows:
        half = 0.5 * float(market.open_interest[0] * market.close[0])
        return replace(row.flows(market), idle=(half, half))

    return replace(row, name="time_evolving_rules_repaired", flows=flows)


def fresh_gain(run: SeedRun, name: str) -> Interval:
    """Gain of a map over fresh territory on the bars of the test half, nats per notional-weighted event."""
    swept = run.maps[name].swept_usd
    return _gain(run, _expected(run, swept), _expected(run, swept[:, :, :0]))


def control_gains(run: SeedRun, name: str, others: Sequence[SeedRun]) -> dict[str, float]:
    """The same gain with the map's content exchanged, weights and background staying as the real map's.

    Every map here, the real one (``frozen``) too, is read off by distance as it stood before the bar. ``other_seed``
    is the mean over all other seeds' maps.
    """
    drawdown, profiles = run.baselines.drawdown, run.maps[name].by_bar
    bars_per_day = DAY_MS // run.market.history.interval_ms
    n = drawdown.shape[0]
    own = frozen_sweeps([profiles], drawdown)
    baseline = _expected(run, own[:, :, :0])
    weights = _mixture(run, own)
    contents = {
        "frozen": [own],
        "side_swapped": [frozen_sweeps([_swapped(profiles)], drawdown)],
        "permuted": [frozen_sweeps([profiles], drawdown, order=earlier_hours(n, run.seed))],
    }
    if int(run.test.argmax()) > SHIFT_DAYS * bars_per_day:
        contents["shifted_7d"] = [frozen_sweeps([profiles], drawdown, lag=SHIFT_DAYS * bars_per_day)]
    if others:
        contents["other_seed"] = [frozen_sweeps([other.maps[name].by_bar], drawdown) for other in others]
    features, interval_ms = run.baselines.features[FRESH], run.market.history.interval_ms

    def gain(swept: FloatArray) -> float:
        return _gain(run, expected_usd(weights, swept, features, interval_ms=interval_ms), baseline).value

    return {key: float(np.mean([gain(swept) for swept in several])) for key, several in contents.items()}


def _mixture(run: SeedRun, swept: FloatArray) -> MixtureWeights:
    rows, interval_ms = run.train, run.market.history.interval_ms
    return fit_mixture(run.usd[rows], swept[rows], run.baselines.features[FRESH][rows], interval_ms=interval_ms)


def _expected(run: SeedRun, swept: FloatArray) -> FloatArray:
    """Expected USD by bar of a map's columns over fresh territory, fitted on the train half."""
    features, interval_ms = run.baselines.features[FRESH], run.market.history.interval_ms
    return expected_usd(_mixture(run, swept), swept, features, interval_ms=interval_ms)


def _gain(run: SeedRun, expected: FloatArray, baseline: FloatArray) -> Interval:
    rows = run.test
    return information_gain(run.baselines.start_ms[rows], run.usd[rows], expected[rows], baseline[rows])


def _seed_map(classes: list[Estimate], weights: FloatArray, swept: FloatArray, fitted: dict[str, float]) -> SeedMap:
    """Draw the books of a map, each side's classes by their weights, and check them."""
    market = classes[0].market

    def draw(interval: str, n_cells: int) -> MapProfiles:
        parts = [read_profiles(one, interval=interval, n_cells=n_cells) for one in classes]
        usd = sum(part.usd * weights[None, :, index, None] for index, part in enumerate(parts))
        return replace(parts[0], usd=np.asarray(usd))

    checks = [check_books(one) for one in classes]
    joined = BookChecks(
        max(one.conservation_error for one in checks),
        all(one.is_incremental for one in checks),
        all(one.is_parallel for one in checks),
    )
    hourly = draw("1h", round(N_CELLS * STALE_REACH))
    return SeedMap(hourly, draw(format_interval(market.interval_ms), N_CELLS), swept, joined, fitted)


def _swapped(profiles: MapProfiles) -> MapProfiles:
    return replace(profiles, usd=np.ascontiguousarray(profiles.usd[:, ::-1]))
