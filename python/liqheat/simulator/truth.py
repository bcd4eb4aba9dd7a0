"""What no venue publishes. Only tests, scores and this package's truth loader import this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import liqheat._core as _core
from liqheat.records.arrays import Record
from liqheat.simulator.feeds import Feeds, build_market, core_arguments
from liqheat.simulator.scenarios import choose_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from liqheat.simulator.parameters import SimulatorParameters
    from liqheat.simulator.records import SimulatedMarket


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SimulatedTruth(Record):
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
    long_entry_quantity, short_entry_quantity : (s, b) float32
        Coins by entry price.
    insurance_fund_usd : (s,) float64
        What the insurance fund holds.
    open_positions : (s,) int64
        Positions of the crowd, both sides.
    long_total, short_total : (s,) float64
        Coins of the crowd, those outside the edges included (a 1x long has no liquidation price).
    leverages : (l,) float64
        Nominal leverages that the venue offers.
    leverage_stock : (s, l) float64
        Coins of the crowd, both sides, by nominal leverage.
    event_time_ms : (n,) int64
        UTC epoch milliseconds of every liquidation order, also of those that a thinned or broken stream lacks.
    event_position_side : (n,) uint8
        0 long, 1 short.
    event_quantity : (n,) float64
        Coins closed.
    event_liquidation_price, event_entry_price, event_leverage : (n,) float64
        True trigger, entry price and nominal leverage of its position.
    adl_time_ms, adl_position_side, adl_quantity, adl_price : (a,) arrays
        Bankrupt positions that the fund could not pay for: time, side, coins and the bankruptcy price at which
        positions of the other side were closed.
    whale_time_ms, whale_position_side, whale_quantity, whale_liquidation_price : (w,) arrays
        Entries of whales.
    both_sides_lots : (bars, 2) int64
        Lots held long and held short by everyone at each bar's close: equal, and equal to open interest.
    lots_per_coin : float
        Lots in one coin.
    totals_usd : dict of str to float
        Sums over the whole run, warm-up included: opened, closed, stopped, taken_profit, topped_up, liquidated,
        shortfall, deleveraged, insurance_fund (at the end), funding_paid.
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
    long_entry_quantity: NDArray[np.float32]
    short_entry_quantity: NDArray[np.float32]
    insurance_fund_usd: NDArray[np.float64]
    open_positions: NDArray[np.int64]
    event_time_ms: NDArray[np.int64]
    event_position_side: NDArray[np.uint8]
    event_quantity: NDArray[np.float64]
    event_liquidation_price: NDArray[np.float64]
    event_entry_price: NDArray[np.float64]
    event_leverage: NDArray[np.float64]
    adl_time_ms: NDArray[np.int64]
    adl_position_side: NDArray[np.uint8]
    adl_quantity: NDArray[np.float64]
    adl_price: NDArray[np.float64]
    whale_time_ms: NDArray[np.int64]
    whale_position_side: NDArray[np.uint8]
    whale_quantity: NDArray[np.float64]
    whale_liquidation_price: NDArray[np.float64]
    both_sides_lots: NDArray[np.int64]
    lots_per_coin: float
    totals_usd: dict[str, float]

    def held_notional_usd(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Long and short maps valued at the geometric centre of each bucket, USD, shape (s, b) each."""
        centres = np.sqrt(self.price_edges[1:] * self.price_edges[:-1])
        return self.long_quantity.astype(np.float64) * centres, self.short_quantity.astype(np.float64) * centres


def simulate_market_with_truth(
    days: int = 45, seed: int = 25, interval_ms: int = 300_000, scenario: str = "ordinary", **parameters: Any
) -> tuple[SimulatedMarket, SimulatedTruth]:
    """Simulate a market and return its public feeds and, apart from them, its hidden truth.

    Parameters
    ----------
    days, seed, interval_ms, scenario, **parameters
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
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters)
    feeds, arrays = run_with_truth(chosen)[0]
    return build_market(chosen, feeds), build_truth(chosen, arrays)


def simulate_venues_with_truth(
    venues: int = 3,
    days: int = 45,
    seed: int = 25,
    interval_ms: int = 300_000,
    scenario: str = "ordinary",
    **parameters: Any,
) -> tuple[tuple[SimulatedMarket, ...], tuple[SimulatedTruth, ...]]:
    """As :func:`liqheat.simulator.simulate_venues`, with each venue's hidden truth beside the public records."""
    chosen = choose_parameters(days, seed, interval_ms, scenario, parameters | {"venues": venues})
    runs = run_with_truth(chosen)
    markets = tuple(build_market(chosen, feeds, index) for index, (feeds, _) in enumerate(runs))
    return markets, tuple(build_truth(chosen, arrays) for _, arrays in runs)


def run_with_truth(parameters: SimulatorParameters) -> list[tuple[Feeds, dict[str, NDArray[Any]]]]:
    """Run the core: for each venue its public feeds and, as arrays, its truth."""
    runs = []
    for public, hidden in _core.simulate_market(**core_arguments(parameters), record_truth=True):
        assert hidden is not None  # noqa: S101  asked for
        runs.append((public, _flatten(hidden["truth"], hidden["totals"], public["liquidations"])))
    return runs


def _flatten(truth: dict[str, Any], totals: dict[str, Any], events: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Make arrays of everything, as the cache stores it; own copies of what is public as well."""
    arrays: dict[str, NDArray[Any]] = {name: np.asarray(value) for name, value in truth.items()}
    del arrays["bucket_log_width"]
    for name in ("time_ms", "position_side", "quantity"):
        arrays[f"event_{name}"] = events[name].copy()
    arrays["both_sides_lots"] = np.stack([totals["long_lots"], totals["short_lots"]], axis=1)
    for name, value in totals.items():
        if name not in ("long_lots", "short_lots"):
            arrays[f"total.{name}"] = np.asarray(value, dtype=np.float64)
    return arrays


def build_truth(parameters: SimulatorParameters, arrays: dict[str, NDArray[Any]]) -> SimulatedTruth:
    """Assemble the record; the arrays become read-only."""
    arrays = dict(arrays)
    totals = {name.removeprefix("total."): arrays.pop(name) for name in list(arrays) if name.startswith("total.")}
    lots_per_coin = float(totals.pop("lots_per_coin"))
    for column in arrays.values():
        column.flags.writeable = False
    return SimulatedTruth(
        parameters,
        lots_per_coin=lots_per_coin,
        totals_usd={name.removesuffix("_usd"): float(value) for name, value in totals.items()},
        **arrays,
    )
