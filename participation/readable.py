"""Whether a text has anything that somebody can see, and the plan action that it may begin with."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from participation.event import Event

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Unicode's categories of what shows nothing by itself: blanks, controls, zero-width marks."""

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category, that are drawn as nothing."""

_CODED = re.compile(r"(\d{1,2}\.\d{1,2}\.\d{1,2})(?!\.?\d)[\s:,;.)–—-]*")


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(sign in _BLANK_LETTERS or unicodedata.category(sign) in _UNSEEN for sign in text)


def action_in(text: str, event: Event, strategy: str | None) -> tuple[str | None, str, str | None]:
    """The plan action of a strategy that a text begins with, the rest of the text, and a code that is none.

    Of a strategy without actions, or with nothing behind the code, the text stays as it is.
    """
    coded = _CODED.match(text.lstrip())
    if coded is None or strategy is None or not event.strategy(strategy).actions:
        return None, text, None
    code, rest = coded[1], text.lstrip()[coded.end() :]
    if code not in {action.code for action in event.strategy(strategy).actions}:
        return None, text, code
    return (None, text, None) if is_blank(rest) else (code, rest, None)


def lone_action(text: str, event: Event) -> tuple[str, str] | None:
    """The strategy and the action of a text that is an action's code and nothing else."""
    coded = _CODED.fullmatch(text.strip())
    for strategy in event.strategies if coded is not None else ():
        if coded is not None and coded[1] in {action.code for action in strategy.actions}:
            return strategy.code, coded[1]
    return None
