"""Where the checkout is."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


SET_A = "data/binance_bybit_2025-11_2026-03"
