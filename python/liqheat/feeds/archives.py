"""What lies behind a venue's REST limit, from its daily archives."""

from __future__ import annotations
