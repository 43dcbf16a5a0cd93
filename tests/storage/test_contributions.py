"""Contributions: one per message, whoever delivers it how often."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from storage import contributions
from storage.contributions import Contribution, Place
from tests.storage.rows import NOON, SOON, add_tables, seat, value

if TYPE_CHECKING:
    from storage.database import Database


def saying(
    text: str, key: str = "c1", table: str = "T1", session: int = 2, source: str = "person"
) -> Contribution:
    return Contribution(key, table, "1", source, session, "3.2", "1", text)


async def one_person(database: Database) -> int:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        return await seat(tx, 7, "T1")


async def test_a_message_delivered_again_is_the_same_contribution(database: Database) -> None:
    person = await one_person(database)

    async def deliver(number: int) -> Contribution:
        async with database.transaction() as tx:
            return await contributions.add(tx, saying("Più treni", f"c{number}"), 7, 55, person, NOON)

    kept = await asyncio.gather(*(deliver(number) for number in range(20)))
    assert 1 == len(set(kept))
    assert 1 == await value(database, "SELECT count(*) FROM contributions")
    assert kept[0] == await contributions.of_message(database, 7, 55)
    assert await contributions.of_message(database, 8, 55) is None


async def test_the_same_text_in_two_messages_is_two_contributions(database: Database) -> None:
    person = await one_person(database)
    async with database.transaction() as tx:
        for number in (1, 2):
            await contributions.add(tx, saying("Più treni", f"c{number}"), 7, number, person, NOON)
    assert {"T1": 2} == await contributions.counted_by_table(database)


async def test_what_was_withdrawn_counts_no_more_and_can_not_be_edited(database: Database) -> None:
    person = await one_person(database)
    async with database.transaction() as tx:
        other = await seat(tx, 8, "T1")
        for number in (1, 2):
            await contributions.add(tx, saying(f"Idea {number}", f"c{number}"), 7, number, person, NOON)
        assert not await contributions.withdraw(tx, "c1", other, SOON)
        assert await contributions.withdraw(tx, "c1", person, SOON)
        assert not await contributions.withdraw(tx, "c1", person, SOON)
        assert not await contributions.edit(tx, "c1", "Un'altra idea", SOON)
        assert await contributions.edit(tx, "c2", "Un'altra idea", SOON)
    assert ["Un'altra idea"] == [
        said.contribution.text for said in await contributions.of_session(database, 2)
    ]
    assert {"T1": 1} == await contributions.counted_by_table(database)
    assert [("Idea 1", True), ("Un'altra idea", False)] == [
        (each.text, withdrawn) for each, withdrawn in await contributions.of_person(database, person)
    ]


async def test_a_note_is_the_voice_of_the_table(database: Database) -> None:
    person = await one_person(database)
    async with database.transaction() as tx:
        await contributions.add(tx, saying("Nota", "n", source="table"), 7, 1, person, NOON)
        await contributions.add(tx, saying("Idea", "p"), 7, 2, person, SOON)
        await contributions.add(tx, saying("Prima", "s", session=1), 7, 3, person, SOON)
    assert [("Nota", None), ("Idea", person)] == [
        (said.contribution.text, said.person) for said in await contributions.of_session(database, 2)
    ]
    assert ["Prima"] == [said.contribution.text for said in await contributions.of_session(database, 1)]
    assert ["Idea", "Prima"] == [each.text for each, _ in await contributions.of_person(database, person)]


async def test_each_person_is_on_one_question(database: Database) -> None:
    person = await one_person(database)
    async with database.transaction() as tx:
        there = await seat(tx, 8, "T2")
        assert await contributions.place_of(tx, person) is None
        for place in (Place("3.2", "1"), Place("5.4", "2")):
            await contributions.set_place(tx, person, place)
            await contributions.set_place(tx, there, place)
            assert place == await contributions.place_of(tx, person)
        await contributions.forget_places(tx, "T1")
        assert await contributions.place_of(tx, person) is None
        assert Place("5.4", "2") == await contributions.place_of(tx, there)
        await contributions.forget_place(tx, there)
        assert await contributions.place_of(tx, there) is None
