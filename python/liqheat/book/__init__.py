"""The estimated position book: sweep by the mark path, close exactly, open. One file for each concern."""

from liqheat.book.combined import combine_venues
from liqheat.book.engine import MODEL_VERSION, estimate_class
from liqheat.book.estimate import estimate_book, extend_estimate, venue_distance_tiers
from liqheat.book.leverage import HAZARD_DISTANCE, HAZARD_MAXIMUM, load_leverage_mix, log_spaced_tiers
from liqheat.book.running import BUCKET_RATIO, Backend, PositionBook, bucket_shifts

__all__ = [
    "BUCKET_RATIO",
    "HAZARD_DISTANCE",
    "HAZARD_MAXIMUM",
    "MODEL_VERSION",
    "Backend",
    "PositionBook",
    "bucket_shifts",
    "combine_venues",
    "estimate_book",
    "estimate_class",
    "extend_estimate",
    "load_leverage_mix",
    "log_spaced_tiers",
    "venue_distance_tiers",
]
