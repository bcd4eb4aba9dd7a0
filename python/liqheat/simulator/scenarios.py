"""Kinds of markets by name: a row of choices each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from liqheat.errors import InputError
from liqheat.simulator.parameters import SimulatorParameters

if TYPE_CHECKING:
    from collections.abc import Mapping

SCENARIOS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ordinary": {},
        "calm": {"daily_volatility": 0.010, "jumps_per_day": 0.2, "trend_per_day": 0.003},
        "crash": {"crash_return": -0.25, "crash_at": 0.5, "crash_minutes": 4.0, "insurance_fund_usd": 2e5},
        "regime_switch": {"regime_leverage_steps": 2, "regime_at": 0.5},
        "whales": {"whales_per_day": 6.0, "whale_notional_usd": 15e6},
        "thin_book": {"depth_usd": 15e6},
        "broken_feeds": {
            "outages_per_day": 2.0,
            "outage_minutes": 90.0,
            "open_interest_delay_ms": 180_000,
            "thinning": "largest",
        },
    }
)
"""Parameters that each scenario sets; the rest keeps its default, and what a caller names goes first."""


def choose_parameters(
    days: int, seed: int, interval_ms: int, scenario: str, others: dict[str, Any]
) -> SimulatorParameters:
    """Put the named choices, the scenario's and the rest together.

    Raises
    ------
    InputError
        If a name or the scenario is unknown, or a value breaks its rule.
    """
    if not isinstance(scenario, str) or scenario not in SCENARIOS:
        raise InputError("scenario", f"must be one of {', '.join(SCENARIOS)}", scenario)
    for name in others:
        if name not in SimulatorParameters.__slots__:
            known = ", ".join(SimulatorParameters.__slots__)
            raise InputError(name, f"is not a parameter of the simulator ({known})", others[name])
    return SimulatorParameters(
        **({"days": days, "seed": seed, "interval_ms": interval_ms} | dict(SCENARIOS[scenario]) | others)
    )
