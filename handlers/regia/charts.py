"""Any chart now: /grafici."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import DrawChart
from handlers.context import act_of, argument_of, button, command, press_of, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import chart_words, place_words
from participation import charting, notices

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("grafici", charts))
    application.add_handler(button(chosen, DrawChart))


async def charts(update: Update, context: Context) -> None:
    """`/grafici`, `/grafici affluenza`, `/grafici affluenza canale`."""
    person = await regia_commands(update, context)
    if person is None:
        return
    words = words_for(update, context, person)
    read = charting.read_command(argument_of(update), chart_words(words), place_words(words))
    if isinstance(read, notices.ChooseChart):
        await reply(update, context, person, [read])
        return
    await _draw(update, context, person, *read)


async def chosen(update: Update, context: Context) -> None:
    """A chart's button, or where it is to go."""
    person = await regia_presses(update, context, "grafici")
    if person is not None:
        press = press_of(update, DrawChart)
        await _draw(update, context, person, press.chart, press.place)


async def _draw(update: Update, context: Context, person: Person, chart: str, place: str) -> None:
    room = context.room
    told = await charting.draw(
        room.database, chart, place, person, room.channel, room.clock.now(), act_of(update)
    )
    await reply(update, context, person, [told])
    room.outbox.wake()
