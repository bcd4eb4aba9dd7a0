"""Windows: together they are the span, each fits an answer, and what comes is complete for any venue's habits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.exchanges.rest.notes import describe_series
from liqheat.exchanges.rest.paging import build_request, fetch_rows, find_wall_ms, plan_windows
from liqheat.venues.table import VENUES

STEP_MS = 300_000
START_MS = 1_770_249_600_000
CANDLES = VENUES["bybit", "linear"].candles
EACH_PART = [
    part
    for row in VENUES.values()
    for part in (row.candles, row.mark, row.open_interest, *row.long_short.values())
    if part is not None and (part.start_parameter or part.end_parameter)
]


@given(st.sampled_from(EACH_PART), st.integers(1, 5000), st.sampled_from(["5m", "1h", "1d"]), st.integers(0, 10**6))
def test_windows_cover_each_time_once_and_fit_a_page(part, n_rows, interval, offset):
    step_ms = {"5m": 300_000, "1h": 3_600_000, "1d": 86_400_000}[interval]
    first = (START_MS // step_ms + offset) * step_ms
    last = first + (n_rows - 1) * step_ms
    times = [time for start, end in plan_windows(part, first, last, step_ms) for time in range(start, end + 1, step_ms)]
    assert times == list(range(first, last + 1, step_ms))
    for window in plan_windows(part, first, last, step_ms):
        market = {"id": "X", "baseName": "X", "info": {"pair": "X"}}
        request = build_request(part, market, interval, window, step_ms)
        assert "" not in request
        assert (window[1] - window[0]) // step_ms < part.page_limit
        if part.limit_parameter:
            assert 1 <= request[part.limit_parameter] <= part.page_limit
        if part.longest_window_ms:
            assert window[1] - window[0] < part.longest_window_ms


@given(
    n_rows=st.integers(1, 400),
    page_limit=st.integers(1, 60),
    true_limit=st.integers(1, 60),
    order=st.sampled_from(["oldest first", "newest first", "newest kept, oldest first", "shuffled"]),
    holes=st.sets(st.integers(0, 399), max_size=40),
)
def test_complete_whatever_the_venues_order_and_true_limit(n_rows, page_limit, true_limit, order, holes):
    endpoint = replace(CANDLES, page_limit=page_limit, rows_at=())
    there = [START_MS + index * STEP_MS for index in range(n_rows) if index not in holes]

    def call(_method: str, request: Any) -> list[list[str]]:
        found = [time for time in there if request["start"] <= time <= request["end"]]
        limit = min(int(request["limit"]), true_limit)
        found = found[:limit] if order in ("oldest first", "shuffled") else found[-limit:]
        if order == "newest first":
            found = found[::-1]
        if order == "shuffled":
            np.random.default_rng(n_rows).shuffle(found)
        return [[str(time)] for time in found]

    span = (START_MS, START_MS + (n_rows - 1) * STEP_MS)
    told: list[tuple[int, int]] = []
    rows, n_repeated = fetch_rows(
        call, endpoint, {"id": "X"}, "5m", span, STEP_MS, span[1], lambda *step: told.append(step)
    )
    assert n_repeated == 0
    assert told[-1][0] == told[-1][1]
    got = [int(row[0]) for row in rows]
    assert got == sorted(set(got))
    assert set(got) <= set(there)
    if true_limit >= page_limit or not holes:
        assert got == there
    elif got != there:
        # A hole that is longer than a page can stop the search within one window; then it is told.
        assert describe_series(np.array(got, dtype=np.int64), span, STEP_MS)


@pytest.mark.parametrize(
    ("part", "kept_ms"),
    [
        (VENUES["binanceusdm", "linear"].open_interest, 30 * 86_400_000),
        (VENUES["okx", "linear"].open_interest, 1440 * STEP_MS),
    ],
)
def test_the_wall_is_inside_what_the_venue_keeps(part, kept_ms):
    for now_ms in (START_MS, START_MS + 1, START_MS + STEP_MS - 1):
        wall = find_wall_ms(part, STEP_MS, now_ms)
        assert wall % STEP_MS == 0
        assert STEP_MS <= wall - (now_ms - kept_ms) <= 2 * STEP_MS


def test_no_wall():
    assert find_wall_ms(CANDLES, STEP_MS, START_MS) == 0


def test_bounds_that_a_venue_leaves_out_are_moved_by_one():
    okx = VENUES["okx", "linear"].open_interest
    request = build_request(okx, {"id": "BTC-USDT-SWAP"}, "1d", (START_MS, START_MS + 86_400_000), 86_400_000)
    assert request == {
        "instId": "BTC-USDT-SWAP",
        "period": "1Dutc",
        "begin": START_MS - 1,
        "end": START_MS + 86_400_000 + 1,
        "limit": 2,
    }


@pytest.mark.parametrize(
    ("keep", "notes"),
    [
        (range(10), []),
        (range(2, 10), ["begins at 2026-02-05 00:10 UTC, not at 2026-02-05 00:00 UTC as asked: wall"]),
        (range(8), ["ends at 2026-02-05 00:35 UTC, not at 2026-02-05 00:45 UTC as asked"]),
        ([0, 1, 4, 5, 7, 8, 9], ["3 of 10 rows missing in 2 gaps, the first after 2026-02-05 00:05 UTC"]),
        ([], ["none in the time asked for: wall"]),
    ],
)
def test_notes(keep, notes):
    times = np.array([START_MS + index * STEP_MS for index in keep], dtype=np.int64)
    assert describe_series(times, (START_MS, START_MS + 9 * STEP_MS), STEP_MS, "wall") == notes
