"""Clusters of liquidation levels: where they are, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from liqheat.records.arrays import FloatArray, Record, TimeArray
from liqheat.records.estimate import Quantity

PositionSide = Literal["long", "short"]
"""Side of the positions that would be liquidated: longs below the price, shorts above it."""

Phase = Literal["approaching", "triggering", "exhausted"]
"""Before, while and after a cluster fires (rule R18)."""

Death = Literal["swept", "decayed", "merged"]
"""How a cluster ended: the price took it, its positions went away, or another cluster took its place."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A contiguous run of levels around a local maximum, at one moment. Every figure is estimated.

    Attributes
    ----------
    side : {'long', 'short'}
        Side of the positions.
    time_ms : int
        When, UTC epoch milliseconds.
    reference_price : float
        Last price at that time.
    low_price, high_price : float
        Edges: where the smoothed density falls to half of the peak.
    peak_price : float
        Where the smoothed density is largest; in a wide cluster of two near-equal heights it may jump between them.
    centre_price : float
        Notional-weighted mean of log price between the edges: what migration is measured by.
    held_notional_usd : float
        Estimated notional between the edges; NaN where the cluster is of a map of expected forced flow.
    forced_flow_usd : float
        Expected to be force-closed: of a held map `held_notional_usd` times `flow_share`, of a flow map its figure.
    flow_share : float
        The share that was applied, 0..1; a stated discount (rule R10) until the model is calibrated.
    leverage_usd : tuple of (float, float)
        Leverage band and its estimated notional, rising by leverage.
    venue_usd : tuple of (str, float)
        Venue and its estimated notional, largest first.
    support : float, optional
        Share of the estimate that is backed by sweeps in training, 0..1; None for an uncalibrated book.
    quantity : {'held', 'flow'}
        Of which map the cluster is: every other amount of it and of its life is of that quantity.
    """

    side: PositionSide
    time_ms: int
    reference_price: float
    low_price: float
    high_price: float
    peak_price: float
    centre_price: float
    held_notional_usd: float
    forced_flow_usd: float
    flow_share: float
    leverage_usd: tuple[tuple[float, float], ...]
    venue_usd: tuple[tuple[str, float], ...]
    support: float | None = None
    quantity: Quantity = "held"

    @property
    def mass_usd(self) -> float:
        """What stands between the edges in its own map: held notional, or expected forced flow."""
        return self.held_notional_usd if self.quantity == "held" else self.forced_flow_usd

    @property
    def near_edge(self) -> float:
        """Edge that the price meets first."""
        return self.high_price if self.side == "long" else self.low_price

    @property
    def far_edge(self) -> float:
        """Edge that the price meets last."""
        return self.low_price if self.side == "long" else self.high_price

    @property
    def venue_shares(self) -> dict[str, float]:
        """Share of each venue in the estimated notional, 0..1."""
        total = sum(usd for _, usd in self.venue_usd)
        return {venue: usd / total if total > 0 else 0.0 for venue, usd in self.venue_usd}

    def distance(self, price: float) -> float:
        """Way from `price` to the near edge as a share of the price; 0 inside the cluster or beyond it."""
        way = price - self.near_edge if self.side == "long" else self.near_edge - price
        return max(way / price, 0.0)


@dataclass(frozen=True, slots=True)
class TrackedCluster:
    """A cluster that keeps its identity over time. Every figure is estimated.

    Attributes
    ----------
    cluster_id : str
        From side, birth time and peak price at birth: the same input gives the same id.
    cluster : Cluster
        As last seen.
    birth_ms : int
        When it was first seen, UTC epoch milliseconds.
    first_centre_price : float
        Its centre when first seen.
    widest_low_price, widest_high_price : float
        Edges that it ever reached: a sweep narrows a cluster, and what fired lies outside its present edges.
    growth_usd_per_hour : float
        Change of held notional over the last hours, what was swept put back.
    largest_held_usd : float
        Most that it ever held.
    swept_usd : float
        Notional that the mark path took from it so far.
    n_partial_sweeps : int
        How often the path took a part of it.
    phase : {'approaching', 'triggering', 'exhausted'}
        From the estimated sweep; rule R18 refines it with realised liquidations.
    death : {'swept', 'decayed', 'merged'}, optional
        None while it lives.
    death_ms : int, optional
        When it was first missing.
    heir_id : str, optional
        The cluster that it merged into.
    """

    cluster_id: str
    cluster: Cluster
    birth_ms: int
    first_centre_price: float
    widest_low_price: float
    widest_high_price: float
    growth_usd_per_hour: float
    largest_held_usd: float
    swept_usd: float
    n_partial_sweeps: int
    phase: Phase
    death: Death | None = None
    death_ms: int | None = None
    heir_id: str | None = None

    @property
    def age_ms(self) -> int:
        """Time since it was first seen."""
        return self.cluster.time_ms - self.birth_ms

    @property
    def migration_pct(self) -> float:
        """Way of the centre since birth, per cent of where it was."""
        return (self.cluster.centre_price / self.first_centre_price - 1.0) * 100.0

    @property
    def whole_usd(self) -> float:
        """What it holds and what sweeps took from it."""
        return self.swept_usd + (0.0 if self.death == "swept" else self.cluster.mass_usd)

    @property
    def swept_share(self) -> float:
        """Swept part of the whole, 0..1."""
        return self.swept_usd / self.whole_usd if self.whole_usd > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ClusterRemainder:
    """What is left of a cluster after a sweep, beside what venues reported.

    Attributes
    ----------
    cluster_id : str
        Which cluster.
    forced_flow_usd : float
        Estimated forced flow, before anything fired.
    realised_usd : float
        Liquidations that venues published for its side and prices since its birth: *realised*, not estimated.
    remaining_usd : float
        Estimated: what the book still holds there at the last look; 0 of a cluster that ended. Not the flow less what
        was realised: a sweep takes positions out of the book whether or not a venue reports them.
    realised_share : float, optional
        Realised over estimated; None where nothing was estimated.
    n_events : int
        Published liquidations counted.
    capture : tuple of str
        What part of all liquidations the feeds show; anything but ``complete`` makes `realised_usd` a lower bound.
    """

    cluster_id: str
    forced_flow_usd: float
    realised_usd: float
    remaining_usd: float
    realised_share: float | None
    n_events: int
    capture: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetLine(Record):
    """Net of shorts above and longs below the price over time. Negative: more longs below, bearish in the article.

    Attributes
    ----------
    time_ms : (n,) int64
        End of each column, UTC epoch milliseconds.
    reference_price : (n,) float64
        Last price at that time.
    long_below_usd, short_above_usd : (n,) float64
        Estimated held notional within the band.
    band : float
        Share of the price on each side that is summed.
    """

    time_ms: TimeArray
    reference_price: FloatArray
    long_below_usd: FloatArray
    short_above_usd: FloatArray
    band: float

    @property
    def net_usd(self) -> FloatArray:
        """Shorts above less longs below, (n,) float64."""
        return self.short_above_usd - self.long_below_usd
