"""The best open systems' maps on our own market, behind one interface, so that all are scored on equal background.

Which systems, and why these. ``liqmap_rules`` is the most careful open engine. ``time_evolving_rules`` is the most
complete Python project. The third is ``indicator_rules``, the one most used: it is a rule over bars, sweeps by the
path and forgets, so it can be scored over time; it needs taker volume, for which the place of the close within the
bar stands in. Of the other candidates, one draws the present open interest at the present price and a decorative time
axis (nothing that could be swept later: a static profile, which is scored as a baseline), and one draws sides at
random without a seed. ``candle_side`` is our own book with one rule of theirs. ``uniform``, the plain mix, is made by
our own book: see `liqheat_lab.rivals.maps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from liqheat import _core
from liqheat.errors import InputError, NoDataError, UnknownNameError
from liqheat.records import CELL_WIDTH, MapProfiles, MapRun, MarketHistory
from liqheat.units import parse_interval_ms
from liqheat_lab.rivals import _rivals_numpy
from liqheat_lab.rivals.rules import RIVAL_ROWS, RivalRow

if TYPE_CHECKING:
    from liqheat.records.arrays import FloatArray, IndexArray

BUCKET_RATIO = 1.0005
"""Buckets of 5 basis points, as the book's."""
MOST_CELLS = 1000
RIVAL_NAMES = tuple(RIVAL_ROWS)

Backend = Literal["rust", "numpy"]
_BACKENDS: dict[str, Any] = {"rust": _core.run_rival_map, "numpy": _rivals_numpy.run_rival_map}


def run_rival(
    market: MarketHistory,
    name: str,
    *,
    by_leverage: bool = False,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> MapRun:
    """Run another system's rules over a market.

    Parameters
    ----------
    market : MarketHistory
        Checked history of n bars.
    name : str
        One of `RIVAL_NAMES`.
    by_leverage : bool, default False
        One column for each leverage; else one in all, which keeps the system's own weights.
    bucket_ratio : float, default 1.0005
        Ratio of neighbouring bucket edges.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    MapRun
        ``swept_usd`` (n, 2, 1 or k): what each bar's mark path takes out of the map as it stood before the bar. USD,
        but for ``indicator_rules``, whose strength has no unit.

    Raises
    ------
    UnknownNameError
        When no system or backend has the name.
    InputError
        When the market has no bars, or a series breaks a rule.

    Examples
    --------
    >>> from liqheat import simulate_market
    >>> market = simulate_market(days=2).history
    >>> run_rival(market, "liqmap_rules").swept_usd.shape == (market.n_bars, 2, 1)
    True
    """
    row = _find(name)
    swept, _ = _run(market, row, np.zeros(0, np.int64), 0, bucket_ratio, backend)
    columns = tuple(f"{leverage:g}x" for leverage in row.leverages) if by_leverage else ("map",)
    if not by_leverage:
        swept = np.add.accumulate(swept, axis=2)[:, :, -1:]
    notes = (f"rules of {row.source}", *row.faults, *row.stand_ins)
    return MapRun(row.name, np.ascontiguousarray(swept), columns, notes)


def rival_profiles(
    market: MarketHistory,
    name: str | RivalRow,
    interval: str = "1h",
    n_cells: int = 80,
    *,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> MapProfiles:
    """Read another system's map by distance from the price, at the close of each whole interval.

    Parameters
    ----------
    market : MarketHistory
        Checked history.
    name : str or RivalRow
        One of `RIVAL_NAMES`, or a row of its own, such as one of them repaired.
    interval : str
        Time between profiles, a multiple of the bars', on whole intervals of UTC.
    n_cells : int
        Cells of 10 bp on each side; 80 reach 8 %.
    bucket_ratio : float, default 1.0005
        Ratio of neighbouring bucket edges.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    MapProfiles
        Longs below the close, shorts above; levels on the wrong side of the close are not shown.

    Raises
    ------
    UnknownNameError, InputError
        As `run_rival`; also for an interval that is no multiple of the bars', or a number of cells out of range.
    NoDataError
        When no whole interval ends in the market.
    """
    row = _find(name)
    interval_ms = parse_interval_ms(interval)
    if interval_ms % market.interval_ms:
        raise InputError("interval", f"must be a multiple of the bars' {market.interval_ms} ms", interval)
    if not 1 <= n_cells <= MOST_CELLS:
        raise InputError("n_cells", f"must be from 1 to {MOST_CELLS}", n_cells)
    closes_ms = market.open_time_ms + market.interval_ms
    looks = np.flatnonzero(closes_ms % interval_ms == 0).astype(np.int64)
    if not looks.size:
        raise NoDataError("interval", "must end in the market at least once", interval)
    bucket = float(np.log(bucket_ratio))
    # The bucket of the close counts in part, and one more for the rounding of logarithms.
    n_window = int(np.ceil(n_cells * CELL_WIDTH / bucket)) + 3
    _, columns = _run(market, row, looks, n_window, bucket_ratio, backend)
    close = market.close[looks]
    position = np.log(close) / bucket
    above = np.floor(position) + 1.0 - position
    usd = np.stack(
        [_by_distance(columns[:, side], skipped, bucket, n_cells) for side, skipped in enumerate((above, 1.0 - above))],
        axis=1,
    )
    return MapProfiles(row.name, closes_ms[looks], close, usd)


def _by_distance(columns: FloatArray, skipped: FloatArray, bucket: float, n_cells: int) -> FloatArray:
    """Cut columns (s, buckets), which start with the close's own bucket, into cells by distance, (s, cells).

    `skipped` is the part of the first bucket that lies on the other side of the close.
    """
    below = np.concatenate([np.zeros((len(columns), 1)), np.cumsum(columns, axis=1)], axis=1)
    at = skipped[:, None] + np.arange(n_cells + 1) * (CELL_WIDTH / bucket)
    whole = np.minimum(at.astype(np.int64), columns.shape[1] - 1)
    part = at - whole
    rows = np.arange(len(columns))[:, None]
    reached = below[rows, whole] + part * columns[rows, whole]
    usd: FloatArray = np.maximum(np.diff(reached, axis=1), 0.0)
    return usd


def _find(name: str | RivalRow) -> RivalRow:
    if isinstance(name, RivalRow):
        return name
    if name not in RIVAL_ROWS:
        raise UnknownNameError("name", f"must be one of {', '.join(RIVAL_ROWS)}", name)
    return RIVAL_ROWS[name]


def _run(
    market: MarketHistory, row: RivalRow, looks: IndexArray, n_window: int, bucket_ratio: float, backend: Backend
) -> tuple[FloatArray, FloatArray]:
    if backend not in _BACKENDS:
        raise UnknownNameError("backend", f"must be one of {', '.join(_BACKENDS)}", backend)
    if market.n_bars == 0:
        raise InputError("market", "must have at least one bar", 0)
    if not 1.00001 <= bucket_ratio <= 2.0:
        raise InputError("bucket_ratio", "must be from 1.00001 to 2", bucket_ratio)
    names = ("open", "high", "low", "close", "mark_low", "mark_high", "volume", "open_interest")
    for series in names:
        values = getattr(market, series)
        floor = 0.0 if series in ("volume", "open_interest") else np.nextafter(0.0, 1.0)
        bad = ~(np.isfinite(values) & (values >= floor))
        if values.shape != (market.n_bars,) or bad.any():
            rule = f"must hold {market.n_bars} finite values {'from' if floor == 0.0 else 'above'} 0"
            raise InputError(f"market.{series}", rule, values[bad][:1] if bad.any() else values.shape)
    leverages = np.array(row.leverages)
    factors = row.factors(leverages)
    flows = row.flows(market)
    n_tiers = leverages.size
    idle, opened = flows.idle, np.ascontiguousarray(flows.opened, dtype=np.float64)
    swept = np.zeros((market.n_bars, 2, n_tiers))
    columns = np.zeros((looks.size, 2, n_window))
    _BACKENDS[backend](
        factors=np.ascontiguousarray(factors),
        shares=np.array(row.shares),
        keep=row.keep(market.interval_ms),
        hazards=np.ascontiguousarray(row.hazards(np.abs(np.log(factors)).mean(axis=0))),
        entries=np.array(row.entries),
        blur=row.blur,
        clears_range=row.clears_range,
        closes_pooled=row.closes_pooled,
        fade=row.fade,
        fade_after=row.fade_after,
        follows_open_interest=flows.change is not None,
        # Coins are worth the price of their level; contracts in USD, and strengths, count as they are.
        unit_is_usd=row.unit != "coins" or market.contract_kind == "inverse",
        **{
            series: np.ascontiguousarray(getattr(market, series), dtype=np.float64)
            for series in ("low", "high", "close", "mark_low", "mark_high")
        },
        opened=opened,
        closed=np.ascontiguousarray(flows.closed, dtype=np.float64),
        change=np.zeros(market.n_bars) if flows.change is None else flows.change,
        refill=np.zeros((market.n_bars, 2)) if flows.refill is None else flows.refill,
        bucket_ratio=float(bucket_ratio),
        idle=(float(idle[0]), float(idle[1])),
        looks=looks,
        n_window=n_window,
        swept_usd=swept,
        columns=columns,
    )
    return swept, columns
