"""Everything that is typed without a slash, and messages that are not text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.ext import MessageHandler, filters

from handlers.confirming import typed_answer
from handlers.context import message_of, person_of, reply, words_for
from handlers.participant.joining import acknowledge_for
from handlers.participant.without_text import album_of, is_ours, kind_of
from handlers.render import leading_words, own_words, paper_words, typed_words
from participation import conversation, notices
from participation.conversation import Typed, Vocabulary

if TYPE_CHECKING:
    from telegram import Message, Update

    from handlers.context import BolliniApplication, Context

NEW = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers; after all commands."""
    application.add_handler(MessageHandler(NEW & (filters.TEXT | filters.CAPTION) & ~filters.COMMAND, typed))
    application.add_handler(MessageHandler(NEW & ~filters.TEXT & ~filters.StatusUpdate.ALL, without_text))


async def typed(update: Update, context: Context) -> None:
    """Dots, a zone, a word that acts, or a contribution."""
    room = context.room
    person = await person_of(update, context)
    words = words_for(update, context, person)
    message = message_of(update)
    text = message.text or message.caption or ""
    vocabulary = Vocabulary(
        lone=typed_words(words),
        leading=leading_words(words),
        paper=paper_words(words),
        own=own_words(words),
    )
    if person is None:
        payload = acknowledged(text, vocabulary)
        if payload is None:
            await reply(update, context, None, [notices.Welcome()])
        else:
            await acknowledge_for(update, context, payload)
        return
    if is_ours(message, context.bot.id):
        await reply(update, context, person, [notices.ContributionWithoutText(kind="ours")])
        return
    if await typed_answer(update, context, person):
        return
    told = await conversation.answer(
        room.database, room.event, person, _typed(message, context, text), vocabulary
    )
    album = album_of(message)
    if album is not None:
        await conversation.first_of_album(room.database, person, album, message.message_id, room.clock.now())
    await reply(update, context, person, told)
    room.screens.nudge(person.id)
    room.outbox.wake()
    room.themes.wake()


def _typed(message: Message, context: Context, text: str) -> Typed:
    answered = message.reply_to_message
    return Typed(
        message.message_id,
        text,
        context.room.new_id(),
        context.room.clock.now(),
        sent=message.date,
        reply_to=None if answered is None else answered.message_id,
        forwarded=message.forward_origin is not None,
    )


def acknowledged(text: str, vocabulary: Vocabulary) -> str | None:
    """What stands behind a typed "ho letto" ("T6", or ""); None when the message is something else."""
    words = text.split()
    for length in range(len(words), max(len(words) - 2, 0), -1):
        if vocabulary.lone.get(" ".join(words[:length]).casefold()) == "acknowledge":
            return " ".join(words[length:])
    return None


async def without_text(update: Update, context: Context) -> None:
    """A sticker, a voice message, a location: what to do instead. Of an album it is said once."""
    room = context.room
    person = await person_of(update, context)
    if person is None:
        await reply(update, context, None, [notices.Welcome()])
        return
    message = message_of(update)
    album = album_of(message)
    if album is None:
        await reply(update, context, person, [notices.ContributionWithoutText(kind=kind_of(message))])
    elif await conversation.first_of_album(
        room.database, person, album, message.message_id, room.clock.now()
    ):
        await reply(update, context, person, [notices.ContributionWithoutText(kind="album")])
