"""What those who facilitate mean to do, and the regia; and so when each table opens, closes and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rehearsal.crowd.chance import happens, some, stream
from rehearsal.crowd.diary import Diary, away_from_moments, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from random import Random

    from rehearsal.crowd.people import Person
    from rehearsal.programme import Programme

Opener = Literal["agenda", "facilitator", "regia"]

SLOTS: Final = 6
"""Strategies that are put on at a table, one after the other, if it has as many priorities."""


@dataclass(frozen=True)
class TableTimes:
    """When a table means to do what. slots: when each strategy is put on; none without a facilitator.

    confirms: whether who facilitates confirms the priorities, or leaves it to the beginning of Session 2.
    """

    opens: datetime
    opened_by: Opener
    closes: datetime
    closed_by: Opener
    confirms: bool
    session2: datetime
    session2_by: Opener
    slots: tuple[datetime, ...]
    ends: datetime


def timetable(programme: Programme, seed: int, leaders: Sequence[Person]) -> Mapping[str, TableTimes]:
    """The times of every table."""
    number = {table.code: at for at, table in enumerate(programme.tables)}
    led = [number[person.table] for person in leaders if person.table is not None]
    tables = sorted(set(led))
    early = some(seed, "opens early", tables, 0.2)
    rest = [table for table in tables if table not in early]
    by_regia = some(seed, "opened by the regia", rest, 0.1) if any(p.role == "regia" for p in leaders) else ()
    closes_early = some(seed, "closes early", tables, 0.2)
    leaves = some(seed, "leaves the priorities", tables, 0.2)
    goes_on = some(seed, "goes on early", [table for table in tables if table not in leaves], 0.2)
    return {
        table.code: _times(
            programme,
            seed,
            table.code,
            opened_by="facilitator" if at in early else "regia" if at in by_regia else "agenda",
            closed_by="facilitator" if at in closes_early else "agenda",
            confirms=at in tables and at not in leaves,
            session2_by="facilitator" if at in goes_on else "agenda",
            led=at in tables,
        )
        for at, table in enumerate(programme.tables)
    }


def _times(
    programme: Programme,
    seed: int,
    table: str,
    *,
    opened_by: Opener,
    closed_by: Opener,
    confirms: bool,
    session2_by: Opener,
    led: bool,
) -> TableTimes:
    chance = stream(seed, "times of table", table)
    hurry, step, jitter = chance.uniform(90, 150), chance.uniform(0.94, 0.97), chance.uniform(20, 80)
    length = (programme.closing - programme.session2).total_seconds()
    slots = tuple(
        away_from_moments(programme, programme.session2 + seconds(jitter + number * length * step / SLOTS))
        for number in range(SLOTS)
    )
    before = {"agenda": 0, "facilitator": 120, "regia": 60}[opened_by]
    return TableTimes(
        opens=programme.session1 - seconds(before),
        opened_by=opened_by,
        closes=programme.priorities - seconds(hurry if closed_by == "facilitator" else 0),
        closed_by=closed_by,
        confirms=confirms,
        session2=programme.session2 - seconds(45 if session2_by == "facilitator" else 0),
        session2_by=session2_by,
        slots=slots if led else (),
        ends=programme.closing,
    )


def plan(
    programme: Programme, seed: int, leaders: Sequence[Person], times: Mapping[str, TableTimes]
) -> list[Diary]:
    """The diaries of all leaders. Of several at one table the first takes the steps, the others help."""
    diaries = []
    seen: set[str] = set()
    for person in leaders:
        if person.table is None:
            diary = Diary(programme, person.id, frozenset())
            _regia(diary, person, seed, times)
        else:
            diary = Diary(programme, person.id, frozenset({person.table}))
            if person.table in seen:
                _second_facilitator(diary, person, seed, times[person.table])
            else:
                _facilitator(diary, person, seed, times[person.table])
            seen.add(person.table)
        diaries.append(diary)
    return diaries


def _join(diary: Diary, person: Person, seed: int) -> None:
    chance = stream(seed, person.id, "joining")
    registration = diary.programme.moments[0][0]
    diary.add(registration + seconds(chance.uniform(15, 240)), "lead.join")


def _facilitator(diary: Diary, person: Person, seed: int, times: TableTimes) -> None:
    chance = stream(seed, person.id, "facilitating")
    programme = diary.programme
    _join(diary, person, seed)
    diary.add(diary.last + seconds(chance.uniform(30, 90)), "lead.dashboard")
    if times.opened_by == "facilitator":
        diary.add(times.opens, "lead.open", "session1", _how(chance), changes=True)
    voting = (times.closes - programme.session1).total_seconds()
    diary.add(programme.session1 + seconds(voting * chance.uniform(0.1, 0.4)), "lead.note", "1", _how(chance))
    diary.add(programme.session1 + seconds(voting * chance.uniform(0.5, 0.7)), "lead.dashboard")
    if happens(chance, 0.5):
        diary.add(
            programme.session1 + seconds(voting * chance.uniform(0.75, 0.9)), "lead.note", "1", _how(chance)
        )
    if times.closed_by == "facilitator":
        diary.add(times.closes, "lead.close", _how(chance), changes=True)
    if times.confirms:
        drops = "drop" if happens(chance, 0.25) else ""
        fewer = "fewer" if happens(chance, 0.25) else ""
        settles = times.closes + seconds(chance.uniform(45, 120))
        diary.add(settles, "lead.settle", drops, fewer, changes=True)
    else:
        diary.add(times.closes + seconds(chance.uniform(45, 120)), "lead.look")
    if times.session2_by == "facilitator":
        diary.add(times.session2, "lead.open", "session2", _how(chance), changes=True)
    for number, slot in enumerate(times.slots):
        diary.add(slot, "lead.put_on", str(number), _how(chance), changes=True)
        after = times.slots[number + 1] if number + 1 < len(times.slots) else times.ends
        room = (after - slot).total_seconds()
        if happens(chance, 0.85):
            diary.add(slot + seconds(room * chance.uniform(0.2, 0.5)), "lead.note", "2", _how(chance))
        if happens(chance, 0.4):
            diary.add(slot + seconds(room * chance.uniform(0.55, 0.85)), "lead.note", "2", _how(chance))
    diary.add(times.ends - seconds(chance.uniform(60, 120)), "lead.dashboard")


def _second_facilitator(diary: Diary, person: Person, seed: int, times: TableTimes) -> None:
    chance = stream(seed, person.id, "facilitating")
    _join(diary, person, seed)
    diary.add(diary.last + seconds(chance.uniform(30, 90)), "lead.dashboard")
    if times.confirms:
        # The second press of the same step: it was done already.
        diary.add(times.closes + seconds(chance.uniform(140, 180)), "lead.settle_too", changes=True)
    for slot in times.slots[::2]:
        diary.add(slot + seconds(chance.uniform(200, 500)), "lead.note", "2", _how(chance))


def _regia(diary: Diary, person: Person, seed: int, times: Mapping[str, TableTimes]) -> None:
    chance = stream(seed, person.id, "regia")
    programme = diary.programme
    _join(diary, person, seed)
    diary.add(diary.last + seconds(30), "regia.state")
    opened = [table for table, one in times.items() if one.opened_by == "regia"]
    if opened and person.id % 2 == 1:
        table = opened[0]
        diary.add(times[table].opens, "regia.phase", table, "session1", tables={table}, changes=True)
    diary.add(programme.session1 + seconds(chance.uniform(200, 700)), "regia.state")
    diary.add(programme.session2 + seconds(chance.uniform(300, 900)), "regia.mistype")
    diary.add(programme.closing - seconds(chance.uniform(300, 900)), "regia.state")


def _how(chance: Random) -> str:
    return "type" if happens(chance, 0.5) else "tap"
