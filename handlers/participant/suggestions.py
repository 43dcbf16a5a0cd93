"""/suggerisci: suggestions on strategies that were not discussed, by anybody, and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ChooseSuggestedOn, StopSuggesting, SuggestOn, WithdrawSuggestion
from handlers.context import (
    act_of,
    answer_press,
    argument_of,
    button,
    command,
    message_of,
    person_of,
    press_of,
    reply,
    words_for,
)
from handlers.render import suggestion_words
from participation import gathering, suggestions
from participation.notices import Welcome

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command(suggestions.COMMAND, typed))
    application.add_handler(button(choose, ChooseSuggestedOn))
    application.add_handler(button(suggest, SuggestOn))
    application.add_handler(button(stop, StopSuggesting))
    application.add_handler(button(withdraw, WithdrawSuggestion))


async def typed(update: Update, context: Context) -> None:
    """`/suggerisci`, `/suggerisci 4.1`, `/suggerisci 4.1 Più treni`, `/suggerisci ritira 2`."""
    room = context.room
    person = await person_of(update, context)
    told = await suggestions.command(
        room.database,
        room.event,
        person,
        message_of(update).message_id,
        argument_of(update),
        suggestion_words(words_for(update, context, person)),
        room.clock.now(),
    )
    await reply(update, context, person, gathering.warned(told, argument_of(update)))


async def choose(update: Update, context: Context) -> None:
    """The strategies of an axis, or the axes."""
    room = context.room
    person = await _pressed(update, context)
    if person is not None:
        axis = press_of(update, ChooseSuggestedOn).axis
        told = await suggestions.choose(room.database, room.event, person, axis, room.clock.now())
        await reply(update, context, person, [told])


async def suggest(update: Update, context: Context) -> None:
    """A strategy to suggest on."""
    room = context.room
    person = await _pressed(update, context)
    if person is not None:
        strategy = press_of(update, SuggestOn).strategy
        told = await suggestions.ask(room.database, room.event, person, strategy, room.clock.now())
        await reply(update, context, person, [told])


async def stop(update: Update, context: Context) -> None:
    """Nothing more to suggest."""
    room = context.room
    person = await _pressed(update, context)
    if person is not None:
        told = await suggestions.end(room.database, person, act_of(update), room.clock.now())
        await reply(update, context, person, [told])


async def withdraw(update: Update, context: Context) -> None:
    """Withdraw one's own suggestion."""
    room = context.room
    person = await _pressed(update, context)
    if person is not None:
        number = press_of(update, WithdrawSuggestion).suggestion
        told = await suggestions.withdraw(room.database, person, number, room.clock.now())
        await reply(update, context, person, [told])


async def _pressed(update: Update, context: Context) -> Person | None:
    """Who pressed; somebody who has not read the privacy notice (yet, or again) gets it."""
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, None, [Welcome(payload=suggestions.PAYLOAD)])
    return person
