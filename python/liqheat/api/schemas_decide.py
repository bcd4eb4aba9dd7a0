"""Typed queries and answers about clusters, setups and markets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from liqheat.api.schemas import Coverage, FlowModel, More, TimeMs, ViewMetadata
from liqheat.api.schemas_accuracy import Headline
from liqheat.records import Quantity

Style = Literal["scalp", "day", "swing"]
Preset = Literal["article", "strict"]


class ClustersMore(More):
    """How clusters are followed."""

    span: Literal["24h", "3d", "7d", "30d"] = Field(default="7d", description="How far back clusters are followed")


class SetupsMore(More):
    """Whose trade ideas."""

    style: Style = "day"
    equity_usd: float = Field(default=10_000.0, gt=0, le=1e12, description="Account that sizes are worked out for")
    preset: Preset = "article"


class MarketMore(More):
    """How the table of markets is judged and sorted."""

    style: Style = "day"
    sort: Literal["asymmetry", "distance", "touch", "growth", "grade", "symbol"] = "asymmetry"
    preset: Preset = "article"


class BriefMore(More):
    """Since when; since the last session opened by default."""

    since_ms: TimeMs | None = None


class NetMore(More):
    """How far from the price is summed."""

    band: float = Field(default=0.05, gt=0, lt=1, description="Share of the price on each side that is summed")


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
    outside_share: float = Field(description="Share of the quantity that lies where no cluster is looked for, 0 to 1")
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
