"""What was changed of contributions, and what they were at a moment."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from storage import contribution_trace, contributions
from storage.contribution_trace import State
from storage.contributions import Contribution
from tests.storage.rows import NOON, add_tables, seat, value

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database

LATER = NOON + timedelta(minutes=10)
LAST = NOON + timedelta(minutes=20)


def saying(text: str, key: str) -> Contribution:
    return Contribution(key, "T1", "1", "person", 2, "3.2", "1", text)


async def kept(database: Database, *keys: str) -> int:
    """Somebody who contributed so much."""
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await seat(tx, 7, "T1")
        for number, key in enumerate(keys, start=1):
            await contributions.add(tx, saying(f"Idea {key}", key), 7, number, person, NOON)
    return person


async def changes(
    database: Database, person: int, key: str, at: datetime, *, late: bool = False, **fields: Any
) -> bool:
    """Change something of a contribution."""
    async with database.transaction() as tx:
        found = await contributions.of_person(tx, person)
        (before,) = (each for each, _ in found if each.id == key)
        after = replace(contribution_trace.state(before), **fields)
        return await contribution_trace.change(tx, before, after, "edited", person, at, late=late)


async def test_what_it_was_stays_when_it_is_changed(database: Database) -> None:
    person = await kept(database, "a")
    assert await changes(database, person, "a", NOON, text="Seconda")
    assert await changes(database, person, "a", LATER, late=True, text="Terza", question="2")
    first, second = await contribution_trace.of_contribution(database, "a")
    assert (State("Idea a", "3.2", "1", None), State("Seconda", "3.2", "1", None)) == (
        first.before,
        first.after,
    )
    assert (False, True) == (first.late, second.late)
    assert State("Terza", "3.2", "2", None) == second.after
    assert (LATER, person) == (second.at, second.person)
    ((now, _),) = await contributions.of_person(database, person)
    assert ("Terza", "2", True) == (now.text, now.question, now.late)


async def test_what_changes_nothing_leaves_no_trace(database: Database) -> None:
    person = await kept(database, "a")
    assert await changes(database, person, "a", LATER, late=True, text="Idea a")
    assert [] == list(await contribution_trace.of_contribution(database, "a"))
    assert 0 == await value(database, "SELECT count(*) FROM contributions WHERE late_at IS NOT NULL")


async def test_what_was_withdrawn_is_not_changed(database: Database) -> None:
    person = await kept(database, "a")
    async with database.transaction() as tx:
        ((before, _),) = await contributions.of_person(tx, person)
        assert await contributions.withdraw(tx, "a", person, LATER)
        await contribution_trace.withdrawn(tx, before, person, LATER, late=True)
    for text in ("Idea a", "Altro"):
        assert not await changes(database, person, "a", LAST, text=text)
    (only,) = await contribution_trace.of_contribution(database, "a")
    assert ("withdrawn", None, True) == (only.act, only.after, only.late)


async def test_contributions_as_they_were_at_a_moment(database: Database) -> None:
    person = await kept(database, "same", "edited", "twice", "gone", "before")
    await changes(database, person, "before", NOON + timedelta(minutes=5), text="Cambiata prima")
    await changes(database, person, "edited", LAST, text="Cambiata dopo")
    await changes(database, person, "twice", LATER, text="Al momento")
    await changes(database, person, "twice", LAST, text="Una volta")
    await changes(database, person, "twice", LAST, strategy="5.4", action="5.4.1")
    async with database.transaction() as tx:
        (gone,) = (each for each, _ in await contributions.of_person(tx, person) if each.id == "gone")
        await contributions.withdraw(tx, "gone", person, LAST)
        await contribution_trace.withdrawn(tx, gone, person, LAST, late=True)
        await contributions.add(tx, saying("Nuova", "new"), 7, 99, person, LAST)
    await changes(database, person, "new", LAST, text="Nuova e cambiata")
    assert {
        "edited": State("Idea edited", "3.2", "1", None),
        "twice": State("Al momento", "3.2", "1", None),
        "gone": State("Idea gone", "3.2", "1", None),
        "new": None,
    } == await contribution_trace.as_of(database, LATER)
    assert {} == await contribution_trace.as_of(database, LAST)


@pytest.mark.parametrize(
    "values",
    ["'withdrawn', FALSE, '{}', '{}'", "'edited', FALSE, '{}', NULL", "'hidden', FALSE, '{}', '{}'"],
)
async def test_the_schema_keeps_the_trace_in_shape(database: Database, values: str) -> None:
    await kept(database, "a")
    with pytest.raises(sqlite3.IntegrityError):
        async with database.transaction() as tx:
            await tx.fetch(
                "INSERT INTO contribution_trace (contribution_id, at, act, late, before, after)"  # noqa: S608 - ours
                f" VALUES ('a', '', {values})"
            )
