"""Clusters that live: one identity from birth to death, from one look at the book to the next.

A cluster is the same one as before where both cover much of the same prices, largest overlap first. The README of this
folder has the formulas; rule R18 speaks of the phase.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from liqheat.errors import InputError, check_each
from liqheat.records import Cluster, Column, Death, Phase, TrackedCluster
from liqheat.setups.density import NotionalCurves, as_curves

LEAST_OVERLAP = 0.3
"""Jaccard index of two intervals of log price above which they are the same cluster."""
EXHAUSTED_SHARE = 0.7
"""Rule R15: a cluster of which this much is swept has fired."""
GROWTH_WINDOW_MS = 4 * 3_600_000
DEATH_MEMORY_MS = 7 * 24 * 3_600_000
"""Dead clusters are kept this long, so that a brief can say what became of them."""


@dataclass(slots=True)
class _Life:
    tracked: TrackedCluster
    history: deque[tuple[int, float, float]] = field(default_factory=deque)
    """Time, held and swept so far, over the window of growth."""


class ClusterTracker:
    """Gives clusters an identity over time. Feed it looks at the book in time order.

    Identity depends on the looks alone: the same looks give the same ids, births and deaths.

    Examples
    --------
    >>> import numpy as np
    >>> from liqheat.records import Column
    >>> from liqheat.setups.clusters import extract_clusters
    >>> edges = np.arange(90_000.0, 96_001.0, 100.0)
    >>> usd = np.zeros((2, 1, 60))
    >>> usd[0, 0, 15:25] = 10e6
    >>> tracker = ClusterTracker()
    >>> for hour, growth in enumerate((1.0, 1.5)):
    ...     column = Column(0, hour * 3_600_000, edges, np.array([25.0]), usd * growth, 93_500.0)
    ...     alive = tracker.update(extract_clusters(column), column)
    >>> alive[0].cluster_id, f"{alive[0].growth_usd_per_hour:.3g}"
    ('long-19700101T0000-92007', '5e+07')
    """

    def __init__(self) -> None:
        self._lives: dict[str, _Life] = {}
        self._dead: dict[str, TrackedCluster] = {}
        self._curves: NotionalCurves | None = None

    @property
    def curves(self) -> NotionalCurves | None:
        """The book of the last look; None before the first."""
        return self._curves

    @property
    def time_ms(self) -> int | None:
        """Time of the last look, UTC epoch milliseconds; None before the first."""
        return None if self._curves is None else self._curves.time_ms

    @property
    def alive(self) -> tuple[TrackedCluster, ...]:
        """Living clusters, nearest to the last price first."""
        tracked = [life.tracked for life in self._lives.values()]
        return tuple(
            sorted(tracked, key=lambda one: (one.cluster.distance(one.cluster.reference_price), one.cluster_id))
        )

    @property
    def dead(self) -> tuple[TrackedCluster, ...]:
        """Clusters that ended within the last week, newest death first."""
        return tuple(sorted(self._dead.values(), key=lambda one: (-(one.death_ms or 0), one.cluster_id)))

    def update(
        self,
        clusters: Sequence[Cluster],
        columns: Column | Mapping[str, Column] | NotionalCurves,
        *,
        path_low: float | None = None,
        path_high: float | None = None,
    ) -> tuple[TrackedCluster, ...]:
        """Take the clusters of a later look.

        Parameters
        ----------
        clusters : sequence of Cluster
            What `extract_clusters` found.
        columns : Column, or mapping of venue to Column
            What it found them in: the next look asks it what the path took.
        path_low, path_high : float, optional
            Extremes of the mark price since the last look; the reference prices of the two looks without.

        Returns
        -------
        tuple of TrackedCluster
            Living clusters, nearest first.

        Raises
        ------
        InputError
            When the look is not later than the last one.
        """
        check_each("clusters", clusters, Cluster, "must be a sequence of Cluster")
        curves = as_curves(columns)
        time_ms = curves.time_ms
        low, high = curves.price, curves.price
        if self._curves is not None:
            if time_ms <= self._curves.time_ms:
                raise InputError("columns", f"must be later than {self._curves.time_ms}", time_ms)
            low, high = min(low, self._curves.price), max(high, self._curves.price)
        low = low if path_low is None else min(low, path_low)
        high = high if path_high is None else max(high, path_high)
        heirs = self._match(clusters, low, high)
        taken: set[str] = set()
        after: dict[str, _Life] = {}
        for index, cluster in enumerate(clusters):
            old = heirs.get(index)
            life = self._born(cluster) if old is None else self._live_on(self._lives[old], cluster, low, high)
            after[life.tracked.cluster_id] = life
            if old is not None:
                taken.add(old)
        for cluster_id, life in self._lives.items():
            if cluster_id not in taken:
                self._bury(life, after, time_ms, low, high)
        self._dead = {
            key: one for key, one in self._dead.items() if time_ms - (one.death_ms or time_ms) <= DEATH_MEMORY_MS
        }
        self._lives, self._curves = after, curves
        return self.alive

    def _match(self, clusters: Sequence[Cluster], low: float, high: float) -> dict[int, str]:
        """Index of each cluster that is an old one, largest overlap first, each old one once."""
        pairs = []
        for cluster_id, life in self._lives.items():
            left = _left_of(life.tracked.cluster, low, high)
            for index, cluster in enumerate(clusters):
                if left is not None and cluster.side == life.tracked.cluster.side:
                    overlap = _jaccard(left, (cluster.low_price, cluster.high_price))
                    if overlap >= LEAST_OVERLAP:
                        pairs.append((-overlap, cluster_id, index))
        matched: dict[int, str] = {}
        for _, cluster_id, index in sorted(pairs):
            if index not in matched and cluster_id not in matched.values():
                matched[index] = cluster_id
        return matched

    def _born(self, cluster: Cluster) -> _Life:
        birth = datetime.fromtimestamp(cluster.time_ms / 1000, UTC)
        # Five digits tell clusters apart at any price: two of one birth are at least 30 bp from each other.
        cluster_id = f"{cluster.side}-{birth:%Y%m%dT%H%M}-{_five_digits(cluster.peak_price)}"
        tracked = TrackedCluster(
            cluster_id=cluster_id,
            cluster=cluster,
            birth_ms=cluster.time_ms,
            first_centre_price=cluster.centre_price,
            widest_low_price=cluster.low_price,
            widest_high_price=cluster.high_price,
            growth_usd_per_hour=0.0,
            largest_held_usd=cluster.mass_usd,
            swept_usd=0.0,
            n_partial_sweeps=0,
            phase="approaching",
        )
        return _Life(tracked, deque([(cluster.time_ms, cluster.mass_usd, 0.0)]))

    def _live_on(self, life: _Life, cluster: Cluster, low: float, high: float) -> _Life:
        old = life.tracked
        swept = self._swept(old.cluster, low, high)
        swept_usd = old.swept_usd + swept
        now = (cluster.time_ms, cluster.mass_usd, swept_usd)
        history = deque(entry for entry in life.history if entry[0] >= cluster.time_ms - GROWTH_WINDOW_MS)
        if not history:
            history.append(life.history[-1])
        then_ms, then_held, then_swept = history[0]
        grown = now[1] + now[2] - then_held - then_swept
        history.append(now)
        tracked = replace(
            old,
            cluster=cluster,
            widest_low_price=min(old.widest_low_price, cluster.low_price),
            widest_high_price=max(old.widest_high_price, cluster.high_price),
            growth_usd_per_hour=grown / ((now[0] - then_ms) / 3_600_000),
            largest_held_usd=max(old.largest_held_usd, cluster.mass_usd),
            swept_usd=swept_usd,
            n_partial_sweeps=old.n_partial_sweeps + (swept > 0),
        )
        phase = _phase(tracked, swept)
        return _Life(tracked if tracked.phase == phase else replace(tracked, phase=phase), history)

    def _bury(self, life: _Life, after: Mapping[str, _Life], time_ms: int, low: float, high: float) -> None:
        old = life.tracked
        swept_usd = old.swept_usd + self._swept(old.cluster, low, high)
        left = _left_of(old.cluster, low, high)
        death: Death = "decayed"
        heir = None
        if left is None or swept_usd >= EXHAUSTED_SHARE * (old.swept_usd + old.cluster.mass_usd):
            death = "swept"
        else:
            covered = [
                (_shared(left, (other.tracked.cluster.low_price, other.tracked.cluster.high_price)), key)
                for key, other in after.items()
                if other.tracked.cluster.side == old.cluster.side
            ]
            width = math.log(left[1] / left[0])
            most, key = max(covered, default=(0.0, ""))
            if most >= LEAST_OVERLAP * width and most > 0:
                death, heir = "merged", key
        phase: Phase = "exhausted" if death == "swept" else old.phase
        self._dead[old.cluster_id] = replace(
            old, swept_usd=swept_usd, phase=phase, death=death, death_ms=time_ms, heir_id=heir
        )

    def _swept(self, cluster: Cluster, low: float, high: float) -> float:
        """USD of a cluster of the last look that the path has crossed since."""
        if self._curves is None:
            return 0.0
        reached = max(low, cluster.low_price) if cluster.side == "long" else min(high, cluster.high_price)
        edges = (reached, cluster.high_price) if cluster.side == "long" else (cluster.low_price, reached)
        return self._curves.usd_between(cluster.side, *edges) if edges[1] > edges[0] else 0.0


def _phase(tracked: TrackedCluster, swept_usd: float) -> Phase:
    if tracked.swept_share > EXHAUSTED_SHARE:
        return "exhausted"
    return "triggering" if swept_usd > 0 else "approaching"


def _left_of(cluster: Cluster, low: float, high: float) -> tuple[float, float] | None:
    """Interval of a cluster that the path has not crossed."""
    if cluster.side == "long":
        left = (cluster.low_price, min(cluster.high_price, low))
    else:
        left = (max(cluster.low_price, high), cluster.high_price)
    return left if left[1] > left[0] else None


def _shared(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Log length that two intervals share."""
    return max(math.log(min(one[1], other[1]) / max(one[0], other[0])), 0.0)


def _jaccard(one: tuple[float, float], other: tuple[float, float]) -> float:
    shared = _shared(one, other)
    union = math.log(one[1] / one[0]) + math.log(other[1] / other[0]) - shared
    return shared / union if union > 0 else 0.0


def _five_digits(price: float) -> str:
    """Price to five significant digits, never in exponent form."""
    decimals = max(4 - math.floor(math.log10(price)), 0)
    return f"{float(f'{price:.5g}'):.{decimals}f}"
