"""Dots: weighed as a whole or not at all, and recorded on a ballot that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import dots, joining, notices, phases
from participation.event import Phase
from participation.notices import Role
from storage.ballots import Ballot
from tests.participation.floor import Floor, open_floor
from tests.storage.rows import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event

CODES = ("1.1", "1.2", "2.1", "2.2", "3.1", "4.1", "5.4", "6.4")


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    budget = draw(st.integers(1, 8))
    stack = draw(st.integers(1, budget))
    on: dict[str, int] = {}
    for code in draw(st.permutations(CODES)):
        room = min(stack, budget - sum(on.values()))
        count = draw(st.integers(0, room))
        if count:
            on[code] = count
    return Ballot("b", "T6", "5", "app", budget, stack, True, False, 0, on)


WISHES = st.dictionaries(st.sampled_from(CODES), st.integers(0, 9), max_size=8)


def after(ballot: Ballot, wished: dict[str, int], said: object) -> Ballot:
    """The ballot as it is when this was said."""
    if not isinstance(said, notices.DotsRecorded):
        return ballot
    on = {code: count for code, count in {**ballot.dots, **wished}.items() if count}
    return Ballot("b", "T6", "5", "app", ballot.budget, ballot.stack, True, False, 1, on)


@settings(deadline=None)
@given(ballots(), WISHES)
def test_no_wish_takes_a_ballot_over_its_limits(ballot: Ballot, wished: dict[str, int]) -> None:
    became = after(ballot, wished, dots.weigh(ballot, wished, NOON))
    assert became.used <= became.budget
    assert all(count <= became.stack for count in became.dots.values())


@settings(deadline=None)
@given(ballots(), WISHES)
def test_a_wish_is_granted_as_a_whole_exactly_when_it_fits(ballot: Ballot, wished: dict[str, int]) -> None:
    said = dots.weigh(ballot, wished, NOON)
    wanted = {**ballot.dots, **wished}
    match said:
        case notices.DotsRecorded():
            assert sum(wanted.values()) <= ballot.budget
            assert max(wanted.values(), default=0) <= ballot.stack
            assert ballot.budget - sum(wanted.values()) == said.left
            assert set(wished) == {*said.placed, *said.taken, *said.already}
            assert len(wished) == len(said.placed) + len(said.taken) + len(said.already)
            assert all(wished[code] > ballot.dots.get(code, 0) for code in said.placed)
            assert all(wished[code] < ballot.dots.get(code, 0) for code in said.taken)
        case notices.NoDotsLeft():
            assert sum(wanted.values()) > ballot.budget
            assert (ballot.used, ballot.budget) == (said.used, said.budget)
            assert said.refused
        case notices.TooManyOnOne():
            assert wished[said.strategy] > ballot.stack == said.most


@settings(deadline=None)
@given(ballots(), WISHES)
def test_a_wish_again_changes_nothing_more(ballot: Ballot, wished: dict[str, int]) -> None:
    said = dots.weigh(ballot, wished, NOON)
    became = after(ballot, wished, said)
    again = dots.weigh(became, wished, NOON)
    if isinstance(said, notices.DotsRecorded):
        assert isinstance(again, notices.DotsRecorded)
        assert ((), (), said.left) == (again.placed, again.taken, again.left)
    assert dict(became.dots) == dict(after(became, wished, again).dots)


@settings(deadline=None)
@given(ballots(), WISHES, st.randoms(use_true_random=False))
def test_the_order_of_a_wish_decides_nothing(ballot: Ballot, wished: dict[str, int], chance: object) -> None:
    items = list(wished.items())
    chance.shuffle(items)  # type: ignore[attr-defined]
    one, other = dots.weigh(ballot, wished, NOON), dots.weigh(ballot, dict(items), NOON)
    assert type(one) is type(other)
    assert dict(after(ballot, wished, one).dots) == dict(after(ballot, dict(items), other).dots)
    if isinstance(one, notices.DotsRecorded) and isinstance(other, notices.DotsRecorded):
        assert (set(one.placed), set(one.taken), one.left) == (
            set(other.placed),
            set(other.taken),
            other.left,
        )


# --- on a ballot ----------------------------------------------------------------------------------------


@pytest.fixture
async def voting(floor: Floor) -> Floor:
    floor.at("10:10")
    await floor.run_due()
    return floor


async def test_a_dot_is_recorded_with_its_time(voting: Floor) -> None:
    anna = await voting.person(1)
    said = await voting.put(anna, s3_2=1)
    assert notices.DotsRecorded(placed=("3.2",), taken=(), left=5, budget=6, at=voting.now) == said
    assert {"3.2": 1} == (await voting.ballot(anna)).dots


async def test_a_seventh_dot_leaves_the_ballot_as_it_was(voting: Floor) -> None:
    anna = await voting.votes(1, "1.1", "2.1", "3.1", "4.1", "5.1")
    said = await voting.put(anna, s6_1=1, s6_2=1)
    assert notices.NoDotsLeft(refused=("6.1", "6.2"), used=5, budget=6) == said
    assert 5 == (await voting.ballot(anna)).used
    # Making room in the same message is fine.
    said = await voting.put(anna, s6_1=1, s6_2=1, s1_1=0)
    assert isinstance(said, notices.DotsRecorded)
    assert {"2.1", "3.1", "4.1", "5.1", "6.1", "6.2"} == set((await voting.ballot(anna)).dots)


async def test_two_dots_on_one_strategy_only_where_they_stack(template: Path, turin: Event) -> None:
    free = turin.model_copy(update={"session1": turin.session1.model_copy(update={"stacking": "free"})})
    for event, expected in ((turin, {}), (free, {"1.3": 2})):
        async with open_floor(template, event) as floor:
            floor.at("10:10")
            await floor.run_due()
            anna = await floor.person(1)
            said = await floor.put(anna, s1_3=2)
            assert bool(expected) == isinstance(said, notices.DotsRecorded)
            assert expected == (await floor.ballot(anna)).dots


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.SESSION1])
async def test_outside_session_1_no_dot_moves_and_it_is_said_why(floor: Floor, phase: Phase) -> None:
    anna = await floor.person(1)
    await floor.moves("T6", Phase.SESSION1)
    await floor.put(anna, s1_3=1)
    bruno = await floor.person(2)
    expected: dict[str, int] = {"1.3": 1}
    if phase is Phase.REGISTRATION:
        anna, expected = await floor.person(3, "T5"), {}
    else:
        await floor.moves("T6", phase)
    assert phase is await floor.phase(anna.table or "")
    refused = notices.BallotNotOpen(table=anna.table or "", phase=phase, dots=tuple(expected))
    assert refused == await floor.put(anna, s2_1=1)
    assert refused == await floor.put(anna, s1_3=0)
    assert refused == await dots.finish(floor.database, anna)
    assert refused == await dots.turn(floor.database, floor.event, anna, "2")
    assert expected == (await floor.ballot(anna)).dots
    assert not (await floor.ballot(anna)).finished
    assert {} == (await floor.ballot(bruno)).dots


async def test_before_voting_opens_nothing_brings_a_ballot_that_would_say_it_is_closed(floor: Floor) -> None:
    anna = await floor.person(1)
    await floor.put(anna, s1_3=1)
    await dots.finish(floor.database, anna)
    await dots.turn(floor.database, floor.event, anna, dots.REVIEW)
    await dots.outdated(floor.database, floor.event, anna)
    assert isinstance(await dots.bring(floor.database, floor.event, anna), notices.BallotNotOpen)
    assert [] == await floor.wanted()


async def test_a_ballot_taken_to_a_table_that_votes_later_is_not_shown_as_closed(voting: Floor) -> None:
    anna = await voting.votes(1, "1.3")
    async with voting.database.transaction() as tx:
        await tx.fetch("UPDATE tables SET phase = 'registration' WHERE code = 'T5'")
        await tx.fetch("DELETE FROM phase_history WHERE table_code = 'T5'")
    await joining.pick_table(voting.database, voting.event, anna, "T5", "4", "x", voting.now)
    anna = await voting.again(anna)
    assert await dots.screen(voting.database, voting.event, anna, dots.first_view(voting.event)) is None
    await voting.moves("T5", Phase.SESSION1)
    shown = await dots.screen(voting.database, voting.event, anna, dots.first_view(voting.event))
    assert shown is not None
    assert (("1.3", 1),) == shown.dots
    assert shown.open


async def test_finished_is_seen_by_who_facilitates_and_the_ballot_stays_free(voting: Floor) -> None:
    anna = await voting.votes(1, "1.3", "2.1")
    assert notices.BallotFinished(used=2, budget=6) == await dots.finish(voting.database, anna)
    assert (await voting.ballot(anna)).finished
    await voting.put(anna, s2_1=0, s5_4=1)
    ballot = await voting.ballot(anna)
    assert (True, True, {"1.3": 1, "5.4": 1}) == (ballot.open, ballot.finished, ballot.dots)


async def test_the_dashboard_follows_the_figures_it_shows_and_no_others(voting: Floor) -> None:
    lara = await voting.with_role(900, Role.FACILITATOR, "T6")
    other = await voting.with_role(901, Role.FACILITATOR, "T5")
    await phases.show(voting.database, lara, "T6")
    await phases.show(voting.database, other, "T5")
    dashboard = (lara.id, "table:T6")

    async def redrawn() -> bool:
        wanted = await voting.wanted()
        await voting.all_drawn()
        assert (other.id, "table:T5") not in wanted
        return dashboard in wanted

    await voting.all_drawn()
    anna = await voting.person(1)
    assert await redrawn()
    await voting.put(anna, s1_3=1)
    assert await redrawn()
    await voting.put(anna, s2_1=1)
    assert not await redrawn()
    await voting.put(anna, s2_1=0)
    assert not await redrawn()
    await voting.put(anna, s1_3=0)
    assert await redrawn()
    await dots.finish(voting.database, anna)
    assert await redrawn()
    await voting.says(anna, "Servono più treni")
    assert await redrawn()


async def test_the_ballot_is_the_screen_it_truly_is(voting: Floor) -> None:
    anna = await voting.votes(1, "5.4", "1.3")
    view = dots.View(page="2", said=notices.dump(notices.ButtonOutdated())).model_dump_json()
    shown = await dots.screen(voting.database, voting.event, anna, view)
    assert (
        notices.BallotScreen(
            table="T6",
            page="2",
            dots=(("1.3", 1), ("5.4", 1)),
            budget=6,
            open=True,
            finished=False,
            closes_at=voting.event.phase_starts()[Phase.PRIORITIES],
            said=notices.dump(notices.ButtonOutdated()),
        )
        == shown
    )
    await voting.moves("T6", Phase.PRIORITIES)
    closed = await dots.screen(voting.database, voting.event, anna, view)
    assert closed is not None
    assert (dots.REVIEW, False, None, None) == (closed.page, closed.open, closed.closes_at, closed.said)


async def test_every_ballot_is_wanted_when_voting_opens_and_redrawn_when_it_closes(floor: Floor) -> None:
    here = [await floor.person(number) for number in (1, 2)]
    there = await floor.person(3, "T5")
    await floor.moves("T6", Phase.SESSION1)
    assert [(person.id, "ballot") for person in here] == await floor.wanted()
    await floor.all_drawn()
    await floor.moves("T6", Phase.PRIORITIES)
    assert [(person.id, "ballot") for person in here] == await floor.wanted()
    assert {} == (await floor.ballot(there)).dots


async def test_who_has_dots_can_see_them_after_closing_and_who_has_none_is_told(voting: Floor) -> None:
    anna, bruno = await voting.votes(1, "1.3"), await voting.votes(2)
    await voting.moves("T6", Phase.PRIORITIES)
    assert await dots.bring(voting.database, voting.event, anna) is None
    assert notices.BallotNotOpen(table="T6", phase=Phase.PRIORITIES) == await dots.bring(
        voting.database, voting.event, bruno
    )


@pytest.mark.parametrize("page", ["7", "", "1.3", "x" * 60])
async def test_a_page_that_does_not_exist_is_an_outdated_button(voting: Floor, page: str) -> None:
    anna = await voting.votes(1, "1.3")
    assert notices.ButtonOutdated() == await dots.turn(voting.database, voting.event, anna, page)
    assert notices.ButtonOutdated() == await dots.bring(voting.database, voting.event, anna, page)
    assert {"1.3": 1} == (await voting.ballot(anna)).dots


async def test_pages_are_turned_on_the_same_screen(voting: Floor) -> None:
    anna = await voting.votes(1, "1.3")
    await voting.all_drawn()
    for page in ("3", dots.REVIEW):
        assert await dots.turn(voting.database, voting.event, anna, page) is None
    (row,) = await voting.database.fetch("SELECT view, message_id FROM screens")
    assert (dots.REVIEW, 70) == (dots.View.model_validate_json(row["view"]).page, row["message_id"])


async def test_what_was_refused_stays_refused_when_it_is_delivered_again(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    anna = await floor.votes(1, "1.1", "1.2", "1.3", "1.4", "1.5", "2.1")
    press = {"3.2": 1}

    async def tap(act: str) -> notices.Notice:
        return await dots.put(floor.database, floor.event, await floor.again(anna), press, floor.now, act)

    assert isinstance(await tap("press:1"), notices.NoDotsLeft)
    await floor.wish(anna, {"1.1": 0})
    again = await tap("press:1")
    assert notices.NoDotsLeft(refused=("3.2",), used=5, budget=6) == again
    assert isinstance(await tap("press:2"), notices.DotsRecorded)
    seventh = floor.message(anna)
    assert isinstance((await floor.says(anna, "4.1", seventh))[0], notices.NoDotsLeft)
    await floor.wish(anna, {"3.2": 0})
    assert isinstance((await floor.says(anna, "4.1", seventh))[0], notices.NoDotsLeft)
    assert isinstance((await floor.says(anna, "4.1"))[0], notices.DotsRecorded)


async def test_the_message_that_was_pressed_is_the_screen_from_now_on(voting: Floor) -> None:
    anna = await voting.votes(1, "1.3")
    await voting.all_drawn()
    database, event = voting.database, voting.event

    async def screen() -> tuple[int, bool]:
        (row,) = await database.fetch("SELECT message_id, wanted_version, shown_version FROM screens")
        return row["message_id"], row["wanted_version"] > row["shown_version"]

    await dots.put(database, event, anna, {"1.3": 1}, NOON, pressed=51)
    assert (51, True) == await screen()
    await dots.turn(database, event, anna, "3", 52)
    assert (52, True) == await screen()
    await dots.turn(database, event, anna, "no such page", 53)
    assert (53, True) == await screen()
    await dots.outdated(database, event, anna, 54)
    assert (54, True) == await screen()
    await dots.finish(database, anna, 55)
    assert (55, True) == await screen()
    await voting.moves("T6", Phase.PRIORITIES)
    await voting.all_drawn()
    await dots.put(database, event, anna, {"1.3": 0}, NOON, pressed=56)
    assert (56, True) == await screen()
