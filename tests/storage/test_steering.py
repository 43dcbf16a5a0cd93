"""What steers a table rests in the store: its history, the plan's changes, questions, nudges."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import agenda, asked, attendance, moments, people, roles, tables
from storage.agenda import Change
from storage.moments import Moment
from tests.storage.rows import NOON, SOON, add_tables, give_ballot, seat, value, vote

if TYPE_CHECKING:
    from storage.database import Database


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# --- history --------------------------------------------------------------------------------------------


async def test_a_step_that_does_not_begin_where_the_last_one_ended_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        row = await tables.hold(tx, "T1")
        assert row is not None
        await tables.move(tx, row, "priorities", NOON, "agenda")
    with pytest.raises(sqlite3.IntegrityError, match="begins where its last one ended"):
        async with database.transaction() as tx:
            # As it was before: somebody read the table, and did not hold it.
            await tables.move(tx, row, "priorities", SOON, "agenda")
    assert [("session1", "priorities")] == [
        (step.from_phase, step.to_phase) for step in await tables.history(database, "T1")
    ]


async def test_a_reopening_is_counted_and_says_why(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", phase="session2")
        person = await seat(tx, 1, "T1")
        row = await tables.hold(tx, "T1")
        assert row is not None
        assert "" == row.again
        await tables.reopen(tx, row, "session1", NOON, "regia", person, "no network")
    row = await tables.find(database, "T1")
    assert row is not None
    assert (1, ":1", "session1") == (row.reopenings, row.again, row.phase)
    (step,) = await tables.history(database, "T1")
    assert (True, "no network", person) == (step.reopened, step.reason, step.person)
    assert {"T1": step} == dict(await tables.last_steps(database))
    assert step == await tables.last_step(database, "T1", "session1")
    assert await tables.last_step(database, "T1", "closing") is None


async def test_activity_is_kept_to_the_minute_and_never_goes_back(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        for at in (minutes(3.9), minutes(5.2), minutes(1)):
            await tables.active(tx, "T1", NOON + at)
    row = await tables.find(database, "T1")
    assert row is not None
    assert NOON + minutes(5) == row.active_at


# --- the plan -------------------------------------------------------------------------------------------


async def test_while_it_is_held_nothing_but_the_minute_is_due(database: Database) -> None:
    async with database.transaction() as tx:
        for key in ("a", moments.MINUTE):
            await moments.add(tx, Moment(key, NOON, "{}"))
        assert await agenda.hold(tx, NOON)
        assert not await agenda.hold(tx, SOON)
    assert NOON == await agenda.held_at(database)
    assert [moments.MINUTE] == [moment.key for moment in await moments.due(database, SOON)]
    assert NOON == await moments.next_due(database)
    async with database.transaction() as tx:
        # Found due before it was held.
        assert not await moments.finish(tx, "a", SOON)
        assert await agenda.release(tx)
        assert not await agenda.release(tx)
        assert await moments.finish(tx, "a", SOON)
    assert await agenda.held_at(database) is None


async def test_a_moment_that_was_put_off_is_not_done_by_who_found_it_due(database: Database) -> None:
    async with database.transaction() as tx:
        await moments.add(tx, Moment("a", NOON, "{}"))
        assert await moments.put_off(tx, "a", NOON, SOON)
        assert not await moments.put_off(tx, "a", NOON, SOON)
        assert not await moments.finish(tx, "a", NOON)
        assert await moments.finish(tx, "a", SOON)
        assert not await moments.put_off(tx, "a", SOON, SOON)
        await moments.plan_anew(tx, Moment("a", SOON + minutes(5), "{}"))
    assert [("a", SOON + minutes(5))] == await moments.planned(database)
    assert [] == await moments.done(database, "a")


async def test_a_shift_moves_what_is_to_come_and_not_the_minute(database: Database) -> None:
    async with database.transaction() as tx:
        for key in ("done", "phase:a", "post:b", moments.MINUTE):
            await moments.add(tx, Moment(key, NOON, "{}"))
        await moments.finish(tx, "done", NOON)
        await moments.shift(tx, minutes(-7))
    assert [("phase:a", NOON - minutes(7)), ("post:b", NOON - minutes(7)), (moments.MINUTE, NOON)] == (
        await moments.planned(database)
    )
    assert [("phase:a", NOON - minutes(7))] == await moments.planned(database, "phase:")
    assert ["done"] == [moment.key for moment in await moments.done(database, "do")]


async def test_the_minute_begins_again_only_when_it_had_ended(database: Database) -> None:
    async with database.transaction() as tx:
        await moments.resume_minute(tx, Moment(moments.MINUTE, NOON, "{}"))
        await moments.resume_minute(tx, Moment(moments.MINUTE, SOON, "{}"))
        assert [(moments.MINUTE, NOON)] == await moments.planned(tx)
        await moments.finish(tx, moments.MINUTE, NOON)
        await moments.resume_minute(tx, Moment(moments.MINUTE, SOON, "{}"))
    assert [(moments.MINUTE, SOON)] == await moments.planned(database)


async def test_changes_of_the_whole_plan_and_of_one_table_are_kept_apart(database: Database) -> None:
    shift = Change(at=NOON, act="shifted", mover="regia", since=NOON, minutes=10)
    prolonged = Change(
        at=SOON,
        act="prolonged",
        mover="facilitator",
        since=NOON,
        minutes=5,
        table="T1",
        phase="session1",
        until=SOON,
    )
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        await agenda.add(tx, shift)
        await agenda.add(tx, prolonged)
    assert [shift] == await agenda.changes(database)
    assert prolonged == await agenda.last_of_table(database, "T1", "session1")
    assert await agenda.last_of_table(database, "T1", "session2") is None
    assert frozenset({("T1", "session1")}) == await agenda.prolonged(database)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await agenda.add(tx, Change(at=NOON, act="prolonged", mover="regia", since=NOON))


# --- questions ------------------------------------------------------------------------------------------


async def test_a_newer_question_takes_the_place_of_the_older_and_each_is_answered_once(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1, "T1")
        assert "one" == await asked.ask(tx, "one", "update 1", person, "{}", NOON)
        assert "one" == await asked.ask(tx, "other", "update 1", person, "{}", SOON)
        assert "two" == await asked.ask(tx, "two", "update 2", person, "{}", SOON)
    waiting = await asked.open_of(database, person)
    assert waiting is not None
    assert "two" == waiting.token
    older = await asked.find(database, "one")
    assert older is not None
    assert "superseded" == older.answer
    async with database.transaction() as tx:
        assert not await asked.answer(tx, "one", "yes", "update 3", SOON)
        assert await asked.answer(tx, "two", "yes", "update 3", SOON)
        assert not await asked.answer(tx, "two", "no", "update 4", SOON)
    assert await asked.open_of(database, person) is None
    answered = await asked.answered_in(database, person, "update 3")
    assert answered is not None
    assert ("two", "yes") == (answered.token, answered.answer)
    assert await asked.find(database, "three") is None


# --- people at the tables -------------------------------------------------------------------------------


async def test_the_attendance_of_a_table(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        crowd = [await seat(tx, number, "T1") for number in range(1, 6)]
        for person in crowd:
            await give_ballot(tx, person, "T1")
        await vote(tx, crowd[0], "1.1")
        await vote(tx, crowd[1], "1.1", "2.1")
        for person in (crowd[1], crowd[2]):
            await tx.fetch("UPDATE ballots SET finished = TRUE WHERE id = $1", f"ballot-{person}")
        await people.mark_unreachable(tx, crowd[4], NOON)
        await roles.grant(tx, crowd[3], "facilitator", "T1", NOON)
        await tx.fetch(
            "INSERT INTO ballots (id, table_code, zone, channel, budget, stack, open)"
            " VALUES ('sheet', 'T1', '1', 'paper', 6, 1, TRUE)"
        )
    found = await attendance.by_table(database)
    assert (
        attendance.Attendance(silent=2, unfinished=2, unreachable=1, facilitators=1, paper=1) == found["T1"]
    )
    assert (
        attendance.Attendance(silent=0, unfinished=0, unreachable=0, facilitators=0, paper=0) == found["T2"]
    )
    assert [(crowd[0], 1), (crowd[3], 0)] == [
        (each.person, each.used) for each in await attendance.unfinished(database, "T1")
    ]
    both = await attendance.audience(database, ("T1", "T2"), seated=True, leaders=True)
    assert (4, 1) == both
    assert (1, 0) == await attendance.audience(database, ("T1",), seated=False, leaders=True)
    assert (0, 0) == await attendance.audience(database, ("T2",), seated=True, leaders=True)


async def test_of_many_nudges_at_once_one_counts(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1, "T1")

    async def nudge(at: timedelta) -> bool:
        async with database.transaction() as tx:
            return await attendance.nudge(tx, person, NOON + at, NOON + at - minutes(2))

    assert 1 == sum(await asyncio.gather(*(nudge(minutes(0)) for _ in range(8))))
    assert not await nudge(minutes(1.9))
    assert await nudge(minutes(2))
    assert 1 == await value(database, "SELECT count(*) FROM nudges")
