"""The dashboard of a table, moving it on, and nudging: /tavolo, /apri, /chiudi, /sollecita."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import MovePhase, Nudge, Prolong
from handlers.confirming import asker
from handlers.context import act_of, button, command, press_of, reply
from handlers.facilitator.access import commanded, may_press
from participation import confirming, dashboards, phases, prolonging, prompting
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
    application.add_handler(command("sollecita", nudge))
    application.add_handler(button(move, MovePhase))
    application.add_handler(button(prolong, Prolong))
    application.add_handler(button(press_nudge, Nudge))


async def dashboard(update: Update, context: Context) -> None:
    """`/tavolo`."""
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        await phases.show(context.room.database, person, table)
        context.room.screens.nudge(person.id)


async def open_session(update: Update, context: Context) -> None:
    """`/apri`: Session 1 or Session 2, whichever is next."""
    room = context.room
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        told = await phases.open_next(
            room.database, room.event, table, person, room.clock.now(), act_of(update)
        )
        await _done(update, context, person, told)


async def close_session(update: Update, context: Context) -> None:
    """`/chiudi`: the session that is open; asked back before it counts."""
    room = context.room
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        who = asker(update, context, person)
        told = await confirming.close(room.database, room.event, table, None, who)
        await _done(update, context, person, told)


async def move(update: Update, context: Context) -> None:
    """The dashboard's button for the next step; one that ends what people do is asked back."""
    room = context.room
    press = press_of(update, MovePhase)
    person = await may_press(update, context, press.table, dashboards.SCREEN)
    if person is not None:
        who = asker(update, context, person)
        told = await confirming.close(room.database, room.event, press.table, press.phase, who)
        await _done(update, context, person, told)


async def prolong(update: Update, context: Context) -> None:
    """A button that prolongs until a time."""
    room = context.room
    press = press_of(update, Prolong)
    person = await may_press(update, context, press.table, dashboards.SCREEN)
    if person is not None:
        told = await prolonging.until(
            room.database,
            room.event,
            press.table,
            press.phase,
            press.until,
            Mover.FACILITATOR,
            person,
            room.clock.now(),
        )
        await _done(update, context, person, told)


async def nudge(update: Update, context: Context) -> None:
    """`/sollecita`."""
    allowed = await commanded(update, context)
    if allowed is not None:
        person, table, _ = allowed
        await _nudge(update, context, person, table)


async def press_nudge(update: Update, context: Context) -> None:
    """The button that nudges."""
    table = press_of(update, Nudge).table
    person = await may_press(update, context, table, dashboards.SCREEN)
    if person is not None:
        await _nudge(update, context, person, table)


async def _nudge(update: Update, context: Context, person: Person, table: str) -> None:
    room = context.room
    told = await prompting.nudge(room.database, room.event, table, room.clock.now())
    await _done(update, context, person, told)


async def _done(update: Update, context: Context, person: Person, told: Notice) -> None:
    await reply(update, context, person, [told])
    context.room.screens.wake()
    context.room.outbox.wake()
