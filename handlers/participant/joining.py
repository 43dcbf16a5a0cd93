"""/start, the notice, zone and table, /cambia; and who blocks the bot or comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import ChatMember
from telegram.ext import ChatMemberHandler

from handlers.callback_data import Acknowledge, PickTable, PickZone
from handlers.context import (
    answer_press,
    argument_of,
    button,
    command,
    person_of,
    press_of,
    reply,
    user_of,
    words_for,
)
from participation import joining, notices
from storage import people

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("start", start))
    application.add_handler(command("cambia", change))
    application.add_handler(button(acknowledge, Acknowledge))
    application.add_handler(button(pick_zone, PickZone))
    application.add_handler(button(pick_table, PickTable))
    application.add_handler(ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER))


async def start(update: Update, context: Context) -> None:
    """`/start`, with or without the payload of a deep link."""
    room = context.room
    person = await person_of(update, context)
    told = await joining.start(
        room.database, room.event, person, argument_of(update), room.new_id(), room.clock.now()
    )
    await _told(update, context, person, told)


async def acknowledge(update: Update, context: Context) -> None:
    """Said "Ho letto, continuo" on the notice."""
    await answer_press(update, context, None, None)
    await acknowledge_for(update, context, press_of(update, Acknowledge).payload)


async def acknowledge_for(update: Update, context: Context, payload: str) -> None:
    """The notice was read (pressed or typed): on with what the person came for."""
    room = context.room
    user = user_of(update)
    language = words_for(update, context, None).language
    told = await joining.acknowledge(
        room.database, room.event, user.id, language, payload, room.new_id(), room.clock.now()
    )
    await _told(update, context, await person_of(update, context), told)


async def pick_zone(update: Update, context: Context) -> None:
    """A zone's button."""
    room = context.room
    person = await person_of(update, context)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, None, [notices.Welcome()])
        return
    told = await joining.pick_zone(
        room.database, room.event, person, press_of(update, PickZone).zone, room.new_id(), room.clock.now()
    )
    await _told(update, context, person, told)


async def pick_table(update: Update, context: Context) -> None:
    """A table's button."""
    room = context.room
    person = await person_of(update, context)
    press = press_of(update, PickTable)
    await answer_press(update, context, person, None)
    if person is None:
        await reply(update, context, None, [notices.Welcome(payload=press.table)])
        return
    told = await joining.pick_table(
        room.database, room.event, person, press.table, press.zone, room.new_id(), room.clock.now()
    )
    await _told(update, context, person, told)


async def change(update: Update, context: Context) -> None:
    """`/cambia`."""
    person = await person_of(update, context)
    if person is None:
        await reply(update, context, None, [notices.Welcome()])
        return
    await reply(update, context, person, await joining.change(context.room.database, person))


async def membership(update: Update, context: Context) -> None:
    """The person blocked the bot, or unblocked it."""
    changed = update.my_chat_member
    person = await people.find(context.room.database, user_of(update).id)
    if changed is None or person is None or changed.chat.id != person.telegram_id:
        return
    room = context.room
    async with room.database.transaction() as tx:
        if changed.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}:
            await people.mark_unreachable(tx, person.id, room.clock.now())
        else:
            await people.mark_reachable(tx, person.telegram_id)
    room.outbox.wake()
    room.screens.wake()
    room.menus.wake()


async def _told(update: Update, context: Context, person: Person | None, told: tuple[Notice, ...]) -> None:
    await reply(update, context, person, told)
    if person is None:
        return
    context.room.screens.nudge(person.id)
    context.room.menus.wake()
