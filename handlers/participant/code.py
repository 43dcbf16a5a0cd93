"""/codice: what a person shows to whoever enters their ballot for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import command, person_of, reply
from participation import assistance, notices

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("codice", code))


async def code(update: Update, context: Context) -> None:
    """`/codice`."""
    room = context.room
    person = await person_of(update, context)
    told: notices.Notice = notices.NotRegistered()
    if person is not None:
        told = await assistance.show_code(room.database, person, room.new_id())
    await reply(update, context, person, [told])
