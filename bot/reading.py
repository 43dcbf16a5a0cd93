"""Telegram's JSON becomes an update, or is refused: what no real Telegram sends reaches no handler.

The library takes a number for a text, and fails later, somewhere. Here the parts that we act on are looked at
first, so that everything behind may rely on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from telegram import Update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from telegram import Bot

log = structlog.get_logger(__name__)

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""Kinds of updates we act on: the parts that an update is looked at for."""

_BITS = 2**52
"""Telegram's ids have at most 52 significant bits; SQLite's numbers 63."""

_LATEST = 2**33
"""Seconds since 1970: far beyond any date of Telegram, and one that Python can still hold."""

Id = Annotated[int, Field(ge=-_BITS, le=_BITS)]
Positive = Annotated[int, Field(ge=1, le=_BITS)]
Time = Annotated[int, Field(ge=0, le=_LATEST)]
Text = Annotated[str, Field(max_length=8192, pattern=r"^[^\x00]*$")]
"""Twice what Telegram lets anybody write, without the character at which SQLite takes a text to end."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _User(_Part):
    id: Positive
    is_bot: bool
    first_name: str
    language_code: Annotated[str, Field(max_length=64)] | None = None


class _Chat(_Part):
    id: Id
    type: Annotated[str, Field(max_length=64)]


class _Entity(_Part):
    type: str
    offset: Annotated[int, Field(ge=0, le=8192)]
    length: Annotated[int, Field(ge=0, le=8192)]


Name = Annotated[str, Field(min_length=1, max_length=1024)]
Number = Annotated[int, Field(ge=0, le=_BITS)]


class _File(_Part):
    file_id: Name
    file_unique_id: Name
    file_size: Number | None = None
    width: Number | None = None
    height: Number | None = None
    duration: Annotated[int, Field(ge=0, le=2**31)] | None = None
    mime_type: Text | None = None
    file_name: Text | None = None


class _Answered(_Part):
    """A message that was replied to, and what a message may hold that is no text."""

    message_id: Annotated[int, Field(ge=0, le=_BITS)]
    photo: Annotated[list[_File], Field(max_length=100)] | None = None
    document: _File | None = None
    voice: _File | None = None
    audio: _File | None = None
    video_note: _File | None = None


class _Message(_Answered):
    date: Time
    edit_date: Time | None = None
    chat: _Chat
    sender: Annotated[_User | None, Field(alias="from")] = None
    text: Text | None = None
    caption: Text | None = None
    entities: Annotated[list[_Entity], Field(max_length=1000)] | None = None
    caption_entities: Annotated[list[_Entity], Field(max_length=1000)] | None = None
    media_group_id: Annotated[str, Field(max_length=1024)] | None = None
    reply_to_message: _Answered | None = None


class _Press(_Part):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    sender: Annotated[_User, Field(alias="from")]
    data: Annotated[str, Field(max_length=8192)] | None = None
    message: _Message | None = None


class _Member(_Part):
    status: Annotated[str, Field(max_length=64)]


class _Membership(_Part):
    chat: _Chat
    sender: Annotated[_User, Field(alias="from")]
    new_chat_member: _Member


class _Update(_Part):
    update_id: Annotated[int, Field(ge=-(2**62), le=2**62)]
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    my_chat_member: _Membership | None = None


@dataclass(frozen=True)
class Act:
    """What is to be known of an update before it is its turn.

    sender: the person, or the chat where nobody is named. name: names the act for ever, however often it is
    delivered. press: the id of a press, that waits for an answer; None for other acts.
    """

    number: int
    sender: int
    name: str
    press: str | None


def number_of(raw: object) -> int | None:
    """The number of an update; None when this is no update at all."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def look(raw: Mapping[str, Any]) -> Act | None:
    """What act this JSON is; None when it is none that people could have done, or none that we act on.

    Then it is done with: kept, it would come again for ever. Bots are no people. This is thirty times as fast
    as making the library's update of it, which waits until it is its turn.
    """
    try:
        seen = _Update.model_validate(raw)
    except ValidationError as error:
        # Where it is wrong, and how; never what it says.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(part if isinstance(part, str) else "#" for part in first["loc"])
        log.error("update_unreadable", where=where, error=first["type"])
        return None
    act = seen.callback_query or seen.message or seen.edited_message or seen.my_chat_member
    if act is None or (act.sender is not None and act.sender.is_bot):
        return None
    if isinstance(act, _Press):
        return Act(seen.update_id, act.sender.id, f"press:{act.id}", act.id)
    if act.sender is None and act.chat.type == "private":
        log.error("update_unreadable", where="from", error="missing")
        return None
    name = f"update:{seen.update_id}"
    if act is seen.message:
        name = f"message:{act.chat.id}:{act.message_id}"
    # A message may be edited twice in a second: each edit is an update of its own.
    return Act(seen.update_id, act.chat.id if act.sender is None else act.sender.id, name, None)


def read(raw: Mapping[str, Any], bot: Bot) -> Update | None:
    """The library's update; None when it cannot read it."""
    try:
        return Update.de_json(dict(raw), bot)
    except Exception as error:
        log.error("update_unreadable", where="", error=type(error).__name__)
        return None
