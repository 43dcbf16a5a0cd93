"""The one handler of errors: an apology to the person, with a code that stands in the log too."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from telegram import Update
from telegram.error import Forbidden

from handlers.context import Context, reply
from participation.notices import SomethingBroke
from storage import people

if TYPE_CHECKING:
    from handlers.context import BolliniApplication

log = structlog.get_logger(__name__)


def setup(application: BolliniApplication) -> None:
    """Add the error handler."""
    application.add_error_handler(apologise)


async def apologise(update: object, context: Context) -> None:
    """Log what broke, without what people wrote, and tell the person that it is our fault."""
    error = context.error
    code = secrets.token_hex(3).upper()
    kind = next((name for name in Update.ALL_TYPES if getattr(update, name, None) is not None), "none")
    log.error("update_broke", code=code, update=kind, error=type(error).__name__, exc_info=error)
    if not isinstance(update, Update) or update.effective_user is None or isinstance(error, Forbidden):
        return
    if update.effective_chat is None or update.effective_chat.type != "private":
        return
    try:
        person = await people.find(context.room.database, update.effective_user.id)
        await reply(update, context, person, [SomethingBroke(code=code)])
    except Exception as second:
        log.warning("apology_not_sent", code=code, error=type(second).__name__)
