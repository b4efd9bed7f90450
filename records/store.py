"""The database, and the only two ways into it: a reading and a writing transaction.

A writing transaction on SQLite takes the write lock at its start, so that what it read is still
true when it writes; on PostgreSQL the row locks of its statements do that.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 15.0


class Store:
    """A database of records, reached by URL."""

    def __init__(self, url: str) -> None:
        """Connect lazily to `url`: SQLite (WAL) or PostgreSQL."""
        self.engine = _open(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn = threading.Lock()
        self._resting: list[Connection] = []

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; whatever it did is rolled back at the end."""
        with self.engine.connect() as connection, _Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back by any exception."""
        with (
            self._one_at_a_time(),
            self._connected() as connection,
            connection.begin(),
            _Session(connection) as session,
        ):
            yield session
            session.flush()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Let this process's writers of SQLite take turns.

        SQLite has one writer, and who finds it busy sleeps ever longer between tries: late comers overtake,
        and in a crowd somebody's time runs out. Other processes still meet at SQLite's own lock.
        """
        if not self.is_sqlite:
            yield
            return
        held = self._turn.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if held:
                self._turn.release()

    def close(self) -> None:
        """Give back all connections."""
        while self._resting:
            self._resting.pop().close()
        self.engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection to write on.

        With SQLite it rests between transactions: getting one ready costs more than most of their statements.
        """
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                yield connection
            return
        try:
            connection = self._resting.pop()
        except IndexError:
            connection = self.engine.connect().execution_options(sqlite_begin="IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._resting.append(connection)


class _Session(Session):
    """A session of one connection, whose transaction is the store's.

    Most statements of a turn run on the connection itself: it is handed out without being looked up each
    time, and a transaction that never asks for an object never begins a unit of work.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, join_transaction_mode="rollback_only")
        self._connection = connection

    def connection(self, *_: Any, **__: Any) -> Connection:
        return self._connection


def _open(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_size=10, max_overflow=20, connect_args={"timeout": BUSY_SECONDS})
    else:
        # In memory, for tests: one connection, for every further one would be a database of its own.
        engine = create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is DEFERRED and comes late; ours is in `_begin_sqlite`.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a commit is on the disk before anybody is told so, also when the power fails.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.connection.driver_connection.execute(f"BEGIN {mode}")
