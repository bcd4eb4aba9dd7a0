"""What the server says in fixed texts is in the page's catalogues of them, whole and in the same pieces."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.paths import ROOT
from tests.support.server_words import server_words

FOLDER = ROOT / "web" / "languages" / "server"
LANGUAGES = ("de", "fr", "nl", "da", "nb", "sv")
UPDATE = "run `.venv/bin/python -m tests.support.server_words > web/languages/server/en.json`"


def pieces(text):
    """Placeholders, in whatever order a language has them, and the space at either end."""
    return sorted(re.findall(r"\{[^}]*\}", text)), text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_the_english_list_is_what_the_server_says():
    assert json.loads((FOLDER / "en.json").read_text()) == server_words(), UPDATE
    assert len(server_words()) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_of_it_and_nothing_else(language):
    told = json.loads((FOLDER / f"{language}.json").read_text())
    assert sorted(told) == server_words()
    assert {text: (pieces(said), said) for text, said in told.items() if pieces(said) != pieces(text)} == {}
    sentences = [text for text in told if text.count(" ") > 5]
    assert len(sentences) > 40
    assert [text for text in sentences if told[text] == text] == []
