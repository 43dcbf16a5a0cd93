"""Things to be done at times of the event."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

WaitUntil = Callable[[datetime], Awaitable[None]]
_LOOK = 0.02  # wall seconds between looks at the clock, when nobody can say that a time has come


class Timetable:
    """Actions by event time, carried out in order; two of the same time in the order they were entered."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = 0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._entries)

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do this then, or at the next occasion after it."""
        self._number += 1
        heappush(self._entries, (when, self._number, action))
        self._changed.set()

    def tick(self, upto: datetime | None = None) -> None:
        """Do what is due now, or (`upto`) all that is due by then."""
        until = self._now() if upto is None else upto
        while self._entries and self._entries[0][0] <= until:
            heappop(self._entries)[2]()

    async def run(self, wait_until: WaitUntil | None = None) -> None:
        """Do everything when it is due, for as long as the task lives.

        wait_until returns when the event's time has come; without it the clock is looked at now and then.
        """
        while True:
            self._changed.clear()
            self.tick()
            waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
            if self._entries:
                waits.append(asyncio.ensure_future((wait_until or self._poll)(self._entries[0][0])))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
                ended = await asyncio.gather(*waits, return_exceptions=True)
            for error in ended:
                if isinstance(error, Exception):
                    raise error

    async def _poll(self, when: datetime) -> None:
        while self._now() < when:  # noqa: ASYNC110 - the clock is a function: nothing tells of its time
            await asyncio.sleep(_LOOK)
