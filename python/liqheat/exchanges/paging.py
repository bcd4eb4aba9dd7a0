"""Which windows of time to ask a venue for, so that the pages together are complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from liqheat.exchanges.normalize import Row, order_rows, read_rows, read_time
from liqheat.exchanges.spec import Endpoint

Window = tuple[int, int]
"""First and last time of rows, both included, UTC milliseconds."""
Call = Callable[[str, Mapping[str, object]], object]


def plan_windows(endpoint: Endpoint, first_ms: int, last_ms: int, step_ms: int) -> list[Window]:
    """Cut a span into windows that one answer can hold.

    Asking by window, not by "what comes next", makes the venue's order and cursors irrelevant and no row fall between
    two pages.
    """
    length = endpoint.page_limit
    if endpoint.longest_window_ms is not None:
        length = min(length, endpoint.longest_window_ms // step_ms)
    span = length * step_ms
    return [(start, min(start + span - step_ms, last_ms)) for start in range(first_ms, last_ms + 1, span)]


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
    return {
        **endpoint.fixed_parameters,
        **{name: look_up(market, path) for name, path in endpoint.market_parameters.items()},
        endpoint.interval_parameter: endpoint.intervals[interval],
        endpoint.start_parameter: first_ms - endpoint.bounds_margin_ms,
        endpoint.end_parameter: last_ms + endpoint.bounds_margin_ms,
        endpoint.limit_parameter: (last_ms - first_ms) // step_ms + 1,
    }


def look_up(market: Mapping[str, Any], path: str) -> Any:
    """Follow a dotted path."""
    found: Any = market
    for key in path.split("."):
        found = found[key]
    return found


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
        Rows, oldest first, no time twice.
    int
        How many repeated rows were dropped.
    """
    rows: list[Row] = []
    planned = plan_windows(endpoint, *span, step_ms)
    for done, window in enumerate(planned):
        progress(done, len(planned))
        open_windows = [window]
        while open_windows:
            first_ms, last_ms = open_windows.pop()
            archived = endpoint.archive_method and first_ms < now_ms - endpoint.archive_after_bars * step_ms
            request = build_request(endpoint, market, interval, (first_ms, last_ms), step_ms)
            answer = call(endpoint.archive_method if archived else endpoint.method, request)
            page = read_rows(endpoint, answer)
            times = [time for time in (read_time(endpoint, row) for row in page) if first_ms <= time <= last_ms]
            if times:
                rows.extend(page)
                open_windows += [
                    part
                    for part in ((first_ms, min(times) - step_ms), (max(times) + step_ms, last_ms))
                    if part[0] <= part[1]
                ]
    progress(len(planned), len(planned))
    return order_rows(endpoint, rows, *span)
