"""What can be chosen about a simulated market, and the one call into the core."""

from __future__ import annotations

import numbers
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from liqheat.errors import InputError

Thinning = Literal["none", "largest", "last"]
"""Which liquidation of each second a stream reports."""

DEFAULT_START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""

_LARGEST = {
    "seed": 2**64 - 1,
    "days": 1000,
    "warm_up_days": 365,
    "positions": 1_000_000,
    "venues": 3,
    "regime_leverage_steps": 5,
}


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
    venues : int
        Venues that trade the contract, 1 to 3, each with its own rules and crowd, held together by arbitrage.
        Positions, open interest, depth and insurance fund are those of all together.
    insurance_fund_usd : float
        What the insurance fund holds when the warm-up starts, USD, 0 to 1e12. Where it cannot pay for a bankrupt
        position, profitable positions of the other side are closed at the bankruptcy price.
    whales_per_day, whale_notional_usd : float
        Whales that enter a day, 0 to 100, and their median notional, USD, 1e4 to 1e10.
    regime_leverage_steps : int
        Steps up the venue's list of leverages that new positions take from `regime_at` on, 0 to 5; 0 for no switch.
    regime_at : float
        When the leverage regime switches: share of the published days, 0 to 1.
    crash_return : float
        Relative fall of the index in a fast crash, −0.5 to 0; 0 for no crash. The book is thin while it runs.
    crash_at, crash_minutes : float
        When the crash begins, as a share of the published days, and how long the index falls, 1 to 1440 minutes.
    open_interest_delay_ms : int
        Median delay between an open-interest stamp and its publication, milliseconds, 0 to an hour.
    outages_per_day, outage_minutes : float
        Feed outages a day, 0 to 50, and their mean length, 1 to 2880 minutes. What is lost is stated in `holes`.
    thinning : {'none', 'largest', 'last'}
        Which liquidation of each second the stream reports: all, the largest, or the last.
    """

    days: int = 45
    seed: int = 25
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
    venues: int = 1
    insurance_fund_usd: float = 10e6
    whales_per_day: float = 0.0
    whale_notional_usd: float = 20e6
    regime_leverage_steps: int = 0
    regime_at: float = 0.5
    crash_return: float = 0.0
    crash_at: float = 0.5
    crash_minutes: float = 15.0
    open_interest_delay_ms: int = 20_000
    outages_per_day: float = 0.0
    outage_minutes: float = 60.0
    thinning: Thinning = "none"

    def __post_init__(self) -> None:
        """Check types here; the core checks ranges."""
        for field in fields(self):
            value: Any = getattr(self, field.name)
            # numpy scalars become Python numbers: equal choices must give one cache key.
            check = _CHECKS[str(field.type)]
            object.__setattr__(self, field.name, check(field.name, value))


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


def _thinning(argument: str, value: Any) -> str:
    if value not in get_args(Thinning):
        raise InputError(argument, f"must be one of {', '.join(get_args(Thinning))}", repr(value))
    return str(value)


_CHECKS = {"int": _whole, "float": _real, "Thinning": _thinning}
