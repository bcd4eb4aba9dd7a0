"""The chain of a forecast log: which record may follow which, whatever the lines come from. See FORECAST_LOG.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from liqheat.accuracy.forecast_format import NO_HASH, BrokenRecordError, parse_line
from liqheat.records import Anchor, ChainProblem, ChainReport, LoggedForecast, LoggedSeries

Contract = tuple[str, str]
"""Symbol and venue."""
Logged = LoggedSeries | LoggedForecast


@dataclass
class Replay:
    """What is known after some records; decides whether the next one may follow."""

    n_records: int = 0
    head_hash: str = NO_HASH
    issued_ms: int = 0
    offset: int = 0
    n_forecasts: int = 0
    n_late: int = 0
    labels: list[str] = field(default_factory=list)
    series: dict[Contract, LoggedSeries] = field(default_factory=dict)
    hours: dict[Contract, int] = field(default_factory=dict)

    def take(self, line: bytes) -> Logged:
        """Check a line against all before it; BrokenRecordError where it cannot follow."""
        record, previous = parse_line(line)
        if record.sequence > self.n_records:
            missing = f"{self.n_records}..{record.sequence - 1}"
            raise BrokenRecordError("order", f"record {record.sequence} stands here: {missing} are missing")
        if record.sequence < self.n_records:
            raise BrokenRecordError("order", f"record {record.sequence} stands here: repeated, or out of order")
        if previous != self.head_hash:
            raise BrokenRecordError("previous", "names another record as the one before: that one was rewritten")
        if record.issued_ms < self.issued_ms:
            raise BrokenRecordError("clock", "was issued before the record that it follows")
        if isinstance(record, LoggedSeries):
            self._take_series(record)
        else:
            self._take_forecast(record)
        self.n_records += 1
        self.head_hash, self.issued_ms = record.record_hash, record.issued_ms
        self.offset += len(line)
        return record

    def _take_series(self, series: LoggedSeries) -> None:
        if series.label in self.labels:
            raise BrokenRecordError("series", f"begins the series {series.label!r} a second time")
        self.labels.append(series.label)
        self.series[series.symbol, series.venue] = series

    def _take_forecast(self, record: LoggedForecast) -> None:
        forecast = record.forecast
        contract = (forecast.symbol, forecast.venue)
        series = self.series.get(contract)
        made_by = (forecast.parameters_hash, forecast.model_version)
        if series is None or series.label != record.label or (series.parameters_hash, series.model_version) != made_by:
            raise BrokenRecordError("series", "does not come from the series that its contract is in")
        newest = self.hours.get(contract)
        if newest is not None and forecast.hour_ms <= newest:
            raise BrokenRecordError("repeated", "is for an hour that has been forecast, or for one before it")
        self.hours[contract] = forecast.hour_ms
        self.n_forecasts += 1
        self.n_late += record.is_late

    def problem(self, kind: str, text: str) -> ChainProblem:
        """A problem at the record that would follow."""
        return ChainProblem(self.n_records, self.offset, kind, text)


def verify_lines(lines: Iterable[bytes], anchors: Sequence[Anchor] = ()) -> ChainReport:
    """Replay lines of a log and hold anchors against it.

    Parameters
    ----------
    lines : iterable of bytes
        With their line feeds.
    anchors : sequence of Anchor
        Heads that others kept.
    """
    state = Replay()
    wanted = {anchor.sequence for anchor in anchors}
    places: dict[int, tuple[str, int]] = {}
    problem = None
    for line in lines:
        offset = state.offset
        try:
            record = state.take(line)
        except BrokenRecordError as error:
            problem = state.problem(error.kind, error.text)
            break
        if record.sequence in wanted:
            places[record.sequence] = (record.record_hash, offset)
    if problem is None and not state.n_records:
        problem = state.problem("empty", "the log holds no record")
    return ChainReport(
        n_records=state.n_records,
        n_forecasts=state.n_forecasts,
        n_late=state.n_late,
        labels=tuple(state.labels),
        head_sequence=state.n_records - 1,
        head_hash=state.head_hash,
        n_anchors=len(anchors),
        problem=_anchor_problem(state, places, anchors, problem) or problem,
    )


def _anchor_problem(
    state: Replay, places: dict[int, tuple[str, int]], anchors: Sequence[Anchor], problem: ChainProblem | None
) -> ChainProblem | None:
    """First anchor that contradicts the log; what lies behind a break of the chain was not read."""
    for anchor in sorted(anchors, key=lambda anchor: anchor.sequence):
        if anchor.sequence not in places:
            if problem is not None and problem.kind != "empty":
                return None
            text = (
                f"record {anchor.sequence} was anchored at {anchor.time_ms} and is not in the log: its end was cut off"
            )
            return state.problem("anchor", text)
        found, offset = places[anchor.sequence]
        if found != anchor.record_hash:
            text = f"anchored at {anchor.time_ms} with another hash: the log was rewritten"
            return ChainProblem(anchor.sequence, offset, "anchor", text)
    return None
