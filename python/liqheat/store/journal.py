"""What happened to the feeds, line by line: small and mutable, so it stands in SQLite and not in Parquet."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from liqheat.errors import InputError, StoreError
from liqheat.store.rows import EARLIEST_MS, LATEST_MS

SCHEMA_VERSION = 1
_TABLES = sa.MetaData()
_META = sa.Table(
    "meta", _TABLES, sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.String, nullable=False)
)
_JOURNAL = sa.Table(
    "journal",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("time_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("venue", sa.String, nullable=False),
    sa.Column("symbol", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing that happened.

    Attributes
    ----------
    time_ms : int
        UTC epoch milliseconds.
    kind : str
        ``reconnect``, ``gap filled``, ``correction``, ``quarantine``, ``tiers``, …
    venue, symbol : str
        Where; empty where it is about no one of them.
    text : str
        For people.
    """

    time_ms: int
    kind: str
    venue: str
    symbol: str
    text: str


class Journal:
    """Journal of the feeds in an SQLite file. Threads and processes may share it.

    Parameters
    ----------
    path : str or Path
        File; made with its folder where there is none.

    Raises
    ------
    StoreError
        When the file is no journal, a newer version wrote it, or it cannot be written. Every method raises it too.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError("journal", "must be a file that can be made", f"{path}: {error.strerror}") from error
        if not os.access(self.path.parent, os.W_OK):
            raise StoreError("journal", "must be in a folder that can be written", f"{path}: read-only")
        self._engine = sa.create_engine(f"sqlite:///{self.path}", connect_args={"timeout": 30})
        sa.event.listen(self._engine, "connect", _configure)
        try:
            with self._engine.begin() as connection:
                _TABLES.create_all(connection)
                known = sa.select(_META.c.value).where(_META.c.name == "schema_version")
                version = connection.execute(known).scalar()
                if version is None:
                    # Two processes may make it at once: the second finds the row of the first.
                    added = sa.insert(_META).prefix_with("OR IGNORE", dialect="sqlite")
                    connection.execute(added, {"name": "schema_version", "value": str(SCHEMA_VERSION)})
        except sa.exc.SQLAlchemyError as error:
            self.close()
            raise _store_error(self.path, error) from error
        if version is not None and (not version.isdecimal() or int(version) > SCHEMA_VERSION):
            self.close()
            rule = f"must be of schema version {SCHEMA_VERSION} or older; update liqheat"
            raise StoreError("journal", rule, f"version {version} in {self.path}")

    def write(self, time_ms: int, kind: str, venue: str, symbol: str, text: str) -> None:
        """Add an entry; it is durable when this returns."""
        if not EARLIEST_MS <= time_ms < LATEST_MS:
            raise InputError("time_ms", "must be UTC milliseconds of 2001 to 2286", time_ms)
        values = {"time_ms": int(time_ms), "kind": kind, "venue": venue, "symbol": symbol, "text": text}
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_JOURNAL), values)
        except sa.exc.SQLAlchemyError as error:
            raise _store_error(self.path, error) from error

    def read(
        self, limit: int = 100, kind: str | None = None, venue: str | None = None, symbol: str | None = None
    ) -> list[JournalEntry]:
        """The newest entries, newest first; of one kind, venue or symbol where asked."""
        if limit < 1:
            raise InputError("limit", "must be at least 1", limit)
        columns = (_JOURNAL.c.time_ms, _JOURNAL.c.kind, _JOURNAL.c.venue, _JOURNAL.c.symbol, _JOURNAL.c.text)
        query = sa.select(*columns).order_by(_JOURNAL.c.time_ms.desc(), _JOURNAL.c.id.desc()).limit(limit)
        for column, wanted in ((_JOURNAL.c.kind, kind), (_JOURNAL.c.venue, venue), (_JOURNAL.c.symbol, symbol)):
            if wanted is not None:
                query = query.where(column == wanted)
        try:
            with self._engine.connect() as connection:
                return [JournalEntry(*row) for row in connection.execute(query)]
        except sa.exc.SQLAlchemyError as error:
            raise _store_error(self.path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _configure(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _store_error(path: Path, error: sa.exc.SQLAlchemyError) -> StoreError:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return StoreError("journal", "must be an SQLite file that can be read and written", f"{path}: {cause}")
