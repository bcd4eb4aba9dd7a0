"""What no venue publishes. Only tests, scores and this package's truth loader import this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from liqheat.simulator.feeds import SimulatedMarket, build_market, choose_parameters
from liqheat.simulator.parameters import Columns, SimulatorParameters, run_core

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SimulatedTruth:
    """Where every leveraged position of the simulated crowd would be liquidated, at the close of each hour.

    Market makers, who take the other side of the crowd, are unlevered and have no liquidation price.

    Attributes
    ----------
    parameters : SimulatorParameters
        What it was made with.
    time_ms : (s,) int64
        UTC epoch milliseconds of each snapshot.
    mark_price : (s,) float64
        Mark price.
    price_edges : (b + 1,) float64
        Increasing edges of the buckets, 10 bp apart in log price; a bucket includes its lower edge.
    long_quantity, short_quantity : (s, b) float32
        Coins by liquidation price.
    long_total, short_total : (s,) float64
        Coins of the crowd, those outside the edges included (a 1x long has no liquidation price).
    leverages : (l,) float64
        Nominal leverages that the venue offers.
    leverage_stock : (s, l) float64
        Coins of the crowd, both sides, by nominal leverage.
    event_liquidation_price, event_leverage : (n,) float64
        Liquidation price and nominal leverage of each published liquidation.
    both_sides_lots : (bars, 2) int64
        Lots held long and held short by everyone at each bar's close: equal, and equal to open interest.
    lots_per_coin : float
        Lots in one coin.
    totals_usd : dict of str to float
        Sums over the whole run, warm-up included: opened, closed, stopped, taken_profit, topped_up, liquidated,
        shortfall.
    """

    parameters: SimulatorParameters
    time_ms: NDArray[np.int64]
    mark_price: NDArray[np.float64]
    price_edges: NDArray[np.float64]
    long_quantity: NDArray[np.float32]
    short_quantity: NDArray[np.float32]
    long_total: NDArray[np.float64]
    short_total: NDArray[np.float64]
    leverages: NDArray[np.float64]
    leverage_stock: NDArray[np.float64]
    event_liquidation_price: NDArray[np.float64]
    event_leverage: NDArray[np.float64]
    both_sides_lots: NDArray[np.int64]
    lots_per_coin: float
    totals_usd: dict[str, float]

    def held_notional_usd(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Long and short maps valued at the geometric centre of each bucket, USD, shape (s, b) each."""
        centres = np.sqrt(self.price_edges[1:] * self.price_edges[:-1])
        return self.long_quantity.astype(np.float64) * centres, self.short_quantity.astype(np.float64) * centres


def simulate_market_with_truth(
    days: int = 45, seed: int = 24, interval_ms: int = 300_000, **parameters: Any
) -> tuple[SimulatedMarket, SimulatedTruth]:
    """Simulate a market and return its public feeds and, apart from them, its hidden truth.

    Parameters
    ----------
    days, seed, interval_ms, **parameters
        As in :func:`liqheat.simulator.simulate_market`, whose result is the same bit for bit.

    Raises
    ------
    InputError
        If a parameter is unknown or breaks its rule.

    Examples
    --------
    >>> market, truth = simulate_market_with_truth(days=1, seed=3, positions=2_000, warm_up_days=0)
    >>> truth.long_quantity.shape
    (24, 2400)
    """
    chosen = choose_parameters(days, seed, interval_ms, parameters)
    bars, liquidations, truth, totals = run_core(chosen, record_truth=True)
    return build_market(chosen, bars, liquidations), build_truth(chosen, flatten_truth(truth, totals))


def flatten_truth(truth: Columns, totals: Columns) -> dict[str, NDArray[Any]]:
    """Make arrays of everything, as the cache stores it."""
    arrays: dict[str, NDArray[Any]] = {name: np.asarray(value) for name, value in truth.items()}
    del arrays["bucket_log_width"]
    arrays["both_sides_lots"] = np.stack([totals["long_lots"], totals["short_lots"]], axis=1)
    for name, value in totals.items():
        if name not in ("long_lots", "short_lots"):
            arrays[name] = np.asarray(value, dtype=np.float64)
    return arrays


def build_truth(parameters: SimulatorParameters, arrays: dict[str, NDArray[Any]]) -> SimulatedTruth:
    """Assemble the record; the arrays become read-only."""
    arrays = dict(arrays)
    names = [name for name in arrays if name.endswith("_usd")]
    totals = {name.removesuffix("_usd"): float(arrays.pop(name)) for name in names}
    lots_per_coin = float(arrays.pop("lots_per_coin"))
    for column in arrays.values():
        column.flags.writeable = False
    return SimulatedTruth(parameters, lots_per_coin=lots_per_coin, totals_usd=totals, **arrays)
