"""Who may: the tables a person facilitates, and which of them a command is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import answer_press, argument_of, command_of, person_of, reply
from participation import dashboards, notices, roles

if TYPE_CHECKING:
    from collections.abc import Collection

    from telegram import Update

    from handlers.context import Context
    from participation.notices import Role
    from storage.people import Person


async def commanded(
    update: Update,
    context: Context,
    *,
    free_text: bool = False,
    among: Collection[Role] = roles.LEADING,
) -> tuple[Person, str, str] | None:
    """Who commands, the table meant, and what else stands behind the command; None when they may not.

    `among`: roles at a table that may. Who facilitates several tables names one: `/apri T5`. Otherwise the
    first is meant; the lead of a venue with several tables is asked. The code of a table that is not theirs
    is refused, unless what follows the command is `free_text`, which may begin with one.
    """
    person = await person_of(update, context)
    tables = await roles.tables_of(context.room.database, person, among)
    rest = argument_of(update)
    first, *behind = rest.split(maxsplit=1) or [""]
    if person is not None:
        for table in tables:
            if first.casefold() == table.casefold():
                return person, table, behind[0] if behind else ""
        others = {table.code.casefold() for table in context.room.event.tables}
        if tables and (free_text or first.casefold() not in others):
            own = await roles.own_table(context.room.database, person, among)
            if own is not None:
                return person, own, rest
            which = notices.PaperWhichTable(command=command_of(update), tables=tables)
            await reply(update, context, person, [which])
            return None
    await reply(update, context, person, [notices.NotAllowed(command=command_of(update))])
    return None


async def pressed_by(update: Update, context: Context, command: str) -> Person | None:
    """Who pressed a button that does what this command does; the press is answered.

    Whether they may is asked where it is done; None, and refused, when nobody of ours pressed.
    """
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, person, [notices.NotAllowed(command=command)])
    return person


async def may_press(update: Update, context: Context, table: str, screen: str) -> Person | None:
    """Who pressed a button of this table, if they facilitate it; the press is answered.

    screen: the kind of screen that has such buttons; the message pressed is its copy from now on.
    """
    person = await person_of(update, context)
    if person is None or table not in await roles.tables_facilitated(context.room.database, person):
        # Such buttons stand on the dashboard and what it leads to.
        refused = notices.NotAllowed(command="tavolo")
        await answer_press(update, context, person, refused)
        await reply(update, context, person, [refused])
        return None
    await answer_press(update, context, person, None)
    pressed = None if update.callback_query is None else update.callback_query.message
    # Telegram leaves out messages that it does not have any more.
    if pressed is not None:
        await dashboards.adopt(context.room.database, person, screen, table, pressed.message_id)
    return person
