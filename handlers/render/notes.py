"""The notes of a table: a screen for each photo and voice message, the list, what is done with one."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from handlers.callback_data import MoveNote, ShowNote, WithdrawNote
from handlers.render.common import MISREAD_LENGTH, column, grid, lines, renders, table_coded
from handlers.render.message import Keyboard, Message, compose, shorten
from handlers.render.typing_words import note_word
from locales.translator import Html
from participation.note_notices import (
    NoteCaptionEdited,
    NoteCommandUnclear,
    NoteFileLeftOut,
    NoteFileLost,
    NoteFileStays,
    NoteIsWithdrawn,
    NoteLine,
    NoteList,
    NoteMoved,
    NoteNotShown,
    NoteScreen,
    NoteStands,
    NoteUnknown,
    NoteUnusable,
    NoteWritten,
)
from storage.files import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locales.translator import Translator
    from participation.event import Event

MEGABYTES: Final = MOST // 2**20

SHOWN: Final = 60
"""Notes of a table that are listed, the newest; a bound on the messages one command sends."""

IN_A_MESSAGE: Final = 15
"""Notes in one message, so that each message has its own buttons near."""

IN_A_ROW: Final = 3

LINE_LENGTH: Final = 160
"""UTF-16 units of a note's text in the list: enough to know it again."""

TEXT_LENGTH: Final = 1200
"""UTF-16 units of what was typed about a note, on its screen, which must stay one message."""

CAPTIONS: Final = 3
CAPTION_LENGTH: Final = 300
"""The same of captions, and how many of them."""

UNUSABLE: Final = ("large", "video", "kind")
LOST: Final = ("large", "kind", "gone")
KINDS: Final = ("photo", "voice")


def note_screen(notice: NoteScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is kept of the note, what is not, what it says; how to say what it says; buttons."""
    return compose(
        (
            words.text(
                "note.title",
                number=notice.number,
                table=table_coded(event, notice.table),
                session=notice.session,
            ),
            None if notice.strategy is None else _strategy(notice.strategy, event, words),
            lines(_files(notice, words)),
            lines(_said(notice, words)),
            words.text("note.withdrawn") if notice.withdrawn else _how(notice, words),
        ),
        _buttons(notice, event, words),
    )


def _strategy(code: str, event: Event, words: Translator) -> Html:
    return words.text("about.strategy", code=code, title=shorten(event.strategy(code).title, CAPTION_LENGTH))


def _files(notice: NoteScreen, words: Translator) -> Iterable[Html]:
    kind = _kind(notice.kind)
    if notice.kind == "voice" and notice.seconds is not None:
        yield words.text("note.voice.length", length=_length(notice.seconds))
    if notice.kept:
        yield words.text(f"note.{kind}.kept", n=notice.kept)
    if notice.wished:
        yield words.text(f"note.{kind}.wished", n=notice.wished)
        if notice.delayed is not None:
            yield words.text("note.delayed.disk" if notice.delayed == "disk" else "note.delayed.network")
    for why in sorted(set(notice.lost)):
        yield words.text(f"note.{kind}.lost", n=notice.lost.count(why), why=_why(why, words))


def _said(notice: NoteScreen, words: Translator) -> Iterable[Html]:
    for caption in notice.captions[:CAPTIONS]:
        yield words.text("note.caption", text=shorten(caption, CAPTION_LENGTH))
    if len(notice.captions) > CAPTIONS:
        yield words.text("note.captions.more", n=len(notice.captions) - CAPTIONS)
    if notice.text is not None:
        key = "note.transcription" if notice.kind == "voice" else "note.text"
        yield words.text(key, text=shorten(notice.text, TEXT_LENGTH))


def _how(notice: NoteScreen, words: Translator) -> Html | None:
    if not notice.writes or notice.kind == "text":
        return None
    key = "note.how.again" if notice.text is not None else f"note.how.{_kind(notice.kind)}"
    return words.text(key, table=notice.table, number=notice.number)


def _buttons(notice: NoteScreen, event: Event, words: Translator) -> Keyboard:
    if not notice.writes:
        return ()
    stand = (_standing_button(notice.id, notice.number, words, withdrawn=notice.withdrawn),)
    moves = (
        (words.plain("note.button.move", table=table_coded(event, table)), MoveNote(notice.id, table))
        for table in (() if notice.withdrawn else notice.others)
    )
    return column((*moves, *stand))


def _standing_button(
    note: str, number: int, words: Translator, *, withdrawn: bool
) -> tuple[str, WithdrawNote]:
    key = "note.button.restore" if withdrawn else "note.button.withdraw"
    return words.plain(key, number=number), WithdrawNote(note, not withdrawn)


def _kind(kind: str) -> str:
    return kind if kind in KINDS else KINDS[0]


def _length(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _why(why: str, words: Translator) -> str:
    return words.plain(f"note.why.{why if why in LOST else 'gone'}", most=MEGABYTES)


def note_list(notice: NoteList, event: Event, words: Translator) -> tuple[Message, ...]:
    """All of them by number, under their session; each message has the buttons of what it shows."""
    table = table_coded(event, notice.table)
    if not notice.notes:
        return compose((words.text("notes.none", table=table), _taking(notice, words)))
    shown = notice.notes[-SHOWN:]
    standing = [note for note in notice.notes if not note.withdrawn]
    waiting = sum(note.to_transcribe for note in standing)
    title = lines(
        (
            words.text("notes.title", n=len(standing), table=table),
            *((words.text("notes.to_transcribe", n=waiting),) if waiting else ()),
            *((words.text("notes.newest", shown=SHOWN),) if len(notice.notes) > SHOWN else ()),
        )
    )
    found: list[Message] = []
    for start in range(0, len(shown), IN_A_MESSAGE):
        part = shown[start : start + IN_A_MESSAGE]
        final = start + IN_A_MESSAGE >= len(shown)
        found += compose(
            (
                None if start else title,
                *_sessions(part, words),
                _commands(notice, shown[-1].number, words) if final else None,
            ),
            grid(
                (
                    (words.plain("notes.button", number=note.number), ShowNote(note.id))
                    for note in part
                    if note.kind != "text"
                ),
                IN_A_ROW,
            ),
        )
    return tuple(found)


def _taking(notice: NoteList, words: Translator) -> Html | None:
    return words.text("notes.taking") if notice.writes else None


def _sessions(notes: Iterable[NoteLine], words: Translator) -> Iterable[Html]:
    for session, group in groupby(notes, key=lambda note: note.session):
        yield lines((words.text("own.session", session=session), *(_line(note, words) for note in group)))


def _line(note: NoteLine, words: Translator) -> Html:
    pieces = [_what(note, words)]
    if note.to_transcribe:
        pieces.append(words.text("notes.line.to_transcribe"))
    if note.missing:
        pieces.append(words.text("notes.line.missing", n=note.missing))
    if note.withdrawn:
        pieces.append(words.text("notes.line.withdrawn"))
    elif note.text is not None:
        pieces.append(words.text("notes.line.text", text=shorten(note.text, LINE_LENGTH)))
    return words.text(
        "notes.line",
        number=note.number,
        time=words.clock(note.at),
        what=Html(", ".join(pieces)),
    )


def _what(note: NoteLine, words: Translator) -> Html:
    if note.kind == "photo":
        return words.text("notes.line.photo", n=note.files)
    if note.kind == "voice":
        if note.seconds is None:
            return words.text("notes.line.voice")
        return words.text("notes.line.voice.length", length=_length(note.seconds))
    return words.text("notes.line.typed")


def _commands(notice: NoteList, number: int, words: Translator) -> Html:
    values = {"table": notice.table, "number": number}
    if not notice.writes:
        return words.text("notes.how.reading", **values)
    return words.text(
        "notes.how",
        **values,
        withdraw=note_word(words, "withdraw"),
        restore=note_word(words, "restore"),
    )


def note_line(notice: NoteLine, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One line of the list alone."""
    return compose((_line(notice, words),))


def note_unusable(notice: NoteUnusable, _event: Event, words: Translator) -> tuple[Message, ...]:
    """It was not kept, and what to send instead."""
    why = notice.why if notice.why in UNUSABLE else "kind"
    return compose((words.text("note.unusable"), words.text(f"note.unusable.{why}", most=MEGABYTES)))


def note_file_left_out(_notice: NoteFileLeftOut, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The file is nobody's note; what was written with it is heard."""
    return compose((words.text("note.left_out"),))


def note_file_lost(notice: NoteFileLost, event: Event, words: Translator) -> tuple[Message, ...]:
    """A file that was acknowledged will never be kept after all, and what to do."""
    return compose(
        (
            words.text("note.lost", number=notice.number, table=table_coded(event, notice.table)),
            words.text(f"note.{_kind(notice.kind)}.lost", n=1, why=_why(notice.why, words)),
            words.text("note.lost.instead"),
        )
    )


def note_written(notice: NoteWritten, event: Event, words: Translator) -> tuple[Message, ...]:
    """What was typed about it is kept."""
    key = "note.written.again" if notice.replaced else f"note.written.{_kind(notice.kind)}"
    return compose((words.text(key, number=notice.number, table=table_coded(event, notice.table)),))


def note_caption_edited(notice: NoteCaptionEdited, event: Event, words: Translator) -> tuple[Message, ...]:
    """Its caption is another now."""
    key = "note.caption.removed" if notice.removed else "note.caption.edited"
    return compose((words.text(key, number=notice.number, table=table_coded(event, notice.table)),))


def note_file_stays(notice: NoteFileStays, event: Event, words: Translator) -> tuple[Message, ...]:
    """The first photo stays."""
    return compose((words.text("note.stays", number=notice.number, table=table_coded(event, notice.table)),))


def note_stands(notice: NoteStands, event: Event, words: Translator) -> tuple[Message, ...]:
    """Withdrawn or standing, and the way back."""
    state = "withdrawn" if notice.withdrawn else "standing"
    key = f"note.now.{state}" if notice.changed else f"note.already.{state}"
    return compose(
        (
            words.text(key, number=notice.number, table=table_coded(event, notice.table)),
            words.text(f"note.files.{state}", n=notice.files) if notice.changed and notice.files else None,
        ),
        column((_standing_button(notice.id, notice.number, words, withdrawn=notice.withdrawn),)),
    )


def note_is_withdrawn(notice: NoteIsWithdrawn, event: Event, words: Translator) -> tuple[Message, ...]:
    """It has to stand again first."""
    return compose(
        (
            words.text(
                "note.is_withdrawn",
                number=notice.number,
                table=table_coded(event, notice.table),
                code=notice.table,
                restore=note_word(words, "restore"),
            ),
        ),
        column((_standing_button(notice.id, notice.number, words, withdrawn=True),)),
    )


def note_moved(notice: NoteMoved, event: Event, words: Translator) -> tuple[Message, ...]:
    """Whose it is now, and under which number."""
    values = {"number": notice.number, "table": table_coded(event, notice.table)}
    if (notice.table, notice.number) == (notice.from_table, notice.from_number):
        return compose((words.text("note.moved.already", **values),))
    before = {"from_number": notice.from_number, "from_table": table_coded(event, notice.from_table)}
    return compose((words.text("note.moved", **values, **before),))


def note_unknown(notice: NoteUnknown, event: Event, words: Translator) -> tuple[Message, ...]:
    """There is no such note."""
    return compose(
        (
            words.text(
                "note.unknown",
                number=shorten(notice.misread, MISREAD_LENGTH),
                table=table_coded(event, notice.table),
                code=notice.table,
            ),
        )
    )


def note_command_unclear(notice: NoteCommandUnclear, _event: Event, words: Translator) -> tuple[Message, ...]:
    """What `/note` understands."""
    return compose(
        (
            words.text("note.unclear", misread=shorten(notice.misread, MISREAD_LENGTH)),
            words.text(
                "note.unclear.how",
                table=notice.table,
                withdraw=note_word(words, "withdraw"),
                restore=note_word(words, "restore"),
                move=note_word(words, "move"),
            ),
        )
    )


def note_not_shown(_notice: NoteNotShown, _event: Event, words: Translator) -> tuple[Message, ...]:
    """The file could not be sent just now."""
    return compose((words.text("note.not_shown"),))


RENDERERS: Final = (
    renders(NoteScreen, note_screen),
    renders(NoteList, note_list),
    renders(NoteLine, note_line),
    renders(NoteUnusable, note_unusable),
    renders(NoteFileLeftOut, note_file_left_out),
    renders(NoteFileLost, note_file_lost),
    renders(NoteWritten, note_written),
    renders(NoteCaptionEdited, note_caption_edited),
    renders(NoteFileStays, note_file_stays),
    renders(NoteStands, note_stands),
    renders(NoteIsWithdrawn, note_is_withdrawn),
    renders(NoteMoved, note_moved),
    renders(NoteUnknown, note_unknown),
    renders(NoteCommandUnclear, note_command_unclear),
    renders(NoteNotShown, note_not_shown),
)
