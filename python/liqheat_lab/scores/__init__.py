"""Scores of maps against realised liquidations: trials, controls, walk-forward."""
