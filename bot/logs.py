"""Logs without personal data and without the token, one JSON object a line."""

from __future__ import annotations

import copy
import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import WrappedLogger

TELLING = 8
"""Characters from which on the secret half of a token is hidden wherever it stands alone."""


def configure(token: str) -> None:
    """Log to standard error. Libraries speak from WARNING on, for below they log addresses with the token."""
    hide = _Hide(token)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(hide))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # It warns of every look that is left out because the one before is still at work, as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
            hide,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class _Hide:
    """Replaces the token wherever it might stand, traces included: a second wall, after not logging it."""

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


class _Formatter(logging.Formatter):
    """A library's record as one text, its trace included, with the token hidden in all of it.

    Telegram's library tells whole updates in what it says of errors; without their values its sentences do.
    """

    def __init__(self, hide: _Hide) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] == "telegram":
            record = copy.copy(record)
            record.args = ()
        return self._hide.hidden(super().format(record))
