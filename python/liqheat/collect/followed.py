"""What a collector keeps up to date."""

from __future__ import annotations

from dataclasses import dataclass

from liqheat.collect.backfill import check_days


@dataclass(frozen=True, slots=True)
class Followed:
    """Contracts of one symbol at several venues.

    Attributes
    ----------
    symbol : str
        ccxt unified symbol; venues that settle in another stablecoin only are asked for theirs.
    venues : tuple of str
        Venue ids or aliases.
    interval : str
        Candle length.
    days : float
        How far back the store is filled.

    Raises
    ------
    InputError
        When the days hold no bar, or are more than anyone keeps.
    """

    symbol: str
    venues: tuple[str, ...]
    interval: str = "5m"
    days: float = 30.0

    def __post_init__(self) -> None:
        check_days(self.days, self.interval)
