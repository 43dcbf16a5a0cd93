"""The methods that put a new message into a chat."""

from typing import Any

from rehearsal.telegram.chats import Message
from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.files import StoredFile, Upload
from rehearsal.telegram.formatting import caption_text, message_text
from rehearsal.telegram.keyboard import checked_markup, inline_only
from rehearsal.telegram.people import Phone
from rehearsal.telegram.places import Channel, Chat
from rehearsal.telegram.schema import CAPTION, Params, integer
from rehearsal.telegram.world import World

MIN_ALBUM = 2
MAX_ALBUM = 10
REPLY_FIELDS = {
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_parse_mode",
    "quote_entities",
    "quote_position",
    "checklist_task_id",
    "poll_option_id",
}
MEDIA_FIELDS = {
    "photo": {
        "type", "media", "caption", "parse_mode", "caption_entities",
        "show_caption_above_media", "has_spoiler",
    },
    "document": {
        "type", "media", "thumbnail", "caption", "parse_mode", "caption_entities",
        "disable_content_type_detection",
    },
}  # fmt: skip


def send_message(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method sendMessage."""
    text, entities = message_text(params["text"], params.get("parse_mode"), params.get("entities"))
    return _send(world, params, text=text, entities=entities).json()


def send_photo(world: World, params: Params, uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method sendPhoto."""
    caption, entities = _caption(params)
    chat = world.open_chat(params["chat_id"])
    photo = stored(world, params["photo"], uploads, "photo")
    return _send(world, params, chat=chat, photo=photo, caption=caption, entities=entities).json()


def send_document(world: World, params: Params, uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method sendDocument."""
    caption, entities = _caption(params)
    chat = world.open_chat(params["chat_id"])
    document = stored(world, params["document"], uploads, "document")
    return _send(world, params, chat=chat, document=document, caption=caption, entities=entities).json()


def send_media_group(world: World, params: Params, uploads: dict[str, Upload]) -> list[dict[str, Any]]:
    """The method sendMediaGroup: photos or documents, not both."""
    chat = world.open_chat(params["chat_id"])
    if not MIN_ALBUM <= len(params["media"]) <= MAX_ALBUM:
        raise bad_request(f"media must include {MIN_ALBUM}-{MAX_ALBUM} items")
    parts = [media_parts(world, item, uploads) for item in params["media"]]
    if len({"photo" in part for part in parts}) > 1:
        raise bad_request("document can't be mixed with other media types")
    reply_to = _reply_to(chat, params)
    world.take(chat, len(parts), paid=params.get("allow_paid_broadcast", False))
    group = world.new_media_group()
    return [_put(world, chat, reply_to=reply_to, media_group_id=group, **part).json() for part in parts]


def copy_message(world: World, params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method copyMessage."""
    original = world.chat(params["from_chat_id"]).store.get(params["message_id"])
    if original is None:
        raise bad_request("message to copy not found")
    parts: dict[str, Any] = {"photo": original.photo, "document": original.document, "extra": original.extra}
    if original.text is not None:
        parts |= {"text": original.text, "entities": original.entities}
    elif "caption" in params:
        caption, entities = _caption(params)
        parts |= {"caption": caption, "entities": entities}
    else:
        parts |= {"caption": original.caption, "entities": original.entities}
    return {"message_id": _send(world, params, **parts).id}


def stored(world: World, value: Upload | str, uploads: dict[str, Upload], kind: str) -> StoredFile:
    """The file a parameter means: uploaded, attached, or already known by its file_id; else ApiError 400."""
    if isinstance(value, str) and value.startswith("attach://"):
        attached = uploads.get(value.removeprefix("attach://"))
        if attached is None:
            raise bad_request(f"can't find file {value} in the request")
        value = attached
    if isinstance(value, Upload):
        return world.files.photo(value) if kind == "photo" else world.files.document(value)
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = world.files.by_id(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if (kind == "photo") != bool(known.width):
        raise bad_request(
            f"can't use file of type {'Document' if kind == 'photo' else 'Photo'} as {kind.title()}"
        )
    return known


def media_parts(world: World, item: Any, uploads: dict[str, Upload]) -> dict[str, Any]:
    """What an InputMedia makes of a message: photo or document, caption, entities."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = str(item.get("type"))
    if kind not in MEDIA_FIELDS:
        raise bad_request(f"can't parse InputMedia: type {kind!r} is not supported here")
    if unknown := set(item) - MEDIA_FIELDS[kind]:
        raise bad_request(f'can\'t parse InputMedia: unknown field "{min(unknown)}"')
    if not isinstance(item.get("media"), str):
        raise bad_request("can't parse InputMedia: media not found")
    given = {name: check(name, item[name]) for name, check in CAPTION.items() if name in item}
    caption, entities = _caption(given)
    return {kind: stored(world, item["media"], uploads, kind), "caption": caption, "entities": entities}


def _caption(params: dict[str, Any]) -> tuple[str, list[Any]]:
    return caption_text(params.get("caption"), params.get("parse_mode"), params.get("caption_entities"))


def _send(world: World, params: Params, chat: Chat | None = None, **parts: Any) -> Message:
    if chat is None:
        chat = world.open_chat(params["chat_id"])
    if isinstance(chat, Channel):
        inline, other = inline_only(params.get("reply_markup")), None
    else:
        inline, other = checked_markup(params.get("reply_markup"))
    reply_to = _reply_to(chat, params)
    world.take(chat, paid=params.get("allow_paid_broadcast", False))
    if other is not None and isinstance(chat, Phone):
        chat.reply_keyboard = tuple(tuple(b["text"] for b in row) for row in other.get("keyboard", []))
    return _put(world, chat, markup=inline, reply_to=reply_to, **parts)


def _put(world: World, chat: Chat, **parts: Any) -> Message:
    if isinstance(chat, Channel):
        chat.posted += 1
        message = world.new_message(
            chat, from_bot=True, sender={"sender_chat": chat.json()}, number=chat.posted, **parts
        )
        world.record_post(chat, message)
    else:
        message = world.new_message(chat, from_bot=True, sender={"from": world.bot_user()}, **parts)
    chat.touch()
    return message


def _reply_to(chat: Chat, params: Params) -> Message | None:
    reply = params.get("reply_parameters")
    if reply is None:
        return None
    if unknown := set(reply) - REPLY_FIELDS:
        raise bad_request(f'can\'t parse reply parameters: unknown field "{min(unknown)}"')
    if reply.get("chat_id", chat.id) != chat.id:
        raise bad_request("message to be replied not found")
    found = chat.store.get(integer("message_id", reply.get("message_id", 0)))
    if found is None and reply.get("allow_sending_without_reply") is not True:
        raise bad_request("message to be replied not found")
    return found
