"""The board of a table's priorities: keep or drop, choose among the tied, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ChooseTied, ConfirmPriorities, KeepPriority, ShowBoard
from handlers.context import button, command, press_of, reply, words_for
from handlers.facilitator.access import commanded, may_press
from handlers.render import argument_words
from participation import dashboards, dots, priorities

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("priorita", board))
    application.add_handler(button(show_board, ShowBoard))
    application.add_handler(button(keep, KeepPriority))
    application.add_handler(button(choose, ChooseTied))
    application.add_handler(button(confirm, ConfirmPriorities))


async def board(update: Update, context: Context) -> None:
    """`/priorita`; `/priorita -2.3 5.4` drops and keeps; `/priorita conferma`."""
    room = context.room
    allowed = await commanded(update, context)
    if allowed is None:
        return
    person, table, rest = allowed
    told: Notice | None = None
    confirming = argument_words(words_for(update, context, person)).get(rest.casefold()) == "confirm"
    if confirming:
        told = await priorities.confirm(room.database, person, table, room.clock.now())
    for wished in () if confirming else dots.read_typed(rest) or ():
        told = told or await priorities.keep(room.database, table, wished.strategy, kept=wished.count > 0)
    if told is None:
        told = await priorities.show(room.database, person, table)
    await _done(update, context, person, told)


async def show_board(update: Update, context: Context) -> None:
    """The dashboard's button for the board."""
    table = press_of(update, ShowBoard).table
    person = await may_press(update, context, table, dashboards.SCREEN)
    if person is not None:
        await _done(update, context, person, await priorities.show(context.room.database, person, table))


async def keep(update: Update, context: Context) -> None:
    """Keep or drop a proposed strategy."""
    press = press_of(update, KeepPriority)
    await _change(update, context, press.table, press.strategy, kept=press.kept)


async def choose(update: Update, context: Context) -> None:
    """Give a tied strategy a contested place, or take it back."""
    press = press_of(update, ChooseTied)
    await _change(update, context, press.table, press.strategy, kept=press.chosen)


async def confirm(update: Update, context: Context) -> None:
    """The table confirms."""
    room = context.room
    table = press_of(update, ConfirmPriorities).table
    person = await may_press(update, context, table, priorities.SCREEN)
    if person is not None:
        told = await priorities.confirm(room.database, person, table, room.clock.now())
        await _done(update, context, person, told)


async def _change(update: Update, context: Context, table: str, strategy: str, *, kept: bool) -> None:
    person = await may_press(update, context, table, priorities.SCREEN)
    if person is not None:
        told = await priorities.keep(context.room.database, table, strategy, kept=kept)
        await _done(update, context, person, told)


async def _done(update: Update, context: Context, person: Person, told: Notice | None) -> None:
    if told is not None:
        await reply(update, context, person, [told])
    context.room.screens.nudge(person.id)
    context.room.outbox.wake()
