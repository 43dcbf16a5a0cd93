"""The ballot's buttons, and /bollini."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import Finish, SetDots, ShowPage
from handlers.context import (
    act_of,
    answer_press,
    button,
    command,
    person_of,
    press_of,
    pressed_message,
    reply,
)
from participation import dots, notices

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(button(set_dots, SetDots))
    application.add_handler(button(show_page, ShowPage))
    application.add_handler(button(finish, Finish))
    application.add_handler(command("bollini", bring))


async def set_dots(update: Update, context: Context) -> None:
    """A strategy's button: the wished number of dots on it."""
    room = context.room
    person = await _seated(update, context)
    if person is None:
        return
    press = press_of(update, SetDots)
    if press.strategy not in {strategy.code for strategy in room.event.strategies}:
        said = await dots.outdated(room.database, room.event, person, pressed_message(update))
    else:
        said = await dots.put(
            room.database,
            room.event,
            person,
            {press.strategy: press.count},
            room.clock.now(),
            act_of(update),
            pressed_message(update),
        )
    await _shown(update, context, person, said)


async def show_page(update: Update, context: Context) -> None:
    """An axis of the ballot, or the review."""
    room = context.room
    person = await _seated(update, context)
    if person is not None:
        page = press_of(update, ShowPage).page
        said = await dots.turn(room.database, room.event, person, page, pressed_message(update))
        await _shown(update, context, person, said)


async def finish(update: Update, context: Context) -> None:
    """Said "Ho finito"."""
    person = await _seated(update, context)
    if person is not None:
        await _shown(
            update, context, person, await dots.finish(context.room.database, person, pressed_message(update))
        )


async def bring(update: Update, context: Context) -> None:
    """`/bollini`: the ballot anew, at the bottom of the chat."""
    room = context.room
    person = await person_of(update, context)
    if person is None or person.table is None:
        await reply(update, context, person, [notices.NotRegistered()])
        return
    said = await dots.bring(room.database, room.event, person)
    if said is not None:
        await reply(update, context, person, [said])
    room.screens.nudge(person.id)


async def _seated(update: Update, context: Context) -> Person | None:
    person = await person_of(update, context)
    if person is None or person.table is None:
        await answer_press(update, context, person, notices.NotRegistered())
        await reply(update, context, person, [notices.NotRegistered()])
        return None
    return person


async def _shown(update: Update, context: Context, person: Person, said: Notice | None) -> None:
    """Answer at once; the ballot itself is redrawn when Telegram lets us."""
    await answer_press(update, context, person, said)
    context.room.screens.nudge(person.id)
