"""A perpetual market whose true liquidation map is known: the demo, the tests, the ground truth.

What a venue would publish comes from :func:`simulate_market` or, kept on disk, :func:`load_simulated_market`.
The hidden truth is reached only by name: :func:`simulate_market_with_truth` and :func:`load_simulated_truth`.
"""

from liqheat.simulator.cache import load_simulated_market, load_simulated_truth
from liqheat.simulator.feeds import ReportedLiquidations, SimulatedMarket, simulate_market
from liqheat.simulator.parameters import SimulatorParameters
from liqheat.simulator.truth import SimulatedTruth, simulate_market_with_truth

__all__ = [
    "ReportedLiquidations",
    "SimulatedMarket",
    "SimulatedTruth",
    "SimulatorParameters",
    "load_simulated_market",
    "load_simulated_truth",
    "simulate_market",
    "simulate_market_with_truth",
]
