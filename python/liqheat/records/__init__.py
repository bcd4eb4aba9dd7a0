"""Frozen records that cross a stage border. One file for each stage's output; no logic beyond derived shapes."""

from liqheat.records.market import Candles, MarketHistory, MarkCandles, OpenInterest

__all__ = ["Candles", "MarkCandles", "MarketHistory", "OpenInterest"]
