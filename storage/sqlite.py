"""SQLite behind `Database`: one connection writes, behind one lock; another reads.

Why two: on a shared connection one coroutine's autocommitted write vanished in another's rollback, and a
cursor still open kept a row invisible that had been acknowledged (both measured). Why `execute_fetchall`
only: it leaves no cursor open.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiosqlite

from storage import unusable
from storage.database import DatabaseError, SchemaTooNew, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from storage.database import Row, Transaction

MIGRATIONS = Path(__file__).parent / "migrations" / "sqlite"

OLDEST = (3, 35, 0)
"""The oldest SQLite that knows RETURNING."""

BUSY_TIMEOUT = 5_000
"""Milliseconds to wait for another process (`bollini invite`, a backup) that is writing."""


class SqliteDatabase:
    """See `storage.database.Database`. Made by `open_sqlite`."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()
        self._available = True

    @property
    def available(self) -> bool:
        """Whether the last write was possible."""
        return self._available

    async def fetch(self, sql: str, /, *values: object) -> Sequence[Row]:
        """All rows of one reading statement, over the last committed state."""
        with _told_apart():
            return await _fetch(self._reader, sql, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """One write transaction at a time; rolled back on any exception, cancellation included."""
        async with self._lock:
            # A task may be cancelled while BEGIN or COMMIT is on its way to the connection's thread. So
            # both stand inside the try, and the connection is asked whether there is something to undo.
            try:
                with _told_apart():
                    await self._writer.execute_fetchall("BEGIN IMMEDIATE")
                yield _Writing(self._writer)
                with _told_apart():
                    await self._writer.execute_fetchall("COMMIT")
            except BaseException as error:
                if isinstance(error, Unavailable):
                    self._available = False
                cancelled = await _finish(asyncio.ensure_future(self._roll_back()))
                if cancelled and not isinstance(error, asyncio.CancelledError):
                    raise asyncio.CancelledError from error
                raise
            self._available = True

    async def close(self) -> None:
        """Close both connections."""
        async with self._lock:
            try:
                await self._reader.close()
            finally:
                await self._writer.close()

    async def _roll_back(self) -> None:
        # The connection's thread works in order: this answer comes after all the cancelled task sent.
        await self._writer.execute_fetchall("SELECT 1")
        if self._writer.in_transaction:
            # On a disk without room SQLite may have undone it by itself a moment before.
            with contextlib.suppress(sqlite3.OperationalError):
                await self._writer.execute_fetchall("ROLLBACK")


class _Writing:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, /, *values: object) -> Sequence[Row]:
        with _told_apart():
            return await _fetch(self._connection, sql, values)


_PASSING = frozenset(
    (
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL),
    )
)
"""Errors that say nothing about what was asked: once there is room again, say, it is possible."""


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    """Raise `Unavailable` for what may be possible later."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode or 0) & 0xFF not in _PASSING:
            raise
        message = f"The database cannot be used now ({error})."
        raise Unavailable(message) from error


async def open_sqlite(path: Path, migrations: Path = MIGRATIONS) -> SqliteDatabase:
    """Open (or make) the database file and bring its schema up to date.

    Raises `DatabaseError` with a sentence for the operator when the file cannot be used.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(str(number) for number in OLDEST)
        message = f"This Python has SQLite {sqlite3.sqlite_version}; Bollini needs {oldest} or newer."
        raise DatabaseError(message)
    writer = reader = None
    try:
        writer = await _connect(path)
        await _migrate(writer, migrations)
        reader = await _connect(path)
        await reader.execute_fetchall("PRAGMA query_only = ON")
    except BaseException as error:
        for connection in (writer, reader):
            if connection is not None:
                await connection.close()
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(unusable.sentence(path, error)) from error
        raise
    return SqliteDatabase(writer, reader)


async def _connect(path: Path) -> aiosqlite.Connection:
    # A file that cannot be opened is found out here: aiosqlite's thread outlives the failure, and prints a
    # trace when the event loop is gone before it has ended.
    await asyncio.to_thread(lambda: sqlite3.connect(path).close())
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in (f"busy_timeout = {BUSY_TIMEOUT}", "synchronous = FULL", "foreign_keys = ON"):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        await _write_ahead(connection)
    except BaseException:
        # Its thread would keep the process from ending.
        await connection.close()
        raise
    return connection


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Have the file keep a write-ahead log, so that reading and writing don't wait for each other."""
    # While another process makes the same switch SQLite says "locked" at once, whatever the timeout.
    pause = 0.02
    for _ in range(int(BUSY_TIMEOUT / 1000 / pause)):
        try:
            ((mode,),) = await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(pause)
            continue
        if mode != "wal":
            message = f"its file system allows no write-ahead log, only {mode!r}"
            raise sqlite3.OperationalError(message)
        return
    message = "another program keeps it locked"
    raise sqlite3.OperationalError(message)


async def _fetch(connection: aiosqlite.Connection, sql: str, values: tuple[object, ...]) -> Sequence[Row]:
    # `$1` is a named parameter to SQLite: bound by a dict, for a sequence binds by order of appearance.
    named = {str(number): value for number, value in enumerate(values, start=1)}
    return list(await connection.execute_fetchall(sql, named))


async def _finish(undoing: asyncio.Future[None]) -> bool:
    """Wait for the end of `undoing` whatever happens to this task; whether it was cancelled meanwhile."""
    cancelled = False
    while not undoing.done():
        try:
            await asyncio.shield(undoing)
        except asyncio.CancelledError:
            cancelled = True
    undoing.result()
    return cancelled


async def _migrate(connection: aiosqlite.Connection, folder: Path) -> None:
    """Apply the steps not applied yet, each in one transaction with its version row."""
    steps = _steps(folder)
    known = steps[-1].number
    found = list(await connection.execute_fetchall("SELECT name FROM sqlite_schema WHERE type = 'table'"))
    if found and "schema_version" not in {row["name"] for row in found}:
        raise unusable.NotBollini
    for step in steps:
        await _apply(connection, step, known)


@dataclass(frozen=True)
class _Step:
    number: int
    name: str
    statements: tuple[str, ...]


def _steps(folder: Path) -> list[_Step]:
    """The migration steps of a folder, in order: files named "0001_what_it_brings.sql"."""
    return [
        _Step(int(path.name.split("_")[0]), path.stem, tuple(_statements(path.read_text(encoding="utf-8"))))
        for path in sorted(folder.glob("[0-9]*.sql"))
    ]


async def _apply(connection: aiosqlite.Connection, step: _Step, known: int) -> None:
    """Apply one step if it is still to be applied, and say so in the same transaction.

    The version is read under the lock: another process (`bollini invite` beside `bollini run`) may have
    just done the same step.
    """
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    try:
        await connection.execute_fetchall(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL)"
        )
        rows = list(await connection.execute_fetchall("SELECT coalesce(max(version), 0) FROM schema_version"))
        version = int(rows[0][0])
        if version > known:
            raise SchemaTooNew(version, known)
        if version < step.number:
            for statement in step.statements:
                await connection.execute_fetchall(statement)
            await connection.execute_fetchall(
                "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
                {"1": step.number, "2": step.name},
            )
        await connection.execute_fetchall("COMMIT")
    except BaseException:
        if connection.in_transaction:
            await connection.execute_fetchall("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """The statements of a script, split where SQLite says one is complete (triggers have inner `;`)."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    if pending.strip() and not all(
        line.lstrip().startswith("--") for line in pending.splitlines() if line.strip()
    ):
        message = f"a statement without its end: {pending!r}"
        raise ValueError(message)
    return found
