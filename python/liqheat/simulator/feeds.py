"""What the simulated venue publishes: all that an estimator may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from liqheat.errors import InputError
from liqheat.records import MarketHistory
from liqheat.simulator.parameters import Columns, SimulatorParameters, run_core

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONG, SHORT = 0, 1
"""Codes of `position_side`, the same in all of liqheat."""

NOTES = (
    "Simulated data: no real market, no real money.",
    "Made by agents whose habits are choices of the simulator; see python/liqheat/simulator/README.md.",
)


@dataclass(frozen=True, slots=True)
class ReportedLiquidations:
    """Liquidation orders as a venue reports them, in order of execution.

    Attributes
    ----------
    time_ms : (n,) int64
        UTC epoch milliseconds, whole seconds.
    position_side : (n,) uint8
        Side of the position: 0 long, 1 short.
    quantity : (n,) float64
        Coins closed.
    price : (n,) float64
        Average fill price, quote currency per coin.
    bankruptcy_price : (n,) float64
        Price at which the position's margin was used up.
    mark_price : (n,) float64
        Mark price that triggered the order.
    """

    time_ms: NDArray[np.int64]
    position_side: NDArray[np.uint8]
    quantity: NDArray[np.float64]
    price: NDArray[np.float64]
    bankruptcy_price: NDArray[np.float64]
    mark_price: NDArray[np.float64]

    @property
    def notional_usd(self) -> NDArray[np.float64]:
        """Value of each order at its fill price, USD, shape (n,)."""
        return self.quantity * self.price

    def thin(self, keep: Literal["largest", "last"] = "largest") -> ReportedLiquidations:
        """Keep one order a second, as the public streams of some venues do.

        Parameters
        ----------
        keep : {'largest', 'last'}
            Which order of a second is kept.

        Raises
        ------
        InputError
            If `keep` is neither.
        """
        if keep not in ("largest", "last"):
            raise InputError("keep", "must be 'largest' or 'last'", keep)
        rank = self.notional_usd if keep == "largest" else np.arange(self.time_ms.size, dtype=np.float64)
        # Sorted by second, then by rank: the last of each second is the one to keep.
        order = np.lexsort((rank, self.time_ms))
        is_last = np.append(np.diff(self.time_ms[order]) != 0, np.ones(min(1, order.size), dtype=bool))
        kept = np.sort(order[is_last])
        return ReportedLiquidations(*(getattr(self, name)[kept] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class SimulatedMarket:
    """Public feeds of a simulated market. Bar arrays have one entry for each bar of `history`.

    Attributes
    ----------
    parameters : SimulatorParameters
        What it was made with.
    history : MarketHistory
        Bars and open interest (venue ``simulated``, origin ``simulated``).
    taker_buy_volume : (n,) float64
        Coins bought by takers; at most `history.volume`.
    account_long_short_ratio : (n,) float64
        Accounts long divided by accounts short, at the close.
    depth_usd : (n,) float64
        USD resting within 1 % of the price on each side, at the close.
    liquidations : ReportedLiquidations
        Every liquidation order.
    """

    parameters: SimulatorParameters
    history: MarketHistory
    taker_buy_volume: NDArray[np.float64]
    account_long_short_ratio: NDArray[np.float64]
    depth_usd: NDArray[np.float64]
    liquidations: ReportedLiquidations


def simulate_market(days: int = 45, seed: int = 24, interval_ms: int = 300_000, **parameters: Any) -> SimulatedMarket:
    """Simulate a perpetual market and return what its venue would publish.

    Parameters
    ----------
    days : int
        Days that are published.
    seed : int
        Seed of all random numbers.
    interval_ms : int
        Length of a bar, milliseconds: whole minutes that divide an hour.
    **parameters
        Any other field of :class:`SimulatorParameters`.

    Returns
    -------
    SimulatedMarket
        Public feeds only.

    Raises
    ------
    InputError
        If a parameter is unknown or breaks its rule.

    Examples
    --------
    >>> market = simulate_market(days=1, seed=3, positions=2_000, warm_up_days=0)
    >>> market.history.n_bars, market.history.origin
    (288, 'simulated')
    >>> bool((market.history.low <= market.history.close).all())
    True
    """
    chosen = choose_parameters(days, seed, interval_ms, parameters)
    bars, liquidations, _, _ = run_core(chosen, record_truth=False)
    return build_market(chosen, bars, liquidations)


def choose_parameters(days: int, seed: int, interval_ms: int, others: dict[str, Any]) -> SimulatorParameters:
    """Put the named choices and the rest together; an unknown name is an `InputError`."""
    for name in others:
        if name not in SimulatorParameters.__slots__:
            known = ", ".join(SimulatorParameters.__slots__)
            raise InputError(name, f"is not a parameter of the simulator ({known})", others[name])
    return SimulatorParameters(days=days, seed=seed, interval_ms=interval_ms, **others)


def build_market(parameters: SimulatorParameters, bars: Columns, liquidations: Columns) -> SimulatedMarket:
    """Assemble the record from columns; the arrays become read-only, since callers share them."""
    bars, liquidations = dict(bars), dict(liquidations)
    for column in (*bars.values(), *liquidations.values()):
        column.flags.writeable = False
    beside = {name: bars.pop(name) for name in ("taker_buy_volume", "account_long_short_ratio", "depth_usd")}
    history = MarketHistory(
        venue="simulated",
        symbol="BTC/USDT:USDT",
        contract_kind="linear",
        interval_ms=parameters.interval_ms,
        origin="simulated",
        notes=(*NOTES, f"Seed {parameters.seed}."),
        **bars,
    )
    return SimulatedMarket(parameters, history, liquidations=ReportedLiquidations(**liquidations), **beside)
