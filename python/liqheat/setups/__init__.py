"""Decisions from a book: clusters that live, setups with reasons, order book, calendar, markets."""

from liqheat.setups.clusters import UNCALIBRATED_FLOW_SHARE, cluster_waves, extract_clusters
from liqheat.setups.density import NotionalCurves
from liqheat.setups.tracker import ClusterTracker

__all__ = ["UNCALIBRATED_FLOW_SHARE", "ClusterTracker", "NotionalCurves", "cluster_waves", "extract_clusters"]
