"""Answers to what was asked back before it counts: the buttons, and the words that can be typed instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import Answer
from handlers.context import act_of, answer_press, button, message_of, person_of, press_of, reply, words_for
from handlers.render import argument_words
from participation import confirming, notices
from participation.confirming import Asker

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(button(answer, Answer))


def asker(update: Update, context: Context, person: Person) -> Asker:
    """Who asks for (or answers) something in this update."""
    room = context.room
    return Asker(person, act_of(update), room.new_id(), room.clock.now(), context.bot.username)


async def answer(update: Update, context: Context) -> None:
    """The button of an answer."""
    room = context.room
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, None, [notices.ButtonOutdated()])
        return
    press = press_of(update, Answer)
    told = await confirming.answer(
        room.database, room.event, press.token, asker(update, context, person), yes=press.yes
    )
    await reply(update, context, person, told)
    room.screens.wake()
    room.outbox.wake()
    room.menus.wake()


async def typed_answer(update: Update, context: Context, person: Person) -> bool:
    """Take what was typed for an answer if something was asked; whether it was one."""
    room = context.room
    plain = " ".join((message_of(update).text or "").casefold().strip(" .!").split())
    meaning = argument_words(words_for(update, context, person)).get(plain)
    message = message_of(update).message_id
    who = asker(update, context, person)
    told = await confirming.typed(room.database, room.event, meaning, message, who)
    if told is None:
        text = message_of(update).text or ""
        asked_back = await confirming.typed_text(room.database, room.event, text, message, who)
        told = None if asked_back is None else [asked_back]
    if told is None:
        return False
    await reply(update, context, person, told)
    room.screens.wake()
    room.outbox.wake()
    room.menus.wake()
    return True
