"""Paper and assisted ballots: /carta, /schede, /consegnate, /presenti, and their buttons.

The regia uses them too, for any table; who may is asked in one place (`participation/roles.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from handlers.callback_data import (
    ConfirmPaper,
    CorrectPaper,
    FinishSheet,
    OpenSheet,
    PickSheetZone,
    SayHandedIn,
    SetSheetDots,
    ShowSheet,
    ShowSheetPage,
    WithdrawSheet,
)
from handlers.context import (
    act_of,
    argument_of,
    button,
    command,
    message_of,
    person_of,
    press_of,
    reply,
    words_for,
)
from handlers.facilitator.access import pressed_by
from handlers.render import paper_words
from participation import desk, paper, sheet_keyboard, sheets
from participation.desk import Hand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Update

    from handlers.context import BolliniApplication, Context
    from participation.notices import Notice
    from storage.people import Person


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    application.add_handler(command("carta", enter))
    application.add_handler(command("schede", list_sheets))
    application.add_handler(command("consegnate", handed_in))
    application.add_handler(command("presenti", present))
    application.add_handler(button(open_sheet, OpenSheet))
    application.add_handler(button(set_dots, SetSheetDots))
    application.add_handler(button(show_page, ShowSheetPage))
    application.add_handler(button(pick_zone, PickSheetZone))
    application.add_handler(button(finish_sheet, FinishSheet))
    application.add_handler(button(confirm, ConfirmPaper))
    application.add_handler(button(correct, CorrectPaper))
    application.add_handler(button(show_sheet, ShowSheet))
    application.add_handler(button(withdraw_sheet, WithdrawSheet))
    application.add_handler(button(say_handed_in, SayHandedIn))


async def enter(update: Update, context: Context) -> None:
    """`/carta`, with the lines of sheets, a number, or a table and these."""
    await _command(update, context, "new")


async def list_sheets(update: Update, context: Context) -> None:
    """`/schede`; `/schede 12`; `/schede 12: 1.3 2.1`; `/schede ritira 12`."""
    await _command(update, context, "correct")


async def _command(update: Update, context: Context, kind: Literal["new", "correct"]) -> None:
    room = context.room
    person = await person_of(update, context)
    told = await paper.command(
        room.database,
        room.event,
        None if person is None else _hand(update, context, person),
        argument_of(update),
        paper_words(words_for(update, context, person)),
        kind,
    )
    await _done(update, context, person, told)


async def handed_in(update: Update, context: Context) -> None:
    """`/consegnate 3`."""
    await _count(update, context, "consegnate", "handed_in")


async def present(update: Update, context: Context) -> None:
    """`/presenti 18`."""
    await _count(update, context, "presenti", "present")


async def _count(update: Update, context: Context, name: str, what: Literal["present", "handed_in"]) -> None:
    room = context.room
    person = await person_of(update, context)
    told = await sheets.count_command(
        room.database, room.event, person, name, what, argument_of(update), room.clock.now()
    )
    await _done(update, context, person, [told])


async def say_handed_in(update: Update, context: Context) -> None:
    """A number below the question how many sheets were handed in."""
    room = context.room
    press = press_of(update, SayHandedIn)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        told = await sheets.say_handed_in(
            room.database, room.event, person, press.table, press.count, room.clock.now()
        )
        await _done(update, context, person, [told])


async def open_sheet(update: Update, context: Context) -> None:
    """A keyboard for one sheet."""
    room = context.room
    press = press_of(update, OpenSheet)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        by = _hand(update, context, person)
        told = await sheet_keyboard.open_sheet(room.database, room.event, by, press.table, press.label)
        await _done(update, context, person, told)


async def set_dots(update: Update, context: Context) -> None:
    """The wished number of dots on the sheet that is being filled in."""
    press = press_of(update, SetSheetDots)
    await _change(update, context, press.label, dot=(press.strategy, press.count))


async def show_page(update: Update, context: Context) -> None:
    """An axis of the keyboard."""
    press = press_of(update, ShowSheetPage)
    await _change(update, context, press.label, page=press.page)


async def pick_zone(update: Update, context: Context) -> None:
    """The zone of the sheet that is being filled in."""
    press = press_of(update, PickSheetZone)
    await _change(update, context, press.label, zone=press.zone)


async def _change(
    update: Update,
    context: Context,
    label: str,
    *,
    dot: tuple[str, int] | None = None,
    page: str | None = None,
    zone: str | None = None,
) -> None:
    room = context.room
    person = await pressed_by(update, context, "carta")
    if person is not None:
        told = await sheet_keyboard.change_sheet(
            room.database, room.event, person, label, _message(update), dot=dot, page=page, zone=zone
        )
        await _done(update, context, person, told)


async def finish_sheet(update: Update, context: Context) -> None:
    """The sheet on the keyboard is complete."""
    room = context.room
    press = press_of(update, FinishSheet)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        by = _hand(update, context, person)
        told = await sheet_keyboard.finish_sheet(room.database, room.event, by, press.label)
        await _done(update, context, person, told)


async def confirm(update: Update, context: Context) -> None:
    """What was read back counts."""
    room = context.room
    press = press_of(update, ConfirmPaper)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        by = _hand(update, context, person)
        told = await paper.confirm(room.database, room.event, by, press.token)
        await _done(update, context, person, told)


async def correct(update: Update, context: Context) -> None:
    """What was read back is not right yet."""
    person = await pressed_by(update, context, "carta")
    if person is not None:
        await _done(update, context, person, [await desk.correct(context.room.database, person)])


async def show_sheet(update: Update, context: Context) -> None:
    """One sheet of the list."""
    room = context.room
    press = press_of(update, ShowSheet)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        told = await sheets.shown(room.database, room.event, person, press.table, press.number)
        await _done(update, context, person, [told])


async def withdraw_sheet(update: Update, context: Context) -> None:
    """Withdraw one sheet: asked back."""
    room = context.room
    press = press_of(update, WithdrawSheet)
    person = await pressed_by(update, context, "carta")
    if person is not None:
        by = _hand(update, context, person)
        told = await paper.ask_withdrawal(room.database, room.event, by, press.table, press.number, {})
        await _done(update, context, person, told)


def _hand(update: Update, context: Context, person: Person) -> Hand:
    """Who does it. A message has one name, with a command or without one."""
    pressed = update.callback_query is not None
    act = act_of(update) if pressed else f"paper:{person.id}:{message_of(update).message_id}"
    return Hand(person, act, context.room.new_id(), context.room.clock.now())


def _message(update: Update) -> int | None:
    """The message that was pressed. Telegram leaves out those that it does not have any more."""
    pressed = None if update.callback_query is None else update.callback_query.message
    return None if pressed is None else pressed.message_id


async def _done(update: Update, context: Context, person: Person | None, told: Sequence[Notice]) -> None:
    await reply(update, context, person, told)
    if person is not None:
        context.room.screens.nudge(person.id)
    context.room.screens.wake()
    context.room.outbox.wake()
