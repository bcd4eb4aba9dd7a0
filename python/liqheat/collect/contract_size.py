"""What one contract is worth, remembered: rows counted in contracts mean something only with the size of their time."""

from __future__ import annotations

import numpy as np

from liqheat import store
from liqheat.errors import ContractChangedError
from liqheat.exchanges import VenueClient
from liqheat.records import ContractSizes
from liqheat.store import HistoryStore
from liqheat.units import now_ms


def check_contract_size(
    history: HistoryStore, client: VenueClient, symbol: str, *, accept: bool = False
) -> tuple[float, int]:
    """Compare a contract's size with the one that the store was filled by.

    Parameters
    ----------
    history : HistoryStore
        Keeps the first size seen, and those accepted later.
    client : VenueClient
        Knows the present size.
    symbol : str
        ccxt unified symbol.
    accept : bool
        Go on with a size that differs, from now on.

    Returns
    -------
    size : float
        Coins (linear) or USD (inverse) of one contract.
    since_ms : int
        From when on it holds; 0 where it was never another.

    Raises
    ------
    ContractChangedError
        When it differs: what is counted in contracts would be scaled wrongly, before or after the change.
    """
    venue, size = client.spec.venue, client.contract_size(symbol)
    known = store.load_contract_sizes_of(history, venue, symbol)
    if known is not None and known.size[-1] != size:
        if not accept:
            raise ContractChangedError(
                f"{venue}: the size of one contract of {symbol} changed from {known.size[-1]:g} to {size:g}: no rows "
                "are taken until it is the old one again, or the new one is accepted: "
                f"liqheat backfill {symbol} --venues {venue} --accept-contract-size"
            )
    elif known is not None:
        return size, int(known.time_ms[-1]) if known.time_ms.size > 1 else 0
    since_ms = now_ms() + client.clock_offset_ms()
    store.save_record(history, venue, symbol, ContractSizes(np.array([since_ms]), np.array([size])))
    return size, 0 if known is None else since_ms
