"""What those who facilitate mean to do, and the regia; and so when each table opens, closes and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from rehearsal.crowd import curating
from rehearsal.crowd.chance import happens, some, stream
from rehearsal.crowd.diary import Diary, away_from_moments, seconds
from rehearsal.programme import TO_RUNOFFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from random import Random

    from rehearsal.crowd.people import Person
    from rehearsal.crowd.sheets import Paper
    from rehearsal.programme import Programme

Opener = Literal["agenda", "facilitator", "regia"]

SLOTS: Final = 6
"""Strategies that are put on at a table, one after the other, if it has as many priorities."""

SHIFT: Final = timedelta(minutes=3)
"""By how much the regia shifts what is left of the agenda, in Session 2."""

REOPENED: Final = timedelta(seconds=60)
"""How long a vote is open again."""

EACH: Final = 12
"""Seconds between two tables whose Session 2 is reopened."""


@dataclass(frozen=True)
class TableTimes:
    """When a table means to do what. slots: when each strategy is put on; none without a facilitator.

    confirms: whether who facilitates confirms the priorities, or leaves it to the beginning of Session 2.
    reopens: the phase that the regia opens again after it was closed ("": none), at `reopens_at`; the vote is
    closed for good at `shut`.
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
    shut: datetime
    reopens: Literal["", "session1", "session2"]
    reopens_at: datetime


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
    steered = any(person.role == "regia" for person in leaders)
    reopened = [table for table in tables if table not in closes_early]
    return {
        table.code: _times(
            programme,
            seed,
            table.code,
            opened_by="facilitator" if at in early else "regia" if at in by_regia else "agenda",
            closed_by="facilitator" if at in closes_early else "agenda",
            confirms=at in tables and at not in leaves,
            # Whose vote was opened again has a later time for Session 2, and does not wait for it.
            session2_by="facilitator" if at in goes_on or (steered and at in closes_early) else "agenda",
            led=at in tables,
            reopens=""
            if not steered or at not in tables
            else "session1"
            if at in closes_early
            else "session2",
            nth=reopened.index(at) if at in reopened else 0,
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
    reopens: Literal["", "session1", "session2"],
    nth: int,
) -> TableTimes:
    chance = stream(seed, "times of table", table)
    hurry, step, jitter = chance.uniform(90, 150), chance.uniform(0.94, 0.97), chance.uniform(20, 80)
    length = (programme.closing - programme.session2).total_seconds()
    slots = tuple(
        away_from_moments(programme, programme.session2 + seconds(jitter + number * length * step / SLOTS))
        for number in range(SLOTS)
    )
    before = {"agenda": 0, "facilitator": 120, "regia": 60}[opened_by]
    closes = programme.priorities - seconds(hurry if closed_by == "facilitator" else 0)
    again = programme.closing + SHIFT + seconds(30 + EACH * nth)
    if reopens == "session2" and again + seconds(90) > programme.moment_after(programme.closing):
        reopens = ""
    return TableTimes(
        opens=programme.session1 - seconds(before),
        opened_by=opened_by,
        closes=closes,
        closed_by=closed_by,
        confirms=confirms,
        session2=programme.session2 - seconds(45 if session2_by == "facilitator" else 0),
        session2_by=session2_by,
        slots=slots if led else (),
        ends=programme.closing,
        shut=closes + REOPENED if reopens == "session1" else closes,
        reopens=reopens,
        reopens_at=closes + seconds(22) if reopens == "session1" else again,
    )


def plan(
    programme: Programme,
    seed: int,
    leaders: Sequence[Person],
    times: Mapping[str, TableTimes],
    paper: Mapping[str, Paper],
) -> list[Diary]:
    """The diaries of all leaders. Of several at one table the first takes the steps, the second helps.

    The second enters the paper; where there is none the first does that, too.
    """
    diaries = []
    regia = [person for person in leaders if person.table is None]
    for person in regia:
        diary = Diary(programme, person.id, frozenset())
        _regia(diary, person, seed, times, first=person is regia[0], last=person is regia[-1])
        diaries.append(diary)
    for table, at in times.items():
        here = [person for person in leaders if person.table == table]
        for number, person in enumerate(here):
            diary = Diary(programme, person.id, frozenset({table}))
            _join(diary, person, seed)
            chance = stream(seed, person.id, "facilitating")
            diary.add(diary.last + seconds(chance.uniform(30, 90)), "lead.dashboard")
            mine: list[_Entry] = []
            if number == 0:
                mine += _steps(programme, chance, at, paper=table in paper)
            else:
                mine += _help(programme, chance, at, paper=table in paper)
            if table in paper and number == min(1, len(here) - 1):
                mine += _paper(programme, stream(seed, person.id, "paper"), at, paper[table])
            if number == min(1, len(here) - 1):
                mine += _gather(stream(seed, person.id, "gathering"), at)
            for entry in sorted(mine, key=lambda one: one.at):
                diary.add(entry.at, entry.do, *entry.words, changes=entry.changes)
            diaries.append(diary)
    return diaries


@dataclass(frozen=True)
class _Entry:
    """An act of somebody who facilitates, before it is in their diary."""

    at: datetime
    do: str
    words: tuple[str, ...] = ()
    changes: bool = False


def _join(diary: Diary, person: Person, seed: int) -> None:
    chance = stream(seed, person.id, "joining")
    registration = diary.programme.moments[0][0]
    diary.add(registration + seconds(chance.uniform(15, 240)), "lead.join")


def _steps(programme: Programme, chance: Random, times: TableTimes, *, paper: bool) -> list[_Entry]:
    """What the first who facilitates does."""
    found: list[_Entry] = []

    def add(at: datetime, do: str, *words: str, changes: bool = False) -> None:
        found.append(_Entry(at, do, words, changes))

    if times.opened_by == "facilitator":
        add(times.opens, "lead.open", "session1", _how(chance), changes=True)
    voting = (times.closes - programme.session1).total_seconds()
    add(programme.session1 + seconds(voting * chance.uniform(0.1, 0.4)), "lead.note", "1", _how(chance))
    add(programme.session1 + seconds(voting * chance.uniform(0.5, 0.7)), "lead.dashboard")
    if happens(chance, 0.5):
        add(programme.session1 + seconds(voting * chance.uniform(0.75, 0.9)), "lead.note", "1", _how(chance))
    if times.closed_by == "facilitator":
        add(times.closes, "lead.close", _how(chance), changes=True)
    if times.reopens == "session1":
        add(times.shut, "lead.close", _how(chance), changes=True)
    decides = times.shut
    end = programme.runoffs_end if paper else None
    if end is not None:
        closing = chance.choice(("type", "tap", "wait"))
        add(programme.priorities + TO_RUNOFFS, "lead.together", changes=True)
        add(end + seconds(15 if closing == "wait" else -12), "lead.runoff_close", closing, changes=True)
        add(end + seconds(25), "lead.draw", _how(chance), changes=True)
        decides = end
    at = decides + seconds(chance.uniform(45, 65 if end else 120))
    if times.confirms:
        drops = "drop" if happens(chance, 0.25) else ""
        fewer = "fewer" if happens(chance, 0.25) else ""
        add(at, "lead.settle", drops, fewer, changes=True)
    else:
        add(at, "lead.look")
    if times.session2_by == "facilitator":
        add(times.session2, "lead.open", "session2", _how(chance), changes=True)
    for number, slot in enumerate(times.slots):
        add(slot, "lead.put_on", str(number), _how(chance), changes=True)
        after = times.slots[number + 1] if number + 1 < len(times.slots) else times.ends
        room = (after - slot).total_seconds()
        if happens(chance, 0.85):
            add(slot + seconds(room * chance.uniform(0.2, 0.5)), "lead.note", "2", _how(chance))
        if happens(chance, 0.4):
            add(slot + seconds(room * chance.uniform(0.55, 0.85)), "lead.note", "2", _how(chance))
    add(times.ends - seconds(chance.uniform(60, 120)), "lead.dashboard")
    if times.reopens == "session2":
        add(times.reopens_at + seconds(20), "lead.note", "2", _how(chance))
        add(times.reopens_at + seconds(50), "lead.close_again", changes=True)
    return found


def _help(programme: Programme, chance: Random, times: TableTimes, *, paper: bool) -> list[_Entry]:
    """What others who facilitate do."""
    found: list[_Entry] = []
    if times.confirms:
        # The second press of the same step: it was done already.
        end = programme.runoffs_end if paper else None
        late = times.shut + seconds(140) if end is None else end + seconds(75)
        found.append(_Entry(late + seconds(chance.uniform(0, 20)), "lead.settle_too", changes=True))
    found += [
        _Entry(slot + seconds(chance.uniform(200, 500)), "lead.note", ("2", _how(chance)))
        for slot in times.slots[::2]
    ]
    return found


def _paper(programme: Programme, chance: Random, times: TableTimes, paper: Paper) -> list[_Entry]:
    """What is done about the sheets of a table, and for people who ask for help."""
    voting = (times.closes - programme.session1).total_seconds()

    def during(share: float) -> datetime:
        return programme.session1 + seconds(voting * (share + chance.uniform(0, 0.03)))

    found = [
        _Entry(during(0.12 + 0.03 * number), "lead.assist", (str(who), _how(chance)))
        for number, who in enumerate(paper.helped)
    ]
    again = times.reopens == "session1"
    found += [
        _Entry(during(0.35), "lead.sheets", (_how(chance),)),
        _Entry(during(0.55), "lead.correct", (_how(chance),)),
        _Entry(times.closes + seconds(42) if again else during(0.75), "lead.withdraw", (_how(chance),)),
        _Entry(times.shut + seconds(15), "lead.handed_in", (_how(chance),), changes=True),
    ]
    if programme.runoffs_end is not None:
        found.append(_Entry(programme.runoffs_end - seconds(25), "lead.hands"))
    counted = programme.session2 + seconds(chance.uniform(100, 150))
    found.append(_Entry(counted, "lead.settle_count", (_how(chance),), changes=True))
    return found


def _gather(chance: Random, times: TableTimes) -> list[_Entry]:
    """What is done about the contributions of a table while it talks, and its synthesis."""
    if not times.slots:
        return []
    begins = (*times.slots, times.ends)

    def during(slot: int, share: float) -> datetime:
        return begins[slot] + (begins[slot + 1] - begins[slot]) * (share + chance.uniform(0, 0.05))

    found = [
        _Entry(during(1, 0.5), "gather.hide", (_how(chance),)),
        _Entry(during(2, 0.7), "gather.merge", (_how(chance),)),
        _Entry(during(3, 0.5), "gather.mark", (_how(chance),)),
        _Entry(during(5, 0.3), "gather.send", (_how(chance),)),
        _Entry(during(5, 0.75), "gather.look"),
    ]
    if happens(chance, 0.4):
        found.append(_Entry(during(5, 0.6), "gather.send", (_how(chance),)))
    return found


def plan_choice(diary: Diary, person: Person, seed: int, times: TableTimes) -> None:
    """What a person does about a run-off at their table."""
    programme = diary.programme
    if programme.runoffs_end is None or not chooses(person):
        return
    chance = stream(seed, person.id, "run-off")
    how = chance.choice(("tap", "tap", "tap", "type", "change"))
    opened = max(programme.priorities + TO_RUNOFFS, times.shut)
    diary.add(opened + seconds(chance.uniform(5, 60)), "runoff.choose", how)


def chooses(person: Person) -> bool:
    """Whether somebody is there when a run-off is open."""
    return person.arrival != "during_session2" and "blocks" not in person.traits


def _regia(
    diary: Diary, person: Person, seed: int, times: Mapping[str, TableTimes], *, first: bool, last: bool
) -> None:
    chance = stream(seed, person.id, "regia")
    programme = diary.programme
    _join(diary, person, seed)
    diary.add(diary.last + seconds(30), "regia.state")
    opened = [table for table, one in times.items() if one.opened_by == "regia"]
    if opened and first:
        table = opened[0]
        diary.add(times[table].opens, "regia.phase", table, "session1", tables={table}, changes=True)
    again = sorted((one.reopens_at, table) for table, one in times.items() if one.reopens and first)
    diary.add(programme.session1 + seconds(chance.uniform(200, 700)), "regia.state")
    for at, table in again:
        if times[table].reopens == "session1":
            diary.add(at, "regia.reopen", table, "session1", tables={table}, changes=True)
    diary.add(programme.session2 + seconds(chance.uniform(300, 900)), "regia.mistype")
    if last:
        diary.add(
            programme.session2 + seconds(chance.uniform(1000, 1300)),
            "regia.shift",
            tables=times.keys(),
            changes=True,
        )
    if first:
        # Before a kill in Session 2 and after it: what is rushed there ends before 0.84.
        length = programme.closing - programme.session2
        _curate(diary, programme.session2 + length * 0.22, curating.STEPS[:2])
        _curate(diary, programme.session2 + length * 0.84, curating.STEPS[2:])
    diary.add(programme.closing - seconds(chance.uniform(300, 900)), "regia.state")
    for at, table in again:
        if times[table].reopens == "session2":
            diary.add(at, "regia.reopen", table, "session2", tables={table}, changes=True)
    if first:
        diary.add(programme.closing + seconds(45), "regia.syntheses")
        at = diary.add(programme.closing + seconds(60), "curate.look") + seconds(30)
        # Its pages go to one chat a second.
        at = diary.add(at, "curate.restitution") + seconds(120)
        diary.add(at, "curate.publish")


def _curate(diary: Diary, at: datetime, steps: Iterable[str]) -> None:
    """Curate the themes, one step after the other."""
    for step in steps:
        at = diary.add(at, step) + seconds(20)


def _how(chance: Random) -> str:
    return "type" if happens(chance, 0.5) else "tap"
