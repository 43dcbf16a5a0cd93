"""How a tie is settled: places left empty, a run-off, a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import (
    CloseRunoff,
    DrawNow,
    LeaveEmpty,
    OpenRunoff,
    PromiseDraw,
    ReopenTie,
)
from handlers.context import act_of, argument_of, button, command, person_of, press_of, words_for
from handlers.facilitator.access import commanded, may_press
from handlers.facilitator.priorities import done
from handlers.render import argument_words
from participation import draws, notices, priorities, roles, runoffs

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("ballottaggio", runoff))
    application.add_handler(command("sorteggio", draw))
    application.add_handler(button(leave_empty, LeaveEmpty))
    application.add_handler(button(reopen, ReopenTie))
    application.add_handler(button(open_runoff, OpenRunoff))
    application.add_handler(button(close_runoff, CloseRunoff))
    application.add_handler(button(promise_draw, PromiseDraw))
    application.add_handler(button(draw_now, DrawNow))


async def runoff(update: Update, context: Context) -> None:
    """`/ballottaggio` opens it; `carta 2.3 4` counts hands, `chiudi` closes it.

    Of somebody at the table: shows it, or with a code chooses.
    """
    room = context.room
    person = await person_of(update, context)
    if person is not None and not await _leads(context, person, argument_of(update)):
        told = await runoffs.bring(
            room.database, person, argument_of(update), room.clock.now(), act_of(update)
        )
        await done(update, context, person, told)
        return
    allowed = await commanded(update, context)
    if allowed is None:
        return
    person, table, rest = allowed
    first, *behind = rest.split(maxsplit=1) or [""]
    meaning = argument_words(words_for(update, context, person)).get(first.casefold())
    if meaning == "paper":
        told = await runoffs.count_hands(room.database, table, behind[0] if behind else "")
    elif meaning == "close":
        told = await runoffs.close(room.database, room.event, person, table, None, room.clock.now())
    elif rest:
        told = notices.RunoffCommandUnclear(table=table, misread=rest)
    else:
        told = await _begin(update, context, person, table, None)
    await done(update, context, person, told)


async def _leads(context: Context, person: Person, rest: str) -> bool:
    """Whether the command is that of somebody who facilitates, and not their own choice at the table."""
    return bool(await roles.tables_facilitated(context.room.database, person)) and (
        not runoffs.is_choice(rest)
    )


async def draw(update: Update, context: Context) -> None:
    """`/sorteggio` publishes what is drawn by; then `/sorteggio` and the table's word, or `ora`, draws."""
    room = context.room
    allowed = await commanded(update, context)
    if allowed is None:
        return
    person, table, rest = allowed
    told: Notice | None
    if rest:
        now = argument_words(words_for(update, context, person)).get(rest.casefold()) == "now"
        told = await draws.draw(
            room.database, room.event, person, table, None, "" if now else rest, room.clock.now()
        )
    else:
        told = await _promise(update, context, person, table, None)
    await done(update, context, person, told)


async def leave_empty(update: Update, context: Context) -> None:
    """The contested places stay empty."""
    room, press = context.room, press_of(update, LeaveEmpty)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        told = await draws.leave_empty(
            room.database, room.event, person, press.table, press.nth, room.clock.now(), act_of(update)
        )
        await done(update, context, person, told)


async def reopen(update: Update, context: Context) -> None:
    """They are contested again."""
    room, press = context.room, press_of(update, ReopenTie)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        told = await draws.reopen(
            room.database, room.event, press.table, press.nth, room.clock.now(), act_of(update)
        )
        await done(update, context, person, told)


async def open_runoff(update: Update, context: Context) -> None:
    """The people at the table choose now."""
    press = press_of(update, OpenRunoff)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        await done(update, context, person, await _begin(update, context, person, press.table, press.nth))


async def close_runoff(update: Update, context: Context) -> None:
    """The run-off ends before its time."""
    room, press = context.room, press_of(update, CloseRunoff)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        told = await runoffs.close(
            room.database, room.event, person, press.table, press.nth, room.clock.now()
        )
        await done(update, context, person, told)


async def promise_draw(update: Update, context: Context) -> None:
    """Publish what is drawn by."""
    press = press_of(update, PromiseDraw)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        await done(update, context, person, await _promise(update, context, person, press.table, press.nth))


async def draw_now(update: Update, context: Context) -> None:
    """Draw, without a word."""
    room, press = context.room, press_of(update, DrawNow)
    person = await may_press(update, context, press.table, priorities.SCREEN)
    if person is not None:
        told = await draws.draw(
            room.database, room.event, person, press.table, press.nth, "", room.clock.now()
        )
        await done(update, context, person, told)


async def _begin(
    update: Update, context: Context, person: Person, table: str, nth: int | None
) -> Notice | None:
    room = context.room
    return await runoffs.begin(room.database, room.event, person, table, nth, room.new_id(), room.clock.now())


async def _promise(
    update: Update, context: Context, person: Person, table: str, nth: int | None
) -> Notice | None:
    room = context.room
    # Two ids are a secret that nobody finds by trying: 192 bits.
    secret = room.new_id() + room.new_id()
    return await draws.promise(
        room.database, table, nth, room.new_id(), secret, room.clock.now(), act_of(update), person
    )
