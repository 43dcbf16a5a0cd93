"""The event, its tables in order, their steps; and the moments of the agenda."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import moments, priorities, tables
from storage.moments import Moment
from storage.priorities import Candidate
from storage.tables import Step, TableRow
from tests.storage.rows import NOON, SOON, add_tables

if TYPE_CHECKING:
    from storage.database import Database


async def test_a_database_has_one_event_whose_texts_may_be_newer(database: Database) -> None:
    assert await tables.event_code(database) is None
    assert await tables.event_definition(database) is None
    async with database.transaction() as tx:
        await tables.set_event(tx, "turin", "first", NOON)
        await tables.set_event(tx, "turin", "second", SOON)
    assert ("turin", "second") == (
        await tables.event_code(database),
        await tables.event_definition(database),
    )


async def test_tables_stand_in_the_order_they_are_given(database: Database) -> None:
    chance = random.Random(3)
    codes = [f"T{number}" for number in range(8)]
    async with database.transaction() as tx:
        await add_tables(tx, *codes)
        for _ in range(10):
            wanted = chance.sample(codes, len(codes))
            await tables.arrange(tx, wanted)
            assert wanted == [row.code for row in await tables.all_tables(tx)]
        # Those that the event has no more stand last, in the order they had.
        before = [row.code for row in await tables.all_tables(tx)]
        await tables.arrange(tx, [before[5], before[2]])
        rest = [code for code in before if code not in {before[5], before[2]}]
        assert [before[5], before[2], *rest] == [row.code for row in await tables.all_tables(tx)]


async def test_the_history_of_a_table_is_complete(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2", phase="registration")
        assert await tables.last_step(tx, "T1") is None
        for phase, mover in (("session1", "agenda"), ("priorities", "facilitator")):
            row = await tables.hold(tx, "T1")
            assert row is not None
            await tables.move(tx, row, phase, NOON, mover)
    expected = [
        Step(NOON, "registration", "session1", "agenda", None),
        Step(NOON, "session1", "priorities", "facilitator", None),
    ]
    assert expected == await tables.history(database, "T1")
    assert expected[-1] == await tables.last_step(database, "T1")
    assert [] == await tables.history(database, "T2")
    assert TableRow("T1", "priorities", None) == await tables.find(database, "T1")
    assert await tables.find(database, "T9") is None


async def test_a_step_takes_off_the_strategy_that_was_on(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", phase="session2")
        await tables.put_on(tx, "T1", "3.2")
        row = await tables.hold(tx, "T1")
        assert row is not None
        assert "3.2" == row.strategy_on
        await tables.move(tx, row, "closing", NOON, "agenda")
        assert TableRow("T1", "closing", None) == await tables.find(tx, "T1")
        assert await tables.hold(tx, "T9") is None


async def test_priorities_are_confirmed_once_and_stand_before_that(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        candidates = (Candidate("1.1", 4, tied=False, kept=True), Candidate("2.1", 2, tied=True, kept=False))
        await priorities.propose(tx, "T1", 1, {"app": 3, "assisted": 0, "paper": 2}, candidates)
        assert [True, False] == [
            await priorities.decide(tx, "T1", NOON, None, confirmed=False) for _ in range(2)
        ]
        await priorities.keep(tx, "T1", "2.1", kept=True)
        assert [True, False] == [
            await priorities.decide(tx, "T1", NOON, None, confirmed=True) for _ in range(2)
        ]
        assert not await priorities.decide(tx, "T1", NOON, None, confirmed=False)
        assert not await priorities.decide(tx, "T2", NOON, None, confirmed=True)
    found = await priorities.of_table(database, "T1")
    assert found is not None
    assert {"app": 3, "assisted": 0, "paper": 2} == found.channels
    assert (1, 5, True, True) == (found.places, found.voters, found.decided, found.confirmed)
    assert (candidates[0], Candidate("2.1", 2, tied=True, kept=True)) == found.candidates
    assert {"T1": found} == await priorities.of_all(database)
    assert await priorities.of_table(database, "T2") is None


def at(minutes: int) -> Moment:
    return Moment(f"m{minutes}", NOON + timedelta(minutes=minutes), f"action {minutes}")


async def test_moments_are_due_in_their_order_whatever_order_they_were_added_in(database: Database) -> None:
    async with database.transaction() as tx:
        for minutes in (30, 5, 10, 0, 20):
            await moments.add(tx, at(minutes))
            await moments.add(tx, Moment(f"m{minutes}", NOON, "another"))
    assert [at(0), at(5), at(10)] == await moments.due(database, NOON + timedelta(minutes=10))
    assert [at(0)] == await moments.due(database, NOON)
    assert [] == await moments.due(database, NOON - timedelta(microseconds=1))
    assert NOON == await moments.next_due(database)


async def test_a_moment_is_done_once_however_many_try(database: Database) -> None:
    async with database.transaction() as tx:
        await moments.add(tx, at(0))

    async def finish() -> bool:
        async with database.transaction() as tx:
            return await moments.finish(tx, "m0", SOON)

    assert 1 == sum(await asyncio.gather(*(finish() for _ in range(10))))
    assert [] == await moments.due(database, SOON)
    assert await moments.next_due(database) is None
    async with database.transaction() as tx:
        assert not await moments.finish(tx, "unknown", SOON)


async def test_what_was_done_stays_done_when_the_rest_is_planned_anew(database: Database) -> None:
    async with database.transaction() as tx:
        for minutes in (0, 10):
            await moments.add(tx, at(minutes))
        await moments.finish(tx, "m0", SOON)
        await moments.forget_to_come(tx)
        for minutes in (0, 10):
            await moments.add(tx, Moment(f"m{minutes}", NOON + timedelta(minutes=15), "later"))
    assert [Moment("m10", NOON + timedelta(minutes=15), "later")] == await moments.due(
        database, NOON + timedelta(hours=1)
    )
