"""The times of the tables as they stand: each table has a planned end of its own for the phase it is in.

The plan is the moments that are still to come (`participation/agenda.py`), one for each phase of each table:
a prolongation moves those of one table, a shift of the agenda moves all. So what people are told is what will
happen.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from participation import notices
from participation.event import Phase
from storage import agenda, moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from participation.event import Event
    from participation.notices import Notice
    from storage.agenda import Change
    from storage.database import Reader

NEAR: Final = 15
"""Minutes before a closing from which the time left is shown, and so has to be kept fresh."""

ORDER: Final = tuple(Phase)


def key(phase: Phase, table: str) -> str:
    """The key of the moment in which the agenda moves a table into a phase."""
    return f"phase:{phase}:{table}"


def minutes_left(until: datetime, now: datetime) -> int:
    """Minutes until then, begun ones included; 0 or less when it is past."""
    return math.ceil((until - now).total_seconds() / 60)


def next_minute(now: datetime) -> datetime:
    """The first whole minute after this moment."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def shifted(planned: datetime, changes: Iterable[Change]) -> datetime:
    """A planned time after the shifts that were made while it was still to come."""
    for change in changes:
        if planned >= change.since:
            planned += timedelta(minutes=change.minutes)
    return planned


async def plans(reader: Reader) -> Mapping[str, Mapping[Phase, datetime]]:
    """Of each table, when it will enter each phase that the agenda has still to move it into."""
    found: dict[str, dict[Phase, datetime]] = {}
    for moment, due in await moments.planned(reader, "phase:"):
        _, phase, table = moment.split(":", 2)
        found.setdefault(table, {})[Phase(phase)] = due
    return found


async def plan_of(reader: Reader, table: str) -> Mapping[Phase, datetime]:
    """The same of one table."""
    return (await plans(reader)).get(table, {})


def end_of(phase: Phase, plan: Mapping[Phase, datetime]) -> datetime | None:
    """When a phase of a table ends by its plan: when it enters the next one."""
    following = ORDER[ORDER.index(phase) + 1 :][:1]
    return plan.get(following[0]) if following else None


async def closes_at(reader: Reader, table: str, phase: Phase) -> datetime | None:
    """When the phase that a table is in ends; None while nobody knows, for the agenda is held."""
    if await agenda.held_at(reader) is not None:
        return None
    return end_of(phase, await plan_of(reader, table))


def starts(event: Event, changes: Sequence[Change]) -> Mapping[Phase, datetime]:
    """When the tables enter each phase by the programme and its shifts, prolongations aside."""
    return {phase: shifted(at, changes) for phase, at in event.phase_starts().items()}


async def running(reader: Reader, event: Event, table: str | None) -> Event:
    """The event with its times as they stand: shifted, and for a table with its own plan, that one's."""
    changes = await agenda.changes(reader)
    plan = {} if table is None else await plan_of(reader, table)
    times = {**starts(event, changes), **plan}
    if times == event.phase_starts() and not any(change.minutes for change in changes):
        return event

    def clock(at: datetime) -> object:
        return at.astimezone(event.zone_info).time().replace(second=0, microsecond=0)

    items = [
        item.model_copy(
            update={
                "time": clock(
                    shifted(event.moment(item.time), changes) if item.phase is None else times[item.phase]
                )
            }
        )
        for item in event.agenda
    ]
    looking = times[Phase.SESSION2] - times[Phase.PRIORITIES]
    session1 = event.session1.model_copy(update={"priority_minutes": int(looking.total_seconds()) // 60})
    return event.model_copy(
        update={"agenda": tuple(items), "end": clock(times[Phase.AFTERMATH]), "session1": session1}
    )


_TIMED: Final = (
    notices.BallotNotOpen,
    notices.ChangedTable,
    notices.ContributionNotOpen,
    notices.NothingOnYet,
    notices.PhaseMoved,
    notices.Registered,
    notices.StrategyNotNow,
)
"""Notices about a table that name a time of the agenda."""


async def event_for(reader: Reader, event: Event, notice: Notice) -> Event:
    """The event with the times that this notice is to name."""
    if isinstance(notice, notices.Programme):
        return await running(reader, event, None)
    return await running(reader, event, notice.table) if isinstance(notice, _TIMED) else event
