"""The whole story on one page: history in, checked and aligned; a book estimated; a heatmap drawn.

This is the only module that chains stages. Stages never import each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from liqheat import book, exchanges, heatmap, margin, simulator, store
from liqheat.book import BUCKET_RATIO, MODEL_VERSION, Backend, load_leverage_mix
from liqheat.errors import InputError, LiqheatError
from liqheat.records import (
    BookEstimate,
    DistanceTiers,
    HolderClass,
    LeverageMix,
    MarketHistory,
    Side,
)
from liqheat.units import parse_bucket_width

__all__ = [
    "BUCKET_RATIO",
    "MODEL_VERSION",
    "build_heatmap",
    "draw_heatmap",
    "estimate_book",
    "fetch_to_folder",
    "load_leverage_mix",
    "load_market_files",
    "load_markets",
    "read_market",
    "simulated_markets",
    "venue_distance_tiers",
]

TYPICAL_NOTIONAL_USD = 10_000.0
"""Size whose margin tier sets the distances: the first tier of every venue."""
SIMULATED_VENUE = "simulated"
_SIMULATED_RULES = "binanceusdm"
"""The simulated market liquidates by Binance's formula and tiers."""


def venue_distance_tiers(
    venue: str,
    symbol: str,
    leverage_mix: str | Path | LeverageMix = "classic",
    *,
    reference_price: float | None = None,
) -> DistanceTiers:
    """Distance tiers of a leverage mix at a venue, by the venue's own liquidation formula.

    Leverages that the venue does not offer are moved to its maximum.

    Parameters
    ----------
    venue, symbol : str
        Venue id and ccxt unified symbol.
    leverage_mix : str, Path or LeverageMix
        ``classic``, ``uniform``, a JSON file, or a mix.
    reference_price : float, optional
        Price for venues whose tiers count coins or contracts.

    Examples
    --------
    >>> tiers = venue_distance_tiers("bybit", "BTC/USDT:USDT")
    >>> [f"{leverage:g}x {distance:.4%}" for leverage, distance in zip(tiers.leverages, tiers.distances[0])][:2]
    ['100x 0.5038%', '50x 1.5190%']
    """
    rules = _SIMULATED_RULES if venue == SIMULATED_VENUE else venue
    mix = load_leverage_mix(leverage_mix)
    mix = book.cap_leverage(mix, margin.maximum_leverage(rules, symbol, TYPICAL_NOTIONAL_USD, reference_price))
    distances = margin.venue_liquidation_distances(
        rules, symbol, mix.leverages, TYPICAL_NOTIONAL_USD, reference_price=reference_price
    )
    return book.build_distance_tiers(mix, distances)


def estimate_book(
    market: MarketHistory,
    *,
    leverage_mix: str | Path | LeverageMix = "classic",
    tiers: DistanceTiers | None = None,
    holder_classes: tuple[HolderClass, ...] = book.DEFAULT_HOLDERS,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> BookEstimate:
    """Estimate where a market's open positions would be liquidated, bar by bar.

    Parameters
    ----------
    market : MarketHistory
        Checked history; from `align_market`, `load_markets` or the simulator.
    leverage_mix : str, Path or LeverageMix
        Which leverages new positions choose; the venue's formula makes distances of them.
    tiers : DistanceTiers, optional
        Distance tiers in place of a mix.
    holder_classes : tuple of HolderClass
        One book each, side by side; a quantity is their weighted sum.
    bucket_ratio : float, default 1.0005
        Edge ratio of the state's price buckets.
    backend : {'rust', 'numpy'}
        Both give the same bits.

    Returns
    -------
    BookEstimate
        With ``swept_usd`` (bars, 2, tiers), side 0 long, tiers nearest first, and all that a heatmap needs.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.

    Examples
    --------
    >>> import liqheat
    >>> market = liqheat.simulate_market(days=2).history
    >>> estimate = liqheat.estimate_book(market)
    >>> estimate.swept_usd.shape == (market.n_bars, 2, 5), [f"{x:g}" for x in estimate.tiers.leverages]
    (True, ['100', '50', '25', '10', '5'])
    """
    if tiers is None:
        price = float(market.close[-1]) if market.n_bars else None
        tiers = venue_distance_tiers(market.venue, market.symbol, leverage_mix, reference_price=price)
    return book.estimate_book(market, tiers, holder_classes=holder_classes, bucket_ratio=bucket_ratio, backend=backend)


def draw_heatmap(
    estimate: BookEstimate,
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    interval: str | None = None,
    cohort: str = "none",
    side: Side = "both",
    leverage: Sequence[float] | None = None,
    quantity: str = "held",
    price_axis: Literal["log", "linear"] = "log",
    bucket_width: str | float | None = None,
    buckets: int | None = None,
    as_of_ms: int | None = None,
    backend: Backend = "rust",
) -> heatmap.Heatmap:
    """Draw an estimated book; the parameters are those of `build_heatmap`."""
    if quantity != "held":
        rule = "must be held: forced flow needs a calibrated model, which this version does not have"
        raise InputError("quantity", rule, quantity)
    view = heatmap.build_view(
        estimate,
        start_ms=start_ms,
        end_ms=end_ms,
        interval=interval,
        cohort=cohort,
        side=side,
        leverage=leverage,
        price_axis=price_axis,
        bucket_width=bucket_width,
        buckets=buckets,
        as_of_ms=as_of_ms,
    )
    return heatmap.Heatmap(estimate, view, backend)


def build_heatmap(
    candles: Any,
    open_interest: Any,
    mark: Any = None,
    *,
    venue: str,
    symbol: str,
    backend: Backend = "rust",
    leverage_mix: str | Path | LeverageMix = "classic",
    holder_classes: tuple[HolderClass, ...] = book.DEFAULT_HOLDERS,
    bucket_width: str | float | None = None,
    **view: Any,
) -> heatmap.Heatmap:
    """Build a liquidation heatmap from candles and open interest.

    Parameters
    ----------
    candles : table
        Trade candles without gaps: numpy, pandas, polars, Arrow, a dict of columns, or ccxt's rows. Volume and open
        interest are in coins for linear contracts, in USD for inverse ones.
    open_interest : table
        Open interest, ONE side, at instants.
    mark : table, optional
        Mark price candles at the candles' interval or finer; without them the trade extremes trigger.
    venue, symbol : str
        Whose liquidation formula applies: ``binance`` and ``BTC/USDT:USDT``, say.
    backend : {'rust', 'numpy'}
        Both give the same bits.
    leverage_mix : str, Path or LeverageMix
        ``classic``, ``uniform``, a JSON file, or a mix.
    holder_classes : tuple of HolderClass
        Books of different renewal speed, and their weights.
    bucket_width : str or float, optional
        Exact bucket width: quote currency or ``50AED`` (linear axis), ``10bp`` (log axis).
    **view
        ``start_ms``, ``end_ms`` : time range (UTC milliseconds);
        ``interval`` : column length such as ``15m`` (chosen by the range if not given);
        ``cohort`` : ``none``, or ``24h`` … ``1y`` for positions opened within that span only;
        ``side`` : ``both``, ``long`` or ``short``;
        ``leverage`` : bands to draw, such as ``[50, 100]``;
        ``quantity`` : ``held``;
        ``price_axis`` : ``log`` or ``linear``;
        ``buckets`` : most price buckets;
        ``as_of_ms`` : leave out everything after this time.

    Returns
    -------
    Heatmap
        With ``values_usd`` (buckets, columns), ``price_edges``, ``time_edges_ms``, ``profile()``, ``column(t)``,
        ``to_pandas()`` and ``save(path)``. Estimated held notional, uncalibrated.

    Raises
    ------
    InputError
        When an argument breaks a rule; the error names it, the rule and the value.

    Examples
    --------
    >>> import numpy as np, liqheat
    >>> time_ms = 1_767_225_600_000 + np.arange(288) * 300_000
    >>> close = 95_000 + 800 * np.sin(np.arange(288) / 30)
    >>> candles = {"open_time_ms": time_ms, "open": close, "high": close + 60, "low": close - 60, "close": close,
    ...            "volume": np.full(288, 400.0)}
    >>> open_interest = {"time_ms": time_ms + 300_000, "quantity": np.full(288, 90_000.0)}
    >>> heat = liqheat.build_heatmap(candles, open_interest, venue="binance", symbol="BTC/USDT:USDT")
    >>> heat.values_usd.shape == (heat.price_edges.size - 1, 288)
    True
    """
    market = read_market(candles, open_interest, mark, venue=venue, symbol=symbol)
    width = parse_bucket_width(bucket_width)
    ratio = heatmap.finest_state_ratio(width, float(market.high.max()), BUCKET_RATIO)
    estimate = estimate_book(
        market, leverage_mix=leverage_mix, holder_classes=holder_classes, bucket_ratio=ratio, backend=backend
    )
    return draw_heatmap(estimate, bucket_width=bucket_width, backend=backend, **view)


def read_market(candles: Any, open_interest: Any, mark: Any = None, *, venue: str, symbol: str) -> MarketHistory:
    """Join tables of candles, open interest and mark into a checked history; see `build_heatmap`."""
    rule = margin.resolve_margin_rule(_SIMULATED_RULES if venue == SIMULATED_VENUE else venue, symbol)
    notes = (rule.note,) if rule.note else ()
    return book.align_market(
        store.read_candles(candles),
        store.read_open_interest(open_interest),
        None if mark is None else store.read_mark_candles(mark),
        venue=SIMULATED_VENUE if venue == SIMULATED_VENUE else rule.venue,
        symbol=symbol,
        contract_kind=rule.contract_kind,
        notes=notes,
    )


def load_market_files(
    candles: Path, open_interest: Path, mark: Path | None = None, *, venue: str, symbol: str
) -> MarketHistory:
    """As `read_market`, from Parquet or CSV files."""
    return read_market(
        store.load_candles(candles),
        store.load_open_interest(open_interest),
        None if mark is None else store.load_mark_candles(mark),
        venue=venue,
        symbol=symbol,
    )


def load_markets(folder: str | Path, *, left_out: list[LiqheatError] | None = None) -> list[MarketHistory]:
    """Load every contract of a folder of history files; what was taken stands in each market's notes.

    Parameters
    ----------
    folder : str or Path
        Folder of files that follow the name rule.
    left_out : list, optional
        Takes the error of each contract that cannot be loaded, and the others are loaded; without it the first such
        error is raised.

    Raises
    ------
    NoDataError
        When the folder holds no contract with candles and open interest.
    InputError
        When a file or a series breaks a rule.
    """
    markets = []
    for load in store.list_folder_markets(folder):
        try:
            found = load()
            rule = margin.resolve_margin_rule(found.venue, found.symbol)
            market = book.align_market(
                found.candles,
                found.open_interest,
                found.mark,
                venue=found.venue,
                symbol=found.symbol,
                contract_kind=found.contract_kind,
                notes=(*found.notes, rule.note) if rule.note else found.notes,
            )
        except LiqheatError as error:
            if left_out is None:
                raise
            left_out.append(error)
        else:
            markets.append(market)
    if not markets and left_out:
        raise left_out[0]
    return markets


@dataclass(frozen=True, slots=True)
class FetchedFiles:
    """Files that a fetch wrote, and what a reader must know about them."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]


def fetch_to_folder(
    venue: str,
    symbol: str,
    folder: str | Path,
    *,
    interval: str = "5m",
    days: float = 30,
    progress: Callable[[str], object] | None = None,
    exchange_factory: Callable[..., Any] | None = None,
) -> FetchedFiles:
    """Fetch a contract's history from a venue and write the files that `load_markets` reads.

    Parameters
    ----------
    venue, symbol : str
        Venue id (``binance`` is resolved by the symbol) and ccxt unified symbol.
    folder : str or Path
        Where to write; made if it does not exist.
    interval : str
        Candle length, ``5m`` or longer.
    days : float
        How far back; the venue's own limit may be nearer, and is noted.
    progress : callable, optional
        Told in words what is being fetched.
    exchange_factory : callable, optional
        Makes the ccxt exchange; for tests.

    Raises
    ------
    VenueError
        When the venue refuses, or answers with something unusable.
    """

    def report(part: str, done: int, total: int) -> None:
        if progress is not None:
            progress(f"{symbol} from {venue}: {part}, page {done} of {total}")

    fetched = exchanges.fetch_history(
        venue, symbol, interval=interval, days=days, progress=report, exchange_factory=exchange_factory
    )
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("output", "must be a folder, or a path where one can be made", folder) from error
    records = {"candles": fetched.candles, "mark": fetched.mark, "oi": fetched.open_interest}
    paths = []
    for kind, record in records.items():
        if record is not None:
            name = store.history_file_name(kind, fetched.venue, fetched.contract_kind, fetched.interval, fetched.symbol)
            store.write_record(record, target / name)
            paths.append(target / name)
    return FetchedFiles(tuple(paths), fetched.notes)


def simulated_markets() -> list[MarketHistory]:
    """The embedded market: simulated, deterministic, cached on disk. It needs no network and no data."""
    return [simulator.load_simulated_market().history]
