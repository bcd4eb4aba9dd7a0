"""The HTTP API over loopback."""

from __future__ import annotations

import gzip
import http.client
import threading
import time

import numpy as np

from liqheat import simulator
from liqheat.bench.timing import Result, summarise
from liqheat.heatmap import decode_heatmap


def bench_http(n_days: int, rounds: int) -> list[Result]:
    """`/api/v1/heatmap.bin` of the simulated market over loopback, by a client that keeps its connection."""
    import waitress

    from liqheat.api import create_app

    market = simulator.load_simulated_market().history
    app = create_app([market])
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port)
    start_ms = market.end_ms - n_days * 86_400_000
    base = f"/api/v1/heatmap.bin?start_ms={start_ms}&interval=5m"

    def get(url: str, **headers: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        start = time.perf_counter()
        connection.request("GET", url, headers={"Accept-Encoding": "gzip", **headers})
        answer = connection.getresponse()
        body = answer.read()
        return time.perf_counter() - start, answer, body

    try:
        # 1,000 buckets that the state's 5 bp divide: width from the range in view.
        view = market.open_time_ms >= start_ms
        span = np.log(market.high[view].max() * 1.12 / (market.low[view].min() * 0.88))
        width = f"bucket_width={max(round(span / 1000 * 1e4 - 0.5), 1)}bp"
        filters = [
            f"{base}&{width}&side={side}&leverage={bands}"
            for bands in ("5,10,25,50,100", "10,25,50,100", "25,50,100", "50,100", "5,10", "10", "25", "10,25")
            for side in ("both", "long", "short")
        ]
        get(f"{base}&{width}")
        changed = []
        for url in filters[: max(rounds, 3)]:
            seconds, answer, body = get(url)
            assert answer.status == 200  # noqa: S101  a bench says so at once
            changed.append(seconds)
        header, _ = decode_heatmap(gzip.decompress(body))
        etag = answer.getheader("ETag") or ""
        same = [get(url)[0] for _ in range(40)]
        unchanged = [get(url, **{"If-None-Match": etag}) for _ in range(40)]
        assert all(answer.status == 304 for _, answer, _ in unchanged)  # noqa: S101  a bench says so at once
        first, _, text = get("/api/v1/heatmap.json")
        kept = [get("/api/v1/heatmap.json")[0] for _ in range(5)]
        json_timings = [summarise("nothing cached", [first]), summarise("from cache", kept)]
    finally:
        connection.close()
        server.task_dispatcher.shutdown()
        server.close()
    size = f"{header['T']:,} columns x {header['B']:,} buckets, {len(body) / 1e3:,.0f} kB compressed"
    return [
        Result("http_changed", "heatmap.bin after a filter change", size, [summarise("nothing cached", changed)]),
        Result("http_again", "heatmap.bin, asked again", size, [summarise("from cache", same)]),
        Result("http_unchanged", "heatmap.bin, unchanged", size, [summarise("304", [s for s, _, _ in unchanged])]),
        Result("http_json", "heatmap.json, default view", f"{len(text) / 1e6:.1f} MB compressed", json_timings),
    ]
