"""What a message is before it is Telegram's: its text, its buttons; and how long texts are cut up."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.callback_data import Press, encode
from locales.translator import Html

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT_LIMIT: Final = 4096
"""UTF-16 units that Telegram takes as the text of one message."""

TOAST_LIMIT: Final = 200
"""Characters that Telegram shows as the answer to a press."""

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Button:
    """A button under a message: either it presses something of ours or it opens an address."""

    text: str
    press: Press | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` unless exactly one of `press` and `url` is given, and there is a text."""
        if (self.press is None) == (self.url is None):
            message = "a button either presses something or opens an address"
            raise ValueError(message)
        if not self.text.strip():
            message = "a button without a text cannot be found by anybody"
            raise ValueError(message)


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons, from above; () is no keyboard at all."""


@dataclass(frozen=True)
class Message:
    """One message: HTML of at most `TEXT_LIMIT` units, its keyboard, and whether links are previewed."""

    text: Html
    keyboard: Keyboard = ()
    preview: bool = False


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Telegram's form of a keyboard; None when there are no buttons."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.text,
                    callback_data=None if button.press is None else encode(button.press),
                    url=button.url,
                )
                for button in row
            ]
            for row in keyboard
        ]
    )


def compose(
    paragraphs: Iterable[Html | None], keyboard: Keyboard = (), *, preview: bool = False
) -> tuple[Message, ...]:
    """Paragraphs as one message, or as several where one cannot hold them; the last one has the keyboard.

    None and empty paragraphs are left out. Cuts are made between paragraphs; a paragraph that is too long by
    itself is cut between its lines, and a line that is too long loses its markup and is cut between words.
    """
    texts: list[str] = []
    for piece, glue in _pieces(paragraphs):
        if texts and units(texts[-1]) + units(glue) + units(piece) <= TEXT_LIMIT:
            texts[-1] += glue + piece
        else:
            texts.append(piece)
    if not texts:
        error = "a message without a text"
        raise ValueError(error)
    *first, last = texts
    return (
        *(Message(Html(text), preview=preview) for text in first),
        Message(Html(last), keyboard, preview),
    )


def units(text: str) -> int:
    """The length of a text in UTF-16 units, as Telegram counts (before its tags are taken out)."""
    return len(text.encode("utf-16-le")) // 2


def stripped(text: Html) -> str:
    """HTML of ours as the plain text that a reader sees."""
    return html.unescape(_TAG.sub("", text))


def shorten(text: str, most: int) -> str:
    """Plain text of at most `most` UTF-16 units on one line; an ellipsis says that something is left out."""
    line = " ".join(text.split())
    if units(line) <= most:
        return line
    while units(line) > most - 1:
        line = line[: -max(1, (units(line) - most) // 2)]
    return line.rstrip(" ,;:.") + "…"


def _pieces(paragraphs: Iterable[Html | None]) -> Iterable[tuple[str, str]]:
    """Pieces that fit in a message each, with what joins them to the piece before."""
    for given in paragraphs:
        paragraph = (given or "").strip()
        if not paragraph:
            continue
        if units(paragraph) <= TEXT_LIMIT:
            yield paragraph, "\n\n"
            continue
        glue = "\n\n"
        for line in paragraph.split("\n"):
            if units(line) <= TEXT_LIMIT:
                yield line, glue
                glue = "\n"
                continue
            for run in _runs(stripped(Html(line))):
                yield run, glue
                glue = " "
            glue = "\n"


def _runs(line: str) -> Iterable[str]:
    """A long plain line as escaped runs of whole words that fit in a message each."""
    run = ""
    for word in line.split():
        for start in range(0, len(word), TEXT_LIMIT // 8):
            # An escaped character takes up to five units, one outside the basic plane two.
            part = html.escape(word[start : start + TEXT_LIMIT // 8], quote=False)
            candidate = f"{run} {part}" if run and not start else run + part
            if units(candidate) > TEXT_LIMIT:
                yield run
                candidate = part
            run = candidate
    if run:
        yield run
