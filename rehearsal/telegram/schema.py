"""Every method this server speaks: its parameters, their types, and the words for one that is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from rehearsal.telegram.errors import ApiError, bad_request
from rehearsal.telegram.files import Upload

Check = Callable[[str, Any], Any]
Params = dict[str, Any]

_BIGGEST = 2**63
_TRUE = {"true", "True", "1"}
_FALSE = {"false", "False", "0"}


def _wrong(name: str, what: str) -> ApiError:
    return bad_request(f'parameter "{name}" must be {what}')


def integer(name: str, raw: Any) -> int:
    """A whole number, or its digits."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise _wrong(name, "an integer")
    try:
        value = int(raw)
    except ValueError:
        raise _wrong(name, "an integer") from None
    if not -_BIGGEST <= value < _BIGGEST:
        raise _wrong(name, "an integer of 64 bits")
    return value


def number(name: str, raw: Any) -> float:
    """A number, or its digits."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise _wrong(name, "a number")
    try:
        return float(raw)
    except ValueError:
        raise _wrong(name, "a number") from None


def boolean(name: str, raw: Any) -> bool:
    """True or False, or true, false, 1 and 0 in letters."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw in _TRUE | _FALSE:
        return raw in _TRUE
    raise _wrong(name, "a Boolean")


def string(name: str, raw: Any) -> str:
    """Text in valid Unicode. A number in JSON is not text."""
    if not isinstance(raw, str):
        raise _wrong(name, "a String")
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return raw


def chat(name: str, raw: Any) -> int | str:
    """A chat id, or @username."""
    if isinstance(raw, str) and raw.startswith("@"):
        return raw
    try:
        return integer(name, raw)
    except ApiError:
        raise bad_request("chat not found") from None


def obj(name: str, raw: Any) -> dict[str, Any]:
    """A JSON object, as such or serialized."""
    value = _json(name, raw)
    if not isinstance(value, dict):
        raise _wrong(name, "an Object")
    return value


def array(name: str, raw: Any) -> list[Any]:
    """A JSON array, as such or serialized."""
    value = _json(name, raw)
    if not isinstance(value, list):
        raise _wrong(name, "an Array")
    return value


def integers(name: str, raw: Any) -> list[int]:
    """A JSON array of whole numbers."""
    return [integer(name, item) for item in array(name, raw)]


def strings(name: str, raw: Any) -> list[str]:
    """A JSON array of texts."""
    return [string(name, item) for item in array(name, raw)]


def file(name: str, raw: Any) -> Upload | str:
    """An uploaded file, or a file_id, URL or attach:// name."""
    return raw if isinstance(raw, Upload) else string(name, raw)


def _json(name: str, raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise bad_request(f"can't parse {name} JSON object") from None


@dataclass(frozen=True, slots=True)
class Method:
    """parameters: what may stand in a call; required: the words of Telegram's error when one is missing."""

    parameters: Mapping[str, Check]
    required: Mapping[str, str]


_CHAT = {"chat_id": "chat_id is empty"}
_MESSAGE = _CHAT | {"message_id": "message identifier is not specified"}
_SENDING: dict[str, Check] = {
    "chat_id": chat,
    "business_connection_id": string,
    "message_thread_id": integer,
    "direct_messages_topic_id": integer,
    "disable_notification": boolean,
    "protect_content": boolean,
    "allow_paid_broadcast": boolean,
    "message_effect_id": string,
    "suggested_post_parameters": obj,
    "reply_parameters": obj,
    "reply_markup": obj,
}
CAPTION: dict[str, Check] = {"caption": string, "parse_mode": string, "caption_entities": array}
_EDITING: dict[str, Check] = {
    "chat_id": chat,
    "message_id": integer,
    "inline_message_id": string,
    "business_connection_id": string,
    "reply_markup": obj,
}
_LANGUAGE: dict[str, Check] = {"language_code": string}
_SCOPE: dict[str, Check] = {"scope": obj, "language_code": string}


def _without(checks: Mapping[str, Check], *names: str) -> dict[str, Check]:
    return {name: check for name, check in checks.items() if name not in names}


METHODS: dict[str, Method] = {
    "getMe": Method({}, {}),
    "logOut": Method({}, {}),
    "close": Method({}, {}),
    "getUpdates": Method(
        {"offset": integer, "limit": integer, "timeout": number, "allowed_updates": strings}, {}
    ),
    "setWebhook": Method(
        {
            "url": string,
            "certificate": file,
            "ip_address": string,
            "max_connections": integer,
            "allowed_updates": strings,
            "drop_pending_updates": boolean,
            "secret_token": string,
        },
        {},
    ),
    "deleteWebhook": Method({"drop_pending_updates": boolean}, {}),
    "getWebhookInfo": Method({}, {}),
    "sendMessage": Method(
        {**_SENDING, "text": string, "parse_mode": string, "entities": array, "link_preview_options": obj},
        _CHAT | {"text": "message text is empty"},
    ),
    "sendPhoto": Method(
        {**_SENDING, **CAPTION, "photo": file, "show_caption_above_media": boolean, "has_spoiler": boolean},
        _CHAT | {"photo": "there is no photo in the request"},
    ),
    "sendDocument": Method(
        {
            **_SENDING,
            **CAPTION,
            "document": file,
            "thumbnail": file,
            "disable_content_type_detection": boolean,
        },
        _CHAT | {"document": "there is no document in the request"},
    ),
    "sendMediaGroup": Method(
        {**_without(_SENDING, "suggested_post_parameters", "reply_markup"), "media": array},
        _CHAT | {"media": "there are no messages to send"},
    ),
    "copyMessage": Method(
        {
            **_without(_SENDING, "business_connection_id"),
            **CAPTION,
            "from_chat_id": chat,
            "message_id": integer,
            "video_start_timestamp": integer,
            "show_caption_above_media": boolean,
        },
        _MESSAGE | {"from_chat_id": "chat_id is empty"},
    ),
    "editMessageText": Method(
        {**_EDITING, "text": string, "parse_mode": string, "entities": array, "link_preview_options": obj},
        {"text": "message text is empty"},
    ),
    "editMessageCaption": Method({**_EDITING, **CAPTION, "show_caption_above_media": boolean}, {}),
    "editMessageReplyMarkup": Method(_EDITING, {}),
    "editMessageMedia": Method({**_EDITING, "media": obj}, {"media": "media is empty"}),
    "deleteMessage": Method({"chat_id": chat, "message_id": integer}, _MESSAGE),
    "deleteMessages": Method(
        {"chat_id": chat, "message_ids": integers},
        _CHAT | {"message_ids": "message identifiers are not specified"},
    ),
    "answerCallbackQuery": Method(
        {
            "callback_query_id": string,
            "text": string,
            "show_alert": boolean,
            "url": string,
            "cache_time": integer,
        },
        {"callback_query_id": "query is too old and response timeout expired or query ID is invalid"},
    ),
    "setMyCommands": Method({"commands": array, **_SCOPE}, {"commands": "can't parse commands JSON object"}),
    "getMyCommands": Method(_SCOPE, {}),
    "deleteMyCommands": Method(_SCOPE, {}),
    "setMyName": Method({"name": string, **_LANGUAGE}, {}),
    "getMyName": Method(_LANGUAGE, {}),
    "setMyDescription": Method({"description": string, **_LANGUAGE}, {}),
    "getMyDescription": Method(_LANGUAGE, {}),
    "setMyShortDescription": Method({"short_description": string, **_LANGUAGE}, {}),
    "getMyShortDescription": Method(_LANGUAGE, {}),
    "setChatMenuButton": Method({"chat_id": integer, "menu_button": obj}, {}),
    "getChatMenuButton": Method({"chat_id": integer}, {}),
    "getFile": Method({"file_id": string}, {"file_id": "invalid file_id"}),
    "getChat": Method({"chat_id": chat}, _CHAT),
    "getChatMember": Method(
        {"chat_id": chat, "user_id": integer}, _CHAT | {"user_id": "invalid user_id specified"}
    ),
    "sendChatAction": Method(
        {"chat_id": chat, "action": string, "message_thread_id": integer, "business_connection_id": string},
        _CHAT | {"action": "wrong parameter action in request"},
    ),
    "leaveChat": Method({"chat_id": chat}, _CHAT),
}


def checked(name: str, raw: Mapping[str, Any]) -> Params:
    """The parameters of a call with their types, or ApiError: 404 for a method, 400 for a parameter."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError(404, "Not Found: method not found")
    params: Params = {}
    for parameter, value in raw.items():
        check = method.parameters.get(parameter)
        if check is None:
            raise bad_request(f'{name} has no parameter "{parameter}" (the local server is strict about it)')
        if value is not None:
            params[parameter] = check(parameter, value)
    for parameter, message in method.required.items():
        if parameter not in params:
            raise bad_request(message)
    return params
