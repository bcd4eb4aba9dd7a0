"""A log of forecasts that only grows: each record carries the hash of the one before. See FORECAST_LOG.md."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import filelock

from liqheat import _core
from liqheat.accuracy.forecast_chain import Logged, Replay, verify_lines
from liqheat.accuracy.forecast_format import MOST_LINE_BYTES, BrokenRecordError, write_forecast, write_series
from liqheat.errors import FileFormatError, InputError, NoDataError, StoreError
from liqheat.records import Anchor, ChainProblem, ChainReport, Forecast, LoggedForecast, LoggedSeries

FILE_NAME = "forecasts.log"
LOCK_NAME = "forecasts.lock"
LOCK_TIMEOUT_S = 10.0


class ForecastLog:
    """A folder with one file of records; opened for appending by one process at a time.

    Parameters
    ----------
    folder : path
        Made by the first record.
    clock : callable, optional
        UTC epoch milliseconds; stamps each record, so that no caller chooses when it was issued.
    """

    def __init__(self, folder: str | Path, clock: Callable[[], int] | None = None) -> None:
        self.folder = Path(folder)
        self.path = self.folder / FILE_NAME
        self._clock = clock or _now_ms

    def begin_series(self, label: str, symbol: str, venue: str, parameters: str, model_version: str) -> LoggedSeries:
        """Begin a series of a contract: what follows comes from these parameters.

        Parameters
        ----------
        label : str
            A name that the log does not have yet.
        symbol, venue : str
            Contract.
        parameters : str
            The model's parameters, JSON text.
        model_version : str
            Of the model.

        Raises
        ------
        InputError
            When an argument breaks a rule.
        FileFormatError
            When the log is not sound: nothing is added to it.
        StoreError
            When the log cannot be written, or another process writes it.
        """
        with self._writing() as state:
            if label in state.labels:
                raise InputError("series", "must be a name that the log does not have yet", label)
            line = write_series(
                state.head_hash,
                state.n_records,
                self._now(state),
                label,
                (symbol, venue),
                (parameters, model_version, _core.__version__),
            )
            record = self._add(state, line)
        assert isinstance(record, LoggedSeries)  # noqa: S101  what was written
        return record

    def append(self, forecast: Forecast) -> LoggedForecast:
        """Add a forecast to its contract's series; it is durable when this returns.

        Raises
        ------
        InputError
            When the forecast breaks a rule, its hour was forecast before, or no series has its parameters.
        FileFormatError, StoreError
            As `begin_series`.
        """
        with self._writing() as state:
            contract = (forecast.symbol, forecast.venue)
            series = state.series.get(contract)
            made_by = (forecast.parameters_hash, forecast.model_version)
            if series is None or (series.parameters_hash, series.model_version) != made_by:
                raise InputError("forecast", "must have the parameters of its contract's series", " at ".join(contract))
            if forecast.hour_ms <= state.hours.get(contract, 0):
                raise InputError("hour_ms", f"must be after {state.hours[contract]}, the newest hour", forecast.hour_ms)
            issued_ms = self._now(state)
            if forecast.market_end_ms > issued_ms:
                raise InputError("market_end_ms", f"must not be after the clock, {issued_ms}", forecast.market_end_ms)
            line = write_forecast(
                state.head_hash, state.n_records, issued_ms, series.label, forecast, _core.__version__
            )
            record = self._add(state, line)
        assert isinstance(record, LoggedForecast)  # noqa: S101  what was written
        return record

    def read(self) -> Iterator[Logged]:
        """Every record, checked one by one.

        Raises
        ------
        NoDataError
            When there is no log.
        FileFormatError
            At the first record that is not sound.
        """
        state = Replay()
        for line in self._lines():
            yield _take(state, line)

    def find_series(self, symbol: str, venue: str) -> LoggedSeries | None:
        """The series that a contract is in; None before its first. Errors as `read`, but none without a log."""
        return self._replay().series.get((symbol, venue))

    def newest_hour(self, symbol: str, venue: str) -> int | None:
        """Start of the newest hour that a contract has a forecast for; errors as `find_series`."""
        return self._replay().hours.get((symbol, venue))

    def verify(self, anchors: Sequence[Anchor] = ()) -> ChainReport:
        """Replay the log and hold anchors against it.

        Without anchors a log that its keeper wrote anew from the first record is sound, too.

        Raises
        ------
        NoDataError
            When there is no log.
        """
        return verify_lines(self._lines(), anchors)

    def repair(self) -> int:
        """Cut off the bytes behind the last line end, which a killed writer left; the number of them.

        They are kept beside the log as ``torn_<offset>_<hash>.bin``; nothing else is touched.
        """
        next(self._lines(), None)  # without a log nothing is made
        with self._locked():
            end, size = self._whole_bytes()
            if end < size:
                with self.path.open("r+b") as file:
                    file.seek(end)
                    tail = file.read()
                    kept = self.folder / f"torn_{end}_{hashlib.sha256(tail).hexdigest()[:8]}.bin"
                    kept.write_bytes(tail)
                    file.truncate(end)
                    os.fsync(file.fileno())
            return size - end

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                while line := file.readline(MOST_LINE_BYTES + 1):
                    yield line
        except FileNotFoundError as error:
            raise NoDataError("log", f"must be a folder with {FILE_NAME}", self.folder) from error
        except OSError as error:
            raise StoreError("log", "must be readable", f"{self.path}: {error.strerror}") from error

    def _whole_bytes(self) -> tuple[int, int]:
        """Bytes up to the last line end, and all bytes."""
        size = end = 0
        for line in self._lines():
            size += len(line)
            if line.endswith(b"\n"):
                end = size
        return end, size

    def _now(self, state: Replay) -> int:
        now_ms = self._clock()
        if now_ms < state.issued_ms:
            raise StoreError("clock", f"must not be before the newest record, {state.issued_ms}", now_ms)
        return now_ms

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(str(self.folder / LOCK_NAME), timeout=LOCK_TIMEOUT_S)
            with lock:
                yield
        except filelock.Timeout as error:
            raise StoreError("log", "must not be written by another process at the time", self.folder) from error
        except OSError as error:
            raise StoreError("log", "must be a folder that can be written", f"{self.folder}: {error}") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Replay]:
        """Other writers kept out, and the whole log replayed: nothing is put behind a record that is not sound."""
        with self._locked():
            yield self._replay()

    def _replay(self) -> Replay:
        state = Replay()
        if self.path.is_file():
            for line in self._lines():
                _take(state, line)
        return state

    def _add(self, state: Replay, line: bytes) -> Logged:
        start = state.offset
        try:
            record = state.take(line)
        except BrokenRecordError as error:
            raise InputError("forecast", "must be a record that may follow the log", error.text) from error
        is_new = not self.path.exists()
        with self.path.open("ab", buffering=0) as file:
            try:
                left = memoryview(line)
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except BaseException:
                # A full disk, say: the log stays what it was.
                with contextlib.suppress(OSError):
                    file.truncate(start)
                raise
        if is_new:
            _sync_folder(self.folder)
        return record


def _take(state: Replay, line: bytes) -> Logged:
    try:
        return state.take(line)
    except BrokenRecordError as error:
        raise _unsound(state.problem(error.kind, error.text)) from error


def _unsound(problem: ChainProblem) -> FileFormatError:
    help_words = "; `liqheat accuracy verify --repair` cuts exactly that" if problem.kind == "torn" else ""
    found = f"record {problem.sequence} at byte {problem.offset}: {problem.kind}: {problem.text}{help_words}"
    return FileFormatError("log", "must be an unbroken chain", found)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
