"""Trading sessions, and what changed since the last look (rule R13: re-check at each open)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from liqheat.errors import InputError, check_each, check_type
from liqheat.records import SessionBrief, SessionOpen, Setup, TrackedCluster
from liqheat.setups.calendar import to_utc
from liqheat.setups.presets import load_preset
from liqheat.setups.thresholds import Preset
from liqheat.units import Moment, read_moment_ms

LEAST_GROWTH = 0.10
"""A cluster that holds this much more has grown."""


@dataclass(frozen=True, slots=True)
class Session:
    """A trading session by the wall clock of its place, Monday to Friday there.

    Attributes
    ----------
    name, zone : str
        ``London`` and ``Europe/London``, say; daylight saving follows from the zone.
    opens, closes : str
        ``HH:MM``; a close before the open is the next day's.
    """

    name: str
    zone: str
    opens: str
    closes: str

    def __post_init__(self) -> None:
        """Check zone and times."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InputError("session.zone", "must be a name of the time zone database", self.zone) from error
        for name in ("opens", "closes"):
            try:
                time.fromisoformat(getattr(self, name))
            except ValueError as error:
                raise InputError(f"session.{name}", "must be HH:MM", getattr(self, name)) from error


DEFAULT_SESSIONS = (
    Session("Asia", "Asia/Tokyo", "09:00", "15:30"),
    Session("London", "Europe/London", "08:00", "16:30"),
    Session("New York", "America/New_York", "09:30", "16:00"),
)


def session_opens(
    start_ms: int, end_ms: int, sessions: Sequence[Session] = DEFAULT_SESSIONS
) -> tuple[SessionOpen, ...]:
    """Openings in ``[start_ms, end_ms)``, in time order.

    Examples
    --------
    London opens an hour earlier in UTC once its summer time begins:

    >>> span = [read_moment_ms("day", day) for day in ("2026-03-27", "2026-03-31")]
    >>> [f"{to_utc(one.open_ms):%d %H:%M}" for one in session_opens(*span) if one.name == "London"]
    ['27 08:00', '30 07:00']
    """
    if start_ms > end_ms:
        raise InputError("start_ms", "must not be after end_ms", f"{start_ms} > {end_ms}")
    found = []
    for session in sessions:
        zone = ZoneInfo(session.zone)
        opens, closes = time.fromisoformat(session.opens), time.fromisoformat(session.closes)
        # A place's day may begin up to 14 h before or 12 h after UTC's.
        day = to_utc(start_ms).date() - timedelta(days=1)
        while _ms_of(day, time(0), zone) < end_ms:
            open_ms = _ms_of(day, opens, zone)
            close_day = day + timedelta(days=1) if closes <= opens else day
            if start_ms <= open_ms < end_ms and day.weekday() < 5:
                found.append(SessionOpen(session.name, open_ms, _ms_of(close_day, closes, zone)))
            day += timedelta(days=1)
    return tuple(sorted(found, key=lambda one: (one.open_ms, one.name)))


def _ms_of(day: date, at: time, zone: ZoneInfo) -> int:
    return read_moment_ms("time", datetime.combine(day, at, zone))


def session_brief(
    before: Sequence[TrackedCluster],
    now: Sequence[TrackedCluster],
    *,
    now_ms: Moment,
    session: str = "",
    setups: Sequence[Setup] = (),
    preset: str | Preset = "article",
) -> SessionBrief:
    """What changed between two looks at the clusters.

    Parameters
    ----------
    before : sequence of TrackedCluster
        Living clusters then.
    now : sequence of TrackedCluster
        Living and dead clusters now (``tracker.alive + tracker.dead``).
    now_ms : int, datetime, date or str
        UTC epoch milliseconds, a moment, or ISO text.
    session : str
        Name of the session that opens.
    setups : sequence of Setup
        Setups that were noted before.
    preset : str or Preset
        Thresholds of rule R13.
    """
    for name, clusters in (("before", before), ("now", now)):
        check_each(name, clusters, TrackedCluster, "must be a sequence of TrackedCluster")
    check_each("setups", setups, Setup, "must be a sequence of what score_setups returned")
    check_type("session", session, str, "must be text")
    now_ms = read_moment_ms("now_ms", now_ms)
    rules = load_preset(preset)
    then = {one.cluster_id: one for one in before}
    moved, grew, died, born = [], [], [], []
    for one in now:
        old = then.get(one.cluster_id)
        if one.death is not None:
            if old is not None and old.death is None:
                died.append((one.cluster_id, one.death))
        elif old is None:
            born.append(one.cluster_id)
        else:
            way = one.cluster.centre_price / old.cluster.centre_price - 1.0
            if abs(way) > rules["most_migration"]:
                moved.append((one.cluster_id, way * 100.0))
            more = one.cluster.mass_usd - old.cluster.mass_usd
            if more > LEAST_GROWTH * old.cluster.mass_usd:
                grew.append((one.cluster_id, more))
    by_id = {one.cluster_id: one for one in now}
    expired = [
        (setup.cluster.cluster_id, reason)
        for setup in setups
        if (reason := _why_expired(setup, by_id.get(setup.cluster.cluster_id), now_ms, rules))
    ]
    grew.sort(key=lambda pair: -pair[1])
    return SessionBrief(session, now_ms, tuple(moved), tuple(grew), tuple(died), tuple(born), tuple(expired))


def _why_expired(setup: Setup, cluster: TrackedCluster | None, now_ms: int, preset: Preset) -> str:
    if now_ms >= setup.expires_ms:
        return "its time is up"
    if cluster is None:
        return "its cluster is no longer known"
    if cluster.death is not None:
        return f"its cluster is gone: {cluster.death}"
    way = cluster.cluster.centre_price / setup.noted.centre_price - 1.0
    if abs(way) > preset["most_migration"]:
        return f"its cluster moved {way:+.2%}"
    held_then = setup.cluster.cluster.mass_usd
    fallen = 1.0 - cluster.cluster.mass_usd / held_then if held_then > 0 else 0.0
    return f"its cluster shrank by {fallen:.0%}" if fallen > preset["most_fall"] else ""
