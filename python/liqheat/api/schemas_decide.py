"""Typed queries and answers about clusters, setups and markets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from liqheat.api.schemas import (
    Coverage,
    FlowModel,
    LeveragePreset,
    Leverages,
    Quantity,
    TimeMs,
    ViewMetadata,
    ViewQuery,
)
from liqheat.api.schemas_accuracy import Headline


class PlaceQuery(BaseModel):
    """Which market; of several that fit the first."""

    model_config = ConfigDict(extra="forbid")

    symbol: str | None = Field(default=None, max_length=64, description="ccxt unified symbol, BTC/USDT:USDT")
    venue: str | None = Field(default=None, max_length=32, description="Venue id, binanceusdm, or all")


Cohort = Annotated[str, Field(max_length=8, description="none, or positions opened within 24h … 1y only")]
Style = Literal["scalp", "day", "swing"]
Preset = Literal["article", "strict"]


class ClustersQuery(PlaceQuery):
    """Clusters of a map."""

    quantity: Quantity = Field(default="held", description="Clusters of held notional, or of expected forced flow")
    cohort: Cohort = "none"
    leverage: Leverages | LeveragePreset | None = Field(default=None, description="As in the map")
    span: Literal["24h", "3d", "7d", "30d"] = Field(default="7d", description="How far back clusters are followed")
    as_of_ms: TimeMs | None = Field(default=None, description="Leave out everything after this time")


class SetupsQuery(PlaceQuery):
    """Trade ideas of a market."""

    style: Style = "day"
    equity_usd: float = Field(default=10_000.0, gt=0, le=1e12, description="Account that sizes are worked out for")
    preset: Preset = "article"
    quantity: Quantity = Field(default="held", description="Judged by held notional, or by expected forced flow")
    as_of_ms: TimeMs | None = Field(default=None, description="Leave out everything after this time")


class MarketQuery(BaseModel):
    """The table of markets."""

    model_config = ConfigDict(extra="forbid")

    style: Style = "day"
    sort: Literal["asymmetry", "distance", "touch", "growth", "grade", "symbol"] = "asymmetry"
    preset: Preset = "article"


class BriefQuery(PlaceQuery):
    """What changed since a time; since the last session opened by default."""

    since_ms: TimeMs | None = None


class NetQuery(ViewQuery):
    """The net line of a view."""

    band: float = Field(default=0.05, gt=0, lt=1, description="Share of the price on each side that is summed")

    def view(self) -> ViewQuery:
        """The view without the band."""
        return ViewQuery.model_construct(**{name: getattr(self, name) for name in ViewQuery.model_fields})


class Decided(BaseModel):
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
    """Clusters with their lives, nearest first, and those that died lately; fields as `TrackedCluster`."""

    time_ms: int
    price: float
    cohort: str
    leverages: list[float]
    clusters: list[dict[str, Any]]
    dead: list[dict[str, Any]]


class Setups(Decided):
    """Trade ideas with all their reasons; fields as `Setup`."""

    style: Style
    preset: Preset
    equity_usd: float
    time_ms: int
    price: float
    setups: list[dict[str, Any]]
    calendar: dict[str, Any]
    depth: dict[str, Any]
    rule_table: list[dict[str, Any]]
    contradictions: list[dict[str, Any]]


class MarketTable(BaseModel):
    """The table of markets; fields of rows as `MarketRow`."""

    rows: list[dict[str, Any]]
    left_out: list[dict[str, str]]
    style: Style
    sort: str
    model_version: str


class Brief(Decided):
    """What changed between two looks; fields as `SessionBrief` and `SessionOpen`."""

    since_ms: int
    brief: dict[str, Any]
    sessions: list[dict[str, Any]]


class Net(ViewMetadata):
    """Shorts above less longs below the price over time; negative is bearish, as in the article."""

    time_ms: list[int]
    reference_price: list[float]
    long_below_usd: list[float]
    short_above_usd: list[float]
    net_usd: list[float]
    band: float


class Depth(BaseModel):
    """An order book: price and resting USD, best first."""

    time_ms: int | None
    age_ms: int | None
    price: float | None
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]
    walls: list[dict[str, float]]
    n_samples: int


class BlindSpots(BaseModel):
    """What the map cannot see, and how much it covers."""

    spots: list[dict[str, str]]
    coverage: Coverage
    venues: list[dict[str, Any]]
    article: list[dict[str, Any]]
    accuracy: Headline
