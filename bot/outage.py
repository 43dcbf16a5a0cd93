"""When the database cannot be used: said once in the log, and once when it is over.

What was asked of us meanwhile is not lost: updates stay unconfirmed and are tried again, and so is all that
waits in the database.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.database import Unavailable

log = structlog.get_logger(__name__)

SETTLED = 2.0
"""Real seconds without trouble after which it is over: on a disk that is nearly full some writes succeed."""

LOOK = 0.2
"""Real seconds between two looks whether it is over."""


class Outage:
    """One for the bot. Whoever meets `Unavailable` says so; `watch` is a task that says when it is over.

    available: whether the last write was possible.
    """

    def __init__(self, available: Callable[[], bool]) -> None:
        self._available = available
        self._since: float | None = None
        self._last = 0.0
        self._begun = asyncio.Event()
        self.number = 0
        """How many there were; who is told once in each remembers it."""

    @property
    def lasts(self) -> bool:
        """Whether the database cannot be used, or could not a moment ago."""
        return self._since is not None

    def met(self, error: Unavailable) -> None:
        """The database could not be used just now."""
        self._last = time.monotonic()
        if self._since is None:
            self._since = self._last
            self.number += 1
            self._begun.set()
            log.error(
                "store_unavailable",
                error=str(error),
                advice=(
                    "make room on the disk of the database, or end the program that holds it; "
                    "nothing is lost, all is tried again"
                ),
            )

    async def watch(self) -> None:
        """Say when it is over; runs until cancelled."""
        while True:
            await self._begun.wait()
            await asyncio.sleep(LOOK)
            if self._since is None or not self._available() or time.monotonic() - self._last < SETTLED:
                continue
            log.warning("store_available_again", seconds=round(self._last - self._since, 1))
            self._since = None
            self._begun.clear()
