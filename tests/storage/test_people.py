"""People, and the table they sit at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import acts, people
from tests.storage.rows import NOON, SOON, add_tables, seat, value

if TYPE_CHECKING:
    from storage.database import Database


async def test_a_person_is_stored_once(database: Database) -> None:
    async with database.transaction() as tx:
        first = await people.acknowledge(tx, 5, "it", NOON)
        again = await people.acknowledge(tx, 5, "en", SOON)
    assert first == again
    assert first == await people.find(database, 5) == await people.by_id(database, first.id)
    assert await people.find(database, 6) is None
    assert await people.by_id(database, 99) is None


async def test_what_is_picked_is_forgotten_once_seated(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1")
        person = await people.acknowledge(tx, 5, "it", NOON)
        await people.pick(tx, person.id, zone="1", asked_again=True)
        picked = await people.by_id(tx, person.id)
        assert picked is not None
        assert ("1", None, True) == (picked.zone_picked, picked.table_picked, picked.asked_again)
        await people.sit_down(tx, person.id, "T1", "1", NOON)
        seated = await people.by_id(tx, person.id)
        assert seated is not None
        assert (None, None, False) == (seated.zone_picked, seated.table_picked, seated.asked_again)
        assert ("T1", "1") == (seated.table, seated.zone)


async def test_a_language_that_was_chosen_is_known_as_chosen(database: Database) -> None:
    async with database.transaction() as tx:
        person = await people.acknowledge(tx, 5, "it", NOON)
        assert not person.language_chosen
        await people.speak(tx, person.id, "en")
        spoken = await people.by_id(tx, person.id)
    assert spoken is not None
    assert ("en", True) == (spoken.language, spoken.language_chosen)


async def test_people_are_counted_where_they_sit(database: Database) -> None:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        for number in range(3):
            await seat(tx, number, "T1")
        await people.acknowledge(tx, 9, "it", NOON)
    assert (3, 0, 3) == (
        await people.registered_at(database, "T1"),
        await people.registered_at(database, "T2"),
        await people.registered(database),
    )


async def test_who_is_away_stays_so_since_the_first_time(database: Database) -> None:
    async with database.transaction() as tx:
        person = (await people.acknowledge(tx, 5, "it", NOON)).id
        await people.mark_unreachable(tx, person, NOON)
        await people.mark_unreachable(tx, person, SOON)
        away = await people.by_id(tx, person)
    assert away is not None
    assert away.unreachable
    assert "2023-12-05T12:00:00.000000Z" == await value(database, "SELECT unreachable_since FROM people")


async def test_an_act_is_new_the_first_time_alone(database: Database) -> None:
    async with database.transaction() as tx:
        assert [True, False, True] == [await acts.first_time(tx, key, NOON) for key in ("a", "a", "b")]
        # Without a key nothing is known of it.
        assert [True, True] == [await acts.first_time(tx, None, NOON) for _ in range(2)]
    async with database.transaction() as tx:
        assert not await acts.first_time(tx, "a", SOON)


async def test_an_act_that_was_undone_is_new_again(database: Database) -> None:
    try:
        async with database.transaction() as tx:
            assert await acts.first_time(tx, "a", NOON)
            raise KeyError
    except KeyError:
        pass
    async with database.transaction() as tx:
        assert await acts.first_time(tx, "a", NOON)
