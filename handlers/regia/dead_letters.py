"""Messages that Telegram refused: /scarti, and sending them once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import Resend
from handlers.context import act_of, argument_of, button, command, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import argument_words
from participation import dead_letters

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("scarti", show))
    application.add_handler(button(resend, Resend))


async def show(update: Update, context: Context) -> None:
    """`/scarti`, `/scarti rimanda`."""
    person = await regia_commands(update, context)
    if person is None:
        return
    argument = argument_of(update)
    meaning = argument_words(words_for(update, context, person)).get(argument.casefold())
    if meaning == "resend":
        await _resend(update, context, person)
        return
    await reply(
        update, context, person, [await dead_letters.overview(context.room.database, argument or None)]
    )


async def resend(update: Update, context: Context) -> None:
    """The button below the list."""
    person = await regia_presses(update, context, "scarti")
    if person is not None:
        await _resend(update, context, person)


async def _resend(update: Update, context: Context, person: Person) -> None:
    room = context.room
    told = await dead_letters.send_again(room.database, room.clock.now(), act_of(update))
    room.outbox.wake()
    room.screens.wake()
    await reply(update, context, person, [told])
