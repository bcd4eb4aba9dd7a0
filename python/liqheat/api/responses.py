"""Bodies that are compressed once, carry an ETag, and are sent again as 304."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from liqheat.api.caches import BoundedCache
from liqheat.api.compression import compress, decompress
from liqheat.api.shapes import Answer


def respond_cached(
    cache: BoundedCache, key: str, content_type: str, make_compressed: Callable[[], bytes], age_ms: int
) -> Response:
    """Answer with a body that depends on `key` alone; it is made only when nobody has it yet."""
    headers = {"Liqheat-Data-Age-Ms": str(age_ms), "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    response = Response(content_type=content_type, headers=headers)
    # Weak: the same map, whether compressed or not.
    response.set_etag(key, weak=True)
    if request.if_none_match.contains_weak(key):
        response.status_code = 304
        del response.headers["Content-Type"]
        return response
    body: bytes = cache.get(key, make_compressed)
    if request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
    else:
        body = decompress(body)
    response.set_data(body)
    return response


def respond(shape: type[Answer], values: dict[str, Any]) -> Response:
    """Answer with JSON that has the shape of a class, without what was not given of it."""
    return respond_json(shape.model_validate(values).model_dump_json(exclude_unset=True))


def respond_json(text: str) -> Response:
    """Answer with JSON, compressed where it is long."""
    body = text.encode()
    response = Response(content_type="application/json", headers={"Cache-Control": "no-cache"})
    if len(body) > 4096 and request.accept_encodings.quality("gzip") > 0:
        body = compress(body)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_data(body)
    return response
