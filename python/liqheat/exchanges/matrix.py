"""The capability matrix: rows of the venue table and of the stream table as plain data, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from liqheat.margin import largest_leverage
from liqheat.units import DAY_MS
from liqheat.venues import CAPABILITIES, NOTHING, STREAMS, VENUES, Endpoint, VenueSpec, find_rule

NONE = "–"


def list_capabilities() -> list[dict[str, Any]]:
    """List what each venue offers, one mapping for each row of the table, ready for JSON.

    Examples
    --------
    >>> row = list_capabilities()[0]
    >>> row["venue"], row["open_interest"]["lookback"], row["margin_tiers"]["missing"]
    ('binanceusdm', '30 days', 'it gives them only for a key (leverageBracket)')
    """
    return [_describe_row(row) for row in VENUES.values()]


def _describe_row(row: VenueSpec) -> dict[str, Any]:
    stream = STREAMS.get((row.venue, row.contract_kind))
    return {
        "venue": row.venue,
        "contract_kind": row.contract_kind,
        **{name: _describe(row, name) for name in CAPABILITIES},
        "taker_buy_volume": bool(row.candles and row.candles.taker_buy),
        "streams": list(stream.feeds) if stream else [],
        "contract_size": f"market {row.contract_size_at}",
        "liquidation_side": row.liquidation_side,
        "liquidation_price": row.liquidation_price,
        "capture": row.capture,
        "margin_formula": find_rule(row.venue, row.contract_kind).formula,
        "tier_source": row.tier_source,
        "maximum_leverage": largest_leverage(row.venue, row.contract_kind),
        "rate_limit": row.rate_limit,
        "doc_url": row.doc_url,
        "date_read": row.date_read,
    }


def _describe(row: VenueSpec, name: str) -> dict[str, Any]:
    request = row.find_request(name)
    if request is None:
        return {"missing": row.missing[name]}
    found: dict[str, Any] = {"method": request.method, "doc_url": request.doc_url}
    quantities = getattr(request, "quantities", ())
    if quantities:
        found["unit"] = quantities[0].unit
        found["sides"] = quantities[0].sides
    if hasattr(request, "unit"):
        found["unit"] = request.unit
    if isinstance(request, Endpoint):
        found["page_limit"] = request.page_limit
        found["lookback"] = describe_lookback(request)
        if request.intervals:
            found["intervals"] = list(request.intervals)
    return found


def describe_lookback(endpoint: Endpoint) -> str:
    """Say how far back a venue answers, as far as its row knows."""
    if endpoint.lookback_bars is not None:
        return f"{endpoint.lookback_bars:,} rows"
    if endpoint.lookback_ms is not None:
        days = endpoint.lookback_ms / DAY_MS
        return f"{days:g} days" if days >= 1 else f"{endpoint.lookback_ms // 3_600_000} h"
    if not endpoint.start_parameter and not endpoint.end_parameter and not endpoint.page_parameter:
        return "one answer"
    return "no limit stated"


def _from_interval(part: Mapping[str, Any]) -> str:
    return part["intervals"][0] if "intervals" in part else NONE


def _history(part: Mapping[str, Any]) -> str:
    return f"{part['intervals'][0]}, {part['lookback']}" if "intervals" in part else NONE


def _is_there(part: Mapping[str, Any]) -> str:
    return NONE if "missing" in part else "yes"


def _ratios(row: Mapping[str, Any]) -> str:
    names = {"accounts": "all", "top_accounts": "top accounts", "top_positions": "top positions"}
    found = [word for name, word in names.items() if "missing" not in row[name]]
    return ", ".join(found) or NONE


def _liquidations(row: Mapping[str, Any]) -> str:
    return NONE if row["capture"] == NOTHING else row["capture"]


def _leverage(row: Mapping[str, Any]) -> str:
    return NONE if row["maximum_leverage"] is None else f"{row['maximum_leverage']:g}x"


COLUMNS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "venue": lambda row: f"{row['venue']} {row['contract_kind']}",
    "candles from": lambda row: _from_interval(row["candles"]),
    "mark candles": lambda row: _from_interval(row["mark"]),
    "taker volume": lambda row: "yes" if row["taker_buy_volume"] else NONE,
    "open interest history": lambda row: _history(row["open_interest"]),
    "open interest now": lambda row: _is_there(row["open_interest_now"]),
    "funding": lambda row: _is_there(row["funding"]),
    "long/short": _ratios,
    "depth": lambda row: _is_there(row["depth"]),
    "tiers, no key": lambda row: _is_there(row["margin_tiers"]),
    "liquidations": _liquidations,
    "streams": lambda row: "yes" if row["streams"] else NONE,
    "max leverage": _leverage,
    "read": lambda row: row["date_read"],
}
"""Columns of the short table: heading to how a cell is made from a row of `list_capabilities`."""
