"""A copy of a database that a bot may be writing to, checked before it gets its name.

SQLite's own online copy, in one step and inside one reading transaction: writers are not kept waiting, and
what the copy must hold is counted in the very state that is copied. The files of notes that this state knows
are copied before the copy gets its name, into a folder beside it. Files are never changed; only the file of a
note that is withdrawn in that very moment may be missing, and is named as such.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from typing import TYPE_CHECKING

from storage import files, unusable
from storage.database import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

BUSY_SECONDS = 10.0
"""How long to wait for a writer where SQLite lets only one in."""

SHOWN = 5
"""Mistakes of a broken copy that are told, at most."""


@dataclass(frozen=True)
class Contents:
    """What a database holds: the version of its schema, and the rows of each table.

    Of a copy also: how many `files` of notes were copied, and the names of those that are `missing` or
    damaged where the database is that was copied.
    """

    version: int
    rows: Mapping[str, int]
    files: int = 0
    missing: tuple[str, ...] = ()


def back_up(source: Path, target: Path, *, replace: bool = False) -> Contents:
    """Copy the database `source` into the file `target`, which is whole and checked when it appears.

    Raises `DatabaseError`, and then `target` is as it was: when the source cannot be read, when the copy is
    not what was copied, and when there is a `target` already and `replace` was not asked for. Files of notes
    that are missing or damaged do not keep all else from being copied: they are named in what is returned.
    """
    _refuse_what_is_there(source, target, replace=replace)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    folder = files.beside(target)
    made = not folder.exists()
    try:
        expected = _copy(source, partial)
        check(partial, expected)
        _sync(partial)
        names = _file_names(partial)
        missing = tuple(_copy_files(names, files.beside(source), folder))
        _publish(partial, target, replace=replace)
        _remove_others(folder, names)
    except (OSError, DatabaseError) as error:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, DatabaseError):
            raise
        message = f"The copy {target} cannot be written: {error.strerror or error}."
        raise DatabaseError(message) from error
    finally:
        for left in (partial, *_beside(partial)):
            left.unlink(missing_ok=True)
    return replace_fields(expected, files=len(names) - len(missing), missing=missing)


def check(copy: Path, expected: Contents) -> None:
    """Open a copy as a restore would, and see that it is sound and holds what it should.

    Raises `DatabaseError` saying what is wrong with it.
    """
    try:
        with _opened(copy, "ro") as connection:
            wrong = [
                *(str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"),
                *(f"{row[0]} refers to a missing {row[2]}" for row in _dangling(connection)),
            ]
            if not wrong:
                wrong = list(_differences(expected, _contents(connection)))
    except sqlite3.Error as error:
        wrong = [str(error)]
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        message = (
            f"The copy is not sound ({'; '.join(wrong[:SHOWN])}{more}) and was not kept. Try again; if that "
            "happens again, the database itself or the disk is damaged."
        )
        raise DatabaseError(message)


def _refuse_what_is_there(source: Path, target: Path, *, replace: bool) -> None:
    if not source.is_file():
        message = f"There is no database {source}. Name one: bollini backup --database FILE --out FILE"
        raise DatabaseError(message)
    if target.is_dir():
        message = f"{target} is a folder. Name the file that the copy is to be: --out {target}/event.db"
        raise DatabaseError(message)
    if target.exists() and target.samefile(source):
        message = f"{target} is the database itself. Name another file."
        raise DatabaseError(message)
    if target.exists() and not replace:
        raise DatabaseError(_already(target))
    folder = files.beside(target)
    if folder.exists() and not replace:
        message = (
            f"There is a folder {folder} already, where the files of notes would go. Name another file with "
            "--out, or say --replace."
        )
        raise DatabaseError(message)
    for left in _beside(target):
        if left.exists():
            # SQLite would take it for a part of the copy.
            message = f"{left} belongs to another database of that name. Name another file with --out."
            raise DatabaseError(message)


def _already(target: Path) -> str:
    return f"There is a file {target} already. Name another, or say --replace to have this one replaced."


def _beside(path: Path) -> tuple[Path, ...]:
    """The files that SQLite may keep beside a database."""
    return tuple(path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm", "-journal"))


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _copy(source: Path, partial: Path) -> Contents:
    """Copy; what the copy must hold."""
    try:
        with _opened(source, "rw") as reading:
            reading.execute("PRAGMA query_only = ON")
            reading.execute("BEGIN")
            contents = _contents(reading)
            # Readable for its owner alone: what people wrote is in it.
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy_pages(reading, partial)
            return contents
    except sqlite3.Error as error:
        raise DatabaseError(unusable.sentence(source, error)) from error


def _copy_pages(reading: sqlite3.Connection, partial: Path) -> None:
    try:
        with _opened(partial, "rw") as writing:
            reading.backup(writing)
            # All in one file, until a bot works on it.
            writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        message = f"The copy cannot be written: {unusable.reason(partial, error)}"
        raise DatabaseError(message) from error


def _file_names(copy: Path) -> list[str]:
    """The files of notes that a copy knows."""
    with _opened(copy, "ro") as connection:
        if "note_files" not in _tables(connection):
            # The database is of a version that had none.
            return []
        rows = connection.execute("SELECT DISTINCT name FROM note_files WHERE name IS NOT NULL ORDER BY name")
        return [str(row[0]) for row in rows]


def _copy_files(names: Iterable[str], source: Path, target: Path) -> Iterator[str]:
    """Copy files of notes, each checked by its name; the names of those that are missing or damaged."""
    giving, taking = files.FileStore(source), files.FileStore(target)
    for name in names:
        if not giving.sound(name):
            yield name
        else:
            taking.keep(giving.read(name), name.partition(".")[2])


def _remove_others(folder: Path, names: Collection[str]) -> None:
    """Of an earlier copy that was replaced nothing is left that this one does not know."""
    for path in folder.glob("*"):
        if files.NAME.fullmatch(path.name) and path.name not in names:
            path.unlink()


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            " ORDER BY name"
        )
    ]


def _contents(connection: sqlite3.Connection) -> Contents:
    names = _tables(connection)
    if "schema_version" not in names:
        raise unusable.NotBollini
    version = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    return Contents(int(version), counts)


def _dangling(connection: sqlite3.Connection) -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchall()


def _differences(expected: Contents, found: Contents) -> Iterator[str]:
    if expected.version != found.version:
        yield f"schema version {found.version} instead of {expected.version}"
    for name in sorted({*expected.rows, *found.rows}):
        if expected.rows.get(name) != found.rows.get(name):
            yield f"{found.rows.get(name)} rows in {name} instead of {expected.rows.get(name)}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _publish(partial: Path, target: Path, *, replace: bool) -> None:
    if replace:
        partial.replace(target)
    else:
        try:
            # Unlike a renaming this fails when somebody made a file of that name meanwhile.
            target.hardlink_to(partial)
        except FileExistsError as error:
            raise DatabaseError(_already(target)) from error
        except OSError:
            # A file system without such links, as on memory sticks.
            partial.replace(target)
        else:
            partial.unlink()
    _sync(target.parent)
