"""From dots to priorities: a tie is named, never broken; the table decides once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from participation import notices, priorities
from participation.event import Phase
from participation.notices import PrioritiesRefused
from participation.proposing import Proposal, propose
from storage import priorities as stored
from storage.priorities import Candidate, PrioritySet
from tests.participation.floor import open_floor

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from participation.event import Event
    from storage.people import Person
    from tests.participation.floor import Floor

ORDER = tuple(f"{axis}.{number}" for axis in range(1, 5) for number in range(1, 5))
TALLIES = st.dictionaries(st.sampled_from(ORDER), st.integers(0, 6), max_size=len(ORDER))
MOST = st.integers(1, 8)
CHANCE = st.randoms(use_true_random=False)

LEADS = notices.Role.FACILITATOR


@settings(deadline=None)
@given(TALLIES, MOST)
def test_a_proposal_keeps_its_promises(tally: dict[str, int], most: int) -> None:
    found = propose(tally, most, ORDER)
    named = found.undisputed + found.tied
    voted = {code for code, dots in tally.items() if dots > 0}
    assert len(named) == len(set(named))
    assert set(named) <= voted
    assert len(found.undisputed) + found.places <= most
    if not found.tied:
        assert 0 == found.places
        assert min(most, len(voted)) == len(found.undisputed)
    else:
        assert 0 < found.places < len(found.tied)
        assert most == len(found.undisputed) + found.places
        assert 1 == len({tally[code] for code in found.tied})
        assert all(tally[code] > tally[found.tied[0]] for code in found.undisputed)
    # Nobody outside has as many dots as anybody inside.
    least = min((tally[code] for code in named), default=0)
    assert all(tally[code] < least for code in voted - set(named))
    assert sorted(found.undisputed, key=lambda code: -tally[code]) == list(found.undisputed)


@settings(deadline=None)
@given(TALLIES, MOST, CHANCE)
def test_the_order_of_the_event_never_decides_who_is_in(
    tally: dict[str, int], most: int, chance: Random
) -> None:
    order = list(ORDER)
    chance.shuffle(order)
    one, other = propose(tally, most, ORDER), propose(tally, most, order)
    assert (set(one.undisputed), set(one.tied), one.places) == (
        set(other.undisputed),
        set(other.tied),
        other.places,
    )


def chances(found: Proposal, code: str) -> int:
    """2 in for sure, 1 contending, 0 out."""
    return 2 if code in found.undisputed else 1 if code in found.tied else 0


@settings(deadline=None)
@given(TALLIES, MOST, st.sampled_from(ORDER), st.integers(1, 3))
def test_one_more_dot_never_harms_who_gets_it_nor_helps_anybody_else(
    tally: dict[str, int], most: int, code: str, more: int
) -> None:
    before = propose(tally, most, ORDER)
    after = propose({**tally, code: tally.get(code, 0) + more}, most, ORDER)
    assert chances(after, code) >= chances(before, code)
    for other in ORDER:
        if other != code and tally.get(other, 0):
            # Somebody else may get a place only out of a tie that the dot settles.
            assert chances(after, other) <= chances(before, other) or chances(before, code) == 1


@settings(deadline=None)
@given(TALLIES, MOST, st.sampled_from(ORDER))
def test_a_dot_less_never_helps_who_loses_it(tally: dict[str, int], most: int, code: str) -> None:
    before = propose(tally, most, ORDER)
    after = propose({**tally, code: max(0, tally.get(code, 0) - 1)}, most, ORDER)
    assert chances(after, code) <= chances(before, code)


@settings(deadline=None)
@given(TALLIES, MOST)
def test_more_places_never_put_anybody_out(tally: dict[str, int], most: int) -> None:
    fewer, more = propose(tally, most, ORDER), propose(tally, most + 1, ORDER)
    assert all(chances(more, code) >= chances(fewer, code) for code in ORDER)


CANDIDATES = st.lists(
    st.builds(Candidate, st.sampled_from(ORDER), st.integers(1, 9), st.booleans(), st.booleans()),
    unique_by=lambda candidate: candidate.strategy,
)


@settings(deadline=None)
@given(CANDIDATES, st.booleans())
def test_what_stands_and_what_is_pending_never_overlap(candidates: list[Candidate], confirmed: bool) -> None:
    found = PrioritySet("T1", 1, 9, {"app": 9}, 0, True, confirmed, tuple(candidates))
    stands, pends = priorities.standing(found), priorities.pending(found)
    assert not set(stands) & set(pends)
    assert set(stands) <= {candidate.strategy for candidate in candidates if candidate.kept}
    if confirmed:
        assert () == pends
        assert tuple(candidate.strategy for candidate in candidates if candidate.kept) == stands
    else:
        assert tuple(candidate.strategy for candidate in candidates if candidate.tied) == pends


# --- at a table -----------------------------------------------------------------------------------------


async def closed(floor: Floor) -> tuple[Person, Person]:
    """T6 closed with 3.2 before 1.1, 1.2, 2.1, 2.2 (two dots), and 4.1, 5.1, 6.1 tied for one place."""
    await floor.moves("T6", Phase.SESSION1)
    anna = await floor.votes(1, "3.2", "1.1", "1.2", "2.1", "2.2", "4.1")
    await floor.votes(2, "3.2", "1.1", "1.2", "2.1", "2.2", "5.1")
    await floor.votes(3, "3.2", "6.1")
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.PRIORITIES)
    return anna, lara


UNDISPUTED = ("3.2", "1.1", "1.2", "2.1", "2.2")
TIED = ("4.1", "5.1", "6.1")


async def keep(floor: Floor, strategy: str, *, kept: bool) -> notices.Notice | None:
    return await floor.keeps(await floor.newcomer(900), "T6", strategy, kept=kept)


async def confirm(floor: Floor, person: Person) -> notices.Notice | None:
    return await floor.confirms(person)


def settled(how: str, *chosen: str) -> notices.TieTold:
    return notices.TieTold(zone=None, strategies=TIED, places=1, after_runoff=False, how=how, chosen=chosen)


def decided(
    *chosen: str,
    confirmed: bool,
    pending: tuple[str, ...] = (),
    dropped: tuple[str, ...] = (),
    tie: notices.TieTold | None = None,
) -> notices.PrioritiesDecided:
    return notices.PrioritiesDecided(
        table="T6",
        priorities=chosen,
        pending=pending,
        places=1 if pending else 0,
        voters=3,
        confirmed=confirmed,
        dropped=tuple(notices.Dropped(strategy=code) for code in dropped),
        ties=() if tie is None else (tie,),
    )


async def test_closing_proposes_and_tells_who_facilitates(floor: Floor) -> None:
    anna, lara = await closed(floor)
    told = notices.PrioritiesProposed(table="T6", proposed=UNDISPUTED, tied=TIED, places=1, voters=3)
    assert [notices.HandedInAsked(table="T6", entered=0), told] == await floor.told(lara)
    assert [] == await floor.told(anna)
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert (("3.2", 3, True), ("1.1", 2, True)) == board.proposed[:2]
    assert (("4.1", 1, False), ("5.1", 1, False), ("6.1", 1, False)) == board.tied
    assert (1, 3, False) == (board.places, board.voters, board.decided)


async def test_the_table_chooses_among_the_tied_and_everybody_concerned_hears_once(floor: Floor) -> None:
    anna, lara = await closed(floor)
    vittoria = await floor.regia()
    stranger = await floor.person(50, "T5")
    other_facilitator = await floor.facilitator(901, "T5")
    assert await keep(floor, "5.1", kept=True) is None
    assert PrioritiesRefused(table="T6", reason="full") == await keep(floor, "6.1", kept=True)
    assert await keep(floor, "5.1", kept=True) is None
    assert await keep(floor, "5.1", kept=False) is None
    assert await keep(floor, "6.1", kept=True) is None
    assert await keep(floor, "2.2", kept=False) is None
    assert await confirm(floor, lara) is None
    expected = decided(
        "3.2", "1.1", "1.2", "2.1", "6.1", confirmed=True, dropped=("2.2",), tie=settled("hand", "6.1")
    )
    for person in (anna, vittoria):
        assert [expected] == await floor.told(person)
    assert expected == (await floor.told(lara))[-1]
    assert [] == await floor.told(stranger)
    assert [] == await floor.told(other_facilitator)
    # At Session 2 the confirmed ones stand, and nobody is told again.
    await floor.moves("T6", Phase.SESSION2)
    assert [expected] == await floor.told(anna)
    at = floor.now
    floor.later()
    for refused in (await keep(floor, "2.2", kept=True), await confirm(floor, lara)):
        assert PrioritiesRefused(table="T6", reason="decided", at=at, role=LEADS) == refused


async def test_somebody_of_several_roles_is_told_once(floor: Floor) -> None:
    _, lara = await closed(floor)
    await floor.sit(lara, "T6")
    both = await floor.regia(960)
    await floor.sit(both, "T6")
    await confirm(floor, lara)
    expected = decided(*UNDISPUTED, confirmed=True, tie=settled("fewer"))
    assert [expected] == await floor.told(both)
    assert [expected] == [
        told for told in await floor.told(lara) if isinstance(told, notices.PrioritiesDecided)
    ]


async def test_session_2_begins_with_the_undisputed_and_the_tied_can_still_be_chosen(floor: Floor) -> None:
    anna, lara = await closed(floor)
    # What was ticked among the tied and not confirmed does not stand.
    await keep(floor, "4.1", kept=True)
    await floor.spread()
    await floor.moves("T6", Phase.SESSION2)
    standing = decided(*UNDISPUTED, confirmed=False, pending=TIED)
    assert [standing] == await floor.told(anna)
    assert await confirm(floor, lara) is None
    confirmed = decided(*UNDISPUTED, "4.1", confirmed=True, tie=settled("hand", "4.1"))
    assert [standing, confirmed] == await floor.told(anna)
    assert [standing, confirmed] == (await floor.told(lara))[2:]


async def test_two_who_facilitate_decide_once(floor: Floor) -> None:
    anna, lara = await closed(floor)
    bruno = await floor.facilitator(902)
    first, second = await confirm(floor, lara), await confirm(floor, bruno)
    assert first is None
    assert PrioritiesRefused(table="T6", reason="decided", at=floor.now, role=LEADS) == second
    assert [decided(*UNDISPUTED, confirmed=True, tie=settled("fewer"))] == await floor.told(anna)
    assert 1 == sum(isinstance(told, notices.PrioritiesDecided) for told in await floor.told(bruno))


async def test_what_cannot_be_done_is_refused_with_its_reason(floor: Floor) -> None:
    lara = await floor.facilitator()
    for refused in (
        await keep(floor, "1.1", kept=False),
        await confirm(floor, lara),
        await priorities.show(floor.database, lara, "T6"),
    ):
        assert PrioritiesRefused(table="T6", reason="open") == refused
    await closed(floor)
    assert PrioritiesRefused(table="T6", reason="unknown") == await keep(floor, "6.4", kept=True)
    for code in UNDISPUTED:
        await keep(floor, code, kept=False)
    assert PrioritiesRefused(table="T6", reason="empty") == await confirm(floor, lara)
    assert await priorities.show(floor.database, lara, "T6") is None
    assert (lara.id, "priorities:T6") in await floor.wanted()


async def test_a_table_that_nobody_voted_at_goes_on_without_priorities(floor: Floor) -> None:
    anna, lara = await floor.person(1), await floor.facilitator()
    await floor.moves("T6", Phase.PRIORITIES)
    nothing = notices.PrioritiesProposed(table="T6", proposed=(), tied=(), places=0, voters=0)
    assert [notices.HandedInAsked(table="T6", entered=0), nothing] == await floor.told(lara)
    assert PrioritiesRefused(table="T6", reason="empty") == await confirm(floor, lara)
    await floor.moves("T6", Phase.SESSION2)
    told = notices.PrioritiesDecided(
        table="T6", priorities=(), pending=(), places=0, voters=0, confirmed=False
    )
    assert [told] == await floor.told(anna)
    assert () == priorities.standing(await set_of(floor))


async def test_a_board_is_redrawn_for_who_looks_at_it(floor: Floor) -> None:
    _, lara = await closed(floor)
    bruno = await floor.facilitator(902)
    for person in (lara, bruno):
        await priorities.show(floor.database, person, "T6")
    for act in (keep(floor, "4.1", kept=True), confirm(floor, lara)):
        await floor.all_drawn()
        assert await act is None
        boards = [whose for whose, kind in await floor.wanted() if kind == "priorities:T6"]
        assert [lara.id, bruno.id] == boards
    board = await priorities.screen(floor.database, floor.event, "T6")
    assert board is not None
    assert board.decided


async def test_where_the_event_says_automatic_only_a_tie_waits_for_the_table(
    template: Path, turin: Event
) -> None:
    session1 = turin.session1.model_copy(update={"priority_choice": "automatic"})
    async with open_floor(template, turin.model_copy(update={"session1": session1})) as floor:
        _, lara = await closed(floor)
        assert isinstance((await floor.told(lara))[1], notices.PrioritiesProposed)
        assert not (await set_of(floor)).decided
        await floor.moves("T5", Phase.SESSION1)
        bruno = await floor.votes(60, "3.2", "1.1", table="T5")
        await floor.moves("T5", Phase.PRIORITIES)
        (told,) = await floor.told(bruno)
        assert isinstance(told, notices.PrioritiesDecided)
        assert (("1.1", "3.2"), True) == (told.priorities, told.confirmed)


async def set_of(floor: Floor) -> PrioritySet:
    found = await stored.of_table(floor.database, "T6")
    assert found is not None
    return found
