"""The board of a table's priorities: keep or drop, choose among the tied, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ChooseTied, ConfirmPriorities, KeepPriority, ShowBoard, SkipReason
from handlers.context import (
    act_of,
    answer_press,
    button,
    command,
    person_of,
    press_of,
    reply,
    words_for,
)
from handlers.facilitator.access import commanded, may_press
from handlers.render import argument_words, because_words
from participation import dashboards, draws, priorities, reasons
from participation.notices import PrioritiesRefused

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
    application.add_handler(button(skip_reason, SkipReason))


async def board(update: Update, context: Context) -> None:
    """`/priorita`; `/priorita -2.3 5.4 perché ...` drops and keeps; `conferma`, `meno`, `riapri`."""
    room = context.room
    allowed = await commanded(update, context)
    if allowed is None:
        return
    person, table, rest = allowed
    words = words_for(update, context, person)
    now, act = room.clock.now(), act_of(update)
    meaning = argument_words(words).get(rest.casefold())
    read = priorities.read_typed(rest, because_words(words))
    told: Notice | None
    if meaning == "confirm":
        told = await priorities.confirm(room.database, room.event, person, table, now, act)
    elif meaning == "fewer":
        told = await draws.leave_empty(room.database, room.event, person, table, None, now, act)
    elif meaning == "reopen":
        told = await draws.reopen(room.database, room.event, table, None, now, act)
    elif read is not None:
        wished, reason = read
        told = await priorities.change(room.database, room.event, person, table, wished, now, reason=reason)
    elif rest:
        told = PrioritiesRefused(table=table, reason="unclear")
    else:
        told = None
    if told is None:
        told = await priorities.show(room.database, person, table)
    await done(update, context, person, told)


async def show_board(update: Update, context: Context) -> None:
    """The dashboard's button for the board."""
    table = press_of(update, ShowBoard).table
    person = await may_press(update, context, table, dashboards.SCREEN)
    if person is not None:
        await done(update, context, person, await priorities.show(context.room.database, person, table))


async def keep(update: Update, context: Context) -> None:
    """Keep or drop a proposed strategy."""
    press = press_of(update, KeepPriority)
    await _change(update, context, press.table, press.strategy, kept=press.kept)


async def choose(update: Update, context: Context) -> None:
    """Give a tied strategy a contested place, or take it back."""
    press = press_of(update, ChooseTied)
    await _change(update, context, press.table, press.strategy, kept=press.chosen)


async def skip_reason(update: Update, context: Context) -> None:
    """The button under the question for a reason."""
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is not None:
        await reply(update, context, person, [await reasons.skip(context.room.database, person)])


async def confirm(update: Update, context: Context) -> None:
    """The table confirms."""
    room = context.room
    table = press_of(update, ConfirmPriorities).table
    person = await may_press(update, context, table, priorities.SCREEN)
    if person is not None:
        told = await priorities.confirm(
            room.database, room.event, person, table, room.clock.now(), act_of(update)
        )
        await done(update, context, person, told)


async def _change(update: Update, context: Context, table: str, strategy: str, *, kept: bool) -> None:
    person = await may_press(update, context, table, priorities.SCREEN)
    if person is not None:
        room = context.room
        wished = {strategy: kept}
        told = await priorities.change(
            room.database, room.event, person, table, wished, room.clock.now(), ask=True
        )
        await done(update, context, person, told)


async def done(update: Update, context: Context, person: Person, told: Notice | None) -> None:
    """Answer, and have what changed drawn and sent."""
    if told is not None:
        await reply(update, context, person, [told])
    context.room.screens.nudge(person.id)
    context.room.screens.wake()
    context.room.outbox.wake()
