"""The contributions of a table, /raccolta and its buttons; its synthesis, /invia and /sintesi.

Who facilitates acts on them, who assists reads them, the regia does so at any table: asked in
`participation/gathering.py` at every use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import (
    ChooseGathered,
    HideGathered,
    MarkGathered,
    MergeGathered,
    PassGathered,
    SeparateGathered,
    ShowGathered,
    ShowGathering,
    UnhideGathered,
)
from handlers.confirming import asker
from handlers.context import (
    act_of,
    argument_of,
    button,
    command,
    person_of,
    press_of,
    reply,
    words_for,
)
from handlers.facilitator.access import commanded, pressed_by
from handlers.render import gathering_words
from participation import confirming, gathering, gathering_desk, syntheses
from participation.gathering import COMMAND, Leader
from participation.gathering_commands import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command(COMMAND, typed))
    application.add_handler(button(turn, ShowGathering))
    application.add_handler(button(show, ShowGathered))
    application.add_handler(button(hide, HideGathered))
    application.add_handler(button(unhide, UnhideGathered))
    application.add_handler(button(choose, ChooseGathered))
    application.add_handler(button(merge, MergeGathered))
    application.add_handler(button(separate, SeparateGathered))
    application.add_handler(button(mark, MarkGathered))
    application.add_handler(button(let_pass, PassGathered))
    application.add_handler(command("invia", send))
    application.add_handler(command("sintesi", read))


async def typed(update: Update, context: Context) -> None:
    """`/raccolta`, `/raccolta T5 guardare`, `/raccolta nascondi 37: motivo`, `/raccolta unisci 37 41` ..."""
    room = context.room
    person = await person_of(update, context)
    told = await gathering_desk.command(
        room.database,
        room.event,
        person,
        argument_of(update),
        gathering_words(words_for(update, context, person)),
        act_of(update),
        room.clock.now(),
    )
    await _done(update, context, person, told)


async def turn(update: Update, context: Context) -> None:
    """Another page or part of the list."""
    press = press_of(update, ShowGathering)
    person = await pressed_by(update, context, COMMAND)
    if person is None:
        return
    # Telegram leaves out messages that it does not have any more.
    pressed = None if update.callback_query is None else update.callback_query.message
    room = context.room
    told = await gathering_desk.turn(
        room.database,
        room.event,
        person,
        press.table,
        press.part,
        press.page,
        None if pressed is None else pressed.message_id,
    )
    await _done(update, context, person, told)


async def show(update: Update, context: Context) -> None:
    """One contribution."""
    await _pressed(update, context, Request("show", (press_of(update, ShowGathered).number,)))


async def hide(update: Update, context: Context) -> None:
    """Hide one, for a reason; or ask for it."""
    press = press_of(update, HideGathered)
    because = f"#{press.reason}" if press.reason else ""
    await _pressed(update, context, Request("hide", (press.number,), because))


async def unhide(update: Update, context: Context) -> None:
    """Hide one no more."""
    await _pressed(update, context, Request("unhide", (press_of(update, UnhideGathered).number,)))


async def choose(update: Update, context: Context) -> None:
    """What says the same."""
    press = press_of(update, ChooseGathered)
    page = gathering_desk.page_of(press.page)
    await _pressed(update, context, Request("choose", (press.number,), page=page))


async def merge(update: Update, context: Context) -> None:
    """One says the same as another."""
    press = press_of(update, MergeGathered)
    await _pressed(update, context, Request("merge", (press.into, press.number)))


async def separate(update: Update, context: Context) -> None:
    """They do not say the same."""
    await _pressed(update, context, Request("separate", (press_of(update, SeparateGathered).number,)))


async def mark(update: Update, context: Context) -> None:
    """One for the plenary, or not."""
    press = press_of(update, MarkGathered)
    await _pressed(update, context, Request("mark" if press.marked else "unmark", (press.number,)))


async def let_pass(update: Update, context: Context) -> None:
    """What looks like personal data may leave the table."""
    await _pressed(update, context, Request("pass", (press_of(update, PassGathered).number,)))


async def send(update: Update, context: Context) -> None:
    """`/invia La sintesi`, or `/invia` and then the synthesis: read back before it goes."""
    room = context.room
    allowed = await commanded(update, context, free_text=True)
    if allowed is None:
        return
    person, table, text = allowed
    told = await confirming.synthesis(room.database, table, text, asker(update, context, person))
    await reply(update, context, person, [told])


async def read(update: Update, context: Context) -> None:
    """`/sintesi`, `/sintesi T5`."""
    room = context.room
    person = await person_of(update, context)
    told = await syntheses.command(room.database, room.event, person, argument_of(update))
    await reply(update, context, person, [told])


async def _pressed(update: Update, context: Context, request: Request) -> None:
    room = context.room
    person = await pressed_by(update, context, COMMAND)
    if person is not None:
        by = Leader(person, act_of(update), room.clock.now())
        await _done(update, context, person, [await gathering.do(room.database, by, request)])


async def _done(update: Update, context: Context, person: Person | None, told: Sequence[Notice]) -> None:
    await reply(update, context, person, told)
    if person is not None:
        context.room.screens.nudge(person.id)
    context.room.screens.wake()
    context.room.themes.wake()
