"""A panel of real positions as maps: who held what, and at which distance from the price it would be liquidated.

Only a part of the traders is listed in each snapshot, so the positions of a trader are carried on from where they
were last seen, for a day, and a snapshot is read as shares of a side's open positions, which the venue's both sides
have in common, and never as a total in USD.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from liqheat.errors import FileFormatError, InputError, NoDataError
from liqheat.records import MapProfiles
from liqheat.records.arrays import FloatArray, IndexArray, TimeArray
from liqheat.store import load_table, read_times
from liqheat.units import HOUR_MS

CARRY_HOURS = 24.0
"""Of the notional that is missing from a snapshot and seen again 16 to 30 hours after it was last seen, four fifths
are still there; a map 24 h old then shares no row with the map it is compared to."""
LEAST_TRADERS = 150
"""Snapshots that list fewer traders are not scored; their positions are still carried on."""
LEAST_SPACING_HOURS = 2.0
"""Snapshots of one burst are one observation."""
_NUMBERS = ("size", "entry_px", "mark_px", "liq_px")


@dataclass(frozen=True, slots=True, eq=False)
class PositionPanel:
    """Positions of known traders, snapshot by snapshot; one row for each position.

    Attributes
    ----------
    time_ms : (s,) int64
        UTC epoch milliseconds of each snapshot, rising.
    snapshot : (n,) int64
        Snapshot of each row.
    trader : (n,) int64
        Number of the trader.
    coin : (n,) str
        Base asset.
    is_short : (n,) bool
        Side.
    quantity : (n,) float64
        Coins, positive.
    entry_price, mark_price : (n,) float64
        USD.
    liquidation_price : (n,) float64
        USD; NaN where the position cannot be liquidated by itself.
    source : str
        File.
    """

    time_ms: TimeArray
    snapshot: IndexArray
    trader: IndexArray
    coin: NDArray[np.str_]
    is_short: NDArray[np.bool_]
    quantity: FloatArray
    entry_price: FloatArray
    mark_price: FloatArray
    liquidation_price: FloatArray
    source: str = ""

    @property
    def traders_listed(self) -> IndexArray:
        """Traders listed in each snapshot, (s,)."""
        pairs = np.unique(np.stack([self.snapshot, self.trader]), axis=1)
        return np.bincount(pairs[0], minlength=self.time_ms.size)

    def usable_snapshots(
        self, least_traders: int = LEAST_TRADERS, least_spacing_hours: float = LEAST_SPACING_HOURS
    ) -> IndexArray:
        """Snapshots that list enough traders, and of those that follow each other closely only the first."""
        listed, chosen = self.traders_listed, list[int]()
        for index, time_ms in enumerate(self.time_ms):
            is_apart = not chosen or time_ms - self.time_ms[chosen[-1]] >= least_spacing_hours * HOUR_MS
            if listed[index] >= least_traders and is_apart:
                chosen.append(index)
        return np.array(chosen, np.int64)


def load_panel(path: str | Path) -> PositionPanel:
    """Load a panel of positions from a ``.parquet`` or ``.csv`` file.

    Columns: ``ts``, ``trader_id``, ``coin``, ``side`` (``Long`` or ``Short``), ``size`` in coins of either sign,
    ``entry_px``, ``mark_px`` and ``liq_px`` (missing where there is none).

    Raises
    ------
    FileFormatError
        When the file cannot be read, lacks a column, or a value is not of its kind.
    """
    table = load_table("positions", Path(path))
    missing = [name for name in ("ts", "trader_id", "coin", "side", *_NUMBERS) if name not in table.column_names]
    if missing:
        raise FileFormatError("positions", f"must have the columns {', '.join(missing)}", ", ".join(table.column_names))
    try:
        rows = {name: np.array(table[name].to_pylist(), np.float64) for name in _NUMBERS}
    except (TypeError, ValueError) as error:
        raise FileFormatError("positions", f"{', '.join(_NUMBERS)} must be numbers", error) from error
    side = np.array([str(value).lower() for value in table["side"].to_pylist()])
    if not np.all((side == "long") | (side == "short")):
        raise FileFormatError("positions", "side must be Long or Short", ", ".join(sorted(set(side.tolist()))[:5]))
    for name in ("size", "entry_px", "mark_px"):
        if not np.all(np.isfinite(rows[name]) & (rows[name] != 0)):
            raise FileFormatError("positions", f"{name} must be finite and not 0", f"row {int(np.argmin(rows[name]))}")
    times, snapshot = np.unique(read_times("positions.ts", table["ts"]), return_inverse=True)
    _, trader = np.unique(np.array(table["trader_id"].to_pylist(), np.str_), return_inverse=True)
    return PositionPanel(
        time_ms=times,
        snapshot=snapshot.astype(np.int64),
        trader=trader.astype(np.int64),
        coin=np.array(table["coin"].to_pylist(), np.str_),
        is_short=side == "short",
        quantity=np.abs(rows["size"]),
        entry_price=rows["entry_px"],
        mark_price=rows["mark_px"],
        liquidation_price=np.where(rows["liq_px"] > 0, rows["liq_px"], np.nan),
        source=Path(path).name,
    )


def known_rows(panel: PositionPanel, coin: str, snapshot: int, carry_hours: float = CARRY_HOURS) -> IndexArray:
    """Rows of one coin that count as open at a snapshot: each trader's, as last seen within `carry_hours`."""
    age_ms = panel.time_ms[snapshot] - panel.time_ms
    recent = (age_ms >= 0) & (age_ms <= carry_hours * HOUR_MS)
    inside = recent[panel.snapshot]
    last = np.full(int(panel.trader.max()) + 1, -1, np.int64)
    np.maximum.at(last, panel.trader[inside], panel.snapshot[inside])
    return np.flatnonzero(inside & (panel.coin == coin) & (panel.snapshot == last[panel.trader]))


def panel_profiles(
    panel: PositionPanel,
    coin: str,
    snapshots: IndexArray,
    *,
    cell_width: float,
    n_cells: int,
    carry_hours: float = CARRY_HOURS,
    as_of: IndexArray | None = None,
    name: str = "positions",
) -> MapProfiles:
    """Real positions by distance from the price, as shares of each side's open notional.

    Parameters
    ----------
    panel : PositionPanel
        All snapshots.
    coin : str
        Base asset.
    snapshots : (s,) int64
        Snapshots to read.
    cell_width, n_cells
        Cells in log distance; what lies farther is part of the whole that shares are of.
    carry_hours : float
        How long a trader who is not listed counts as holding what was last seen.
    as_of : (s,) int64, optional
        Snapshot whose positions are taken, at fixed prices, instead of `snapshots` themselves: an old map.
    name : str
        Name of the map.

    Returns
    -------
    MapProfiles
        Shares in place of USD. A level that the price has passed counts as gone.

    Raises
    ------
    NoDataError
        When the coin is not held in one of the snapshots.
    """
    usd = np.zeros((snapshots.size, 2, n_cells))
    close = np.array([mark_of(panel, coin, int(snapshot)) for snapshot in snapshots])
    for index, source in enumerate(snapshots if as_of is None else as_of):
        rows = known_rows(panel, coin, int(source), carry_hours)
        side = panel.is_short[rows].astype(np.int64)
        notional = panel.quantity[rows] * close[index]
        distance = np.log(panel.liquidation_price[rows] / close[index]) * np.where(side == 1, 1.0, -1.0)
        is_open = ~(distance <= 0)
        near = is_open & (distance < cell_width * n_cells)
        cell = np.minimum((distance[near] / cell_width).astype(np.int64), n_cells - 1)
        np.add.at(usd[index], (side[near], cell), notional[near])
        whole = np.bincount(side[is_open], notional[is_open], 2)
        usd[index] /= np.where(whole > 0, whole, 1.0)[:, None]
    return MapProfiles(name, panel.time_ms[snapshots], close, usd, cell_width)


def mark_of(panel: PositionPanel, coin: str, snapshot: int) -> float:
    """Median mark price of a coin in a snapshot.

    Raises
    ------
    NoDataError
        When nobody holds it there.
    """
    rows = (panel.snapshot == snapshot) & (panel.coin == coin)
    if not rows.any():
        raise NoDataError("coin", f"must be held in snapshot {snapshot}", coin)
    return float(np.median(panel.mark_price[rows]))


def snapshots_before(
    panel: PositionPanel, snapshots: IndexArray, hours: float, tolerance_hours: float = 4.0
) -> IndexArray:
    """The snapshot nearest to `hours` before each of some; -1 where none lies within the tolerance."""
    if tolerance_hours >= hours:
        raise InputError("tolerance_hours", f"must be below {hours:g}", tolerance_hours)
    wanted = panel.time_ms[snapshots] - round(hours * HOUR_MS)
    away = np.abs(panel.time_ms[None, :] - wanted[:, None])
    nearest = away.argmin(axis=1)
    is_near = away[np.arange(snapshots.size), nearest] <= tolerance_hours * HOUR_MS
    return np.where(is_near, nearest, -1)
