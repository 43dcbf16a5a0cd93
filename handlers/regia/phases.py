"""The regia's view of all tables, and moving them: /stato, /fase, /riapri."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import ShowState
from handlers.confirming import asker
from handlers.context import argument_of, button, command, press_of, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import argument_words, phase_words
from participation import confirming, notices, overseeing, phases, reopening

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("stato", state))
    application.add_handler(command("fase", phase))
    application.add_handler(command("riapri", reopen))
    application.add_handler(button(show_state, ShowState))


async def state(update: Update, context: Context) -> None:
    """`/stato`, `/stato T5`."""
    person = await regia_commands(update, context)
    if person is not None:
        await _show(update, context, person, argument_of(update))


async def show_state(update: Update, context: Context) -> None:
    """A button of the overview: one table, or all again."""
    person = await regia_presses(update, context, "stato")
    if person is not None:
        await _show(update, context, person, press_of(update, ShowState).table)


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


async def reopen(update: Update, context: Context) -> None:
    """`/riapri T5 sessione1 10 Mancava la rete`: asked back before it counts."""
    person = await regia_commands(update, context)
    if person is None:
        return
    room = context.room
    read = reopening.read_command(
        argument_of(update), room.event, phase_words(words_for(update, context, person))
    )
    if isinstance(read, notices.ReopenUnclear):
        await reply(update, context, person, [read])
        return
    who = asker(update, context, person)
    await reply(update, context, person, [await confirming.reopen(room.database, *read, who)])


async def _show(update: Update, context: Context, person: Person, table: str) -> None:
    room = context.room
    told = (
        await overseeing.detail(room.database, room.event, table, room.clock.now())
        if table
        else await overseeing.overview(room.database, room.event, room.clock.now())
    )
    await reply(update, context, person, [told])
