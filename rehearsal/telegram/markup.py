"""Telegram's HTML: text with tags in, plain text and entities out. Errors as the real parser words them."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rehearsal.telegram.errors import ApiError, bad_request

Entity = dict[str, Any]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_SPECIAL = re.compile(r"[<&]")
_NAME = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"\s*")
_ATTRIBUTE = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]{1,6})|#(?P<dec>[0-9]{1,7})|(?P<name>[A-Za-z]+))?;?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_USER_LINK = re.compile(r"tg://user\?id=(\d+)")
_BARE_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+([/?#:]\S*)?")
_MAX_CODE_POINT = 0x10FFFF


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_link(url: str) -> str | None:
    """The URL as Telegram would store it, or None when it would drop the link."""
    url = url.strip()
    if _BARE_DOMAIN.fullmatch(url):
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme in {"http", "https"} and parts.hostname and "." in parts.hostname:
        return url if parts.path or parts.query else f"{url}/"
    if parts.scheme in {"http", "https"} and parts.hostname == "localhost":
        return None
    return url if parts.scheme in {"tg", "ton"} and (parts.netloc or parts.path) else None


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    piece: int


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.pieces: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        source = self.source
        while (found := _SPECIAL.search(source, self.position)) is not None:
            start = found.start()
            self._text(source[self.position : start])
            if source[start] == "&":
                character, self.position = self._reference(start)
                self._text(character)
            elif source.startswith("</", start):
                self._end_tag(start)
            else:
                self._start_tag(start)
        self._text(source[self.position :])
        if self.open:
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.pieces), sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))

    def _text(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.length += units(text)

    def _at(self, position: int) -> str:
        return f"at byte offset {len(self.source[:position].encode('utf-8', 'surrogatepass'))}"

    def _reference(self, start: int) -> tuple[str, int]:
        found = _REFERENCE.match(self.source, start)
        assert found is not None
        if found["name"] is not None:
            if (character := _NAMED.get(found["name"])) is not None:
                return character, found.end()
        elif found["hex"] is not None or found["dec"] is not None:
            code = int(found["hex"], 16) if found["hex"] is not None else int(found["dec"])
            if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates
                raise _cannot(
                    "Text contains invalid Unicode characters after decoding HTML entities,"
                    " check for unmatched surrogate code units"
                )
            if 0 < code < _MAX_CODE_POINT:
                return chr(code), found.end()
        # The real parser leaves these as they are; here they mean that somebody forgot to escape.
        raise _cannot(f'Unsupported HTML entity "{found[0]}" {self._at(start)}')

    def _start_tag(self, start: int) -> None:
        source = self.source
        name = _name_at(source, start + 1)
        position = start + 1 + len(name)
        if position >= len(source):
            raise _cannot(f"Unclosed start tag {self._at(start)}")
        tag = name.lower()
        if tag not in _TYPES:
            raise _cannot(f'Unsupported start tag "{tag}" {self._at(start)}')
        argument = ""
        while True:
            position = _skip_space(source, position)
            if position >= len(source):
                raise _cannot(f'Unclosed start tag "{tag}" {self._at(start)}')
            if source[position] == ">":
                break
            attribute, value, position = self._attribute(tag, start, position)
            argument = _argument(tag, attribute, value) or argument
        if tag == "span" and argument != "spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" {self._at(start)}')
        self.open.append(_Open(tag, argument, self.length, len(self.pieces)))
        self.position = position + 1

    def _attribute(self, tag: str, start: int, position: int) -> tuple[str, str, int]:
        source = self.source
        found = _ATTRIBUTE.match(source, position)
        attribute = found[0] if found is not None else ""
        if not attribute:
            raise _cannot(f'Empty attribute name in the tag "{tag}" {self._at(start)}')
        position = _skip_space(source, position + len(attribute))
        if position < len(source) and source[position] != "=":
            return attribute, "", position
        position = _skip_space(source, position + 1)
        if position >= len(source):
            raise _cannot(f'Unclosed start tag "{tag}" {self._at(start)}')
        quote = source[position]
        if quote not in {'"', "'"}:
            token = _TOKEN.match(source, position)
            value = token[0] if token is not None else ""
            end = position + len(value)
            if end >= len(source) or not (source[end].isspace() or source[end] == ">"):
                raise _cannot(f"Unexpected end of name token {self._at(position)}")
            return attribute, value.lower(), end
        end = source.find(quote, position + 1)
        if end < 0 or end + 1 >= len(source):
            raise _cannot(f"Unclosed start tag {self._at(start)}")
        return attribute, self._attribute_value(position + 1, end), end + 1

    def _attribute_value(self, position: int, end: int) -> str:
        # In an attribute the parser forgives a bare "&" (every second URL has one), and so do we.
        pieces: list[str] = []
        while position < end:
            if self.source[position] == "&":
                try:
                    character, position = self._reference(position)
                except ApiError:
                    character, position = "&", position + 1
                pieces.append(character)
            else:
                pieces.append(self.source[position])
                position += 1
        return "".join(pieces)

    def _end_tag(self, start: int) -> None:
        source = self.source
        if not self.open:
            raise _cannot(f"Unexpected end tag {self._at(start)}")
        name = _name_at(source, start + 2)
        position = _skip_space(source, start + 2 + len(name))
        if position >= len(source) or source[position] != ">":
            raise _cannot(f"Unclosed end tag {self._at(start)}")
        opened = self.open[-1]
        if name and name.lower() != opened.tag:
            raise _cannot(
                f'Unmatched end tag {self._at(start)}, expected "</{opened.tag}>", found "</{name.lower()}>"'
            )
        self.open.pop()
        self.position = position + 1
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _TYPES[opened.tag],
            "offset": opened.offset,
            "length": self.length - opened.offset,
        }
        if opened.tag == "a":
            url = opened.argument or "".join(self.pieces[opened.piece :])
            if (user := _USER_LINK.fullmatch(url)) is not None:
                entity |= {
                    "type": "text_mention",
                    "user": {"id": int(user[1]), "is_bot": False, "first_name": ""},
                }
            elif (link := checked_link(url)) is not None:
                entity["url"] = link
            else:
                return
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdecimal() or int(opened.argument) == 0:
                raise _cannot("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif opened.tag == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        elif opened.tag in {"pre", "code"} and self._merge_code(opened, entity):
            return
        self.entities.append(entity)

    def _merge_code(self, opened: _Open, entity: Entity) -> bool:
        """<pre><code class="language-x"> is one entity, whichever is outside."""
        last = self.entities[-1] if self.entities else None
        same = last is not None and all(last[key] == entity[key] for key in ("offset", "length"))
        if last is not None and same and {last["type"], entity["type"]} == {"pre", "code"}:
            language = opened.argument if opened.tag == "code" else last.get("language", "")
            if language:
                last |= {"type": "pre", "language": language}
                return True
        if opened.tag == "code" and opened.argument:
            entity["language"] = opened.argument  # dropped at the end unless a <pre> takes it over
        return False


def parse(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities (offsets and lengths in UTF-16 code units), or ApiError 400."""
    return _Parser(source).parse()


def _argument(tag: str, attribute: str, value: str) -> str:
    if (tag, attribute) in {("a", "href"), ("tg-emoji", "emoji-id")}:
        return value
    if (tag, attribute) == ("code", "class"):
        return value.removeprefix("language-") if value.startswith("language-") else ""
    if (tag, attribute) == ("span", "class"):
        return value.removeprefix("tg-") if value.startswith("tg-") else ""
    return "expandable" if (tag, attribute) == ("blockquote", "expandable") else ""


def _name_at(source: str, position: int) -> str:
    found = _NAME.match(source, position)
    return found[0] if found is not None else ""


def _skip_space(source: str, position: int) -> int:
    found = _SPACE.match(source, position)
    return found.end() if found is not None else position


def _cannot(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
