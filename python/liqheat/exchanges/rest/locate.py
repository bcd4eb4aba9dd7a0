"""Which venues list a symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liqheat.errors import InputError, VenueError
from liqheat.exchanges.rest.client import ExchangeFactory, RetryPolicy
from liqheat.exchanges.rest.venue import VenueClient
from liqheat.venues import VENUES, read_contract_kind


@dataclass(frozen=True, slots=True)
class SymbolVenues:
    """Where a symbol is listed.

    Attributes
    ----------
    listed : tuple of str
        Venues that list it.
    near : mapping
        Of the venues that answered and do not: what each has that is near, in words.
    unreachable : mapping
        Venue to the reason why it could not be asked.
    """

    listed: tuple[str, ...]
    near: Mapping[str, str]
    unreachable: Mapping[str, str]


def venues_of(
    symbol: str, *, exchange_factory: ExchangeFactory | None = None, retry: RetryPolicy | None = None
) -> SymbolVenues:
    """Ask every venue of the table whether it lists a symbol: some seconds for each.

    Parameters
    ----------
    symbol : str
        ccxt unified symbol of a perpetual.
    exchange_factory : callable, optional
        As in `VenueClient`.
    retry : RetryPolicy, optional
        As in `VenueClient`; one attempt by default, since the others can answer.

    Raises
    ------
    InputError
        When the symbol has another form.
    """
    contract_kind = read_contract_kind(symbol)
    listed: list[str] = []
    near: dict[str, str] = {}
    unreachable: dict[str, str] = {}
    for (venue, kind), spec in VENUES.items():
        if kind != contract_kind:
            continue
        try:
            with VenueClient(spec, exchange_factory, retry or RetryPolicy(attempts=1)) as client:
                client.market(symbol)
        except InputError as error:
            near[venue] = error.rule
        except VenueError as error:
            unreachable[venue] = str(error)
        else:
            listed.append(venue)
    return SymbolVenues(tuple(listed), near, unreachable)
