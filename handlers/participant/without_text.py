"""What a message is that has no text to keep: decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telegram import MessageOriginUser

if TYPE_CHECKING:
    from telegram import Message

KINDS: Final = (
    "sticker",
    "animation",
    "photo",
    "video",
    "video_note",
    "voice",
    "audio",
    "document",
    "poll",
    "venue",
    "location",
    "contact",
    "dice",
)
"""Kinds of messages, by Telegram's names. What is something else, too (an animation a document), is first."""


def kind_of(message: Message) -> str:
    """What a message brings; "" for what has no name here."""
    return next((kind for kind in KINDS if getattr(message, kind)), "")


def album_of(message: Message) -> str | None:
    """The album that a message is part of, as Telegram calls it."""
    return message.media_group_id


def is_ours(message: Message, bot: int) -> bool:
    """Whether a message of the bot's was sent back to it."""
    origin = message.forward_origin
    return isinstance(origin, MessageOriginUser) and origin.sender_user.id == bot
