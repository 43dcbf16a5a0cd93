"""A copy of a database in use: whole, checked, and never in the place of something else."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from storage import backup, files, notes
from storage.backup import Contents, back_up, check
from storage.database import DatabaseError
from storage.sqlite import open_sqlite
from tests.storage.rows import NOON, add_tables, give_ballot, seat, value, vote
from tests.support.hall import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.sqlite import SqliteDatabase

PEOPLE = 300
STRATEGIES = ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3")


async def fill(database: SqliteDatabase, people: int) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        for number in range(people):
            person = await seat(tx, 1000 + number, "T1")
            await give_ballot(tx, person, "T1")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith("event.db")}


async def test_a_copy_made_while_people_vote_holds_all_that_was_done_before_it_began(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    await fill(database, PEOPLE)
    done = [0]
    stopping = asyncio.Event()

    async def votes() -> None:
        for number in range(len(STRATEGIES)):
            for person in range(1, PEOPLE + 1):
                if stopping.is_set():
                    return
                async with database.transaction() as tx:
                    await vote(tx, person, *STRATEGIES[: number + 1])
                done[0] += 1

    voting = asyncio.create_task(votes())
    try:
        for number in range(5):
            wanted = 60 * (number + 1)
            await eventually(lambda wanted=wanted: done[0] >= wanted)  # type: ignore[misc]
            before = done[0]
            contents = await asyncio.to_thread(back_up, path, tmp_path / f"copy-{number}.db")
            after = done[0]
            assert before <= contents.rows["dots"] <= after + 1
            copy = await open_sqlite(tmp_path / f"copy-{number}.db")
            try:
                assert contents.rows["dots"] == await value(copy, "SELECT count(*) FROM dots")
                # The first in line have voted first: what is there is the beginning of it, without a gap.
                rows = await copy.fetch(
                    "SELECT o.person_id, count(d.slot) AS dots FROM ballot_owners o"
                    " LEFT JOIN dots d ON d.ballot_id = o.ballot_id GROUP BY 1 ORDER BY 1"
                )
                dots = [row["dots"] for row in rows]
                assert sorted(dots, reverse=True) == dots
                assert max(dots) - min(dots) <= 1
            finally:
                await copy.close()
    finally:
        stopping.set()
        await voting
    assert done[0] == await value(database, "SELECT count(*) FROM dots")


async def test_a_copy_is_one_file_that_only_its_owner_reads(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    await fill(database, 3)
    contents = back_up(path, tmp_path / "copy.db")
    assert (3, 3, 1) == tuple(contents.rows[name] for name in ("people", "ballots", "tables"))
    assert {"copy.db"} == names(tmp_path)
    assert 0o600 == stat.S_IMODE((tmp_path / "copy.db").stat().st_mode)
    check(tmp_path / "copy.db", contents)


async def test_a_copy_of_a_database_that_a_killed_bot_left(tmp_path: Path, path: Path) -> None:
    """What it committed is in the log beside it."""
    database = await open_sqlite(path)
    await fill(database, 2)
    left = tmp_path / "left"
    left.mkdir()
    for name in ("event.db", "event.db-wal"):
        (left / name).write_bytes((tmp_path / name).read_bytes())
    await database.close()
    assert 2 == back_up(left / "event.db", tmp_path / "copy.db").rows["people"]


async def test_nothing_is_overwritten_unless_asked_for(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    await fill(database, 1)
    out = tmp_path / "copy.db"
    out.write_text("precious")
    with pytest.raises(DatabaseError, match="say --replace"):
        back_up(path, out)
    assert ("precious", {"copy.db"}) == (out.read_text(), names(tmp_path))
    assert 1 == back_up(path, out, replace=True).rows["people"]
    check(out, back_up(path, tmp_path / "other.db"))
    for replace in (False, True):
        with pytest.raises(DatabaseError, match="is the database itself"):
            back_up(path, path, replace=replace)
        with pytest.raises(DatabaseError, match="is a folder"):
            back_up(path, tmp_path, replace=replace)
    (tmp_path / "third.db-wal").write_bytes(b"of another database")
    with pytest.raises(DatabaseError, match="belongs to another database"):
        back_up(path, tmp_path / "third.db")


async def test_a_file_made_meanwhile_is_not_overwritten(
    tmp_path: Path, path: Path, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database, 1)
    out = tmp_path / "copy.db"

    def checking(copy: Path, expected: Contents) -> None:
        check(copy, expected)
        out.write_text("precious")

    monkeypatch.setattr(backup, "check", checking)
    with pytest.raises(DatabaseError, match="say --replace"):
        back_up(path, out)
    assert ("precious", {"copy.db"}) == (out.read_text(), names(tmp_path))


def execute(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


def of_nobody(path: Path) -> None:
    path.unlink()


def of_another_program(path: Path) -> None:
    execute(path, "DROP TABLE schema_version")


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (of_nobody, "There is no database"),
        (of_another_program, "a database of another program"),
        (no_database, "it is no database"),
    ],
)
async def test_what_cannot_be_copied_is_said_and_leaves_nothing(
    tmp_path: Path, path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    await (await open_sqlite(path)).close()
    spoil(path)
    with pytest.raises(DatabaseError, match=words):
        back_up(path, tmp_path / "copy.db")
    assert set() == names(tmp_path)


async def test_a_copy_that_cannot_be_written_is_said_and_leaves_nothing(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    with pytest.raises(DatabaseError, match="cannot be written: No such file or directory"):
        back_up(path, tmp_path / "nowhere" / "copy.db")
    assert set() == names(tmp_path)


def damage(path: Path) -> None:
    """Make one page into noise."""
    content, size = path.read_bytes(), 4096
    start = (len(content) // size - 2) * size
    path.write_bytes(content[:start] + b"\x7f" * size + content[start + size :])


async def test_a_database_damaged_on_the_disk_is_found_out(tmp_path: Path, path: Path) -> None:
    """SQLite copies pages as they are: the check finds it, and no broken copy is kept."""
    database = await open_sqlite(path)
    await fill(database, PEOPLE)
    await database.close()
    damage(path)
    with pytest.raises(DatabaseError, match=r"not sound \(.+ was not kept"):
        back_up(path, tmp_path / "copy.db")
    assert set() == names(tmp_path)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def without_a_row(path: Path) -> None:
    execute(path, "DELETE FROM ballot_owners WHERE person_id = 1")


def of_another_version(path: Path) -> None:
    execute(path, "UPDATE schema_version SET version = version + 1000")


def with_a_loose_end(path: Path) -> None:
    execute(path, "DELETE FROM tables")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut_off, "malformed"),
        (without_a_row, "2 rows in ballot_owners instead of 3"),
        (of_another_version, "schema version"),
        (with_a_loose_end, "refers to a missing tables"),
    ],
)
async def test_a_broken_copy_is_reported(
    tmp_path: Path, path: Path, database: SqliteDatabase, spoil: Callable[[Path], None], words: str
) -> None:
    await fill(database, 3)
    copy = tmp_path / "copy.db"
    contents = back_up(path, copy)
    check(copy, contents)
    spoil(copy)
    with pytest.raises(DatabaseError, match=words):
        check(copy, contents)


# --- files of notes -------------------------------------------------------------------------------------


async def keep_files(database: SqliteDatabase, path: Path, *contents: bytes) -> list[str]:
    """Notes with these files; their names."""
    store = files.FileStore(files.beside(path))
    kept = [store.keep(content, "jpg") for content in contents]
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1001, "T1")
        for number, name in enumerate(kept):
            await notes.add(tx, f"n{number}", notes.Where("T1", 1, None), "photo", NOON)
            wish = notes.Wish("photo", None, f"file {number}", f"unique {number}")
            file = await notes.add_file(tx, f"n{number}", wish, 1001, number, person, NOON)
            await notes.kept(tx, file.id, name, len(contents[number]), NOON)
        # One that is still to come is nobody's to copy.
        await notes.add(tx, "later", notes.Where("T1", 1, None), "photo", NOON)
        await notes.add_file(tx, "later", notes.Wish("photo", None, "x", "y"), 1001, 99, person, NOON)
    return kept


def beside(copy: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in files.beside(copy).iterdir()}


async def test_files_of_notes_are_copied_and_checked(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    kept = await keep_files(database, path, b"one", b"two", b"one")
    copy = tmp_path / "copy.db"
    contents = back_up(path, copy)
    assert (2, ()) == (contents.files, contents.missing)
    assert {kept[0]: b"one", kept[1]: b"two"} == beside(copy)
    assert 0o700 == stat.S_IMODE(files.beside(copy).stat().st_mode)
    # A restore needs nothing else: the names in the copy are those in its folder.
    restored = await open_sqlite(copy)
    try:
        named = {file.name for file in await notes.all_files(restored) if file.name is not None}
    finally:
        await restored.close()
    assert set(beside(copy)) == named


async def test_files_of_notes_that_were_withdrawn_are_not_copied(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    _, two = await keep_files(database, path, b"one", b"two")
    async with database.transaction() as tx:
        await notes.withdraw(tx, "n0", NOON)
    copy = tmp_path / "copy.db"
    contents = back_up(path, copy)
    assert (1, ()) == (contents.files, contents.missing)
    assert {two: b"two"} == beside(copy)


async def test_what_is_missing_or_damaged_is_named_and_keeps_nothing_else_from_being_copied(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    one, two, three = await keep_files(database, path, b"one", b"two", b"three")
    (files.beside(path) / one).unlink()
    (files.beside(path) / two).write_bytes(b"tw")
    copy = tmp_path / "copy.db"
    contents = back_up(path, copy)
    assert (1, {one, two}) == (contents.files, set(contents.missing))
    assert {three: b"three"} == beside(copy)
    assert copy.exists()


async def test_a_folder_that_is_there_is_replaced_only_when_that_is_asked_for(
    tmp_path: Path, path: Path, database: SqliteDatabase
) -> None:
    (name,) = await keep_files(database, path, b"one")
    copy = tmp_path / "copy.db"
    old = files.FileStore(files.beside(copy)).keep(b"of another event", "jpg")
    (files.beside(copy) / "letter.txt").write_bytes(b"not ours")
    with pytest.raises(DatabaseError, match="There is a folder"):
        back_up(path, copy)
    assert not copy.exists()
    assert old in beside(copy)
    back_up(path, copy, replace=True)
    assert {name: b"one", "letter.txt": b"not ours"} == beside(copy)


async def test_a_copy_that_fails_leaves_no_folder(
    tmp_path: Path, path: Path, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep_files(database, path, b"one")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_publish", full)
    with pytest.raises(DatabaseError, match="No space left"):
        back_up(path, tmp_path / "copy.db")
    left = await asyncio.to_thread(lambda: {each.name for each in tmp_path.iterdir()})
    assert {path.name, files.beside(path).name} == {
        name for name in left if not name.endswith(("-wal", "-shm"))
    }
