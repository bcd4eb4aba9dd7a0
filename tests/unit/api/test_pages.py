"""The wheel's own files over HTTP: compressed, kept by browsers under names made of content, and no other file."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from liqheat.api.pages import add_pages

SCRIPT = "export const text = 'liqheat';\n" * 400


@pytest.fixture
def client(tmp_path):
    (tmp_path / "static" / "assets").mkdir(parents=True)
    (tmp_path / "secret.js").write_text("no")
    static = tmp_path / "static"
    (static / "index.html").write_text("<!doctype html>")
    (static / "assets" / "page-1a2b.js").write_text(SCRIPT)
    (static / "icon.png").write_bytes(b"\x89PNG")
    app = Flask("files", static_folder=None)
    add_pages(app, static)
    return app.test_client()


def get(client, path, status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get(path, headers=named, buffered=True)
    assert answer.status_code == status
    return answer


def test_texts_are_compressed_for_those_who_can_read_it(client):
    small = get(client, "/static/assets/page-1a2b.js", accept_encoding="gzip, br")
    assert small.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(SCRIPT) / 10 and gzip.decompress(small.data).decode() == SCRIPT
    assert small.content_type.startswith("text/javascript")
    for refused in ("identity", "gzip;q=0"):
        plain = get(client, "/static/assets/page-1a2b.js", accept_encoding=refused)
        assert "Content-Encoding" not in plain.headers and plain.data.decode() == SCRIPT
    assert "Content-Encoding" not in get(client, "/static/icon.png", accept_encoding="gzip").headers


def test_what_is_named_by_its_content_is_kept_and_nothing_else(client):
    assert "immutable" in get(client, "/static/assets/page-1a2b.js").headers["Cache-Control"]
    for path in ("/", "/static/icon.png", "/static/index.html"):
        for encoding in ("gzip", "identity"):
            answer = get(client, path, accept_encoding=encoding)
            assert answer.headers["Cache-Control"] == "no-cache"
            etag = answer.headers["ETag"]
            assert get(client, path, 304, accept_encoding=encoding, if_none_match=etag).data == b""


def test_a_file_that_changes_is_sent_anew(client, tmp_path):
    path = tmp_path / "static" / "index.html"
    first = get(client, "/", accept_encoding="gzip")
    path.write_text("<!doctype html><p>later")
    again = get(client, "/", accept_encoding="gzip", if_none_match=first.headers["ETag"])
    assert gzip.decompress(again.data).decode().endswith("later")


@pytest.mark.parametrize(
    "name", ["../secret.js", "%2e%2e/secret.js", "assets", "assets/", "nothing.js", "..%5csecret.js"]
)
def test_no_other_file_is_sent(client, name):
    get(client, f"/static/{name}", 404)


def test_a_copy_without_pages_says_what_to_do(tmp_path):
    app = Flask("files", static_folder=None)
    add_pages(app, tmp_path)
    assert b"make web" in get(app.test_client(), "/").data
