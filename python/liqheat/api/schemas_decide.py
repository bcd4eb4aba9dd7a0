"""Typed queries and answers about clusters, setups and markets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import Field

from liqheat import records
from liqheat.api.schemas import Aged, Coverage, FlowModel, More, TimeMs, ViewMetadata
from liqheat.api.schemas_accuracy import Headline
from liqheat.api.shapes import Answer, shape_of
from liqheat.records import Quantity

Style = Literal["scalp", "day", "swing"]
Preset = Literal["article", "strict"]
_STYLE: Any = Field(default="day", description="How long trades are held", examples=["swing"])
_PRESET: Any = Field(default="article", description="Whose thresholds the rules take", examples=["strict"])


class ClustersMore(More):
    """How clusters are followed."""

    span: Literal["24h", "3d", "7d", "30d"] = Field(
        default="7d", description="How far back clusters are followed", examples=["24h"]
    )


class SetupsMore(More):
    """Whose trade ideas."""

    style: Style = _STYLE
    equity_usd: float = Field(
        default=10_000.0, gt=0, le=1e12, description="Account that sizes are worked out for", examples=[25_000]
    )
    preset: Preset = _PRESET


class MarketMore(More):
    """How the table of markets is judged and sorted."""

    style: Style = _STYLE
    sort: Literal["asymmetry", "distance", "touch", "growth", "grade", "symbol"] = Field(
        default="asymmetry", description="By what rows are sorted", examples=["distance"]
    )
    preset: Preset = _PRESET


class BriefMore(More):
    """Since when; since the last session opened by default."""

    since_ms: TimeMs | None = Field(
        default=None, description="Since when; the last session opened by default", examples=["1768800000000"]
    )


class OrderFlowMore(More):
    """Before which price, and how far back."""

    near_edge: float = Field(
        gt=0, lt=1e12, description="Where the cluster begins, seen from the price", examples=[92_000]
    )
    bars: int = Field(default=24, ge=2, le=288, description="How many of the market's own bars", examples=[48])


class NetMore(More):
    """How far from the price is summed."""

    band: float = Field(
        default=0.05, gt=0, lt=1, description="Share of the price on each side that is summed", examples=[0.03]
    )


if TYPE_CHECKING:
    # Made of the records when the module is loaded, which a type checker does not do.
    Cluster: TypeAlias = Any
    ClusterTouch: TypeAlias = Any
    Setup: TypeAlias = Any
    Sweep: TypeAlias = Any
    MarketRow: TypeAlias = Any
    Changes: TypeAlias = Any
    SessionOpen: TypeAlias = Any
    Wall: TypeAlias = Any
    TakerFlow: TypeAlias = Any
    DepthBefore: TypeAlias = Any
else:
    Cluster = shape_of(
        records.TrackedCluster,
        "LivingCluster",
        remainder=(
            shape_of(records.ClusterRemainder) | None,
            Field(description="After realised liquidations, where any are known"),
        ),
        touch_forecast=(
            shape_of(records.ClusterTouch) | None,
            Field(
                description="If the price gets there within the horizon; null of a dead cluster, or without parameters"
            ),
        ),
    )
    ClusterTouch = shape_of(records.ClusterTouch)
    Setup = shape_of(records.Setup)
    Sweep = shape_of(records.Sweep)
    MarketRow = shape_of(records.MarketRow)
    Changes = shape_of(records.SessionBrief)
    SessionOpen = shape_of(records.SessionOpen)
    Wall = shape_of(records.Wall)
    TakerFlow = shape_of(records.TakerFlow)
    DepthBefore = shape_of(records.DepthBefore)


class Decided(Answer):
    """Of which books an answer is."""

    symbol: str
    venue: str
    venues: list[str]
    origin: Literal["simulated", "files", "venue"]
    calibration: str
    quantity: Quantity
    model: FlowModel | None = Field(default=None, description="With quantity=flow")
    model_version: str
    notes: list[str]


class Clusters(Decided):
    """Clusters with their lives, nearest first, and those that died lately."""

    time_ms: int
    price: float
    cohort: str
    horizon: str = Field(description="Time within which the touch forecasts say that a cluster is reached")
    leverages: list[float]
    outside_share: float = Field(description="Share of the quantity that lies where no cluster is looked for, 0 to 1")
    clusters: list[Cluster]
    dead: list[Cluster]


class CalendarSource(Answer):
    """Whose events a calendar knows, and until when."""

    name: str
    source: str
    valid_until_ms: int | None
    broken: list[dict[str, str]]


class Calendar(Answer):
    """Whether a scheduled event is near."""

    state: Literal["news", "clear", "unknown"]
    events: list[dict[str, str | int]]
    reason: str = Field(description="A phrase of rule R11")
    expired: list[str] = Field(description="Series that do not cover the time")
    series: list[CalendarSource]


class DepthFreshness(Answer):
    """How fresh the order books are."""

    fresh: bool
    n_samples: int
    age_ms: int | None


class RuleValue(Answer):
    """A threshold of a rule."""

    key: str
    value: float | None
    unit: str
    source: str
    least: float | None
    most: float | None


class RuleRow(Answer):
    """A row of the table of rules."""

    id: str
    name: str
    asks: str
    step: int = Field(description="Which of the article's five steps it belongs to, 1 to 5")
    threshold: str = Field(description="A phrase with places for figures: {entry:price} is the input entry as a price")
    phrases: dict[str, str] = Field(description="By what a result says: its sentence is these, in their order")
    inputs: dict[str, str] = Field(description="Inputs that stand beside the sentence, and how each is written")
    values: list[RuleValue]


class Contradiction(Answer):
    """Where the article contradicts itself, and which rules follow which resolution."""

    rule_ids: list[str]
    text: str


class Setups(Decided):
    """Trade ideas with all their reasons."""

    style: Style
    preset: Preset
    horizon: str = Field(description="Time within which the touch forecasts say that a cluster is reached; the style's")
    equity_usd: float
    time_ms: int
    price: float
    setups: list[Setup]
    calendar: Calendar
    depth: DepthFreshness
    rule_table: list[RuleRow]
    contradictions: list[Contradiction]


class LeftOut(Answer):
    """A symbol that has no row, and why."""

    symbol: str
    reason: str


class MarketTable(Answer):
    """The table of markets."""

    rows: list[MarketRow]
    left_out: list[LeftOut]
    style: Style
    sort: str
    model_version: str


class Brief(Decided):
    """What changed between two looks, and which sessions open next."""

    since_ms: int
    brief: Changes
    touch_forecasts: dict[str, ClusterTouch] = Field(description="Of each living cluster, by its id")
    sessions: list[SessionOpen]


class Sweeps(Decided):
    """Clusters that were swept within a day, with what was reported and what was expected of each."""

    start_ms: int
    end_ms: int
    known_until_ms: int | None = Field(description="End of the last hour whose liquidations are known")
    horizon: str = Field(description="Of the forecasts: a sweep took no longer")
    why_none: str | None = Field(description="Why none can be told; null where they can")
    sweeps: list[Sweep]
    n_last_hour: int
    n_inside: int = Field(description="Those whose reported USD lie within the 80 % band")


class VenueOrderFlow(Answer):
    """Order flow of one venue before a price."""

    venue: str
    candle_venue: str = Field(description="Whose candles tell what takers did")
    bar_ms: int
    start_ms: int
    end_ms: int
    takers: TakerFlow | None = Field(description="Null where no venue tells")
    depth: DepthBefore | None = Field(description="Null where no order book is known")


class OrderFlow(Answer):
    """Aggressive buys and sells, and what rests before a price, over the last bars."""

    near_edge: float
    venues: list[VenueOrderFlow]


class Net(ViewMetadata, Aged):
    """Shorts above less longs below the price over time; negative is bearish, as in the article."""

    time_ms: list[int]
    reference_price: list[float]
    long_below_usd: list[float]
    short_above_usd: list[float]
    net_usd: list[float]
    band: float


class Depth(Answer):
    """An order book: price and resting USD, best first."""

    time_ms: int | None
    age_ms: int | None
    price: float | None
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]
    walls: list[Wall]
    n_samples: int


class BlindSpot(Answer):
    """What no liquidation map can see."""

    name: str
    text: str


class DrawnVenue(Answer):
    """A venue's open interest, and whether the map has it."""

    venue: str
    open_interest_usd: float
    share: float | None
    is_drawn: bool


class Measured(Answer):
    """A figure with its 95 % range, and over how many days it was measured."""

    value: float
    low: float | None
    high: float | None
    days: int


class Claim(Answer):
    """A number of the article, beside what was measured of it."""

    claim: str
    article_low: float
    article_high: float
    unit: str
    measured: Measured | None
    note: str


class BlindSpots(Answer):
    """What the map cannot see, and how much it covers."""

    spots: list[BlindSpot]
    coverage: Coverage
    venues: list[DrawnVenue]
    article: list[Claim]
    accuracy: Headline
