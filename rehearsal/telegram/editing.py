"""The methods that change or remove a message."""

from datetime import timedelta
from typing import Any

from rehearsal.telegram.chats import Message
from rehearsal.telegram.errors import NOT_MODIFIED, bad_request
from rehearsal.telegram.files import Upload
from rehearsal.telegram.formatting import caption_text, message_text
from rehearsal.telegram.keyboard import inline_only
from rehearsal.telegram.places import Channel, Chat
from rehearsal.telegram.schema import Params
from rehearsal.telegram.sending import media_parts
from rehearsal.telegram.world import World

DELETABLE = timedelta(hours=48)
MAX_DELETED = 100


def edit_text(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method editMessageText."""
    text, entities = message_text(params["text"], params.get("parse_mode"), params.get("entities"))
    chat, message = _found(world, params)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, chat, message, params, text=text, entities=entities)


def edit_caption(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method editMessageCaption; without caption it takes the caption away."""
    caption, entities = caption_text(
        params.get("caption"), params.get("parse_mode"), params.get("caption_entities")
    )
    chat, message = _found(world, params)
    if message.photo is None and message.document is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, chat, message, params, caption=caption, entities=entities)


def edit_media(world: World, params: Params, uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method editMessageMedia."""
    chat, message = _found(world, params)
    parts = {"photo": None, "document": None, **media_parts(world, params["media"], uploads)}
    if message.text is not None:
        parts["text"] = None
    return _edit(world, chat, message, params, **parts)


def edit_markup(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method editMessageReplyMarkup; without reply_markup it takes the keyboard away."""
    chat, message = _found(world, params)
    return _edit(world, chat, message, params)


def delete_message(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method deleteMessage: not after 48 hours."""
    chat = world.chat(params["chat_id"])
    message = chat.store.get(params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(world, message):
        raise bad_request("message can't be deleted for everyone")
    del chat.store[message.id]
    chat.touch()
    return True


def delete_messages(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method deleteMessages: those that cannot be found are skipped."""
    chat = world.chat(params["chat_id"])
    if not 1 <= len(params["message_ids"]) <= MAX_DELETED:
        raise bad_request("too many message identifiers specified")
    for number in params["message_ids"]:
        message = chat.store.get(number)
        if message is not None and _deletable(world, message):
            del chat.store[number]
    chat.touch()
    return True


def _deletable(world: World, message: Message) -> bool:
    return world.unix_now() - message.date <= DELETABLE.total_seconds()


def _found(world: World, params: Params) -> tuple[Chat, Message]:
    if "inline_message_id" in params:
        raise bad_request("MESSAGE_ID_INVALID")
    if "chat_id" not in params:
        raise bad_request("chat_id is empty")
    if "message_id" not in params:
        raise bad_request("message identifier is not specified")
    chat = world.open_chat(params["chat_id"])
    message = chat.store.get(params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, params: Params, **parts: Any) -> dict[str, Any]:
    parts["markup"] = inline_only(params.get("reply_markup"))
    # An empty caption and no caption are the same thing to look at.
    if all((getattr(message, name) or None) == (value or None) for name, value in parts.items()):
        raise bad_request(NOT_MODIFIED)
    world.take(chat)
    for name, value in parts.items():
        setattr(message, name, value)
    message.edited(world.unix_now())
    if isinstance(chat, Channel):
        world.record_post(chat, message)
    chat.touch()
    return message.json()
