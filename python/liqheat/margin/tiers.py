"""Margin tier tables: data files with source and date, checked when they are read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

from liqheat.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqheat.records import ContractKind

AMOUNT_TOLERANCE = 1e-9
"""Largest relative difference between a maintenance amount and the recursion that defines it."""


TierUnit = Literal["quote_notional", "base_coin", "contracts", "flat"]
"""What a venue's tiers count: value in quote currency, value in coins, contracts, or no sizes at all (one tier)."""


@dataclass(frozen=True, slots=True)
class MarginTier:
    """One line of a venue's margin table.

    Attributes
    ----------
    floor, cap : float
        The tier holds sizes above `floor`, up to and including `cap` (the largest position a venue still admits at
        its leverage); infinity for an open end. In the table's unit.
    maximum_leverage : float
        Largest leverage that a position of this size may have.
    maintenance_margin_rate : float
        Share of position value that must remain.
    maintenance_amount : float
        Deduction from the requirement, settle currency.
    """

    floor: float
    cap: float
    maximum_leverage: float
    maintenance_margin_rate: float
    maintenance_amount: float


@dataclass(frozen=True, slots=True)
class DefaultTiers:
    """Tiers for a venue's symbols that are not on file, with the reason to doubt them."""

    tiers: tuple[MarginTier, ...]
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class TierTable:
    """All tiers on file of one venue and contract kind.

    Attributes
    ----------
    unit : {'quote_notional', 'base_coin', 'contracts', 'flat'}
        What floors and caps count.
    source, date, confidence : str
        Where the numbers come from, of when they are, and how far to trust them.
    maintenance_amount : {'published', 'by recursion', 'none'}
        Where the amounts come from.
    contract_sizes : mapping of str to float
        Coins (linear) or USD (inverse) per contract, by symbol; for tables that count contracts.
    symbols : mapping of str to tuple of MarginTier
        Tiers by ccxt unified symbol.
    default : DefaultTiers or None
        What stands in for perpetuals that are not on file.
    """

    venue: str
    contract_kind: ContractKind
    unit: TierUnit
    source: str
    date: str
    confidence: str
    maintenance_amount: str
    contract_sizes: Mapping[str, float]
    symbols: Mapping[str, tuple[MarginTier, ...]]
    default: DefaultTiers | None


def largest_leverage(venue: str, contract_kind: ContractKind) -> float | None:
    """Largest leverage of any contract of a venue that is on file; None where none is.

    Examples
    --------
    >>> largest_leverage("hyperliquid", "linear"), largest_leverage("deribit", "linear")
    (40.0, None)
    """
    table = load_tier_tables().get((venue, contract_kind))
    if table is None:
        return None
    every = [*table.symbols.values(), *([table.default.tiers] if table.default else [])]
    return max(tiers[0].maximum_leverage for tiers in every)


@cache
def load_tier_tables() -> dict[tuple[str, str], TierTable]:
    """Load the tables that ship with the package, by venue and contract kind.

    Raises
    ------
    FileFormatError
        A table that breaks a rule of :func:`parse_tier_tables`.
    """
    text = (resources.files("liqheat.margin") / "data" / "margin_tiers.json").read_text(encoding="utf-8")
    return parse_tier_tables(json.loads(text))


def parse_tier_tables(document: Mapping[str, Any]) -> dict[tuple[str, str], TierTable]:
    """Read and check tier tables.

    Raises
    ------
    FileFormatError
        A missing part, an unknown unit, or tiers that have gaps, rates that do not rise, leverages that do not
        fall, a rate that would liquidate at the tier's own leverage, or amounts off the recursion
        ``amount = previous amount + floor · (rate − previous rate)``.
    """
    tables: dict[tuple[str, str], TierTable] = {}
    for record in document["tables"]:
        where = f"{record.get('venue')} {record.get('contract_kind')}"
        try:
            table = _parse_table(record, where)
        except (KeyError, TypeError) as error:
            raise FileFormatError("margin_tiers", f"{where}: every table must have all its parts", error) from error
        if (table.venue, table.contract_kind) in tables:
            raise FileFormatError("margin_tiers", "must hold one table per venue and contract kind", where)
        tables[table.venue, table.contract_kind] = table
    return tables


def _parse_table(record: Mapping[str, Any], where: str) -> TierTable:
    unit = record["unit"]
    if unit not in get_args(TierUnit):
        raise FileFormatError("margin_tiers", f"{where}: unit must be one of {', '.join(get_args(TierUnit))}", unit)
    continuous = record["maintenance_amount"] != "none"
    default = record["default"]
    table = TierTable(
        venue=record["venue"],
        contract_kind=record["contract_kind"],
        unit=unit,
        source=record["source"],
        date=record["date"],
        confidence=record["confidence"],
        maintenance_amount=record["maintenance_amount"],
        contract_sizes=record["contract_sizes"],
        symbols={
            symbol: parse_tiers(rows, f"{where} {symbol}", continuous=continuous)
            for symbol, rows in record["symbols"].items()
        },
        default=default
        and DefaultTiers(
            parse_tiers(default["tiers"], f"{where} default", continuous=continuous),
            default["confidence"],
            default["note"],
        ),
    )
    if (unit, table.contract_kind) in (("quote_notional", "inverse"), ("base_coin", "linear")):
        raise FileFormatError("margin_tiers", f"{where}: tiers by value must count the settle currency", unit)
    if unit == "contracts" and set(table.symbols) != set(table.contract_sizes):
        raise FileFormatError("margin_tiers", f"{where}: every symbol must have a contract size", table.contract_sizes)
    if unit == "contracts" and continuous:
        raise FileFormatError("margin_tiers", f"{where}: tiers in contracts must not have amounts", unit)
    if unit in ("quote_notional", "base_coin") and not continuous:
        raise FileFormatError("margin_tiers", f"{where}: tiers by value must have maintenance amounts", unit)
    sizeless = [tiers for tiers in table.symbols.values() if len(tiers) != 1 or tiers[0].cap < math.inf]
    if unit == "flat" and sizeless:
        raise FileFormatError("margin_tiers", f"{where}: a flat table must have one open tier per symbol", sizeless[0])
    if table.default and (len(table.default.tiers) != 1 or table.default.tiers[0].cap < math.inf):
        raise FileFormatError("margin_tiers", f"{where}: default must be one open tier", table.default.tiers)
    return table


def parse_tiers(rows: list[list[float | None]], where: str, *, continuous: bool) -> tuple[MarginTier, ...]:
    """Read and check the tiers of one symbol; `continuous` asks for amounts by the recursion, else for none."""
    if not rows or any(len(row) != 5 for row in rows):
        raise FileFormatError("margin_tiers", f"{where}: must hold tiers of five numbers", rows)
    tiers = tuple(MarginTier(*(math.inf if value is None else float(value) for value in row)) for row in rows)

    def refuse(number: int, rule: str, found: object) -> None:
        raise FileFormatError("margin_tiers", f"{where} tier {number}: {rule}", found)

    start = MarginTier(0.0, 0.0, math.inf, 0.0, 0.0)
    for number, (before, tier) in enumerate(pairwise((start, *tiers)), start=1):
        if tier.floor != before.cap:
            refuse(number, "must begin where the one before ends", tier.floor)
        if not tier.cap > tier.floor:
            refuse(number, "must end above its floor", tier.cap)
        if not 1.0 <= tier.maximum_leverage < before.maximum_leverage:
            refuse(number, "must have a lower maximum leverage than the one before, 1 or above", tier.maximum_leverage)
        if not before.maintenance_margin_rate < tier.maintenance_margin_rate < 1.0 / tier.maximum_leverage:
            rule = "must have a larger rate than the one before, below 1 / maximum leverage"
            refuse(number, rule, tier.maintenance_margin_rate)
        step = tier.floor * (tier.maintenance_margin_rate - before.maintenance_margin_rate)
        amount = before.maintenance_amount + step if continuous else 0.0
        if not abs(tier.maintenance_amount - amount) <= AMOUNT_TOLERANCE * max(amount, 1.0):
            refuse(number, f"must have the maintenance amount {amount:.12g}", tier.maintenance_amount)
    return tiers
