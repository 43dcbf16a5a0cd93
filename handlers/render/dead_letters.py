"""Messages that Telegram refused, as the regia sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import Resend
from handlers.render.common import MISREAD_LENGTH, column, lines, renders
from handlers.render.message import Message, compose, shorten
from handlers.render.typing_words import argument_word
from participation.notices import DeadLetterGroup, DeadLetters, DeadLettersRevived

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event

REASON_LENGTH: Final = 120
"""UTF-16 units of a reason that are shown."""


def dead_letters(notice: DeadLetters, _event: Event, words: Translator) -> tuple[Message, ...]:
    """How many, a line for each kind and reason, and how to have them go out once more."""
    misread = (
        words.text("dead.misread", misread=shorten(notice.misread, MISREAD_LENGTH))
        if notice.misread
        else None
    )
    if not notice.groups:
        return compose((misread, words.text("dead.none")))
    return compose(
        (
            misread,
            words.text("dead.title", n=sum(group.count for group in notice.groups)),
            lines(_line(group, words) for group in notice.groups),
            words.text("dead.how", word=argument_word(words, "resend")),
        ),
        column(((words.plain("dead.button"), Resend()),)),
    )


def dead_letter_group(notice: DeadLetterGroup, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One line of it alone."""
    return compose((_line(notice, words),))


def _line(group: DeadLetterGroup, words: Translator) -> Html:
    key = f"dead.kind.{group.kind}"
    return words.text(
        "dead.line",
        kind=words.plain(key if words.has(key) else "dead.kind.other"),
        count=group.count,
        reason=shorten(group.reason, REASON_LENGTH),
    )


def dead_letters_revived(notice: DeadLettersRevived, _event: Event, words: Translator) -> tuple[Message, ...]:
    """How many go out again."""
    return compose(
        (words.text("dead.revived", n=notice.count) if notice.count else words.text("dead.revived.none"),)
    )


RENDERERS: Final = (
    renders(DeadLetters, dead_letters),
    renders(DeadLetterGroup, dead_letter_group),
    renders(DeadLettersRevived, dead_letters_revived),
)
