"""Inside the clusters that the map shows, beside zones of the same width and distance in which it shows none."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from liqheat.flow import TouchTable, bootstrap_ratio, days_of, path_from, rows_with, usd_to
from liqheat.records import Column, TouchLaw, distance_exposure
from liqheat.records.arrays import FloatArray, IndexArray
from liqheat.setups import extract_clusters
from liqheat.units import DAY_MS

GROUND_STEP = 2.5e-4
"""Log distance between the points at which a path's dollars are read."""
MOST_DISTANCE = 0.06
"""Clusters and zones up to here are compared, as slices are."""
FEWEST_ZONES = 20
"""Zones without a cluster that a cluster is compared with, at least."""
LEAST_OVERLAP = 0.5
"""Cells of the ground within a zone that clusters cover: below it, there is none."""


class ClusterOutcomes(NamedTuple):
    """Clusters that the price crossed, (n,): row, forecast and outcome inside, and their mean in zones without one."""

    row: IndexArray
    expected_usd: FloatArray
    realised_usd: FloatArray
    empty_expected_usd: FloatArray
    empty_realised_usd: FloatArray


def score_clusters(table: TouchTable, law: TouchLaw, rows: IndexArray, horizon_ms: int) -> dict[str, Any]:
    """Compare what was liquidated inside clusters with what was inside zones of the same place without one.

    From each row, a cluster or zone counts if the price crossed it within the horizon. A zone lies at the cluster's
    own log distances, seen from another row of the same side where no cluster overlaps it. What it held is scaled to
    the cluster's row by open interest and the trailing scale.

    Parameters
    ----------
    table : TouchTable
        Frozen maps and paths.
    law : TouchLaw
        Weights of the map's classes, and of distance.
    rows : (n,) int64
        Rows of the table to look from.
    horizon_ms : int
        Time within which a cluster must be crossed.

    Returns
    -------
    dict
        ``touches``, ``realised_over_forecast``, ``over_empty_zones`` (clusters over zones, realised, with range over
        days), ``forecast_over_empty_zones``, and ``over_empty_zones`` of the third of the clusters whose forecast
        stands out most (``dense_third``) and least (``sparse_third``) from that of their zones.
    """
    found = cluster_outcomes(table, law, rows, horizon_ms)
    if not found.row.size:
        return {"touches": 0}
    blocks = max(1, -(-horizon_ms // DAY_MS))

    def ratio(ours: FloatArray, other: FloatArray, part: IndexArray) -> dict[str, float | None]:
        day = days_of(table.start_ms[found.row[part]])
        over = bootstrap_ratio(ours[part], other[part], day, block_days=blocks)
        named = {"value": over.value, "low": over.low, "high": over.high}
        return {name: one if math.isfinite(one) else None for name, one in named.items()}

    order = np.argsort(found.expected_usd / np.maximum(found.empty_expected_usd, 1e-300), kind="stable")
    third = order.size // 3
    realised, empty = found.realised_usd, found.empty_realised_usd
    return {
        "touches": int(order.size),
        "realised_over_forecast": ratio(realised, found.expected_usd, order),
        "forecast_over_empty_zones": float(found.expected_usd.sum() / found.empty_expected_usd.sum()),
        "over_empty_zones": ratio(realised, empty, order),
        "dense_third": ratio(realised, empty, order[-third:]) if third else None,
        "sparse_third": ratio(realised, empty, order[:third]) if third else None,
    }


def cluster_outcomes(table: TouchTable, law: TouchLaw, rows: IndexArray, horizon_ms: int) -> ClusterOutcomes:
    """Every crossed cluster that has enough zones without one beside it; see `score_clusters`."""
    n_ahead = horizon_ms // table.interval_ms
    rows = np.intersect1d(rows, rows_with(table, n_ahead))
    held = (table.open_interest_usd * table.scale)[rows]
    ground = np.linspace(0.0, MOST_DISTANCE, round(MOST_DISTANCE / GROUND_STEP) + 1)
    clusters = [clusters_of(table, law, row) for row in rows.tolist()]
    parts: list[tuple[float, ...]] = []
    for side in (0, 1):
        went = np.zeros(rows.size)
        # Up to each point of the ground: USD liquidated and expected by open interest, and cells that clusters cover.
        realised, covered = np.zeros((2, rows.size, ground.size))
        expected = _expected_to(table, law, rows, side, ground)
        for index, row in enumerate(rows.tolist()):
            path, paid = path_from(table, row, side, n_ahead)
            went[index] = path[-1]
            if went[index] > 0.0:
                realised[index] = usd_to(path, paid, ground, everything=False)
            for near, far in clusters[index][side]:
                covered[index, 1:] += (ground[:-1] < far) & (ground[1:] > near)
        shares = [one / held[:, None] for one in (expected, realised)]
        covered = np.cumsum(covered, axis=1)
        for index, row in enumerate(rows.tolist()):
            for near, far in clusters[index][side]:
                if far > min(went[index], MOST_DISTANCE):
                    continue
                empty = (went >= far) & (_between(covered, near, far) < LEAST_OVERLAP)
                if empty.sum() < FEWEST_ZONES:
                    continue
                inside = [_between(share, near, far) * held[index] for share in shares]
                parts.append((row, *(one[index] for one in inside), *(one[empty].mean() for one in inside)))
    columns = np.array(parts).reshape(-1, 5).T
    return ClusterOutcomes(columns[0].astype(np.int64), *columns[1:])


def _expected_to(table: TouchTable, law: TouchLaw, rows: IndexArray, side: int, ground: FloatArray) -> FloatArray:
    """Expected USD from the price to each log distance, seen from each row, (rows, distances)."""
    book = np.einsum("rke,k->re", table.book_usd[rows, side], law.book_weights[side])
    edges = np.arange(book.shape[1]) * table.cell_width
    usual = distance_exposure(ground) @ law.distance_weights[side]
    found = np.stack([np.interp(ground, edges, one) for one in book])
    expected: FloatArray = (found + usual * table.open_interest_usd[rows, None]) * table.scale[rows, None]
    return expected


def clusters_of(table: TouchTable, law: TouchLaw, row: int) -> tuple[list[tuple[float, float]], ...]:
    """Near and far log distance of each cluster of the book's part, as the product finds them, by side."""
    cells = np.diff(np.einsum("ske,sk->se", table.book_usd[row], law.book_weights), axis=1) * table.scale[row]
    n_cells = cells.shape[1]
    away = np.arange(-n_cells, n_cells + 1) * table.cell_width
    usd = np.zeros((2, 1, 2 * n_cells))
    usd[0, 0, :n_cells], usd[1, 0, n_cells:] = cells[0, ::-1], cells[1]
    price = math.exp(table.log_close[row])
    column = Column(
        int(table.start_ms[row]) - table.interval_ms, int(table.start_ms[row]), price * np.exp(away),
        np.array([1.0]), np.maximum(usd, 0.0), price, quantity="flow",
    )  # fmt: skip
    found: tuple[list[tuple[float, float]], ...] = ([], [])
    for cluster in extract_clusters(column):
        ends = sorted(abs(math.log(edge / price)) for edge in (cluster.low_price, cluster.high_price))
        found[0 if cluster.side == "long" else 1].append((ends[0], ends[1]))
    return found


def _between(values: FloatArray, near: float, far: float) -> FloatArray:
    """Of each row of values on the ground: what lies between two log distances."""
    ends = np.minimum(np.array([near, far]) / GROUND_STEP, values.shape[1] - 1.0)
    below = np.minimum(ends.astype(np.int64), values.shape[1] - 2)
    at = values[:, below] + (values[:, below + 1] - values[:, below]) * (ends - below)
    between: FloatArray = at[:, 1] - at[:, 0]
    return between
