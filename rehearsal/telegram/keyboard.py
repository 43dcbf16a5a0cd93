"""Checks of reply_markup, field by field."""

import re
from typing import Any

from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.markup import checked_link, units

MAX_BUTTONS = 100
MAX_ROW = 8
MAX_DATA = 64

_ACTIONS: dict[str, type[Any]] = {
    "url": str,
    "callback_data": str,
    "web_app": dict,
    "login_url": dict,
    "switch_inline_query": str,
    "switch_inline_query_current_chat": str,
    "switch_inline_query_chosen_chat": dict,
    "copy_text": dict,
    "callback_game": dict,
    "pay": bool,
}
INLINE_BUTTON_FIELDS = {"text", "icon_custom_emoji_id", "style", *_ACTIONS}
REPLY_BUTTON_FIELDS = {
    "text",
    "icon_custom_emoji_id",
    "style",
    "request_users",
    "request_chat",
    "request_contact",
    "request_location",
    "request_managed_bot",
    "request_poll",
    "web_app",
}
MARKUP_FIELDS = {
    "inline_keyboard": {"inline_keyboard"},
    "keyboard": {
        "keyboard",
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
    },
    "remove_keyboard": {"remove_keyboard", "selective"},
    "force_reply": {"force_reply", "input_field_placeholder", "selective"},
}
_MAX_PLACEHOLDER = 64
_DOMAIN_OR_TG = re.compile(r"tg://\S+")


def checked_markup(markup: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """(inline keyboard, other markup); at most one is not None. An empty inline keyboard is none at all.

    ApiError 400 for everything Telegram refuses, for unknown fields, and for rows of more than 8 buttons.
    """
    if not markup:
        return None, None
    kinds = [kind for kind in MARKUP_FIELDS if kind in markup]
    if len(kinds) != 1:
        raise bad_request("object expected as reply markup")
    kind = kinds[0]
    if unknown := set(markup) - MARKUP_FIELDS[kind]:
        raise bad_request(f'can\'t parse reply keyboard markup JSON object: unknown field "{min(unknown)}"')
    placeholder = markup.get("input_field_placeholder", "")
    if not isinstance(placeholder, str) or units(placeholder) > _MAX_PLACEHOLDER:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_TOO_LONG")
    if kind in {"inline_keyboard", "keyboard"}:
        rows = _rows(markup[kind], inline=kind == "inline_keyboard")
        if kind == "inline_keyboard":
            return ({"inline_keyboard": rows} if rows else None), None
        if not rows:
            raise bad_request("REPLY_MARKUP_INVALID")
        return None, {**markup, "keyboard": rows}
    if markup[kind] is not True:
        raise bad_request("object expected as reply markup")
    return None, markup


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The inline keyboard, for edits and channels, which take no other."""
    inline, other = checked_markup(markup)
    if other is not None:
        raise bad_request("inline keyboard expected")
    return inline


def _rows(rows: Any, *, inline: bool) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays' if inline else _ROWS)
    kept = [[_inline_button(b) if inline else _reply_button(b) for b in row] for row in rows if row]
    if any(len(row) > MAX_ROW for row in kept) or sum(map(len, kept)) > (
        MAX_BUTTONS if inline else 3 * MAX_BUTTONS
    ):
        raise bad_request("reply markup is too long")
    return kept


_ROWS = 'field "keyboard" must be an Array of Arrays'


def _inline_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not button.keys() <= INLINE_BUTTON_FIELDS:
        unknown = min(button.keys() - INLINE_BUTTON_FIELDS)
        raise bad_request(f'can\'t parse inline keyboard button: unknown field "{unknown}"')
    _check_text(button.get("text"), "inline keyboard button")
    actions = [name for name in button if name in _ACTIONS]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one of the optional fields must be used"
        )
    action = actions[0]
    value = button[action]
    if not isinstance(value, _ACTIONS[action]):
        raise bad_request(f'can\'t parse inline keyboard button: Field "{action}" must be of another type')
    if action == "callback_data" and not 1 <= len(value.encode()) <= MAX_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url" and checked_link(value) is None and not _DOMAIN_OR_TG.fullmatch(value):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    return button


def _reply_button(button: Any) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if unknown := set(button) - REPLY_BUTTON_FIELDS:
        raise bad_request(f'can\'t parse keyboard button: unknown field "{min(unknown)}"')
    _check_text(button.get("text"), "keyboard button")
    return button


def _check_text(text: Any, what: str) -> None:
    if not isinstance(text, str):
        raise bad_request(f'can\'t parse {what}: Field "text" must be of type String')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
