"""Anchors in files and at addresses: kept, read again, and nothing secret printed."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading

import pytest

from liqheat.errors import FileFormatError, InputError, NoDataError, StoreError
from liqheat.evaluation import anchors
from liqheat.evaluation.anchors import anchor, hide_secrets, read_anchors
from tests.unit.accuracy.forecast_cases import Clock, forecast, make_log

HOUR_MS = 3_600_000


class Keeper(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; answers with all of it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append(json.loads(body))
        self.answer(self.server.status, b"")

    def do_GET(self):
        self.answer(self.server.status, self.server.page or json.dumps(self.server.kept).encode())

    def answer(self, status, body):
        self.server.paths.append(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        # Who asked may have heard enough.
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def keeper():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        server.kept, server.paths, server.status, server.page = [], [], 200, None
        server.url = f"http://127.0.0.1:{server.server_port}/anchors"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_file_keeps_every_head(tmp_path):
    target = str(tmp_path / "heads.jsonl")
    clock = Clock()
    log = make_log(tmp_path / "log", 1, clock=clock)
    first = anchor(log, target)
    clock.now_ms += HOUR_MS
    log.append(forecast(1))
    second = anchor(log, target)
    assert read_anchors(target) == [first, second]
    assert (first.sequence, second.sequence) == (1, 2)
    assert log.verify(read_anchors(target)).n_anchors == 2
    assert log.verify(read_anchors(target)).is_sound


def test_a_rewrite_is_found_with_the_file_only(tmp_path):
    target = str(tmp_path / "heads.jsonl")
    anchor(make_log(tmp_path / "log", 3), target)
    rewritten = make_log(tmp_path / "again", 5, seed=1)
    assert rewritten.verify().is_sound
    assert rewritten.verify(read_anchors(target)).problem.kind == "anchor"


def test_a_rewrite_is_found_with_the_address_only(tmp_path, keeper):
    log = make_log(tmp_path / "log", 3)
    kept = anchor(log, keeper.url)
    assert keeper.kept == [{"time": kept.time_ms, "sequence": 3, "hash": log.verify().head_hash}]
    assert log.verify(read_anchors(keeper.url)).is_sound
    rewritten = make_log(tmp_path / "again", 5, seed=1)
    assert rewritten.verify().is_sound
    assert rewritten.verify(read_anchors(keeper.url)).problem.kind == "anchor"
    keeper.page = "\n".join(json.dumps(row) for row in keeper.kept).encode()
    assert rewritten.verify(read_anchors(keeper.url)).problem.kind == "anchor"


def test_lines_that_are_no_anchors_are_left_out(tmp_path):
    target = tmp_path / "heads.jsonl"
    log = make_log(tmp_path / "log", 1)
    target.write_text('{"hash": 1}\nnothing\n[1]\n{"sequence": -1, "hash": "", "time": 1}\n\n{"hash": "cut sh')
    with pytest.raises(NoDataError, match="anchor"):
        read_anchors(str(target))
    kept = anchor(log, str(target))
    assert read_anchors(str(target)) == [kept]


def test_a_broken_log_is_not_anchored(tmp_path):
    log = make_log(tmp_path / "log", 1)
    log.path.write_bytes(log.path.read_bytes()[:-1])
    with pytest.raises(FileFormatError, match="torn"):
        anchor(log, str(tmp_path / "heads"))
    assert not (tmp_path / "heads").exists()


def test_files_that_cannot_be_used(tmp_path):
    log = make_log(tmp_path / "log", 0)
    with pytest.raises(StoreError, match="can be read"):
        read_anchors(str(tmp_path / "none"))
    with pytest.raises(StoreError, match="can be written"):
        anchor(log, str(tmp_path))


@pytest.mark.parametrize("status", [302, 404, 500])
def test_refusals_name_no_secret(tmp_path, keeper, status):
    keeper.status = status
    target = keeper.url.replace("//", "//me:hidden@") + "?key=hidden"
    log = make_log(tmp_path / "log", 0)
    for ask in (lambda: anchor(log, target), lambda: read_anchors(target)):
        with pytest.raises(StoreError, match=str(status)) as caught:
            ask()
        assert "hidden" not in str(caught.value)
        assert "127.0.0.1" in str(caught.value)
    assert not any("elsewhere" in path for path in keeper.paths)


def test_an_endless_answer_is_cut(keeper, monkeypatch):
    monkeypatch.setattr(anchors, "MOST_BYTES", 1000)
    keeper.page = b"x" * 500_000
    with pytest.raises(StoreError, match="at most 1,000 bytes"):
        read_anchors(keeper.url)


def test_an_address_that_nobody_answers_names_no_secret(tmp_path):
    with http.server.HTTPServer(("127.0.0.1", 0), Keeper) as server:
        port = server.server_port
    with pytest.raises(StoreError, match="reachable") as caught:
        anchor(make_log(tmp_path / "log", 0), f"http://me:hidden@127.0.0.1:{port}/a?key=hidden")
    assert "hidden" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.parametrize(
    "target",
    ["http://example.org/a?key=hidden", "ftp://127.0.0.1/hidden@", "https:///hidden?hidden", "http://[::1:hidden/",
     "http://127.0.0.1:99999999/"],
)  # fmt: skip
def test_addresses_that_are_not_allowed(tmp_path, target):
    log = make_log(tmp_path / "log", 0)
    with pytest.raises(InputError, match="anchor"):
        anchor(log, target)
    with pytest.raises(InputError, match="anchor"):
        read_anchors(target)


def test_secrets_are_hidden():
    assert hide_secrets("https://a:b@example.org/x?y=z#w") == "https://example.org/x"
    assert hide_secrets("/tmp/a?b") == "/tmp/a?b"  # noqa: S108
