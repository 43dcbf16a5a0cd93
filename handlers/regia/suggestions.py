"""/suggerimenti: what was suggested, for the people of the regia, in private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ShowSuggestions
from handlers.context import argument_of, button, command, press_of, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import suggestion_words
from participation import suggestions

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context

COMMAND = "suggerimenti"


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command(COMMAND, typed))
    application.add_handler(button(show, ShowSuggestions))


async def typed(update: Update, context: Context) -> None:
    """`/suggerimenti`, `/suggerimenti 4.1`, `/suggerimenti 4.1 pagina 2`."""
    room = context.room
    person = await regia_commands(update, context)
    if person is not None:
        words = suggestion_words(words_for(update, context, person))
        told = await suggestions.read_regia(room.database, room.event, person, argument_of(update), words)
        await reply(update, context, person, [told])


async def show(update: Update, context: Context) -> None:
    """The suggestions on a strategy, or all strategies."""
    room = context.room
    person = await regia_presses(update, context, COMMAND)
    if person is not None:
        press = press_of(update, ShowSuggestions)
        told = await suggestions.pressed(room.database, room.event, person, press.strategy, press.page)
        await reply(update, context, person, [told])
