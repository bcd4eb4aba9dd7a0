"""A heatmap as Coinglass's documented response has it."""

from __future__ import annotations

import json
from typing import Any

from liqheat.heatmap import Heatmap, coinglass_frame, fill_cells


def coinglass_payload(heatmap: Heatmap) -> dict[str, Any]:
    """The figures, cells included."""
    return json.loads(fill_cells(json.dumps(coinglass_frame(heatmap)), heatmap))
