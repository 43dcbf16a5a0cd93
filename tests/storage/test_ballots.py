"""Ballots: dots set and counted, held against closings."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import ballots, tables
from tests.storage.rows import NOON, add_tables, give_ballot, new_database, seat, value, vote

if TYPE_CHECKING:
    from storage.database import Database

CODES = ("1.1", "1.2", "2.1", "3.3")


@settings(max_examples=25, deadline=None)
@given(
    stack=st.integers(1, 6),
    wishes=st.lists(st.dictionaries(st.sampled_from(CODES), st.integers(0, 3), min_size=1), max_size=12),
)
def test_a_ballot_holds_what_was_set_last(stack: int, wishes: list[dict[str, int]]) -> None:
    async def play() -> None:
        async with new_database() as database:
            async with database.transaction() as tx:
                await add_tables(tx, "T1")
                person = await seat(tx, 1, "T1")
                await give_ballot(tx, person, "T1", stack=stack)
            expected: dict[str, int] = {}
            for wished in wishes:
                after = {**expected, **wished}
                allowed = sum(after.values()) <= 6 and max(after.values()) <= stack
                try:
                    async with database.transaction() as tx:
                        held = await ballots.hold_open(tx, person)
                        assert held is not None
                        assert expected == dict(held.dots)
                        await ballots.set_dots(tx, held, wished)
                except sqlite3.IntegrityError:
                    assert not allowed
                else:
                    assert allowed
                    expected = {code: count for code, count in after.items() if count}
                found = await ballots.of_person(database, person)
                assert found is not None
                assert expected == dict(found.dots)
                assert (sum(expected.values()), 6 - sum(expected.values())) == (found.used, found.left)

    asyncio.run(play())


async def test_who_has_no_ballot_has_none(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1, "T1")
        assert await ballots.hold_open(tx, person) is None
        assert not await ballots.finish(tx, person)
    assert await ballots.of_person(database, person) is None


async def test_a_closed_ballot_can_neither_be_held_nor_finished(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        for number, table in ((1, "T1"), (2, "T2")):
            await give_ballot(tx, await seat(tx, number, table), table)
        await ballots.set_open(tx, "T1", is_open=False)
        assert await ballots.hold_open(tx, 1) is None
        assert not await ballots.finish(tx, 1)
        assert await ballots.hold_open(tx, 2) is not None
        await ballots.set_open(tx, "T1", is_open=True)
        assert await ballots.hold_open(tx, 1) is not None


async def test_a_ballot_goes_along_with_its_dots(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        person = await seat(tx, 1, "T1")
        await give_ballot(tx, person, "T1")
        await vote(tx, person, "1.1", "2.1")
        assert await ballots.finish(tx, person)
        await ballots.move(tx, person, "T2", "4", is_open=False)
    found = await ballots.of_person(database, person)
    assert found is not None
    assert ("T2", "4", False, True, {"1.1": 1, "2.1": 1}) == (
        found.table, found.zone, found.open, found.finished, dict(found.dots)
    )  # fmt: skip
    assert {} == await ballots.tally(database, "T1")
    assert {"1.1": 1, "2.1": 1} == await ballots.tally(database, "T2")


async def test_turnout_and_tallies_are_those_of_the_ballots(database: Database) -> None:
    chance = random.Random(11)
    expected: dict[str, list[int]] = {code: [0, 0, 0] for code in ("T1", "T2", "T3")}
    tallies: dict[str, Counter[str]] = {code: Counter() for code in expected}
    zones: dict[str, Counter[str]] = {}
    voters: Counter[str] = Counter()
    async with database.transaction() as tx:
        await add_tables(tx, *expected)
        for number in range(60):
            table, zone = chance.choice(list(expected)), chance.choice("123")
            person = await seat(tx, number, table, zone)
            await give_ballot(tx, person, table, zone)
            dots = chance.sample(CODES, chance.randint(0, 3))
            await vote(tx, person, *dots)
            finished = chance.random() < 0.5
            if finished:
                await ballots.finish(tx, person)
            counts = expected[table]
            counts[0] += 1
            counts[1] += bool(dots)
            counts[2] += finished
            tallies[table].update(dots)
            if table != "T2" and dots:
                voters[zone] += 1
                zones.setdefault(zone, Counter()).update(dots)
        for code in ("T1", "T3"):
            await ballots.set_open(tx, code, is_open=False)
            row = await tables.hold(tx, code)
            assert row is not None
            await tables.move(tx, row, "priorities", NOON, "agenda")
    turnout = await ballots.turnout(database)
    assert expected == {c: [t.registered, t.voting, t.finished] for c, t in turnout.items()}
    for code, tally in tallies.items():
        assert dict(tally) == await ballots.tally(database, code)
    found = await ballots.closed_by_zone(database)
    assert dict(voters) == {zone: tally.voters for zone, tally in found.items()}
    assert zones == {zone: dict(tally.dots) for zone, tally in found.items()}


async def test_dots_of_a_table_that_still_votes_are_in_no_zone(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1, "T1")
        await give_ballot(tx, person, "T1")
        await vote(tx, person, "1.1")
    assert {} == await ballots.closed_by_zone(database)


async def test_each_zone_is_read_as_of_one_moment(database: Database) -> None:
    """Tables close while the figures are read: voters and dots are of the same ballots."""
    async with database.transaction() as tx:
        codes = [f"T{number}" for number in range(20)]
        await add_tables(tx, *codes)
        for number, code in enumerate(codes):
            person = await seat(tx, number, code)
            await give_ballot(tx, person, code)
            await vote(tx, person, "1.1", "1.2", "2.1")

    async def close_all() -> None:
        for code in codes:
            async with database.transaction() as tx:
                row = await tables.hold(tx, code)
                assert row is not None
                await tables.move(tx, row, "priorities", NOON, "agenda")

    closing = asyncio.ensure_future(close_all())
    seen = set()
    while not closing.done():
        for tally in (await ballots.closed_by_zone(database)).values():
            assert 3 * tally.voters == sum(tally.dots.values())
            seen.add(tally.voters)
    await closing
    assert len(seen) > 1


async def test_a_second_ballot_is_refused(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 1, "T1")
        await give_ballot(tx, person, "T1")
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await ballots.create(tx, "other", person, "T1", "1", budget=6, stack=1, is_open=True)
    assert 1 == await value(database, "SELECT count(*) FROM ballots")
