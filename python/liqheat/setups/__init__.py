"""Decisions from a book: clusters that live, setups with reasons, order book, calendar, markets."""

from liqheat.setups.calendar import calendar_state
from liqheat.setups.calendar_files import load_calendar_file
from liqheat.setups.clusters import extract_clusters
from liqheat.setups.context import MarketNow
from liqheat.setups.contradictions import CONTRADICTIONS
from liqheat.setups.decide import (
    STYLE_COHORTS,
    STYLE_HORIZONS,
    find_clusters,
    rank_setups,
    read_market_now,
    score_setups,
    track_clusters,
)
from liqheat.setups.depth import find_walls
from liqheat.setups.looks import unseen_share
from liqheat.setups.markets import market_table
from liqheat.setups.order_flow import depth_before, taker_flow
from liqheat.setups.plain import to_plain
from liqheat.setups.presets import load_preset
from liqheat.setups.realised import mean_daily_liquidations, mean_daily_totals, remaining_clusters
from liqheat.setups.rule import Rule
from liqheat.setups.rules import RULES
from liqheat.setups.score import recheck, score_setup
from liqheat.setups.sessions import DEFAULT_SESSIONS, Session, session_brief, session_opens
from liqheat.setups.sweeps import SWEPT_WITHIN, find_sweeps
from liqheat.setups.touches import forecast_clusters
from liqheat.setups.tracker import ClusterTracker

__all__ = [
    "CONTRADICTIONS",
    "DEFAULT_SESSIONS",
    "RULES",
    "STYLE_COHORTS",
    "STYLE_HORIZONS",
    "SWEPT_WITHIN",
    "ClusterTracker",
    "MarketNow",
    "Rule",
    "Session",
    "calendar_state",
    "depth_before",
    "extract_clusters",
    "find_clusters",
    "find_sweeps",
    "find_walls",
    "forecast_clusters",
    "load_calendar_file",
    "load_preset",
    "market_table",
    "mean_daily_liquidations",
    "mean_daily_totals",
    "rank_setups",
    "read_market_now",
    "recheck",
    "remaining_clusters",
    "score_setup",
    "score_setups",
    "session_brief",
    "session_opens",
    "taker_flow",
    "to_plain",
    "track_clusters",
    "unseen_share",
]
