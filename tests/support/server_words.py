"""What the server says to people in fixed texts, for the page's catalogues of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from liqheat.api.blind_spots import SPOTS
from liqheat.heatmap import MAP_TYPES, QUANTITIES
from liqheat.setups import CONTRADICTIONS, RULES
from liqheat.venues.capture import KEPT_BY_RULE, LAST_HOUR_POLLED


def server_words() -> list[str]:
    """Every fixed text, sorted: of maps, quantities, rules, the article's contradictions, blind spots, captures."""
    return sorted({text for text in _texts() if any(letter.isalpha() for letter in text)})


def _texts() -> Iterator[str]:
    for row in (*MAP_TYPES, *QUANTITIES.values()):
        yield from (row.label, row.title)
    for rule in RULES:
        yield from (rule.name, rule.threshold, *rule.phrases.values())
    for one in CONTRADICTIONS:
        yield f"{one.title}. {one.resolution}"
    for spot in SPOTS:
        yield from spot
    yield from ("complete", *KEPT_BY_RULE)
    yield from ("sell stop", "buy stop", "wall in the way", "weekend", "expired: the cluster moved or shrank")
    yield from ("uncalibrated estimate", "parameters of another market", "news near", "calendar unknown")
    yield from ("reward below risk", LAST_HOUR_POLLED)


if __name__ == "__main__":
    print(json.dumps(server_words(), indent=2, ensure_ascii=False))
