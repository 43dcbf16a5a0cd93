"""How a message of ours goes to Telegram, whoever sends it, and how long Telegram asks to wait."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from handlers.render import markup

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import RetryAfter

    from handlers.render import Message

NO_RIGHTS: Final = ("chat not found", "rights", "chat_write_forbidden", "chat_admin_required")
"""What Telegram says, beside 403, of a channel in which the bot is not, or may not post."""


async def send(bot: Bot, chat: int, message: Message, *, paid: bool = False) -> int:
    """Send a new message; its id. `paid`: beyond the limit of what nobody asked for, for a fee."""
    sent = await bot.send_message(
        chat,
        message.text,
        parse_mode=ParseMode.HTML,
        reply_markup=markup(message.keyboard),
        disable_web_page_preview=not message.preview,
        allow_paid_broadcast=paid or None,
    )
    return sent.message_id


async def edit(bot: Bot, chat: int, message_id: int, message: Message) -> None:
    """Make a message sent before this one."""
    await bot.edit_message_text(
        message.text,
        chat_id=chat,
        message_id=message_id,
        parse_mode=ParseMode.HTML,
        reply_markup=markup(message.keyboard),
        disable_web_page_preview=not message.preview,
    )


def out_of_reach(error: TelegramError) -> bool:
    """Whether the person has to come back first: they blocked us, or never opened our chat."""
    return isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and "chat not found" in error.message.lower()
    )


def may_not_post(error: TelegramError) -> bool:
    """Whether somebody has to let the bot post to the channel first; nothing is wrong with what it posts."""
    said = error.message.lower()
    return isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and any(reason in said for reason in NO_RIGHTS)
    )


def why_refused(error: Exception) -> str:
    """Why a message was refused, without anything that people wrote.

    What Telegram says tells what to mend, up to where it may quote; other errors may repeat anything.
    """
    if not isinstance(error, TelegramError):
        return type(error).__name__
    return re.split(r"[:\"“«]", error.message, maxsplit=1)[0].strip() or type(error).__name__


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
