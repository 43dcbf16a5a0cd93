"""How people talk in Session 2: who writes, how much, and how they walk the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from rehearsal.crowd.chance import happens, one_of, stream
from rehearsal.crowd.diary import STEP, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.crowd.diary import Diary
    from rehearsal.crowd.leading import TableTimes
    from rehearsal.crowd.people import Person

Talk = Literal["silent", "once", "at_times", "eager"]

TALKS: Final[Sequence[tuple[Talk, float]]] = (
    ("silent", 0.28),
    ("once", 0.22),
    ("at_times", 0.35),
    ("eager", 0.15),
)
WALKS: Final[Sequence[tuple[tuple[str, ...], float]]] = (
    (("answer",), 0.3),
    (("skip", "answer"), 0.15),
    (("answer", "next", "answer"), 0.15),
    (("answer", "next", "back", "answer"), 0.08),
    (("skip", "next", "answer", "edit"), 0.08),
    (("burst",), 0.1),
    (("other", "answer"), 0.08),
    (("questions", "answer", "list"), 0.06),
)

SETTLING: Final = 60
"""Event seconds in which nobody writes: after a strategy was put on, and before the next one is."""


def plan(diary: Diary, person: Person, seed: int, times: TableTimes) -> None:
    """Everything in Session 2."""
    if "blocks" in person.traits or not times.slots:
        return
    chance = stream(seed, person.id, "talking")
    how = one_of(chance, TALKS)
    if how == "silent":
        return
    only = chance.randrange(len(times.slots))
    talked = False
    for number, slot in enumerate(times.slots):
        # Each slot has its own stream, so that a late arrival changes no other.
        at_this = stream(seed, person.id, "talking", number)
        after = times.slots[number + 1] if number + 1 < len(times.slots) else times.ends
        wants = {
            "once": number == only,
            "at_times": happens(at_this, 0.35),
            "eager": happens(at_this, 0.9),
        }[how]
        first = slot + seconds(SETTLING)
        last = after - seconds(SETTLING)
        if not wants or (diary.acts and diary.last > first - STEP):
            continue
        walk = one_of(at_this, WALKS)
        at = first + seconds((last - first).total_seconds() * 0.6 * at_this.random())
        for step in walk:
            at = diary.add(min(at, last), f"talk.{step}", *_words(step, at_this.randint(2, 4)))
            at += seconds(at_this.uniform(15, 60))
        talked = True
    if talked and "withdraws" in person.traits:
        diary.add(diary.last + seconds(20), "talk.withdraw")


def _words(step: str, burst: int) -> tuple[str, ...]:
    return (str(burst),) if step == "burst" else ()
