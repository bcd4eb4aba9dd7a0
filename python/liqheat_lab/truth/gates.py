"""Gates on simulated seeds, fixed beforehand: the estimator against the hidden truth.

Tests of code and metrics, never accuracy: whoever writes both the simulator and the estimator marks their own work.
Seeds 1 to 6 were used for design; the gates are judged on 101 to 106.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from liqheat.errors import InputError
from liqheat.records import Interval
from liqheat.units import DAY_MS
from liqheat_lab.truth.full import HAZARD_EXPONENTS, KAPPAS
from liqheat_lab.truth.hidden_truth import BURN_IN_DAYS, score_gates, score_other
from liqheat_lab.truth.runs import FEW, FULL, SeedRun, control_gains, fresh_gain, run_seed

SEEDS = (101, 102, 103, 104, 105, 106)
DAYS = 40
POSITIONS = 100_000
STATEMENT = "Simulated markets: tests of the code and of the metrics, never the accuracy of a map of a real market."
REAL_TURNOVER_PER_DAY = 1.69
"""Volume a day over open interest: BTC, 2025-12-05 to 2026-02-28 (see the README of the simulator)."""
REAL_LIQUIDATED_PER_DAY = 0.0081
"""Liquidated a day over open interest, the same days."""
CONTROLS = ("other_seed", "shifted_7d", "permuted")
"""Must score nothing. The sizes of single seeds are judged of FULL only: a map of few, broad shapes meets another
market's by chance (on seeds 1 to 6: .09 from one pair each, their mean .005)."""
_RULES: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda value, threshold: value >= threshold,
    ">": lambda value, threshold: value > threshold,
    "<": lambda value, threshold: value < threshold,
    "<=": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: a figure of a model, a rule, and what it must be.

    Attributes
    ----------
    model : str
        ``market``, ``FULL`` or ``few weights``.
    name : str
        What is measured, and over what.
    value : float or None
        Measured; None where it cannot be (another seed, with one seed alone).
    rule : str
        ``>=``, ``>``, ``<`` or ``<=``.
    threshold : float
        What the value is compared with.
    """

    model: str
    name: str
    value: float | None
    rule: str
    threshold: float

    @property
    def passed(self) -> bool:
        """Whether it is met; what was not measured is not."""
        return self.value is not None and bool(_RULES[self.rule](self.value, self.threshold))

    def as_json(self) -> dict[str, Any]:
        """The gate with its verdict."""
        return {
            "model": self.model,
            "name": self.name,
            "value": self.value,
            "rule": self.rule,
            "threshold": self.threshold,
            "passed": self.passed,
        }


def run_gates(
    seeds: Sequence[int] = SEEDS,
    *,
    days: int = DAYS,
    positions: int = POSITIONS,
    kappas: Sequence[float] = KAPPAS,
    hazard_exponents: Sequence[float] = HAZARD_EXPONENTS,
    n_resamples: int = 200,
    on_seed: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Estimate simulated markets from their public feeds and score the maps against the hidden truth.

    Everything is fitted between the fourth day and the middle of each run and judged after it. Every seed's map is a
    control of all the others (``other_seed``, their mean).

    Parameters
    ----------
    seeds : sequence of int
        Of the simulator, all different.
    days, positions : int
        As `simulate_market` takes them.
    kappas, hazard_exponents : sequence of float
        What FULL chooses from, by likelihood on the train half.
    n_resamples : int
        Day-block bootstrap of the scores of single seeds.
    on_seed : callable, optional
        Called with each seed once it was run.

    Returns
    -------
    dict
        JSON: ``gates`` (a `Gate` each), ``seeds``, ``by_seed``, ``means``, ``passed``, ``statement``.

    Raises
    ------
    InputError
        When a seed is named twice or none is, or the run is too short to be judged.
    """
    if not seeds or len(set(seeds)) != len(seeds):
        raise InputError("seeds", "must be different, at least one", list(seeds))
    if days < BURN_IN_DAYS + 4:
        raise InputError("days", f"must be at least {BURN_IN_DAYS + 4}", days)
    runs = []
    for seed in seeds:
        runs.append(run_seed(seed, days, positions, kappas=kappas, hazard_exponents=hazard_exponents))
        if on_seed is not None:
            on_seed(seed)
    by_seed = [_judge_seed(run, [other for other in runs if other is not run], n_resamples) for run in runs]
    gates = [*_market_gates(by_seed), *_full_gates(by_seed), *_few_gates(by_seed)]
    return {
        "statement": STATEMENT,
        "seeds": list(seeds),
        "days": days,
        "positions": positions,
        "model": "FULL (48 free weights, smeared when drawn); few weights (the shipped form)",
        "passed": all(gate.passed for gate in gates),
        "gates": [gate.as_json() for gate in gates],
        "means": {name: _means(by_seed, name) for name in (FULL, FEW)},
        "by_seed": by_seed,
    }


def _judge_seed(run: SeedRun, others: Sequence[SeedRun], n_resamples: int) -> dict[str, Any]:
    history = run.market.history
    n_days = history.n_bars * history.interval_ms / DAY_MS
    open_interest_usd = float((history.open_interest * history.close).mean())
    figures: dict[str, Any] = {
        "seed": run.seed,
        "turnover_per_day": float((history.volume * history.close).sum() / n_days / open_interest_usd),
        "liquidated_per_day": float(run.usd.sum() / n_days / open_interest_usd),
    }
    for name, one in run.maps.items():
        scores = score_gates(one.hourly, run.truth, n_resamples=n_resamples)
        cluster = {key: score.cluster_corr.value for key, score in scores.items()}
        if others:
            theirs = [score_other(other.maps[name].hourly, run.truth) for other in others]
            cluster["other_seed"] = float(np.mean(theirs))
        figures[name] = {
            **one.fitted,
            "cluster": cluster,
            "cluster_interval": _interval(scores["map"].cluster_corr),
            "corr": scores["map"].corr.value,
            "w1_pct": scores["map"].w1_pct.value,
            "gain_over_true_profile": scores["map"].information_gain.value,
            "mass_ratio": scores["map"].mass_ratio.value,
            "gain_over_fresh": _interval(fresh_gain(run, name)),
            "control_gain_over_fresh": control_gains(run, name, others),
            "conservation_error": one.checks.conservation_error,
            "batch_is_incremental": one.checks.is_incremental,
            "parallel_is_serial": one.checks.is_parallel,
        }
    figures["rivals"] = {
        name: score_gates(profiles, run.truth, n_resamples=1)["map"].cluster_corr.value
        for name, profiles in run.rivals.items()
    }
    return figures


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _values(by_seed: list[dict[str, Any]], *path: str) -> list[float]:
    """One figure of every seed; empty where a seed lacks it."""
    found = []
    for seed in by_seed:
        node: Any = seed
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        if node is None:
            return []
        found.append(float(node))
    return found


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _market_gates(by_seed: list[dict[str, Any]]) -> list[Gate]:
    gates = []
    for key, real in (("turnover_per_day", REAL_TURNOVER_PER_DAY), ("liquidated_per_day", REAL_LIQUIDATED_PER_DAY)):
        worst = max(max(value / real, real / value) for value in _values(by_seed, key))
        gates.append(Gate("market", f"{key}: farthest seed from the real figure, factor", worst, "<=", 2.0))
    return gates


def _full_gates(by_seed: list[dict[str, Any]]) -> list[Gate]:
    cluster = _values(by_seed, FULL, "cluster", "map")
    rivals = [_mean(_values(by_seed, "rivals", name)) for name in ("V3g", "V3g repaired")]
    best_rival = max(one for one in rivals if one is not None)
    mean = float(np.mean(cluster))
    ahead = [ours - old for ours, old in zip(cluster, _values(by_seed, FULL, "cluster", "stale_24h"), strict=True)]
    return [
        Gate(FULL, "cluster score, mean over seeds", mean, ">=", 0.50),
        Gate(FULL, "ahead of V3g, the better of its own rules and repaired, mean", mean - best_rival, ">", 0.20),
        Gate(FULL, "ahead of its own map 24 h old, smallest over seeds", min(ahead), ">", 0.0),
        *_common_gates(by_seed, FULL),
    ]


def _few_gates(by_seed: list[dict[str, Any]]) -> list[Gate]:
    return _common_gates(by_seed, FEW)


def _common_gates(by_seed: list[dict[str, Any]], model: str) -> list[Gate]:
    gains = _values(by_seed, model, "gain_over_fresh", "value")
    gates = [
        Gate(model, "gain over fresh territory, nats, smallest over seeds", min(gains), ">", 0.0),
        Gate(
            model,
            "conservation error over open interest, largest",
            max(_values(by_seed, model, "conservation_error")),
            "<",
            1e-9,
        ),
        Gate(
            model,
            "bar by bar is bit for bit the whole history, share of seeds",
            _mean(_values(by_seed, model, "batch_is_incremental")),
            ">=",
            1.0,
        ),
        Gate(
            model,
            "parallel is bit for bit serial, share of seeds",
            _mean(_values(by_seed, model, "parallel_is_serial")),
            ">=",
            1.0,
        ),
    ]
    for control in CONTROLS:
        signed = _mean(_values(by_seed, model, "cluster", control))
        size = None if signed is None else abs(signed)
        gates.append(Gate(model, f"cluster score of {control}, size of the mean over seeds", size, "<", 0.05))
        if model == FULL:
            sizes = _mean([abs(value) for value in _values(by_seed, model, "cluster", control)])
            gates.append(Gate(model, f"cluster score of {control}, mean of the sizes over seeds", sizes, "<", 0.05))
    swapped = _values(by_seed, model, "cluster", "side_swapped")
    gates.append(Gate(model, "cluster score of sides swapped, mean", _mean(swapped), "<", 0.0))
    for control in (*CONTROLS, "side_swapped"):
        value = _mean(_values(by_seed, model, "control_gain_over_fresh", control))
        gates.append(Gate(model, f"gain of {control} over fresh territory, mean, nats", value, "<", 0.0))
    return gates


def _means(by_seed: list[dict[str, Any]], model: str) -> dict[str, Any]:
    first = by_seed[0][model]
    means: dict[str, Any] = {
        f"cluster_{key}": _mean(_values(by_seed, model, "cluster", key)) for key in first["cluster"]
    }
    means["cluster_control_mean_size"] = {
        key: _mean([abs(value) for value in _values(by_seed, model, "cluster", key)]) for key in CONTROLS
    }
    means["gain_over_fresh"] = _mean(_values(by_seed, model, "gain_over_fresh", "value"))
    for key in ("corr", "w1_pct", "gain_over_true_profile", "mass_ratio"):
        means[key] = _mean(_values(by_seed, model, key))
    for key in ("V3g", "V3g repaired"):
        means[f"cluster_{key}"] = _mean(_values(by_seed, "rivals", key))
    return means
