"""Who may do what, and who sits where: /ruoli, /revoca, /sposta, and their buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import AskRevocation, MovePerson, ShowPeople, ShowRoles
from handlers.confirming import asker
from handlers.context import argument_of, button, command, press_of, reply
from handlers.regia.access import regia_commands, regia_presses
from participation import granting, moving

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("ruoli", show))
    application.add_handler(command("revoca", revoke))
    application.add_handler(command("sposta", move))
    application.add_handler(button(show_place, ShowRoles))
    application.add_handler(button(ask_revocation, AskRevocation))
    application.add_handler(button(show_people, ShowPeople))
    application.add_handler(button(move_person, MovePerson))


async def show(update: Update, context: Context) -> None:
    """`/ruoli`; `/ruoli T6`, `/ruoli torino`, `/ruoli regia`."""
    person = await regia_commands(update, context)
    if person is not None:
        room = context.room
        told = await granting.list_command(room.database, room.event, argument_of(update), room.clock.now())
        await reply(update, context, person, [told])


async def show_place(update: Update, context: Context) -> None:
    """The button of a place."""
    person = await regia_presses(update, context, "ruoli")
    if person is not None:
        room, press = context.room, press_of(update, ShowRoles)
        told = await granting.press_place(room.database, room.event, press.place, room.clock.now())
        await reply(update, context, person, [told])


async def revoke(update: Update, context: Context) -> None:
    """`/revoca R5`, `/revoca L7`."""
    person = await regia_commands(update, context)
    if person is not None:
        await _revoke(update, context, person, argument_of(update))


async def ask_revocation(update: Update, context: Context) -> None:
    """The button of a role or a link."""
    person = await regia_presses(update, context, "revoca")
    if person is not None:
        await _revoke(update, context, person, press_of(update, AskRevocation).what)


async def _revoke(update: Update, context: Context, person: Person, what: str) -> None:
    room = context.room
    who = asker(update, context, person)
    await reply(
        update, context, person, [await granting.ask_revocation(room.database, room.event, what, who)]
    )


async def move(update: Update, context: Context) -> None:
    """`/sposta P17 T8 zona 8`; `/sposta T6` to pick from."""
    person = await regia_commands(update, context)
    if person is not None:
        room = context.room
        who = asker(update, context, person)
        told = await moving.command(room.database, room.event, argument_of(update), who)
        await reply(update, context, person, [told])


async def show_people(update: Update, context: Context) -> None:
    """The button for the people of a table."""
    person = await regia_presses(update, context, "sposta")
    if person is not None:
        room, press = context.room, press_of(update, ShowPeople)
        told = await moving.press_listed(room.database, room.event, press.table, press.after)
        await reply(update, context, person, [told])


async def move_person(update: Update, context: Context) -> None:
    """The button of a person, or of where they are to go."""
    person = await regia_presses(update, context, "sposta")
    if person is not None:
        room, press = context.room, press_of(update, MovePerson)
        who = asker(update, context, person)
        told = await moving.press(room.database, room.event, press.person, press.table, press.zone, who)
        await reply(update, context, person, [told])
