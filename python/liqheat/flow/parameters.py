"""Fitted parameters as files: what was fitted, on what, and the hash that freezes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from liqheat.errors import FileFormatError, InputError, UnknownNameError
from liqheat.records import DISTANCE_KNOTS, FlowForm, MixtureWeights, OutcomeBand, SmoothDistances, TouchLaw, base_of
from liqheat.records.arrays import FloatArray
from liqheat.units import HOUR_MS, MINUTE_MS

MODEL_FORMAT = "3"
"""Changes whenever the same parameters would mean something else; older files are refused, not guessed at."""
FLOW_FORM = FlowForm(name="legible book, two speeds", distances="uniform", kappas=(1.0, 0.02))
"""Leverages as exchanges offer them, by each venue's own formula: distinct clusters, and as right as a smooth law."""
SHIPPED = "btc-2025-12-05-2026-02-28-5m"
SHIPPED_BARS = {
    5 * MINUTE_MS: SHIPPED,
    15 * MINUTE_MS: "btc-2025-12-05-2026-02-28-15m",
    HOUR_MS: "btc-2025-12-05-2026-02-28-1h",
}
"""Parameters by length of the bars that they read: a baseline of moves means something else on other bars."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What parameters were fitted on.

    Attributes
    ----------
    symbol, venue : str
        Market whose open interest and candles were read.
    start_ms, end_ms : int
        Train window, UTC milliseconds, half-open.
    n_intervals : int
        Labels with liquidations known.
    events_usd : float
        Liquidated in them, USD.
    sources : tuple of str
        Files or feeds of the labels.
    bar_ms : int
        Length of the bars that were read.
    venues : tuple of str
        Whose liquidations the labels are.
    """

    symbol: str
    venue: str
    start_ms: int
    end_ms: int
    n_intervals: int
    events_usd: float
    sources: tuple[str, ...]
    bar_ms: int = 5 * MINUTE_MS
    venues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedModel:
    """Everything that a forecast needs besides the market itself; frozen by its hash.

    Attributes
    ----------
    name : str
        For people and files.
    form : FlowForm
        The fixed law of the map.
    fitted : Provenance
        What it was fitted on.
    weights : dict of str to MixtureWeights
        By map or baseline: ``flow`` is the model; ``b0`` … ``b1y`` and ``static`` the baselines, without map columns;
        the rest are controls and rivals, each on the background of ``b1y``.
    laws : dict of str to TouchLaw
        By horizon: what is liquidated on the way to a level that is reached. Empty where only intervals were fitted.
    support : (2, n_tiers) float64
        By side and distance tier: how much of its estimate the train window's sweeps back, 0 (the law alone) to 1.
    transferred_to : str or None
        Symbol that the parameters are used for although they were fitted on another; never part of the hash.
    """

    name: str
    form: FlowForm
    fitted: Provenance
    weights: Mapping[str, MixtureWeights]
    laws: Mapping[str, TouchLaw] = field(default_factory=dict)
    support: FloatArray = field(default_factory=lambda: np.zeros((2, 0)))
    transferred_to: str | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON of all parameters, hexadecimal."""
        return hashlib.sha256(_canonical(self)).hexdigest()

    def for_symbol(self, symbol: str) -> CalibratedModel:
        """The same parameters, marked as transferred where `symbol` is not the one they were fitted on."""
        is_own = base_of(symbol) == base_of(self.fitted.symbol)
        return replace(self, transferred_to=None if is_own else symbol)


def shipped_for(bar_ms: int) -> str:
    """Name of the shipped parameters for bars of this length: those of the same or the next longer bars.

    Raises
    ------
    InputError
        When there are none for bars this long.
    """
    for length, name in sorted(SHIPPED_BARS.items()):
        if length >= bar_ms and length % bar_ms == 0:
            return name
    lengths = ", ".join(f"{length // MINUTE_MS}" for length in SHIPPED_BARS)
    raise InputError("bars", f"must divide bars of {lengths} minutes, for which parameters are shipped", bar_ms)


def write_model(model: CalibratedModel, path: str | Path) -> None:
    """Write parameters as JSON with their hash.

    Raises
    ------
    InputError
        When the path does not end in ``.json``, by which `load_model` knows a file from a name, or cannot be written.
    """
    path = Path(path)
    if path.suffix != ".json":
        raise InputError("output", "must end in .json", path)
    body = _as_json(model) | {"hash": model.hash}
    try:
        path.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError("output", "must be a file that can be written", f"{path}: {error.strerror}") from error


def load_model(name: str | Path = SHIPPED) -> CalibratedModel:
    """Load shipped parameters by name, or from a ``.json`` file.

    Raises
    ------
    UnknownNameError
        When no shipped parameters have the name.
    FileFormatError
        When the file is not one of ours, is of another model version, or was changed after it was hashed.
    """
    if str(name).endswith(".json"):
        path = Path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileFormatError("model", "must be a readable .json file", f"{path.name}: {error}") from error
    else:
        shipped = resources.files("liqheat.flow").joinpath("data")
        known = sorted(one.name.removesuffix(".json") for one in shipped.iterdir() if one.name.startswith("btc-"))
        if str(name) not in known:
            raise UnknownNameError("model", f"must be one of {', '.join(known)} or a .json file", name)
        text = shipped.joinpath(f"{name}.json").read_text(encoding="utf-8")
    return read_model(text, str(name))


def read_model(text: str, source: str = "") -> CalibratedModel:
    """Read parameters from JSON; errors as `load_model`."""
    try:
        body = json.loads(text)
        found = body["model_format"]
        model = _model(body) if found == MODEL_FORMAT else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        rule = "must be a file of calibrated parameters"
        raise FileFormatError("model", rule, f"{source}: {error!r}"[:200]) from error
    if model is None:
        rule = f"must be of model version {MODEL_FORMAT}; calibrate again with this version"
        raise FileFormatError("model", rule, f"{source}: version {found}")
    if body.get("hash") != model.hash:
        raise FileFormatError("model", "must not be changed after it was hashed", f"{source}: {body.get('hash')}")
    return model


def _model(body: Mapping[str, Any]) -> CalibratedModel:
    distances = body["form"]["distances"]
    form = FlowForm(
        body["form"]["name"],
        distances if isinstance(distances, str) else SmoothDistances(**distances),
        tuple(body["form"]["kappas"]),
    )
    raw = body["fitted"]
    fitted = Provenance(**{**raw, "sources": tuple(raw["sources"]), "venues": tuple(raw["venues"])})
    weights = {name: _weights(raw) for name, raw in body["weights"].items()}
    laws = {horizon: _law(raw, len(form.kappas)) for horizon, raw in body["laws"].items()}
    support = np.asarray(body["support"], dtype=np.float64).reshape(2, -1)
    return CalibratedModel(body["name"], form, fitted, weights, laws, support)


def _law(raw: Mapping[str, Any], n_terms: int) -> TouchLaw:
    shapes = {
        "book_weights": (2, n_terms),
        "distance_weights": (2, DISTANCE_KNOTS.size),
        "ensemble": (-1, 2, n_terms),
        "usual_book": (2, -1),
    }
    arrays = {name: np.asarray(raw[name], dtype=np.float64).reshape(shape) for name, shape in shapes.items()}
    for name, values in arrays.items():
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(name, "must be finite and at least 0", "others")
    bands = {name: {kind: _band(ends) for kind, ends in raw[name].items()} for name in ("way_bands", "inside_bands")}
    for name, found in bands.items():
        if not {"tracked", "untracked"} <= set(found):
            raise InputError(name, "must hold tracked and untracked", ", ".join(sorted(found)))
    return TouchLaw(
        arrays["book_weights"],
        arrays["distance_weights"],
        arrays["ensemble"],
        arrays["usual_book"],
        bands["way_bands"],
        bands["inside_bands"],
    )


def _band(raw: Mapping[str, Any]) -> OutcomeBand:
    size, low, high = (np.asarray(raw[name], dtype=np.float64) for name in ("size", "low", "high"))
    if not (size.ndim == 1 and size.shape == low.shape == high.shape and size.size):
        raise InputError("bands", "must have a low and a high end for each size", (size.shape, low.shape, high.shape))
    if np.any(np.diff(size) < 0) or np.any(low > high) or not np.all(np.isfinite([size, low, high])):
        raise InputError("bands", "must be finite, sizes rising, low <= high", raw["size"])
    return OutcomeBand(size, low, high)


def _weights(raw: Mapping[str, Any]) -> MixtureWeights:
    arrays = [np.asarray(raw[name], dtype=np.float64) for name in ("map_weights", "background_weights", "floor_usd")]
    map_weights, background, floor = arrays
    for name, values, n_axes in (
        ("map_weights", map_weights, 2),
        ("background_weights", background, 2),
        ("floor_usd", floor, 1),
    ):
        if values.ndim != n_axes or values.shape[0] != 2:
            raise InputError(name, "must hold a row for each of the 2 sides", values.shape)
    for name, values in zip(("map_weights", "background_weights", "floor_usd"), arrays, strict=True):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError(name, "must be finite and at least 0", raw[name])
    return MixtureWeights(map_weights, background, floor)


def _as_json(model: CalibratedModel) -> dict[str, Any]:
    return {
        "model_format": MODEL_FORMAT,
        "name": model.name,
        "form": asdict(model.form),
        "fitted": asdict(model.fitted),
        "weights": {
            name: {
                "map_weights": one.map_weights.tolist(),
                "background_weights": one.background_weights.tolist(),
                "floor_usd": one.floor_usd.tolist(),
            }
            for name, one in sorted(model.weights.items())
        },
        "laws": {horizon: _law_as_json(law) for horizon, law in sorted(model.laws.items())},
        "support": model.support.tolist(),
    }


def _law_as_json(law: TouchLaw) -> dict[str, Any]:
    arrays = ("book_weights", "distance_weights", "ensemble", "usual_book")
    found: dict[str, Any] = {name: getattr(law, name).tolist() for name in arrays}
    for name in ("way_bands", "inside_bands"):
        bands = sorted(getattr(law, name).items())
        found[name] = {
            kind: {"size": one.size.tolist(), "low": one.low.tolist(), "high": one.high.tolist()} for kind, one in bands
        }
    return found


def _canonical(model: CalibratedModel) -> bytes:
    # Python's shortest representation of a float is exact, so the same parameters give the same text everywhere.
    return json.dumps(_as_json(model), sort_keys=True, separators=(",", ":")).encode()
