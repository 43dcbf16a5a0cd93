"""Has contributions read and themes found as they come: one thing at a time, in the thinking process.

What is to be done is read from the store, so a kill loses nothing but the step under way. New contributions
are placed at once; the themes are found anew at a pace that leaves the regia time to look, and where much
waits to be read, of what was read so far. A restitution that was asked for is made as soon as all of that is
done, or after a while without it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from bot.worker import Worker
from participation import restituting, restitution, thinking
from participation.embedding import EmbeddingUnavailableError
from storage import themes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer
    from bot.thinker import Thinker
    from participation.event import Event
    from participation.themes import Places
    from storage.database import Database
    from storage.restitution import Version
    from storage.themes import State

log = structlog.get_logger(__name__)

PAUSE = 20.0
"""Seconds of the event's time at least between two times that the themes are found anew."""

SO_FAR = 8.0
"""Seconds of reading without an end after which the themes of what was read so far are found, and then after
twice as many each time: the first of two thousand that wait are seen while the others are being read."""

_ONE = 0
"""The key of the one piece of work there is at a time."""


class ThemesWorker(Worker):
    """Runs until stopped; `wake` it when somebody contributed, or the regia acted."""

    def __init__(
        self,
        database: Database,
        event: Event,
        clock: Clock,
        outage: Outage,
        pacer: Pacer,
        thinker: Thinker | None,
        channel: int | None = None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__("themes", clock, outage, pacer, 1)
        self._database = database
        self._event = event
        self._thinker = thinker
        self._channel = channel
        self._after = after
        self._next = clock.elapsed()
        self._reading: float | None = None
        self._so_far = SO_FAR
        self._places: Places | None = None
        self._themes: tuple[int, ...] = ()
        self._placed_by: tuple[int, int] | None = None

    @property
    def by_hand(self) -> bool:
        """Whether the machine finds no themes: it is told not to, or cannot."""
        return self._thinker is None

    async def look(self) -> float | None:
        """Read what was not read, or find the themes anew, or their labels: what is first to be done."""
        if self.full or self.busy(_ONE):
            return None
        wanted = await restituting.wanted(self._database, self._clock.now())
        if self._thinker is None:
            if wanted is not None:
                self.start(_ONE, self._guarded(self._restitute(wanted.version)))
            return None
        state = await themes.state(self._database)
        changed, now = state.changes > state.grouped, self._clock.elapsed()
        groups = changed and (now >= self._next or wanted is not None)
        if not state.unread:
            self._reading, self._so_far = None, SO_FAR
        elif self._reading is None:
            self._reading = now
        long = self._reading is not None and now - self._reading >= self._so_far
        so_far = groups and long and wanted is None
        if state.unread and not so_far and not (wanted is not None and wanted.overdue):
            self.start(_ONE, self._guarded(self._read(self._thinker, state)))
        elif groups:
            if so_far:
                self._reading, self._so_far = now, 2 * self._so_far
            self.start(_ONE, self._guarded(self._group(self._thinker, 0.0 if so_far else PAUSE)))
        elif changed:
            return self._next
        elif state.newest_act > state.described:
            self.start(_ONE, self._guarded(self._describe(self._thinker)))
        elif wanted is not None:
            self.start(_ONE, self._guarded(self._restitute(wanted.version)))
        elif self._placed_by != (state.grouped, state.newest_act):
            # Ready before the next one comes: it has its place at once then.
            self.start(_ONE, self._guarded(self._ready(self._thinker, state)))
        return None

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EmbeddingUnavailableError as error:
            # The regia can still make themes by hand; the next start tries again.
            self._thinker = None
            log.warning("no_themes_by_machine", error=error.reason)

    async def _read(self, thinker: Thinker, state: State) -> None:
        unread = await themes.unread(self._database, thinking.AT_ONCE)
        by = await self._places_now(thinker, state)
        texts = [text for _, text in unread]
        answers = await thinker.placed(texts, by, self._event.language)
        await thinking.keep(
            self._database,
            [
                thinking.Meaning(number, text, vector, None if place is None else self._themes[place])
                for (number, text), (vector, place) in zip(unread, answers, strict=True)
            ],
        )

    async def _ready(self, thinker: Thinker, state: State) -> None:
        await self._places_now(thinker, state)

    async def _places_now(self, thinker: Thinker, state: State) -> Places | None:
        """What new contributions are placed by; asked for again only when the themes have changed."""
        now = (state.grouped, state.newest_act)
        if self._placed_by != now:
            given = await thinking.material(self._database)
            self._places = await thinker.places(given.said, given.vectors, given.standing)
            self._themes, self._placed_by = given.numbers, now
        return self._places

    async def _group(self, thinker: Thinker, pause: float) -> None:
        given = await thinking.material(self._database)
        found, shown = await thinker.grouped(given.said, given.vectors, given.held, self._event.language)
        await thinking.settle(self._database, given, found, shown)
        self._next = self._clock.elapsed() + pause
        log.info("themes_found", count=sum(not theme.leftover for theme in found))

    async def _describe(self, thinker: Thinker) -> None:
        given = await thinking.material(self._database)
        shown = await thinker.described(given.standing, given.said, given.vectors, self._event.language)
        await thinking.describe(self._database, given, shown)

    async def _restitute(self, version: Version) -> None:
        now = self._clock.now()
        given, basis = await restituting.material(self._database, self._event, version, now)
        if self._thinker is None:
            made = await asyncio.to_thread(restitution.made, given)
        else:
            made = await self._thinker.restituted(given)
        await restituting.keep(self._database, self._event, made, basis, self._channel, now)
        log.info("restitution_made", version=made.version)
        self._after()
