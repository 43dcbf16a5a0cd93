"""The regia's view of all tables, and moving them: /stato, /fase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.context import argument_of, command, reply, words_for
from handlers.regia.access import regia_commands
from handlers.render import argument_words, phase_words
from participation import notices, phases

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("stato", state))
    application.add_handler(command("fase", phase))


async def state(update: Update, context: Context) -> None:
    """`/stato`."""
    person = await regia_commands(update, context)
    if person is not None:
        room = context.room
        await reply(update, context, person, [await phases.overview(room.database, room.clock.now())])


async def phase(update: Update, context: Context) -> None:
    """`/fase T5 sessione1`, `/fase tutti sessione2`."""
    person = await regia_commands(update, context)
    if person is None:
        return
    room = context.room
    words = words_for(update, context, person)
    all_words = frozenset(word for word, meaning in argument_words(words).items() if meaning == "all")
    read = phases.read_command(argument_of(update), room.event, phase_words(words), all_words)
    if isinstance(read, notices.PhaseCommandUnclear):
        await reply(update, context, person, [read])
        return
    tables, wished = read
    told = await phases.move_many(room.database, room.event, tables, wished, person, room.clock.now())
    await reply(update, context, person, [told])
    room.screens.wake()
    room.outbox.wake()
