"""Many taps at once, and closings between them: what was acknowledged is counted, and nothing else."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from participation import dots, notices
from participation.event import Phase
from storage import ballots, priorities
from tests.participation.floor import open_floor
from tests.storage.rows import value

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from storage.people import Person
    from tests.participation.floor import Floor

CODES = ("1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "3.2", "4.1", "5.4", "6.1")


async def open_tables(floor: Floor, people: int, *tables: str) -> dict[str, list[Person]]:
    seated: dict[str, list[Person]] = {}
    for table in tables:
        start = 1000 * (1 + len(seated))
        seated[table] = [await floor.person(start + number, table) for number in range(people)]
        await floor.moves(table, Phase.SESSION1)
    return seated


async def test_hundreds_of_taps_on_few_ballots_never_make_a_seventh_dot(floor: Floor) -> None:
    chance = random.Random(1)
    seated = await open_tables(floor, 3, "T6")
    taps = [
        (chance.choice(seated["T6"]), {chance.choice(CODES): chance.choice((1, 1, 1, 0))}) for _ in range(400)
    ]
    said = await asyncio.gather(*(floor.wish(person, wished) for person, wished in taps))
    assert {notices.DotsRecorded, notices.NoDotsLeft} == {type(each) for each in said}
    for person in seated["T6"]:
        mine = [(wished, told) for (who, wished), told in zip(taps, said, strict=True) if who is person]
        # Taps are recorded one after the other, in the order in which the store took them.
        expected: dict[str, int] = {}
        for wished, told in mine:
            if isinstance(told, notices.DotsRecorded):
                expected.update(wished)
                assert 6 - sum(expected.values()) == told.left
        ballot = await floor.ballot(person)
        assert {code: 1 for code, count in expected.items() if count} == ballot.dots
        assert ballot.used <= 6


async def test_a_double_tap_is_one_dot(floor: Floor) -> None:
    seated = await open_tables(floor, 40, "T6")
    said = await asyncio.gather(
        *(floor.wish(person, {"3.2": 1}) for person in seated["T6"] for _ in range(2))
    )
    assert Counter({("3.2",): 40, (): 40}) == Counter(
        each.placed for each in said if isinstance(each, notices.DotsRecorded)
    )
    assert {"3.2": 40} == await ballots.tally(floor.database, "T6")
    assert 40 == await value(floor.database, "SELECT count(*) FROM dots")


@pytest.mark.parametrize("seed", range(4))
async def test_an_acknowledged_dot_is_in_the_tally_whenever_the_table_closes(
    template: Path, turin: Event, seed: int
) -> None:
    """Many rounds: taps and one closing race; the proposal is made of just what was acknowledged."""
    chance = random.Random(seed)
    refused = recorded = 0
    async with open_floor(template, turin) as floor:
        seated = await open_tables(floor, 5, *(f"T{number}" for number in range(1, 11)))
        for table, crowd in seated.items():
            acknowledged: dict[int, dict[str, int]] = {person.id: {} for person in crowd}

            async def tap(person: Person, kept: dict[int, dict[str, int]] = acknowledged) -> None:
                nonlocal refused, recorded
                wished = {chance.choice(CODES): chance.choice((1, 1, 0))}
                await asyncio.sleep(chance.uniform(0, 0.03))
                said = await dots.put(floor.database, floor.event, person, wished, floor.now)
                if isinstance(said, notices.DotsRecorded):
                    # No await since the answer: this is the order in which they were recorded.
                    kept[person.id].update(wished)
                    recorded += 1
                else:
                    refused += isinstance(said, notices.BallotNotOpen)

            async def close(code: str = table) -> None:
                await asyncio.sleep(chance.uniform(0.005, 0.03))
                await floor.moves(code, Phase.PRIORITIES)

            await asyncio.gather(*(tap(person) for person in crowd for _ in range(8)), close())
            expected: Counter[str] = Counter()
            for person in crowd:
                on = {code: 1 for code, count in acknowledged[person.id].items() if count}
                assert on == (await floor.ballot(person)).dots
                expected.update(on)
            assert dict(expected) == await ballots.tally(floor.database, table)
            proposed = await priorities.of_table(floor.database, table)
            assert proposed is not None
            assert sum(1 for on in acknowledged.values() if any(on.values())) == proposed.voters
            assert all(expected[each.strategy] == each.dots for each in proposed.candidates)
    # The races were races: closings came between the taps.
    assert recorded > 20
    assert refused > 20


async def test_a_tap_that_is_cancelled_is_recorded_as_a_whole_or_not_at_all(floor: Floor) -> None:
    chance = random.Random(2)
    seated = await open_tables(floor, 30, "T6")
    wished = dict.fromkeys(CODES[:6], 1)
    taps = [asyncio.ensure_future(floor.wish(person, wished)) for person in seated["T6"]]
    for tap in chance.sample(taps, 20):
        await asyncio.sleep(chance.uniform(0, 0.004))
        tap.cancel()
    results = await asyncio.gather(*taps, return_exceptions=True)
    for person, result in zip(seated["T6"], results, strict=True):
        on = (await floor.ballot(person)).dots
        assert on in ({}, wished)
        assert on == wished or not isinstance(result, notices.DotsRecorded)


async def test_moving_to_another_table_races_with_taps_and_closings(floor: Floor) -> None:
    """Wherever the ballot ends up, its dots are counted once: where it was when that table closed."""
    chance = random.Random(3)
    seated = await open_tables(floor, 12, "T5", "T6")

    async def wander(person: Person) -> None:
        for _ in range(4):
            await asyncio.sleep(chance.uniform(0, 0.01))
            if chance.random() < 0.5:
                await floor.wish(person, {chance.choice(CODES): 1})
            else:
                code = chance.choice(("T5", "T6"))
                await floor.sit(person, code)

    async def close(table: str) -> None:
        await asyncio.sleep(chance.uniform(0.02, 0.05))
        await floor.moves(table, Phase.PRIORITIES)

    await asyncio.gather(*(wander(p) for crowd in seated.values() for p in crowd), close("T5"), close("T6"))
    together: Counter[str] = Counter()
    for table in ("T5", "T6"):
        tally = await ballots.tally(floor.database, table)
        proposed = await priorities.of_table(floor.database, table)
        assert proposed is not None
        assert all(tally[each.strategy] == each.dots for each in proposed.candidates)
        together.update(tally)
        turnout = (await ballots.turnout(floor.database))[table]
        assert turnout.voting == proposed.voters
    dots_of_all: Counter[str] = Counter()
    for crowd in seated.values():
        for person in crowd:
            ballot = await floor.ballot(person)
            assert (await floor.again(person)).table == ballot.table
            assert not ballot.open
            dots_of_all.update(ballot.dots)
    assert dots_of_all == together
