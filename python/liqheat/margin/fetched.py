"""Tiers that were fetched from a venue, in place of those that ship with the package."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from liqheat.errors import FileFormatError, check_type
from liqheat.margin.contract import MarginRule
from liqheat.margin.tiers import parse_tiers
from liqheat.records import MarginTiers

if TYPE_CHECKING:
    from liqheat.margin.tiers import TierUnit

_UNITS: dict[str, TierUnit] = {"quote": "quote_notional", "coins": "base_coin", "contracts": "contracts"}


def apply_fetched_tiers(rule: MarginRule, fetched: MarginTiers) -> MarginRule:
    """Put fetched tiers into a rule, under the checks of the shipped ones.

    Parameters
    ----------
    rule : MarginRule
        From :func:`resolve_margin_rule`: formula, fee and contract size stay.
    fetched : MarginTiers
        What the venue answered.

    Raises
    ------
    FileFormatError
        The tiers have gaps, rates that do not rise, leverages that do not fall, or amounts off the recursion; or they
        count contracts of unknown size.
    """
    check_type("fetched_tiers", fetched, MarginTiers, "must be MarginTiers")
    where = f"fetched tiers of {rule.venue} {rule.symbol}"
    unit = _UNITS[fetched.unit]
    if unit == "contracts" and not rule.contract_size:
        raise FileFormatError("margin_tiers", f"{where}: contracts must have a size on file", None)
    columns = (
        fetched.floor,
        fetched.cap,
        fetched.max_leverage,
        fetched.maintenance_margin_rate,
        fetched.maintenance_amount,
    )
    rows: list[list[float | None]] = [[float(value) for value in row] for row in zip(*columns, strict=True)]
    tiers = parse_tiers(rows, where, continuous=unit != "contracts")
    return replace(
        rule,
        tiers=tiers,
        unit=unit,
        contract_size=rule.contract_size if unit == "contracts" else None,
        source=fetched.source,
        date=f"{datetime.fromtimestamp(fetched.fetched_ms / 1000, UTC):%Y-%m-%d}",
        confidence="fetched from the venue",
        is_default=False,
        note="",
    )


def describe_tiers(rule: MarginRule, now_ms: int) -> str:
    """Where a rule's tiers come from, and how old they are, for people.

    Examples
    --------
    >>> from liqheat.margin import resolve_margin_rule
    >>> describe_tiers(resolve_margin_rule("binance", "BTC/USDT:USDT"), 1_792_800_000_000)
    'margin tiers of 2026-09-29 (25 days old): shipped table'
    """
    origin = "fetched from the venue" if rule.confidence == "fetched from the venue" else "shipped table"
    try:
        day = datetime.strptime(rule.date[:10], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return f"margin tiers of unknown age ({rule.date}): {origin}"
    days = max(int(now_ms / 86_400_000 - day.timestamp() / 86_400), 0)
    return f"margin tiers of {rule.date[:10]} ({days} days old): {origin}"
