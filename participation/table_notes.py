"""The notes of a table that are photographed or spoken, what is typed about each, and the list of all.

A photo or a voice message is first wished for: what Telegram calls it is stored with the note, and from then
on the note is never lost. Its file is fetched afterwards (`bot/note_files.py`), and again after a kill. What
is typed as a note is in `participation/contributions.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from participation import contributions, dashboards, note_notices, notices, personal_data, readable, roles
from participation.contributions import note_screen
from storage import acts, outbox, screens
from storage import contributions as stored_contributions
from storage import gathering as stored_gathering
from storage import notes as stored
from storage.files import MOST
from storage.outbox import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice, Role
    from storage.database import Database, Reader, Transaction
    from storage.notes import Kind, Note, NoteFile, Trouble, Wish
    from storage.people import Person

    Cover = Callable[[str | None, str], str]

SCREEN = contributions.NOTE_SCREEN

MOST_OTHERS = 8
"""Tables that a note is offered to be given to, at most."""

_COMMAND = re.compile(r"/nota(?:@\w+)?(?:\s+|$)", re.IGNORECASE)
_WRITTEN = re.compile(r"([0-9]{1,6})\s*:\s*(\S.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Sent:
    """A photo, a voice message or something like it, as it came.

    `kind` is None for what cannot be a note, and then `why` says why: "video" or "kind". `size` in bytes,
    None where Telegram does not say; `album`: what Telegram calls the album that it is part of.
    """

    message: int
    kind: Kind | None
    wish: Wish
    size: int | None
    album: str | None
    caption: str
    why: str = "kind"


@dataclass(frozen=True)
class Typed:
    """A message with a text that is about a note. `act`: names the message or press for ever."""

    message: int
    text: str
    new_id: str
    act: str
    at: datetime


@dataclass(frozen=True)
class Replied:
    """The message that somebody replied to: its id, and the names at Telegram of what it holds."""

    message: int
    uniques: tuple[str, ...]


# --- receiving -----------------------------------------------------------------------------------------


async def receive(
    database: Database, person: Person, sent: Sent, new_id: str, now: datetime
) -> tuple[Notice, ...] | None:
    """Take a photo or a voice message as a note; what to tell, beside the screen that shows it.

    None when the person takes no table's notes. Who takes several tables' names one at the beginning of the
    caption; otherwise it is the first (one they were asked to run or help at before those of their venue),
    and can be given to another.
    """
    own = await roles.notes_tables(database, person)
    if not own:
        return None
    if sent.kind is None:
        return (note_notices.NoteUnusable(why=sent.why),)
    if sent.size is not None and sent.size > MOST:
        return (note_notices.NoteUnusable(why="large"),)
    named, caption = _captioned(sent.caption, own)
    async with database.transaction() as tx:
        if await stored.file_of_message(tx, person.telegram_id, sent.message) is not None:
            return ()
        note = None
        if sent.album is not None:
            note = await stored.of_album(tx, person.telegram_id, sent.album)
        if note is not None:
            table = named or note.table
        else:
            table = named or await roles.own_table(tx, person, roles.NOTES) or own[0]
        role = await roles.notes_role(tx, person, table)
        if role is None:
            return (notices.NotAllowed(command="nota"),)
        if note is None:
            where = await contributions.now_at(tx, table)
            note = await stored.add(tx, new_id, where, sent.kind, now)
            await stored.trace(tx, note.id, "received", now, person.id, role)
            if sent.album is not None:
                await stored.name_album(tx, person.telegram_id, sent.album, note.id, person.id)
        elif note.table != table:
            note = await _give(tx, note, person, role, table, now)
        file = await stored.add_file(
            tx,
            note.id,
            sent.wish,
            person.telegram_id,
            sent.message,
            person.id,
            now,
        )
        if caption:
            await _set_caption(tx, note, file, person, sent.message, caption, new_id, now)
        await screens.want(tx, person.id, note_screen(note.id))
        await dashboards.active(tx, note.table, now)
        await _changed(tx, note)
    return ()


def _captioned(caption: str, own: Sequence[str]) -> tuple[str | None, str]:
    """The table that a caption names, and the rest of it: "/nota T5 The lift", "T5 The lift", "The lift"."""
    text = "" if readable.is_blank(caption) else _COMMAND.sub("", caption.strip(), count=1).strip()
    first, *behind = text.split(maxsplit=1) or [""]
    for table in own:
        if first.rstrip(":.,").casefold() == table.casefold():
            return table, behind[0].strip() if behind else ""
    return None, text


async def _set_caption(
    tx: Transaction,
    note: Note,
    file: NoteFile,
    person: Person,
    message: int,
    caption: str,
    new_id: str,
    now: datetime,
) -> None:
    kept = await contributions.voice(tx, f"{new_id}c", note.where, caption, person, message, now)
    await stored_contributions.again(tx, kept.id)
    if kept.text != caption:
        await stored_contributions.edit(tx, kept.id, caption, now)
    await stored.set_caption(tx, file.id, kept.id)
    if note.withdrawn:
        await stored.withdraw(tx, note.id, now)


async def _changed(tx: Transaction, note: Note) -> None:
    """Have every screen drawn anew that shows the note, or how many there are."""
    await screens.redraw_everywhere(tx, note_screen(note.id))
    await dashboards.refresh(tx, note.table)


async def edited(
    database: Database, person: Person, sent: Sent, new_id: str, now: datetime
) -> tuple[Notice, ...] | None:
    """The message that brought a file was edited: its caption counts as it is now. None for any other."""
    async with database.transaction() as tx:
        file = await stored.file_of_message(tx, person.telegram_id, sent.message)
        if file is None:
            return None
        note = await stored.by_id(tx, file.note)
        assert note is not None, "a file is a note's"
        role = await roles.notes_role(tx, person, note.table)
        if role is None:
            return (notices.NotAllowed(command="nota"),)
        if note.withdrawn:
            return (_is_withdrawn(note),)
        named, caption = _captioned(sent.caption, await roles.notes_tables(tx, person))
        told: list[Notice] = []
        if sent.wish.unique != file.unique:
            told.append(note_notices.NoteFileStays(table=note.table, number=note.number))
        if named is not None and named != note.table:
            before = note
            note = await _give(tx, note, person, role, named, now)
            told.append(_moved(before, note))
        if caption != (file.caption or ""):
            if caption:
                await _set_caption(tx, note, file, person, sent.message, caption, new_id, now)
            else:
                assert file.caption_id is not None, "it had a caption"
                await stored_contributions.supersede(tx, file.caption_id, now)
                # Or it would stand again together with the note.
                await stored.set_caption(tx, file.id, None)
            await stored.trace(
                tx, note.id, "edited", now, person.id, role, before=file.caption, after=caption or None
            )
            told.append(
                note_notices.NoteCaptionEdited(table=note.table, number=note.number, removed=not caption)
            )
        await _changed(tx, note)
        return tuple(told) or (notices.EditIgnored(),)


# --- what is typed about it ----------------------------------------------------------------------------


async def reply(
    database: Database, person: Person, replied: Replied, typed: Typed
) -> tuple[Notice, ...] | None:
    """A text that answers a note is what that note says: it transcribes a voice message, say.

    A note is answered by replying to the message that brought it, to the screen that shows it, or to a copy
    of its file. None when it was no note, or none whose file or screen the person has.
    """
    note = await _answered(database, person, replied)
    if note is None:
        return None
    async with database.transaction() as tx:
        return (await _write(tx, note.id, person, typed, typed.text.strip()),)


async def _answered(reader: Reader, person: Person, replied: Replied) -> Note | None:
    file = await stored.file_of_message(reader, person.telegram_id, replied.message)
    if file is not None:
        return await stored.by_id(reader, file.note)
    kind, _, name = (await screens.kind_of(reader, person.id, replied.message) or "").partition(":")
    if kind == SCREEN:
        return await stored.by_id(reader, name)
    own = await roles.notes_tables(reader, person)
    found = [note for unique in replied.uniques for note in await stored.notes_with(reader, unique)]
    return next((note for note in reversed(found) if note.table in own), None)


async def _write(tx: Transaction, note_id: str, person: Person, typed: Typed, text: str) -> Notice:
    note = await stored.by_id(tx, note_id)
    assert note is not None, "notes are never removed"
    role = await roles.notes_role(tx, person, note.table)
    if role is None:
        return notices.NotAllowed(command="nota")
    if readable.is_blank(text):
        return notices.NoteEmpty()
    again = await stored_contributions.of_message(tx, person.telegram_id, typed.message) is not None
    if not again:
        if note.withdrawn:
            return _is_withdrawn(note)
        if note.text_id is None:
            kept = await contributions.voice(
                tx, typed.new_id, note.where, text, person, typed.message, typed.at
            )
            await stored.set_text(tx, note.id, kept.id)
        else:
            await contributions.rewrite_voice(tx, note.text_id, text, person, typed.message, typed.at)
        await stored.trace(
            tx, note.id, "transcribed", typed.at, person.id, role, before=note.text, after=text
        )
        await dashboards.active(tx, note.table, typed.at)
        await _changed(tx, note)
    return note_notices.NoteWritten(
        table=note.table, number=note.number, kind=note.kind, replaced=not again and note.text_id is not None
    )


# --- the list, and what is done with one of it ---------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What to tell, and the files of a note to show beside its screen."""

    notices: tuple[Notice, ...] = ()
    files: tuple[NoteFile, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What stands behind `/note` and a table. `rest`: what to write, or the table to give it to."""

    act: str
    number: int
    rest: str = ""


def read(text: str, words: Mapping[str, str]) -> Asked | None:
    """Read "3", "3: ...", "ritira 3", "rimetti 3", "sposta 3 T2"; None for anything else.

    `words`: "withdraw", "restore" and "move" by what is typed, casefolded.
    """
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        return Asked("write", int(written[1]), written[2].strip())
    first, *behind = text.split()
    if not behind:
        return Asked("show", int(first)) if _NUMBER.fullmatch(first) else None
    meaning = words.get(first.casefold())
    number, *rest = behind
    if meaning is None or not _NUMBER.fullmatch(number) or len(rest) != (meaning == "move"):
        return None
    return Asked(meaning, int(number), *rest)


async def command(
    database: Database,
    event: Event,
    person: Person | None,
    typed: Typed,
    words: Mapping[str, str],
) -> Told:
    """`/note`: the list; with a number one of it, or with words for it what is done with it (see `read`).

    In front of all of these may stand a table.
    """
    meant = await roles.whose(database, event, person, "note", typed.text, roles.NOTES)
    if not isinstance(meant, tuple):
        return Told((meant,))
    assert person is not None, "they take a table's notes, or are of the regia"
    table, rest = meant
    if not rest:
        return Told((await listed(database, person, table),))
    asked = read(rest, words)
    if asked is None:
        return Told((note_notices.NoteCommandUnclear(table=table, misread=rest),))
    note = await stored.by_number(database, table, asked.number)
    if note is None:
        return Told((note_notices.NoteUnknown(table=table, misread=str(asked.number)),))
    if asked.act == "show":
        return await show(database, person, note.id)
    return Told((await _do(database, event, person, note.id, asked, typed),))


async def _do(
    database: Database, event: Event, person: Person, note: str, asked: Asked, typed: Typed
) -> Notice:
    match asked.act:
        case "write":
            async with database.transaction() as tx:
                return await _write(tx, note, person, typed, asked.rest)
        case "move":
            return await move(database, event, person, note, asked.rest, typed.at, typed.act)
        case _:
            withdrawn = asked.act == "withdraw"
            return await stand(database, person, note, typed.at, typed.act, withdrawn=withdrawn)


async def listed(reader: Reader, person: Person, table: str) -> Notice:
    """All notes of a table."""
    if not await roles.reads_notes(reader, person, table):
        return notices.NotAllowed(command="note")
    cover = await _cover(reader, person, table)
    files: dict[str, list[NoteFile]] = {}
    for file in await stored.files_at(reader, table):
        files.setdefault(file.note, []).append(file)
    return note_notices.NoteList(
        table=table,
        notes=tuple(
            _line(note, files.get(note.id, ()), cover) for note in await stored.of_table(reader, table)
        ),
        writes=cover is None,
    )


async def _cover(reader: Reader, person: Person, table: str) -> Cover | None:
    """What hides from the regia what may be personal data not let pass; None for who takes the notes."""
    if await roles.notes_role(reader, person, table) is not None:
        return None
    passed = {each.id for each in await stored_gathering.of_table(reader, table) if each.let_pass}
    return lambda name, text: text if name in passed else personal_data.blanked(text)


def _covered(cover: Cover | None, name: str | None, text: str | None) -> str | None:
    return text if cover is None or text is None else cover(name, text)


def _captions(files: Sequence[NoteFile], cover: Cover | None) -> tuple[str, ...]:
    captions = (_covered(cover, file.caption_id, file.caption) for file in files)
    return tuple(caption for caption in captions if caption)


def _line(note: Note, files: Sequence[NoteFile], cover: Cover | None) -> note_notices.NoteLine:
    captions = " / ".join(_captions(files, cover))
    return note_notices.NoteLine(
        id=note.id,
        number=note.number,
        kind=note.kind,
        session=note.session,
        at=note.received_at,
        seconds=_seconds(files),
        files=len(files),
        missing=0 if note.withdrawn else sum(file.name is None for file in files),
        text=_covered(cover, note.text_id, note.text) or captions or None,
        to_transcribe=to_transcribe(note),
        withdrawn=note.withdrawn,
    )


def to_transcribe(note: Note) -> bool:
    """Whether nobody has written yet what a voice message says. Its caption is no transcription."""
    return note.kind == "voice" and note.text_id is None and not note.withdrawn


def _seconds(files: Sequence[NoteFile]) -> int | None:
    return next((file.seconds for file in files if file.seconds is not None), None)


async def show(database: Database, person: Person, note_id: str) -> Told:
    """A note on a screen of its own, at the bottom of the chat, and its files, to look at or to listen to.

    Not those of a note that is withdrawn.
    """
    async with database.transaction() as tx:
        note = await stored.by_id(tx, note_id)
        if note is None or not await roles.reads_notes(tx, person, note.table):
            return Told((notices.NotAllowed(command="note"),))
        await screens.want_at_bottom(tx, person.id, note_screen(note.id))
        return Told(files=() if note.withdrawn else tuple(await stored.files_of(tx, note.id)))


async def screen(reader: Reader, person: Person, note_id: str) -> Notice | None:
    """A note as it stands; None when who had the screen may not see it any more."""
    note = await stored.by_id(reader, note_id)
    if note is None or not await roles.reads_notes(reader, person, note.table):
        return None
    files = await stored.files_of(reader, note.id)
    wished = [file for file in files if file.wished and not note.withdrawn]
    own = await roles.notes_tables(reader, person)
    cover = await _cover(reader, person, note.table)
    return note_notices.NoteScreen(
        id=note.id,
        table=note.table,
        number=note.number,
        kind=note.kind,
        session=note.session,
        strategy=note.strategy,
        seconds=_seconds(files),
        kept=sum(file.name is not None for file in files),
        wished=len(wished),
        delayed=next((file.trouble for file in wished if file.trouble), None),
        lost=tuple(file.trouble or "gone" for file in files if file.lost),
        captions=_captions(files, cover),
        text=_covered(cover, note.text_id, note.text),
        withdrawn=note.withdrawn,
        others=tuple(table for table in own if table != note.table)[:MOST_OTHERS],
        writes=note.table in own,
    )


async def stand(
    database: Database, person: Person, note_id: str, now: datetime, act: str, *, withdrawn: bool
) -> Notice:
    """Withdraw a note, or have it stand again. `act`: the press or message that says so, done once."""
    async with database.transaction() as tx:
        note = await stored.by_id(tx, note_id)
        role = None if note is None else await roles.notes_role(tx, person, note.table)
        if note is None or role is None:
            return notices.NotAllowed(command="note")
        changed = note.withdrawn != withdrawn and await acts.first_time(tx, act, now)
        if changed:
            await stored.withdraw(tx, note.id, now if withdrawn else None)
            await stored.trace(tx, note.id, "withdrawn" if withdrawn else "restored", now, person.id, role)
            await _changed(tx, note)
        return note_notices.NoteStands(
            id=note.id,
            table=note.table,
            number=note.number,
            withdrawn=withdrawn if changed else note.withdrawn,
            changed=changed,
            files=sum(not file.lost for file in await stored.files_of(tx, note.id)),
        )


async def move(
    database: Database, event: Event, person: Person, note_id: str, table: str, now: datetime, act: str
) -> Notice:
    """Give a note to another table of the person's, for it was noted for the wrong one."""
    async with database.transaction() as tx:
        note = await stored.by_id(tx, note_id)
        if note is None:
            return notices.NotAllowed(command="note")
        try:
            table = event.table(table.rstrip(":.,")).code
        except KeyError:
            return note_notices.NoteCommandUnclear(table=note.table, misread=table)
        role = await roles.notes_role(tx, person, note.table)
        if role is None or await roles.notes_role(tx, person, table) is None:
            return notices.NotAllowed(command="note")
        if note.withdrawn:
            return _is_withdrawn(note)
        if note.table == table or not await acts.first_time(tx, act, now):
            return _moved(note, note)
        moved = await _give(tx, note, person, role, table, now)
        await _changed(tx, moved)
        return _moved(note, moved)


async def _give(tx: Transaction, note: Note, person: Person, role: Role, table: str, now: datetime) -> Note:
    """The note is this table's from now on, and about what that table is at."""
    await stored.move(tx, note.id, await contributions.now_at(tx, table))
    moved = await stored.by_id(tx, note.id)
    assert moved is not None, "just given"
    before, after = (f"{each.table} {each.number}" for each in (note, moved))
    await stored.trace(tx, note.id, "moved", now, person.id, role, before=before, after=after)
    await dashboards.refresh(tx, note.table)
    return moved


def _moved(before: Note, after: Note) -> Notice:
    return note_notices.NoteMoved(
        table=after.table, number=after.number, from_table=before.table, from_number=before.number
    )


def _is_withdrawn(note: Note) -> Notice:
    return note_notices.NoteIsWithdrawn(id=note.id, table=note.table, number=note.number)


# --- its files, as they come ---------------------------------------------------------------------------


async def file_kept(database: Database, file: NoteFile, name: str, size: int, now: datetime) -> None:
    """A file that was wished for is in the folder."""
    async with database.transaction() as tx:
        await stored.kept(tx, file.id, name, size, now)
        await screens.redraw_everywhere(tx, note_screen(file.note))


async def file_removed(database: Database, name: str) -> None:
    """A file of a note that was withdrawn is in the folder no more, or stays for another note."""
    async with database.transaction() as tx:
        await stored.removed(tx, name)


async def file_delayed(database: Database, file: NoteFile, trouble: Trouble | None) -> None:
    """A file could not be kept now and is tried again. `trouble`: what who sent it is told meanwhile."""
    async with database.transaction() as tx:
        await stored.failed(tx, file.id, trouble)
        if trouble != file.trouble:
            await screens.redraw_everywhere(tx, note_screen(file.note))


async def file_lost(database: Database, file: NoteFile, trouble: Trouble, now: datetime) -> None:
    """A file will never be kept: who sent it is told, in a message of its own."""
    async with database.transaction() as tx:
        if not await stored.lost(tx, file.id, trouble, now):
            return
        note = await stored.by_id(tx, file.note)
        assert note is not None, "a file is a note's"
        await stored.trace(tx, note.id, "lost", now, after=trouble)
        await screens.redraw_everywhere(tx, note_screen(note.id))
        sender = await stored.sender(tx, file.id)
        if sender is not None and file.chat is not None:
            told = note_notices.NoteFileLost(
                table=note.table, number=note.number, kind=note.kind, why=trouble
            )
            await outbox.post(
                tx,
                f"note_lost:{file.id}",
                file.chat,
                notices.dump(told),
                now,
                urgency=Urgency.ANSWER,
                person=sender,
            )


# --- for whoever reads all of it -----------------------------------------------------------------------


async def by_table(reader: Reader) -> dict[str, list[dict[str, object]]]:
    """The notes of each table that has any, without a word of what they say: for the organisers.

    Each: `number`, `kind`, `session`, `strategy`, `withdrawn`, `to_transcribe`, and of its files the `files`
    that are kept (names in the folder beside the database), how many are `waiting`, why others are `lost`.
    """
    files: dict[str, list[NoteFile]] = {}
    for file in await stored.all_files(reader):
        files.setdefault(file.note, []).append(file)
    found: dict[str, list[dict[str, object]]] = {}
    for note in await stored.of_all(reader):
        mine = files.get(note.id, [])
        found.setdefault(note.table, []).append(
            {
                "number": note.number,
                "kind": note.kind,
                "session": note.session,
                "strategy": note.strategy,
                "withdrawn": note.withdrawn,
                "to_transcribe": to_transcribe(note),
                "files": [file.name for file in mine if file.name is not None],
                "waiting": 0 if note.withdrawn else sum(file.wished for file in mine),
                "lost": [file.trouble for file in mine if file.lost],
            }
        )
    return found
