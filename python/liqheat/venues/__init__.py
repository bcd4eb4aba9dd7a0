"""Venues as tables: one file for each, read by all rooms."""

from liqheat.venues.binance import KLINE_COLUMNS
from liqheat.venues.capture import COMPLETE, KEPT_BY_RULE, LARGEST_PER_SECOND, LATEST_PER_SECOND
from liqheat.venues.matrix import COLUMNS, list_capabilities
from liqheat.venues.requests import (
    BookRequest,
    Endpoint,
    Path,
    Place,
    Quantity,
    Request,
    Snapshot,
    TierRequest,
    TimeUnit,
    Unit,
)
from liqheat.venues.spec import CAPABILITIES, VenueSpec, read_contract_kind
from liqheat.venues.spec_margin import TierUnit, VenueRule
from liqheat.venues.spec_stream import (
    CandlePush,
    DepthPush,
    Executed,
    LiquidationPush,
    MarkPush,
    Poll,
    Push,
    StreamSpec,
)
from liqheat.venues.table import (
    STREAMS,
    VENUE_ALIASES,
    VENUE_NAMES,
    VENUE_WORDS,
    VENUES,
    find_rule,
    find_venue,
    resolve_alias,
    symbol_at,
    venues_serving,
)

__all__ = [
    "CAPABILITIES",
    "COLUMNS",
    "COMPLETE",
    "KEPT_BY_RULE",
    "KLINE_COLUMNS",
    "LARGEST_PER_SECOND",
    "LATEST_PER_SECOND",
    "STREAMS",
    "VENUES",
    "VENUE_ALIASES",
    "VENUE_NAMES",
    "VENUE_WORDS",
    "BookRequest",
    "CandlePush",
    "DepthPush",
    "Endpoint",
    "Executed",
    "LiquidationPush",
    "MarkPush",
    "Path",
    "Place",
    "Poll",
    "Push",
    "Quantity",
    "Request",
    "Snapshot",
    "StreamSpec",
    "TierRequest",
    "TierUnit",
    "TimeUnit",
    "Unit",
    "VenueRule",
    "VenueSpec",
    "find_rule",
    "find_venue",
    "list_capabilities",
    "read_contract_kind",
    "resolve_alias",
    "symbol_at",
    "venues_serving",
]
