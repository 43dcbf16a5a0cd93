"""The agenda at work: what is due is done, once, in order, however late we look."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from structlog.testing import capture_logs

from participation import phases
from tests.support.hall import eventually

if TYPE_CHECKING:
    import pytest

    from tests.support.hall import Hall


async def steps(hall: Hall, table: str) -> list[str]:
    rows = await hall.rows("SELECT to_phase FROM phase_history WHERE table_code = $1 ORDER BY id", table)
    return [row["to_phase"] for row in rows]


async def test_missed_moments_are_caught_up_once_and_in_order(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.stops()
    hall.clock.at = hall.clock.at.replace(hour=12, minute=30)
    hall.starts()
    await anna.reads()
    assert ["session1", "priorities", "session2", "closing"] == await steps(hall, "T6")
    assert 1 == anna.everything.count("Grazie per aver partecipato")
    await hall.stops()
    hall.starts()
    await hall.at("12:31")
    assert ["session1", "priorities", "session2", "closing"] == await steps(hall, "T6")
    assert 1 == anna.everything.count("Grazie per aver partecipato")


async def test_a_clock_that_jumps_skips_nothing(hall: Hall) -> None:
    await hall.at("13:30")
    for table in hall.event.tables:
        assert 5 == len(await steps(hall, table.code))


async def test_a_clock_that_is_set_back_does_nothing_twice(hall: Hall) -> None:
    await hall.at("10:30")
    await hall.at("10:05")
    await hall.at("10:31")
    assert ["session1", "priorities", "session2"] == await steps(hall, "T6")


async def test_a_moment_that_fails_is_tried_again_and_others_are_kept(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {code: await hall.somebody(code).registers(code) for code in ("T1", "T6")}
    move_in = phases.move_in
    left = 3

    async def moves(tx: Any, event: Any, table: str, *given: Any) -> Any:
        nonlocal left
        if table == "T1" and left:
            left -= 1
            message = "not now"
            raise OSError(message)
        return await move_in(tx, event, table, *given)

    monkeypatch.setattr(phases, "move_in", moves)
    with capture_logs() as logs:
        await hall.at("10:10")
    assert 3 == sum(entry["event"] == "agenda_broke" for entry in logs)
    assert 10 == await hall.count("tables", "phase = 'session1'")
    for who in people.values():
        assert 1 == who.everything.count("Quali tra queste strategie")


async def test_those_who_can_be_told_are_told_while_another_table_fails(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await hall.somebody().registers("T6")
    move_in = phases.move_in

    async def moves(tx: Any, event: Any, table: str, *given: Any) -> Any:
        if table == "T1":
            message = "never"
            raise OSError(message)
        return await move_in(tx, event, table, *given)

    monkeypatch.setattr(phases, "move_in", moves)
    with capture_logs():
        hall.clock.at = hall.clock.at.replace(hour=10, minute=10)
        await eventually(lambda: "Quali tra queste strategie" in anna.everything)


async def test_a_stop_waits_for_the_look_under_way(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(10):
        hall.clock.at = hall.clock.at.replace(minute=hall.clock.at.minute + 1)
        await hall.stops()
        hall.starts()
        await asyncio.sleep(0.03)
    assert [] == [record.getMessage() for record in caplog.records if record.name.startswith("apscheduler")]
