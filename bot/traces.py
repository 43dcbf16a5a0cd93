"""Traces without what people wrote: where it broke and of what kind, and no values.

The text of an exception often repeats what it choked on (a sentence somebody typed, an address with the
token), so only texts are kept of which we know what they say. Source lines are ours and may be shown.
"""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Final

from telegram.error import TelegramError

from storage.database import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from structlog.typing import ExcInfo

MOST_FRAMES: Final = 60
"""Frames of one exception that are shown: the first and the last half of them."""

DEEPEST: Final = 8
"""How far an exception is followed into its causes and into groups."""

_QUOTED = re.compile(r"([\"'`«]).*?(\"|'|`|»|$)", re.DOTALL)
_NUMBER = re.compile(r"-?\d{4,}")


def plain(text: str) -> str:
    """A text of a library without what it quotes, and without long numbers: ids, in what Telegram says."""
    return _NUMBER.sub("<number>", _QUOTED.sub("<quoted>", text.partition("\n")[0]))


def trace(error: BaseException) -> str:
    """The trace of an exception, its causes and the members of its group."""
    return "\n".join(_lines(error, 0, set()))


def of_exc_info(exc_info: ExcInfo) -> str:
    """The same for what `sys.exc_info()` gives."""
    _, error, _ = exc_info
    return trace(error)


def _lines(error: BaseException, depth: int, seen: set[int]) -> Iterator[str]:
    if depth > DEEPEST or id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__
    if before is None and not error.__suppress_context__:
        before = error.__context__
    if before is not None:
        yield from _lines(before, depth + 1, seen)
        yield "... which led to:"
    yield from _frames(error.__traceback__)
    said = _said(error)
    yield f"{type(error).__name__}: {said}" if said else type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        for number, member in enumerate(error.exceptions, start=1):
            yield f"... member {number} of the group:"
            yield from _lines(member, depth + 1, seen)


def _frames(since: TracebackType | None) -> Iterator[str]:
    frames = traceback.extract_tb(since)
    left_out = len(frames) - MOST_FRAMES
    for number, frame in enumerate(frames):
        if left_out <= 0 or not MOST_FRAMES // 2 <= number < MOST_FRAMES // 2 + left_out:
            yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line or ''}"
        elif number == MOST_FRAMES // 2:
            yield f"  ... {left_out} more"


def _said(error: BaseException) -> str:
    """The text of an exception, where we know what it can hold."""
    if isinstance(error, TelegramError):
        return plain(error.message)
    if isinstance(error, DatabaseError):
        return str(error)
    if type(error).__module__ == "sqlite3":
        # Names of our tables and columns, never a value.
        return plain(str(error))
    if isinstance(error, OSError):
        return error.strerror or ""
    return ""
