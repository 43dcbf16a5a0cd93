"""Whether the bot may post to the regia's channel: asked when it starts, while there is time to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from telegram import ChatMemberAdministrator, ChatMemberOwner
from telegram.error import BadRequest, Forbidden, TelegramError

if TYPE_CHECKING:
    from telegram import Bot

log = structlog.get_logger(__name__)

NOT_FOUND = (
    "Telegram knows no channel with the id in BOLLINI_CHANNEL, or the bot is not in it. Check the id (it "
    "begins with -100) and make the bot an administrator of the channel who may post."
)
NO_ADMINISTRATOR = (
    "The bot is not an administrator of the channel in BOLLINI_CHANNEL who may post. Make it one in the "
    "channel's settings: until then nothing is posted, and nothing of it is lost."
)


async def look_at(bot: Bot, channel: int) -> str | None:
    """What keeps the bot from posting to the channel, as a sentence that says what to do; None if nothing.

    It is a warning, not an error: people take part all the same, and the outbox keeps the posts.
    """
    try:
        member = await bot.get_chat_member(channel, bot.id)
    except Forbidden:
        return NO_ADMINISTRATOR
    except BadRequest:
        return NOT_FOUND
    except TelegramError as error:
        log.warning("channel_not_looked_at", error=type(error).__name__)
        return None
    if isinstance(member, ChatMemberOwner):
        return None
    if isinstance(member, ChatMemberAdministrator) and member.can_post_messages:
        return None
    return NO_ADMINISTRATOR
