"""Giving one table times of its own: what its facilitator prolongs, what the regia reopens.

The agenda moves a table by the moments of that table. Prolonged, its closing is a later moment, and with it
what has to follow: so the agenda never closes a table that was prolonged, until the prolongation is over.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from participation import timing
from participation.event import Phase
from storage import moments
from storage.moments import Moment

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from storage.database import Transaction
    from storage.tables import TableRow


def moment(phase: Phase, table: str, due: datetime) -> Moment:
    """The moment in which the agenda moves a table into a phase."""
    return Moment(timing.key(phase, table), due, json.dumps({"table": table, "phase": phase.value}))


async def enters(tx: Transaction, event: Event, table: str, phase: Phase, at: datetime) -> None:
    """Have a table enter a phase at this time, and the later ones not before.

    The time to look at the priorities stays what the event gives it.
    """
    plan = await timing.plan_of(tx, table)
    earliest = at
    for each in timing.ORDER[timing.ORDER.index(phase) :]:
        due = at if each is phase else max(plan.get(each, earliest), earliest)
        await moments.plan_anew(tx, moment(each, table, due))
        looking = event.session1.priority_minutes if each is Phase.PRIORITIES else 0
        earliest = due + timedelta(minutes=looking)


async def pictures_again(tx: Transaction, event: Event, row: TableRow, phase: Phase, ends: datetime) -> None:
    """A reopened table changes figures that were posted: those pictures are posted again after it closes."""
    looking = timedelta(minutes=event.session1.priority_minutes)
    pictures = {
        Phase.SESSION1: {"heatmap": ends, "ranking": ends, "priorities": ends + looking},
        Phase.PRIORITIES: {"priorities": ends},
    }.get(phase, {})
    for picture, due in pictures.items():
        for posted in await moments.done(tx, f"post:{picture}:"):
            if "again" not in posted.key:
                again = f"{posted.key}:again:{row.code}{row.again}"
                await moments.add(tx, Moment(again, due, posted.action))
                break
    # It may have stopped, for all was over.
    await every_minute(tx, ends - timedelta(minutes=timing.NEAR))


async def every_minute(tx: Transaction, at: datetime) -> None:
    """Have the moment that comes back every minute come from then on, if it does not."""
    await moments.resume_minute(tx, Moment(moments.MINUTE, at, json.dumps({"minute": True})))
