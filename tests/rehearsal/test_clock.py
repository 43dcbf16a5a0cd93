"""The rehearsal's clock: how fast time goes, what it never passes, and how a bot follows it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.clock import BARELY, JUMP, PATIENCE, QUIET, Clock, Grant, Pace, decide, watched
from rehearsal.programme import read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")
PACE = Pace()


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """A time of the event's day; Turin is an hour ahead of UTC in December."""
    return datetime(2023, 12, 5, hour - 1, minute, second, tzinfo=UTC)


@dataclass
class Crowd:
    """Errands as a test sets them."""

    unanswered: datetime | None = None
    planned: datetime | None = None


def test_the_programme_has_the_moments_of_the_agenda_and_the_two_that_follow_from_it() -> None:
    assert TURIN.start == at(9, 10)
    moments = {code: when for when, code in TURIN.moments}
    assert moments["priorities"] == at(10, 25)
    assert moments["end"] == at(13, 0)
    assert TURIN.moment_after(at(10, 10)) == at(10, 25)
    assert TURIN.moment_after(at(13, 0)) == TURIN.over


def test_run_offs_end_where_a_table_has_time_for_them_and_the_crowd_is_done_by_then() -> None:
    assert TURIN.runoffs_end == at(10, 27, 25)
    assert TURIN.deadline_after(at(10, 25)) == TURIN.runoffs_end
    assert TURIN.deadline_after(at(10, 27, 25)) == TURIN.moment_after(at(10, 27, 25)) == at(10, 30)
    longer = replace(TURIN, runoff=timedelta(minutes=3))
    assert longer.runoffs_end is None
    assert longer.deadline_after(at(10, 25)) == at(10, 30)
    assert TURIN.stretch(at(10, 12)) == "session1"
    assert TURIN.local(at(10, 12, 7)) == "10:12:07"
    assert len(TURIN.strategies) == 27
    assert [table.code for table in TURIN.tables_of("1")] == ["T1", "T2", "T3"]


def test_time_jumps_over_an_empty_stretch_to_what_the_bot_must_do() -> None:
    assert Grant(JUMP, at(9, 15)) == decide(at(9, 10), at(9, 15), Crowd(), TURIN, PACE)


def test_time_jumps_to_what_somebody_means_to_do_and_not_beyond() -> None:
    crowd = Crowd(planned=at(9, 31, 30))
    assert Grant(JUMP, at(9, 31, 30)) == decide(at(9, 30, 30), at(9, 40), crowd, TURIN, PACE)


def test_time_does_not_jump_while_somebody_waits_for_an_answer() -> None:
    crowd = Crowd(unanswered=at(9, 31), planned=at(9, 39))
    assert Grant(PACE.acting, at(9, 40) - PATIENCE) == decide(at(9, 31, 5), None, crowd, TURIN, PACE)


def test_session1_runs_at_its_own_speed_even_when_nobody_does_anything() -> None:
    assert Grant(40.0, at(10, 15)) == decide(at(10, 10), at(10, 15), Crowd(), TURIN, PACE)
    assert Grant(40.0, at(10, 30)) == decide(at(10, 26), None, Crowd(), TURIN, PACE)
    assert Grant(JUMP, at(11, 0)) == decide(at(10, 30), at(11, 0), Crowd(), TURIN, PACE)


def test_a_grant_ends_where_session1_begins_so_that_its_speed_can_change() -> None:
    assert at(10, 10) == decide(at(10, 2), None, Crowd(), TURIN, PACE).until


def test_no_moment_passes_while_somebody_who_means_to_act_before_it_has_not() -> None:
    crowd = Crowd(planned=at(10, 24, 50))
    assert at(10, 25) - PATIENCE == decide(at(10, 20), at(10, 40), crowd, TURIN, PACE).until
    assert Grant(40.0, at(10, 25) - BARELY) == decide(at(10, 24, 50), at(10, 40), crowd, TURIN, PACE)


def test_more_patience_lets_more_of_the_time_before_a_moment_run_at_real_speed() -> None:
    crowd = Crowd(unanswered=at(10, 24))
    patient = Pace(patience=timedelta(seconds=45))
    assert Grant(40.0, at(10, 24, 15)) == decide(at(10, 24, 5), at(10, 40), crowd, TURIN, patient)
    assert Grant(1.0, at(10, 25) - BARELY) == decide(at(10, 24, 15), at(10, 40), crowd, TURIN, patient)


def test_the_last_seconds_before_a_moment_run_at_real_speed_while_somebody_waits() -> None:
    crowd = Crowd(unanswered=at(10, 24, 30))
    assert Grant(1.0, at(10, 25) - BARELY) == decide(at(10, 24, 50), at(10, 40), crowd, TURIN, PACE)


def test_the_moment_passes_once_what_was_meant_before_it_is_done() -> None:
    crowd = Crowd(planned=at(10, 28))
    assert Grant(40.0, at(10, 30) - PATIENCE) == decide(at(10, 24, 59), at(10, 40), crowd, TURIN, PACE)


def test_time_holds_while_the_bot_has_not_done_what_is_due() -> None:
    assert at(9, 20) == decide(at(9, 20), at(9, 20), Crowd(), TURIN, PACE).until
    assert at(9, 20) == decide(at(9, 20), at(9, 19), Crowd(), TURIN, PACE).until


def test_what_is_left_to_send_after_the_end_still_gets_time_to_be_sent_in() -> None:
    over = TURIN.over
    assert (
        over + timedelta(seconds=0.1)
        == decide(over, over + timedelta(seconds=0.1), Crowd(), TURIN, PACE).until
    )
    assert over == decide(over, None, Crowd(), TURIN, PACE).until
    assert over + QUIET == decide(over, over + timedelta(days=1), Crowd(), TURIN, PACE).until
    assert over == decide(at(12, 30), over + timedelta(days=1), Crowd(), TURIN, PACE).until


def test_small_gaps_are_not_worth_a_jump() -> None:
    assert PACE.acting == decide(at(9, 20), at(9, 20) + QUIET, Crowd(), TURIN, PACE).speed


def test_people_who_watch_get_the_speed_they_asked_for_and_never_more_than_40_in_session1() -> None:
    assert Grant(10.0, at(9, 40)) == decide(at(9, 20), at(9, 40), Crowd(), TURIN, watched(10.0))
    assert decide(at(10, 12), None, Crowd(), TURIN, watched(40.0)).speed == 40.0


TIMES = st.integers(0, int((TURIN.over - TURIN.start).total_seconds())).map(
    lambda seconds: TURIN.start + timedelta(seconds=seconds)
)


@given(now=TIMES, due=TIMES | st.none(), unanswered=TIMES | st.none(), planned=TIMES | st.none())
def test_whatever_happens_no_grant_passes_what_is_due_or_a_moment_somebody_holds(
    now: datetime, due: datetime | None, unanswered: datetime | None, planned: datetime | None
) -> None:
    if unanswered is not None and unanswered > now:
        unanswered = now
    if planned is not None and planned <= now:
        planned = now + timedelta(milliseconds=1)
    grant = decide(now, due, Crowd(unanswered, planned), TURIN, PACE)
    assert grant.until >= now
    if due is not None:
        assert grant.until <= max(now, due)
    for act in (unanswered, planned):
        if act is not None and now < TURIN.deadline_after(act):
            assert grant.until < TURIN.deadline_after(act)
    if TURIN.session1 <= now < TURIN.session2:
        assert grant.speed <= 40.0
        assert grant.until <= TURIN.session2
    if grant.speed == JUMP and planned is not None:
        assert grant.until <= planned


class Bot:
    """A bot that follows the clock: it hears grants and says what is due."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.serial = 0

    async def hears_a_jump(self) -> Grant:
        """Time flows at first, until nothing new has come for a moment."""
        while (grant := await self.hear()).speed != JUMP:
            pass
        return grant

    async def hear(self) -> Grant:
        grant = await self.socket.receive_json(timeout=10)
        assert grant["serial"] > self.serial
        self.serial = grant["serial"]
        self.wrong = grant["wrong"]
        self.now = datetime.fromisoformat(grant["now"])
        return Grant(grant["speed"], datetime.fromisoformat(grant["until"]))

    async def hears_nothing(self) -> bool:
        try:
            await self.socket.receive(timeout=0.1)
        except TimeoutError:
            return True
        return False

    async def say(self, due: datetime | None) -> None:
        await self.socket.send_json({"serial": self.serial, "due": None if due is None else due.isoformat()})


@asynccontextmanager
async def served(clock: Clock) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    clock.routes(app)
    async with TestClient(TestServer(app)) as client:
        running = asyncio.create_task(clock.run())
        try:
            yield client
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await clock.close()


async def test_without_a_bot_time_stands_still_and_says_why() -> None:
    clock = Clock(TURIN)
    async with served(clock):
        await asyncio.sleep(0.05)
        assert TURIN.start == clock.now()
        assert "not been connected" in (clock.stuck(0.01) or "")
        assert clock.stuck(60) is None


async def test_a_bot_is_told_the_time_and_time_holds_until_it_says_what_is_due() -> None:
    # Slow when it does not jump, so that a busy machine does not get there by flowing.
    clock = Clock(TURIN, Pace(acting=1.0))
    async with served(clock) as client, client.ws_connect("/clock") as socket:
        bot = Bot(socket)
        assert TURIN.start == (await bot.hear()).until
        assert TURIN.start == bot.now
        assert await bot.hears_nothing()
        await bot.say(at(9, 15))
        assert Grant(JUMP, at(9, 15)) == await bot.hears_a_jump()
        await clock.wait_until(at(9, 15))
        assert at(9, 15) == clock.now()
        await asyncio.sleep(0.05)
        assert "what was due at 09:15:00" in (clock.stuck(0.01) or "")
        await bot.say(at(9, 15, 40))
        assert Grant(JUMP, at(9, 15, 40)) == await bot.hears_a_jump()


async def test_what_is_due_earlier_than_was_said_takes_the_grant_back() -> None:
    clock = Clock(TURIN, Pace(acting=1.0, may_jump=False))
    async with served(clock) as client, client.ws_connect("/clock") as socket:
        bot = Bot(socket)
        await bot.hear()
        await bot.say(at(9, 40))
        assert at(9, 40) == (await bot.hear()).until
        await bot.say(at(9, 20))
        assert at(9, 20) == (await bot.hear()).until


async def test_what_the_crowd_waits_for_holds_the_moment_and_lets_it_go() -> None:
    crowd = Crowd(unanswered=at(9, 14, 30))
    clock = Clock(TURIN, Pace(acting=100_000.0))
    clock.follow(crowd)
    async with served(clock) as client, client.ws_connect("/clock") as socket:
        bot = Bot(socket)
        await bot.hear()
        await bot.say(None)
        assert Grant(100_000.0, at(9, 15) - PATIENCE) == await bot.hear()
        assert Grant(1.0, at(9, 15) - BARELY) == await bot.hear()
        await asyncio.sleep(0.05)
        assert clock.now() < at(9, 15)
        crowd.unanswered = None
        crowd.planned = at(9, 15, 30)
        clock.reconsider()
        await clock.wait_until(at(9, 15, 30))


async def test_time_stands_still_while_the_bot_is_away_and_goes_on_when_it_is_back() -> None:
    clock = Clock(TURIN, Pace(acting=1000.0, may_jump=False))
    async with served(clock) as client:
        async with client.ws_connect("/clock") as socket:
            bot = Bot(socket)
            await bot.hear()
            await bot.say(at(9, 40))
            await bot.hear()
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
        stood = clock.now()
        assert TURIN.start < stood < at(9, 40)
        assert not clock.connected
        await asyncio.sleep(0.05)
        assert stood == clock.now()
        async with client.ws_connect("/clock") as socket:
            bot = Bot(socket)
            assert stood == (await bot.hear()).until
            await bot.say(at(9, 40))
            assert Grant(1000.0, at(9, 40)) == await bot.hear()
            assert clock.connections == 2


async def test_a_bot_whose_clock_is_set_wrong_is_told_and_asked_again_what_is_due() -> None:
    clock = Clock(TURIN, Pace(acting=1.0))
    async with served(clock) as client, client.ws_connect("/clock") as socket:
        bot = Bot(socket)
        await bot.hear()
        assert bot.wrong == 0.0
        await bot.say(at(9, 10))
        clock.set_wrong(3600.0)
        # What it says of the time before says nothing any more.
        await bot.say(at(9, 20))
        assert TURIN.start == (await bot.hear()).until
        assert bot.wrong == 3600.0
        assert clock.due is None
        await bot.say(at(9, 15))
        assert Grant(JUMP, at(9, 15)) == await bot.hears_a_jump()
        assert bot.wrong == 3600.0
        assert at(9, 15) >= clock.now()
        clock.set_wrong(0.0)
        await bot.hear()
        assert bot.wrong == 0.0


async def test_people_who_watch_set_the_speed_and_jump_to_the_next_moment() -> None:
    clock = Clock(TURIN, watched(1.0))
    async with served(clock) as client, client.ws_connect("/clock") as socket:
        bot = Bot(socket)
        await bot.hear()
        await bot.say(at(9, 40))
        assert (await bot.hear()).speed == 1.0
        async with client.post("/clock/speed", json={"speed": 40}) as answer:
            assert answer.status == 200
        assert (await bot.hear()).speed == 40.0
        async with client.post("/clock/speed", json={"speed": 7}) as answer:
            assert answer.status == 400
        async with client.post("/clock/speed", json={"jump": True}) as answer:
            assert answer.status == 200
        await bot.hears_a_jump()
        await bot.say(None)
        async with client.get("/clock/state") as answer:
            state = await answer.json()
        assert state["connected"] is True
        assert state["local"] >= "09:10"


@pytest.mark.parametrize("when", [TURIN.start, TURIN.start - timedelta(hours=1)])
async def test_waiting_for_what_is_past_returns_at_once(when: datetime) -> None:
    await asyncio.wait_for(Clock(TURIN).wait_until(when), 0.1)
