"""Which renderer makes the messages of which notice, and the short answer to a press."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from handlers.render import (
    assisted,
    ballot,
    contributions,
    counted,
    dead_letters,
    dots,
    facilitator,
    gathering,
    information,
    joining,
    notes,
    own,
    paper,
    phases,
    priorities,
    prompts,
    questions,
    regia,
    restitution,
    roles,
    seats,
    suggestions,
    syntheses,
    themes,
    ties,
    time,
)
from handlers.render.message import TOAST_LIMIT, Message, shorten, stripped
from locales.translator import Html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.render.common import Renderer
    from locales.translator import Translator
    from participation.event import Event
    from participation.notices import Notice

_TOPICS = (
    joining,
    information,
    dots,
    ballot,
    phases,
    priorities,
    questions,
    contributions,
    own,
    facilitator,
    regia,
    dead_letters,
    ties,
    paper,
    notes,
    assisted,
    counted,
    time,
    prompts,
    roles,
    seats,
    themes,
    restitution,
    suggestions,
    gathering,
    syntheses,
)
_RENDERERS: Mapping[type[Notice], Renderer] = dict(chain.from_iterable(topic.RENDERERS for topic in _TOPICS))


def render(notice: Notice, event: Event, words: Translator) -> tuple[Message, ...]:
    """The messages that tell a person this, in the language of `words`: one, or more where one is too short.

    Only the last of several has the keyboard, but for lists where each has its own. Screens that are edited
    in place (ballot, dashboard, priorities) are always one. Raises `KeyError` for a notice that names a
    code the event does not have.
    """
    return _RENDERERS[type(notice)](notice, event, words)


def toast(notice: Notice, event: Event, words: Translator) -> str:
    """The answer to a press: plain text of at most 200 characters. All of it is in the message, too."""
    text = dots.in_short(notice, words)
    if text is None:
        first, *_ = render(notice, event, words)[0].text.split("\n\n", 1)
        text = stripped(Html(first))
    return shorten(text, TOAST_LIMIT)
