"""Front door of the position book: a whole history at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from liqheat.book.running import BUCKET_RATIO, KAPPA, Backend, PositionBook, check_tiers
from liqheat.errors import InputError
from liqheat.history import check_market
from liqheat.records import BookHistory, DistanceTiers, Estimate, HolderClass, Layer, MarketHistory

MODEL_VERSION = "1"
DEFAULT_HOLDERS = (HolderClass("all", KAPPA, 1.0),)


def estimate_class(
    market: MarketHistory, tiers: DistanceTiers, holder: HolderClass, bucket_ratio: float, backend: Backend
) -> BookHistory:
    """Run the book of one holder class over a checked history; see `BookHistory` for what is kept."""
    book, record = PositionBook.of_market(market, tiers, holder.kappa, bucket_ratio, backend)
    bars, slots, factors = book.scale_events()
    return BookHistory(
        market=market,
        tiers=tiers,
        shifts=book.shifts,
        bucket_ratio=bucket_ratio,
        holder=holder,
        opened=record.opened,
        closed=record.closed,
        inert=record.inert,
        survival=record.survival,
        swept_usd=record.swept_usd,
        scale_bars=bars,
        scale_slots=slots,
        scale_factors=factors,
        model_version=MODEL_VERSION,
        checkpoints=record.checkpoints,
    )


def run_book(
    market: MarketHistory,
    tiers: DistanceTiers,
    *,
    holder_classes: tuple[HolderClass, ...] = DEFAULT_HOLDERS,
    bucket_ratio: float = BUCKET_RATIO,
    backend: Backend = "rust",
) -> Estimate:
    """Estimate the position book over a history: one book for each holder class, side by side.

    Raises
    ------
    InputError
        When the history breaks a rule, or the weights of the classes do not add to 1.
    """
    market = check_market(market)
    check_tiers(tiers)
    _check_holders(holder_classes)
    whole, shift = np.ones(market.n_bars), np.zeros(market.n_bars, np.int64)
    layers = tuple(
        Layer(
            book=estimate_class(market, tiers, holder, bucket_ratio, backend),
            side_weights=(float(holder.weight), float(holder.weight)),
            factor=whole,
            price_shift=shift,
            term=number,
        )
        for number, holder in enumerate(holder_classes)
    )
    return Estimate("held", market, layers, tiers)


def _check_holders(holders: tuple[HolderClass, ...]) -> None:
    if not isinstance(holders, Sequence) or not all(isinstance(holder, HolderClass) for holder in holders):
        raise InputError("holder_classes", "must be a sequence of HolderClass", holders)
    weights = [holder.weight for holder in holders]
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or abs(sum(weights) - 1.0) > 1e-9:
        raise InputError("holder_classes", "weights must be at least 0 and add to 1", weights)
