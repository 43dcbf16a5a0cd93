"""How people come: the QR code or the lists, the notice, the wrong table, reading on, blocking the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rehearsal.crowd.chance import happens, stream
from rehearsal.crowd.diary import seconds

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from rehearsal.crowd.diary import Diary
    from rehearsal.crowd.people import Person
    from rehearsal.programme import Programme

READ_ON: Final = ("/programma", "/strategie", "/aiuto", "/contatti", "/privacy")

TYPES: Final = 0.25
"""The share of answers that people type rather than tap."""


def plan(diary: Diary, person: Person, seed: int) -> None:
    """From the first /start to a place at a table, and what people do until Session 1."""
    programme = diary.programme
    chance = stream(seed, person.id, "arriving")
    assert person.first_table is not None, "participants have a table"
    diary.tables = frozenset({person.first_table})
    diary.add(_arrival(programme, person, chance), "join.start", person.first_table if person.scans else "")
    # Zone and table, as they are asked: at most both; who scanned the code is asked for less.
    for do in ("join.read", "join.answer", "join.answer"):
        how = "type" if happens(chance, TYPES) else "tap"
        diary.add(diary.last + seconds(chance.uniform(5, 25)), do, how)
    if person.arrival == "during_session2":
        return
    if "reads_on" in person.traits:
        for command in chance.sample(READ_ON, chance.randint(1, 3)):
            diary.add(diary.last + seconds(chance.uniform(10, 90)), "read", command)
    if "moves" in person.traits and "moves_with_dots" not in person.traits:
        move(diary, person, diary.last + seconds(chance.uniform(20, 60)))
    if person.traits & {"blocks", "returns"}:
        diary.add(diary.last + seconds(chance.uniform(20, 60)), "block")


def move(diary: Diary, person: Person, at: datetime) -> None:
    """From the wrong table to one's own."""
    assert person.table is not None, "participants have a table"
    assert person.zone is not None, "participants have a zone"
    both = diary.tables | {person.table}
    diary.add(at, "move", person.table, person.zone, tables=both)
    diary.tables = frozenset({person.table})


def _arrival(programme: Programme, person: Person, chance: Random) -> datetime:
    registration = programme.moments[0][0]
    start, length, first, last = {
        "early": (registration, programme.session1 - registration, 0.03, 0.35),
        "to_the_tables": (registration, programme.session1 - registration, 0.82, 0.93),
        "during_session1": (programme.session1, programme.priorities - programme.session1, 0.08, 0.45),
        "during_session2": (programme.session2, programme.closing - programme.session2, 0.08, 0.75),
    }[person.arrival]
    return start + seconds(length.total_seconds() * chance.uniform(first, last))
