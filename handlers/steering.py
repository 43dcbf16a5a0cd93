"""What both who facilitates and the regia command, each for their tables: /prolunga, /avviso."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.confirming import asker
from handlers.context import act_of, argument_of, command, person_of, reply, words_for
from handlers.facilitator.access import commanded
from handlers.render import argument_words
from participation import bulletins, confirming, notices, prolonging, roles
from participation.notices import Mover, Role

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("prolunga", prolong))
    application.add_handler(command("avviso", bulletin))


async def prolong(update: Update, context: Context) -> None:
    """`/prolunga 5` by who facilitates; `/prolunga T5 5` by the regia."""
    room = context.room
    person, own, regia = await _roles(update, context)
    read = prolonging.read_regia(argument_of(update), room.event)
    if person is not None and regia and (not own or (read.table and read.table not in own)):
        if not read.table:
            await reply(update, context, person, [read])
            return
        table, minutes, mover = read.table, read.misread, Mover.REGIA
    else:
        allowed = await commanded(update, context)
        if allowed is None:
            return
        (person, table, minutes), mover = allowed, Mover.FACILITATOR
    told = await prolonging.by_minutes(
        room.database, room.event, table, minutes, mover, person, room.clock.now(), act_of(update)
    )
    await reply(update, context, person, [told])
    room.screens.wake()
    room.outbox.wake()


async def bulletin(update: Update, context: Context) -> None:
    """`/avviso` and a sentence: to the table by who facilitates it; by the regia to whom it names."""
    room = context.room
    person, own, regia = await _roles(update, context)
    words = argument_words(words_for(update, context, person))
    read = bulletins.read_command(argument_of(update), room.event, words)
    named = not isinstance(read, notices.BulletinUnclear) or read.reason != "audience"
    told: Notice
    if person is not None and regia and (not own or named):
        if isinstance(read, notices.BulletinUnclear):
            told = read
        else:
            tables, leaders, text = read
            who = asker(update, context, person)
            told = await confirming.send(
                room.database, room.event, Role.REGIA, tables, text, who, leaders=leaders
            )
    else:
        allowed = await commanded(update, context, free_text=True)
        if allowed is None:
            return
        person, table, text = allowed
        who = asker(update, context, person)
        told = await confirming.send(room.database, room.event, Role.FACILITATOR, (table,), text, who)
    await reply(update, context, person, [told])


async def _roles(update: Update, context: Context) -> tuple[Person | None, tuple[str, ...], bool]:
    """Who commands, the tables they facilitate, and whether they are of the regia."""
    database = context.room.database
    person = await person_of(update, context)
    return person, await roles.tables_facilitated(database, person), await roles.is_regia(database, person)
