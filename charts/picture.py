"""What a chart gives: a picture and a caption that says in words what the picture shows.

A caption is Telegram HTML of at most 1,024 UTF-16 units after its entities are read. Captions are written
with as much detail as fits: whole items are left out and counted, nothing is cut inside a tag or a number.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING, Protocol, TypeVar

from babel.numbers import format_decimal, format_percent

from locales.translator import Html

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from locales.translator import Translator
    from participation.event import Event

CAPTION = 1024
"""The units of UTF-16 that Telegram lets a caption have."""
PHOTO_SIDES = 10_000
"""The pixels that width and height of a photo may have together."""

_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")
_PIECE = re.compile(r"<[^>]*>|&#?\w+;|\s+|[^<&\s]+|[<&]")
_ELLIPSIS = "…"
Aggregate_contra = TypeVar("Aggregate_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, the caption that says its figures in words, and a file name ("heatmap-20231205-1025.png")."""

    png: bytes
    caption: Html
    name: str

    @property
    def is_photo(self) -> bool:
        """Whether Telegram takes it as a photo; only events far larger than a city's have to go as files."""
        # The size stands at the beginning of every PNG file.
        width, height = struct.unpack(">II", self.png[16:24])
        return bool(width + height <= PHOTO_SIDES)

    @property
    def alt(self) -> str:
        """The caption as plain text, for documents that describe their pictures."""
        return unescape(_TAG.sub("", self.caption))


class Draw(Protocol[Aggregate_contra]):
    """What every chart's `draw` looks like. It may run in a worker thread."""

    def __call__(self, aggregate: Aggregate_contra, event: Event, words: Translator) -> Picture:
        """Draw the figures of an aggregate of this event, in the language of `words`.

        Codes that the event does not have are no error: strategies are left out, others stand as they are.
        """
        ...


def number(words: Translator, value: int) -> str:
    """A whole number as the language writes it: "1.234"."""
    return format_decimal(value, locale=words.language)


def decimal(words: Translator, value: float) -> str:
    """A number with at most one decimal place as the language writes it: "2,5"."""
    return format_decimal(value, format="#,##0.#", locale=words.language)


def percent(words: Translator, part: int, whole: int) -> str:
    """A share in whole percent as the language writes it; "100%" only of all, "0%" of nothing."""
    share = part / whole if whole else 0.0
    return format_percent(min(share, 0.99) if part < whole else share, locale=words.language)


def counted(words: Translator, key: str, value: int, **values: object) -> Html:
    """The text of `key` for a number: `n` chooses its form, `number` is how it is written."""
    return words.text(key, n=value, number=number(words, value), **values)


def plain_counted(words: Translator, key: str, value: int, **values: object) -> str:
    """The plain text of `key` for a number, for the picture."""
    return words.plain(key, n=value, number=number(words, value), **values)


def file_name(kind: str, event: Event, at: datetime) -> str:
    """The name of a picture's file: what it shows and the moment of its figures in the event's zone."""
    return f"{kind}-{at.astimezone(event.zone_info):%Y%m%d-%H%M}.png"


def visible_length(text: str) -> int:
    """How long HTML is for Telegram: UTF-16 units without tags, entities read."""
    return len(unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def longest(
    compose: Callable[[int], Html],
    most: int,
    *,
    briefer: Callable[[int], Html] | None = None,
    limit: int = CAPTION,
) -> Html:
    """The caption with as many items as fit: `compose(k)` writes it with k of them, from `most` down to 0.

    When all of them do not fit and there is a `briefer` way to say each, that one is taken.
    """
    caption = compose(most)
    if briefer is not None and visible_length(caption) > limit:
        return longest(briefer, most, limit=limit)
    for items in range(most - 1, -1, -1):
        if visible_length(caption) <= limit:
            break
        caption = compose(items)
    return clipped(caption, limit)


def clipped(text: Html, limit: int = CAPTION) -> Html:
    """HTML of at most `limit` visible units: cut between two words, with "…" and all open tags closed."""
    if visible_length(text) <= limit:
        return text
    kept: list[str] = []
    opened: list[str] = []
    used = len(_ELLIPSIS)
    for match in _PIECE.finditer(text):
        piece = match[0]
        tag = _TAG.fullmatch(piece)
        if tag:
            kept.append(piece)
            if tag[1]:
                opened.pop()
            else:
                opened.append(tag[2])
            continue
        used += visible_length(piece)
        if used > limit:
            break
        kept.append(piece)
    closing = "".join(f"</{name}>" for name in reversed(opened))
    return Html("".join(kept).rstrip() + _ELLIPSIS + closing)


def lines(pieces: Sequence[str]) -> Html:
    """Pieces of a caption, one a line; empty ones are left out."""
    return Html(
        "\n".join(
            piece if isinstance(piece, Html) else escape(piece, quote=False) for piece in pieces if piece
        )
    )


def sentences(*pieces: str) -> Html:
    """Sentences of a caption one after the other; empty ones are left out."""
    return Html(
        " ".join(
            piece if isinstance(piece, Html) else escape(piece, quote=False) for piece in pieces if piece
        )
    )
