"""The agenda at work: one short interval job that runs the moments now due, from the database.

A job per moment would be dropped silently after the clock jumped (measured); a row that is due and not done
is found whenever we look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from participation import agenda
from storage import moments

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from participation.event import Event
    from storage.database import Database

log = structlog.get_logger(__name__)


class Schedule:
    """Started and shut down with the bot; `after` is called when moments were run."""

    def __init__(
        self, database: Database, event: Event, clock: Clock, channel: int | None, after: Callable[[], None]
    ) -> None:
        self._database = database
        self._event = event
        self._clock = clock
        self._channel = channel
        self._after = after
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def start(self) -> None:
        """Run what is due now, then keep looking."""
        await self.look()
        self._scheduler.add_job(
            self.look,
            "interval",
            seconds=self._clock.tick,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Look no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def look(self) -> None:
        """Run the moments that are due, and promise the next."""
        due = await moments.next_due(self._database)
        if due is not None and due <= self._clock.now():
            with self._clock.working():
                run = await agenda.run_due(self._database, self._event, self._clock.now(), self._channel)
                log.info("moments_run", count=run)
                self._after()
                due = await moments.next_due(self._database)
        self._clock.promise("agenda", due)
