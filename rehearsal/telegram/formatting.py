"""From what a bot or a person writes to what is shown: plain text with entities, tidied."""

import html
import re
from itertools import pairwise
from typing import Any

from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.markup import Entity, parse, units

MAX_TEXT = 4096
MAX_CAPTION = 1024

_CONTROL = {code: " " for code in range(32) if code != ord("\n")}
_FOUND_IN_TEXT = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)])"
    r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{2,31})(?!\w)"
    r"|(?<![\w#])(?P<hashtag>#(?=\w*[^\W\d])\w{1,256})"
)
_PLAIN_ONLY = {"code", "pre", "text_link", "text_mention", "custom_emoji"}
_FIELDS = {"type", "offset", "length"}
_FIELDS_OF = {
    "text_link": {"url"},
    "text_mention": {"user"},
    "pre": {"language"},
    "custom_emoji": {"custom_emoji_id"},
    "date_time": {"unix_time", "date_time_format"},
}
_NEEDED: dict[str, tuple[str, type]] = {
    "text_link": ("url", str),
    "text_mention": ("user", dict),
    "custom_emoji": ("custom_emoji_id", str),
}
_PLAIN_TYPES = {"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote"}
ENTITY_TYPES = (
    _PLAIN_TYPES
    | set(_FIELDS_OF)
    | {
        "expandable_blockquote",
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
    }
)


def formatted(text: str, parse_mode: str | None, entities: list[Any] | None) -> tuple[str, list[Entity]]:
    """What is shown of a bot's text: plain text, tidied, and its entities; or ApiError 400."""
    mode = (parse_mode or "").lower()
    text = text.replace("\r", "")
    if mode == "html":
        shown, found = parse(text)
    elif mode in {"", "none"}:
        shown, found = text, _checked_entities(text, entities or [])
    elif mode in {"markdown", "markdownv2"}:
        raise bad_request("this local server speaks HTML only: no Markdown here")
    else:
        raise bad_request("unsupported parse_mode")
    shown, found = _tidy(shown, found)
    return shown, _with_found(shown, found)


def message_text(text: str, parse_mode: str | None, entities: list[Any] | None) -> tuple[str, list[Entity]]:
    """`formatted`, and neither empty nor over 4,096 UTF-16 code units."""
    if not text:
        raise bad_request("message text is empty")
    shown, found = formatted(text, parse_mode, entities)
    if not shown:
        raise bad_request("text must be non-empty")
    if units(shown) > MAX_TEXT:
        raise bad_request("message is too long")
    return shown, found


def caption_text(
    text: str | None, parse_mode: str | None, entities: list[Any] | None
) -> tuple[str, list[Entity]]:
    """`formatted`, empty for None, and not over 1,024 UTF-16 code units."""
    shown, found = formatted(text or "", parse_mode, entities)
    if units(shown) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return shown, found


def typed_text(text: str) -> tuple[str, list[Entity]]:
    """What a person typed, as their client sends it."""
    shown, _ = _tidy(text.encode("utf-8", "replace").decode().replace("\r", ""), [])
    return shown, _with_found(shown, [])


def to_html(text: str, entities: list[Entity]) -> str:
    """The text with its entities as HTML a page can show; everything else is escaped."""
    if not entities:
        return html.escape(text)
    data = text.encode("utf-16-le", "surrogatepass")
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    cuts = {0, len(data) // 2}
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"])):
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        before, after = _tags(entity)
        opening.setdefault(begin, []).append(before)
        closing.setdefault(end, []).insert(0, after)
        cuts |= {begin, end}
    pieces: list[str] = []
    for begin, end in pairwise(sorted(cuts)):
        pieces += closing.get(begin, [])
        pieces += opening.get(begin, [])
        pieces.append(html.escape(data[2 * begin : 2 * end].decode("utf-16-le", "surrogatepass")))
    pieces += closing.get(max(cuts), [])
    return "".join(pieces)


def _tags(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    simple = {
        "bold": "b",
        "italic": "i",
        "underline": "u",
        "strikethrough": "s",
        "code": "code",
        "pre": "pre",
    }
    if kind in simple:
        return f"<{simple[kind]}>", f"</{simple[kind]}>"
    if kind == "text_link":
        return f'<a href="{html.escape(entity["url"])}">', "</a>"
    if kind == "spoiler":
        return '<span class="tg-spoiler">', "</span>"
    if kind in {"blockquote", "expandable_blockquote"}:
        return "<blockquote>", "</blockquote>"
    return "", ""


def _tidy(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Control characters become spaces, the ends are trimmed, entities follow."""
    if not text.isprintable():
        text = text.translate(_CONTROL)
    kept = text.rstrip()
    cut = len(kept) - len(kept.lstrip())
    kept = kept[cut:]
    if len(kept) == len(text):
        return text, entities
    end = units(kept)
    moved = []
    for entity in entities:
        begin = max(0, entity["offset"] - cut)
        finish = min(end, entity["offset"] + entity["length"] - cut)
        if finish > begin:
            moved.append(entity | {"offset": begin, "length": finish - begin})
    return kept, moved


def _with_found(text: str, entities: list[Entity]) -> list[Entity]:
    """The entities plus what Telegram finds by itself: commands, links, addresses, mentions, hashtags."""
    if not any(mark in text for mark in "/@#"):
        return entities
    closed = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _PLAIN_ONLY]
    found = []
    for match in _FOUND_IN_TEXT.finditer(text):
        begin = units(text[: match.start()])
        length = units(match[0])
        if not any(begin < end and start < begin + length for start, end in closed):
            found.append({"type": match.lastgroup, "offset": begin, "length": length})
    if not found:
        return entities
    return sorted(entities + found, key=lambda e: (e["offset"], -e["length"]))


def _checked_entities(text: str, entities: list[Any]) -> list[Entity]:
    end = units(text)
    checked: list[Entity] = []
    for entity in entities:
        if not isinstance(entity, dict):
            raise bad_request("can't parse MessageEntity: expected an Object")
        kind, offset, length = (entity.get(key) for key in ("type", "offset", "length"))
        if not isinstance(kind, str) or kind not in ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        allowed = _FIELDS | _FIELDS_OF.get(kind, set())
        if unknown := set(entity) - allowed:
            raise bad_request(f'can\'t parse MessageEntity: unknown field "{min(unknown)}"')
        if not isinstance(offset, int) or not isinstance(length, int) or isinstance(offset, bool):
            raise bad_request('can\'t parse MessageEntity: Field "offset" must be of type Number')
        if offset < 0 or length <= 0 or offset + length > end:
            raise bad_request("can't parse MessageEntity: the entity is outside of the text")
        if kind in _NEEDED and not isinstance(entity.get(_NEEDED[kind][0]), _NEEDED[kind][1]):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{_NEEDED[kind][0]}\"")
        checked.append(dict(entity))
    return sorted(checked, key=lambda e: (e["offset"], -e["length"]))
