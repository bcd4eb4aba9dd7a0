"""Prior of the held view: how far from entry real positions are liquidated, learned where positions are public.

Held stock and forced flow are different populations: most open notional lies far from the price, behind cross margin,
and is renewed slowly. The weights here are for the held view only; the flow view has its own law.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat.records.arrays import FloatArray

HELD_FORMAT = "1"
N_TIERS = 64
NEAREST, FARTHEST = 0.005, 1.6
"""Log distances of the first and the last tier: 1.6 is a short that survives a fivefold price."""
BANDWIDTH = 0.4
"""Width of the kernel in log distance. Scores of the learning half are the same from 0.1 to 0.8."""
_FILE = "held_prior.json"


@dataclass(frozen=True, slots=True, eq=False)
class HeldPrior:
    """Distances, weights and renewal of the held view; ready for a book's tiers and holder classes.

    Attributes
    ----------
    distances : (2, k) float64
        Log distance from entry to liquidation, rising, side 0 long.
    weights : (2, k) float64
        Share of a side's opens that enters each tier; what is missing to 1 is never liquidated.
    hazards : (2, k) float64
        Closing speed of each tier relative to what is never liquidated.
    kappas, shares : (c,) float64
        Renewal of each holder class, and its share of every quantity; the shares add to 1.
    provenance : dict
        What it was learned on, and how.
    """

    distances: FloatArray
    weights: FloatArray
    hazards: FloatArray
    kappas: FloatArray
    shares: FloatArray
    provenance: Mapping[str, Any]


def held_tiers() -> HeldPrior:
    """Load the shipped prior of the held view.

    Examples
    --------
    >>> prior = held_tiers()
    >>> prior.distances.shape, prior.kappas.tolist(), bool((prior.weights.sum(axis=1) <= 1).all())
    ((2, 64), [0.02], True)
    """
    return read_held_prior(resources.files("liqheat_lab.panel").joinpath("data", _FILE).read_text(encoding="utf-8"))


def read_held_prior(text: str) -> HeldPrior:
    """Read a prior from its JSON.

    Raises
    ------
    FileFormatError
        When it is not one of ours or is of another format.
    """
    try:
        raw = json.loads(text)
        if raw["format"] != HELD_FORMAT:
            raise FileFormatError("held_prior", f"must be of format {HELD_FORMAT}", raw["format"])
        arrays = {
            name: np.asarray(raw[name], np.float64) for name in ("distances", "weights", "hazards", "kappas", "shares")
        }
        provenance = dict(raw["provenance"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError("held_prior", "must be a prior of the held view as JSON", error) from error
    return HeldPrior(**arrays, provenance=provenance)


def write_held_prior(prior: HeldPrior) -> str:
    """JSON of a prior, six decimals; `read_held_prior` reads it back."""
    body: dict[str, Any] = {"format": HELD_FORMAT, "provenance": dict(prior.provenance)}
    for name in ("distances", "weights", "hazards", "kappas", "shares"):
        body[name] = np.round(getattr(prior, name), 6).tolist()
    return json.dumps(body, indent=1) + "\n"


def learn_distances(
    distances: ArrayLike,
    notional_usd: ArrayLike,
    is_short: ArrayLike,
    coin: ArrayLike,
    *,
    n_tiers: int = N_TIERS,
    nearest: float = NEAREST,
    farthest: float = FARTHEST,
    bandwidth: float = BANDWIDTH,
) -> tuple[FloatArray, FloatArray]:
    """Learn tier weights from the distances at which positions would be liquidated.

    A kernel density in log distance, weighted by notional; every coin counts alike, so that the largest coin does not
    decide for all. Positions that have no liquidation price, or one on the profitable side of their entry, are the
    side's inert share.

    Parameters
    ----------
    distances : (n,) array_like
        Log distance from entry to liquidation price, positive on the losing side; NaN where there is none.
    notional_usd : (n,) array_like
        Size of each position, USD.
    is_short : (n,) array_like of bool
        Side.
    coin : (n,) array_like of str or int
        Coin.
    n_tiers, nearest, farthest
        Log-spaced tiers, in log distance; nearer positions count as the first tier, farther ones as inert.
    bandwidth : float
        Standard deviation of the kernel, in the logarithm of the distance.

    Returns
    -------
    tiers : (k,) float64
        Log distances.
    weights : (2, k) float64
        Long, then short; each adds to 1 less the inert share.

    Raises
    ------
    NoDataError
        When a side has no position that can be liquidated.
    """
    distance, usd = np.asarray(distances, np.float64), np.asarray(notional_usd, np.float64)
    short, coins = np.asarray(is_short, np.bool_), np.asarray(coin)
    if not distance.shape == usd.shape == short.shape == coins.shape:
        raise InputError("distances", "must be as long as notional_usd, is_short and coin", distance.shape)
    tiers = np.exp(np.linspace(np.log(nearest), np.log(farthest), n_tiers))
    weights = np.zeros((2, n_tiers))
    can_be_liquidated = (distance > 0) & (distance <= farthest)
    for side in (0, 1):
        found = []
        for name in np.unique(coins):
            own = (coins == name) & (short == bool(side))
            near = own & can_be_liquidated
            if not usd[near].sum() > 0:
                continue
            at = np.log(np.maximum(distance[near], nearest))
            kernel = np.exp(-0.5 * ((np.log(tiers)[:, None] - at) / bandwidth) ** 2)
            density = (kernel / kernel.sum(axis=0)) @ usd[near]
            found.append(density / usd[own].sum())
        if not found:
            raise NoDataError("distances", "must hold positions of both sides that can be liquidated", f"side {side}")
        weights[side] = np.mean(found, axis=0)
    return tiers, weights
