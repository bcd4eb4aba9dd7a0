"""What venues publish, fetched through ccxt and converted into our records and units."""

from liqheat.exchanges.matrix import COLUMNS, list_capabilities
from liqheat.exchanges.portal.download import (
    MOST_ARCHIVE_BYTES,
    PORTAL_FOLDERS,
    PORTAL_URL,
    ArchiveSource,
    PortalKind,
    PortalMarket,
    archive_name,
    archive_url,
    check_checksum,
    fetch_archive,
    interval_of_kind_ms,
    portal_market,
    portal_market_of_pair,
)
from liqheat.exchanges.portal.files import MOST_UNPACKED_BYTES, PortalRecord, parse_archive, parse_csv
from liqheat.exchanges.rest.client import ExchangeFactory, RetryPolicy, redirect_factory
from liqheat.exchanges.rest.fetch import fetch_history
from liqheat.exchanges.rest.normalize_tiers import compare_margin_tiers
from liqheat.exchanges.rest.notes import format_utc
from liqheat.exchanges.rest.venue import VenueClient
from liqheat.exchanges.stream.follow import StreamPace, VenueStream

__all__ = [
    "COLUMNS",
    "MOST_ARCHIVE_BYTES",
    "MOST_UNPACKED_BYTES",
    "PORTAL_FOLDERS",
    "PORTAL_URL",
    "ArchiveSource",
    "ExchangeFactory",
    "PortalKind",
    "PortalMarket",
    "PortalRecord",
    "RetryPolicy",
    "StreamPace",
    "VenueClient",
    "VenueStream",
    "archive_name",
    "archive_url",
    "check_checksum",
    "compare_margin_tiers",
    "fetch_archive",
    "fetch_history",
    "format_utc",
    "interval_of_kind_ms",
    "list_capabilities",
    "parse_archive",
    "parse_csv",
    "portal_market",
    "portal_market_of_pair",
    "redirect_factory",
]
