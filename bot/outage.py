"""When the database cannot be written: said once in the log, and once when it is over.

What was asked of us meanwhile is not lost: updates stay unconfirmed and are tried again, and so is all that
waits in the database.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Unavailable

log = structlog.get_logger(__name__)


class Outage:
    """One for the bot. Whoever meets `Unavailable` says so; whoever was let down and now succeeds, too.

    available: whether the last write was possible.
    """

    def __init__(self, available: Callable[[], bool]) -> None:
        self._available = available
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the database could not be written a moment ago."""
        return self._since is not None

    def met(self, error: Unavailable) -> None:
        """The database could not be written just now."""
        if self._since is None:
            self._since = time.monotonic()
            log.error(
                "store_unavailable",
                error=str(error),
                advice="make room on the disk of the database; nothing is lost, all is tried again",
            )

    def succeeded(self) -> None:
        """Something that could not be done before was done now."""
        if self._since is not None and self._available():
            log.warning("store_available_again", seconds=round(time.monotonic() - self._since, 1))
            self._since = None
