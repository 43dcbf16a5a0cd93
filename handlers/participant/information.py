"""What can be read at any moment: programme, strategies, contacts, privacy, help; and the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.callback_data import PickLanguage
from handlers.context import answer_press, argument_of, button, command, person_of, press_of, reply
from participation import dots, notices, phases, priorities, roles
from storage import menus, people, screens

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context, Handler
    from participation.notices import Notice


def setup(application: BolliniApplication) -> None:
    """Add this module's handlers."""
    for name, notice in (
        ("programma", notices.Programme()),
        ("strategie", notices.StrategyList()),
        ("contatti", notices.Contacts()),
        ("privacy", notices.PrivacyNotice()),
    ):
        application.add_handler(command(name, _tell(notice)))
    application.add_handler(command("aiuto", show_help))
    application.add_handler(command("help", show_help))
    application.add_handler(command("lingua", language))
    application.add_handler(button(pick_language, PickLanguage))


def _tell(notice: Notice) -> Handler:
    async def tell(update: Update, context: Context) -> None:
        await reply(update, context, await person_of(update, context), [notice])

    return tell


async def show_help(update: Update, context: Context) -> None:
    """`/aiuto`."""
    person = await person_of(update, context)
    await reply(update, context, person, [await roles.help_for(context.room.database, person)])


async def language(update: Update, context: Context) -> None:
    """`/lingua`, or `/lingua en`."""
    wished = argument_of(update).casefold()
    if wished in context.room.translators.languages:
        await _speak(update, context, wished)
        return
    await reply(update, context, await person_of(update, context), [notices.AskLanguage()])


async def pick_language(update: Update, context: Context) -> None:
    """A language's button."""
    await answer_press(update, context, None, None)
    await _speak(update, context, press_of(update, PickLanguage).language)


async def _speak(update: Update, context: Context, wished: str) -> None:
    room = context.room
    person = await person_of(update, context)
    if person is None:
        # Nothing can be remembered of who has not read the notice yet.
        await reply(update, context, None, [notices.Welcome()])
        return
    if wished not in room.translators.languages:
        await reply(update, context, person, [notices.AskLanguage()])
        return
    async with room.database.transaction() as tx:
        await people.speak(tx, person.id, wished)
        await menus.want(tx, person.id)
        await screens.redraw(tx, person.id, dots.SCREEN)
        for table in await roles.tables_facilitated(tx, person):
            await screens.redraw(tx, person.id, f"{phases.SCREEN}:{table}")
            await screens.redraw(tx, person.id, f"{priorities.SCREEN}:{table}")
    await reply(update, context, await people.by_id(room.database, person.id), [notices.LanguageChanged()])
    room.screens.nudge(person.id)
    room.menus.wake()
