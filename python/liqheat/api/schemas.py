"""Typed queries and answers of the HTTP API; the OpenAPI document is made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from liqheat.api.shapes import Answer, shape_of
from liqheat.heatmap import MAP_TYPES, find_map_type
from liqheat.heatmap import MapType as MapTypeRow
from liqheat.heatmap import QuantityRow as QuantityOf
from liqheat.records import Quantity, ViewRequest
from liqheat.units import read_moment_ms


def _moment(value: Any, found: ValidationInfo) -> int:
    return read_moment_ms(found.field_name or "time", value)


def _map_type(name: str) -> str:
    return find_map_type(name).name


TimeMs = Annotated[
    int,
    BeforeValidator(_moment),
    Field(ge=0, le=253_402_300_799_999),
]


class More(BaseModel):
    """Parameters of one route beside those of `ViewRequest`; an unknown one is refused."""

    model_config = ConfigDict(extra="forbid")


M = TypeVar("M", bound=More)


@dataclass(frozen=True, slots=True)
class Asked(Generic[M]):
    """A query: what of which market, and what else its route takes."""

    view: ViewRequest
    more: M


class BytesMore(More):
    """As what a view is drawn."""

    type: Annotated[str, AfterValidator(_map_type)] = Field(
        default=MAP_TYPES[0].name,
        description="A type of heatmap; of one that is signed, planes short and long, to be drawn as shorts less longs",
        examples=[next(row.name for row in MAP_TYPES if row.is_signed)],
        json_schema_extra={"enum": [row.name for row in MAP_TYPES]},
    )


class ColumnMore(More):
    """Which column of a view."""

    t_ms: TimeMs | None = Field(
        default=None, description="A time within the column; the last one by default", examples=["1768800000000"]
    )


class Metadata(Answer):
    """What the numbers are, of what, as of when."""

    symbol: str
    venue: str
    interval: str
    origin: Literal["simulated", "files", "venue"]
    model_version: str
    data_end_ms: int
    notes: list[str]


class Aged(Answer):
    """Of answers that are made anew each time; those that are kept tell it in the header `Liqheat-Data-Age-Ms`."""

    data_age_ms: int = Field(description="Age of the newest bar when this was sent")


class CombinedVenue(Answer):
    """A venue's part in the sum of all, at the end of the view."""

    venue: str
    symbol: str
    weight: float
    open_interest_usd: float
    share: float = Field(description="Of the open interest of the venues summed")
    leverages: list[float]


class Coverage(Answer):
    """How much of all tracked open interest the venues summed have; unknown where nothing else is tracked."""

    share: float | None
    of: str


class FlowModel(Answer):
    """Which parameters expected forced flow comes from, and how it is scaled."""

    name: str
    hash: str
    version: str
    fitted_on: str = Field(description="Symbol")
    fitted_start_ms: int
    fitted_end_ms: int
    age_days: float = Field(description="From the end of the train window to what is shown")
    transferred: bool = Field(description="Fitted on another coin, or on a real market and this is none")
    kept_because: str = Field(description="Of a live server: why they are not fitted on this market up to today")
    scale: float = Field(description="Realised over expected liquidations of late; 1 where not tracked")
    tracked: bool
    placed_share: float | None = Field(description="Of the expected liquidations of 30 days, what the map places")
    warning: str | None


class ViewMetadata(Metadata):
    """Metadata of a drawn view."""

    side: str
    leverage: list[float]
    cohort: str
    quantity: Quantity
    measure: Literal["held_notional_usd", "forced_flow_usd"]
    unit: Literal["USD"]
    calibration: str
    outside_share: float = Field(
        description="Share of the quantity that stands outside the price axis at the view's end, 0 to 1"
    )
    model: FlowModel | None = Field(default=None, description="With quantity=flow")
    weights: Literal["open_interest", "equal", "volume"] | None = Field(default=None, description="With venue=all")
    reference: str | None = Field(default=None, description="With venue=all: whose prices are shown")
    venues: list[CombinedVenue] | None = Field(default=None, description="With venue=all")
    coverage: Coverage | None = Field(default=None, description="With venue=all")


class Candles(Metadata, Aged):
    """Trade candles, column by column."""

    time_ms: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]


_WAY = "With quantity=flow: an end of the 80 % band of the curve; null beyond 8 %, where no dollars were tested"
_LOW = "Of a flow: 5 % of each bucket's sum of both sides over refits"
_HIGH = "Of a flow: 95 %"
_SUPPORT = "Of a flow: how much of each bucket the train window backs, 0 to 1"


class Column(ViewMetadata, Aged):
    """Exact figures of one column: estimated USD by bucket, side and leverage band."""

    start_ms: int
    end_ms: int
    reference_price: float
    price_edges: list[float]
    leverages: list[float]
    long_usd: list[float]
    short_usd: list[float]
    long_by_leverage_usd: list[list[float]]
    short_by_leverage_usd: list[list[float]]
    low_usd: list[float] | None = Field(default=None, description=_LOW)
    high_usd: list[float] | None = Field(default=None, description=_HIGH)
    support: list[float] | None = Field(default=None, description=_SUPPORT)
    usual_usd: list[float] | None = Field(
        default=None, description="With quantity=flow: usual in each bucket at its distance, beside what the book has"
    )


class Profile(ViewMetadata, Aged):
    """Static liquidation map by leverage band, with cumulative curves from the reference price outwards.

    The curves of expected liquidations have the usual dollars of the distance in them, which no bar has.
    """

    as_of_ms: int
    reference_price: float
    price_edges: list[float]
    leverages: list[float]
    long_by_leverage_usd: list[list[float]]
    short_by_leverage_usd: list[list[float]]
    cumulative_long_usd: list[float]
    cumulative_short_usd: list[float]
    on_the_way_low_usd: list[float | None] | None = Field(default=None, description=_WAY)
    on_the_way_high_usd: list[float | None] | None = Field(default=None, description=_WAY)
    low_usd: list[float] | None = Field(default=None, description=_LOW)
    high_usd: list[float] | None = Field(default=None, description=_HIGH)
    support: list[float] | None = Field(default=None, description=_SUPPORT)


class HeatmapData(Answer):
    """Grid in the shape of Coinglass's documented response."""

    y_axis: list[float] = Field(description="Middle price of each bucket")
    liquidation_leverage_data: list[tuple[int, int, float]] = Field(description="Column, row, USD of filled cells")
    price_candlesticks: list[tuple[int, str, str, str, str, str]] = Field(description="Seconds, O, H, L, C, volume")


class HeatmapJson(Answer):
    """A heatmap as JSON, Coinglass-compatible, with our metadata beside it."""

    code: Literal["0"]
    msg: Literal["success"]
    data: HeatmapData
    liqheat: ViewMetadata


class Market(Answer):
    """One contract that can be drawn."""

    symbol: str
    venue: str
    contract_kind: Literal["linear", "inverse"]
    origin: Literal["simulated", "files", "venue"]
    interval_ms: int
    intervals: list[str]
    start_ms: int
    end_ms: int
    leverages: list[float]
    flow_leverages: list[float] = Field(description="Bands with quantity=flow; none where no parameters fit the bars")
    has_order_book: bool = Field(description="Whether an order book is known, or will be")
    cohorts: list[str]
    notes: list[str]
    candles_of: str | None = Field(default=None, description="Venue whose candles stand in for its own")
    venues: list[str] = Field(default=[], description="What the sum of all venues is made of; else empty")


class MarketName(Answer):
    """Symbol and venue."""

    symbol: str
    venue: str


if TYPE_CHECKING:
    MapType: TypeAlias = Any
    QuantityRow: TypeAlias = Any
else:
    MapType = shape_of(MapTypeRow)
    QuantityRow = shape_of(QuantityOf)


class Symbols(Answer):
    """All contracts, and the one that is shown first."""

    markets: list[Market]
    default: MarketName | None = Field(description="None while a live server fetches its first candles")
    mode: Literal["static", "live"]
    currencies: dict[str, float] = Field(description="Units of each currency that one USD is, for display")
    venue_names: dict[str, str] = Field(description="What people call each venue id")
    map_types: list[MapType] = Field(description="The heatmaps; the first is shown first")
    quantities: list[QuantityRow] = Field(description="What a figure may count; the first is shown first")
    model_version: str


class Health(Answer):
    """The server is up, and what it serves."""

    status: Literal["ok"]
    version: str
    build_profile: Literal["release", "debug"]
    model_version: str
    n_markets: int
    data_end_ms: int | None
    data_age_ms: int | None


class Liquidation(Answer):
    """One realised liquidation, as its venue published it."""

    time_ms: int
    receive_ms: int
    venue: str
    is_long: bool = Field(description="Whether a long position was closed")
    price: float
    quantity: float
    notional_usd: float
    mark_price: float | None
    price_means: str = Field(description="What the price is: fill average, bankruptcy, …")
    capture: str = Field(description="Which part of all liquidations the feed shows")


class LiquidationList(Answer):
    """Realised liquidations, oldest first."""

    events: list[Liquidation]
    capture: dict[str, str]
    truncated: bool = Field(description="Whether older ones were left out")


State = Literal["waiting", "backfilling", "live", "stale", "refused", "failed"]


class VenueProgress(Answer):
    """How far a backfill is."""

    done: int
    total: int
    part: str


class Feed(Answer):
    """One stream of a venue."""

    feed: str
    state: State
    detail: str
    since_ms: int
    last_event_ms: int | None


class VenueStatus(Answer):
    """How one venue is doing."""

    venue: str
    symbol: str
    state: State
    detail: str
    since_ms: int
    progress: VenueProgress | None
    notes: list[str]
    feeds: list[Feed]
    capture: str | None


class Status(Answer):
    """How the venues are doing; a server of files has none."""

    mode: Literal["static", "live"]
    symbol: str | None
    interval: str | None = Field(default=None, description="Of a live server: length of its candles")
    venues: list[VenueStatus]
    offers: list[str] = Field(description="Venues that could be used in place of refused ones")
    store: str = Field(description="Why the store takes no rows; empty while it does")


class CandleEvent(Answer):
    """A pushed candle: the open one, or one that has closed since the page asked."""

    time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_closed: bool


class SparseSide(Answer):
    """One side of a column: USD of the rows that hold something."""

    rows: list[int]
    usd: list[float]


class ColumnEvent(Answer):
    """A pushed column of the view; its rows are those of the axis that is named."""

    start_ms: int
    end_ms: int
    n_buckets: int
    price_low: float
    price_high: float
    quantity: Quantity
    long_usd: SparseSide
    short_usd: SparseSide


class LiquidationsEvent(Answer):
    """Realised liquidations as they come."""

    events: list[Liquidation]


class ReloadEvent(Answer):
    """What was pushed is not all: ask again."""

    reason: Literal["backfill", "bar", "correction"]
