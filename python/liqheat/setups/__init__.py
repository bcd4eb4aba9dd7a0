"""Decisions from a book: clusters that live, setups with reasons, order book, calendar, markets."""

from liqheat.setups.calendar import calendar_state, load_shipped_calendar
from liqheat.setups.calendar_files import load_calendar_file, parse_csv_calendar, parse_icalendar
from liqheat.setups.clusters import UNCALIBRATED_FLOW_SHARE, cluster_waves, extract_clusters
from liqheat.setups.context import MarketNow
from liqheat.setups.contradictions import CONTRADICTIONS, Contradiction, contradictions_markdown
from liqheat.setups.density import NotionalCurves
from liqheat.setups.depth import check_depth, find_walls
from liqheat.setups.levels import (
    break_even_win_rate,
    entry_price,
    position_size,
    reward_risk,
    stop_price,
    touch_probability,
)
from liqheat.setups.markets import market_table
from liqheat.setups.plain import to_plain
from liqheat.setups.presets import Preset, load_preset, rules_markdown
from liqheat.setups.realised import mean_daily_liquidations, remaining_clusters
from liqheat.setups.rules import RISK_CAP, RULES, Rule, RuleValue
from liqheat.setups.score import recheck, score_setup
from liqheat.setups.sessions import DEFAULT_SESSIONS, Session, session_brief, session_opens
from liqheat.setups.tracker import ClusterTracker

__all__ = [
    "CONTRADICTIONS",
    "DEFAULT_SESSIONS",
    "RISK_CAP",
    "RULES",
    "UNCALIBRATED_FLOW_SHARE",
    "ClusterTracker",
    "Contradiction",
    "MarketNow",
    "NotionalCurves",
    "Preset",
    "Rule",
    "RuleValue",
    "Session",
    "break_even_win_rate",
    "calendar_state",
    "check_depth",
    "cluster_waves",
    "contradictions_markdown",
    "entry_price",
    "extract_clusters",
    "find_walls",
    "load_calendar_file",
    "load_preset",
    "load_shipped_calendar",
    "market_table",
    "mean_daily_liquidations",
    "parse_csv_calendar",
    "parse_icalendar",
    "position_size",
    "recheck",
    "remaining_clusters",
    "reward_risk",
    "rules_markdown",
    "score_setup",
    "session_brief",
    "session_opens",
    "stop_price",
    "to_plain",
    "touch_probability",
]
