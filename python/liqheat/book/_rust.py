"""The position book in Rust, behind the signatures of ``_numpy``."""

from __future__ import annotations

from liqheat._core import PositionBook as RustPositionBook

__all__ = ["RustPositionBook"]
