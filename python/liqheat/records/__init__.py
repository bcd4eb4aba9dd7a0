"""Frozen records that cross a stage border. One file for each stage's output; no logic beyond derived shapes."""

from liqheat.records.book import BookEstimate, ClassRecord, DistanceTiers, HolderClass, LeverageMix
from liqheat.records.combined import ALL_VENUES, CombinedEstimate, CombinedVenue, Weights
from liqheat.records.feeds import (
    ContractSizes,
    FeedEvent,
    FeedState,
    FeedStatus,
    FundingRates,
    Liquidations,
    LiquidationTotals,
    LongShortMeasure,
    LongShortRatios,
    MarginTiers,
    MarkPrice,
    OpenCandle,
    OpenInterestNow,
    OrderBookDepth,
)
from liqheat.records.foreign import ForeignHeatmap
from liqheat.records.heatmap import Column, HeatmapView, PriceAxis, Profile, Side
from liqheat.records.market import VENUE_ALIASES, Candles, ContractKind, MarkCandles, MarketHistory, OpenInterest
from liqheat.records.series import SeriesKey

__all__ = [
    "ALL_VENUES",
    "VENUE_ALIASES",
    "BookEstimate",
    "Candles",
    "ClassRecord",
    "Column",
    "CombinedEstimate",
    "CombinedVenue",
    "ContractKind",
    "ContractSizes",
    "DistanceTiers",
    "FeedEvent",
    "FeedState",
    "FeedStatus",
    "ForeignHeatmap",
    "FundingRates",
    "HeatmapView",
    "HolderClass",
    "LeverageMix",
    "LiquidationTotals",
    "Liquidations",
    "LongShortMeasure",
    "LongShortRatios",
    "MarginTiers",
    "MarkCandles",
    "MarkPrice",
    "MarketHistory",
    "OpenCandle",
    "OpenInterest",
    "OpenInterestNow",
    "OrderBookDepth",
    "PriceAxis",
    "Profile",
    "SeriesKey",
    "Side",
    "Weights",
]
