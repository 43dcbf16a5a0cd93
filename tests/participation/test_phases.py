"""The phases of a table: forward only, through each, whoever moves it and in whatever order."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import notices, overseeing, phases, priorities
from participation.event import Phase
from participation.notices import Mover, PhaseAlready, PhaseMoved, PhaseRefused
from participation.phases import LEADING, ORDER, allowed, next_phase, steps
from storage import ballots, tables
from storage import priorities as stored_priorities
from tests.participation.floor import play
from tests.storage.rows import value

if TYPE_CHECKING:
    from pathlib import Path

    from participation.event import Event
    from storage.people import Person
    from tests.participation.floor import Floor

PHASES = st.sampled_from(tuple(Phase))
MOVERS = st.sampled_from(tuple(Mover))


@settings(deadline=None)
@given(PHASES, PHASES)
def test_steps_lead_forward_through_every_phase(here: Phase, there: Phase) -> None:
    taken = steps(here, there)
    assert all(next_phase(one) is other for one, other in pairwise((here, *taken)))
    if ORDER.index(there) > ORDER.index(here):
        assert there is taken[-1]
    else:
        assert () == taken


@settings(deadline=None)
@given(MOVERS, PHASES, PHASES)
def test_nobody_leads_a_table_back_and_who_leads_it_one_phase_at_a_time(
    mover: Mover, here: Phase, there: Phase
) -> None:
    if allowed(mover, here, there):
        assert ORDER.index(there) > ORDER.index(here)
        assert mover not in LEADING or ((there,) == steps(here, there) and there is not Phase.AFTERMATH)
    elif mover not in LEADING:
        assert ORDER.index(there) <= ORDER.index(here)


TABLES = st.sampled_from(("T5", "T6"))
CODES = st.sampled_from(("1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "5.4"))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), TABLES, MOVERS, PHASES),
        st.tuples(st.just("open"), TABLES),
        st.tuples(st.just("close"), TABLES),
        st.tuples(st.just("sit"), st.integers(0, 3), TABLES),
        st.tuples(st.just("vote"), st.integers(0, 3), CODES, st.integers(0, 1)),
        st.tuples(st.just("keep"), TABLES, CODES, st.booleans()),
        st.tuples(st.just("confirm"), TABLES),
        st.tuples(st.just("clock"), st.sampled_from(("09:30", "10:12", "10:26", "10:40", "12:30", "23:00"))),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(ACTS)
def test_whatever_happens_each_table_is_in_a_state_that_makes_sense(
    template: Path, turin: Event, acts: list[tuple[object, ...]]
) -> None:
    async def acted(floor: Floor) -> None:
        crowd = [await floor.person(1 + number, "T6" if number < 3 else "T5") for number in range(4)]
        before = dict.fromkeys(("T5", "T6"), Phase.REGISTRATION)
        for act in acts:
            await one(floor, crowd, act)
            for code in before:
                before[code] = await sound(floor, code, before[code])

    play(template, turin, acted)


async def one(floor: Floor, crowd: list[Person], act: tuple[object, ...]) -> None:
    match act:
        case ("move", str(code), Mover() as mover, Phase() as wished):
            here = await floor.phase(code)
            told = await floor.moves(code, wished, mover, crowd[0])
            past = mover is Mover.FACILITATOR and ORDER.index(wished) < ORDER.index(here)
            if here is wished or past:
                assert isinstance(told, PhaseAlready)
            else:
                assert allowed(mover, here, wished) == isinstance(told, PhaseMoved)
        case ("open", str(code)):
            await floor.opens(crowd[0], code)
        case ("close", str(code)):
            await floor.closes(crowd[0], code)
        case ("sit", int(who), str(code)):
            await floor.sit(crowd[who], code)
        case ("vote", int(who), str(strategy), int(count)):
            await floor.wish(crowd[who], {strategy: count})
        case ("keep", str(code), str(strategy), bool(kept)):
            await floor.keeps(crowd[0], code, strategy, kept=kept)
        case ("confirm", str(code)):
            floor.later(1)
            await floor.confirms(crowd[0], code)
        case ("clock", str(time)):
            floor.at(time)
            await floor.run_due()


async def sound(floor: Floor, code: str, before: Phase) -> Phase:
    """The phase of a table of which everything that must hold holds."""
    phase = await floor.phase(code)
    assert ORDER.index(before) <= ORDER.index(phase)
    history = await tables.history(floor.database, code)
    assert list(ORDER[: ORDER.index(phase) + 1]) == [
        Phase.REGISTRATION,
        *(Phase(step.to_phase) for step in history),
    ]
    assert list(ORDER[: len(history)]) == [Phase(step.from_phase) for step in history]
    rows = await floor.database.fetch("SELECT open FROM ballots WHERE table_code = $1", code)
    assert all(bool(row["open"]) == (phase is Phase.SESSION1) for row in rows)
    assert 0 == await value(
        floor.database,
        "SELECT count(*) FROM people p JOIN ballot_owners o ON o.person_id = p.id"
        " JOIN ballots b ON b.id = o.ballot_id WHERE b.table_code <> p.table_code OR b.zone <> p.zone",
    )
    found = await stored_priorities.of_table(floor.database, code)
    assert (found is not None) == (phase not in phases.VOTING)
    if found is not None:
        tally = await ballots.tally(floor.database, code)
        assert (await ballots.turnout(floor.database))[code].voting == found.voters
        assert all(tally[candidate.strategy] == candidate.dots for candidate in found.candidates)
        assert sum(each.kept for each in found.candidates if each.tied) <= found.places
        assert found.decided or phase is Phase.PRIORITIES
        assert len(priorities.standing(found)) <= floor.event.session1.priorities
    keys = [row["key"] for row in await floor.database.fetch("SELECT key FROM announcements")]
    assert (f"thanks:{code}" in keys) == (phase in {Phase.CLOSING, Phase.AFTERMATH})
    assert (f"proposed:{code}" in keys) == (found is not None)
    return phase


async def test_the_regia_takes_a_late_table_through_every_phase(floor: Floor) -> None:
    lara = await floor.facilitator()
    anna = await floor.person(1)
    vittoria = await floor.regia()
    told = await floor.moves("T6", Phase.CLOSING, Mover.REGIA, vittoria)
    assert PhaseMoved(table="T6", phase=Phase.CLOSING, mover=Mover.REGIA, at=floor.now) == told
    assert [
        ("registration", "session1"),
        ("session1", "priorities"),
        ("priorities", "session2"),
        ("session2", "closing"),
    ] == [(step.from_phase, step.to_phase) for step in await tables.history(floor.database, "T6")]
    steps_taken = await tables.history(floor.database, "T6")
    assert {("regia", vittoria.id)} == {(step.mover, step.person) for step in steps_taken}
    assert ["PrioritiesDecided", "Thanks"] == [type(each).__name__ for each in await floor.told(anna)]
    # What was proposed is decided already.
    assert ["HandedInAsked", "PrioritiesDecided"] == [type(each).__name__ for each in await floor.told(lara)]


async def test_a_table_that_is_there_already_says_since_when_and_by_whom(floor: Floor) -> None:
    lara = await floor.facilitator()
    assert PhaseAlready(
        table="T6", phase=Phase.REGISTRATION, mover=Mover.AGENDA, at=floor.now
    ) == await floor.moves("T6", Phase.REGISTRATION)
    moved_at = floor.later()
    await floor.moves("T6", Phase.SESSION1, Mover.FACILITATOR, lara)
    floor.later()
    assert PhaseAlready(
        table="T6", phase=Phase.SESSION1, mover=Mover.FACILITATOR, at=moved_at
    ) == await floor.moves("T6", Phase.SESSION1, Mover.AGENDA)


async def test_a_facilitator_opens_and_closes_what_is_next(floor: Floor) -> None:
    lara = await floor.facilitator()

    async def does(step: str) -> notices.Notice:
        floor.later()
        return await (floor.opens(lara) if step == "open" else floor.closes(lara))

    said = [
        await does(step)
        for step in ["close", "open", "open", "close", "close", "open", "open", "close", "close", "open"]
    ]
    expected: list[tuple[type[notices.Notice], Phase]] = [
        (PhaseRefused, Phase.REGISTRATION),
        (PhaseMoved, Phase.SESSION1),
        (PhaseAlready, Phase.SESSION1),
        (PhaseMoved, Phase.PRIORITIES),
        (PhaseAlready, Phase.PRIORITIES),
        (PhaseMoved, Phase.SESSION2),
        (PhaseAlready, Phase.SESSION2),
        (PhaseMoved, Phase.CLOSING),
        (PhaseAlready, Phase.CLOSING),
        (PhaseAlready, Phase.SESSION2),
    ]
    assert expected == [(type(each), each.model_dump()["phase"]) for each in said]


async def test_closing_and_opening_delivered_again_after_a_kill_do_not_close_session_2(floor: Floor) -> None:
    lara = await floor.facilitator()
    await floor.moves("T6", Phase.SESSION1)
    for _ in range(3):
        await floor.closes(lara, act="1:40")
        await floor.opens(lara, act="1:41")
        assert Phase.SESSION2 is await floor.phase()
    assert 3 == len(await tables.history(floor.database, "T6"))


async def test_the_regia_moves_many_tables_and_hears_of_each(floor: Floor) -> None:
    vittoria = await floor.regia()
    await floor.moves("T2", Phase.SESSION2)
    await floor.moves("T3", Phase.SESSION1)
    codes = [table.code for table in floor.event.tables]
    told = await phases.move_many(floor.database, floor.event, codes, Phase.SESSION1, vittoria, floor.now)
    moved = tuple(code for code in codes if code not in {"T2", "T3"})
    assert notices.TablesMoved(phase=Phase.SESSION1, moved=moved, already=("T3",), refused=("T2",)) == told
    again = await phases.move_many(floor.database, floor.event, codes, Phase.SESSION1, vittoria, floor.now)
    assert ((), (*moved[:1], "T3", *moved[1:])) == (again.moved, again.already)


async def test_several_who_move_one_table_at_once_move_it_once(floor: Floor) -> None:
    crowd = [await floor.facilitator(900 + number) for number in range(8)]
    said = await asyncio.gather(
        *(floor.moves("T6", Phase.SESSION1, Mover.FACILITATOR, person) for person in crowd)
    )
    assert Counter({PhaseAlready: 7, PhaseMoved: 1}) == Counter(type(each) for each in said)
    assert 1 == len(await tables.history(floor.database, "T6"))


WORDS = {"sessione1": Phase.SESSION1, "s1": Phase.SESSION1, "chiusura": Phase.CLOSING}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T5 sessione1", (("T5",), Phase.SESSION1)),
        ("sessione1 t5", (("T5",), Phase.SESSION1)),
        ("T5, T6 S1", (("T5", "T6"), Phase.SESSION1)),
        ("T5 T5 s1", (("T5",), Phase.SESSION1)),
        ("tutti chiusura", (tuple(f"T{n}" for n in range(1, 11)), Phase.CLOSING)),
        ("T5 tutti chiusura", (tuple(f"T{n}" for n in range(1, 11)), Phase.CLOSING)),
    ],
)
def test_a_command_names_tables_and_one_phase(turin: Event, text: str, expected: object) -> None:
    assert expected == phases.read_command(text, turin, WORDS, frozenset({"tutti"}))


@pytest.mark.parametrize(
    ("text", "misread", "nearest"),
    [
        ("", "", None),
        ("sessione1", "sessione1", None),
        ("T5", "T5", None),
        ("T5 pranzo", "pranzo", None),
        ("T5 sesione1", "sesione1", "sessione1"),
        ("T5 sessione1 chiusura", "chiusura", None),
        ("T99 sessione1", "T99", "T9"),
        ("TT5 sessione1", "TT5", "T5"),
        ("tuti sessione1", "tuti", "tutti"),
        ("tutti", "tutti", None),
    ],
)
def test_a_command_that_is_unclear_moves_nothing_and_names_the_nearest(
    turin: Event, text: str, misread: str, nearest: str | None
) -> None:
    found = phases.read_command(text, turin, WORDS, frozenset({"tutti"}))
    assert notices.PhaseCommandUnclear(misread=misread, nearest=nearest) == found


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_no_command_is_too_odd_to_be_read(turin: Event, text: str) -> None:
    phases.read_command(text, turin, WORDS, frozenset({"tutti"}))


async def test_the_dashboard_shows_the_table_as_it_is(floor: Floor) -> None:
    await floor.facilitator()
    assert await phases.screen(floor.database, floor.event, "T99", floor.now) is None
    opened = floor.later()
    await floor.moves("T6", Phase.SESSION1)
    await floor.votes(1, "1.3", "2.1")
    await floor.votes(2)
    await floor.says(await floor.person(1), "Servono più treni")
    shown = await phases.screen(floor.database, floor.event, "T6", floor.now)
    assert (
        notices.TableScreen(
            table="T6",
            phase=Phase.SESSION1,
            since=opened,
            registered=2,
            voting=1,
            finished=0,
            contributions=1,
            next_phase=Phase.PRIORITIES,
            next_at=floor.event.phase_starts()[Phase.PRIORITIES],
            priorities=(),
            strategy_on=None,
            by_hand=notices.TableByHand(
                present=None,
                handed_in=None,
                entered=0,
                registered=2,
                votes=1,
                provisional=False,
                excess=None,
            ),
            silent=1,
            unfinished=2,
        )
        == shown
    )
    # The proposal is on its own board: until it is decided the dashboard names no priorities.
    await floor.moves("T6", Phase.PRIORITIES)
    shown = await phases.screen(floor.database, floor.event, "T6", floor.now)
    assert shown is not None
    assert () == shown.priorities
    await floor.moves("T6", Phase.SESSION2)
    shown = await phases.screen(floor.database, floor.event, "T6", floor.now)
    assert shown is not None
    assert ("1.3", "2.1") == shown.priorities
    await floor.moves("T6", Phase.CLOSING)
    shown = await phases.screen(floor.database, floor.event, "T6", floor.now)
    assert shown is not None
    assert shown.next_phase is None


async def test_the_regia_sees_every_table(floor: Floor) -> None:
    await floor.moves("T6", Phase.SESSION1)
    await floor.votes(1, "1.3")
    state = await overseeing.overview(floor.database, floor.event, floor.now)
    assert [table.code for table in floor.event.tables] == [each.table for each in state.tables]
    assert (
        notices.TableState(
            table="T6",
            phase=Phase.SESSION1,
            registered=1,
            voting=1,
            finished=0,
            contributions=0,
            strategy_on=None,
            closes_at=floor.event.phase_starts()[Phase.PRIORITIES],
            active_at=floor.now,
            alone=True,
        )
        == state.tables[5]
    )
