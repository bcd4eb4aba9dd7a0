"""Lines of a forecast log: a SHA-256, a space, and the record that it is of, as canonical JSON. See FORECAST_LOG.md."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from typing import Any, NamedTuple

import numpy as np

from liqheat.errors import InputError
from liqheat.records import Forecast, LoggedForecast, LoggedSeries
from liqheat.units import HOUR_MS

FORMAT = 1
NO_HASH = "0" * 64
"""What the first record names as the one before it."""
LATE_AFTER_MS = 5 * 60_000
"""A forecast issued later than this after its hour began is kept and not scored."""
MOST_BUCKETS = 100_000
MOST_LINE_BYTES = 16 * 2**20
_MOST_TEXT = 200
_MOST_PARAMETERS = 2**20
_LATEST_MS = 10**13
_HASH = re.compile(r"[0-9a-f]{64}")
_COMMON = {"kind": str, "sequence": int, "previous": str, "issued_ms": int, "series": str, "symbol": str, "venue": str}
_VERSIONS = {"parameters_hash": str, "model_version": str, "code_version": str}
_FIELDS: dict[str, dict[str, type]] = {
    "series": {**_COMMON, **_VERSIONS, "format": int, "parameters": str},
    "forecast": {
        **_COMMON,
        **_VERSIONS,
        "hour_ms": int,
        "market_end_ms": int,
        "quantity": str,
        "scale": str,
        "buckets": int,
        "map": str,
        "map_hash": str,
    },
}


class BrokenRecordError(Exception):
    """A line is not a sound record.

    Parameters
    ----------
    kind, text
        As in `ChainProblem`.
    """

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        super().__init__(kind, text)


class ParsedLine(NamedTuple):
    """A sound line: the record, and what ties it to the one before."""

    record: LoggedSeries | LoggedForecast
    previous: str


def hash_text(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_series(
    previous: str, sequence: int, issued_ms: int, label: str, contract: tuple[str, str], model: tuple[str, str, str]
) -> bytes:
    """Line that begins a series.

    Parameters
    ----------
    previous : str
        Hash of the record before.
    sequence, issued_ms : int
        Number of the record, and the clock.
    label : str
        Name of the series.
    contract : (str, str)
        Symbol and venue.
    model : (str, str, str)
        Parameters as JSON text, model version, code version.
    """
    parameters, model_version, code_version = model
    symbol, venue = contract
    for name, text in (("series", label), ("symbol", symbol), ("venue", venue), ("model_version", model_version)):
        check_word(name, text)
    if not isinstance(parameters, str) or len(parameters) > _MOST_PARAMETERS or not _is_json(parameters):
        raise InputError("parameters", "must be JSON text of at most 1 MiB", str(parameters)[:100])
    return _write_line(
        {
            "kind": "series",
            "format": FORMAT,
            "sequence": sequence,
            "previous": previous,
            "issued_ms": issued_ms,
            "series": label,
            "symbol": symbol,
            "venue": venue,
            "parameters": parameters,
            "parameters_hash": hash_text(parameters),
            "model_version": model_version,
            "code_version": code_version,
        }
    )


def write_forecast(
    previous: str, sequence: int, issued_ms: int, label: str, forecast: Forecast, code_version: str
) -> bytes:
    """Line of a forecast.

    Raises
    ------
    InputError
        When the forecast breaks a rule: edges that do not rise, negative or missing USD, bars later than its hour.
    """
    data = _map_bytes(forecast)
    if forecast.hour_ms % HOUR_MS or not 0 < forecast.hour_ms < _LATEST_MS:
        raise InputError("hour_ms", "must be the start of a UTC hour", forecast.hour_ms)
    if not 0 < forecast.market_end_ms <= forecast.hour_ms:
        raise InputError("market_end_ms", "must not be after the hour begins", forecast.market_end_ms)
    if not np.isfinite(forecast.scale) or forecast.scale < 0:
        raise InputError("scale", "must be finite and not negative", forecast.scale)
    if forecast.quantity not in ("held", "flow"):
        raise InputError("quantity", "must be held or flow", forecast.quantity)
    return _write_line(
        {
            "kind": "forecast",
            "sequence": sequence,
            "previous": previous,
            "issued_ms": issued_ms,
            "series": label,
            "symbol": forecast.symbol,
            "venue": forecast.venue,
            "hour_ms": int(forecast.hour_ms),
            "market_end_ms": int(forecast.market_end_ms),
            "quantity": forecast.quantity,
            # A text: the shortest decimal that reads back as the same number, whoever prints it.
            "scale": repr(float(forecast.scale)),
            "buckets": int(forecast.usd.shape[1]),
            "map": base64.b64encode(zlib.compress(data, 9)).decode(),
            "map_hash": hashlib.sha256(data).hexdigest(),
            "parameters_hash": forecast.parameters_hash,
            "model_version": forecast.model_version,
            "code_version": code_version,
        }
    )


def parse_line(line: bytes) -> ParsedLine:
    """Read a line, its line feed included.

    Raises
    ------
    BrokenRecordError
        When a byte of it is not what was written, or it never was a sound record.
    """
    if len(line) > MOST_LINE_BYTES:
        raise BrokenRecordError("format", f"longer than {MOST_LINE_BYTES:,} bytes")
    if not line.endswith(b"\n"):
        raise BrokenRecordError("torn", f"{len(line):,} bytes without a line end: a write that was cut short")
    written, space, body = line[:64], line[64:65], line[65:-1]
    record_hash = hashlib.sha256(body).hexdigest()
    if space != b" " or written != record_hash.encode():
        raise BrokenRecordError("damaged", "the bytes are not those that its hash was taken of")
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenRecordError("format", "is no JSON") from error
    kind = fields.get("kind") if isinstance(fields, dict) else None
    expected = _FIELDS.get(kind) if isinstance(kind, str) else None
    if expected is None or {name: type(value) for name, value in fields.items()} != expected:
        raise BrokenRecordError("format", "does not have the fields of a series or a forecast")
    if _canonical(fields) != body:
        raise BrokenRecordError("format", "is not canonical JSON: sorted keys, no spaces, ASCII")
    if not all(_HASH.fullmatch(fields[name]) for name in ("previous", "parameters_hash")):
        raise BrokenRecordError("format", "a hash is not 64 hexadecimal digits")
    if not 0 <= fields["issued_ms"] < _LATEST_MS:
        raise BrokenRecordError("format", "issued_ms is no time")
    read = _read_series if kind == "series" else _read_forecast
    return ParsedLine(read(fields, record_hash), fields["previous"])


def check_word(name: str, text: object) -> None:
    """Raise an InputError unless it is a short printable text."""
    if not isinstance(text, str) or not 0 < len(text) <= _MOST_TEXT or not text.isprintable():
        raise InputError(name, f"must be 1 to {_MOST_TEXT} printable characters", str(text)[:_MOST_TEXT])


def _read_series(fields: dict[str, Any], record_hash: str) -> LoggedSeries:
    if fields["format"] != FORMAT:
        raise BrokenRecordError("format", f"format {fields['format']}; this version reads {FORMAT}")
    if not _is_json(fields["parameters"]) or hash_text(fields["parameters"]) != fields["parameters_hash"]:
        raise BrokenRecordError("series", "the parameters are not those that their hash was taken of")
    names = ("issued_ms", "symbol", "venue", "parameters", "parameters_hash", "model_version", "code_version")
    return LoggedSeries(
        sequence=fields["sequence"],
        record_hash=record_hash,
        label=fields["series"],
        **{name: fields[name] for name in names},
    )


def _read_forecast(fields: dict[str, Any], record_hash: str) -> LoggedForecast:
    hour_ms = fields["hour_ms"]
    if hour_ms % HOUR_MS or not 0 < hour_ms < _LATEST_MS:
        raise BrokenRecordError("format", "hour_ms is not the start of a UTC hour")
    if fields["market_end_ms"] > min(hour_ms, fields["issued_ms"]):
        raise BrokenRecordError("look-ahead", "bars were used that closed after the hour began, or after the issue")
    if fields["quantity"] not in ("held", "flow"):
        raise BrokenRecordError("format", "quantity is neither held nor flow")
    price_edges, usd = _read_map(fields)
    forecast = Forecast(
        symbol=fields["symbol"],
        venue=fields["venue"],
        hour_ms=hour_ms,
        market_end_ms=fields["market_end_ms"],
        price_edges=price_edges,
        usd=usd,
        scale=_read_scale(fields["scale"]),
        quantity=fields["quantity"],
        parameters_hash=fields["parameters_hash"],
        model_version=fields["model_version"],
    )
    return LoggedForecast(
        sequence=fields["sequence"],
        record_hash=record_hash,
        issued_ms=fields["issued_ms"],
        code_version=fields["code_version"],
        label=fields["series"],
        forecast=forecast,
        is_late=fields["issued_ms"] > hour_ms + LATE_AFTER_MS,
    )


def _read_scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = float("nan")
    if repr(scale) != text or not 0 <= scale < float("inf"):
        raise BrokenRecordError("format", "scale is not the shortest decimal of a number from 0")
    return scale


def _map_bytes(forecast: Forecast) -> bytes:
    edges = np.asarray(forecast.price_edges, dtype="<f8")
    usd = np.asarray(forecast.usd, dtype="<f8")
    if usd.ndim != 2 or usd.shape[0] != 2 or not 0 < usd.shape[1] <= MOST_BUCKETS:
        raise InputError("usd", f"must be (2, buckets) with 1 to {MOST_BUCKETS} buckets", usd.shape)
    if edges.shape != (usd.shape[1] + 1,):
        raise InputError("price_edges", f"must be ({usd.shape[1] + 1},)", edges.shape)
    if fault := _map_fault(edges, usd):
        raise InputError("price_edges, usd", "must be a map", fault)
    return edges.tobytes() + np.ascontiguousarray(usd).tobytes()


def _map_fault(edges: np.ndarray, usd: np.ndarray) -> str:
    if not (np.isfinite(edges).all() and edges[0] > 0 and (np.diff(edges) > 0).all()):
        return "edges that are not above 0 and rising"
    return "" if np.isfinite(usd).all() and (usd >= 0).all() else "USD that are negative or not finite"


def _read_map(fields: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    buckets = fields["buckets"]
    if not 0 < buckets <= MOST_BUCKETS:
        raise BrokenRecordError("map", f"{buckets} buckets")
    size = 8 * (3 * buckets + 1)
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(base64.b64decode(fields["map"], validate=True), size + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise BrokenRecordError("map", "the map cannot be unpacked") from error
    if len(data) != size or not unpack.eof or unpack.unused_data:
        raise BrokenRecordError("map", f"the map does not have the {size:,} bytes of {buckets} buckets")
    if hashlib.sha256(data).hexdigest() != fields["map_hash"]:
        raise BrokenRecordError("map", "the map's bytes are not those that its hash was taken of")
    values = np.frombuffer(data, dtype="<f8").astype(np.float64)
    edges, usd = values[: buckets + 1], values[buckets + 1 :].reshape(2, buckets)
    if fault := _map_fault(edges, usd):
        raise BrokenRecordError("map", f"the map has {fault}")
    return edges, usd


def _write_line(fields: dict[str, Any]) -> bytes:
    body = _canonical(fields)
    return hashlib.sha256(body).hexdigest().encode() + b" " + body + b"\n"


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _is_json(text: str) -> bool:
    try:
        # A lone surrogate can be written in JSON and has no bytes to hash.
        json.loads(text.encode())
    except (ValueError, RecursionError):
        return False
    return True
