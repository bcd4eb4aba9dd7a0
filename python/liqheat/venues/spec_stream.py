"""What the stream table says about a venue's pushes: how they are asked for, recognised and read.

Places are dotted paths into a row (``o.ap``, ``3``); with a leading ``^`` they lead into the whole message instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from liqheat.records import ContractKind
from liqheat.venues.requests import Quantity, Unit

SideMeans = Literal["order", "position"]
"""Whether ``sell`` is the closing order of a long, or the short position itself."""


@dataclass(frozen=True, slots=True)
class Push:
    """One channel that a venue pushes.

    Attributes
    ----------
    watch : str
        ccxt.pro's method that subscribes. What it resolves to is never used.
    kind_at, kind : str
        Where a message names its channel, and how that name begins.
    rows_at : str
        Path to the row or the list of rows in the message; empty where the message is the row.
    market_id_at : str
        Place of the venue's name of the contract.
    market_id_pattern : str
        Its only group is the name, where more stands at that place.
    time_at : str
        Place of the venue's time; empty where there is none and the time of arrival has to do.
    time_unit_ms : int
        1, or 1000 where times are in seconds.
    market_id_field : str
        ccxt's name of what the venue calls a contract in its pushes.
    also : mapping
        Places in the message and the values that they must hold: tells pushes from answers on the same channel.
    """

    watch: str
    kind_at: str
    kind: str
    rows_at: str
    market_id_at: str
    market_id_pattern: str = "(.+)"
    time_at: str = ""
    time_unit_ms: int = 1
    market_id_field: str = "id"
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandlePush:
    """Candles; `push.time_at` is their open.

    Attributes
    ----------
    push : Push
        The channel.
    prices_at : mapping
        ``open high low close`` to places.
    volume : Quantity
        Place and unit.
    intervals : mapping
        Our interval to ccxt's or the venue's word, where they differ: bars of 6 h and more open at 16:00 UTC at OKX
        and Bitget unless their name ends in "utc".
    """

    push: Push
    prices_at: Mapping[str, str]
    volume: Quantity
    intervals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkPush:
    """Mark prices, and open interest where the same message holds it.

    Attributes
    ----------
    push : Push
        The channel.
    price_at : str
        Place of the mark price.
    open_interest : tuple of Quantity
        The first that a row holds is read; empty where the channel holds none.
    is_partial : bool
        A row holds only what changed.
    """

    push: Push
    price_at: str
    open_interest: tuple[Quantity, ...] = ()
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Executed:
    """A price, a quantity, and what the price is: a liquidation may say it in more than one way."""

    price_at: str
    quantity: Quantity
    price_means: str


@dataclass(frozen=True, slots=True)
class LiquidationPush:
    """Realised liquidations.

    Attributes
    ----------
    push : Push
        The channel.
    side_at : str
        Place of ``buy`` or ``sell``, in any case.
    side_means : {'order', 'position'}
        Whose side that is.
    amounts : tuple of Executed
        The first whose price and quantity are above 0 is read.
    capture : str
        Which part of all liquidations is pushed.
    details_at : str
        Place of a list in each row that holds the liquidations themselves.
    position_side_at : str
        Place of ``long`` or ``short`` (anything else: `side_at` decides).
    is_for_all : bool
        One subscription brings every contract of the venue.
    """

    push: Push
    side_at: str
    side_means: SideMeans
    amounts: tuple[Executed, ...]
    capture: str
    details_at: str = ""
    position_side_at: str = ""
    is_for_all: bool = False


@dataclass(frozen=True, slots=True)
class DepthPush:
    """Order books, kept by ccxt.pro: the levels asked for and what their amounts count."""

    unit: Unit
    limit: int | None = None
    watch: str = "watch_order_book"


@dataclass(frozen=True, slots=True)
class Poll:
    """Open interest asked for over REST.

    Attributes
    ----------
    method : str
        ccxt's implicit method.
    market_parameter : str
        Parameter that takes the venue's name of the contract.
    rows_at : str
        Path to the row or the list that holds it.
    quantities : tuple of Quantity
        The first that the row holds is read.
    time_at : str
        Place of the venue's time.
    fixed_parameters : mapping
        Parameters that never change.
    """

    method: str
    market_parameter: str
    rows_at: str
    quantities: tuple[Quantity, ...]
    time_at: str = ""
    fixed_parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """One row of the stream table: what a venue pushes about its contracts of one kind.

    Attributes
    ----------
    venue, contract_kind : str
        Key of the table.
    candles, mark, liquidations, depth : optional
        What is pushed and we read.
    open_interest : Poll, optional
        Asked for, where no push holds it.
    ccxt_options : mapping
        Options of ccxt.pro beside those of the venue table.
    doc_url, date_read : str
        The venue's page, and when the row was checked against it.
    """

    venue: str
    contract_kind: ContractKind
    doc_url: str
    date_read: str
    candles: CandlePush | None = None
    mark: MarkPush | None = None
    liquidations: LiquidationPush | None = None
    depth: DepthPush | None = None
    open_interest: Poll | None = None
    ccxt_options: Mapping[str, object] = field(default_factory=dict)

    @property
    def feeds(self) -> tuple[str, ...]:
        """Names of the feeds that the venue offers."""
        offered = {
            "candles": self.candles is not None,
            "mark": self.mark is not None,
            "open_interest": self.open_interest is not None or bool(self.mark and self.mark.open_interest),
            "depth": self.depth is not None,
            "liquidations": self.liquidations is not None,
        }
        return tuple(name for name, is_there in offered.items() if is_there)
