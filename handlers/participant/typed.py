"""Everything that is typed without a slash, and messages that are not text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.ext import MessageHandler, filters

from handlers.confirming import typed_answer
from handlers.context import message_of, person_of, reply, words_for
from handlers.participant.joining import acknowledge_for
from handlers.render import leading_words, paper_words, typed_words
from participation import conversation, notices
from participation.conversation import Typed, Vocabulary

if TYPE_CHECKING:
    from telegram import Update

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
    vocabulary = Vocabulary(lone=typed_words(words), leading=leading_words(words), paper=paper_words(words))
    if person is None:
        payload = acknowledged(text, vocabulary)
        if payload is None:
            await reply(update, context, None, [notices.Welcome()])
        else:
            await acknowledge_for(update, context, payload)
        return
    if await typed_answer(update, context, person):
        return
    told = await conversation.answer(
        room.database,
        room.event,
        person,
        Typed(message.message_id, text, room.new_id(), room.clock.now()),
        vocabulary,
    )
    await reply(update, context, person, told)
    room.screens.nudge(person.id)
    room.outbox.wake()
    room.themes.wake()


def acknowledged(text: str, vocabulary: Vocabulary) -> str | None:
    """What stands behind a typed "ho letto" ("T6", or ""); None when the message is something else."""
    words = text.split()
    for length in range(len(words), max(len(words) - 2, 0), -1):
        if vocabulary.lone.get(" ".join(words[:length]).casefold()) == "acknowledge":
            return " ".join(words[length:])
    return None


async def without_text(update: Update, context: Context) -> None:
    """A sticker, a voice message, a location: what to do instead."""
    person = await person_of(update, context)
    told = notices.Welcome() if person is None else notices.ContributionWithoutText()
    await reply(update, context, person, [told])
