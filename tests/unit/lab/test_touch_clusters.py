"""Clusters beside zones without one: where the truth is planted, the ratio is found; where there is none, it is 1."""

from __future__ import annotations

import numpy as np
import pytest

from liqheat.flow import TouchTable
from liqheat.records import DISTANCE_KNOTS, OutcomeBand, TouchLaw
from liqheat.units import DAY_MS, HOUR_MS
from liqheat_lab.scores.touch_clusters import cluster_outcomes, clusters_of, score_clusters

CELL = 1e-3
N_CELLS = 80
NEAR, FAR = 10, 14
"""Cells of the planted cluster of longs."""
STEP = 0.02


def planted(factor: float, n_hours: int = 400) -> tuple[TouchTable, TouchLaw]:
    """Hours that fall 2 % from one level price; in every second one, a cluster of which `factor` × usual fires."""
    hours = np.arange(n_hours)
    has_cluster = hours % 2 == 0
    cells = np.zeros((n_hours, 2, 1, N_CELLS))
    cells[has_cluster, 0, 0, NEAR:FAR] = 1e6
    book = np.concatenate([np.zeros((n_hours, 2, 1, 1)), np.cumsum(cells, axis=3)], axis=3)
    # A touch hour falls by 2 %: the dollars of one hour lie evenly on it, so an hour with a cluster has more in all.
    usd = np.stack([np.where(has_cluster, factor, 1.0) * 1e6, np.full(n_hours, 1e5)], axis=1)
    log_close = np.full(n_hours, np.log(100.0))
    table = TouchTable(
        hours * HOUR_MS, HOUR_MS, log_close, log_close - STEP, log_close, usd, np.full(n_hours, 1e9), book,
        np.ones(n_hours), np.ones(n_hours, dtype=bool), CELL,
    )  # fmt: skip
    band = OutcomeBand(np.zeros(1), np.full(1, -1.0), np.full(1, 1.0))
    law = TouchLaw(
        np.ones((2, 1)), np.full((2, DISTANCE_KNOTS.size), 0.01), np.ones((1, 2, 1)), np.zeros((2, N_CELLS)),
        {"tracked": band}, {"tracked": band},
    )  # fmt: skip
    return table, law


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_a_planted_ratio_is_found(factor):
    table, law = planted(factor)
    found = score_clusters(table, law, np.arange(400), HOUR_MS)
    assert found["touches"] == pytest.approx(200, abs=1)
    assert found["over_empty_zones"]["value"] == pytest.approx(factor)
    assert found["over_empty_zones"]["low"] <= factor * (1 + 1e-9)
    assert found["forecast_over_empty_zones"] > 1.0


def test_only_what_was_crossed_counts():
    table, law = planted(2.0)
    (long,), short = clusters_of(table, law, 0)
    assert not short and long[0] < NEAR * CELL and STEP > long[1] > FAR * CELL - CELL
    near = table.log_close - (long[0] + long[1]) / 2
    halfway = TouchTable(
        table.start_ms, HOUR_MS, table.log_close, near, table.high, table.usd, table.open_interest_usd,
        table.book_usd, table.scale, table.is_usable, CELL,
    )  # fmt: skip
    assert cluster_outcomes(halfway, law, np.arange(400), HOUR_MS).row.size == 0
    assert score_clusters(halfway, law, np.arange(400), HOUR_MS) == {"touches": 0}


def test_rows_that_may_not_be_looked_from_are_left_out():
    table, law = planted(2.0)
    rows = np.arange(100, 300)
    found = cluster_outcomes(table, law, rows, HOUR_MS)
    assert set(found.row.tolist()) <= set(rows.tolist())
    assert found.row.size == 100
    assert np.ptp(table.start_ms[found.row]) < 9 * DAY_MS
