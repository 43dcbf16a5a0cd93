"""Moving people: whatever the order of moves, votes and closings, each ballot is where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from participation import moving, notices
from participation.event import Phase
from participation.phases import VOTING
from storage import ballots
from tests.participation.floor import play

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from tests.participation.floor import Floor

TABLES = ("T6", "T5", "T8")

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 2), st.sampled_from(TABLES)),
        st.tuples(st.just("change"), st.integers(0, 2), st.sampled_from(TABLES)),
        st.tuples(st.just("vote"), st.integers(0, 2), st.sampled_from(("1.3", "2.1", "5.4"))),
        st.tuples(st.just("step"), st.integers(0, 2), st.just("")),
    ),
    max_size=16,
)


@settings(max_examples=60, deadline=None)
@given(acts=ACTS)
def test_no_ballot_is_lost_doubled_or_moved_once_it_was_cast(
    template: Path, turin: Event, acts: list[tuple[str, int, str]]
) -> None:
    async def doing(floor: Floor) -> None:
        regia = await floor.regia()
        crowd = [await floor.person(number, "T6") for number in range(3)]
        counted: dict[str, dict[str, int]] = {}
        for what, index, value in acts:
            person = crowd[index]
            before = await floor.ballot(person)
            where = {table: await floor.phase(table) for table in TABLES}
            match what:
                case "move":
                    zone = turin.table(value).zones[0]
                    who = floor.asker(regia)
                    asked = await moving.ask(floor.database, turin, person.id, value, zone, who)
                    if isinstance(asked, notices.MoveAsked):
                        (told,) = await floor.answers(regia, asked.token)
                        cast = before.dots and not {where[before.table], where[value]} <= {*VOTING}
                        assert isinstance(told, notices.MoveRefused if cast else notices.PersonMoved)
                case "change":
                    await floor.sit(person, value)
                case "vote":
                    await floor.wish(person, {value: 1})
                case _:
                    table = TABLES[index]
                    order = list(Phase)
                    following = order[min(order.index(where[table]) + 1, order.index(Phase.SESSION2))]
                    await floor.moves(table, following)
                    if following is Phase.PRIORITIES and where[table] is not following:
                        counted[table] = dict(await ballots.tally(floor.database, table))
            after = await floor.ballot(person)
            assert before.id == after.id
            assert what == "vote" or before.dots == after.dots
        for person in crowd:
            seated, ballot = await floor.again(person), await floor.ballot(person)
            assert (seated.table, seated.zone) == (ballot.table, ballot.zone)
            assert ballot.open is (await floor.phase(ballot.table) is Phase.SESSION1)
        # What a table counted at its closing is what is there now.
        for table, tally in counted.items():
            assert tally == await ballots.tally(floor.database, table)

    play(template, turin, doing)


async def test_a_move_that_comes_again_moves_once_and_tells_once(floor: Floor) -> None:
    regia, anna = await floor.regia(), await floor.person(1)
    asked = await moving.ask(floor.database, floor.event, anna.id, "T5", "4", floor.asker(regia))
    assert isinstance(asked, notices.MoveAsked)
    (moved,) = await floor.answers(regia, asked.token, "yes")
    assert isinstance(moved, notices.PersonMoved)
    assert [notices.AskEnded(reason="done")] == await floor.answers(regia, asked.token, "yes")
    told = [type(each) for each in await floor.told(anna)]
    assert [notices.MovedByRegia] == told


async def test_what_tells_people_apart_is_nothing_of_their_ballot(floor: Floor) -> None:
    floor.at("10:10")
    await floor.run_due()
    await floor.votes(1, "1.3")
    await floor.person(2)
    listed = await moving.listed(floor.database, "T6")
    assert {"person", "zone", "at", "reachable"} == set(type(listed.people[0]).model_fields)
    assert [listed.people[0].zone] * 2 == [seat.zone for seat in listed.people]
