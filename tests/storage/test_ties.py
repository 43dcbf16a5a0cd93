"""What the schema itself refuses about ties, run-offs and draws."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import priorities, ties
from storage.ties import Draw, TieRow
from tests.storage.rows import NOON, SOON, add_tables, seat, value

if TYPE_CHECKING:
    from storage.database import Database

TIED = {"4.1": 2, "5.1": 2, "6.1": 2}
DRAW = Draw("draw", "sha256-tickets", "secret", "hash", NOON, None, None)


async def tied(database: Database, places: int = 1) -> TieRow:
    """A tie at T1, with two people there."""
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        for number in (101, 102):
            await seat(tx, number, "T1")
        await priorities.propose(tx, "T1", places, {"app": 3}, [])
        await ties.add(tx, "T1", 1, TIED, places, zone=None, after_runoff=False)
    return await the_tie(database)


async def the_tie(database: Database) -> TieRow:
    (found,) = await ties.of_table(database, "T1")
    return found


async def run_off(database: Database) -> None:
    tie = await tied(database)
    async with database.transaction() as tx:
        assert await ties.open_runoff(tx, tie, "run-off", NOON, SOON, None)
        held = await ties.hold_open_runoff(tx, "run-off")
        assert held is not None
        await ties.choose(tx, held, 1, "4.1")


async def refuses(database: Database, sql: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)


CHOICE = "INSERT INTO runoff_choices (table_code, nth, person_id, strategy) VALUES "


@pytest.mark.parametrize(
    "sql",
    [
        # A second choice of the same person; one that is not among the tied; one in no run-off; of nobody.
        CHOICE + "('T1', 1, 1, '5.1')",
        CHOICE + "('T1', 1, 2, '1.1')",
        CHOICE + "('T1', 2, 2, '4.1')",
        CHOICE + "('T1', 1, 77, '4.1')",
        "UPDATE runoff_choices SET strategy = '1.1'",
        # A second run-off of one tie, a second tie that waits, more hands than there are people.
        "INSERT INTO runoffs (table_code, nth, id, opened_at, closes_at) VALUES ('T1', 1, 'x', '1', '2')",
        "INSERT INTO ties (table_code, nth, places) VALUES ('T1', 2, 1)",
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ('T1', 1, '4.1', 1000)",
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ('T1', 1, '4.1', -1)",
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ('T1', 1, '4.1', 1.5)",
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ('T1', 1, '1.1', 1)",
        # A tie that is settled without saying how, or in a way that there is not.
        "UPDATE ties SET settled_at = '1'",
        "UPDATE ties SET how = 'fewer'",
        "UPDATE ties SET how = 'dice', settled_at = '1'",
        "UPDATE ties SET after_runoff = TRUE, how = 'hand', settled_at = '1'",
        "UPDATE tie_candidates SET chosen = TRUE",
        "UPDATE tie_candidates SET chosen = TRUE, still_tied = TRUE WHERE strategy = '4.1'",
    ],
)
async def test_what_must_never_be_is_refused(database: Database, sql: str) -> None:
    await run_off(database)
    await refuses(database, sql)
    assert [(1, "4.1")] == [
        (row["person_id"], row["strategy"]) for row in await database.fetch("SELECT * FROM runoff_choices")
    ]


@pytest.mark.parametrize(
    "sql",
    [
        CHOICE + "('T1', 1, 2, '4.1')",
        "UPDATE runoff_counts SET taps = 9",
        "INSERT INTO runoff_counts (table_code, nth, strategy, hands) VALUES ('T1', 1, '6.1', 1)",
        "UPDATE runoffs SET closed_at = NULL",
        "UPDATE runoffs SET closed_at = '9'",
    ],
)
async def test_nothing_counts_after_the_closing(database: Database, sql: str) -> None:
    await run_off(database)
    async with database.transaction() as tx:
        assert await ties.close_runoff(tx, "run-off", SOON) is not None
        assert await ties.close_runoff(tx, "run-off", SOON) is None
    await refuses(database, sql)
    tie = await the_tie(database)
    assert {"4.1": 1, "5.1": 0, "6.1": 0} == {c.strategy: c.taps for c in tie.candidates}
    assert 0 == await value(database, "SELECT count(*) FROM runoff_choices")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE draws SET secret = 'another'",
        "UPDATE draws SET commitment = 'another'",
        "UPDATE draws SET method = 'dice'",
        "UPDATE draws SET word = 'sole'",
        "INSERT INTO draws (table_code, nth, id, method, secret, commitment, promised_at)"
        " VALUES ('T1', 1, 'x', 'm', 's', 'c', '1')",
    ],
)
async def test_what_was_promised_of_a_draw_stays(database: Database, sql: str) -> None:
    tie = await tied(database)
    async with database.transaction() as tx:
        assert await ties.promise_draw(tx, tie, DRAW)
        assert not await ties.promise_draw(tx, tie, replace(DRAW, id="another", secret="better"))
    await refuses(database, sql)
    assert DRAW == (await the_tie(database)).draw


async def test_a_draw_is_drawn_once(database: Database) -> None:
    tie = await tied(database)
    async with database.transaction() as tx:
        await ties.promise_draw(tx, tie, DRAW)
        await ties.drawn(tx, tie, "sole", SOON)
    await refuses(database, "UPDATE draws SET word = 'luna'")
    await refuses(database, "UPDATE draws SET drawn_at = NULL, word = NULL")
    assert replace(DRAW, word="sole", drawn_at=SOON) == (await the_tie(database)).draw


async def test_a_tie_is_settled_once_and_never_for_more_than_its_places(database: Database) -> None:
    tie = await tied(database, places=2)
    async with database.transaction() as tx:
        assert await ties.settle(tx, tie, "hand", ["4.1", "6.1"], [], SOON, 1)
        assert not await ties.settle(tx, tie, "fewer", [], [], SOON, 1)
    found = await the_tie(database)
    assert ("hand", ("4.1", "6.1"), SOON, 1) == (found.how, found.chosen, found.settled_at, found.settled_by)
    await refuses(database, "UPDATE tie_candidates SET chosen = TRUE WHERE strategy = '5.1'")
    async with database.transaction() as tx:
        await ties.unsettle(tx, found)
    assert tie == await the_tie(database)


async def test_a_proposal_made_anew_forgets_the_ties_of_the_one_before(database: Database) -> None:
    await run_off(database)
    async with database.transaction() as tx:
        await ties.give_reason(tx, "T1", "3.2", "Troppo cara", NOON, 1)
        await ties.ask_reason(tx, 1, "T1", "3.2", NOON)
        await priorities.propose(tx, "T1", 0, {"app": 3}, [])
    for table in ("ties", "tie_candidates", "runoffs", "runoff_choices", "priority_reasons", "reasons_asked"):
        assert 0 == await value(database, f"SELECT count(*) FROM {table}"), table  # noqa: S608 - our words


async def test_a_choice_goes_with_the_person_who_made_it(database: Database) -> None:
    await run_off(database)
    async with database.transaction() as tx:
        await tx.fetch("DELETE FROM people WHERE id = 1")
    assert 0 == await value(database, "SELECT count(*) FROM runoff_choices")
    assert (await the_tie(database)).runoff is not None


async def test_a_tap_and_the_closing_contend_and_what_was_taken_is_counted(database: Database) -> None:
    await run_off(database)

    async def tap() -> bool:
        async with database.transaction() as tx:
            held = await ties.hold_open_runoff(tx, "run-off")
            if held is not None:
                await ties.choose(tx, held, 2, "5.1")
            return held is not None

    async def close() -> bool:
        async with database.transaction() as tx:
            return await ties.close_runoff(tx, "run-off", SOON) is not None

    taken, closed = await asyncio.gather(tap(), close())
    assert closed
    assert 1 + taken == sum(c.taps for c in (await the_tie(database)).candidates)


async def test_who_was_asked_for_a_reason_long_ago_is_not_asked_any_more(database: Database) -> None:
    await tied(database)
    async with database.transaction() as tx:
        await ties.ask_reason(tx, 1, "T1", "3.2", NOON)
        await ties.ask_reason(tx, 1, "T1", "1.1", NOON)
    assert ("T1", "1.1") == await ties.asked_reason(database, 1, NOON)
    assert await ties.asked_reason(database, 1, NOON + timedelta(seconds=1)) is None
