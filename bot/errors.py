"""The one handler of errors: an apology to the person, with a code that stands in the log too.

What can be done a little later is no error: the update is tried again.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from handlers.context import Context, answer_press, reply
from handlers.sending import seconds
from participation.notices import SomethingBroke
from storage import people
from storage.database import Unavailable

if TYPE_CHECKING:
    from handlers.context import BolliniApplication

log = structlog.get_logger(__name__)


def setup(application: BolliniApplication) -> None:
    """Add the error handler."""
    application.add_error_handler(apologise)


async def apologise(update: object, context: Context) -> None:
    """Log what broke, without what people wrote, and tell the person that it is our fault."""
    error = context.error
    if isinstance(update, Update) and await _postponed(update, context, error):
        return
    code = secrets.token_hex(3).upper()
    kind = next((name for name in Update.ALL_TYPES if getattr(update, name, None) is not None), "none")
    log.error("update_broke", code=code, update=kind, error=type(error).__name__, exc_info=error)
    if not isinstance(update, Update) or update.effective_user is None:
        return
    if update.callback_query is not None:
        # Perhaps it was answered before it broke: then Telegram does not mind, or refuses.
        await answer_press(update, context, None, None)
    if isinstance(error, Forbidden):
        return
    if update.effective_chat is None or update.effective_chat.type != "private":
        return
    try:
        person = await people.find(context.room.database, update.effective_user.id)
        await reply(update, context, person, [SomethingBroke(code=code)])
    except Exception as second:
        log.warning("apology_not_sent", code=code, error=type(second).__name__)


async def _postponed(update: Update, context: Context, error: Exception | None) -> bool:
    """Whether the update is to be tried again: the database could not be used, or a stranger not be answered.

    Of who has not read the notice nothing is stored, so their answer cannot rest in the outbox.
    """
    room = context.room
    if isinstance(error, Unavailable):
        room.queues.postpone(update, error)
        return True
    if not isinstance(error, RetryAfter | NetworkError) or isinstance(error, BadRequest):
        return False
    if update.effective_user is None:
        return False
    try:
        if await people.find(room.database, update.effective_user.id) is not None:
            return False
    except Unavailable as unavailable:
        error = unavailable
    after = timedelta(seconds=seconds(error)) if isinstance(error, RetryAfter) else None
    room.queues.postpone(update, error, after)
    return True
