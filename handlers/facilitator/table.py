"""The dashboard of a table, and moving it on: /tavolo, /apri, /chiudi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from handlers.callback_data import MovePhase
from handlers.context import act_of, button, command, press_of, reply
from handlers.facilitator.access import commanded, may_press
from participation import dashboards, phases
from participation.notices import Mover

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("tavolo", dashboard))
    application.add_handler(command("apri", open_session))
    application.add_handler(command("chiudi", close_session))
    application.add_handler(button(move, MovePhase))


async def dashboard(update: Update, context: Context) -> None:
    """`/tavolo`."""
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        await phases.show(context.room.database, person, table)
        context.room.screens.nudge(person.id)


async def open_session(update: Update, context: Context) -> None:
    """`/apri`: Session 1 or Session 2, whichever is next."""
    await _step(update, context, "open")


async def close_session(update: Update, context: Context) -> None:
    """`/chiudi`: the session that is open."""
    await _step(update, context, "close")


async def move(update: Update, context: Context) -> None:
    """The dashboard's button for the next step."""
    room = context.room
    press = press_of(update, MovePhase)
    person = await may_press(update, context, press.table, dashboards.SCREEN)
    if person is not None:
        told = await phases.move(
            room.database, room.event, press.table, press.phase, Mover.FACILITATOR, person, room.clock.now()
        )
        await _moved(update, context, person, told)


async def _step(update: Update, context: Context, step: Literal["open", "close"]) -> None:
    room = context.room
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        told = await phases.facilitate(
            room.database, room.event, table, step, person, room.clock.now(), act_of(update)
        )
        await _moved(update, context, person, told)


async def _moved(update: Update, context: Context, person: Person, told: Notice) -> None:
    await reply(update, context, person, [told])
    context.room.screens.wake()
    context.room.outbox.wake()
