"""The notes of a table: /nota, photos and voice messages, what is answered to them, /note and its buttons.

The regia reads them too, of any table; who may is asked in one place (`participation/roles.py`). Whoever
takes no table's notes and sends a photo, say, is heard as everybody is: what is asked first lets that pass.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import structlog
from telegram.error import BadRequest, TelegramError
from telegram.ext import ApplicationHandlerStop, MessageHandler, filters

from handlers.callback_data import MoveNote, ShowNote, WithdrawNote
from handlers.context import (
    act_of,
    argument_of,
    button,
    command,
    message_of,
    person_of,
    press_of,
    reply,
    words_for,
)
from handlers.facilitator.access import commanded, pressed_by
from handlers.facilitator.sent import sent_in, uniques_in
from handlers.render import note_words
from participation import contributions, gathering, note_notices, notices, readable, roles, table_notes
from participation.table_notes import Replied, Sent, Typed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.database import Database
    from storage.notes import NoteFile
    from storage.people import Person

    Take = Callable[[Database, Person, Sent, str, datetime], Awaitable[tuple[Notice, ...] | None]]

log = structlog.get_logger(__name__)

BEFORE_ALL: Final = -1
"""The library's group of handlers that are asked before those of everybody."""

NEW: Final = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
FILES: Final = (
    filters.PHOTO
    | filters.Document.ALL
    | filters.VOICE
    | filters.AUDIO
    | filters.VIDEO_NOTE
    | filters.VIDEO
    | filters.ANIMATION
)


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("nota", note))
    application.add_handler(command("note", listed))
    application.add_handler(button(show, ShowNote))
    application.add_handler(button(withdraw, WithdrawNote))
    application.add_handler(button(move, MoveNote))
    application.add_handler(MessageHandler(NEW & FILES, file), group=BEFORE_ALL)
    application.add_handler(
        MessageHandler(NEW & filters.REPLY & filters.TEXT & ~filters.COMMAND, answer), group=BEFORE_ALL
    )
    application.add_handler(
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE & FILES, edited),
        group=BEFORE_ALL,
    )


async def note(update: Update, context: Context) -> None:
    """`/nota` and what the table says; as a reply to a note, what that one says."""
    room = context.room
    allowed = await commanded(update, context, free_text=True, among=roles.NOTES)
    if allowed is None:
        return
    person, table, text = allowed
    message = message_of(update)
    if readable.is_blank(text):
        await reply(update, context, person, [notices.NoteEmpty()])
        return
    told = await _answered(update, context, person, text)
    if told is None:
        kept = await contributions.note(
            room.database, person, table, message.message_id, text, room.new_id(), room.clock.now()
        )
        told = gathering.warned(kept, text)
    await _done(update, context, person, told)


async def file(update: Update, context: Context) -> None:
    """A photo, a voice message, a file."""
    person = await _take(update, context, table_notes.receive)
    if person is not None and message_of(update).caption:
        # What follows answers the caption alone.
        await reply(update, context, person, [note_notices.NoteFileLeftOut()])


async def edited(update: Update, context: Context) -> None:
    """The caption of one was edited."""
    await _take(update, context, table_notes.edited)


async def _take(update: Update, context: Context, take: Take) -> Person | None:
    """Let this have what was sent, and end with its answer; who sent it when it takes none of it."""
    room = context.room
    person = await person_of(update, context)
    sent = sent_in(message_of(update))
    if person is None or sent is None:
        return None
    told = await take(room.database, person, sent, room.new_id(), room.clock.now())
    if told is None:
        return person
    await _done(update, context, person, told)
    raise ApplicationHandlerStop


async def answer(update: Update, context: Context) -> None:
    """A text in reply to a note: what that one says."""
    person = await person_of(update, context)
    if person is None:
        return
    told = await _answered(update, context, person, message_of(update).text or "")
    if told is not None:
        await _done(update, context, person, told)
        raise ApplicationHandlerStop


async def _answered(update: Update, context: Context, person: Person, text: str) -> tuple[Notice, ...] | None:
    answered = message_of(update).reply_to_message
    if answered is None:
        return None
    replied = Replied(answered.message_id, uniques_in(answered))
    return await table_notes.reply(context.room.database, person, replied, _typed(update, context, text))


async def listed(update: Update, context: Context) -> None:
    """`/note`; `/note 3`; `/note 3: Si parla di treni`; `/note ritira 3`."""
    room = context.room
    person = await person_of(update, context)
    told = await table_notes.command(
        room.database,
        room.event,
        person,
        _typed(update, context, argument_of(update)),
        note_words(words_for(update, context, person)),
    )
    await _done(update, context, person, told.notices)
    await _show(update, context, person, told.files)


async def show(update: Update, context: Context) -> None:
    """One note of the list."""
    press = press_of(update, ShowNote)
    person = await pressed_by(update, context, "note")
    if person is not None:
        told = await table_notes.show(context.room.database, person, press.note)
        await _done(update, context, person, told.notices)
        await _show(update, context, person, told.files)


async def withdraw(update: Update, context: Context) -> None:
    """Withdraw a note, or have it stand again."""
    room = context.room
    press = press_of(update, WithdrawNote)
    person = await pressed_by(update, context, "note")
    if person is not None:
        told = await table_notes.stand(
            room.database,
            person,
            press.note,
            room.clock.now(),
            act_of(update),
            withdrawn=press.withdrawn,
        )
        await _done(update, context, person, [told])


async def move(update: Update, context: Context) -> None:
    """Give a note to another table."""
    room = context.room
    press = press_of(update, MoveNote)
    person = await pressed_by(update, context, "note")
    if person is not None:
        told = await table_notes.move(
            room.database, room.event, person, press.note, press.table, room.clock.now(), act_of(update)
        )
        await _done(update, context, person, [told])


def _typed(update: Update, context: Context, text: str) -> Typed:
    room = context.room
    return Typed(message_of(update).message_id, text, room.new_id(), act_of(update), room.clock.now())


async def _done(update: Update, context: Context, person: Person | None, told: Sequence[Notice]) -> None:
    await reply(update, context, person, told)
    if person is not None:
        context.room.screens.nudge(person.id)
    context.room.screens.wake()
    context.room.note_files.wake()
    context.room.themes.wake()


async def _show(update: Update, context: Context, person: Person | None, files: Sequence[NoteFile]) -> None:
    """The files of a note, as Telegram has them, or as we do."""
    for each in files:
        assert person is not None, "files are shown to somebody"
        try:
            await _show_one(context, person, each)
        except (TelegramError, OSError) as error:
            log.warning("note_not_shown", error=type(error).__name__)
            await reply(update, context, person, [note_notices.NoteNotShown()])
            return


async def _show_one(context: Context, person: Person, file: NoteFile) -> None:
    if file.chat is not None and file.message is not None:
        # Who sent it may have deleted it.
        with contextlib.suppress(BadRequest):
            await context.bot.copy_message(person.telegram_id, file.chat, file.message)
            return
    if file.name is not None:
        content = await context.room.note_files.read(file.name)
        await context.bot.send_document(person.telegram_id, content, filename=file.name)
