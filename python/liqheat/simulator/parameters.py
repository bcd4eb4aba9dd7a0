"""What can be chosen about a simulated market, and the one call into the core."""

from __future__ import annotations

import numbers
from dataclasses import asdict, dataclass, fields
from typing import Any

from liqheat import _core
from liqheat.errors import InputError

DEFAULT_START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""

_LARGEST = {"seed": 2**64 - 1, "days": 1000, "warm_up_days": 365, "positions": 1_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorParameters:
    """Choices that define one simulated market. Equal parameters give equal bytes on every platform.

    Attributes
    ----------
    days : int
        Days that are published, 1 to 1000.
    seed : int
        Seed of all random numbers, 0 to 2**64 − 1.
    interval_ms : int
        Length of a published bar: whole minutes that divide an hour. It does not change the market.
    warm_up_days : int
        Days that run before `start_ms` and are not published, 0 to 365.
    start_ms : int
        Open of the first bar: UTC epoch milliseconds on a whole hour. It decides which days are weekends.
    initial_price : float
        Price at the start of the warm-up, USD per coin, 1,000 to 10,000,000.
    positions : int
        Positions open on average, 1,000 to 1,000,000. Time grows with it; with fewer, single large holders weigh
        more and the true map gets rougher.
    open_interest_usd : float
        Open interest aimed at, one side, USD; sizes scale with it.
    daily_volatility : float
        Standard deviation of the daily log return from news alone, 0.001 to 0.2. Impact, trends, jumps and
        cascades add about a third to the default.
    trend_per_day : float
        Standard deviation of the slowly changing trend, log return a day, 0 to 0.05.
    jumps_per_day : float
        News jumps a day at average volatility, 0 to 50.
    depth_usd : float
        Median USD resting within 1 % of the price on each side. Less depth, larger cascades.
    """

    days: int = 45
    seed: int = 24
    interval_ms: int = 300_000
    warm_up_days: int = 7
    start_ms: int = DEFAULT_START_MS
    initial_price: float = 60_000.0
    positions: int = 40_000
    open_interest_usd: float = 1e9
    daily_volatility: float = 0.018
    trend_per_day: float = 0.006
    jumps_per_day: float = 0.7
    depth_usd: float = 40e6

    def __post_init__(self) -> None:
        """Check types here; the core checks ranges."""
        for field in fields(self):
            value: Any = getattr(self, field.name)
            # numpy scalars become Python numbers: equal choices must give one cache key.
            checked = _whole(field.name, value) if field.type == "int" else _real(field.name, value)
            object.__setattr__(self, field.name, checked)


def _whole(argument: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise InputError(argument, "must be a whole number", repr(value))
    largest = _LARGEST.get(argument, 2**63 - 1)
    if not 0 <= int(value) <= largest:
        raise InputError(argument, f"must lie between 0 and {largest}", value)
    return int(value)


def _real(argument: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(argument, "must be a number", repr(value))
    try:
        return float(value)
    except OverflowError:
        raise InputError(argument, "must be a number that fits into 64 bits", "an integer too large") from None


Columns = dict[str, Any]


def run_core(parameters: SimulatorParameters, *, record_truth: bool) -> tuple[Columns, Columns, Columns, Columns]:
    """Run the core: ``(bars, liquidations, truth, totals)``.

    Raises
    ------
    InputError
        If a parameter lies outside its range.
    """
    columns: tuple[Columns, Columns, Columns, Columns]
    columns = _core.simulate_market(**asdict(parameters), record_truth=record_truth)
    return columns
