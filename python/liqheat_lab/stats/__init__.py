"""Intervals, correlations and scores: numbers in, numbers out."""
