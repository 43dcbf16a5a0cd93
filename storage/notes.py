"""The notes of a table, the files they came with, and what happened to each.

What was typed is a contribution of the table (`storage/contributions.py`); here is what makes it a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.database import Reader, Row, Transaction

Kind = Literal["text", "photo", "voice"]
Form = Literal["photo", "document", "voice", "audio", "video_note"]
"""As what Telegram carries a file."""

Trouble = Literal["network", "disk", "large", "kind", "gone"]
"""Why a file is not kept yet ("network", "disk"), or never will be: too large, of a wrong kind, gone."""

Act = Literal["received", "edited", "transcribed", "withdrawn", "restored", "moved", "lost"]


@dataclass(frozen=True)
class Where:
    """What a note is about: the table that says it, the session it was said in, the strategy that was on."""

    table: str
    session: int
    strategy: str | None


@dataclass(frozen=True)
class Wish:
    """A file at Telegram: as what it is carried, how long it plays, and Telegram's names for it."""

    form: Form
    seconds: int | None
    file: str
    unique: str


@dataclass(frozen=True)
class Note:
    """A note. `text`: what was typed as it or about it (`text_id`: that contribution), None until then."""

    id: str
    table: str
    number: int
    kind: Kind
    session: int
    strategy: str | None
    text_id: str | None
    text: str | None
    received_at: datetime
    withdrawn: bool

    @property
    def where(self) -> Where:
        """What it is about."""
        return Where(self.table, self.session, self.strategy)


@dataclass(frozen=True)
class NoteFile:
    """A file of a note. `file`, `unique`: Telegram's names; `seconds`: how long it plays; `size` in bytes.

    `name` is None while it is not kept; `picture`: it is one, and not a sound. `chat`, `message`: what
    brought it, None when who sent it was erased.
    """

    id: int
    note: str
    form: Form
    seconds: int | None
    file: str
    unique: str
    caption_id: str | None
    caption: str | None
    attempts: int
    trouble: Trouble | None
    lost: bool
    name: str | None
    size: int | None
    chat: int | None
    message: int | None
    picture: bool

    @property
    def wished(self) -> bool:
        """Whether it is still to be kept."""
        return self.name is None and not self.lost


_NOTE = (
    "SELECT n.id, n.table_code, n.number, n.kind, n.session, n.strategy, n.text_id, c.text, n.received_at,"
    " n.withdrawn_at FROM notes n LEFT JOIN contributions c ON c.id = n.text_id"
)


def _note(row: Row) -> Note:
    return Note(
        id=row["id"],
        table=row["table_code"],
        number=row["number"],
        kind=row["kind"],
        session=row["session"],
        strategy=row["strategy"],
        text_id=row["text_id"],
        text=row["text"],
        received_at=from_text(row["received_at"]),
        withdrawn=row["withdrawn_at"] is not None,
    )


_FILE = (
    "SELECT f.id, f.note_id, f.form, f.seconds, f.telegram_file, f.telegram_unique, f.caption_id,"
    " c.text AS caption, f.attempts, f.trouble, f.lost_at, f.name, f.size, m.chat_id, m.message_id,"
    " (SELECT kind FROM notes WHERE id = f.note_id) = 'photo' AS picture"
    " FROM note_files f LEFT JOIN contributions c ON c.id = f.caption_id AND c.withdrawn_at IS NULL"
    " LEFT JOIN note_messages m ON m.file_id = f.id"
)


def _file(row: Row) -> NoteFile:
    return NoteFile(
        id=row["id"],
        note=row["note_id"],
        form=row["form"],
        seconds=row["seconds"],
        file=row["telegram_file"],
        unique=row["telegram_unique"],
        caption_id=row["caption_id"],
        caption=row["caption"],
        attempts=row["attempts"],
        trouble=row["trouble"],
        lost=row["lost_at"] is not None,
        name=row["name"],
        size=row["size"],
        chat=row["chat_id"],
        message=row["message_id"],
        picture=bool(row["picture"]),
    )


# --- notes ---------------------------------------------------------------------------------------------


async def add(
    tx: Transaction, note: str, where: Where, kind: Kind, at: datetime, text: str | None = None
) -> Note:
    """A new note with the table's next number. `text`: the contribution that it is."""
    await tx.fetch(
        "INSERT INTO notes (id, table_code, number, kind, session, strategy, text_id, received_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        note,
        where.table,
        await _next_number(tx, where.table),
        kind,
        where.session,
        where.strategy,
        text,
        to_text(at),
    )
    found = await by_id(tx, note)
    assert found is not None, "just inserted"
    return found


async def _next_number(tx: Transaction, table: str) -> int:
    rows = await tx.fetch(
        "INSERT INTO note_numbers (table_code, last) VALUES ($1, 1)"
        " ON CONFLICT (table_code) DO UPDATE SET last = note_numbers.last + 1 RETURNING last",
        table,
    )
    return int(rows[0]["last"])


async def by_id(reader: Reader, note: str) -> Note | None:
    """The note with this id."""
    rows = await reader.fetch(f"{_NOTE} WHERE n.id = $1", note)
    return _note(rows[0]) if rows else None


async def by_number(reader: Reader, table: str, number: int) -> Note | None:
    """The note with this number at a table."""
    rows = await reader.fetch(f"{_NOTE} WHERE n.table_code = $1 AND n.number = $2", table, number)
    return _note(rows[0]) if rows else None


async def of_text(reader: Reader, contribution: str) -> Note | None:
    """The note whose text, or the caption of one of whose files, is this contribution."""
    rows = await reader.fetch(
        f"{_NOTE} WHERE n.text_id = $1 OR n.id IN (SELECT note_id FROM note_files WHERE caption_id = $1)",
        contribution,
    )
    return _note(rows[0]) if rows else None


async def of_album(reader: Reader, chat: int, album: str) -> Note | None:
    """The note that an album became."""
    rows = await reader.fetch(
        f"{_NOTE} JOIN note_albums a ON a.note_id = n.id WHERE a.chat_id = $1 AND a.album = $2", chat, album
    )
    return _note(rows[0]) if rows else None


async def name_album(tx: Transaction, chat: int, album: str, note: str, person: int) -> None:
    """The album becomes this note: what else comes of it belongs there."""
    await tx.fetch(
        "INSERT INTO note_albums (chat_id, album, note_id, person_id) VALUES ($1, $2, $3, $4)",
        chat,
        album,
        note,
        person,
    )


async def of_table(reader: Reader, table: str) -> Sequence[Note]:
    """Every note of a table, by number, withdrawn ones too."""
    return [
        _note(row) for row in await reader.fetch(f"{_NOTE} WHERE n.table_code = $1 ORDER BY n.number", table)
    ]


async def of_all(reader: Reader) -> Sequence[Note]:
    """Every note there is, by table and number."""
    return [_note(row) for row in await reader.fetch(f"{_NOTE} ORDER BY n.table_code, n.number")]


async def set_text(tx: Transaction, note: str, contribution: str) -> None:
    """What was typed about a note."""
    await tx.fetch("UPDATE notes SET text_id = $2 WHERE id = $1", note, contribution)


async def withdraw(tx: Transaction, note: str, at: datetime | None) -> None:
    """Withdraw a note with what was typed about it; with None it stands again.

    Its files go, and are wished for anew when it stands again.
    """
    when = None if at is None else to_text(at)
    await tx.fetch("UPDATE notes SET withdrawn_at = $2 WHERE id = $1", note, when)
    await tx.fetch(f"UPDATE contributions SET withdrawn_at = $2 WHERE id IN ({_TEXTS})", note, when)
    if when is not None:
        await tx.fetch(
            "INSERT INTO note_files_to_remove (name)"
            " SELECT DISTINCT name FROM note_files WHERE note_id = $1 AND name IS NOT NULL"
            " ON CONFLICT (name) DO NOTHING",
            note,
        )
        await tx.fetch(
            "UPDATE note_files SET kept_at = NULL, name = NULL, size = NULL, attempts = 0, trouble = NULL"
            " WHERE note_id = $1 AND lost_at IS NULL",
            note,
        )


async def move(tx: Transaction, note: str, where: Where) -> None:
    """Give a note, with all that was typed about it, to another table: there it has a new number."""
    await tx.fetch(
        "UPDATE notes SET table_code = $2, number = $3, session = $4, strategy = $5 WHERE id = $1",
        note,
        where.table,
        await _next_number(tx, where.table),
        where.session,
        where.strategy,
    )
    await tx.fetch(
        f"UPDATE contributions SET table_code = $2, session = $3, strategy = $4 WHERE id IN ({_TEXTS})",
        note,
        where.table,
        where.session,
        where.strategy,
    )


# What stands with a note: its text and its captions, but not what an earlier text was replaced by.
_TEXTS = (
    "SELECT text_id FROM notes WHERE id = $1 AND text_id IS NOT NULL"
    " UNION SELECT caption_id FROM note_files WHERE note_id = $1 AND caption_id IS NOT NULL"
)


# --- files ---------------------------------------------------------------------------------------------


async def add_file(
    tx: Transaction,
    note: str,
    wish: Wish,
    chat: int,
    message: int,
    person: int,
    at: datetime,
) -> NoteFile:
    """Wish for a file that a message brought."""
    rows = await tx.fetch(
        "INSERT INTO note_files (note_id, form, seconds, telegram_file, telegram_unique, wished_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        note,
        wish.form,
        wish.seconds,
        wish.file,
        wish.unique,
        to_text(at),
    )
    await tx.fetch(
        "INSERT INTO note_messages (chat_id, message_id, file_id, person_id) VALUES ($1, $2, $3, $4)",
        chat,
        message,
        rows[0]["id"],
        person,
    )
    found = await file_of_message(tx, chat, message)
    assert found is not None, "just inserted"
    return found


async def file_of_message(reader: Reader, chat: int, message: int) -> NoteFile | None:
    """The file that a message brought."""
    rows = await reader.fetch(f"{_FILE} WHERE m.chat_id = $1 AND m.message_id = $2", chat, message)
    return _file(rows[0]) if rows else None


async def file_by_id(reader: Reader, file: int) -> NoteFile | None:
    """The file with this id."""
    rows = await reader.fetch(f"{_FILE} WHERE f.id = $1", file)
    return _file(rows[0]) if rows else None


async def notes_with(reader: Reader, unique: str) -> Sequence[Note]:
    """The notes that hold a file, by the name that Telegram always gives it, the newest last."""
    rows = await reader.fetch(
        f"{_NOTE} WHERE n.id IN (SELECT note_id FROM note_files WHERE telegram_unique = $1)"
        " ORDER BY n.received_at, n.id",
        unique,
    )
    return [_note(row) for row in rows]


async def files_of(reader: Reader, note: str) -> Sequence[NoteFile]:
    """The files of a note, in the order in which they came."""
    return [_file(row) for row in await reader.fetch(f"{_FILE} WHERE f.note_id = $1 ORDER BY f.id", note)]


async def files_at(reader: Reader, table: str) -> Sequence[NoteFile]:
    """The files of all notes of a table, in the order in which they came."""
    rows = await reader.fetch(
        f"{_FILE} JOIN notes n ON n.id = f.note_id WHERE n.table_code = $1 ORDER BY f.id", table
    )
    return [_file(row) for row in rows]


async def all_files(reader: Reader) -> Sequence[NoteFile]:
    """Every file of every note."""
    return [_file(row) for row in await reader.fetch(f"{_FILE} ORDER BY f.id")]


async def set_caption(tx: Transaction, file: int, contribution: str | None) -> None:
    """What stands below a file at Telegram; None when nothing does any more."""
    await tx.fetch("UPDATE note_files SET caption_id = $2 WHERE id = $1", file, contribution)


async def wished(reader: Reader, limit: int, after: int = 0) -> Sequence[NoteFile]:
    """Files still to be kept, of notes that stand, oldest first, from behind the one with the id `after`."""
    rows = await reader.fetch(
        f"{_FILE} WHERE f.kept_at IS NULL AND f.lost_at IS NULL AND f.id > $2"
        " AND EXISTS (SELECT 1 FROM notes WHERE id = f.note_id AND withdrawn_at IS NULL)"
        " ORDER BY f.id LIMIT $1",
        limit,
        after,
    )
    return [_file(row) for row in rows]


async def kept(tx: Transaction, file: int, name: str, size: int, at: datetime) -> None:
    """The file is in the folder, `size` bytes under `name`.

    It is to go from there again if its note was withdrawn meanwhile.
    """
    rows = await tx.fetch(
        "UPDATE note_files SET kept_at = $4, name = $2, size = $3, trouble = NULL"
        " WHERE id = $1 AND kept_at IS NULL AND lost_at IS NULL"
        " AND EXISTS (SELECT 1 FROM notes WHERE id = note_id AND withdrawn_at IS NULL) RETURNING id",
        file,
        name,
        size,
        to_text(at),
    )
    if not rows:
        await tx.fetch(
            "INSERT INTO note_files_to_remove (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", name
        )


async def removable(reader: Reader, limit: int) -> Sequence[tuple[str, bool]]:
    """Names of files of notes that were withdrawn, and whether a note that stands has the same file."""
    rows = await reader.fetch(
        "SELECT name, EXISTS (SELECT 1 FROM note_files f WHERE f.name = r.name) AS needed"
        " FROM note_files_to_remove r ORDER BY name LIMIT $1",
        limit,
    )
    return [(row["name"], bool(row["needed"])) for row in rows]


async def removed(tx: Transaction, name: str) -> None:
    """The file is in the folder no more, or stays for another note."""
    await tx.fetch("DELETE FROM note_files_to_remove WHERE name = $1", name)


async def failed(tx: Transaction, file: int, trouble: Trouble | None) -> None:
    """It could not be kept now; `trouble`: what to say of it, once there is something to say."""
    await tx.fetch(
        "UPDATE note_files SET attempts = attempts + 1, trouble = $2"
        " WHERE id = $1 AND kept_at IS NULL AND lost_at IS NULL",
        file,
        trouble,
    )


async def lost(tx: Transaction, file: int, trouble: Trouble, at: datetime) -> bool:
    """It will never be kept; whether that is news."""
    return bool(
        await tx.fetch(
            "UPDATE note_files SET lost_at = $3, trouble = $2, attempts = attempts + 1"
            " WHERE id = $1 AND kept_at IS NULL AND lost_at IS NULL"
            " AND EXISTS (SELECT 1 FROM notes WHERE id = note_id AND withdrawn_at IS NULL) RETURNING id",
            file,
            trouble,
            to_text(at),
        )
    )


async def sender(reader: Reader, file: int) -> int | None:
    """The id of the person who sent a file; None when they were erased."""
    rows = await reader.fetch("SELECT person_id FROM note_messages WHERE file_id = $1", file)
    return int(rows[0]["person_id"]) if rows else None


# --- what happened -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something that happened to a note. `role` is None for what nobody did."""

    act: Act
    role: str | None
    at: datetime
    before: str | None
    after: str | None


async def trace(
    tx: Transaction,
    note: str,
    act: Act,
    at: datetime,
    person: int | None = None,
    role: str | None = None,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write down what happened to a note."""
    await tx.fetch(
        "INSERT INTO note_trace (note_id, at, person_id, role, act, before, after)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        note,
        to_text(at),
        person,
        role,
        act,
        before,
        after,
    )


async def steps(reader: Reader, note: str) -> Sequence[Step]:
    """All that happened to a note, the first first."""
    rows = await reader.fetch(
        "SELECT act, role, at, before, after FROM note_trace WHERE note_id = $1 ORDER BY id", note
    )
    return [Step(row["act"], row["role"], from_text(row["at"]), row["before"], row["after"]) for row in rows]
