"""A perpetual market whose true liquidation map is known: the demo, the tests, the ground truth.

What a venue would publish comes from :func:`simulate_market` (several venues: :func:`simulate_venues`) or, kept on
disk, :func:`load_simulated_market`. The hidden truth is reached only by name: :func:`simulate_market_with_truth`,
:func:`simulate_venues_with_truth` and :func:`load_simulated_truth`.
"""

from liqheat.simulator.cache import cache_path, load_simulated_market, load_simulated_truth
from liqheat.simulator.feeds import simulate_market, simulate_venues
from liqheat.simulator.outages import cut_feeds
from liqheat.simulator.parameters import SimulatorParameters
from liqheat.simulator.published import (
    embedded_market,
    find_simulated,
    find_simulated_books,
    find_simulated_candles,
    find_simulated_depth,
    is_embedded,
    published_depth,
    published_liquidations,
)
from liqheat.simulator.records import (
    FeedHole,
    SimulatedMarket,
)
from liqheat.simulator.scenarios import SCENARIOS
from liqheat.simulator.truth import SimulatedTruth, simulate_market_with_truth, simulate_venues_with_truth

__all__ = [
    "SCENARIOS",
    "FeedHole",
    "SimulatedMarket",
    "SimulatedTruth",
    "SimulatorParameters",
    "cache_path",
    "cut_feeds",
    "embedded_market",
    "find_simulated",
    "find_simulated_books",
    "find_simulated_candles",
    "find_simulated_depth",
    "is_embedded",
    "load_simulated_market",
    "load_simulated_truth",
    "published_depth",
    "published_liquidations",
    "simulate_market",
    "simulate_market_with_truth",
    "simulate_venues",
    "simulate_venues_with_truth",
]
