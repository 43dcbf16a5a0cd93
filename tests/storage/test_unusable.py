"""Why a database cannot be used, said for each reason that SQLite gives."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.database import DatabaseError
from storage.sqlite import open_sqlite
from storage.unusable import sentence
from storage.upkeep import make_sure_it_can_be_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.sqlite import SqliteDatabase


def full(path: Path) -> None:
    connection = sqlite3.connect(path)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    connection.execute("CREATE TABLE more AS SELECT randomblob(100000) AS more")


def read_only(path: Path) -> None:
    sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True).execute("CREATE TABLE more (more)")


def locked(path: Path) -> None:
    holding = sqlite3.connect(path, isolation_level=None)
    holding.execute("BEGIN EXCLUSIVE")
    try:
        sqlite3.connect(path, timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
    finally:
        holding.close()


def damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    sqlite3.connect(path).execute("SELECT * FROM kept").fetchall()


@pytest.mark.filterwarnings("ignore:unclosed database")
@pytest.mark.parametrize(
    ("breaks", "advice"),
    [
        (full, "Make room, then start again."),
        (read_only, "Give its user the right to write to the file and its folder."),
        (locked, "End that program, then start again."),
        (damaged, "Start with the last backup in its place (README says how)."),
    ],
)
def test_each_reason_has_its_advice(path: Path, breaks: Callable[[Path], None], advice: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    connection.close()
    with pytest.raises(sqlite3.Error) as error:
        breaks(path)
    said = sentence(path, error.value)
    assert said.startswith(f"The database {path} cannot be used: ")
    assert said.endswith(advice)


def test_an_unknown_reason_is_told_as_it_is() -> None:
    said = sentence(Path("event.db"), sqlite3.OperationalError("the moon is full"))
    assert "the moon is full" in said
    assert said.endswith("is a Bollini database.")


async def test_a_database_that_cannot_be_written_is_refused_before_work_begins(
    path: Path, database: SqliteDatabase
) -> None:
    await make_sure_it_can_be_written(database, path)
    await database._writer.execute_fetchall("PRAGMA query_only = ON")
    with pytest.raises(DatabaseError, match="may not write to it"):
        await make_sure_it_can_be_written(database, path)
    await database._writer.execute_fetchall("PRAGMA query_only = OFF")


async def test_trying_to_write_really_writes_and_changes_nothing(path: Path) -> None:
    database = await open_sqlite(path)
    log = path.with_name("event.db-wal")
    try:
        await make_sure_it_can_be_written(database, path)
        before, size = await database.fetch("SELECT * FROM sqlite_schema"), log.stat().st_size
        await make_sure_it_can_be_written(database, path)
        assert log.stat().st_size > size
        assert [tuple(row) for row in before] == [  # type: ignore[arg-type]
            tuple(row)  # type: ignore[arg-type]
            for row in await database.fetch("SELECT * FROM sqlite_schema")
        ]
    finally:
        await database.close()
