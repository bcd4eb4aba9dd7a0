"""Archives of Binance's data portal, made up."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date

DAY = date(2026, 2, 1)

START_MS = 1_769_904_000_000

KLINES = "BTCUSDT-5m-2026-02-01.zip"

METRICS = "BTCUSDT-metrics-2026-02-01.zip"

KLINE_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)

METRICS_HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)


def kline(index, *, step_ms=300_000, volume=10.5, bought=4.25, unit=1):
    opened = START_MS + index * step_ms
    return f"{opened * unit},100,101.5,99,100.5,{volume},{opened + step_ms - 1},1050,7,{bought},425,0"


def klines(n=288, header=True, **more):
    return "\n".join([*([KLINE_HEADER] if header else []), *(kline(index, **more) for index in range(n))]) + "\n"


def metrics(*rows):
    return "\n".join([METRICS_HEADER, *rows]) + "\n"


def pack(name, text, member=None):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member or name.replace(".zip", ".csv"), text)
    return packed.getvalue()


def checksum(data, name):
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()
