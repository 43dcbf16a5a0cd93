"""Who may: the tables a person facilitates, and which of them a command is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import answer_press, argument_of, message_of, person_of, reply
from participation import notices, roles

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import Context
    from storage.people import Person


async def commanded(update: Update, context: Context) -> tuple[Person, str, str] | None:
    """Who commands, the table meant, and what else stands behind the command; None when they may not.

    Who facilitates several tables names one: `/apri T5`. Otherwise the first is meant.
    """
    person = await person_of(update, context)
    tables = await roles.tables_facilitated(context.room.database, person)
    if person is None or not tables:
        name = (message_of(update).text or "").split(maxsplit=1)[0].lstrip("/").split("@")[0]
        await reply(update, context, person, [notices.NotAllowed(command=name)])
        return None
    rest = argument_of(update)
    first, _, behind = rest.partition(" ")
    for table in tables:
        if first.casefold() == table.casefold():
            return person, table, behind.strip()
    return person, tables[0], rest


async def may_press(update: Update, context: Context, table: str) -> Person | None:
    """Who pressed a button of this table, if they facilitate it; the press is answered."""
    person = await person_of(update, context)
    if person is None or table not in await roles.tables_facilitated(context.room.database, person):
        refused = notices.NotAllowed(command="")
        await answer_press(update, context, person, refused)
        await reply(update, context, person, [refused])
        return None
    await answer_press(update, context, person, None)
    return person
