"""What is to be sent: announced once, spread to each person once, kept until it went."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import outbox, people
from tests.storage.rows import NOON, SOON, add_tables, new_database, seat, value

if TYPE_CHECKING:
    from storage.database import Database

PEOPLE = 7


@pytest.fixture(autouse=True)
def chunks_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CHUNK", 3)


async def announce(database: Database, key: str, audience: str, priority: int = 0) -> None:
    async with database.transaction() as tx:
        await outbox.announce(tx, key, audience, f"content of {key}", NOON, priority=priority)


async def spread_all(database: Database) -> int:
    """Spread chunk by chunk; how many chunks there were."""
    for chunks in range(1000):
        async with database.transaction() as tx:
            if not await outbox.spread_some(tx, NOON):
                return chunks
    raise AssertionError("it never ends")


async def reached(database: Database, key: str) -> list[int]:
    """Whom an announcement reached; somebody it reached twice stands here twice."""
    rows = await database.fetch(
        "SELECT person_id FROM outbox WHERE content = $1 ORDER BY person_id", f"content of {key}"
    )
    return [row["person_id"] for row in rows]


async def two_tables(database: Database) -> tuple[list[int], list[int]]:
    async with database.transaction() as tx:
        await add_tables(tx, "T1", "T2")
        here = [await seat(tx, number, "T1") for number in range(PEOPLE)]
        there = [await seat(tx, 100 + number, "T2") for number in range(2)]
    return here, there


async def test_an_announcement_reaches_everybody_of_its_table_once(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")
    assert 3 == await spread_all(database)
    assert here == await reached(database, "a")
    assert 0 == await spread_all(database)


async def test_the_same_key_is_announced_once(database: Database) -> None:
    here, _ = await two_tables(database)
    for _ in range(2):
        await announce(database, "a", "table:T1")
    await spread_all(database)
    await announce(database, "a", "table:T2")
    await spread_all(database)
    assert here == await reached(database, "a")


async def test_a_table_of_nobody_is_spread_to_nobody(database: Database) -> None:
    await two_tables(database)
    await announce(database, "a", "table:T9")
    assert 1 == await spread_all(database)
    assert [] == await reached(database, "a")


async def test_a_chunk_that_was_interrupted_is_spread_again_as_a_whole(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")

    async def killed() -> None:
        async with database.transaction() as tx:
            assert await outbox.spread_some(tx, NOON)
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            await killed()
        async with database.transaction() as tx:
            assert await outbox.spread_some(tx, NOON)
    assert here == await reached(database, "a")


async def test_who_joins_after_the_announcement_is_not_told_by_it(database: Database) -> None:
    here, there = await two_tables(database)
    await announce(database, "a", "table:T1")
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
        await seat(tx, 500, "T1")
        # Somebody whose number has been passed already, and somebody whose number is still to come.
        await people.sit_down(tx, there[0], "T1", "1", SOON)
        await people.sit_down(tx, here[-1], "T2", "1", SOON)
    await spread_all(database)
    assert here[:-1] == await reached(database, "a")
    await announce(database, "b", "table:T1")
    await spread_all(database)
    assert len(here) + 1 == len(await reached(database, "b"))


async def test_who_holds_several_roles_is_told_once(database: Database) -> None:
    here, there = await two_tables(database)
    async with database.transaction() as tx:
        outside = (await people.acknowledge(tx, 900, "it", NOON)).id
        for person in (here[0], outside):
            await people.grant(tx, person, "facilitator", "T1", NOON)
        await people.grant(tx, there[0], "facilitator", "T2", NOON)
        for person in (here[0], here[1], there[1]):
            await people.grant(tx, person, "regia", "", NOON)
    expected = {
        "table:T1": here,
        "facilitators:T1": [here[0], outside],
        "facilitators:T2": [there[0]],
        "regia": [here[0], here[1], there[1]],
        "concerned:T1": sorted([*here, outside, there[1]]),
        "concerned:T2": sorted([*there, here[0], here[1]]),
    }
    for audience in expected:
        await announce(database, audience, audience)
    await spread_all(database)
    assert expected == {audience: await reached(database, audience) for audience in expected}


@dataclass
class Model:
    """Who sits at T1, who must hear of what, and who may."""

    at_table: set[int] = field(default_factory=set)
    must: dict[str, set[int]] = field(default_factory=dict)
    may: dict[str, set[int]] = field(default_factory=dict)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 6)),
        st.tuples(st.just("leave"), st.integers(0, 6)),
        st.tuples(st.just("announce"), st.integers(0, 3)),
        st.tuples(st.just("spread"), st.just(0)),
        st.tuples(st.just("crash"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(first=st.sets(st.integers(0, 6)), acts=ACTS)
def test_whoever_comes_and_goes_meanwhile_each_hears_once_of_what_was_announced_to_them(
    first: set[int], acts: list[tuple[str, int]]
) -> None:
    async def play() -> None:
        async with new_database() as database:
            model = Model()
            async with database.transaction() as tx:
                await add_tables(tx, "T1", "T2")
                for number in range(7):
                    assert number + 1 == await seat(tx, number, "T1" if number in first else "T2")
            model.at_table = {number + 1 for number in first}
            for act, number in acts:
                await step(database, model, act, number)
            await spread_all(database)
            for key, must in model.must.items():
                heard = await reached(database, key)
                assert sorted(set(heard)) == heard
                assert must <= set(heard) <= model.may[key]

    asyncio.run(play())


async def step(database: Database, model: Model, act: str, number: int) -> None:
    person = number + 1
    if act == "crash":
        with suppress(TimeoutError):
            async with asyncio.timeout(0), database.transaction() as tx:
                await outbox.spread_some(tx, NOON)
        return
    async with database.transaction() as tx:
        match act:
            case "join":
                await people.sit_down(tx, person, "T1", "1", NOON)
                # Told where things are on arrival, also who only gave another zone.
                for must in model.must.values():
                    must.discard(person)
                model.at_table.add(person)
            case "leave":
                await people.sit_down(tx, person, "T2", "1", NOON)
                for must in model.must.values():
                    must.discard(person)
                model.at_table.discard(person)
            case "announce" if f"k{number}" not in model.must:
                await outbox.announce(tx, f"k{number}", "table:T1", f"content of k{number}", NOON)
                model.must[f"k{number}"] = set(model.at_table)
                model.may[f"k{number}"] = set(model.at_table)
            case "spread":
                await outbox.spread_some(tx, NOON)


async def test_a_higher_priority_goes_first(database: Database) -> None:
    await two_tables(database)
    await announce(database, "slow", "table:T2", priority=5)
    await announce(database, "quick", "table:T2", priority=1)
    async with database.transaction() as tx:
        await outbox.spread_some(tx, NOON)
        assert ["content of quick"] * 2 == [each.content for each in await outbox.waiting(tx, 10)]
    await spread_all(database)
    expected = ["content of quick"] * 2 + ["content of slow"] * 2
    assert expected == [letter.content for letter in await outbox.waiting(database, 10)]
    assert expected[:3] == [letter.content for letter in await outbox.waiting(database, 3)]


async def test_a_letter_is_written_once_per_key_and_waits_until_it_went(database: Database) -> None:
    async with database.transaction() as tx:
        for _ in range(2):
            await outbox.post(tx, "post:1", -1001, "a picture", NOON)
    (letter,) = await outbox.waiting(database, 10)
    assert (-1001, None, None, 0) == (letter.chat, letter.person, letter.language, letter.attempts)
    assert 0 == await outbox.channel_posts(database)
    async with database.transaction() as tx:
        await outbox.failed(tx, letter, "NetworkError")
    (letter,) = await outbox.waiting(database, 10)
    assert 1 == letter.attempts
    async with database.transaction() as tx:
        await outbox.sent(tx, letter, 77, SOON)
    assert [] == await outbox.waiting(database, 10)
    assert 1 == await outbox.channel_posts(database)
    async with database.transaction() as tx:
        await outbox.post(tx, "post:1", -1001, "a picture", SOON)
    assert [] == await outbox.waiting(database, 10)


async def test_what_telegram_never_takes_is_kept_aside_with_the_reason(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.post(tx, "post:1", -1001, "a picture", NOON)
        (letter,) = await outbox.waiting(tx, 10)
        await outbox.dead(tx, letter, "chat not found", SOON)
    assert [] == await outbox.waiting(database, 10)
    assert "chat not found" == await value(database, "SELECT error FROM outbox")
    assert 0 == await outbox.channel_posts(database)


async def test_letters_to_who_cannot_be_reached_wait_until_they_are_back(database: Database) -> None:
    here, _ = await two_tables(database)
    await announce(database, "a", "table:T1")
    async with database.transaction() as tx:
        await people.mark_unreachable(tx, here[0], NOON)
    await spread_all(database)
    assert here[1:] == [letter.person for letter in await outbox.waiting(database, 100)]
    async with database.transaction() as tx:
        assert await people.mark_reachable(tx, 0)
        assert not await people.mark_reachable(tx, 0)
    assert here == [letter.person for letter in await outbox.waiting(database, 100)]
    assert {"it"} == {letter.language for letter in await outbox.waiting(database, 100)}
