"""Leverage mixes (data) and the distance tiers that they become at a venue."""

from __future__ import annotations

import json
import math
from importlib import resources
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.errors import FileFormatError, InputError, UnknownNameError, check_type
from liqheat.records import DistanceTiers, LeverageMix

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from liqheat.records.arrays import FloatArray

INERT_SHARE = 0.1
"""Share of opens that is never liquidated in practice: unlevered holders and market makers (model default)."""
HAZARD_EXPONENT = 0.8
"""Near positions close faster: hazard is ``(distance / 10 %) ** -0.8``, capped (model default)."""
HAZARD_MAXIMUM = 25.0
HAZARD_DISTANCE = 0.1


def load_leverage_mix(mix: str | Path | LeverageMix) -> LeverageMix:
    """Load a leverage mix by name, or from a JSON file with ``leverages``, ``shares`` and ``source``.

    Parameters
    ----------
    mix : str, Path or LeverageMix
        ``classic``, ``uniform``, a path ending in ``.json``, or a mix (returned after the same checks).

    Raises
    ------
    UnknownNameError
        When no shipped mix has the name.
    FileFormatError
        When the file cannot be read as a mix.
    InputError
        When leverages or shares break a rule: positive, as many shares as leverages, adding to 1.

    Examples
    --------
    >>> load_leverage_mix("classic").leverages
    (5.0, 10.0, 25.0, 50.0, 100.0)
    """
    if isinstance(mix, LeverageMix):
        return _checked_mix(mix.name, {"leverages": mix.leverages, "shares": mix.shares, "source": mix.source})
    if str(mix).endswith(".json"):
        path = Path(mix)
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise FileFormatError("leverage_mix", "must be a readable JSON file", f"{path}: {error}"[:200]) from error
        return _checked_mix(path.stem, raw)
    shipped = _shipped_mixes()
    if str(mix) not in shipped:
        raise UnknownNameError("leverage_mix", f"must be one of {', '.join(sorted(shipped))} or a .json file", mix)
    return _checked_mix(str(mix), shipped[str(mix)])


def cap_leverage(mix: LeverageMix, maximum_leverage: float) -> LeverageMix:
    """Move the share of leverages that a venue does not offer to its maximum.

    Parameters
    ----------
    mix : LeverageMix
        The mix.
    maximum_leverage : float
        Highest leverage of the venue for this contract.
    """
    shares: dict[float, float] = {}
    for leverage, share in zip(mix.leverages, mix.shares, strict=True):
        allowed = min(leverage, maximum_leverage)
        shares[allowed] = shares.get(allowed, 0.0) + share
    return LeverageMix(mix.name, tuple(shares), tuple(shares.values()), mix.source)


def build_distance_tiers(mix: LeverageMix, distances: ArrayLike, inert_share: float = INERT_SHARE) -> DistanceTiers:
    """Build the distance tiers of a mix at one venue.

    Parameters
    ----------
    mix : LeverageMix
        Leverages and shares.
    distances : (2, k) array_like
        Log distance from entry to liquidation of each leverage of `mix`, long then short.
    inert_share : float, default 0.1
        Share of opens that is never liquidated.

    Returns
    -------
    DistanceTiers
        Tiers from nearest to farthest.

    Raises
    ------
    InputError
        When shapes differ, a distance is not positive and finite, or the order of distances differs between sides.
    """
    table = np.asarray(distances, dtype=np.float64)
    if table.shape != (2, len(mix.leverages)):
        raise InputError("distances", f"must have shape (2, {len(mix.leverages)})", table.shape)
    if not np.all(np.isfinite(table) & (table > 0)):
        raise InputError("distances", "must be positive and finite", table.tolist())
    if not 0.0 <= inert_share < 1.0:
        raise InputError("inert_share", "must be at least 0 and below 1", inert_share)
    order = np.argsort(table[0], kind="stable")
    table = np.ascontiguousarray(table[:, order])
    if np.any(np.diff(table, axis=1) < 0):
        raise InputError("distances", "must rise together on both sides", table.tolist())
    weights = np.asarray(mix.shares, dtype=np.float64)[order] * (1.0 - inert_share)
    return DistanceTiers(
        leverages=np.asarray(mix.leverages, dtype=np.float64)[order],
        distances=table,
        weights=np.stack([weights, weights]),
        hazards=closing_hazards(table),
    )


def log_spaced_tiers(
    n_tiers: int = 48, nearest: float = 0.002, farthest: float = 0.60, inert_share: float = INERT_SHARE
) -> DistanceTiers:
    """Build evenly weighted tiers at log-spaced distances: a neutral start for calibration, and the benchmark.

    Parameters
    ----------
    n_tiers : int
        Tiers on each side, 1 to 256.
    nearest, farthest : float
        Log distances of the first and last tier.
    inert_share : float
        Share of opens that is never liquidated.

    Examples
    --------
    >>> tiers = log_spaced_tiers(48)
    >>> tiers.n_tiers, float(tiers.leverages[0].round()), float(tiers.weights.sum(axis=1)[0].round(6))
    (48, 500.0, 0.9)
    """
    check_type("n_tiers", n_tiers, Integral, "must be from 1 to 256")
    if not 1 <= n_tiers <= 256:
        raise InputError("n_tiers", "must be from 1 to 256", n_tiers)
    for name, value in (("nearest", nearest), ("farthest", farthest), ("inert_share", inert_share)):
        check_type(name, value, Real, "must be a number")
    if not 0.0 < nearest <= farthest < math.inf:
        raise InputError("nearest, farthest", "must be positive and rise", (nearest, farthest))
    if not 0.0 <= inert_share < 1.0:
        raise InputError("inert_share", "must be at least 0 and below 1", inert_share)
    distances = np.exp(np.linspace(math.log(nearest), math.log(farthest), n_tiers))
    both = np.stack([distances, distances])
    weights = np.full((2, n_tiers), (1.0 - inert_share) / n_tiers)
    return DistanceTiers(1.0 / distances, both, weights, closing_hazards(both))


def closing_hazards(distances: FloatArray) -> FloatArray:
    """Closing speed of each distance relative to the inert stock: ``min((d / 0.1) ** -0.8, 25)``."""
    return np.minimum((distances / HAZARD_DISTANCE) ** -HAZARD_EXPONENT, HAZARD_MAXIMUM)


def _shipped_mixes() -> dict[str, Any]:
    text = resources.files("liqheat.book").joinpath("data/leverage_mixes.json").read_text(encoding="utf-8")
    mixes: dict[str, Any] = json.loads(text)
    return mixes


def _checked_mix(name: str, raw: Any) -> LeverageMix:
    if not isinstance(raw, dict) or not {"leverages", "shares"} <= set(raw):
        raise FileFormatError("leverage_mix", "must hold leverages and shares", f"{name}: {raw!r:.80}")
    try:
        leverages = tuple(float(value) for value in raw["leverages"])
        shares = tuple(float(value) for value in raw["shares"])
    except (TypeError, ValueError) as error:
        raise FileFormatError("leverage_mix", "leverages and shares must be numbers", f"{name}: {error}") from error
    if len(leverages) != len(shares) or not leverages:
        raise InputError("leverage_mix", "must hold as many shares as leverages", f"{name}: {len(shares)}")
    if not all(math.isfinite(leverage) and leverage > 0 for leverage in leverages):
        raise InputError("leverage_mix", "leverages must be positive and finite", f"{name}: {leverages}")
    if len(set(leverages)) != len(leverages):
        raise InputError("leverage_mix", "leverages must differ", f"{name}: {leverages}")
    if not all(math.isfinite(share) and share >= 0 for share in shares) or abs(sum(shares) - 1.0) > 1e-6:
        raise InputError("leverage_mix", "shares must be at least 0 and add to 1", f"{name}: {shares}")
    return LeverageMix(name, leverages, shares, str(raw.get("source", "not stated")))
