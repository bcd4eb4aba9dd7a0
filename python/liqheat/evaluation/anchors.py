"""Heads of a forecast log, kept where its keeper cannot change them: a file, or an address."""

from __future__ import annotations

import json
import os
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.errors import FileFormatError, InputError, NoDataError, StoreError
from liqheat.records import Anchor

TIMEOUT_S = (5.0, 15.0)
"""To connect, and between bytes."""
MOST_SECONDS = 60.0
MOST_BYTES = 16 * 2**20
"""An anchor an hour makes a megabyte a year."""


def anchor(log: ForecastLog, target: str) -> Anchor:
    """Keep the head of a sound log at a file or an address.

    A file gets a line of JSON more; an address gets the same as a POST.

    Parameters
    ----------
    log : ForecastLog
        Replayed first: the head of a broken log is not anchored.
    target : str
        Path, or ``https://…`` (``http://…`` on this machine only). Redirects are not followed.

    Raises
    ------
    FileFormatError
        When the log is not sound.
    StoreError
        When the target does not take it.
    """
    report = log.verify()
    if report.problem is not None:
        raise FileFormatError("log", "must be an unbroken chain", f"{report.problem.kind}: {report.problem.text}")
    kept = Anchor(time.time_ns() // 1_000_000, report.head_sequence, report.head_hash)
    fields = {"time": kept.time_ms, "sequence": kept.sequence, "hash": kept.record_hash}
    if _is_address(target):
        _ask("POST", target, fields)
    else:
        _add_line(Path(target), json.dumps(fields, sort_keys=True))
    return kept


def read_anchors(target: str) -> list[Anchor]:
    """Anchors of a file or an address: one JSON object on each line, or one JSON list.

    Lines that are not anchors are left out: whoever can write such lines can remove good ones as well.

    Raises
    ------
    NoDataError
        When there is not one anchor.
    StoreError
        When the target cannot be read.
    """
    if _is_address(target):
        data = _ask("GET", target, None)
    else:
        try:
            with Path(target).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise StoreError("anchor", "must be a file that can be read", f"{target}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise StoreError("anchor", f"must be at most {MOST_BYTES:,} bytes", hide_secrets(target))
    text = data.decode("utf-8", "replace").strip()
    rows = _read_json(text) if text.startswith("[") else [_read_json(line) for line in text.splitlines()]
    anchors = [found for row in rows or () if (found := _read_anchor(row)) is not None]
    if not anchors:
        raise NoDataError("anchor", 'must hold {"time", "sequence", "hash"}', hide_secrets(target))
    return anchors


def hide_secrets(target: str) -> str:
    """An address without user, password, query and fragment; a path as it is.

    Examples
    --------
    >>> hide_secrets("https://me:secret@example.org:8443/anchors?key=secret")
    'https://example.org:8443/anchors'
    """
    if not _is_address(target):
        return target
    parts = _split(target)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_address(target: str) -> bool:
    return "://" in target


def _split(target: str) -> SplitResult:
    try:
        parts = urlsplit(target)
        _ = parts.port
    except ValueError as error:
        raise InputError(
            "anchor", "must be a file, or an address that can be read", "an address that cannot"
        ) from error
    return parts


def _check_address(target: str) -> None:
    parts = _split(target)
    host = parts.hostname or ""
    try:
        is_here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise InputError("anchor", "must be a file, https, or http on this machine", hide_secrets(target))


def _ask(method: str, target: str, fields: dict[str, Any] | None) -> bytes:
    import requests

    _check_address(target)
    shown = hide_secrets(target)
    ends = time.monotonic() + MOST_SECONDS
    try:
        with requests.request(
            method, target, json=fields, timeout=TIMEOUT_S, stream=True, allow_redirects=False
        ) as response:
            if not 200 <= response.status_code < 300:
                raise StoreError("anchor", f"must answer {method} with HTTP 2xx", f"{response.status_code} by {shown}")
            body = b""
            for part in response.iter_content(2**16):
                body += part
                if len(body) > MOST_BYTES or time.monotonic() > ends:
                    rule = f"must answer with at most {MOST_BYTES:,} bytes within {MOST_SECONDS:g} s"
                    raise StoreError("anchor", rule, shown)
            return body
    except (requests.RequestException, OSError) as error:
        # Its text may hold the whole address, secrets included.
        raise StoreError("anchor", "must be reachable", f"{shown}: {type(error).__name__}") from None


def _add_line(path: Path, line: str) -> None:
    try:
        with path.open("a+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                # A line that was cut short must not swallow this one.
                line = line if file.read(1) == b"\n" else f"\n{line}"
            file.write(line.encode() + b"\n")
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError("anchor", "must be a file that can be written", f"{path}: {error.strerror}") from error


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_anchor(row: Any) -> Anchor | None:
    if not isinstance(row, dict):
        return None
    time_ms, sequence, record_hash = row.get("time"), row.get("sequence"), row.get("hash")
    if type(time_ms) is not int or type(sequence) is not int or not isinstance(record_hash, str) or sequence < 0:
        return None
    return Anchor(time_ms, sequence, record_hash)
