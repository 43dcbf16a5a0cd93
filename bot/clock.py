"""Now, and waiting, in the event's time: the system's clock, or the one of a rehearsal.

Every timer of ours goes through a clock. A rehearsal runs faster than real time, so its clock needs to know
what the bot still has to do: nothing may be skipped while work is under way (`working`), before a promised
moment (`promise`) or over a waiting task (`wait`). For the system's clock these cost nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

import aiohttp
import orjson

from storage.times import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock(Protocol):
    """The event's time."""

    @property
    def tick(self) -> float:
        """Real seconds between two looks at what is due."""
        ...

    def now(self) -> datetime:
        """The event's time, aware."""
        ...

    def elapsed(self) -> float:
        """Seconds that passed since some moment: they only go on, whatever the clock is set to.

        For what lasts so long (a pause, a pace) and not until then.
        """
        ...

    async def wait(self, until: datetime) -> None:
        """Return when the event's time has reached `until`."""
        ...

    async def rest(self, until: float) -> None:
        """Return when `elapsed` has reached `until`."""
        ...

    def promise(self, name: str, due: datetime | None) -> None:
        """Say when `name` has to act next (None: not at all), until it says otherwise."""
        ...

    def working(self) -> contextlib.AbstractContextManager[None]:
        """While the block runs, something is being done that the event's time should not run away from."""
        ...


class SystemClock:
    """Real time."""

    tick = 1.0

    def now(self) -> datetime:
        """The system's time."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """The time since the machine started, or so."""
        return time.monotonic()

    async def wait(self, until: datetime) -> None:
        """Wait in steps, for the system's clock may be set meanwhile."""
        while (left := (until - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time is no event
            await asyncio.sleep(min(left, 30.0))

    async def rest(self, until: float) -> None:
        """Wait so long: nobody sets this one."""
        while (left := until - self.elapsed()) > 0:  # noqa: ASYNC110 - time is no event
            await asyncio.sleep(left)

    def promise(self, name: str, due: datetime | None) -> None:
        """Real time waits for nobody."""

    @contextmanager
    def working(self) -> Iterator[None]:
        """Real time waits for nobody."""
        yield


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_Moment = TypeVar("_Moment", datetime, float)


class RehearsalClock:
    """Follows the clock of a rehearsal over a WebSocket.

    The rehearsal grants: it is `now`, it flows at `speed`, and is not to be taken to pass `until`. The bot
    answers with the moment it has to act next (`due`), and the rehearsal grants no further than that. Where
    the rehearsal plays a machine whose clock is `wrong`, the bot goes by that wrong time.

    While the granted time stands, for it may not pass `until`, real seconds count as `elapsed`: what keeps a
    pace goes on, and who is waited for gets their answer.
    """

    tick = 0.05

    def __init__(self, url: str) -> None:
        self._url = url
        self._base = _LONG_AGO
        self._until = self._base
        self._speed = 0.0
        self._wrong = timedelta()
        self._since = time.monotonic()
        self._serial = 0
        self._granted = asyncio.Event()
        self._changed = asyncio.Event()
        self._working = 0
        self._promises: dict[str, datetime] = {}
        self._waits: dict[int, datetime] = {}
        self._rests: dict[int, float] = {}
        self._stood = 0.0
        self._count = 0

    def now(self) -> datetime:
        """The granted time, flowing, never past the grant; and wrong where the rehearsal wants it so."""
        return self._right() + self._wrong

    def _right(self) -> datetime:
        passed = timedelta(seconds=min((time.monotonic() - self._since) * self._speed, 1e9))
        return min(self._base + passed, self._until)

    def elapsed(self) -> float:
        """The granted time, right also where the clock is wrong, and the real time for which it stood."""
        return (self._right() - _LONG_AGO).total_seconds() + self._stood + self._standing()

    def _standing(self) -> float:
        """The real seconds since the time that flows now has reached `until`."""
        flows = (self._until - self._base).total_seconds() / self._speed if self._speed > 0 else 0.0
        return max(0.0, time.monotonic() - self._since - flows)

    async def wait(self, until: datetime) -> None:
        """Wait for the event's time; the rehearsal is told that somebody waits for it."""

        def left() -> float | None:
            right = self._right()
            away = (until - self._wrong - right).total_seconds()
            if away <= 0:
                return 0.0
            flowing = right < self._until and self._speed > 0
            return away / self._speed if flowing else None

        with self._told(until, self._waits):
            await self._pass(left)

    async def rest(self, until: float) -> None:
        """Wait until so much has elapsed; the rehearsal is told, too."""

        def left() -> float:
            away = until - self.elapsed()
            flowing = (self._until - self._right()).total_seconds() if self._speed > 0 else 0.0
            # First at the granted speed, then, where the granted time stands, in real seconds.
            return min(away, flowing) / (self._speed or 1.0) + max(away - flowing, 0.0)

        with self._told(until, self._rests):
            await self._pass(left)

    @contextmanager
    def _told(self, until: _Moment, among: dict[int, _Moment]) -> Iterator[None]:
        """While the block runs, `until` stands among the moments of which the rehearsal is told."""
        self._count += 1
        token = self._count
        among[token] = until
        self._changed.set()
        try:
            yield
        finally:
            del among[token]
            self._changed.set()

    async def _pass(self, left: Callable[[], float | None]) -> None:
        """Return when no real second is `left` (None: not to be known before the next grant)."""
        while (pause := left()) is None or pause > 0:
            self._granted.clear()
            with contextlib.suppress(TimeoutError):
                # Not wait_for: in Python 3.11 it can swallow a cancel.
                async with asyncio.timeout(pause):
                    await self._granted.wait()

    def promise(self, name: str, due: datetime | None) -> None:
        """Keep the promise for the next answer to the rehearsal."""
        if due is None:
            self._promises.pop(name, None)
        else:
            self._promises[name] = due
        self._changed.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the event's time where it is."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            self._changed.set()

    async def follow(self, started: asyncio.Event) -> None:
        """Stay connected and follow, until cancelled; `started` is set at the first grant.

        Without the rehearsal time stands still, so a lost connection is tried again without end.
        """
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.ws_connect(self._url, heartbeat=20) as socket:
                        await self._talk(socket, started)
                await asyncio.sleep(0.2)

    async def _talk(self, socket: aiohttp.ClientWebSocketResponse, started: asyncio.Event) -> None:
        answering = asyncio.ensure_future(self._answer(socket))
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                grant = orjson.loads(message.data)
                granted = from_text(grant["now"])
                self._stood += self._standing()
                self._base = max(granted, self._right()) if self._serial else granted
                self._wrong = timedelta(seconds=float(grant.get("wrong", 0.0)))
                self._speed = float(grant["speed"])
                self._until = max(from_text(grant["until"]), self._base)
                self._since = time.monotonic()
                self._serial = int(grant["serial"])
                self._granted.set()
                self._changed.set()
                started.set()
        finally:
            answering.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, aiohttp.ClientError):
                await answering

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        told: tuple[int, str | None] | None = None
        while True:
            self._changed.clear()
            due = self._due()
            answer = (self._serial, None if due is None else to_text(due))
            if self._serial and answer != told:
                told = answer
                await socket.send_json({"serial": answer[0], "due": answer[1]})
            await self._changed.wait()

    def _due(self) -> datetime | None:
        """What the bot has to do next, by the right time."""
        if self._working:
            return self._right()
        by_its_clock = (each - self._wrong for each in (*self._promises.values(), *self._waits.values()))
        # In whole milliseconds, for what flows and is read again is still the same moment.
        stood = self._stood + self._standing()
        by_pace = (
            datetime.fromtimestamp(math.ceil((each - stood) * 1000) / 1000, UTC)
            for each in self._rests.values()
        )
        return min((*by_its_clock, *by_pace), default=None)
