"""A folder of history files as markets.

File-name rule: ``<kind>_<venue>_<contract>_<interval>_<PAIR>.parquet`` (or ``.csv``), with more words after the pair
if you like, but for six digits: those name an expiring contract, which is another market. Kind is ``candles``,
``mark`` or ``oi``; venue and contract are a row of `VENUE_WORDS`. Other files are left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat.records import Candles, ContractKind, MarkCandles, OpenInterest, base_of
from liqheat.store.files import load_candles, load_mark_candles, load_open_interest
from liqheat.venues import VENUE_WORDS, resolve_alias

SHORTEST_COVERAGE = 0.95
"""Candles of the open interest's own venue are taken when they cover at least this share of it."""
_USUAL_VOLUME_RATIOS = {("binanceusdm", "bybit"): {"BTC": 2.06, "ETH": 3.0, "SOL": 2.2}}
"""Volume of the open interest's venue over that of a stand-in, for folders in which both never overlap."""
_QUOTES = ("USDT", "USDC", "USD")
_NAME = re.compile(
    r"(?P<kind>candles|mark|oi)_(?P<venue>[a-z]+)_(?P<contract>[a-z]+)_(?P<interval>\d+[mhd])_(?P<pair>[A-Z0-9]+)"
    r"(?!_\d{6}[_.])(?:_.*)?\.(?:parquet|csv)"
)


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """One recognised file."""

    path: Path
    kind: str
    venue: str
    contract_kind: ContractKind
    interval: str
    symbol: str


@dataclass(frozen=True, slots=True)
class FolderMarket:
    """Raw series of one contract in a folder, with what was chosen.

    Attributes
    ----------
    venue, symbol, contract_kind : str
        Whose open interest it is.
    candles : Candles
        Trade candles; their volume is scaled where another venue's stand in (`notes` gives the ratio).
    open_interest : OpenInterest
        One-sided open interest.
    mark : MarkCandles or None
        Mark candles fine enough for the candles, if there are any.
    notes : tuple of str
        Which sources were taken and why.
    candle_venue : str or None
        Whose candles stand in for the venue's own; None for its own.
    """

    venue: str
    symbol: str
    contract_kind: ContractKind
    candles: Candles
    open_interest: OpenInterest
    mark: MarkCandles | None
    notes: tuple[str, ...]
    candle_venue: str | None


def list_history_files(folder: str | Path) -> list[HistoryFile]:
    """Files of a folder that follow the name rule.

    Raises
    ------
    InputError
        When the folder does not exist.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError("data", "must be an existing folder", folder)
    return [file for path in sorted(root.iterdir()) if (file := recognise_file(path)) is not None]


def recognise_file(path: Path) -> HistoryFile | None:
    """What a file holds by its name; None where it does not follow the rule."""
    match = _NAME.fullmatch(path.name)
    if match is None or (match["venue"], match["contract"]) not in VENUE_WORDS:
        return None
    venue, contract_kind = VENUE_WORDS[match["venue"], match["contract"]]
    symbol = unified_symbol(match["pair"], contract_kind)
    if symbol is None:
        return None
    return HistoryFile(path, match["kind"], venue, contract_kind, match["interval"], symbol)


def unified_symbol(pair: str, contract_kind: ContractKind) -> str | None:
    """The ccxt symbol of a venue's pair; None where its quote currency is not one we know.

    Examples
    --------
    >>> unified_symbol("BTCUSDT", "linear"), unified_symbol("BTCUSD", "inverse")
    ('BTC/USDT:USDT', 'BTC/USD:BTC')
    """
    quote = next((quote for quote in _QUOTES if pair.endswith(quote)), None)
    if quote is None or pair == quote:
        return None
    base = pair.removesuffix(quote)
    return f"{base}/{quote}:{base if contract_kind == 'inverse' else quote}"


def list_folder_markets(
    folder: str | Path, symbol: str | None = None, venue: str | None = None
) -> list[Callable[[], FolderMarket]]:
    """Every contract of a folder that has open interest and candles: one function each, which loads it.

    Parameters
    ----------
    folder : path
        Folder of history files.
    symbol, venue : str, optional
        Only contracts of this ccxt unified symbol, of this venue or alias; an empty list where there are none.

    Raises
    ------
    NoDataError
        When the folder holds no contract at all. The functions raise FileFormatError for a file that cannot be read.
    """
    groups: dict[tuple[ContractKind, str, str], list[HistoryFile]] = defaultdict(list)
    files = list_history_files(folder)
    for interest in files:
        if interest.kind == "oi":
            groups[interest.contract_kind, interest.symbol, interest.venue].append(interest)
    found: list[tuple[str, bool, Callable[[], FolderMarket]]] = []
    for (contract_kind, pair, own), interests in groups.items():
        same = [file for file in files if (file.contract_kind, file.symbol) == (contract_kind, pair)]
        if any(file.kind == "candles" for file in same):
            is_named = venue is None or own == resolve_alias(venue, contract_kind)
            found.append((pair, is_named, partial(_load_market, interests, same)))
    if not found:
        rule = "must hold candles_… and oi_… files named <kind>_<venue>_<contract>_<interval>_<PAIR>.parquet"
        raise NoDataError("data", rule, folder)
    return [load for pair, is_named, load in found if symbol in (None, pair) and is_named]


def _load_market(interests: list[HistoryFile], files: list[HistoryFile]) -> FolderMarket:
    """Load one contract; of several files of open interest the one with the most rows."""
    loaded = [(file, load_open_interest(file.path)) for file in interests]
    interest, open_interest = max(loaded, key=lambda option: option[1].time_ms.size)
    return _choose_sources(interest, open_interest, files)


def _choose_sources(interest: HistoryFile, open_interest: OpenInterest, files: list[HistoryFile]) -> FolderMarket:
    options = [(file, load_candles(file.path)) for file in files if file.kind == "candles"]
    own = [(file, candles) for file, candles in options if file.venue == interest.venue]
    enough = [option for option in own if _coverage(option[1], open_interest) >= SHORTEST_COVERAGE]
    file, candles = max(enough or options, key=lambda option: _coverage(option[1], open_interest))
    if candles.open_time_ms.size < 2:
        raise FileFormatError("candles", "must hold at least 2 rows", file.path.name)
    notes = [f"open interest: {interest.path.name}", f"candles: {file.path.name}"]
    if file.venue != interest.venue:
        ratio = _volume_ratio(own, candles)
        usual = _USUAL_VOLUME_RATIOS.get((interest.venue, file.venue), {})
        base = base_of(interest.symbol)
        if ratio is None and base in usual:
            candles = _scale_volume(candles, usual[base])
            notes.append(
                f"candles of {file.venue} stand in for {interest.venue}, volume x {usual[base]:.2f} (as measured on "
                f"{base} in 2025-12 and 2026-01: no {interest.venue} candles overlap)"
            )
        elif ratio is None:
            notes.append(f"volume is that of {file.venue}, unscaled: no {interest.venue} candles overlap")
        else:
            candles = _scale_volume(candles, ratio)
            notes.append(
                f"candles of {interest.venue} do not cover its open interest; those of {file.venue} stand in, "
                f"volume x {ratio:.2f} (ratio of totals where both exist)"
            )
    others = [other.path.name for other, _ in options if other.path != file.path]
    others += [
        other.path.name
        for other in files
        if other.kind == "oi" and other.venue == interest.venue and other.path != interest.path
    ]
    if others:
        notes.append(f"not taken: {', '.join(others)}")
    mark, mark_note = _choose_mark(interest, files, candles)
    return FolderMarket(
        interest.venue,
        interest.symbol,
        interest.contract_kind,
        candles,
        open_interest,
        mark,
        (*notes, *mark_note),
        None if file.venue == interest.venue else file.venue,
    )


def _scale_volume(candles: Candles, ratio: float) -> Candles:
    bought = candles.taker_buy_volume
    return replace(candles, volume=candles.volume * ratio, taker_buy_volume=None if bought is None else bought * ratio)


def _choose_mark(
    interest: HistoryFile, files: list[HistoryFile], candles: Candles
) -> tuple[MarkCandles | None, tuple[str, ...]]:
    step = int(candles.open_time_ms[1] - candles.open_time_ms[0])
    notes: list[str] = []
    for file in sorted((file for file in files if file.kind == "mark"), key=lambda file: file.venue != interest.venue):
        mark = load_mark_candles(file.path)
        mark_step = int(mark.open_time_ms[1] - mark.open_time_ms[0]) if mark.open_time_ms.size > 1 else step
        starts_in_time = mark.open_time_ms[0] <= candles.open_time_ms[0]
        ends_in_time = mark.open_time_ms[-1] + mark_step >= candles.open_time_ms[-1] + step
        if mark_step <= step and step % mark_step == 0 and starts_in_time and ends_in_time:
            return mark, (*notes, f"mark: {file.path.name}")
        reason = "coarser than" if mark_step > step else "does not divide" if step % mark_step else "does not cover"
        notes.append(f"not taken: {file.path.name} ({reason} the candles)")
    return None, tuple(notes)


def _coverage(candles: Candles, open_interest: OpenInterest) -> float:
    first, last = open_interest.time_ms[0], open_interest.time_ms[-1]
    start, end = max(first, candles.open_time_ms[0]), min(last, candles.open_time_ms[-1])
    return max(float(end - start), 0.0) / max(float(last - first), 1.0)


def _volume_ratio(own: list[tuple[HistoryFile, Candles]], candles: Candles) -> float | None:
    """Volume of the open interest's venue over that of the stand-in, where both have candles."""
    for _, other in own:
        common, ours, theirs = np.intersect1d(candles.open_time_ms, other.open_time_ms, return_indices=True)
        total = float(candles.volume[ours].sum())
        if common.size and total > 0:
            return float(other.volume[theirs].sum()) / total
    return None
