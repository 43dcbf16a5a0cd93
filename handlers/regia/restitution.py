"""The restitution: looked at, frozen, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import PublishRestitution, ShowRestitution
from handlers.context import act_of, argument_of, button, command, press_of, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import restitution_words
from participation import restituting

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person

COMMAND = restituting.COMMAND


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command(COMMAND, typed))
    application.add_handler(button(again, ShowRestitution))
    application.add_handler(button(publish, PublishRestitution))


async def typed(update: Update, context: Context) -> None:
    """`/restituzione`, `/restituzione ferma`, `/restituzione pubblica`."""
    person = await regia_commands(update, context)
    if person is None:
        return
    room, act = context.room, act_of(update)
    told: Notice | None
    wish = restituting.read_command(
        argument_of(update), restitution_words(words_for(update, context, person))
    )
    match wish:
        case restituting.SHOW:
            await _show(update, context, person)
            return
        case restituting.FREEZE:
            told = await restituting.freeze(room.database, person, act, room.clock.now())
        case restituting.PUBLISH:
            await _publish(update, context, person, None)
            return
        case _:
            told = restituting.unclear(argument_of(update))
    await reply(update, context, person, [] if told is None else [told])
    room.outbox.wake()
    room.themes.wake()


async def again(update: Update, context: Context) -> None:
    """The button that shows it, as it is by now."""
    person = await regia_presses(update, context, COMMAND)
    if person is not None:
        await _show(update, context, person)


async def publish(update: Update, context: Context) -> None:
    """The button under what was looked at."""
    person = await regia_presses(update, context, COMMAND)
    if person is not None:
        await _publish(update, context, person, press_of(update, PublishRestitution).version)


async def _show(update: Update, context: Context, person: Person) -> None:
    room = context.room
    told = await restituting.ask(
        room.database, room.event, person, room.channel, act_of(update), room.clock.now()
    )
    await reply(update, context, person, [told])
    room.outbox.wake()
    room.themes.wake()


async def _publish(update: Update, context: Context, person: Person, version: str | None) -> None:
    room = context.room
    told = await restituting.publish(
        room.database, room.event, person, version, room.channel, room.clock.now()
    )
    await reply(update, context, person, [told])
    room.outbox.wake()
