"""Sheets, counts, codes, desks and their trace in the store; and what the schema itself refuses of paper."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import ballots, paper
from storage.paper import Counts, Desk
from tests.storage.rows import NOON, SOON, add_tables, give_ballot, new_database, seat, value, vote

if TYPE_CHECKING:
    from storage.database import Database, Transaction


async def enter(
    tx: Transaction, ballot: str, table: str, number: int, *strategies: str, zone: str = "1"
) -> None:
    """A sheet with one dot on each of these."""
    await ballots.create_on_paper(tx, ballot, table, zone, budget=6, stack=1, is_open=True)
    await paper.add_sheet(tx, ballot, table, number)
    held = await ballots.hold(tx, ballot)
    assert held is not None
    await ballots.set_dots(tx, held, dict.fromkeys(strategies, 1))


async def two_sheets(database: Database) -> int:
    """T1 with the sheets 1 (six dots) and 2 (withdrawn), and a person with a ballot; their id."""
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        await enter(tx, "paper-1", "T1", 1, "1.1", "2.1", "3.1", "4.1", "5.1", "6.1")
        await enter(tx, "paper-2", "T1", 2)
        await paper.withdraw(tx, "paper-2", NOON)
        person = await seat(tx, 1, "T1")
        await give_ballot(tx, person, "T1")
    return person


DOT = "INSERT INTO dots (ballot_id, slot, strategy, nth, budget, stack) VALUES "


@pytest.mark.parametrize(
    "sql",
    [
        # A number stands once per table, and is a number.
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', 1)",
        "UPDATE sheets SET number = 1, withdrawn_at = NULL WHERE ballot_id = 'paper-2'",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', 0)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', 10000)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', 1.5)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', 'twelve')",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T1', NULL)",
        # A sheet is a ballot on paper, of its own table, once.
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('ballot-1', 'T1', 9)",
        "INSERT INTO sheets (ballot_id, channel, table_code, number) VALUES ('ballot-1', 'app', 'T1', 9)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-3', 'T2', 9)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('paper-1', 'T1', 9)",
        "INSERT INTO sheets (ballot_id, table_code, number) VALUES ('nothing', 'T1', 9)",
        "UPDATE ballots SET table_code = 'T2' WHERE id = 'paper-1'",
        "DELETE FROM ballots WHERE id = 'paper-1'",
        # What is on paper is nobody's and stays paper.
        "INSERT INTO ballot_owners (person_id, ballot_id) VALUES (2, 'paper-1')",
        "INSERT INTO ballot_owners (person_id, ballot_id) VALUES (2, 'paper-3')",
        "UPDATE ballot_owners SET ballot_id = 'paper-3' WHERE person_id = 1",
        "UPDATE ballots SET channel = 'app' WHERE id = 'paper-1'",
        "UPDATE ballots SET channel = 'assisted' WHERE id = 'paper-3'",
        "UPDATE ballots SET channel = 'paper' WHERE id = 'ballot-1'",
        "UPDATE ballots SET channel = 'fax' WHERE id = 'ballot-1'",
        # Six dots, and those on a sheet that stands.
        DOT + "('paper-1', 7, '6.4', 1, 6, 1)",
        DOT + "('paper-2', 1, '6.4', 1, 6, 1)",
        DOT + "('paper-3', 1, '6.4', 1, 6, 1)",
        "UPDATE sheets SET withdrawn_at = '2023-12-05T12:00:00.000000Z' WHERE ballot_id = 'paper-1'",
        # Counts are numbers one can believe.
        "INSERT INTO table_counts (table_code, present) VALUES ('T1', -1)",
        "INSERT INTO table_counts (table_code, handed_in) VALUES ('T1', 1000)",
        "INSERT INTO table_counts (table_code, present) VALUES ('T9', 3)",
        # The trace names a ballot, or is about the whole table.
        "INSERT INTO paper_trace (table_code, at, role, act) VALUES ('T1', '', 'regia', 'entered')",
        "INSERT INTO paper_trace (table_code, at, role, act, ballot_id, label)"
        " VALUES ('T1', '', 'regia', 'handed_in', 'paper-1', '1')",
        "INSERT INTO paper_trace (table_code, at, role, act) VALUES ('T1', '', 'regia', 'forgotten')",
        # Of the voters no more are on paper than there are.
        "INSERT INTO priority_sets (table_code, places, voters, assisted, paper) VALUES ('T1', 0, 3, 2, 2)",
    ],
)
async def test_what_must_never_be_false_is_refused(database: Database, sql: str) -> None:
    await two_sheets(database)
    async with database.transaction() as tx:
        await seat(tx, 2, "T1")
        await ballots.create_on_paper(tx, "paper-3", "T1", "1", budget=6, stack=1, is_open=True)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)
    assert [1] == [sheet.number for sheet in await paper.sheets_of(database, "T1")]
    assert 6 == await value(database, "SELECT count(*) FROM dots")
    assert 1 == await value(database, "SELECT count(*) FROM ballot_owners")


async def test_a_withdrawn_number_may_stand_again_and_at_another_table_anyway(database: Database) -> None:
    await two_sheets(database)
    async with database.transaction() as tx:
        await enter(tx, "paper-4", "T1", 2, "1.1")
        await enter(tx, "paper-5", "T2", 1, "1.1")
    assert [1, 2] == [sheet.number for sheet in await paper.sheets_of(database, "T1")]
    assert [1] == [sheet.number for sheet in await paper.sheets_of(database, "T2")]
    found = await paper.sheet(database, "T1", 2)
    assert found is not None
    assert ("paper-4", {"1.1": 1}) == (found.ballot, dict(found.dots))
    assert await paper.sheet(database, "T1", 3) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("enter", "withdraw")), st.integers(1, 3), st.sampled_from(("1.1", "2.1", None))
    ),
    max_size=15,
)


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_whatever_is_tried_a_number_stands_once_and_only_what_stands_counts(
    steps: list[tuple[str, int, str | None]],
) -> None:
    async def play() -> None:
        async with new_database() as database:
            async with database.transaction() as tx:
                await add_tables(tx, "T1")
            standing: dict[int, list[str]] = {}
            for place, (what, number, strategy) in enumerate(steps):
                codes = [strategy] if strategy else []
                with suppress(sqlite3.IntegrityError):
                    async with database.transaction() as tx:
                        if what == "enter":
                            await enter(tx, f"paper-{place}", "T1", number, *codes)
                            standing[number] = codes
                        else:
                            there = await paper.sheet(tx, "T1", number)
                            if there is not None:
                                held = await ballots.hold(tx, there.ballot)
                                assert held is not None
                                await ballots.set_dots(tx, held, dict.fromkeys(held.dots, 0))
                                await paper.withdraw(tx, there.ballot, NOON)
                                del standing[number]
                found = {each.number: list(each.dots) for each in await paper.sheets_of(database, "T1")}
                assert standing.keys() == found.keys()
                tally = await ballots.tally(database, "T1")
                assert sum(len(codes) for codes in found.values()) == sum(tally.values())
                assert len(found) == (await paper.counts_of(database, "T1")).entered

    asyncio.run(play())


async def test_counts_are_none_until_somebody_says_them(database: Database) -> None:
    await two_sheets(database)
    assert {"T1": Counts(None, None, 1), "T2": Counts(None, None, 0)} == await paper.counts(database)
    async with database.transaction() as tx:
        await paper.set_present(tx, "T1", 18)
        await paper.set_handed_in(tx, "T2", 0)
        await paper.set_present(tx, "T1", 17)
        await paper.set_handed_in(tx, "T1", 3)
    assert {"T1": Counts(17, 3, 1), "T2": Counts(None, 0, 0)} == await paper.counts(database)


async def test_ballots_are_counted_by_channel_and_turnout_is_of_people(database: Database) -> None:
    person = await two_sheets(database)
    async with database.transaction() as tx:
        await vote(tx, person, "1.1")
        helped = await seat(tx, 2, "T1")
        ballot = await give_ballot(tx, helped, "T1")
        await vote(tx, helped, "2.1")
        await ballots.set_channel(tx, ballot, "assisted")
        await give_ballot(tx, await seat(tx, 3, "T1"), "T1")
    none = {"app": 0, "assisted": 0, "paper": 0}
    assert {"T1": {"app": 1, "assisted": 1, "paper": 1}, "T2": none} == await ballots.cast(database)
    turnout = (await ballots.turnout(database))["T1"]
    assert (3, 2) == (turnout.registered, turnout.voting)


async def test_the_trace_keeps_everything_and_outlives_the_person(database: Database) -> None:
    person = await two_sheets(database)
    async with database.transaction() as tx:
        first = await paper.add_trace(
            tx, "T1", NOON, person, "facilitator", "entered", ballot="paper-1", label="1", after='{"1.1": 1}'
        )
        second = await paper.add_trace(tx, "T1", SOON, person, "facilitator", "handed_in", after="3")
        assert first < second
    assert ["entered"] == [each.act for each in await paper.trace_of_ballot(database, "paper-1")]
    assert "facilitator" == (await paper.sheets_of(database, "T1"))[0].role
    async with database.transaction() as tx:
        await tx.fetch("DELETE FROM people WHERE id = $1", person)
    trace = await paper.trace_of_table(database, "T1")
    assert [(NOON, None, "entered", "1"), (SOON, None, "handed_in", None)] == [
        (each.at, each.person, each.act, each.label) for each in trace
    ]


async def test_a_code_is_of_one_person_at_their_table(database: Database) -> None:
    person = await two_sheets(database)
    async with database.transaction() as tx:
        other, elsewhere = await seat(tx, 2, "T1"), await seat(tx, 3, "T2")
        assert await paper.give_code(tx, person, "T1", "K7M4P")
        assert not await paper.give_code(tx, other, "T1", "K7M4P")
        assert await paper.give_code(tx, elsewhere, "T2", "K7M4P")
    assert person == await paper.person_with(database, "T1", "K7M4P")
    assert elsewhere == await paper.person_with(database, "T2", "K7M4P")
    assert "K7M4P" == await paper.code_of(database, person, "T1")
    async with database.transaction() as tx:
        # They move to another table, or the code is used: it is nobody's any more.
        await tx.fetch("UPDATE people SET table_code = 'T2' WHERE id = $1", person)
        await paper.forget_code(tx, elsewhere)
    assert await paper.person_with(database, "T1", "K7M4P") is None
    assert await paper.person_with(database, "T2", "K7M4P") is None
    assert await paper.code_of(database, elsewhere, "T2") is None


async def test_a_desk_is_one_per_person(database: Database) -> None:
    person = await two_sheets(database)
    assert await paper.desk(database, person) is None
    async with database.transaction() as tx:
        await paper.put_desk(tx, person, Desk("one", "T1", "{}"))
        await paper.put_desk(tx, person, Desk("two", "T2", "{}"))
    assert Desk("two", "T2", "{}") == await paper.desk(database, person)
    async with database.transaction() as tx:
        await paper.clear_desk(tx, person)
    assert await paper.desk(database, person) is None
