"""The regia's view: all tables at a glance with what calls for somebody, and one table in full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from participation import gathering, notices, phases, timing
from participation.event import Phase
from participation.notices import Mover
from storage import agenda, attendance, ballots, contributions, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from participation.event import Event
    from participation.gathering_notices import GatheringTable
    from storage.ballots import Turnout
    from storage.database import Reader
    from storage.tables import Step, TableRow

SILENCE: Final = 5
"""Minutes without anything done after which a table that should vote is called silent."""


def silent_minutes(
    phase: Phase, *, unfinished: int, active_at: datetime | None, since: datetime | None, now: datetime
) -> int | None:
    """For how long nothing was done where people should vote; None while that is well.

    `since`: when the table entered its phase. Where all have finished, silence is as it should be.
    """
    known = [at for at in (active_at, since) if at is not None]
    if phase is not Phase.SESSION1 or not unfinished or not known:
        return None
    minutes = int((now - max(known)) / timedelta(minutes=1))
    return minutes if minutes >= SILENCE else None


def expected(phase: Phase, starts: Mapping[Phase, datetime], now: datetime) -> Phase | None:
    """The phase that the agenda (its shifts included) has tables in, if a table in `phase` is behind it."""
    due = [each for each, at in starts.items() if at <= now]
    latest = max(due, key=timing.ORDER.index, default=Phase.REGISTRATION)
    return latest if timing.ORDER.index(latest) > timing.ORDER.index(phase) else None


class _Figures:
    """What is read once for all tables."""

    def __init__(
        self,
        turnout: Mapping[str, Turnout],
        here: Mapping[str, attendance.Attendance],
        counted: Mapping[str, int],
        steps: Mapping[str, Step],
        plans: Mapping[str, Mapping[Phase, datetime]],
        prolonged: frozenset[tuple[str, str]],
        starts: Mapping[Phase, datetime],
        gathered: Mapping[str, GatheringTable],
    ) -> None:
        self.turnout = turnout
        self.here = here
        self.counted = counted
        self.steps = steps
        self.plans = plans
        self.prolonged = prolonged
        self.starts = starts
        self.gathered = gathered

    def of(self, row: TableRow, now: datetime) -> notices.TableState:
        """One table."""
        phase, here, turnout = Phase(row.phase), self.here[row.code], self.turnout[row.code]
        step = self.steps.get(row.code)
        return notices.TableState(
            table=row.code,
            phase=phase,
            registered=turnout.registered,
            voting=turnout.voting,
            finished=turnout.finished,
            contributions=self.counted.get(row.code, 0),
            strategy_on=row.strategy_on,
            closes_at=timing.end_of(phase, self.plans.get(row.code, {})),
            prolonged=(row.code, row.phase) in self.prolonged,
            unreachable=here.unreachable,
            paper=here.paper,
            active_at=row.active_at,
            silent_minutes=silent_minutes(
                phase,
                unfinished=here.unfinished,
                active_at=row.active_at,
                since=None if step is None else step.at,
                now=now,
            ),
            alone=here.facilitators == 0,
            expected=expected(phase, self.starts, now),
            to_look=self.gathered[row.code].look,
            hidden=self.gathered[row.code].hidden,
            contributed_at=self.gathered[row.code].last_at,
        )


async def _figures(reader: Reader, event: Event, now: datetime) -> _Figures:
    gathered = await gathering.overview(reader, event, now)
    return _Figures(
        turnout=await ballots.turnout(reader),
        here=await attendance.by_table(reader),
        counted=await contributions.counted_by_table(reader),
        steps=await tables.last_steps(reader),
        plans=await timing.plans(reader),
        prolonged=await agenda.prolonged(reader),
        starts=timing.starts(event, await agenda.changes(reader)),
        gathered={each.table: each for each in gathered.tables},
    )


async def overview(reader: Reader, event: Event, now: datetime) -> notices.EventState:
    """All tables on one screen."""
    figures = await _figures(reader, event, now)
    return notices.EventState(
        at=now,
        tables=tuple(figures.of(row, now) for row in await tables.all_tables(reader)),
        held_at=await agenda.held_at(reader),
    )


async def detail(reader: Reader, event: Event, text: str, now: datetime) -> notices.Notice:
    """One table in full; or that there is none of this code, and the one that may have been meant."""
    try:
        code = event.table(text.strip()).code
    except KeyError:
        return notices.StateUnclear(misread=text, nearest=phases.nearest_word(text, event))
    row = await tables.find(reader, code)
    assert row is not None, "tables are those of the event"
    return notices.TableDetail(
        at=now,
        state=(await _figures(reader, event, now)).of(row, now),
        steps=tuple(
            notices.StepTaken(
                phase=Phase(step.to_phase),
                mover=Mover(step.mover),
                at=step.at,
                reopened=step.reopened,
                reason=step.reason,
            )
            for step in await tables.history(reader, code)
        ),
    )
