"""The agenda in the regia's hands: /agenda, what is to come; ferma, riprendi, +10, -5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.confirming import asker
from handlers.context import argument_of, command, reply, words_for
from handlers.regia.access import regia_commands
from handlers.render import argument_words
from participation import confirming, shifting

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("agenda", agenda))


async def agenda(update: Update, context: Context) -> None:
    """`/agenda`, `/agenda ferma`, `/agenda riprendi`, `/agenda +10`."""
    person = await regia_commands(update, context)
    if person is None:
        return
    room, now = context.room, context.room.clock.now()
    told: Notice | None
    match shifting.read_command(argument_of(update), argument_words(words_for(update, context, person))):
        case "show":
            told = await shifting.show(room.database, now)
        case "hold":
            told = await shifting.hold(room.database, person, now)
        case "resume":
            told = await confirming.resume(room.database, asker(update, context, person))
        case int(minutes):
            told = await confirming.shift(room.database, minutes, asker(update, context, person))
        case refused:
            told = refused
    # What all of the regia hear, this person hears among them.
    await reply(update, context, person, [] if told is None else [told])
    room.outbox.wake()
    room.screens.wake()
