"""What the schema itself refuses, whatever is tried."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import roles, tables
from tests.storage.rows import NOON, add_tables, give_ballot, new_database, seat, value, vote

if TYPE_CHECKING:
    from storage.database import Database

FULL = ("1.1", "2.1", "3.1", "4.1", "5.1", "6.1")


async def full_ballot(database: Database, *, stack: int = 1) -> None:
    """One ballot with six dots, "ballot-1"; and an empty one, "ballot-2"."""
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        for number in (1, 2):
            person = await seat(tx, 100 + number, "T1")
            assert f"ballot-{number}" == await give_ballot(tx, person, "T1", stack=stack)
        await vote(tx, 1, *FULL)


async def dots_of(database: Database, ballot: str) -> list[tuple[object, str]]:
    rows = await database.fetch("SELECT slot, strategy FROM dots WHERE ballot_id = $1 ORDER BY slot", ballot)
    return [(row["slot"], row["strategy"]) for row in rows]


INSERT = "INSERT INTO dots (ballot_id, slot, strategy, nth, budget, stack) VALUES ('ballot-1', "


@pytest.mark.parametrize(
    "sql",
    [
        INSERT + "7, '6.4', 1, 6, 1)",
        INSERT + "0, '6.4', 1, 6, 1)",
        INSERT + "-1, '6.4', 1, 6, 1)",
        INSERT + "1, '6.4', 1, 6, 1)",
        INSERT + "1.5, '6.4', 1, 6, 1)",
        INSERT + "'1.5', '6.4', 1, 6, 1)",
        INSERT + "'one', '6.4', 1, 6, 1)",
        INSERT + "NULL, '6.4', 1, 6, 1)",
        INSERT + "7, '6.4', 1, 7, 1)",
        INSERT + "7, '6.4', 1, 99, 1)",
        INSERT + "7, '6.4', 1, NULL, 1)",
        "UPDATE ballots SET budget = 7 WHERE id = 'ballot-1'",
        "UPDATE ballots SET stack = 6 WHERE id = 'ballot-1'",
        "UPDATE dots SET budget = 7 WHERE ballot_id = 'ballot-1'",
        "UPDATE dots SET ballot_id = 'ballot-2', slot = slot + 6 WHERE ballot_id = 'ballot-1'",
        "UPDATE dots SET slot = 7 WHERE ballot_id = 'ballot-1' AND slot = 6",
        "REPLACE INTO ballots (id, table_code, zone, channel, budget, stack, open)"
        " VALUES ('ballot-1', 'T1', '1', 'app', 99, 1, TRUE)",
        "DELETE FROM ballots WHERE id = 'ballot-1'",
    ],
)
async def test_no_statement_makes_a_seventh_dot(database: Database, sql: str) -> None:
    await full_ballot(database)
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)
    assert list(enumerate(FULL, start=1)) == await dots_of(database, "ballot-1")


@pytest.mark.parametrize(
    "sql",
    [
        INSERT + "6, '1.1', 1, 6, 1)",
        INSERT + "6, '1.1', 2, 6, 1)",
        INSERT + "6, '1.1', 0, 6, 1)",
        INSERT + "6, '1.1', 1.5, 6, 1)",
        INSERT + "6, '1.1', 2, 6, 2)",
        INSERT + "6, '1.1', NULL, 6, 1)",
        "UPDATE dots SET strategy = '1.1' WHERE ballot_id = 'ballot-1'",
        "UPDATE dots SET strategy = '1.1', nth = slot WHERE ballot_id = 'ballot-1'",
        "UPDATE dots SET stack = 6 WHERE ballot_id = 'ballot-1'",
    ],
)
async def test_no_statement_puts_two_dots_on_one_strategy_where_they_do_not_stack(
    database: Database, sql: str
) -> None:
    await full_ballot(database)
    async with database.transaction() as tx:
        await tx.fetch("DELETE FROM dots WHERE ballot_id = 'ballot-1' AND slot = 6")
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)
    assert list(enumerate(FULL[:5], start=1)) == await dots_of(database, "ballot-1")


ODD = st.one_of(
    st.integers(-2, 9),
    st.floats(-1, 9, allow_nan=False),
    st.sampled_from(["1", "2.5", "x", "", None]),
)


@settings(max_examples=25, deadline=None)
@given(
    budget=st.integers(1, 6),
    data=st.data(),
    tries=st.lists(st.tuples(ODD, st.sampled_from(["1.1", "1.2", "2.1"]), ODD), max_size=40),
)
def test_whatever_is_inserted_a_ballot_keeps_its_limits(
    budget: int, data: st.DataObject, tries: list[tuple[object, str, object]]
) -> None:
    stack = data.draw(st.integers(1, budget))

    async def play() -> None:
        async with new_database() as database:
            async with database.transaction() as tx:
                await add_tables(tx, "T1")
                person = await seat(tx, 1, "T1")
                ballot = await give_ballot(tx, person, "T1", budget=budget, stack=stack)
            async with database.transaction() as tx:
                for slot, strategy, nth in tries:
                    with suppress(sqlite3.IntegrityError):
                        await tx.fetch(
                            "INSERT INTO dots (ballot_id, slot, strategy, nth, budget, stack)"
                            " VALUES ($1, $2, $3, $4, $5, $6)",
                            ballot, slot, strategy, nth, budget, stack,
                        )  # fmt: skip
            found = await dots_of(database, ballot)
            assert len(found) <= budget
            assert all(isinstance(slot, int) for slot, _ in found)
            assert all(count <= stack for count in Counter(strategy for _, strategy in found).values())

    asyncio.run(play())


@pytest.mark.parametrize(
    "sql",
    [
        # A second ballot for a person, and one ballot for two.
        "INSERT INTO ballot_owners (person_id, ballot_id) VALUES (1, 'ballot-2')",
        "UPDATE ballot_owners SET ballot_id = 'ballot-1' WHERE person_id = 2",
        # More dots on one strategy than there are, and a ballot of no dots.
        "INSERT INTO ballots (id, table_code, zone, channel, budget, stack, open)"
        " VALUES ('x', 'T1', '1', 'app', 6, 7, TRUE)",
        "INSERT INTO ballots (id, table_code, zone, channel, budget, stack, open)"
        " VALUES ('x', 'T1', '1', 'app', 0, 0, TRUE)",
        "INSERT INTO ballots (id, table_code, zone, channel, budget, stack, open)"
        " VALUES ('x', 'T9', '1', 'app', 6, 1, TRUE)",
        # Somebody at a table for no zone, or for a zone at no table.
        "UPDATE people SET zone = NULL WHERE id = 1",
        "UPDATE people SET table_code = NULL WHERE id = 1",
        "UPDATE people SET table_code = 'T9' WHERE id = 1",
        "INSERT INTO people (telegram_id, language, acknowledged_at) VALUES (101, 'it', '')",
        # Roles.
        "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'regia', 'T1', '')",
        "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'facilitator', '', '')",
        "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'owner', 'T1', '')",
        "INSERT INTO roles (person_id, role, granted_at) VALUES (1, 'assistant', '')",
        "INSERT INTO roles (person_id, role, granted_at) VALUES (1, 'venue_lead', '')",
        "INSERT INTO roles (person_id, role, venue, granted_at) VALUES (1, 'facilitator', 'torino', '')",
        # Links: a role over nothing, one used and revoked.
        "INSERT INTO invites (secret_hash, role, created_at, expires_at) VALUES ('x', 'assistant', '', '')",
        "INSERT INTO invites (secret_hash, role, created_at, expires_at, used_at, revoked_at)"
        " VALUES ('x', 'regia', '', '', 'then', 'now')",
        "INSERT INTO role_trace (at, act, role, by_role) VALUES ('', 'lent', 'regia', 'regia')",
        # Phases and history.
        "UPDATE tables SET phase = 'lunch' WHERE code = 'T1'",
        "INSERT INTO phase_history (table_code, at, from_phase, to_phase, mover)"
        " VALUES ('T1', '', 'session1', 'priorities', 'nobody')",
        # A priority without a dot.
        "INSERT INTO priority_sets (table_code, places, voters) VALUES ('T1', -1, 0)",
        # An empty contribution, and one to a third session.
        "INSERT INTO contributions (id, table_code, source, session, text, received_at)"
        " VALUES ('x', 'T1', 'person', 1, '', '')",
        "INSERT INTO contributions (id, table_code, source, session, text, received_at)"
        " VALUES ('x', 'T1', 'person', 3, 'Più treni', '')",
        # Hidden without a reason, or for none; merged into itself.
        "UPDATE contributions SET hidden_at = '' WHERE id = 'said'",
        "UPDATE contributions SET hidden_at = '', hidden_because = '' WHERE id = 'said'",
        "UPDATE contributions SET hidden_because = 'x' WHERE id = 'said'",
        "UPDATE contributions SET merged_into = id WHERE id = 'said'",
        # Merged into another table's, into what stands no more, or with others merged into it.
        "UPDATE contributions SET merged_into = 'elsewhere' WHERE id = 'said'",
        "UPDATE contributions SET merged_into = 'withdrawn' WHERE id = 'said'",
        "UPDATE contributions SET merged_into = 'hidden' WHERE id = 'said'",
        "UPDATE contributions SET merged_into = 'merged' WHERE id = 'said'",
        "UPDATE contributions SET merged_into = 'said' WHERE id = 'head'",
        "UPDATE contributions SET merged_into = 'said' WHERE id = 'withdrawn'",
        # Two syntheses that are the same version, or came of one question.
        "INSERT INTO syntheses (table_code, version, text, sent_at, role, asked)"
        " VALUES ('T1', 1, 'x', '', 'facilitator', 'b')",
        "INSERT INTO syntheses (table_code, version, text, sent_at, role, asked)"
        " VALUES ('T1', 2, 'x', '', 'facilitator', 'a')",
        "INSERT INTO event (only_row, code, definition, started_at) VALUES (2, 'other', '', '')",
    ],
)
async def test_what_must_never_be_is_refused(database: Database, sql: str) -> None:
    await full_ballot(database)
    async with database.transaction() as tx:
        await tables.add(tx, "T2", 1, "session1")
        for name, table in (
            *((name, "T1") for name in ("said", "head", "merged", "withdrawn", "hidden")),
            ("elsewhere", "T2"),
        ):
            await tx.fetch(
                "INSERT INTO contributions (id, table_code, source, session, text, received_at)"
                " VALUES ($1, $2, 'person', 1, 'x', '')",
                name,
                table,
            )
        await tx.fetch("UPDATE contributions SET merged_into = 'head' WHERE id = 'merged'")
        await tx.fetch("UPDATE contributions SET withdrawn_at = '' WHERE id = 'withdrawn'")
        await tx.fetch("UPDATE contributions SET hidden_at = '', hidden_because = 'x' WHERE id = 'hidden'")
        await tx.fetch(
            "INSERT INTO syntheses (table_code, version, text, sent_at, role, asked)"
            " VALUES ('T1', 1, 'x', '', 'facilitator', 'a')"
        )
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(sql)


async def test_a_priority_has_a_dot_at_least(database: Database) -> None:
    await full_ballot(database)
    async with database.transaction() as tx:
        await tx.fetch("INSERT INTO priority_sets (table_code, places, voters) VALUES ('T1', 0, 0)")
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(
                "INSERT INTO priorities (table_code, strategy, position, dots, tied, kept)"
                " VALUES ('T1', '1.1', 0, 0, FALSE, TRUE)"
            )


async def test_who_is_erased_leaves_the_ballot_and_nothing_that_says_whose_it_was(database: Database) -> None:
    await full_ballot(database)
    async with database.transaction() as tx:
        await roles.grant(tx, 1, "facilitator", "T1", NOON)
        await tx.fetch("DELETE FROM people WHERE id = 1")
    assert 6 == await value(database, "SELECT count(*) FROM dots WHERE ballot_id = 'ballot-1'")
    assert 0 == await value(database, "SELECT count(*) FROM ballot_owners WHERE person_id = 1")
    assert 0 == await value(database, "SELECT count(*) FROM roles")
