"""Types of heatmaps and what their USD may count: rows that the page, the API and the command line read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liqheat.errors import UnknownNameError
from liqheat.records import Quantity


@dataclass(frozen=True, slots=True)
class MapType:
    """One way to look at a map.

    Attributes
    ----------
    name, label, title : str
        In links and queries; on its button; what it is, in a sentence.
    heat_opacity : float
        How strong the estimate is drawn, 0 to 1.
    is_signed : bool
        Whether cells are shorts less longs; both sides are needed then.
    is_whole : bool
        Whether it is of all leverages.
    picks_leverages, picks_venue : bool
        Which choice stands beside it.
    shows_realised : bool
        Whether it is about what venues reported.
    """

    name: str
    label: str
    title: str
    heat_opacity: float = 0.92
    is_signed: bool = False
    is_whole: bool = False
    picks_leverages: bool = False
    picks_venue: bool = False
    shows_realised: bool = False


MAP_TYPES = (
    MapType(
        "cumulative",
        "Cumulative",
        "All estimated liquidation levels: every leverage, both sides",
        is_whole=True,
    ),
    MapType(
        "realised",
        "Realised",
        "What venues reported as liquidated, as circles and in the tape; the estimate stays faint behind it",
        heat_opacity=0.38,
        shows_realised=True,
    ),
    MapType(
        "leverage",
        "Leverage",
        "Estimated levels of some leverages; all count alike: shares fitted on liquidations did worse on new days",
        picks_leverages=True,
    ),
    MapType("venue", "Venue", "Estimated levels of one venue, or of all together", picks_venue=True),
    MapType(
        "delta",
        "Delta",
        "Shorts less longs per price, and the net over time; below 0 is bearish, as in the article",
        is_signed=True,
        picks_leverages=True,
    ),
)
"""The five heatmaps; the first is shown first."""


def find_map_type(name: str) -> MapType:
    """The type of a name.

    Raises
    ------
    UnknownNameError
        When there is none.
    """
    for row in MAP_TYPES:
        if row.name == name:
            return row
    raise UnknownNameError("type", f"must be one of {', '.join(row.name for row in MAP_TYPES)}", name)


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """What the USD of a figure may count.

    Attributes
    ----------
    name : {'held', 'flow'}
        In links and queries.
    label, title : str
        On its button; what it is, in a sentence.
    measure : str
        Name of the figure in files and answers.
    words : str
        In the title of a picture.
    """

    name: Quantity
    label: str
    title: str
    measure: str
    words: str


QUANTITIES: Mapping[Quantity, QuantityRow] = {
    row.name: row
    for row in (
        QuantityRow(
            "flow",
            "Expected liquidations",
            "What exchanges would likely force-close if the price got there; our estimate, in dollars",
            "forced_flow_usd",
            "expected liquidations, estimated,",
        ),
        QuantityRow(
            "held",
            "Open positions",
            "Where open positions would be liquidated; most close earlier, so read it as strength, not as dollars",
            "held_notional_usd",
            "estimated open positions",
        ),
    )
}
"""Never both in one figure."""
