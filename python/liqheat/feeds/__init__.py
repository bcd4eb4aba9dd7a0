"""Keeps the store filled from venues, archives and files. One of the rooms that chain stages; see `pipeline`."""

from liqheat.feeds.archives import add_archives
from liqheat.feeds.backfill import Progress, VenueOutcome, backfill
from liqheat.feeds.collector import Collector
from liqheat.feeds.live import LiveMarkets
from liqheat.feeds.pace import Pace
from liqheat.feeds.recorder import Recorder

__all__ = ["Collector", "LiveMarkets", "Pace", "Progress", "Recorder", "VenueOutcome", "add_archives", "backfill"]
