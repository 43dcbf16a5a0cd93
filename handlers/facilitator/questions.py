"""Session 2 at the table: putting a strategy on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import PutOn
from handlers.context import act_of, button, command, press_of, reply
from handlers.facilitator.access import commanded, may_press
from participation import contributions, dashboards

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("discuti", discuss))
    application.add_handler(button(put_on, PutOn))


async def discuss(update: Update, context: Context) -> None:
    """`/discuti 3.2`."""
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, rest = allowed
        await _put_on(update, context, person, table, rest.replace(",", "."))


async def put_on(update: Update, context: Context) -> None:
    """A strategy's button on the dashboard."""
    press = press_of(update, PutOn)
    person = await may_press(update, context, press.table, dashboards.SCREEN)
    if person is not None:
        await _put_on(update, context, person, press.table, press.strategy)


async def _put_on(update: Update, context: Context, person: Person, table: str, strategy: str) -> None:
    room = context.room
    told = await contributions.put_on(
        room.database, room.event, table, strategy, room.clock.now(), act_of(update), person
    )
    await reply(update, context, person, [told])
    room.outbox.wake()
    room.screens.wake()
