"""The Binance data portal: addresses, checksums, retries, and archives that are not what they should be."""

from __future__ import annotations

import io
import threading
import tracemalloc
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from liqheat.errors import FileFormatError, InputError, UnknownNameError, VenueError
from liqheat.exchanges.portal.download import ArchiveSource, HttpAnswer, archive_url, fetch_archive, portal_market
from liqheat.exchanges.portal.files import parse_archive, parse_csv, unzip_member
from liqheat.exchanges.rest.client import RetryPolicy
from tests.support.portal_archives import DAY, KLINES, METRICS, START_MS, checksum, kline, klines, metrics, pack

BTC = portal_market("BTC/USDT:USDT")
QUICK = RetryPolicy(attempts=3, first_wait_s=0.001, longest_wait_s=0.002)


@pytest.fixture
def portal():
    """A server of `files` (path to bytes, or to a list of answers in turn); it notes what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            found = server.files.get(self.path)
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
            status, body = (404, b"") if found is None else (found, b"busy") if isinstance(found, int) else (200, found)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.asked = {}, []
    server.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def publish(portal, kind="candles", data=None, name=KLINES, symbol="BTC/USDT:USDT"):
    data = pack(name, klines()) if data is None else data
    path = archive_url(kind, symbol, "5m", DAY, portal.base_url).removeprefix(portal.base_url)
    portal.files[path] = data
    portal.files[f"{path}.CHECKSUM"] = checksum(data, name)
    return path, data


def fetch(portal, kind="candles", symbol="BTC/USDT:USDT", **more):
    return fetch_archive(kind, symbol, "5m", DAY, ArchiveSource(portal.base_url, **{"retry": QUICK, **more}))


def test_addresses_are_those_of_the_portal():
    root = "https://data.binance.vision/data/futures"
    assert archive_url("candles", "BTC/USDT:USDT", "5m", DAY) == f"{root}/um/daily/klines/BTCUSDT/5m/{KLINES}"
    assert (
        archive_url("mark", "ETH/USD:ETH", "1h", DAY)
        == f"{root}/cm/daily/markPriceKlines/ETHUSD_PERP/1h/ETHUSD_PERP-1h-2026-02-01.zip"
    )
    assert archive_url("metrics", "BTC/USDT:USDT", "5m", DAY) == f"{root}/um/daily/metrics/BTCUSDT/{METRICS}"


@pytest.mark.parametrize("symbol", ["BTC/USDT:USDT-260327", "BTC/USDT", "../../x/USDT:USDT", "btc/USDT:USDT"])
def test_only_perpetuals_have_an_address(symbol):
    with pytest.raises(UnknownNameError, match="symbol: must be a Binance perpetual"):
        archive_url("candles", symbol, "5m", DAY)


@pytest.mark.parametrize("base_url", ["http://example.org", "ftp://127.0.0.1", "127.0.0.1:80", "https://"])
def test_only_https_or_this_machine_is_asked(base_url):
    with pytest.raises(InputError, match="base_url: must be https"):
        archive_url("candles", "BTC/USDT:USDT", "5m", DAY, base_url)


def test_an_archive_is_fetched_with_its_checksum(portal):
    path, data = publish(portal)
    assert fetch(portal) == data
    assert portal.asked == [path, f"{path}.CHECKSUM"]


def test_a_day_that_is_not_there_is_none(portal):
    assert fetch(portal) is None
    assert len(portal.asked) == 1


def test_a_wrong_checksum_is_tried_again_and_then_refused(portal):
    path, data = publish(portal)
    portal.files[path] = [data[:-9], data]
    assert fetch(portal) == data
    portal.files[path] = data[:-9]
    with pytest.raises(VenueError, match=r"checksum: SHA-256 of .* must be [0-9a-f]{64}.*gave up after 3"):
        fetch(portal)


def test_an_archive_without_checksum_is_refused(portal):
    path, _ = publish(portal)
    del portal.files[f"{path}.CHECKSUM"]
    with pytest.raises(VenueError, match="no checksum beside it"):
        fetch(portal)


@pytest.mark.parametrize("text", [b"", b"<html>busy</html>", b"00 " + KLINES.encode(), b"0" * 64 + b"  other.zip"])
def test_a_checksum_that_is_none_is_refused(portal, text):
    path, _ = publish(portal)
    portal.files[f"{path}.CHECKSUM"] = text
    with pytest.raises(VenueError, match="checksum: must be"):
        fetch(portal)


def test_failures_that_may_pass_are_repeated(portal):
    path, data = publish(portal)
    portal.files[path] = [503, 429, data]
    assert fetch(portal) == data
    portal.files[path] = 503
    with pytest.raises(VenueError, match="HTTP 503; gave up after 3 attempts"):
        fetch(portal)


def test_a_refusal_is_not_repeated(portal):
    path, _ = publish(portal)
    portal.files[path] = 403
    with pytest.raises(VenueError, match="403: it may not serve this location"):
        fetch(portal)
    assert len(portal.asked) == 1


def test_a_redirect_is_not_followed(portal):
    path, _ = publish(portal)
    portal.files[path] = 302
    portal.files["/elsewhere"] = b"from elsewhere"
    with pytest.raises(VenueError, match="HTTP 302"):
        fetch(portal)
    assert portal.asked == [path]


def test_a_body_without_end_is_not_read_to_it(portal, monkeypatch):
    monkeypatch.setattr("liqheat.exchanges.portal.download.MOST_ARCHIVE_BYTES", 1000)
    publish(portal, data=b"0" * 5000)
    with pytest.raises(VenueError, match="larger than 1,000 bytes"):
        fetch(portal)


def test_an_unreachable_portal_is_said():
    def refuse(*_):
        raise ConnectionError("refused")

    with pytest.raises(VenueError, match="could not be reached: refused; gave up after 3"):
        fetch_archive("candles", "BTC/USDT:USDT", "5m", DAY, ArchiveSource(get=refuse, retry=QUICK))


def test_a_long_wait_is_not_waited_for():
    def busy(*_):
        return HttpAnswer(429, retry_after_s=3600)

    with pytest.raises(VenueError, match="asks to wait 3600 s"):
        fetch_archive("candles", "BTC/USDT:USDT", "5m", DAY, ArchiveSource(get=busy, retry=QUICK))


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("unit", [1, 1000])
def test_klines_with_and_without_header_and_in_microseconds(header, unit):
    data = pack(KLINES, klines(header=header, unit=unit))
    (candles,) = parse_archive("candles", data, BTC, "5m", DAY, KLINES)
    assert candles.open_time_ms.tolist() == (START_MS + np.arange(288) * 300_000).tolist()
    assert (candles.open[0], candles.high[0], candles.low[0], candles.close[0]) == (100, 101.5, 99, 100.5)
    assert candles.volume[5] == 10.5
    assert candles.taker_buy_volume is not None
    assert candles.taker_buy_volume[5] == 4.25


def test_inverse_volumes_and_open_interest_are_usd():
    for coin, face in (("BTC", 100), ("ETH", 10)):
        market = portal_market(f"{coin}/USD:{coin}")
        name = f"{market.pair}-5m-2026-02-01.zip"
        (candles,) = parse_archive("candles", pack(name, klines()), market, "5m", DAY, name)
        assert candles.volume[0] == 10.5 * face
        assert candles.taker_buy_volume is not None
        assert candles.taker_buy_volume[0] == 4.25 * face
        text = metrics(f"2026-02-01 00:05:00,{market.pair},2000,3,1,1,1,1")
        interest, *_ = parse_csv("metrics", text.encode(), market, "5m", DAY, "m.csv")
        assert interest.quantity.tolist() == [2000 * face]


def test_mark_klines_have_no_volume():
    data = pack(KLINES, klines(volume=0, bought=0))
    (mark,) = parse_archive("mark", data, BTC, "5m", DAY, KLINES)
    assert (mark.low[0], mark.high[0], mark.open_time_ms.size) == (99, 101.5, 288)


def test_metrics_become_open_interest_and_shares():
    text = metrics(
        "2026-02-01 00:05:00,BTCUSDT,90000.5,7e9,1.5,3,1,0.9",
        "2026-02-01 00:10:03,BTCUSDT,90001.5,7e9,,,4,0.9",
        "2026-02-01 00:15:09,BTCUSDT,,,0,3,4,0.9",
        "2026-02-01 00:20:00,BTCUSDT,0,0,1,1,1,0.9",
        "2026-02-02 00:00:00,BTCUSDT,5,6,1,1,1,0.9",
    )
    interest, accounts, top_accounts, top_positions = parse_archive(
        "metrics", pack(METRICS, text), BTC, "5m", DAY, METRICS
    )
    # The stamp 3 s late is put on the grid, the one 9 s late stays; empty cells and the counter's zero are gaps.
    minutes = [5, 10, 24 * 60]
    assert interest.time_ms.tolist() == [START_MS + minute * 60_000 for minute in minutes]
    assert interest.quantity.tolist() == [90000.5, 90001.5, 5]
    assert [record.measure for record in (accounts, top_accounts, top_positions)] == [
        "accounts",
        "top_accounts",
        "top_positions",
    ]
    assert accounts.long_share.tolist() == [0.5, 0.8, 0.8, 0.5, 0.5]
    assert accounts.time_ms[2] == START_MS + 15 * 60_000 + 9000
    assert top_accounts.long_share.tolist() == [0.6, 0, 0.5, 0.5]
    assert top_positions.long_share[0] == 0.75


def test_stamps_that_fall_together_keep_the_nearest():
    text = metrics(
        "2026-02-01 00:05:04,BTCUSDT,1,1,1,1,1,1",
        "2026-02-01 00:05:01,BTCUSDT,2,1,1,1,1,1",
    )
    interest, *_ = parse_archive("metrics", pack(METRICS, text), BTC, "5m", DAY, METRICS)
    assert (interest.time_ms.tolist(), interest.quantity.tolist()) == ([START_MS + 300_000], [2])


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("metrics", metrics("2026-02-01 00:05:00,ETHUSDT,1,1,1,1,1,1"), "symbol must be BTCUSDT.*found ETHUSDT"),
        ("metrics", metrics("2026-02-03 00:05:00,BTCUSDT,1,1,1,1,1,1"), "times must be of 2026-02-01.*2026-02-03"),
        ("metrics", metrics("yesterday,BTCUSDT,1,1,1,1,1,1"), "create_time must be a UTC time"),
        ("metrics", metrics(",BTCUSDT,1,1,1,1,1,1"), "must have a time in each row"),
        ("metrics", metrics("2026-02-01 00:05:00,BTCUSDT,-1,1,1,1,1,1"), "sum_open_interest must not be negative"),
        ("metrics", metrics("2026-02-01 00:05:00,BTCUSDT,many,1,1,1,1,1"), "sum_open_interest must hold numbers"),
        ("metrics", metrics("2026-02-01 00:05:00,BTCUSDT,,,,,,"), "at least one number"),
        ("metrics", metrics(), "a header only"),
        ("metrics", "time,coin\n1,2\n", "one column create_time"),
        ("candles", "", "at least one row"),
        ("candles", klines(3).replace("101.5", "98"), "open must be a price from low to high"),
        ("candles", klines(3).replace("10.5,", "-1,"), "volume must not be negative"),
        ("candles", klines(3).replace("10.5,", ",", 1), "volume must not be negative or missing"),
        ("candles", klines(3, bought=11), "taker_buy_volume must not exceed volume"),
        ("candles", klines(3, step_ms=60_000), "open times must be whole 5m.*00:01:00"),
        ("candles", klines(289), "times must be of 2026-02-01.*2026-02-02T00:00:00"),
        ("candles", "\n".join([kline(1), kline(1)]), "open times must rise"),
        ("candles", klines(2) + "1,2,3\n", "readable CSV"),
        ("candles", "<html>\n<p>no</p>", "one column open_time"),
    ],
)
def test_rows_that_break_a_rule_are_named(kind, text, words):
    name = METRICS if kind == "metrics" else KLINES
    with pytest.raises(FileFormatError, match=words) as raised:
        parse_archive(kind, pack(name, text), BTC, "5m", DAY, name)
    assert raised.value.argument == name


@pytest.mark.parametrize("member", ["../BTCUSDT-5m-2026-02-01.csv", "/etc/passwd", "ETHUSDT-5m-2026-02-01.csv"])
def test_members_of_another_name_are_refused(member):
    with pytest.raises(FileFormatError, match=r"must hold BTCUSDT-5m-2026-02-01.csv and nothing else"):
        parse_archive("candles", pack(KLINES, klines(), member), BTC, "5m", DAY, KLINES)


def test_more_members_than_one_are_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(KLINES.replace(".zip", ".csv"), klines())
        archive.writestr("more.csv", "1")
    with pytest.raises(FileFormatError, match="nothing else"):
        parse_archive("candles", packed.getvalue(), BTC, "5m", DAY, KLINES)


def test_damaged_zips_are_refused():
    whole = pack(KLINES, klines())
    for data in (b"", b"no zip", whole[:-30], whole[:200] + b"\0" * 50 + whole[250:]):
        with pytest.raises(FileFormatError, match="must be a whole zip file"):
            parse_archive("candles", data, BTC, "5m", DAY, KLINES)


def test_a_bomb_is_refused_by_its_header_and_by_what_comes_out():
    bomb = pack(KLINES, b"\0" * 3_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(FileFormatError, match="unpack to at most 1,000,000 bytes; found 3000000"):
        unzip_member(bomb, KLINES, 1_000_000)


def test_a_header_that_lies_unpacks_no_more_than_it_promised():
    size = 64_000_000
    lying = pack(KLINES, b"\0" * size).replace(size.to_bytes(4, "little"), (900_000).to_bytes(4, "little"))
    tracemalloc.start()
    with pytest.raises(FileFormatError, match="must be a whole zip file"):
        unzip_member(lying, KLINES, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000
