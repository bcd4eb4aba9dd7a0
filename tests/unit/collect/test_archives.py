"""Daily archives of the data portal into a store: newest first, once, and what fails is listed."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from liqheat.collect.archives import backfill_from_portal
from liqheat.errors import InputError
from liqheat.exchanges.portal.download import PORTAL_URL, ArchiveSource, HttpAnswer, archive_url
from liqheat.exchanges.rest.client import RetryPolicy
from liqheat.store import HistoryStore, UpsertCount, load_candles_of, load_open_interest_of
from tests.support.import_files import SYMBOL, metric_rows
from tests.support.portal_archives import DAY, START_MS, klines, pack

DAY_MS = 86_400_000
QUICK = RetryPolicy(attempts=2, first_wait_s=0.001, longest_wait_s=0.002)


@pytest.fixture
def store(tmp_path):
    return HistoryStore(tmp_path / "store")


class Portal:
    """Answers for archives of some days; notes what was asked."""

    def __init__(self, days, kinds=("candles", "metrics")):
        self.files, self.asked = {}, []
        for day in days:
            shift = (day - DAY).days * DAY_MS
            texts = {"candles": klines(), "mark": klines(volume=0, bought=0), "metrics": metric_rows()}
            for kind in kinds:
                url = archive_url(kind, SYMBOL, "5m", day)
                name = url.rsplit("/", 1)[1]
                self.put(url, pack(name, self.shift(texts[kind], shift)))

    @staticmethod
    def shift(text, shift):
        if not shift:
            return text
        for at in range(START_MS + DAY_MS, START_MS - 1, -300_000):
            text = text.replace(f"{at},", f"{at + shift},")
        days = shift // DAY_MS
        return text.replace("2026-02-02", f"2026-02-{2 + days:02}").replace("2026-02-01", f"2026-02-{1 + days:02}")

    def put(self, url, data):
        name = url.rsplit("/", 1)[1]
        self.files[url] = data
        self.files[f"{url}.CHECKSUM"] = f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()

    def __call__(self, url, most_bytes):
        self.asked.append(url)
        body = self.files.get(url)
        assert body is None or len(body) <= most_bytes
        return HttpAnswer(404) if body is None else HttpAnswer(200, body)


def test_archives_are_fetched_newest_first_and_once(store):
    days = [date(2026, 2, day) for day in (1, 2)]
    portal = Portal(days)
    seen = []
    arguments = (store, SYMBOL, ("candles", "metrics"), *days)
    source = ArchiveSource(get=portal, retry=QUICK)
    summary = backfill_from_portal(*arguments, lambda *told: seen.append(told), source=source)
    assert [told[0][-14:-4] for told in seen] == ["2026-02-02"] * 2 + ["2026-02-01"] * 2
    assert seen[-1][1:] == (3, 4)
    assert not summary.left_out
    assert summary.count.inserted == 2 * (288 + 4 * 288)
    assert load_candles_of(store, "binanceusdm", SYMBOL, "5m").open.size == 576
    assert load_open_interest_of(store, "binanceusdm", SYMBOL).time_ms[-1] == START_MS + 2 * DAY_MS
    portal.asked.clear()
    again = backfill_from_portal(*arguments, source=source)
    assert (again.n_present, again.taken, portal.asked) == (4, (), [])


def test_days_that_fail_or_are_missing_are_listed(store):
    days = [date(2026, 2, day) for day in (1, 2, 3)]
    portal = Portal(days[:2], ("candles",))
    url = archive_url("candles", SYMBOL, "5m", days[0])
    portal.files[url] = portal.files[url][:-1]
    source = ArchiveSource(get=portal, retry=QUICK)
    summary = backfill_from_portal(store, SYMBOL, ("candles",), days[0], days[2], source=source)
    assert [(file.path[-14:-4], file.is_known) for file in summary.left_out] == [
        ("2026-02-03", False),
        ("2026-02-01", True),
    ]
    assert "must be one that the data portal has; found 2026-02-03" in summary.left_out[0].reason
    assert "checksum" in summary.left_out[1].reason
    assert summary.count == UpsertCount(inserted=288)


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"symbol": "BTC/USDT"}, "symbol"),
        ({"kinds": ("trades",)}, "kind"),
        ({"last_day": date(2026, 1, 1)}, "last_day"),
        ({"interval": "7m"}, "interval"),
        ({"base_url": "http://example.org"}, "base_url"),
    ],
)
def test_portal_arguments_are_checked_before_anything_is_asked(store, changes, argument):
    portal = Portal([])
    arguments = {"symbol": SYMBOL, "kinds": ("candles",), "first_day": DAY, "last_day": DAY, **changes}
    base_url = arguments.pop("base_url", PORTAL_URL)
    with pytest.raises(InputError) as raised:
        backfill_from_portal(store, **arguments, source=ArchiveSource(base_url, get=portal))
    assert raised.value.argument == argument
    assert portal.asked == []
