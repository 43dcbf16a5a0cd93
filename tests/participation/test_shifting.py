"""The agenda in the regia's hands: held, resumed, shifted; and what people are told of times."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation import agenda, confirming, dots, notices, prolonging, shifting, timing
from participation.event import Phase
from participation.notices import AgendaRefused, AgendaShifted, Mover, ShiftAsked
from storage import agenda as stored_agenda
from storage import moments
from storage.agenda import Change
from tests.storage.rows import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from participation.event import Event
    from participation.notices import Notice
    from storage.people import Person
    from tests.participation.floor import Floor

WORDS = {"ferma": "hold", "riprendi": "resume", "tutti": "all"}
CHANNEL = -1001


def clock(floor: Floor, at: datetime) -> str:
    return f"{at.astimezone(floor.event.zone_info):%H:%M}"


def times(floor: Floor, steps: Sequence[notices.PlannedStep]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(clock(floor, step.at), step.phase.value, step.tables) for step in steps]


async def shifts(floor: Floor, person: Person, minutes: int) -> list[Notice]:
    asked = await confirming.shift(floor.database, minutes, floor.asker(person))
    assert isinstance(asked, ShiftAsked), asked
    return await floor.answers(person, asked.token)


async def resumes(floor: Floor, person: Person) -> list[Notice]:
    asked = await confirming.resume(floor.database, floor.asker(person))
    assert isinstance(asked, ShiftAsked), asked
    return await floor.answers(person, asked.token)


async def told_of(floor: Floor, person: Person, kind: type[Notice]) -> list[Notice]:
    return [each for each in await floor.told(person) if isinstance(each, kind)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("", "show"), ("ferma", "hold"), ("FERMA", "hold"), ("riprendi", "resume")),
        *(("+10", 10), ("-5", -5), ("+ 10 minuti", 10), ("−5", -5), ("–5 min", -5), ("+180", 180)),
        ("10", AgendaRefused(reason="unclear", misread="10", nearest="+10", most=180)),
        ("fermo", AgendaRefused(reason="unclear", misread="fermo", nearest="ferma", most=180)),
        ("domani", AgendaRefused(reason="unclear", misread="domani", most=180)),
        ("+0", AgendaRefused(reason="range", misread="+0", most=180)),
        ("-181", AgendaRefused(reason="range", misread="-181", most=180)),
    ],
)
def test_what_stands_behind_agenda(text: str, expected: object) -> None:
    assert expected == shifting.read_command(text, WORDS)


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_no_command_is_too_odd_to_be_read(text: str) -> None:
    shifting.read_command(text, WORDS)


def test_a_planned_time_moves_by_the_shifts_that_were_made_before_it() -> None:
    def shift(at: int, minutes: int) -> Change:
        since = NOON + timedelta(minutes=at)
        return Change(at=since, act="shifted", mover="regia", since=since, minutes=minutes)

    changes = [shift(0, 10), shift(5, -3), shift(60, 20)]
    moved = [timing.shifted(NOON + timedelta(minutes=at), changes) for at in (-1, 0, 30, 53, 90)]
    assert [NOON + timedelta(minutes=at) for at in (-1, 7, 37, 80, 117)] == moved


async def test_what_is_to_come_names_tables_only_where_they_differ(floor: Floor) -> None:
    lara = await floor.facilitator()
    floor.at("10:12")
    await floor.run_due()
    await prolonging.by_minutes(
        floor.database, floor.event, "T6", "5", Mover.FACILITATOR, lara, floor.now, None
    )
    shown = await shifting.show(floor.database, floor.now)
    others = tuple(table.code for table in floor.event.tables if table.code != "T6")
    assert [
        ("10:25", "priorities", others),
        ("10:30", "priorities", ("T6",)),
        ("10:30", "session2", others),
        ("10:35", "session2", ("T6",)),
        ("12:10", "closing", ()),
        ("13:00", "aftermath", ()),
    ] == times(floor, shown.steps)


async def test_a_shift_counts_when_it_is_confirmed_and_all_concerned_hear_their_times(floor: Floor) -> None:
    vittoria, other = await floor.regia(950), await floor.regia(951)
    lara = await floor.facilitator()
    anna = await floor.person(1)
    floor.at("10:12")
    await floor.run_due()
    before = await moments.planned(floor.database)
    asked = await confirming.shift(floor.database, 10, floor.asker(vittoria))
    assert isinstance(asked, ShiftAsked)
    assert before == await moments.planned(floor.database)
    assert [("10:35", "priorities", ()), ("10:40", "session2", ())] == times(floor, asked.steps)[:2]
    assert [] == await floor.answers(vittoria, asked.token)
    for person in (vittoria, other, lara, anna):
        (told,) = await told_of(floor, person, AgendaShifted)
        assert isinstance(told, AgendaShifted)
        assert (10, ("10:35", "priorities", ())) == (told.minutes, times(floor, told.steps)[0])
    ballot = await dots.screen(floor.database, floor.event, anna, dots.first_view(floor.event))
    assert ballot is not None
    assert ballot.closes_at is not None
    assert "10:35" == clock(floor, ballot.closes_at)
    floor.at("10:30")
    await floor.run_due()
    assert Phase.SESSION1 is await floor.phase()
    floor.at("10:35")
    await floor.run_due()
    assert Phase.PRIORITIES is await floor.phase()


async def test_posts_move_with_the_phases_they_belong_to(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:12")
    await floor.run_due(CHANNEL)
    posts = dict(await moments.planned(floor.database, "post:"))
    await shifts(floor, vittoria, 7)
    later = dict(await moments.planned(floor.database, "post:"))
    assert {key: due + timedelta(minutes=7) for key, due in posts.items()} == later


async def test_a_shift_into_the_past_is_refused_with_the_most_there_can_be(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:12")
    await floor.run_due()
    refused = await confirming.shift(floor.database, -13, floor.asker(vittoria))
    assert isinstance(refused, AgendaRefused)
    assert ("past", 12) == (refused.reason, refused.most)
    assert isinstance(await confirming.shift(floor.database, -12, floor.asker(vittoria)), ShiftAsked)


async def test_a_confirmation_that_comes_late_puts_no_phase_into_the_past(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:12")
    await floor.run_due()
    asked = await confirming.shift(floor.database, -12, floor.asker(vittoria))
    assert isinstance(asked, ShiftAsked)
    floor.later(90)
    (said,) = await floor.answers(vittoria, asked.token)
    assert isinstance(said, AgendaRefused)
    assert "past" == said.reason
    assert [] == list(await stored_agenda.changes(floor.database))


async def test_a_shift_that_others_made_meanwhile_is_asked_again_with_the_new_times(floor: Floor) -> None:
    regia = [await floor.regia(950), await floor.regia(951)]
    floor.at("9:30")
    first, second = [await confirming.shift(floor.database, 10, floor.asker(who)) for who in regia]
    assert isinstance(first, ShiftAsked)
    assert isinstance(second, ShiftAsked)
    assert [] == await floor.answers(regia[0], first.token)
    (again,) = await floor.answers(regia[1], second.token)
    assert isinstance(again, ShiftAsked)
    assert again.changed
    assert ("10:30", "session1", ()) == times(floor, again.steps)[0]
    assert 1 == len(await stored_agenda.changes(floor.database))
    assert [] == await floor.answers(regia[1], again.token)
    assert [10, 10] == [change.minutes for change in await stored_agenda.changes(floor.database)]


async def test_held_nothing_of_the_agenda_happens_and_who_facilitates_may_still_act(floor: Floor) -> None:
    vittoria, lara, anna = await floor.regia(), await floor.facilitator(), await floor.person(1)
    floor.at("10:20")
    await floor.run_due(CHANNEL)
    assert await shifting.hold(floor.database, vittoria, floor.now) is None
    for person in (vittoria, lara):
        assert [notices.AgendaHeld(at=floor.now)] == await told_of(floor, person, notices.AgendaHeld)
    assert [] == await told_of(floor, anna, notices.AgendaHeld)
    since = floor.now
    ballot = await dots.screen(floor.database, floor.event, anna, dots.first_view(floor.event))
    assert ballot is not None
    assert ballot.closes_at is None
    posted = len(await floor.database.fetch("SELECT 1 FROM outbox WHERE chat_id = $1", CHANNEL))
    for _ in range(40):
        floor.later(60)
        assert 0 == await floor.run_due(CHANNEL)
    assert Phase.SESSION1 is await floor.phase()
    assert posted == len(await floor.database.fetch("SELECT 1 FROM outbox WHERE chat_id = $1", CHANNEL))
    assert notices.AgendaHeld(at=since, already=True) == await shifting.hold(
        floor.database, vittoria, floor.now
    )
    await floor.closes(lara)
    assert Phase.PRIORITIES is await floor.phase()
    assert AgendaRefused(reason="held", at=since) == await confirming.shift(
        floor.database, 5, floor.asker(vittoria)
    )


async def test_resumed_what_is_left_slips_by_the_length_of_the_hold_and_nothing_bursts(floor: Floor) -> None:
    vittoria = await floor.regia()
    anna = await floor.person(1)
    floor.at("10:20")
    await floor.run_due()
    await shifting.hold(floor.database, vittoria, floor.now)
    floor.at("11:00")
    asked = await confirming.resume(floor.database, floor.asker(vittoria))
    assert isinstance(asked, ShiftAsked)
    assert 40 == asked.minutes
    assert ("11:05", "priorities", ()) == times(floor, asked.steps)[0]
    assert [] == await floor.answers(vittoria, asked.token)
    assert 0 == await floor.run_due()
    assert Phase.SESSION1 is await floor.phase()
    (told,) = await told_of(floor, anna, AgendaShifted)
    assert isinstance(told, AgendaShifted)
    assert told.resumed
    floor.at("11:05")
    await floor.run_due()
    assert Phase.PRIORITIES is await floor.phase()


async def test_a_resumption_confirmed_too_late_is_asked_again_rather_than_burst(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:09")
    await shifting.hold(floor.database, vittoria, floor.now + timedelta(seconds=50))
    floor.at("10:20")
    asked = await confirming.resume(floor.database, floor.asker(vittoria))
    assert isinstance(asked, ShiftAsked)
    floor.later(300)
    (again,) = await floor.answers(vittoria, asked.token)
    assert isinstance(again, ShiftAsked)
    assert again.changed
    assert [] == await floor.answers(vittoria, again.token)
    assert 0 == await floor.run_due()


async def test_an_agenda_that_runs_is_not_resumed(floor: Floor) -> None:
    vittoria = await floor.regia()
    assert AgendaRefused(reason="running") == await confirming.resume(floor.database, floor.asker(vittoria))


async def test_when_all_is_over_nothing_is_shifted(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("13:30")
    await floor.run_due()
    assert AgendaRefused(reason="over") == await confirming.shift(floor.database, 5, floor.asker(vittoria))


async def test_holding_and_the_agenda_contend_and_held_is_held(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:10")
    await asyncio.gather(floor.run_due(), shifting.hold(floor.database, vittoria, floor.now), floor.run_due())
    phases = [await floor.phase(table.code) for table in floor.event.tables]
    floor.later(60)
    assert 0 == await floor.run_due()
    assert phases == [await floor.phase(table.code) for table in floor.event.tables]


async def test_started_again_a_shifted_agenda_stays_as_it_is(floor: Floor) -> None:
    vittoria = await floor.regia()
    await shifts(floor, vittoria, 10)
    before = await moments.planned(floor.database)
    for definition in ("the event", "another text of it"):
        await agenda.prepare(floor.database, floor.event, definition, floor.now, channel=True)
        assert before == await moments.planned(floor.database)


# --- the times that people read ---------------------------------------------------------------------------


def agenda_times(event: Event) -> list[str]:
    return [f"{item.time:%H:%M}" for item in event.agenda]


async def test_as_long_as_nothing_moved_the_event_is_the_files(floor: Floor) -> None:
    assert floor.event is await timing.running(floor.database, floor.event, None)
    floor.at("10:26")
    await floor.run_due()
    assert floor.event is await timing.running(floor.database, floor.event, "T6")


async def test_the_programme_shows_the_shift_of_what_was_still_to_come(floor: Floor) -> None:
    vittoria = await floor.regia()
    floor.at("10:12")
    await floor.run_due()
    await shifts(floor, vittoria, 10)
    shown = await timing.event_for(floor.database, floor.event, notices.Programme())
    assert [
        *("09:15", "09:30", "09:40", "10:00", "10:10"),
        *("10:40", "11:30", "11:35", "12:20", "12:30"),
    ] == agenda_times(shown)
    assert timedelta(minutes=10) == (
        shown.phase_starts()[Phase.AFTERMATH] - floor.event.phase_starts()[Phase.AFTERMATH]
    )


async def test_who_joins_a_prolonged_table_reads_its_own_times(floor: Floor) -> None:
    lara = await floor.facilitator()
    floor.at("10:12")
    await floor.run_due()
    await prolonging.by_minutes(
        floor.database, floor.event, "T6", "8", Mover.FACILITATOR, lara, floor.now, None
    )
    moved = notices.PhaseMoved(table="T6", phase=Phase.SESSION1, mover=Mover.AGENDA, at=floor.now)
    shown = await timing.event_for(floor.database, floor.event, moved)
    assert ["10:33", "10:38"] == [
        clock(floor, shown.phase_starts()[phase]) for phase in (Phase.PRIORITIES, Phase.SESSION2)
    ]
    elsewhere = moved.model_copy(update={"table": "T5"})
    assert (
        floor.event.phase_starts()
        == (await timing.event_for(floor.database, floor.event, elsewhere)).phase_starts()
    )
    thanks = notices.Thanks(table="T6")
    assert floor.event is await timing.event_for(floor.database, floor.event, thanks)
