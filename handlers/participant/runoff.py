"""One's choice in a run-off, by its button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ChooseInRunoff
from handlers.context import act_of, answer_press, button, person_of, press_of, pressed_message, reply
from participation import notices, runoffs

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(button(choose, ChooseInRunoff))


async def choose(update: Update, context: Context) -> None:
    """A strategy's button: the screen shows the choice, and what was not counted is said."""
    room = context.room
    person = await person_of(update, context)
    if person is None:
        await answer_press(update, context, None, notices.NotRegistered())
        await reply(update, context, None, [notices.NotRegistered()])
        return
    press = press_of(update, ChooseInRunoff)
    told = await runoffs.choose(
        room.database, person, press.runoff, press.strategy, room.clock.now(), act_of(update)
    )
    await answer_press(update, context, person, told)
    pressed = pressed_message(update)
    if pressed is not None:
        await runoffs.adopt(room.database, person, press.runoff, pressed)
    if isinstance(told, notices.RunoffRefused):
        await reply(update, context, person, [told])
    room.screens.nudge(person.id)
    room.screens.wake()
