"""The agenda at work: one short interval job that runs the moments now due, from the database.

A job per moment would be dropped silently after the clock jumped (measured); a row that is due and not done
is found whenever we look.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from participation import agenda
from storage import moments
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.outage import Outage
    from participation.event import Event
    from storage.database import Database

log = structlog.get_logger(__name__)


class Schedule:
    """Started and shut down with the bot; `after` is called when moments were run."""

    def __init__(
        self,
        database: Database,
        event: Event,
        clock: Clock,
        outage: Outage,
        channel: int | None,
        after: Callable[[], None],
    ) -> None:
        self._outage = outage
        self._database = database
        self._event = event
        self._clock = clock
        self._channel = channel
        self._after = after
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._looking = asyncio.Lock()
        self._stopped = False

    async def start(self) -> None:
        """Run what is due now, then keep looking."""
        await self.look()
        self._scheduler.add_job(
            self.look,
            "interval",
            seconds=self._clock.tick,
            # A second one finds the first still looking and returns; where one is allowed it is warned of.
            max_instances=2,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Look no more; returns when the last look is over."""
        self._stopped = True
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        # Looks that were started a moment ago find that they are not wanted, before the scheduler cancels.
        await asyncio.sleep(0)
        async with self._looking:
            self._scheduler.shutdown(wait=False)

    async def look(self) -> None:
        """Run the moments that are due, and promise the next."""
        if self._stopped or self._looking.locked():
            return
        async with self._looking:
            try:
                await self._look()
            except Unavailable as error:
                # What is due stays due.
                self._outage.met(error)
            except Exception as error:
                # What failed is still due, and is tried at the next look.
                log.exception("agenda_broke", error=type(error).__name__)

    async def _look(self) -> None:
        due = await moments.next_due(self._database)
        if due is not None and due <= self._clock.now():
            with self._clock.working():
                try:
                    run = await agenda.run_due(self._database, self._event, self._clock.now(), self._channel)
                    if run:
                        log.info("moments_run", count=run)
                finally:
                    # Also after a failure: others may have been run.
                    self._after()
                due = await moments.next_due(self._database)
        self._clock.promise("agenda", due)
