"""The themes in the regia's hands: /temi, its buttons, and everything that can be typed instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import (
    AssignAxis,
    ChooseForTheme,
    MarkPlenary,
    MergeThemes,
    PlaceSaid,
    ShowAxes,
    ShowTheme,
    ShowThemes,
    UndoCuration,
)
from handlers.context import act_of, argument_of, button, command, press_of, reply, words_for
from handlers.regia.access import regia_commands, regia_presses
from handlers.render import theme_words
from participation import theme_commands, theme_desk
from participation.curation import Curator

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.theme_commands import Request
    from storage.people import Person

COMMAND = "temi"


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command(COMMAND, typed))
    application.add_handler(button(board, ShowThemes))
    application.add_handler(button(theme, ShowTheme))
    application.add_handler(button(axes, ShowAxes))
    application.add_handler(button(assign, AssignAxis))
    application.add_handler(button(choose, ChooseForTheme))
    application.add_handler(button(merge, MergeThemes))
    application.add_handler(button(place, PlaceSaid))
    application.add_handler(button(mark, MarkPlenary))
    application.add_handler(button(undo, UndoCuration))


async def typed(update: Update, context: Context) -> None:
    """`/temi`, `/temi 4`, `/temi 4 unisci 7`, `/temi sposta 37 in 4` ..."""
    person = await regia_commands(update, context)
    if person is None:
        return
    words = theme_words(words_for(update, context, person))
    read = theme_commands.read(argument_of(update), words)
    if isinstance(read, theme_desk.Request):
        await _do(update, context, person, read)
    else:
        await reply(update, context, person, [read])


async def board(update: Update, context: Context) -> None:
    """A section of the board."""
    press = press_of(update, ShowThemes)
    await _pressed(update, context, theme_desk.board_of(press.section, press.axis, press.page))


async def theme(update: Update, context: Context) -> None:
    """One theme."""
    press = press_of(update, ShowTheme)
    await _pressed(update, context, theme_desk.one_of(press.theme, press.page))


async def axes(update: Update, context: Context) -> None:
    """Who looks after which axis."""
    await _pressed(update, context, theme_commands.ShowAxes())


async def assign(update: Update, context: Context) -> None:
    """An axis to somebody."""
    press = press_of(update, AssignAxis)
    await _pressed(update, context, theme_commands.Assign(press.axis, press.letter))


async def choose(update: Update, context: Context) -> None:
    """What there is to choose from."""
    press = press_of(update, ChooseForTheme)
    await _pressed(update, context, theme_desk.choice_of(press.what, press.number, press.page))


async def merge(update: Update, context: Context) -> None:
    """Two themes into one."""
    press = press_of(update, MergeThemes)
    await _pressed(update, context, theme_commands.Merge(press.into, (press.theme,)))


async def place(update: Update, context: Context) -> None:
    """A contribution to where it belongs."""
    press = press_of(update, PlaceSaid)
    await _pressed(update, context, theme_commands.Move((press.said,), press.theme))


async def mark(update: Update, context: Context) -> None:
    """A theme for the plenary."""
    press = press_of(update, MarkPlenary)
    await _pressed(update, context, theme_commands.Mark(press.theme, press.marked))


async def undo(update: Update, context: Context) -> None:
    """An act is undone."""
    await _pressed(update, context, theme_commands.Undo(press_of(update, UndoCuration).act))


async def _pressed(update: Update, context: Context, request: Request) -> None:
    person = await regia_presses(update, context, COMMAND)
    if person is not None:
        await _do(update, context, person, request)


async def _do(update: Update, context: Context, person: Person, request: Request) -> None:
    room = context.room
    by = Curator(person, act_of(update), room.clock.now())
    told = await theme_desk.do(room.database, room.event, by, request, by_hand=room.themes.by_hand)
    await reply(update, context, person, [told])
    room.themes.wake()
