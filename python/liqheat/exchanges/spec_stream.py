"""What the venue table says about a venue's streams."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """How a venue's streams are read."""
