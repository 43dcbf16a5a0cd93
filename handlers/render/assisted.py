"""Ballots that the table fills in for somebody, as that person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.render.common import lines, numbered_lines, renders, table_name
from handlers.render.message import Message, compose
from participation.notices import BallotAssisted, PersonalCode

if TYPE_CHECKING:
    from locales.translator import Translator
    from participation.event import Event


def personal_code(notice: PersonalCode, event: Event, words: Translator) -> tuple[Message, ...]:
    """The code, whom to show it to, and what they can do with it."""
    return compose(
        (
            words.text("code.yours", code=notice.code),
            words.text("code.how", table=table_name(event, notice.table, words)),
            words.text("code.care"),
        )
    )


def ballot_assisted(notice: BallotAssisted, event: Event, words: Translator) -> tuple[Message, ...]:
    """What the table entered, and that it can be changed."""
    if not notice.dots:
        return compose((words.text("assisted.removed"),))
    return compose(
        (
            lines((words.text("assisted.entered"), *numbered_lines(event, notice.dots, words))),
            words.text("assisted.then"),
        )
    )


RENDERERS: Final = (renders(PersonalCode, personal_code), renders(BallotAssisted, ballot_assisted))
