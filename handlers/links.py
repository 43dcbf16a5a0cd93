"""Links for roles, by the regia and by who leads a table: /link, and its button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import NewLink
from handlers.confirming import asker
from handlers.context import answer_press, argument_of, button, command, person_of, press_of, reply, words_for
from handlers.render import role_words
from participation import granting, notices

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("link", link))
    application.add_handler(button(new_link, NewLink))


async def link(update: Update, context: Context) -> None:
    """`/link facilitatore T5`, `/link sede torino`, `/link regia`; `/link` of who leads one table."""
    room = context.room
    person = await person_of(update, context)
    if person is None:
        await reply(update, context, None, [notices.NotAllowed(command="link")])
        return
    words = role_words(words_for(update, context, person))
    who = asker(update, context, person)
    told = await granting.command(room.database, room.event, argument_of(update), words, who)
    await reply(update, context, person, [told])


async def new_link(update: Update, context: Context) -> None:
    """A button for a link: asked back like the command."""
    room = context.room
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, None, [notices.NotAllowed(command="link")])
        return
    press = press_of(update, NewLink)
    who = asker(update, context, person)
    told = await granting.press_link(room.database, room.event, press.role, press.place, who)
    await reply(update, context, person, [told])
