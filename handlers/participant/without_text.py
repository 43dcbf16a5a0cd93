"""What a message is that has no text to keep: decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import MessageOriginUser

from handlers.render.contributions import WITHOUT_TEXT

if TYPE_CHECKING:
    from telegram import Message


def kind_of(message: Message) -> str:
    """What a message brings, by Telegram's name for it; "" for what has no words of its own here."""
    # In this order: what is something else, too (an animation a document), comes first.
    return next((kind for kind in WITHOUT_TEXT if getattr(message, kind, None)), "")


def album_of(message: Message) -> str | None:
    """The album that a message is part of, as Telegram calls it."""
    return message.media_group_id


def is_ours(message: Message, bot: int) -> bool:
    """Whether a message of the bot's was sent back to it."""
    origin = message.forward_origin
    return isinstance(origin, MessageOriginUser) and origin.sender_user.id == bot
