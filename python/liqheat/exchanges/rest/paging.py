"""Which windows of time to ask a venue for, so that the pages together are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from liqheat.exchanges.rest.normalize import order_rows
from liqheat.exchanges.rest.reading import Row, fill_in, look_up, read_rows, read_time
from liqheat.venues import Endpoint, TimeUnit

__all__ = ["build_request", "fetch_rows", "find_wall_ms", "look_up", "plan_windows"]

Window = tuple[int, int]
"""First and last time of rows, both included, UTC milliseconds."""
Call = Callable[[str, Mapping[str, object]], object]
MOST_NUMBERED_PAGES = 200


def find_grain_ms(endpoint: Endpoint, step_ms: int) -> int:
    """Find the least distance between the time of a row and a time at which another could be."""
    return step_ms if endpoint.spacing == "regular" else 1


def plan_windows(endpoint: Endpoint, first_ms: int, last_ms: int, step_ms: int) -> list[Window]:
    """Cut a span into windows that one answer can hold.

    Asking by window, not by "what comes next", makes the venue's order and cursors irrelevant and no row fall between
    two pages.
    """
    if not endpoint.end_parameter and not endpoint.start_parameter:
        return [(first_ms, last_ms)]
    length = endpoint.page_limit
    if endpoint.longest_window_ms is not None:
        length = min(length, endpoint.longest_window_ms // step_ms)
    span, grain = length * step_ms, find_grain_ms(endpoint, step_ms)
    return [(start, min(start + span - grain, last_ms)) for start in range(first_ms, last_ms + 1, span)]


def find_wall_ms(endpoint: Endpoint, step_ms: int, now_ms: int) -> int:
    """Find the earliest time on the grid that a venue still answers for; 0 where it has no wall.

    One step inside: the wall moves while pages are fetched.
    """
    spans = [] if endpoint.lookback_ms is None else [endpoint.lookback_ms]
    if endpoint.lookback_bars is not None:
        spans.append(endpoint.lookback_bars * step_ms)
    return 0 if not spans else ((now_ms - min(spans)) // step_ms + 2) * step_ms


def build_request(
    endpoint: Endpoint, market: Mapping[str, Any], interval: str, window: Window, step_ms: int
) -> dict[str, object]:
    """Build the request's parameters."""
    first_ms, last_ms = window
    margin, unit = endpoint.bounds_margin_ms, endpoint.request_time_unit
    # Without bounds a venue counts rows back from the present.
    is_window = endpoint.spacing == "regular" and bool(endpoint.start_parameter or endpoint.end_parameter)
    varying = {
        **{name: fill_in(text, market) for name, text in endpoint.market_parameters.items()},
        endpoint.interval_parameter: endpoint.intervals.get(interval),
        endpoint.start_parameter: _write_time(first_ms - margin, unit),
        endpoint.end_parameter: _write_time(last_ms + margin, unit),
        endpoint.limit_parameter: (last_ms - first_ms) // step_ms + 1 if is_window else endpoint.page_limit,
    }
    varying.pop("", None)
    inner = {endpoint.wrapped_in: varying} if endpoint.wrapped_in else varying
    return {**endpoint.fixed_parameters, **inner}


def fetch_rows(
    call: Call,
    endpoint: Endpoint,
    market: Mapping[str, Any],
    interval: str,
    span: Window,
    step_ms: int,
    now_ms: int,
    progress: Callable[[int, int], None],
) -> tuple[list[Row], int]:
    """Fetch all rows of a span.

    A page that lacks its first or last rows is asked for again, without what came: a venue may hold fewer rows in a
    page than it says. What stays missing is a gap; the caller reports it.

    Returns
    -------
    list
        Rows, oldest first, no time twice (events: every row).
    int
        How many repeated rows were dropped.
    """
    if endpoint.page_parameter:
        return _fetch_numbered_pages(call, endpoint, market, interval, span, step_ms, progress)
    rows: list[Row] = []
    grain = find_grain_ms(endpoint, step_ms)
    planned = plan_windows(endpoint, *span, step_ms)
    for done, window in enumerate(planned):
        progress(done, len(planned))
        open_windows = [window]
        while open_windows:
            first_ms, last_ms = open_windows.pop()
            archived = endpoint.archive_method and first_ms < now_ms - endpoint.archive_after_bars * step_ms
            request = build_request(endpoint, market, interval, (first_ms, last_ms), step_ms)
            answer = call(endpoint.archive_method if archived else endpoint.method, request)
            page, times = [], []
            for row in read_rows(endpoint, answer, market):
                time = read_time(endpoint, row)
                if first_ms <= time <= last_ms:
                    page.append(row)
                    times.append(time)
            rows.extend(page)
            if times and (endpoint.start_parameter or endpoint.end_parameter):
                rest = ((first_ms, min(times) - grain), (max(times) + grain, last_ms))
                open_windows += [part for part in rest if part[0] <= part[1]]
    progress(len(planned), len(planned))
    return order_rows(endpoint, rows, *span)


def _fetch_numbered_pages(
    call: Call,
    endpoint: Endpoint,
    market: Mapping[str, Any],
    interval: str,
    span: Window,
    step_ms: int,
    progress: Callable[[int, int], None],
) -> tuple[list[Row], int]:
    """Turn pages, newest first, until one is older than the span, empty, or the same as the one before.

    Rows that move to the next page while pages are turned come twice, which `order_rows` expects.
    """
    rows: list[Row] = []
    before: list[Row] = []
    n_pages = max((span[1] - span[0]) // (step_ms * endpoint.page_limit) + 1, 1)
    for number in range(1, MOST_NUMBERED_PAGES + 1):
        progress(min(number - 1, n_pages), n_pages)
        request = {**build_request(endpoint, market, interval, span, step_ms), endpoint.page_parameter: number}
        page = read_rows(endpoint, call(endpoint.method, request), market)
        if not page or page == before:
            break
        rows.extend(page)
        before = page
        if min(read_time(endpoint, row) for row in page) < span[0]:
            break
    progress(n_pages, n_pages)
    return order_rows(endpoint, rows, *span)


def _write_time(time_ms: int, unit: TimeUnit) -> int | str:
    if unit == "iso":
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return time_ms if unit == "ms" else time_ms // 1000
