"""What rows of several venues share."""

READ = "2026-11-22"
OHLC_BY_POSITION = {"open": 1, "high": 2, "low": 3, "close": 4}
OHLC_BY_NAME = {"open": "open", "high": "high", "low": "low", "close": "close"}
OHLC_BY_LETTER = {"open": "o", "high": "h", "low": "l", "close": "c"}
NO_PUBLIC_LIQUIDATIONS = "it publishes none"
IN_STREAM_ONLY = "only its stream has them"
STREAM_LIST_OHLC = {"open": "1", "high": "2", "low": "3", "close": "4"}
# Bars of 6 h and more of OKX and Bitget open at 16:00 UTC otherwise.
UTC_INTERVALS = {"6h": "6Hutc", "12h": "12Hutc", "1d": "1Dutc"}
NO_INVERSE_TIERS = "no tier table of its coin-margined contracts is on file"
