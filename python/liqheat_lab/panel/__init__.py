"""The held view beside positions that a chain publishes."""
