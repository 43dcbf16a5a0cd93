"""Another program that takes our updates with the same token: it has to be one of the two.

Telegram gives each update to whoever asks first, or to the webhook that was set last, so with two bots on two
databases people's acts would end up in either. The one that came last leaves, after as long as a bot takes to
stop: it may be one that is being stopped right now. A bot that has long been at work only says so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)

NEW_SECONDS: Final = 60.0
"""How long a bot counts as the one that came last, from its start."""

GRACE_SECONDS: Final = 15.0
"""How long it waits for the other to be gone: longer than a bot takes to stop."""

ANOTHER = (
    "Another program takes this bot's updates with the same token, on this machine or on another. Stop that "
    "one, then start again. If nobody knows of it, ask @BotFather for a new token (/revoke)."
)


class AnotherPoller(Exception):
    """`str()` is a sentence for the operator."""


class Rivals:
    """Told whenever another is met; `begin` when we ask for the first time, or have told where we listen."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began = monotonic()
        self._first: float | None = None

    def begin(self) -> None:
        """From now on we count as the one that came last."""
        self._began = self._monotonic()

    @property
    def new(self) -> bool:
        """Whether we may be the one that came last."""
        return self._monotonic() - self._began <= NEW_SECONDS

    def heard(self) -> None:
        """Telegram says that there is another. Raises `AnotherPoller` when we are the one to leave."""
        log.warning("another_poller", advice=ANOTHER)
        if not self.new:
            return
        now = self._monotonic()
        if self._first is None:
            self._first = now
        if now - self._first >= GRACE_SECONDS:
            raise AnotherPoller(ANOTHER)
