"""What the outbox and the screens have in common: look for something to do, start it, rest.

Each piece of work is a task under a key (a chat, a person): one at a time per key, owned here and awaited at
the end. While there is anything to do, the clock is promised that something is due now, without a gap in
between: a rehearsal's time would jump through it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import structlog

from bot.pacing import Lane
from storage import people
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.clock import Clock
    from bot.outage import Outage
    from bot.pacing import Pacer, Ticket
    from storage.database import Database

log = structlog.get_logger(__name__)


PAUSE = 1.0
"""Real seconds before something is tried again that broke on a defect of ours or on the database."""


class Worker(ABC):
    """Runs until `stop` or until cancelled; `wake` it when there may be something new to do."""

    def __init__(self, name: str, clock: Clock, outage: Outage, pacer: Pacer, at_once: int) -> None:
        self._name = name
        self._clock = clock
        self._outage = outage
        self._pacer = pacer
        self._at_once = at_once
        self._woken = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._working: dict[int, ExitStack] = {}
        self._done_meanwhile: set[int] = set()
        self._stopping = False

    @abstractmethod
    async def look(self) -> float | None:
        """Start what may be done now.

        When there will be more to do, as `Clock.elapsed` counts; None when somebody has to wake us.
        """

    def wake(self) -> None:
        """There may be something new to do."""
        self._woken.set()
        self._clock.promise(self._name, self._clock.now())

    async def run(self) -> None:
        """Look, start, rest; after `stop`, until what is under way is done."""
        try:
            while not self._stopping:
                self._woken.clear()
                self._done_meanwhile.clear()
                try:
                    with self._clock.working():
                        following = await self.look()
                except Unavailable as error:
                    self._outage.met(error)
                    await asyncio.sleep(PAUSE)
                    continue
                except Exception as error:
                    # Nobody would look again for as long as the bot runs.
                    log.exception("look_broke", worker=self._name, error=type(error).__name__)
                    await asyncio.sleep(PAUSE)
                    continue
                if not self._woken.is_set():
                    self._clock.promise(self._name, None)
                await self._rest(following)
            await self.drain()
        finally:
            await self._cancel()

    def stop(self) -> None:
        """Start nothing new: what would be under way at the end might be done twice."""
        self._stopping = True
        self._woken.set()

    async def drain(self) -> None:
        """Wait for what is under way."""
        if self._running:
            await asyncio.wait(set(self._running.values()))

    def busy(self, key: int) -> bool:
        """Whether work under this key is under way, or was at some time during this look.

        What a look reads may be older than the end of such work: it would be done again.
        """
        return key in self._running or key in self._done_meanwhile

    @property
    def full(self) -> bool:
        """Whether as much is under way as may be; while stopping, nothing more may."""
        return self._stopping or len(self._running) >= self._at_once

    def start(self, key: int, work: Coroutine[Any, Any, None]) -> None:
        """Do this under a key that is not busy."""
        self._running[key] = asyncio.create_task(self._do(key, work))

    async def turn(self, key: int, chat: int, lane: Lane) -> Ticket | None:
        """Wait until a message to this chat may go: called when it is ready to be sent, so no pace is lost.

        None when it is not its turn after all: the chat is held up by now, or we are stopping. The event's
        time goes on while work under this key waits here.
        """
        self._working[key].close()
        try:
            async with self._pacer.turns[lane]:
                while (opens := self._pacer.open(now := self._clock.elapsed(), lane)) > now:
                    if self._stopping:
                        return None
                    await self._clock.rest(opens)
                if self._stopping or self._pacer.ready(chat, now, Lane.ASKED_FOR) > now:
                    return None
                return self._pacer.take(chat, now, lane)
        finally:
            self._working[key].enter_context(self._clock.working())

    async def insist(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write what has happened already, as often as it takes.

        A message that was sent and is not marked so would be sent again.
        """
        while True:
            try:
                await write()
            except Unavailable as error:
                self._outage.met(error)
                await asyncio.sleep(PAUSE)
            else:
                return

    async def unreachable(self, database: Database, person: int) -> None:
        """Nothing gets to this person until they come back."""

        async def write() -> None:
            async with database.transaction() as tx:
                await people.mark_unreachable(tx, person, self._clock.now())

        await self.insist(write)

    async def _do(self, key: int, work: Coroutine[Any, Any, None]) -> None:
        self._working[key] = ExitStack()
        try:
            with self._working[key] as working:
                working.enter_context(self._clock.working())
                await work
        except Unavailable as error:
            self._outage.met(error)
            await asyncio.sleep(PAUSE)
        except Exception as error:
            # A defect of ours: it must not stop what others wait for, nor be repeated without a pause.
            log.exception("work_broke", worker=self._name, error=type(error).__name__)
            await asyncio.sleep(PAUSE)
        finally:
            del self._running[key], self._working[key]
            self._done_meanwhile.add(key)
            self.wake()

    async def _rest(self, following: float | None) -> None:
        waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(self._woken.wait())}
        # When full, more is done once something comes back, not at a time.
        if following is not None and not self.full:
            waits.add(asyncio.ensure_future(self._clock.rest(following)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _cancel(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
