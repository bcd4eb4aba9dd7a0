"""Frozen records that cross a stage border. One file for each stage's output; no logic beyond derived shapes."""

from liqheat.records.book import BookEstimate, ClassRecord, DistanceTiers, HolderClass, LeverageMix
from liqheat.records.heatmap import Column, HeatmapView, PriceAxis, Profile, Side
from liqheat.records.market import VENUE_ALIASES, Candles, ContractKind, MarkCandles, MarketHistory, OpenInterest

__all__ = [
    "VENUE_ALIASES",
    "BookEstimate",
    "Candles",
    "ClassRecord",
    "Column",
    "ContractKind",
    "DistanceTiers",
    "HeatmapView",
    "HolderClass",
    "LeverageMix",
    "MarkCandles",
    "MarketHistory",
    "OpenInterest",
    "PriceAxis",
    "Profile",
    "Side",
]
