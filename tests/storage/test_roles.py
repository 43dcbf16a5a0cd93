"""Roles over tables, venues and the event; one-time links that two race for; the trace; steps and menus."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import menus, people, roles, steps, tables
from storage.roles import Grant, Trace
from storage.sqlite import MIGRATIONS, open_sqlite
from tests.storage.rows import NOON, SOON, add_tables

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database

REGIA = Grant("regia")


async def test_a_role_is_given_once(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T10", "T2")
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        for _ in range(2):
            await roles.grant(tx, person, "regia", "", NOON)
            await roles.grant(tx, person, "facilitator", "T2", NOON)
            await roles.grant(tx, person, "facilitator", "T10", NOON)
    # Tables in the event's order, not in that of their codes.
    assert [Grant("facilitator", "T10"), Grant("facilitator", "T2"), Grant("regia", "")] == list(
        await roles.grants(database, person)
    )
    assert [Grant("facilitator", "T10"), Grant("facilitator", "T2")] == list(
        await roles.at_tables(database, person)
    )


async def test_of_two_who_race_for_a_link_one_gets_it(database: Database) -> None:
    async with database.transaction() as tx:
        crowd = [(await people.acknowledge(tx, number, "it", NOON)).id for number in range(20)]
        await roles.add_invite(tx, "hash", REGIA, NOON, SOON)

    async def use(person: int) -> bool:
        async with database.transaction() as tx:
            return await roles.use_invite(tx, "hash", person, NOON)

    used = await asyncio.gather(*(use(person) for person in crowd))
    assert 1 == sum(used)
    found = await roles.find_invite(database, "hash")
    assert found is not None
    assert crowd[used.index(True)] == found.used_by


async def test_a_link_is_good_until_it_expires(database: Database) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        for secret in ("late", "in time"):
            await roles.add_invite(tx, secret, REGIA, NOON, SOON)
        assert not await roles.use_invite(tx, "late", person, SOON)
        assert await roles.use_invite(tx, "in time", person, SOON - timedelta(microseconds=1))
        assert not await roles.use_invite(tx, "unknown", person, NOON)
    assert await roles.find_invite(database, "unknown") is None


async def test_the_lead_of_a_venue_is_one_at_each_of_its_tables_and_at_no_other(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2", "T3")
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        for table, venue in (("T1", "torino"), ("T2", "pinerolo"), ("T3", "torino")):
            await tables.set_venue(tx, table, venue)
        await roles.grant(tx, person, "venue_lead", "", NOON, venue="torino")
        await roles.grant(tx, person, "assistant", "T2", NOON)
    assert [Grant("venue_lead", "T1"), Grant("assistant", "T2"), Grant("venue_lead", "T3")] == list(
        await roles.at_tables(database, person)
    )
    assert [Grant("assistant", "T2"), Grant("venue_lead", venue="torino")] == list(
        await roles.grants(database, person)
    )


async def test_a_role_that_was_revoked_is_held_no_more_and_its_number_is_not_given_again(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        first = await roles.grant(tx, person, "assistant", "T1", NOON)
        assert first is not None
        assert await roles.revoke(tx, first)
        assert not await roles.revoke(tx, first)
        second = await roles.grant(tx, person, "assistant", "T1", NOON)
    assert second is not None
    assert second > first
    assert await roles.find_held(database, first) is None
    assert [second] == [held.id for held in await roles.held(database)]


async def test_a_link_that_was_revoked_gives_nothing_and_one_that_was_used_is_not_revoked(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        one, two = [await roles.add_invite(tx, secret, REGIA, NOON, SOON) for secret in ("one", "two")]
        assert [one, two] == [invite.id for invite in await roles.waiting(tx, NOON)]
        assert await roles.revoke_invite(tx, one, NOON)
        assert not await roles.revoke_invite(tx, one, NOON)
        assert [two] == [invite.id for invite in await roles.waiting(tx, NOON)]
        assert not await roles.use_invite(tx, "one", person, NOON)
        assert await roles.use_invite(tx, "two", person, NOON)
        assert not await roles.revoke_invite(tx, two, NOON)
        assert not await roles.revoke_invite(tx, 99, NOON)
    assert [] == list(await roles.waiting(database, NOON))


async def test_of_two_who_race_to_use_and_to_revoke_a_link_one_does(database: Database) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        numbers = [await roles.add_invite(tx, f"{n}", REGIA, NOON, SOON) for n in range(20)]

    async def use(secret: str) -> bool:
        async with database.transaction() as tx:
            return await roles.use_invite(tx, secret, person, NOON)

    async def revoke(number: int) -> bool:
        async with database.transaction() as tx:
            return await roles.revoke_invite(tx, number, NOON)

    done = await asyncio.gather(
        *(use(f"{n}") if n % 2 else revoke(numbers[n]) for n in range(20)),
        *(revoke(numbers[n]) if n % 2 else use(f"{n}") for n in range(20)),
    )
    assert [True] * 20 == [done[n] is not done[n + 20] for n in range(20)]


async def test_the_trace_outlives_those_it_is_about(database: Database) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        link = await roles.add_invite(tx, "one", REGIA, NOON, SOON)
        await roles.add_trace(tx, Trace(NOON, "link_made", REGIA, person, "regia", link))
        await roles.add_trace(tx, Trace(SOON, "link_used", REGIA, person, "regia", link, 1, person))
        await tx.fetch("DELETE FROM people WHERE id = $1", person)
    assert [
        Trace(NOON, "link_made", REGIA, None, "regia", link),
        Trace(SOON, "link_used", REGIA, None, "regia", link, 1, None),
    ] == list(await roles.traced(database))


async def test_a_step_is_known_by_who_took_it_last(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        assert await steps.taken(tx, "T1", "put_on", "1.3") is None
        for role, at in (("facilitator", NOON), ("venue_lead", SOON)):
            await steps.took(tx, "T1", "put_on", "1.3", role, person, at)
    assert steps.Taken("venue_lead", SOON) == await steps.taken(database, "T1", "put_on", "1.3")
    assert await steps.taken(database, "T1", "put_on", "2.1") is None


async def test_a_menu_is_looked_at_until_it_is_as_it_was_wanted(database: Database) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        await menus.want(tx, person)
        (menu,) = await menus.wanted(tx, 10)
        assert (person, 5, "it", False, None) == (
            menu.person,
            menu.chat,
            menu.language,
            menu.chosen,
            menu.set_hash,
        )
        # Wanted again while it is being set.
        await menus.underway(tx, menu)
        await menus.want(tx, person)
        await menus.was_set(tx, menu, "first")
        (menu,) = await menus.wanted(tx, 10)
        assert "first" == menu.set_hash
        await menus.was_set(tx, menu, "second")
        assert [] == list(await menus.wanted(tx, 10))
        await menus.want_all(tx)
        await people.mark_unreachable(tx, person, NOON)
        assert [] == list(await menus.wanted(tx, 10))


async def test_roles_links_and_history_of_the_version_before_are_kept(tmp_path: Path) -> None:
    """A database with roles in it, brought up to date in the middle of its event."""
    before = tmp_path / "before"
    before.mkdir()
    for step in sorted(MIGRATIONS.glob("*.sql")):
        if step.name < "0007":
            (before / step.name).write_text(step.read_text(encoding="utf-8"), encoding="utf-8")
    old = await open_sqlite(tmp_path / "event.db", before)
    then = "2023-12-05T08:00:00.000000Z"
    async with old.transaction() as tx:
        await add_tables(tx, "T1")
        await people.acknowledge(tx, 5, "it", NOON)
        for statement in (
            "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'facilitator', 'T1', $1)",
            "INSERT INTO roles (person_id, role, table_code, granted_at) VALUES (1, 'regia', '', $1)",
            "INSERT INTO invites (secret_hash, role, table_code, created_at, expires_at, used_at, used_by)"
            " VALUES ('used', 'regia', '', $1, $1, $1, 1)",
            "INSERT INTO invites (secret_hash, role, table_code, created_at, expires_at)"
            " VALUES ('waits', 'facilitator', 'T1', $1, '2023-12-05T20:00:00.000000Z')",
            "INSERT INTO phase_history (table_code, at, from_phase, to_phase, mover, person_id, reason)"
            " VALUES ('T1', $1, 'registration', 'session1', 'facilitator', 1, 'why')",
            "INSERT INTO agenda_changes (at, act, from_at, table_code, mover)"
            " VALUES ($1, 'prolonged', $1, 'T1', 'facilitator')",
        ):
            await tx.fetch(statement, then)
    await old.close()
    database = await open_sqlite(tmp_path / "event.db")
    try:
        assert [Grant("facilitator", "T1"), Grant("regia")] == list(await roles.grants(database, 1))
        assert [Grant("facilitator", "T1")] == [i.grant for i in await roles.waiting(database, NOON)]
        used = await roles.find_invite(database, "used")
        assert used is not None
        assert 1 == used.used_by
        (taken,) = await tables.history(database, "T1")
        assert ("session1", "facilitator", 1) == (taken.to_phase, taken.mover, taken.person)
        assert 1 == len(await database.fetch("SELECT id FROM agenda_changes WHERE mover = 'facilitator'"))
        # Their menus are looked at once: the commands may be others by now.
        assert [1] == [menu.person for menu in await menus.wanted(database, 10)]
        # The chain of steps is still held by the schema.
        with pytest.raises(sqlite3.IntegrityError, match="begins where its last one ended"):
            async with database.transaction() as tx:
                await tx.fetch(
                    "INSERT INTO phase_history (table_code, at, from_phase, to_phase, mover)"
                    " VALUES ('T1', $1, 'session2', 'closing', 'regia')",
                    then,
                )
    finally:
        await database.close()
