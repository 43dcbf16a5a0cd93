"""The event's time: the system's, or a rehearsal's that the bot follows over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.clock import RehearsalClock, SystemClock
from storage.times import from_text, to_text
from tests.support.hall import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2023, 12, 5, 9, 10, tzinfo=UTC)


class Stage:
    """The rehearsal's side of the clock, as a test plays it."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self._serial = 0
        self._news = asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self._news.set()
        async for message in socket:
            self.said.append(json.loads(message.data))
            self._news.set()
        return socket

    async def connected(self, times: int = 1) -> None:
        async with asyncio.timeout(5):
            while len(self.sockets) < times:
                self._news.clear()
                await self._news.wait()

    async def grant(self, now: datetime, until: datetime, speed: float = 1.0, wrong: float = 0.0) -> int:
        self._serial += 1
        grant = {
            "serial": self._serial,
            "now": to_text(now),
            "speed": speed,
            "until": to_text(until),
            "wrong": wrong,
        }
        await self.sockets[-1].send_str(json.dumps(grant))
        return self._serial

    async def due(self, serial: int) -> datetime | None:
        """The first thing said about this grant or a later one."""
        async with asyncio.timeout(5):
            while True:
                for said in self.said:
                    if said["serial"] >= serial:
                        self.said = [each for each in self.said if each is not said]
                        return None if said["due"] is None else from_text(said["due"])
                self._news.clear()
                await self._news.wait()

    async def hears(self, due: datetime | None) -> None:
        """Wait until the last thing said is this."""
        wanted = None if due is None else to_text(due)
        async with asyncio.timeout(5):
            while not self.said or self.said[-1]["due"] != wanted:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def rehearsed() -> AsyncIterator[tuple[RehearsalClock, Stage]]:
    """A clock that follows a stage; granted 9:10 and standing there."""
    stage = Stage()
    app = web.Application()
    app.router.add_get("/clock", stage.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    clock = RehearsalClock(f"ws://127.0.0.1:{runner.addresses[0][1]}/clock")
    started = asyncio.Event()
    following = asyncio.create_task(clock.follow(started))
    try:
        await stage.connected()
        await stage.grant(START, START)
        async with asyncio.timeout(5):
            await started.wait()
        yield clock, stage
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        for socket in stage.sockets:
            await socket.close()
        await runner.cleanup()


async def test_the_systems_clock_tells_utc_and_waits() -> None:
    clock = SystemClock()
    assert timedelta(0) == clock.now().utcoffset()
    began = time.monotonic()
    await clock.wait(clock.now() + timedelta(seconds=0.05))
    assert 0.04 <= time.monotonic() - began < 1.0
    await clock.wait(clock.now() - timedelta(hours=1))
    rested = clock.elapsed()
    await clock.rest(rested + 0.05)
    assert 0.05 <= clock.elapsed() - rested < 1.0
    await clock.rest(rested)
    clock.promise("anything", None)
    with clock.working():
        pass


async def test_time_stands_where_it_was_granted() -> None:
    async with rehearsed() as (clock, _):
        assert START == clock.now()
        await asyncio.sleep(0.05)
        assert START == clock.now()


async def test_time_flows_at_its_speed_and_never_past_the_grant() -> None:
    async with rehearsed() as (clock, stage):
        until = START + timedelta(seconds=30)
        await stage.grant(START, until, speed=100.0)
        await stage.due(2)
        await asyncio.sleep(0.1)
        flowed = (clock.now() - START).total_seconds()
        assert 5.0 <= flowed <= 30.0
        await asyncio.sleep(0.4)
        assert until == clock.now()


async def test_time_never_goes_back() -> None:
    async with rehearsed() as (clock, stage):
        later = START + timedelta(minutes=5)
        await stage.grant(later, later)
        await stage.due(2)
        await stage.grant(START, START)
        await stage.due(3)
        assert later == clock.now()


async def test_a_clock_that_is_wrong_is_so_for_the_bot_alone() -> None:
    hour = timedelta(hours=1)
    async with rehearsed() as (clock, stage):
        wait = asyncio.create_task(clock.wait(START + hour))
        await stage.hears(START + hour)
        await stage.grant(START, START, wrong=hour.total_seconds())
        async with asyncio.timeout(5):
            await wait
        assert START + hour == clock.now()
        await stage.hears(None)
        clock.promise("agenda", START + hour + timedelta(minutes=5))
        await stage.hears(START + timedelta(minutes=5))
        with clock.working():
            clock.promise("outbox", START + hour)
            await stage.hears(START)
        clock.promise("outbox", None)
        serial = await stage.grant(START, START)
        assert START + hour + timedelta(minutes=5) == await stage.due(serial)
        assert START == clock.now()


async def test_what_has_passed_is_right_also_where_the_clock_is_wrong() -> None:
    hour = 3600.0
    async with rehearsed() as (clock, stage):
        await stage.due(await stage.grant(START, START + timedelta(hours=3), speed=1.0))
        began = clock.elapsed()
        resting = asyncio.create_task(clock.rest(began + 60))
        for wrong in (hour, -hour, 0.0):
            await stage.due(await stage.grant(START, START + timedelta(hours=3), speed=1.0, wrong=wrong))
            assert 0.0 <= clock.elapsed() - began < 30.0
            assert not resting.done()
        later = START + timedelta(seconds=61)
        await stage.grant(later, later + timedelta(hours=1), wrong=hour)
        async with asyncio.timeout(5):
            await resting
        assert 60.0 <= clock.elapsed() - began < 90.0
        await stage.hears(None)


async def test_while_the_granted_time_stands_real_time_is_what_passes() -> None:
    async with rehearsed() as (clock, stage):
        began, real = clock.elapsed(), time.monotonic()
        async with asyncio.timeout(5):
            await clock.rest(began + 0.2)
        assert 0.2 <= time.monotonic() - real
        assert START == clock.now()
        await stage.hears(None)


async def test_a_rest_goes_on_where_the_granted_time_comes_to_stand() -> None:
    async with rehearsed() as (clock, stage):
        began = clock.elapsed()
        resting = asyncio.create_task(clock.rest(began + 30.2))
        until = START + timedelta(seconds=30)
        await stage.due(await stage.grant(START, until, speed=300.0))
        async with asyncio.timeout(5):
            await resting
        assert until == clock.now()
        assert 30.2 <= clock.elapsed() - began < 35.0


async def test_the_rehearsal_hears_of_a_rest_when_it_is_over_at_the_latest() -> None:
    async with rehearsed() as (clock, stage):
        serial = await stage.grant(START, START + timedelta(hours=1), speed=0.001)
        await stage.due(serial)
        resting = asyncio.create_task(clock.rest(clock.elapsed() + 60))
        await eventually(lambda: bool(stage.said) and stage.said[-1]["due"] is not None)
        due = from_text(stage.said[-1]["due"])
        assert 59.0 < (due - START).total_seconds() <= 60.1
        resting.cancel()
        await asyncio.gather(resting, return_exceptions=True)


async def test_a_rest_that_is_cancelled_is_not_waited_for() -> None:
    async with rehearsed() as (clock, stage):
        resting = asyncio.create_task(clock.rest(clock.elapsed() + 60))
        await eventually(lambda: bool(stage.said) and stage.said[-1]["due"] is not None)
        resting.cancel()
        await asyncio.gather(resting, return_exceptions=True)
        await stage.hears(None)


async def test_the_rehearsal_hears_what_the_bot_has_to_do_next() -> None:
    async with rehearsed() as (clock, stage):
        assert None is await stage.due(1)
        clock.promise("agenda", START + timedelta(minutes=55))
        await stage.hears(START + timedelta(minutes=55))
        clock.promise("outbox", START + timedelta(minutes=5))
        await stage.hears(START + timedelta(minutes=5))
        clock.promise("outbox", None)
        await stage.hears(START + timedelta(minutes=55))
        clock.promise("agenda", None)
        await stage.hears(None)


async def test_while_something_is_done_time_is_held() -> None:
    async with rehearsed() as (clock, stage):
        with clock.working():
            clock.promise("agenda", START + timedelta(minutes=5))
            await stage.hears(START)
            with clock.working():
                pass
            await asyncio.sleep(0.02)
            assert to_text(START) == stage.said[-1]["due"]
        await stage.hears(START + timedelta(minutes=5))


async def test_waits_end_when_they_are_granted_each_at_its_time() -> None:
    async with rehearsed() as (clock, stage):
        ended: list[int] = []

        async def wait(minutes: int) -> None:
            await clock.wait(START + timedelta(minutes=minutes))
            ended.append(minutes)

        waits = [asyncio.create_task(wait(minutes)) for minutes in (3, 1, 2)]
        await stage.hears(START + timedelta(minutes=1))
        for minutes in (1, 2, 3):
            now = START + timedelta(minutes=minutes)
            await stage.grant(now, now, speed=1000.0)
            async with asyncio.timeout(5):
                await waits[(3, 1, 2).index(minutes)]
        assert [1, 2, 3] == ended
        await stage.hears(None)


async def test_a_wait_that_is_cancelled_is_not_waited_for() -> None:
    async with rehearsed() as (clock, stage):
        wait = asyncio.create_task(clock.wait(START + timedelta(minutes=1)))
        await stage.hears(START + timedelta(minutes=1))
        wait.cancel()
        await asyncio.gather(wait, return_exceptions=True)
        await stage.hears(None)


async def test_without_the_rehearsal_time_stands_still_until_it_is_back() -> None:
    async with rehearsed() as (clock, stage):
        clock.promise("agenda", START + timedelta(minutes=5))
        await stage.sockets[-1].close()
        await stage.connected(2)
        assert START == clock.now()
        now = START + timedelta(minutes=1)
        serial = await stage.grant(now, now)
        assert START + timedelta(minutes=5) == await stage.due(serial)
        assert now == clock.now()
