"""Notes in the store: their numbers, their files, and what the schema itself refuses."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from storage import contributions, notes, people
from storage.contributions import Contribution
from storage.notes import Where, Wish
from storage.sqlite import MIGRATIONS, open_sqlite
from storage.times import to_text
from tests.storage.rows import NOON, SOON, add_tables, seat

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database, Transaction

T1 = Where("T1", 1, None)
WISH = Wish("photo", None, "file", "unique")
MOST = 10 * 2**20


async def wished(tx: Transaction, note: str = "n1", message: int = 7) -> notes.NoteFile:
    """A person at T1, a note of it and its file."""
    person = await people.find(tx, 1001)
    if person is None:
        await add_tables(tx, "T1", "T2")
        await seat(tx, 1001, "T1")
        person = await people.find(tx, 1001)
    assert person is not None
    await notes.add(tx, note, T1, "photo", NOON)
    return await notes.add_file(tx, note, WISH, 1001, message, person.id, NOON)


async def test_every_note_of_a_table_has_a_number_that_no_other_gets(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        assert [1, 2, 3] == [
            (await notes.add(tx, name, T1, "photo", NOON)).number for name in ("a", "b", "c")
        ]
        await notes.move(tx, "c", Where("T2", 2, "1.1"))
        assert 4 == (await notes.add(tx, "d", T1, "voice", NOON)).number
    moved = await notes.by_number(database, "T2", 1)
    assert moved is not None
    assert ("c", 2, "1.1") == (moved.id, moved.session, moved.strategy)
    assert None is await notes.by_number(database, "T1", 3)


async def test_numbers_given_at_once_are_different(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")

    async def one(name: int) -> int:
        async with database.transaction() as tx:
            return (await notes.add(tx, f"n{name}", T1, "photo", NOON)).number

    assert list(range(1, 21)) == sorted(await asyncio.gather(*(one(name) for name in range(20))))


async def test_a_file_is_wished_for_until_it_is_kept_or_lost(database: Database) -> None:
    async with database.transaction() as tx:
        first, second = await wished(tx), await wished(tx, "n2", 8)
    assert [first.id, second.id] == [file.id for file in await notes.wished(database, 9)]
    assert [second.id] == [file.id for file in await notes.wished(database, 9, first.id)]
    async with database.transaction() as tx:
        await notes.failed(tx, first.id, "network")
        await notes.failed(tx, first.id, "disk")
    (waiting,) = await notes.wished(database, 1)
    assert (2, "disk", True) == (waiting.attempts, waiting.trouble, waiting.wished)
    async with database.transaction() as tx:
        await notes.kept(tx, first.id, "name.jpg", 5, SOON)
        assert await notes.lost(tx, second.id, "large", SOON)
        assert not await notes.lost(tx, second.id, "gone", SOON)
        # What is settled stays so, whatever comes late.
        assert not await notes.lost(tx, first.id, "gone", SOON)
        await notes.kept(tx, second.id, "other.jpg", 5, SOON)
    assert [] == await notes.wished(database, 9)
    kept, lost = await notes.all_files(database)
    assert ("name.jpg", 5, None, False) == (kept.name, kept.size, kept.trouble, kept.lost)
    assert (None, "large", True) == (lost.name, lost.trouble, lost.lost)


async def test_the_files_of_a_note_go_with_it_and_are_wished_for_when_it_stands_again(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        first, second = await wished(tx), await wished(tx, "n2", 8)
        await notes.kept(tx, first.id, "same.jpg", 5, SOON)
        await notes.kept(tx, second.id, "same.jpg", 5, SOON)
        await notes.withdraw(tx, "n1", SOON)
    # The other note has it, too.
    assert [("same.jpg", True)] == await notes.removable(database, 9)
    async with database.transaction() as tx:
        await notes.removed(tx, "same.jpg")
        await notes.withdraw(tx, "n2", SOON)
    assert [("same.jpg", False)] == await notes.removable(database, 9)
    assert [] == await notes.wished(database, 9)
    async with database.transaction() as tx:
        await notes.removed(tx, "same.jpg")
        # What comes after that is not kept, nor is it lost.
        await notes.kept(tx, first.id, "late.jpg", 5, SOON)
        assert not await notes.lost(tx, second.id, "gone", SOON)
    assert [("late.jpg", False)] == await notes.removable(database, 9)
    async with database.transaction() as tx:
        await notes.withdraw(tx, "n1", None)
    assert [first.id] == [file.id for file in await notes.wished(database, 9)]


async def test_who_sent_it_is_erased_and_the_note_stays(database: Database) -> None:
    async with database.transaction() as tx:
        file = await wished(tx)
        await notes.name_album(tx, 1001, "album", "n1", 1)
        await notes.trace(tx, "n1", "received", NOON, 1, "facilitator")
        await tx.fetch("DELETE FROM people")
    left = await notes.file_by_id(database, file.id)
    assert left is not None
    assert (None, None) == (left.chat, left.message)
    assert None is await notes.sender(database, file.id)
    assert None is await notes.of_album(database, 1001, "album")
    assert ["received"] == [step.act for step in await notes.steps(database, "n1")]


SET = "UPDATE note_files SET "


@pytest.mark.parametrize(
    "sql",
    [
        # Two notes with one number, or one note with two texts of others.
        "INSERT INTO notes (id, table_code, number, kind, session, received_at)"
        " VALUES ('x', 'T1', 1, 'photo', 1, '')",
        "INSERT INTO notes (id, table_code, number, kind, session, received_at)"
        " VALUES ('x', 'T1', 1.5, 'photo', 1, '')",
        "INSERT INTO notes (id, table_code, number, kind, session, received_at)"
        " VALUES ('x', 'T1', 9, 'text', 1, '')",
        "INSERT INTO notes (id, table_code, number, kind, session, received_at)"
        " VALUES ('x', 'T9', 9, 'photo', 1, '')",
        # One message, two files.
        "INSERT INTO note_messages (chat_id, message_id, file_id, person_id) VALUES (1001, 7, 2, 1)",
        # Kept without a name or a size; too large; kept and lost; lost without a reason.
        f"{SET} kept_at = 'now'",
        f"{SET} kept_at = 'now', name = 'a.jpg'",
        f"{SET} name = 'a.jpg', size = 5",
        f"{SET} kept_at = 'now', name = 'a.jpg', size = {MOST + 1}",
        f"{SET} kept_at = 'now', name = 'a.jpg', size = 0",
        f"{SET} kept_at = 'now', name = 'a.jpg', size = 5, lost_at = 'now', trouble = 'gone'",
        f"{SET} lost_at = 'now'",
        f"{SET} lost_at = 'now', trouble = 'network'",
        # A note is not removed from under its file.
        "DELETE FROM notes",
        "DELETE FROM note_files",
    ],
)
async def test_what_must_not_be_is_refused(database: Database, sql: str) -> None:
    async with database.transaction() as tx:
        await wished(tx)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)


@pytest.mark.parametrize("change", ["name = 'b.jpg'", "name = NULL, size = NULL, kept_at = NULL", "size = 6"])
async def test_what_is_kept_is_not_forgotten(database: Database, change: str) -> None:
    async with database.transaction() as tx:
        file = await wished(tx)
        await notes.kept(tx, file.id, "a.jpg", MOST, NOON)
    with pytest.raises(sqlite3.IntegrityError, match="a file that is kept stays"):
        async with database.transaction() as tx:
            await tx.fetch(SET + change)


async def test_withdrawing_takes_with_it_what_was_typed_but_not_what_that_replaced(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        file = await wished(tx)
        for message, text in enumerate(("caption", "old", "new"), start=20):
            said = Contribution(text, "T1", None, "table", 1, None, None, text)
            await contributions.add(tx, said, 1001, message, 1, NOON)
        await notes.set_caption(tx, file.id, "caption")
        await contributions.supersede(tx, "old", NOON)
        await notes.set_text(tx, "n1", "new")
        assert 2 == await contributions.counted_of(tx, "T1")
        await notes.withdraw(tx, "n1", SOON)
        assert 0 == await contributions.counted_of(tx, "T1")
        await notes.withdraw(tx, "n1", None)
    rows = await database.fetch("SELECT id FROM contributions WHERE withdrawn_at IS NULL ORDER BY id")
    assert ["caption", "new"] == [row["id"] for row in rows]


async def test_notes_written_before_there_were_numbers_have_them(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for step in sorted(MIGRATIONS.glob("*.sql")):
        if step.name < "0008":
            shutil.copy(step, before)
    database = await open_sqlite(tmp_path / "event.db", before)
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        await seat(tx, 1001, "T1")
        for number, (table, source, at) in enumerate(
            (("T1", "table", SOON), ("T1", "person", NOON), ("T2", "table", NOON), ("T1", "table", NOON))
        ):
            # As it was written then: contributions have had other columns since.
            await tx.fetch(
                "INSERT INTO contributions (id, table_code, source, session, text, received_at)"
                " VALUES ($1, $2, $3, 1, $4, $5)",
                f"c{number}",
                table,
                source,
                f"testo {number}",
                to_text(at),
            )
        await tx.fetch("UPDATE contributions SET withdrawn_at = $1 WHERE id = 'c0'", to_text(SOON))
    await database.close()
    database = await open_sqlite(tmp_path / "event.db")
    try:
        assert [("T1", 1, "testo 3", False), ("T1", 2, "testo 0", True), ("T2", 1, "testo 2", False)] == [
            (note.table, note.number, note.text, note.withdrawn) for note in await notes.of_all(database)
        ]
        async with database.transaction() as tx:
            assert 3 == (await notes.add(tx, "next", T1, "photo", NOON)).number
    finally:
        await database.close()
