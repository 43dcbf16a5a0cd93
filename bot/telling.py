"""Telling somebody something outside of what they asked: one sentence, sent at once or not at all."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import structlog
from telegram.error import TelegramError

from handlers.render import render, toast
from handlers.sending import send
from storage import people
from storage.database import Unavailable

if TYPE_CHECKING:
    from telegram import Bot, Update

    from handlers.context import Room
    from participation.notices import Notice

log = structlog.get_logger(__name__)


async def tell(bot: Bot, room: Room, update: Update, notice: Notice) -> None:
    """Tell who sent this update, in their private chat, in their language as far as it is known."""
    user, chat = update.effective_user, update.effective_chat
    if user is None:
        return
    person = None
    with contextlib.suppress(Unavailable):
        person = await people.find(room.database, user.id)
    language = person.language if person is not None else user.language_code
    words = room.translators.of(language or room.event.language)
    try:
        if update.callback_query is not None:
            text = toast(notice, room.event, words)
            await bot.answer_callback_query(update.callback_query.id, text=text)
        for message in () if chat is None or chat.id != user.id else render(notice, room.event, words):
            await send(bot, user.id, message)
    except TelegramError as error:
        log.info("not_told", notice=type(notice).__name__, error=type(error).__name__)
