"""Logs without personal data and without the token, one JSON object a line.

Our own entries hold names of events, kinds, counts and times. What libraries, asyncio and Python itself say
may repeat what they were given, so of that only the fixed part is kept; of exceptions see `bot/traces.py`.
Over all of it lies a second wall: wherever the token still stands it is hidden.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from bot import traces

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType

    from structlog.typing import WrappedLogger

TELLING = 8
"""Characters from which on the secret half of a token is hidden wherever it stands alone."""

TROUBLE = ("warning", "error", "critical")
"""Levels that are counted."""

log = structlog.get_logger(__name__)


class Trouble:
    """How often what went wrong was logged, by level and name of the event."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, level: str, event: str) -> None:
        """One entry."""
        if level in TROUBLE:
            self.counts[level, event] += 1

    def __call__(
        self, _logger: WrappedLogger, _method: str, entry: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Count an entry of ours on its way."""
        self.count(str(entry.get("level")), str(entry.get("event")))
        return entry


def configure(token: str) -> Trouble:
    """Log to standard error, and count trouble in what is returned.

    Libraries speak from WARNING on, for below they log addresses with the token.
    """
    hide = _Hide(token)
    trouble = Trouble()
    handler = _Handler(trouble)
    handler.setFormatter(_Formatter(hide))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # It warns of every look that is left out because the one before is still at work, as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            trouble,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _plain_error,
            structlog.processors.ExceptionRenderer(traces.of_exc_info),
            structlog.processors.JSONRenderer(),
            hide,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _catch_what_python_prints()
    return trouble


def _plain_error(
    _logger: WrappedLogger, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # What Telegram answered may quote a piece of the message it refused.
    if isinstance(entry.get("error"), str):
        entry["error"] = traces.plain(entry["error"])
    return entry


class _Hide:
    """Replaces the token wherever it might stand: a second wall, after not logging it."""

    def __init__(self, token: str) -> None:
        secret = token.partition(":")[2]
        self._secrets = (token, secret) if len(secret) >= TELLING else (token,)

    def __call__(self, _logger: WrappedLogger, _method: str, line: Any) -> str:
        return self.hidden(str(line))

    def hidden(self, line: str) -> str:
        """The text without the token."""
        for secret in self._secrets:
            line = line.replace(secret, "<token>")
        return line


class _Handler(logging.StreamHandler[TextIO]):
    """Counts what libraries say, and never prints the values of a record that it cannot write."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(sys.stderr)
        self._trouble = trouble

    def emit(self, record: logging.LogRecord) -> None:
        self._trouble.count(record.levelname.lower(), f"library:{record.name.partition('.')[0]}")
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        # The standard one prints the values that the record was given.
        log.error("record_not_written", library=record.name)


class _Formatter(logging.Formatter):
    """A library's record: its fixed words, without the values put into them, and a trace without values.

    Telegram's library puts whole updates into what it says of errors, asyncio tasks with their results.
    """

    def __init__(self, hide: _Hide) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name} {_fixed_words(record)}"
        if record.exc_info and record.exc_info[1] is not None:
            line = f"{line}\n{traces.trace(record.exc_info[1])}"
        return self._hide.hidden(line)


def _fixed_words(record: logging.LogRecord) -> str:
    """What a library says before it comes to values.

    What it puts in by itself, before logging gets it, comes behind a bracket or a quotation mark, or on
    another line: "Exception in callback f(<Update ...>)".
    """
    words, *_ = str(record.msg).splitlines() or [""]
    for sign in ("(", "<", "{", "[", "'", '"'):
        words = words.partition(sign)[0]
    return traces.plain(words).strip()


def _catch_what_python_prints() -> None:
    """What Python prints by itself becomes entries without values: warnings, and what nobody caught."""

    def warned(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        log.warning("python_warning", category=category.__name__, at=f"{Path(filename).name}:{lineno}")

    def uncaught(
        kind: type[BaseException], error: BaseException | None, found: TracebackType | None, where: str
    ) -> None:
        exc_info = None if error is None else (kind, error, found)
        log.critical("uncaught", where=where, error=kind.__name__, exc_info=exc_info)

    warnings.showwarning = warned
    sys.excepthook = lambda kind, error, found: uncaught(kind, error, found, "program")
    sys.unraisablehook = lambda args: uncaught(args.exc_type, args.exc_value, args.exc_traceback, "finaliser")
    threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value, args.exc_traceback, "thread")
