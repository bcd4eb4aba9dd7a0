"""All rivals of our map: the rules of `rivals.py`, and the plain uniform mix, which our own book makes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from liqheat.book import estimate_book
from liqheat.errors import UnknownNameError
from liqheat.flow import likely_share, split_bars, steps_of
from liqheat.records import Estimate, MapRun, MarketHistory
from liqheat.units import format_interval
from liqheat_lab.rivals import rivals

UNIFORM = "uniform"
RIVALS = (*rivals.RIVAL_NAMES, UNIFORM)
"""Every map that ours is scored against."""


def rival_run(market: MarketHistory, name: str, *, by_leverage: bool = False) -> MapRun:
    """What each bar's path takes out of one rival's map; see `rivals.run_rival`.

    Bars longer than five minutes are split into the same paths as for our own map: on whole hourly bars every map is
    nearly blind, and a gain over a blind rival is none.

    Parameters
    ----------
    market : MarketHistory
        Checked history.
    name : str
        One of `RIVALS`.
    by_leverage : bool
        One column for each leverage in place of one in all.

    Raises
    ------
    UnknownNameError
        When no rival has the name.
    """
    _check(name)
    n_steps = steps_of(market)
    if n_steps == 1:
        return _run_whole(market, name, by_leverage=by_leverage)
    likely = likely_share(market)[:, None, None]
    runs = [
        _run_whole(split_bars(market, n_steps, is_likely=is_likely), name, by_leverage=by_leverage)
        for is_likely in (True, False)
    ]
    first, second = (run.swept_usd.reshape(market.n_bars, n_steps, 2, -1).sum(axis=1) for run in runs)
    note = f"bars of {format_interval(market.interval_ms)} are told as paths of {n_steps} steps, to every map alike"
    return replace(runs[0], swept_usd=likely * first + (1.0 - likely) * second, notes=(*runs[0].notes, note))


def _run_whole(market: MarketHistory, name: str, *, by_leverage: bool) -> MapRun:
    if name != UNIFORM:
        return rivals.run_rival(market, name, by_leverage=by_leverage)
    estimate = _uniform_book(market)
    swept = estimate.swept_usd if by_leverage else estimate.swept_usd.sum(axis=2, keepdims=True)
    columns = tuple(f"{leverage:g}x" for leverage in estimate.tiers.leverages) if by_leverage else ("map",)
    notes = ("our own book: 10, 25, 50 and 100x alike, both sides equal open interest, nothing fitted",)
    return MapRun(name, np.ascontiguousarray(swept), columns, notes)


def run_rivals(market: MarketHistory) -> tuple[MapRun, ...]:
    """Every rival's map of a market."""
    return tuple(rival_run(market, name) for name in RIVALS)


def _check(name: str) -> None:
    if name not in RIVALS:
        raise UnknownNameError("name", f"must be one of {', '.join(RIVALS)}", name)


def _uniform_book(market: MarketHistory) -> Estimate:
    return estimate_book(market, leverage_mix="uniform")
