"""The database file: opened, migrated, refused; and transactions, whatever interrupts them."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import threading
import time
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest

from storage.database import DatabaseError, SchemaTooNew
from storage.sqlite import MIGRATIONS, open_sqlite
from tests.storage.rows import value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from storage.database import Database, Reader
    from storage.sqlite import SqliteDatabase

PATIENCE = 10.0


def connections() -> set[threading.Thread]:
    """The threads of connections that are open."""
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


async def all_ended(threads: set[threading.Thread]) -> bool:
    """Whether these threads come to their end."""
    for thread in threads:
        await asyncio.to_thread(thread.join, PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def version(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT version FROM schema_version ORDER BY version")]


@asynccontextmanager
async def opened(path: Path, migrations: Path = MIGRATIONS) -> AsyncIterator[SqliteDatabase]:
    """A database that is closed again whatever is found: one left open keeps the process from ending."""
    database = await open_sqlite(path, migrations)
    try:
        yield database
    finally:
        await database.close()


async def open_once(path: Path, migrations: Path = MIGRATIONS) -> None:
    async with opened(path, migrations):
        pass


def exists(path: Path) -> bool:
    return path.exists()


def names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


# --- opening and migrating ------------------------------------------------------------------------------


async def test_a_new_file_gets_every_step_of_the_schema(path: Path) -> None:
    await open_once(path)
    assert list(range(1, len(list(MIGRATIONS.glob("*.sql"))) + 1)) == version(path)
    assert {"ballots", "dots", "people", "outbox", "moments"} <= names(path)


async def test_a_known_file_is_opened_as_it_is(path: Path) -> None:
    async with opened(path) as database, database.transaction() as tx:
        await tx.fetch("INSERT INTO moments (key, due_at, action) VALUES ('a', 'b', 'c')")
    before = version(path)
    async with opened(path) as database:
        assert 1 == await value(database, "SELECT count(*) FROM moments")
    assert before == version(path)


async def test_a_database_is_durable_and_strict(database: SqliteDatabase) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    found = {}
    for pragma in expected:
        ((found[pragma],),) = await database._writer.execute_fetchall(f"PRAGMA {pragma}")
    assert expected == found


async def test_a_schema_that_is_too_new_is_refused_in_a_sentence(path: Path) -> None:
    await open_once(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_version (version, name) VALUES (99, 'from tomorrow')")
    with pytest.raises(SchemaTooNew) as refused:
        await open_once(path)
    assert (99, len(list(MIGRATIONS.glob("*.sql")))) == (refused.value.found, refused.value.known)
    assert "The database has schema version 99; this version of Bollini knows up to " in str(refused.value)
    assert str(refused.value).endswith("Start the version of Bollini that wrote it, or a newer one.")
    assert 99 == version(path)[-1]


async def test_a_step_that_fails_leaves_nothing_and_can_be_repeated_when_mended(
    path: Path, tmp_path: Path
) -> None:
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "0001_first.sql").write_text("CREATE TABLE one (a INTEGER);\n")
    second = steps / "0002_second.sql"
    second.write_text(
        "CREATE TABLE two (a INTEGER);\nINSERT INTO one VALUES (1);\nINSERT INTO three VALUES (1);\n"
    )
    with pytest.raises(DatabaseError, match="no such table: three"):
        await open_once(path, steps)
    assert [1] == version(path)
    assert {"one", "schema_version"} == names(path)
    second.write_text("CREATE TABLE two (a INTEGER);\nINSERT INTO one VALUES (1);\n")
    async with opened(path, steps) as database:
        assert 1 == await value(database, "SELECT count(*) FROM one")
    assert [1, 2] == version(path)


async def test_a_first_step_that_fails_leaves_an_empty_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE one (a INTEGER);\nnonsense;\n")
    with pytest.raises(DatabaseError):
        await open_once(path, tmp_path)
    assert set() == names(path)


async def test_steps_may_hold_triggers_comments_and_several_lines(path: Path, tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text(
        "-- a comment; with a semicolon\n"
        "CREATE TABLE one (\n    a INTEGER -- another; one\n);\n"
        "CREATE TRIGGER doubled AFTER INSERT ON one WHEN new.a < 2 BEGIN\n"
        "    INSERT INTO one VALUES (new.a * 2);\n    INSERT INTO one VALUES (new.a * 3);\nEND;\n"
        "-- the end\n"
    )
    async with opened(path, tmp_path) as database:
        async with database.transaction() as tx:
            await tx.fetch("INSERT INTO one VALUES (1)")
        assert [1, 2, 3] == [row["a"] for row in await database.fetch("SELECT a FROM one ORDER BY a")]


async def test_a_statement_without_its_end_is_not_left_out_in_silence(path: Path, tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE one (a INTEGER);\nCREATE TABLE two (a INTEGER)\n")
    with pytest.raises(ValueError, match="without its end"):
        await open_once(path, tmp_path)


async def test_a_new_file_opened_by_several_at_once_is_migrated_once(path: Path) -> None:
    await asyncio.gather(*(open_once(path) for _ in range(6)))
    assert list(range(1, len(list(MIGRATIONS.glob("*.sql"))) + 1)) == version(path)


async def test_a_file_that_another_process_is_just_opening_is_waited_for(path: Path) -> None:
    """The switch to the write-ahead log is refused at once while somebody writes, whatever the timeout."""
    await open_once(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.ensure_future(open_once(path))
        await asyncio.sleep(0.2)
        assert not opening.done()
        other.execute("COMMIT")
        await opening


def a_folder(path: Path) -> None:
    path.mkdir()


def a_text(path: Path) -> None:
    path.write_text("Cara regia, questo non è un database. " * 100, encoding="utf-8")


def in_no_folder(path: Path) -> None:
    path.parent.rmdir()


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


@pytest.mark.parametrize(
    ("spoil", "advice"),
    [
        (a_folder, "Name a file"),
        (a_text, "Choose another file"),
        (in_no_folder, "does not exist. Make it"),
        (of_another_program, "Choose another file"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_in_a_sentence_and_lets_the_process_end(
    tmp_path: Path, spoil: Callable[[Path], None], advice: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "event.db"
    spoil(path)
    before = connections()
    with pytest.raises(DatabaseError) as refused:
        await open_once(path)
    assert str(refused.value).startswith(f"The database {path} cannot be used: ")
    assert advice in str(refused.value)
    # A thread left behind would keep `bollini run` from ending after it has said so.
    assert await all_ended(connections() - before)


async def test_the_file_of_another_program_is_left_as_it_was(path: Path) -> None:
    of_another_program(path)
    with pytest.raises(DatabaseError, match="a database of another program"):
        await open_once(path)
    assert {"bookmarks"} == names(path)


async def test_a_sqlite_that_is_too_old_is_said_in_a_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.OLDEST", (99, 0, 0))
    with pytest.raises(DatabaseError, match=r"This Python has SQLite .*; Bollini needs 99\.0\.0 or newer\."):
        await open_once(path)
    assert not exists(path)


# --- transactions ---------------------------------------------------------------------------------------


async def put(tx: Reader, key: str) -> None:
    await tx.fetch("INSERT INTO moments (key, due_at, action) VALUES ($1, '', '')", key)


async def keys(database: Database) -> list[str]:
    return [row["key"] for row in await database.fetch("SELECT key FROM moments ORDER BY key")]


async def test_what_a_transaction_wrote_is_there_for_all_once_it_is_left(database: Database) -> None:
    async with database.transaction() as tx:
        await put(tx, "a")
        assert 1 == await value(tx, "SELECT count(*) FROM moments")
        assert [] == await keys(database)
    assert ["a"] == await keys(database)


async def test_reading_never_writes(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await put(database, "a")
    assert [] == await keys(database)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, asyncio.CancelledError, SystemExit])
async def test_any_exception_undoes_the_whole_transaction(
    database: Database, error: type[BaseException]
) -> None:
    async def fails() -> None:
        async with database.transaction() as tx:
            await put(tx, "a")
            await put(tx, "b")
            raise error

    with pytest.raises(error):
        await fails()
    assert [] == await keys(database)
    async with database.transaction() as tx:
        await put(tx, "c")
    assert ["c"] == await keys(database)


async def test_a_statement_that_fails_undoes_what_came_before_it(database: Database) -> None:
    async def fails() -> None:
        async with database.transaction() as tx:
            await put(tx, "a")
            await put(tx, "a")

    with pytest.raises(sqlite3.IntegrityError):
        await fails()
    assert [] == await keys(database)


class Gate:
    """Keeps the writing connection's thread busy until it is opened, so that what comes next waits."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._writer = database._writer
        self._open = threading.Event()
        self._waiting: asyncio.Future[Any] | None = None

    async def shut(self) -> None:
        await self._writer.create_function("gate", 0, lambda: self._open.wait(PATIENCE))
        self._waiting = asyncio.ensure_future(self._writer.execute_fetchall("SELECT gate()"))
        await asyncio.sleep(0)

    async def open(self) -> None:
        self._open.set()
        assert self._waiting is not None
        await self._waiting


async def at_begin(database: Database, shut: Callable[[], Awaitable[None]]) -> None:
    await shut()
    async with database.transaction() as tx:
        await put(tx, "a")
        await put(tx, "b")


async def at_a_statement(database: Database, shut: Callable[[], Awaitable[None]]) -> None:
    async with database.transaction() as tx:
        await put(tx, "a")
        await shut()
        await put(tx, "b")


async def between_statements(database: Database, shut: Callable[[], Awaitable[None]]) -> None:
    async with database.transaction() as tx:
        await put(tx, "a")
        await put(tx, "b")
        await shut()
        await asyncio.Event().wait()


async def at_commit(database: Database, shut: Callable[[], Awaitable[None]]) -> None:
    async with database.transaction() as tx:
        await put(tx, "a")
        await put(tx, "b")
        await shut()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("where", [at_begin, at_a_statement, between_statements, at_commit])
async def test_a_task_cancelled_anywhere_leaves_all_or_nothing_and_the_next_one_goes_on(
    database: SqliteDatabase,
    where: Callable[[Database, Callable[[], Awaitable[None]]], Awaitable[None]],
    times: int,
) -> None:
    gate = Gate(database)
    task = asyncio.ensure_future(where(database, gate.shut))
    await asyncio.sleep(0.05)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    following = asyncio.ensure_future(at_commit(database, lambda: asyncio.sleep(0)))
    await asyncio.sleep(0.01)
    assert not following.done()
    await gate.open()
    with pytest.raises(asyncio.CancelledError):
        await task
    done = where is at_commit
    if done:
        # Its commit was under way: it is done as a whole, and the next one finds its rows.
        with pytest.raises(sqlite3.IntegrityError):
            await following
    else:
        await following
    assert ["a", "b"] == await keys(database)


async def test_a_cancellation_during_the_undoing_is_not_swallowed(database: SqliteDatabase) -> None:
    gate = Gate(database)

    async def fails() -> None:
        async with database.transaction() as tx:
            await put(tx, "a")
            await gate.shut()
            raise ValueError

    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.sleep(0)
    await gate.open()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [] == await keys(database)
    assert not database._writer.in_transaction


async def commits(database: Database) -> None:
    """Asks the connection four times: BEGIN, two statements, COMMIT."""
    async with database.transaction() as tx:
        await put(tx, "a")
        await put(tx, "b")


async def breaks(database: Database) -> None:
    """Asks it four times too: BEGIN, a statement, whether there is something to undo, ROLLBACK."""
    async with database.transaction() as tx:
        await put(tx, "a")
        raise ValueError


class Steps:
    """Counts what is asked of the writing connection, and says when it is asked for the `last` time.

    With a gate that last time waits in the connection's thread.
    """

    def __init__(self, database: SqliteDatabase, last: int, gate: Gate | None) -> None:
        self.reached = asyncio.Event()
        self._ask = database._writer.execute_fetchall
        self._count = 0
        self._last = last
        self._gate = gate

    async def asked(self, *given: Any) -> Any:
        self._count += 1
        if self._count == self._last:
            if self._gate is not None:
                await self._gate.shut()
            self.reached.set()
        return await self._ask(*given)


@pytest.mark.parametrize("when", ["it waits in the thread", "the thread has done it"])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("work", [commits, breaks])
async def test_a_task_cancelled_at_any_await_of_a_transaction_leaves_the_next_one_usable(
    database: SqliteDatabase,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Database], Awaitable[None]],
    step: int,
    when: str,
) -> None:
    gate = Gate(database) if when == "it waits in the thread" else None
    with monkeypatch.context() as counting:
        steps = Steps(database, step, gate)
        counting.setattr(database._writer, "execute_fetchall", steps.asked)
        task = asyncio.ensure_future(work(database))
        await steps.reached.wait()
        if gate is None:
            # The loop stands still until it is done, and then hears of the cancellation first.
            time.sleep(0.02)  # noqa: ASYNC251 - that is what it is for
        task.cancel()
        await asyncio.sleep(0)
        if gate is not None:
            await gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not database._writer.in_transaction
    assert not database._lock.locked()
    found = await keys(database)
    assert found in ([], ["a", "b"]) if (work, step) == (commits, 4) else found == []
    async with database.transaction() as tx:
        await put(tx, "c")
    assert [*found, "c"] == await keys(database)


async def test_a_task_cancelled_while_it_waits_for_its_turn_leaves_the_turn_to_others(
    database: SqliteDatabase,
) -> None:
    async with database.transaction() as tx:
        await put(tx, "a")
        waiting = [asyncio.ensure_future(commits(database)) for _ in range(3)]
        await asyncio.sleep(0.01)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    async with database.transaction() as tx:
        await put(tx, "c")
    assert ["a", "c"] == await keys(database)


async def test_tasks_cancelled_at_random_lose_nothing_that_was_acknowledged(database: Database) -> None:
    chance = random.Random(5)
    acknowledged: set[int] = set()

    async def write(number: int) -> None:
        async with database.transaction() as tx:
            await put(tx, f"{number}-a")
            await put(tx, f"{number}-b")
        acknowledged.add(number)

    for _ in range(8):
        tasks = [asyncio.ensure_future(write(len(acknowledged) * 1000 + n)) for n in range(30)]
        for task in chance.sample(tasks, 20):
            await asyncio.sleep(chance.uniform(0, 0.002))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    found = await keys(database)
    numbers = {int(key.split("-")[0]) for key in found}
    assert 2 * len(numbers) == len(found)
    assert acknowledged <= numbers
    assert len(acknowledged) >= 80


async def test_transactions_of_many_tasks_follow_one_another(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.fetch("INSERT INTO moments (key, due_at, action) VALUES ('n', '0', '')")

    async def count_up() -> None:
        async with database.transaction() as tx:
            found = int(await value(tx, "SELECT due_at FROM moments"))
            await asyncio.sleep(0)
            await tx.fetch("UPDATE moments SET due_at = $1", str(found + 1))

    await asyncio.gather(*(count_up() for _ in range(100)))
    assert "100" == await value(database, "SELECT due_at FROM moments")


ANOTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(60):
    connection.execute("BEGIN IMMEDIATE")
    (found,) = connection.execute("SELECT due_at FROM moments").fetchone()
    connection.execute("UPDATE moments SET due_at = ?", (str(int(found) + 1),))
    connection.execute("COMMIT")
"""


async def test_another_process_writes_meanwhile_and_nothing_is_lost(database: Database, path: Path) -> None:
    async with database.transaction() as tx:
        await tx.fetch("INSERT INTO moments (key, due_at, action) VALUES ('n', '0', '')")
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ANOTHER_PROCESS, str(path),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert other.stdout is not None
    assert b"ready\n" == await other.stdout.readline()
    ending = asyncio.ensure_future(other.communicate(b"go\n"))
    for _ in range(60):
        async with database.transaction() as tx:
            found = int(await value(tx, "SELECT due_at FROM moments"))
            await tx.fetch("UPDATE moments SET due_at = $1", str(found + 1))
    async with asyncio.timeout(PATIENCE):
        await ending
    assert 0 == other.returncode
    assert "120" == await value(database, "SELECT due_at FROM moments")


async def test_after_closing_nothing_is_left_running(path: Path) -> None:
    before = connections()
    async with opened(path):
        running = connections() - before
        assert 2 == len(running)
    assert await all_ended(running)
