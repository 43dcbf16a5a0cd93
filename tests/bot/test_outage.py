"""The database cannot be used for a while: nothing is lost, it is said once, and then all goes on."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from contextlib import asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import intake, outage, queues, worker
from handlers.callback_data import SetDots, encode
from storage.database import Unavailable
from storage.sqlite import SqliteDatabase
from tests.bot.test_webhook import SECRET, delivered, message
from tests.support.hall import eventually
from tests.support.process import bot_process, free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from structlog.typing import EventDict

    from rehearsal.telegram import Call, Fault
    from tests.support.hall import Hall, Somebody
    from tests.support.process import Process

TROUBLED = "In questo momento non riusciamo a registrare"
RECEIVED = "Contributo ricevuto"
ANNOUNCED = "non ha priorità"
LONG = "Perché è così? " + "è" * 3900
"""A message that needs another page than any there is: twice as many bytes as letters."""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "LONGEST_PAUSE", 0.3)
    monkeypatch.setattr(queues, "TURN", 0.001)
    monkeypatch.setattr(worker, "PAUSE", 0.1)
    monkeypatch.setattr(outage, "SETTLED", 0.3)
    monkeypatch.setattr(outage, "LOOK", 0.02)


async def writing(hall: Hall, number: int) -> list[Somebody]:
    people = await hall.people(number, "T6")
    await hall.at("10:12")
    for who in people:
        await who.reads()
    return people


def heard(who: Somebody, like: str) -> int:
    return sum(like in m.shown for m in who.phone.messages if m.from_bot)


async def kept(who: Somebody) -> list[str]:
    return [text for text, _, _ in await who.contributions()]


def said(logs: Sequence[EventDict], event: str) -> int:
    return [entry["event"] for entry in logs].count(event)


@asynccontextmanager
async def without_room(hall: Hall) -> AsyncIterator[None]:
    """The database may not grow by a page: SQLITE_FULL."""
    assert isinstance(hall.database, SqliteDatabase)
    writer = hall.database._writer
    await writer.execute_fetchall("PRAGMA max_page_count = 1")
    try:
        yield
    finally:
        await writer.execute_fetchall("PRAGMA max_page_count = 1000000")


@contextmanager
def held_by_another_program(hall: Hall) -> Iterator[None]:
    """SQLITE_BUSY."""
    with closing(sqlite3.connect(hall.settings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def impatient(hall: Hall) -> None:
    """Another program is not waited for as long as it would be."""
    assert isinstance(hall.database, SqliteDatabase)
    await hall.database._writer.execute_fetchall("PRAGMA busy_timeout = 10")


# --- what people send -----------------------------------------------------------------------------------


async def test_without_room_what_is_written_waits_and_is_kept_in_order_when_there_is_some(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    with capture_logs() as logs:
        async with without_room(hall):
            for number in range(3):
                anna.phone.say(f"{number} {LONG}")
            await eventually(lambda: heard(anna, TROUBLED) == 1)
            await asyncio.sleep(1.0)
            assert 3 == len(hall.telegram.pending_updates())
            assert hall.bot.outage.lasts
        await anna.reads()
        assert [f"{number} {LONG}" for number in range(3)] == await kept(anna)
        await eventually(lambda: not hall.bot.outage.lasts)
    assert (1, 3) == (heard(anna, TROUBLED), heard(anna, RECEIVED))
    assert (1, 1) == (said(logs, "store_unavailable"), said(logs, "store_available_again"))
    assert 0 == said(logs, "update_broke")
    trouble = next(entry for entry in logs if entry["event"] == "store_unavailable")
    assert "make room on the disk" in trouble["advice"]


async def test_each_is_told_once_and_what_only_reads_goes_on(hall: Hall) -> None:
    anna, bruno, carla = await writing(hall, 3)
    async with without_room(hall):
        for number in range(2):
            anna.phone.say(f"{number} {LONG}")
            bruno.phone.say(f"{number} {LONG}")
        carla.phone.say("/programma")
        await eventually(lambda: heard(carla, "10:10") > 0)
        await eventually(lambda: (1, 1) == (heard(anna, TROUBLED), heard(bruno, TROUBLED)))
    await hall.quiet()
    assert [1, 1, 0] == [heard(who, TROUBLED) for who in (anna, bruno, carla)]


async def test_in_each_outage_they_are_told(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    with capture_logs() as logs:
        for times in (1, 2):
            async with without_room(hall):
                anna.phone.say(f"{times} {LONG}")
                await eventually(lambda t=times: heard(anna, TROUBLED) == t)  # type: ignore[misc]
            await anna.reads()
            await eventually(lambda: not hall.bot.outage.lasts)
    assert (2, 2) == (said(logs, "store_unavailable"), said(logs, "store_available_again"))


async def test_a_disk_that_is_nearly_full_is_one_outage(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is short is written, what is long is not."""
    monkeypatch.setattr(outage, "SETTLED", 1.0)
    anna, bruno = await writing(hall, 2)
    with capture_logs() as logs:
        async with without_room(hall):
            anna.phone.say(LONG)
            for number in range(8):
                bruno.phone.tap(bruno.ballot().id, encode(SetDots("1.1", number % 2)))
                await asyncio.sleep(0.1)
        await hall.quiet()
        await eventually(lambda: not hall.bot.outage.lasts)
    assert (1, 1) == (said(logs, "store_unavailable"), said(logs, "store_available_again"))


async def test_another_program_that_holds_the_database_is_waited_for(hall: Hall) -> None:
    anna, bruno = await writing(hall, 2)
    await impatient(hall)
    with held_by_another_program(hall):
        tap = anna.phone.tap(anna.ballot().id, encode(SetDots("1.1", 1)))
        bruno.phone.say("Una frase")
        await eventually(lambda: (1, 1) == (heard(anna, TROUBLED), heard(bruno, TROUBLED)))
        assert {} == await anna.dots()
    await hall.quiet()
    assert {"1.1": 1} == await anna.dots()
    assert ["Una frase"] == await kept(bruno)
    assert TROUBLED in anna.phone.answers[tap].text


async def test_a_stop_in_the_middle_of_it_is_no_longer_than_another_and_loses_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "FINISH_SECONDS", 0.5)
    (anna,) = await writing(hall, 1)
    async with without_room(hall):
        for number in range(3):
            anna.phone.say(f"{number} {LONG}")
        await eventually(lambda: heard(anna, TROUBLED) == 1)
        began = time.monotonic()
        await hall.stops()
        assert time.monotonic() - began < 5.0
        assert 3 == len(hall.telegram.pending_updates())
    hall.starts()
    await anna.reads()
    assert 3 == len(await kept(anna))


async def test_a_delivery_is_to_be_brought_again_and_then_is_done_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ANSWER_SECONDS", 0.1)
    (anna,) = await writing(hall, 1)
    await hall.stops()
    port = free_port()
    hall.settings = hall.settings.model_copy(
        update={
            "webhook_url": f"http://127.0.0.1:{port}/bollini",
            "webhook_port": port,
            "webhook_secret": SecretStr(SECRET),
        }
    )
    hall.starts()
    await eventually(lambda: bool(hall.telegram.world.webhook))
    body = message(anna, LONG, 900, 7)
    async with without_room(hall):
        assert [503, 503] == [await delivered(hall, body) for _ in range(2)]
        assert [] == await kept(anna)
    await eventually(lambda: heard(anna, RECEIVED) == 1)
    assert 200 == await delivered(hall, body)
    assert 1 == len(await kept(anna))


# --- what is done once ----------------------------------------------------------------------------------


async def test_what_was_kept_and_handled_is_not_handled_again_while_that_cannot_be_marked(hall: Hall) -> None:
    (anna,) = await writing(hall, 1)
    await impatient(hall)
    sentences = [f"Frase numero {number}" for number in range(30)]
    taken = asyncio.Event()

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage" and not taken.is_set() and heard(anna, RECEIVED) == 25:
            # Kept it was, and the answer is on its way: from now on it cannot be marked.
            locked.execute("BEGIN IMMEDIATE")
            taken.set()
        return None

    with closing(
        sqlite3.connect(hall.settings.database, isolation_level=None, check_same_thread=False)
    ) as locked:
        hall.telegram.intercept = intercept
        for sentence in sentences:
            anna.phone.say(sentence)
        await taken.wait()
        await asyncio.sleep(1.0)
        locked.execute("ROLLBACK")
        await anna.reads()
    assert sentences == await kept(anna)
    assert 30 == heard(anna, RECEIVED)


async def test_a_message_that_was_sent_is_not_sent_again_while_it_cannot_be_marked(hall: Hall) -> None:
    people = await writing(hall, 5)
    await impatient(hall)
    sent: set[int] = set()

    async def intercept(call: Call) -> Fault | None:
        if call.method == "sendMessage" and ANNOUNCED in call.params["text"] and not sent:
            locked.execute("BEGIN IMMEDIATE")
            sent.add(int(call.params["chat_id"]))
        return None

    with closing(
        sqlite3.connect(hall.settings.database, isolation_level=None, check_same_thread=False)
    ) as locked:
        hall.telegram.intercept = intercept
        moving = asyncio.create_task(hall.at("10:30"))
        await eventually(lambda: bool(sent))
        await asyncio.sleep(1.0)
        assert [1] == [heard(who, ANNOUNCED) for who in people if who.phone.id in sent]
        locked.execute("ROLLBACK")
        await moving
    assert [1] * 5 == [heard(who, ANNOUNCED) for who in people]


async def test_workers_and_agenda_go_on_after_an_outage_and_say_nothing_more(hall: Hall) -> None:
    anna, bruno = await writing(hall, 2)
    await impatient(hall)
    with capture_logs() as logs:
        with held_by_another_program(hall):
            moving = asyncio.create_task(hall.at("10:30"))
            await eventually(lambda: said(logs, "store_unavailable") == 1)
            await asyncio.sleep(1.0)
            assert "session1" == await hall.phase("T6")
        await moving
        await eventually(lambda: not hall.bot.outage.lasts)
    assert "session2" == await hall.phase("T6")
    assert [1, 1] == [heard(who, ANNOUNCED) for who in (anna, bruno)]
    assert (1, 1) == (said(logs, "store_unavailable"), said(logs, "store_available_again"))
    assert set() == {entry["event"] for entry in logs} & {"look_broke", "work_broke", "agenda_broke"}


# --- a process with a quota -----------------------------------------------------------------------------


@contextmanager
def quota(bot: Process, size: int) -> Iterator[None]:
    """No file of the process may be longer: the system refuses to write (EFBIG), an I/O error to SQLite."""
    pid = bot._process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_process_whose_files_may_not_grow_loses_nothing_and_goes_on(
    hall: Hall, tmp_path: Path
) -> None:
    people = await writing(hall, 12)
    await hall.stops()
    async with bot_process(hall, tmp_path) as bot:
        with quota(bot, 64 * 1024):
            for number in range(3):
                for who in people:
                    who.phone.say(f"{number} {LONG}")
                    who.phone.tap(who.ballot().id, encode(SetDots(f"{number + 1}.1", 1)))
            await bot.says("store_unavailable")
            await eventually(lambda: sum(heard(who, TROUBLED) for who in people) > 0)
            await asyncio.sleep(1.0)
            assert len(hall.telegram.pending_updates()) > 0
        await hall.quiet(60)
        await bot.says("store_available_again")
        status, _ = await bot.terminate()
    assert 0 == status
    for who in people:
        assert 3 == len(await kept(who))
        assert {"1.1": 1, "2.1": 1, "3.1": 1} == await who.dots()
        assert heard(who, TROUBLED) <= 1
        assert 3 == heard(who, RECEIVED)
    assert (1, 1) == (bot.output.count("store_unavailable"), bot.output.count("store_available_again"))
    assert "disk I/O error" in bot.output
    for broken in ("update_broke", "look_broke", "work_broke", "agenda_broke", "handling_broke"):
        assert broken not in bot.output


async def test_the_store_says_what_may_be_possible_later(hall: Hall) -> None:
    await hall.stops()
    await impatient(hall)
    with held_by_another_program(hall):
        with pytest.raises(Unavailable, match="database is locked"):
            async with hall.database.transaction():
                pass
        assert not hall.database.available
    async with hall.database.transaction() as tx:
        await tx.fetch("DELETE FROM inbox")
    assert hall.database.available
