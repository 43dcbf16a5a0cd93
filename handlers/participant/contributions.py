"""Session 2's questions and a person's own contributions."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from telegram.ext import MessageHandler, filters

from handlers.callback_data import (
    AskQuestion,
    ListQuestions,
    ListStrategies,
    MoveOwn,
    NameAction,
    Withdraw,
)
from handlers.context import (
    act_of,
    answer_press,
    argument_of,
    button,
    command,
    message_of,
    person_of,
    press_of,
    pressed_message,
    reply,
    words_for,
)
from handlers.render import own_words, suggestion_words
from participation import contributions, conversation, notices, own_contributions
from participation.conversation import Typed
from participation.own_contributions import By

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(button(ask_question, AskQuestion))
    application.add_handler(button(list_questions, ListQuestions))
    application.add_handler(button(list_strategies, ListStrategies))
    application.add_handler(button(withdraw, Withdraw))
    application.add_handler(button(move, MoveOwn))
    application.add_handler(button(name_action, NameAction))
    application.add_handler(command("domande", list_questions))
    application.add_handler(command("contributi", own))
    application.add_handler(
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE, edited)
    )


async def ask_question(update: Update, context: Context) -> None:
    """To a question of a strategy."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        press = press_of(update, AskQuestion)
        told = await contributions.go(
            room.database,
            room.event,
            person,
            press.strategy,
            press.question,
            room.clock.now(),
            contributions.Request(pressed_message(update) or 0, act_of(update)),
        )
        await reply(update, context, person, [told])


async def list_questions(update: Update, context: Context) -> None:
    """The questions to choose from."""
    await _choices(update, context, "questions")


async def list_strategies(update: Update, context: Context) -> None:
    """The table's strategies to choose from."""
    await _choices(update, context, "strategies")


async def own(update: Update, context: Context) -> None:
    """`/contributi`; `/contributi 3: Più treni`; `/contributi sposta 3 3.2 domanda 2`."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        told = await own_contributions.command(
            room.database,
            room.event,
            _by(update, context, person),
            argument_of(update),
            own_words(words_for(update, context, person)),
        )
        await _changed(update, context, person, *own_contributions.warned(told, argument_of(update)))


async def withdraw(update: Update, context: Context) -> None:
    """Withdraw one's own contribution."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        press = press_of(update, Withdraw)
        told = await contributions.withdraw(room.database, person, press.contribution, room.clock.now())
        await _changed(update, context, person, told)


async def move(update: Update, context: Context) -> None:
    """Move one's own contribution to another question, or be asked to which."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        press = press_of(update, MoveOwn)
        told = await own_contributions.move(
            room.database,
            room.event,
            _by(update, context, person),
            press.contribution,
            press.strategy or None,
            press.question or None,
        )
        await _changed(update, context, person, told)


async def name_action(update: Update, context: Context) -> None:
    """Say which plan action one's own contribution is about, or be asked which."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        press = press_of(update, NameAction)
        told = await own_contributions.name_action(
            room.database,
            room.event,
            _by(update, context, person),
            press.contribution,
            press.action or None,
        )
        await _changed(update, context, person, told)


def _by(update: Update, context: Context, person: Person) -> By:
    return By(person, act_of(update), context.room.clock.now())


async def _changed(update: Update, context: Context, person: Person, *told: notices.Notice) -> None:
    await reply(update, context, person, told)
    context.room.outbox.wake()
    context.room.themes.wake()
    context.room.screens.wake()


async def edited(update: Update, context: Context) -> None:
    """The person edited a message of theirs."""
    room = context.room
    person = await person_of(update, context)
    message = message_of(update)
    if person is None or message.location is not None:
        # Nothing was kept of the message itself; and a live location is edited at every step.
        return
    text = message.text or message.caption or ""
    # Edits of one message within a second have the same time.
    act = f"{act_of(update)}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    told = await conversation.edited(
        room.database,
        room.event,
        person,
        Typed(message.message_id, text, room.new_id(), room.clock.now()),
        suggestion_words(words_for(update, context, person)),
        act,
    )
    await reply(update, context, person, told)
    room.outbox.wake()
    room.themes.wake()
    room.screens.nudge(person.id)


async def _choices(update: Update, context: Context, what: Literal["questions", "strategies"]) -> None:
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        await reply(
            update, context, person, [await contributions.choices(room.database, room.event, person, what)]
        )


async def _seated(update: Update, context: Context) -> Person | None:
    person = await person_of(update, context)
    if update.callback_query is not None:
        await answer_press(update, context, person, None)
    if person is None or person.table is None:
        await reply(update, context, person, [notices.NotRegistered()])
        return None
    return person
