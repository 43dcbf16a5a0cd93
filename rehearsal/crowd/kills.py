"""When the bot is killed: in the middle of a stretch, where many act and nobody changes a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rehearsal.crowd.engine import Act
    from rehearsal.programme import Programme

STEP = timedelta(seconds=30)
MARGIN = timedelta(seconds=60)


@dataclass(frozen=True)
class Kill:
    """At `at` all that is planned within `rush`, and before `until`, happens; then the bot is killed."""

    name: str
    at: datetime
    rush: timedelta
    until: datetime


def stretches(programme: Programme) -> dict[str, tuple[datetime, datetime, timedelta]]:
    """The stretches that can be named: when they begin and end, and how much of them is rushed."""
    return {
        "registration": (programme.moments[0][0], programme.session1, timedelta(minutes=3)),
        "session1": (programme.session1, programme.priorities, timedelta(seconds=75)),
        "session2": (programme.session2, programme.closing, timedelta(minutes=8)),
    }


def choose(programme: Programme, acts: Sequence[Act], name: str) -> Kill:
    """The time in a stretch at which most people would be waiting. Raises `KeyError` for no such stretch.

    Where a table is being changed is avoided if it can be: a command that was carried out and not confirmed
    is delivered again after a kill, and what it then finds is not for the crowd to decide.
    """
    start, end, rush = stretches(programme)[name]
    length = end - start
    found: list[tuple[bool, int, datetime]] = []
    at = start + length * 0.25
    while at < start + length * 0.75:
        until = programme.deadline_after(at)
        rushed = [act for act in acts if at < act.at < min(at + rush, until)]
        changed = any(act.changes and at - MARGIN < act.at < at + rush + MARGIN for act in acts)
        found.append((not changed, len(rushed), at))
        at += STEP
    _, _, best = max(found)
    return Kill(name, best, rush, programme.deadline_after(best))
