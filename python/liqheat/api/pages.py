"""The pages of the wheel and what they are made of: compressed once, and kept by browsers as long as a name holds."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from liqheat.api.compression import compress

STATIC_FOLDER = Path(__file__).parent / "static"
PAGES = {"/": "index.html", "/market": "market.html", "/beside": "beside.html", "/worker.js": "worker.js"}
"""A service worker rules over what lies below its own path, so it is served beside the pages."""
_TEXTS = (".css", ".html", ".js", ".json", ".svg", ".webmanifest")
_NAMED_BY_CONTENT = "assets/"
_YEAR_S = 31_536_000
_NO_PAGE = (
    "<!doctype html><title>liqheat</title><p>The API is up, but this copy has no page: it was installed from a "
    "source tree without the web bundle. Run <code>make web</code> there, or install a wheel."
)

# Windows registries map .js to text/plain, which browsers refuse for modules.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")
mimetypes.add_type("application/manifest+json", ".webmanifest")


def add_pages(app: Flask, folder: Path = STATIC_FOLDER) -> None:
    """Serve the pages at their paths, and every file of the folder below ``/static/``."""
    for path, name in PAGES.items():
        app.add_url_rule(path, f"page {name}", partial(_page, folder, name), methods=["GET"])
    serve: Callable[..., Response] = partial(_file, folder)
    app.add_url_rule("/static/<path:name>", "static", serve, methods=["GET"])


def _page(folder: Path, name: str) -> Response:
    if not (folder / name).is_file():
        return Response(_NO_PAGE, content_type="text/html; charset=utf-8")
    return _file(folder, name)


def _file(folder: Path, name: str) -> Response:
    path = safe_join(str(folder), name)
    if path is None or not Path(path).is_file():
        raise NotFound
    if name.endswith(_TEXTS) and request.accept_encodings.quality("gzip") > 0:
        stat = Path(path).stat()
        content_type = mimetypes.guess_type(name)[0] or "text/plain"
        response = Response(_compressed(path, stat.st_mtime_ns), content_type=f"{content_type}; charset=utf-8")
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{stat.st_mtime_ns:x}-{stat.st_size:x}-gzip")
        response.make_conditional(request)
    else:
        response = send_from_directory(folder, name)
    response.headers["Vary"] = "Accept-Encoding"
    is_kept = name.startswith(_NAMED_BY_CONTENT)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable" if is_kept else "no-cache"
    return response


@lru_cache(maxsize=64)
def _compressed(path: str, _mtime_ns: int) -> bytes:
    return compress(Path(path).read_bytes())
