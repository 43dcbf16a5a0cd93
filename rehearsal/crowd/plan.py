"""The plan: who does what when, all of it decided by the seed before anything happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rehearsal.crowd import arriving, leading, sheets, talking, voting
from rehearsal.crowd.diary import Diary
from rehearsal.crowd.people import leaders, participants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.people import Invite, Person
    from rehearsal.crowd.sheets import Paper, Split
    from rehearsal.programme import Programme


@dataclass(frozen=True)
class Plan:
    """Who does what when.

    people: everybody with a phone, by Telegram id. acts: in order of time. ballots: the dots each participant
    means to have in the end, in the event's order; who means to have none has an empty one. paper: that of
    each table that has any.
    """

    seed: int
    people: Mapping[int, Person]
    acts: tuple[Act, ...]
    ballots: Mapping[int, tuple[str, ...]]
    paper: Mapping[str, Paper] = field(default_factory=dict)

    @property
    def participants(self) -> tuple[Person, ...]:
        """Those who come to take part and have a phone."""
        return tuple(person for person in self.people.values() if person.role == "participant")


def make(programme: Programme, count: int, seed: int, invites: Sequence[Invite] = ()) -> Plan:
    """The plan for `count` participants and one person for each invitation."""
    everybody = participants(programme, count, seed)
    leading_people = leaders(programme, invites)
    # Without anybody to enter it there is no paper.
    by_hand = (
        sheets.split(programme, seed, everybody) if leading_people else sheets.Split(frozenset(), frozenset())
    )
    crowd = tuple(_helped(one, by_hand) for one in everybody if one.id not in by_hand.paper)
    timetable = leading.timetable(programme, seed, leading_people)
    diaries: dict[int, Diary] = {}
    ballots: dict[int, tuple[str, ...]] = {}
    for person in crowd:
        assert person.table is not None, "participants have a table"
        assert person.first_table is not None, "participants have a table"
        diary = Diary(programme, person.id, frozenset({person.table}))
        arriving.plan(diary, person, seed)
        both = (timetable[person.table], timetable[person.first_table])
        if person.id not in by_hand.helped:
            ballots[person.id] = voting.plan(diary, person, seed, both)
        diaries[person.id] = diary
    paper: dict[str, Paper] = {}
    for table in timetable:
        found = _paper(programme, seed, table, everybody, by_hand, ballots)
        ballots.update(found.ballots)
        if found.paper.people:
            paper[table] = found.paper
    for person in crowd:
        assert person.table is not None, "participants have a table"
        if person.table in paper:
            leading.plan_choice(diaries[person.id], person, seed, timetable[person.table])
        talking.plan(diaries[person.id], person, seed, timetable[person.table])
    led = leading.plan(programme, seed, leading_people, timetable, paper)
    return Plan(
        seed=seed,
        people={person.id: person for person in (*crowd, *leading_people)},
        acts=_numbered(act for diary in (*diaries.values(), *led) for act in diary.acts),
        ballots={person.id: ballots[person.id] for person in crowd},
        paper=paper,
    )


def _helped(person: Person, by_hand: Split) -> Person:
    return replace(person, traits=person.traits | {"helped"}) if person.id in by_hand.helped else person


def _paper(
    programme: Programme,
    seed: int,
    table: str,
    everybody: Sequence[Person],
    by_hand: Split,
    ballots: Mapping[int, tuple[str, ...]],
) -> sheets.Filled:
    here = [one for one in everybody if one.table == table]
    cast: Counter[str] = Counter()
    for one in here:
        cast.update(ballots.get(one.id, ()))
    on_paper = [one for one in here if one.id in by_hand.paper]
    helped = [one for one in here if one.id in by_hand.helped]
    return sheets.fill(programme, seed, table, cast, on_paper, helped)


def _numbered(acts: Iterable[Act]) -> tuple[Act, ...]:
    # Equal times are told apart by the person, so that one person's plan does not move another's.
    ordered = sorted(acts, key=lambda act: (act.at, act.who))
    return tuple(replace(act, number=number) for number, act in enumerate(ordered))
