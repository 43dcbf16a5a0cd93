"""Messages as JSON for the page: plain text and entities, never markup, so that nothing can break out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.telegram.files import image_size

if TYPE_CHECKING:
    from rehearsal.telegram import Button, SentMessage

EXTRA_KINDS = (
    *("sticker", "voice", "audio", "video", "video_note", "animation"),
    *("location", "contact", "dice", "poll"),
)


def message(chat: int, shown: SentMessage) -> dict[str, Any]:
    """A message: text (or caption) and its entities, with offsets in UTF-16 code units as in JavaScript."""
    body: dict[str, Any] = {
        "id": shown.id,
        "bot": shown.from_bot,
        "at": shown.date,
        "text": shown.shown,
        "entities": shown.entities,
        "rows": [[_button(button) for button in row] for row in shown.keyboard],
        "edits": shown.edits,
        "reply_to": shown.reply_to,
        "editable": not shown.from_bot and shown.text is not None,
    }
    if shown.photo is not None:
        # An edit may bring another picture under the same number, so the address changes with it.
        width, height = image_size(shown.photo) or (0, 0)
        url = f"/web/file/{chat}/{shown.id}?edit={shown.edits}"
        body["photo"] = {"url": url, "width": width, "height": height}
    if shown.document is not None:
        url = f"/web/file/{chat}/{shown.id}?edit={shown.edits}"
        body["document"] = {"url": url, "name": shown.document.name, "bytes": len(shown.document.data)}
    if (kind := next((kind for kind in EXTRA_KINDS if kind in shown.extra), None)) is not None:
        body["kind"] = kind
    return body


def _button(button: Button) -> dict[str, str]:
    body = {"text": button.text}
    if button.callback_data is not None:
        body["data"] = button.callback_data
    if button.url is not None:
        body["url"] = button.url
    return body
