"""Telling somebody something outside of what they asked: one sentence, which answers their press, too."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import structlog
from telegram.error import RetryAfter, TelegramError

from handlers.context import leave_to_outbox
from handlers.render import render, toast
from handlers.sending import out_of_reach, seconds, send
from participation.notices import StoreTroubled
from storage import people
from storage.database import Unavailable

if TYPE_CHECKING:
    from telegram import Bot, Update

    from handlers.context import Room
    from locales.translator import Translator
    from participation.notices import Notice
    from storage.people import Person

log = structlog.get_logger(__name__)


async def tell(bot: Bot, room: Room, update: Update, notice: Notice) -> None:
    """Tell who sent this update, in their private chat, in their language as far as it is known.

    A press is answered with it, too. What their chat does not take now is left to the outbox.
    """
    user, chat = update.effective_user, update.effective_chat
    if user is None:
        return
    person = None
    with contextlib.suppress(Unavailable):
        person = await people.find(room.database, user.id)
    language = person.language if person is not None else user.language_code
    words = room.translators.of(language or room.event.language)
    if update.callback_query is not None:
        try:
            text = toast(notice, room.event, words)
            await bot.answer_callback_query(update.callback_query.id, text=text)
        except TelegramError as error:
            log.info("press_not_answered", error=type(error).__name__)
    if chat is None or chat.id != user.id or await _written(bot, room, user.id, notice, words):
        return
    # That the database is in trouble would be told when it is not any more.
    if person is not None and not isinstance(notice, StoreTroubled):
        await _leave(room, person, notice)


async def _written(bot: Bot, room: Room, chat: int, notice: Notice, words: Translator) -> bool:
    """Write it at once, whatever waits for this chat; False when it has to come later."""
    if not room.outbox.open(chat):
        return False
    try:
        for message in render(notice, room.event, words):
            room.outbox.count(chat)
            await send(bot, chat, message)
    except TelegramError as error:
        log.info("not_told", notice=type(notice).__name__, error=type(error).__name__)
        if isinstance(error, RetryAfter):
            room.outbox.hold(chat, seconds(error))
        # When they are back they are not any more what they are told to be.
        return out_of_reach(error)
    return True


async def _leave(room: Room, person: Person, notice: Notice) -> None:
    name = type(notice).__name__
    key = f"told:{name}:{person.id}:{room.clock.now().isoformat()}"
    try:
        await leave_to_outbox(room, person, key, notice)
    except Unavailable as error:
        log.info("not_told", notice=name, error=type(error).__name__)
