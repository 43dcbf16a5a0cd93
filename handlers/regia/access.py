"""Who may: the people of the regia."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import answer_press, command_of, person_of, reply
from participation import notices, roles

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from storage.people import Person


async def regia_commands(update: Update, context: Context) -> Person | None:
    """Who commands, if they are of the regia; otherwise they are told."""
    person = await person_of(update, context)
    if not await roles.is_regia(context.room.database, person):
        await reply(update, context, person, [notices.NotAllowed(command=command_of(update))])
        return None
    return person


async def regia_presses(update: Update, context: Context, command: str) -> Person | None:
    """Who pressed a button of the regia's, if they are of it; the press is answered."""
    person = await person_of(update, context)
    if not await roles.is_regia(context.room.database, person):
        refused = notices.NotAllowed(command=command)
        await answer_press(update, context, person, refused)
        await reply(update, context, person, [refused])
        return None
    await answer_press(update, context, person, None)
    return person
