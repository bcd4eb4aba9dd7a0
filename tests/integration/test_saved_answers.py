"""The house is redrawn around what the program answers: none of it changes. Goes when the moves are done."""

from __future__ import annotations

import json

from tests.support.answers import digests, real_answers, simulated_answers
from tests.support.paths import ROOT

SAVED = json.loads((ROOT / "tests" / "data" / "saved_answers.json").read_text())


def _differing(found, saved):
    return sorted(name for name in {*found, *saved} if found.get(name) != saved.get(name))


def test_answers_about_the_simulated_market_are_those_saved():
    assert not _differing(digests(simulated_answers()), SAVED["simulated"])


def test_answers_about_the_real_set_are_those_saved(shared):
    assert not _differing(digests(real_answers(shared)), SAVED["real"])
