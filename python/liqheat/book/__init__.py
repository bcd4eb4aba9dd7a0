"""The estimated position book: sweep by the mark path, close exactly, open. One file for each concern."""

from liqheat.book._inputs import LONGEST_OPEN_INTEREST_GAP_MS, align_market
from liqheat.book.combined import combine_estimates
from liqheat.book.engine import (
    BUCKET_RATIO,
    DEFAULT_HOLDERS,
    MODEL_VERSION,
    Backend,
    BarFlows,
    BookPreview,
    PositionBook,
    estimate_book,
)
from liqheat.book.gaps import LONGEST_BRIDGE_MS, bridge_gaps, complete_mark, newest_stretch
from liqheat.book.leverage import (
    build_distance_tiers,
    cap_leverage,
    leverage_mix_names,
    load_leverage_mix,
    log_spaced_tiers,
)
from liqheat.book.mapping import combined_markets

__all__ = [
    "BUCKET_RATIO",
    "DEFAULT_HOLDERS",
    "LONGEST_BRIDGE_MS",
    "LONGEST_OPEN_INTEREST_GAP_MS",
    "MODEL_VERSION",
    "Backend",
    "BarFlows",
    "BookPreview",
    "PositionBook",
    "align_market",
    "bridge_gaps",
    "build_distance_tiers",
    "cap_leverage",
    "combine_estimates",
    "combined_markets",
    "complete_mark",
    "estimate_book",
    "leverage_mix_names",
    "load_leverage_mix",
    "log_spaced_tiers",
    "newest_stretch",
]
