"""Nudging who has not voted or not finished: never twice within two minutes, never who cannot be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from participation import dashboards, notices, timing, topics
from participation.event import Phase
from storage import attendance, outbox, tables
from storage.outbox import Urgency

if TYPE_CHECKING:
    from datetime import datetime

    from participation.event import Event
    from storage.database import Database

APART: Final = 2
"""Minutes between two nudges of one person, at least."""


async def nudge(database: Database, event: Event, table: str, now: datetime) -> notices.Notice:
    """Nudge those at a table who have not finished; how many were, and how many cannot be."""
    async with database.transaction() as tx:
        row = await tables.find(tx, table)
        assert row is not None, "facilitators have tables of the event"
        if Phase(row.phase) is not Phase.SESSION1:
            return notices.NudgeRefused(table=table, phase=Phase(row.phase))
        closes_at = await timing.closes_at(tx, table, Phase.SESSION1)
        since = now - timedelta(minutes=APART)
        waiting = await attendance.unfinished(tx, table)
        nudged = 0
        for each in waiting:
            if not await attendance.nudge(tx, each.person, now, since):
                continue
            nudged += 1
            told = notices.Nudged(
                table=table, used=each.used, budget=event.session1.dots, closes_at=closes_at
            )
            await outbox.post(
                tx,
                f"nudge:{each.person}:{now.isoformat()}",
                each.chat,
                notices.dump(told),
                now,
                person=each.person,
                urgency=Urgency.NUDGE,
                topic=topics.countdown(table, "unfinished"),
            )
        await dashboards.refresh(tx, table)
        return notices.NudgesSent(
            table=table,
            nudged=nudged,
            recent=len(waiting) - nudged,
            unreachable=(await attendance.by_table(tx))[table].unreachable,
            minutes=APART,
        )
