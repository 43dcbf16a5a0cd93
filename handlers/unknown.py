"""What no other handler took: commands that do not exist, buttons that mean nothing any more."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from handlers.context import answer_press, command_of, person_of, reply, words_for
from handlers.render import commands
from participation import notices
from participation.notices import Role

if TYPE_CHECKING:
    from telegram import Update

    from handlers.context import BolliniApplication, Context


def setup(application: BolliniApplication) -> None:
    """Add these handlers; they come last."""
    application.add_handler(
        MessageHandler(
            filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.COMMAND, unknown_command
        )
    )
    application.add_handler(CallbackQueryHandler(outdated_button))


async def unknown_command(update: Update, context: Context) -> None:
    """A command that does not exist, with the nearest that does."""
    person = await person_of(update, context)
    name = command_of(update)[:32]
    known = [known for known, _ in commands(words_for(update, context, person), tuple(Role))]
    nearest = difflib.get_close_matches(name.casefold(), known, n=1)
    told = notices.UnknownCommand(command=name, nearest=nearest[0] if nearest else None)
    await reply(update, context, person, [told])


async def outdated_button(update: Update, context: Context) -> None:
    """A button of an older version, or data that no button of ours ever carried."""
    person = await person_of(update, context)
    await answer_press(update, context, person, notices.ButtonOutdated())
    if update.effective_chat is not None and update.effective_chat.type == "private":
        await reply(update, context, person, [notices.ButtonOutdated()])
