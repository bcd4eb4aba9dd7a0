"""What rows of several venues share."""

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
READ = "2026-11-22"
OHLC_BY_POSITION = {"open": 1, "high": 2, "low": 3, "close": 4}
OHLC_BY_NAME = {"open": "open", "high": "high", "low": "low", "close": "close"}
OHLC_BY_LETTER = {"open": "o", "high": "h", "low": "l", "close": "c"}
NO_PUBLIC_LIQUIDATIONS = "it publishes none"
IN_STREAM_ONLY = "only its stream has them"
STREAM_LIST_OHLC = {"open": "1", "high": "2", "low": "3", "close": "4"}
STREAM_WORD_OHLC = {name: name for name in ("open", "high", "low", "close")}
# Their bars of 6 h and more open at 16:00 UTC otherwise.
UTC_INTERVALS = {"6h": "6Hutc", "12h": "12Hutc", "1d": "1Dutc"}
NO_INVERSE_TIERS = "no tier table of its coin-margined contracts is on file"
