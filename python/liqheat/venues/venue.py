"""All that is known of one venue, in one record: a file of this folder makes it, the whole program reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from liqheat.records import ContractKind
from liqheat.venues.spec import VenueSpec
from liqheat.venues.spec_margin import VenueRule
from liqheat.venues.spec_stream import StreamSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One venue.

    Attributes
    ----------
    names : mapping of str to str
        What its ids are called on the page: ``{"okx": "OKX"}``.
    rest : tuple of VenueSpec
        What it offers over REST, one row for each kind of contract.
    rules : tuple of VenueRule
        How it computes liquidation prices. Its tiers are in `liqheat.margin`'s data.
    streams : tuple of StreamSpec
        What it pushes; a kind of contract that is not followed live has no row.
    file_words : mapping of (str, str) to (str, str)
        Venue and contract words in the names of history files, and the id and kind of contract that they mean.
    aliases : mapping of (str, str) to str
        Input names that stand for one id or another, by the kind of contract.
    settles_in : str
        Stablecoin of its linear contracts.
    """

    names: Mapping[str, str]
    rest: tuple[VenueSpec, ...]
    rules: tuple[VenueRule, ...]
    streams: tuple[StreamSpec, ...] = ()
    file_words: Mapping[tuple[str, str], tuple[str, ContractKind]] = field(default_factory=dict)
    aliases: Mapping[tuple[str, ContractKind], str] = field(default_factory=dict)
    settles_in: str = "USDT"
