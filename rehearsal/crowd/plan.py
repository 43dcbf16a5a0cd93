"""The plan: who does what when, all of it decided by the seed before anything happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rehearsal.crowd import arriving, leading, talking, voting
from rehearsal.crowd.diary import Diary
from rehearsal.crowd.people import leaders, participants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rehearsal.crowd.engine import Act
    from rehearsal.crowd.people import Invite, Person
    from rehearsal.programme import Programme


@dataclass(frozen=True)
class Plan:
    """Who does what when.

    people: everybody by Telegram id. acts: in order of time. ballots: the dots each participant means to have
    in the end, in the event's order; who means to have none has an empty one.
    """

    seed: int
    people: Mapping[int, Person]
    acts: tuple[Act, ...]
    ballots: Mapping[int, tuple[str, ...]]

    @property
    def participants(self) -> tuple[Person, ...]:
        """Those who come to take part."""
        return tuple(person for person in self.people.values() if person.role == "participant")


def make(programme: Programme, count: int, seed: int, invites: Sequence[Invite] = ()) -> Plan:
    """The plan for `count` participants and one person for each invitation."""
    crowd = participants(programme, count, seed)
    leading_people = leaders(programme, invites)
    timetable = leading.timetable(programme, seed, leading_people)
    diaries: list[Diary] = []
    ballots: dict[int, tuple[str, ...]] = {}
    for person in crowd:
        assert person.table is not None, "participants have a table"
        assert person.first_table is not None, "participants have a table"
        diary = Diary(programme, person.id, frozenset({person.table}))
        arriving.plan(diary, person, seed)
        both = (timetable[person.table], timetable[person.first_table])
        opens, closes = max(one.opens for one in both), min(one.closes for one in both)
        ballots[person.id] = voting.plan(diary, person, seed, opens, closes)
        talking.plan(diary, person, seed, timetable[person.table])
        diaries.append(diary)
    diaries += leading.plan(programme, seed, leading_people, timetable)
    return Plan(
        seed=seed,
        people={person.id: person for person in (*crowd, *leading_people)},
        acts=_numbered(act for diary in diaries for act in diary.acts),
        ballots=ballots,
    )


def _numbered(acts: Iterable[Act]) -> tuple[Act, ...]:
    # Equal times are told apart by the person, so that one person's plan does not move another's.
    ordered = sorted(acts, key=lambda act: (act.at, act.who))
    return tuple(replace(act, number=number) for number, act in enumerate(ordered))
